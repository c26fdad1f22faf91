"""Measure what pages cost with one year and with ten years of weekly dates at eleven stations, on SQLite.

Run: .venv/bin/python tests/bench/years.py   (fills a portal in a temporary folder, 44 dates a week)
Prints, per page: median milliseconds of CPU and of wall time with one year and with ten, and how many times
the CPU has grown. The other pages than the calendar's are those of the centre's staff, who see all stations.
"""

import statistics
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from portal import create_app
from portal.access import Role
from portal.accounts.actions import sign_in
from portal.activities.models import Occurrence
from portal.clock import today
from portal.db import db
from portal.start import prepare
from tests.make import Make
from tests.years import PUBLIC, STAFF, Years

ROUNDS = 15
BEFORE, AFTER = timedelta(days=60), timedelta(days=305)  # the one year
YEARS_BEFORE, YEARS_AFTER = timedelta(days=7 * 365), timedelta(days=2 * 365)  # the nine more
Cost = tuple[float, float]  # milliseconds of CPU, of wall time


def browsers(app: Flask) -> tuple[FlaskClient, FlaskClient]:
    """Return a visitor's browser and one of the centre's manager, signed in."""
    login = Make(app).account(Role.MANAGER, "center")
    with app.app_context():
        token = sign_in(login.id, hours=12)
    staff = app.test_client()
    staff.set_cookie("login", token)
    return app.test_client(), staff


def cost(browser: FlaskClient, address: str) -> Cost:
    """Return the medians of one page."""
    found: list[Cost] = []
    for _round in range(ROUNDS + 1):
        cpu, wall = time.process_time(), time.perf_counter()
        answer = browser.get(address)
        found.append(((time.process_time() - cpu) * 1000, (time.perf_counter() - wall) * 1000))
        assert answer.status_code == 200, address
    warm = found[1:]
    return statistics.median(cpu for cpu, _wall in warm), statistics.median(wall for _cpu, wall in warm)


def costs(visitor: FlaskClient, staff: FlaskClient, years: Years) -> dict[str, Cost]:
    """Return the medians of all pages."""
    names = years.names()
    return {
        page: cost(staff if page in STAFF else visitor, page.format(**names)) for page in (*PUBLIC, *STAFF)
    }


def dates(app: Flask) -> int:
    """Return how many occurrences there are."""
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(Occurrence)) or 0


def main() -> None:
    """Fill, measure, fill more, measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app({"INSTANCE": folder, "DATABASE_URL": "", "PUBLIC_URL": "http://localhost"})
        prepare(app)
        visitor, staff = browsers(app)
        years = Years(app)
        first, last = today() - BEFORE, today() + AFTER
        years.add(first, last)
        few, one = dates(app), costs(visitor, staff, years)
        years.add(first - YEARS_BEFORE, first - timedelta(days=1))
        years.add(last + timedelta(days=1), last + YEARS_AFTER)
        many, ten = dates(app), costs(visitor, staff, years)
        print(f"{'milliseconds of CPU (wall)':44} {few:8} dates  {many:8} dates")
        for page, (cpu, wall) in one.items():
            then, then_wall = ten[page]
            print(f"{page:44} {cpu:6.1f} ({wall:5.1f})  {then:6.1f} ({then_wall:5.1f})  × {then / cpu:.2f}")
        with app.app_context():
            db.engine.dispose()


if __name__ == "__main__":
    main()
