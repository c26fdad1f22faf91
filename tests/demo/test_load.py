"""The demonstration in a database: counted there, loaded once, never over real data."""

import csv
import re
import stat
from datetime import timedelta
from pathlib import Path

import brotli
import pytest
import sqlalchemy as sa
from flask import Flask

from portal.access import Role
from portal.accounts.models import Account
from portal.activities.models import Activity, ActivityStatus, Occurrence, OccurrenceStatus
from portal.clock import now
from portal.db import db
from portal.demo.load import LOGINS_FILE, load
from portal.errors import Refused
from portal.orders.flow import State
from tests.browser import Browser
from tests.conftest import SignIn
from tests.make import Make
from tests.orders.cases import case


@pytest.fixture
def moment() -> None:
    """Load it now, so that pages can be asked for."""


def test_the_year_has_its_274_counted_dates_and_is_loaded_once(demo: Path, app: Flask) -> None:
    with app.app_context():
        counted = sa.select(
            sa.func.count(), sa.func.sum(Occurrence.attended), sa.func.min(Occurrence.starts_at)
        ).where(Occurrence.attended.is_not(None))
        count, people, first = db.session.execute(counted).one()
        assert count == 274
        assert people is not None
        assert 19_800 <= people <= 20_200
        assert first > now() - timedelta(days=336)
        festive = counted.join(Activity, Activity.id == Occurrence.activity_id).where(
            Activity.series_id.is_not(None)
        )
        assert db.session.execute(festive).one()[0] >= 30
        assert not load(demo)
        assert db.session.execute(counted).one()[0] == 274


def test_each_role_and_scope_has_its_login_that_works(demo: Path, client: Browser) -> None:
    path = demo / LOGINS_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with path.open() as file:
        logins = {row["username"]: row for row in csv.DictReader(file, delimiter="\t")}
    stations = [f"s{number}" for number in range(1, 10)]
    assert set(logins) == {
        *("center", "office", "center2", "office2", "auditor"),
        *stations,
        *(f"r{number}" for number in range(1, 10)),
        *(f"leader{number}" for number in range(1, 23)),
        *(f"volunteer{number}" for number in range(1, 21)),
    }
    assert logins["center"]["role"] == Role.MANAGER
    assert [logins[f"r{number}"]["scope"] for number in range(1, 10)] == stations
    for username in ("center", "s8", "auditor"):
        form = client.get("/login").form()
        page = form.fill(username=username, password=logins[username]["password"]).submit()
        assert page.path == "/staff/"
        page.form(".s-me form").submit()


def test_every_page_of_the_demonstration_says_what_it_is(demo: Path, client: Browser) -> None:
    for address in ("/", "/calendar", "/stations/s4", "/login", "/nix"):
        page = client.get(address)
        assert "示例数据" in page.one(".banner").text(), address
        assert page.one("meta[name=robots]").attributes["content"] == "noindex"
    assert "示例" in client.get("/calendar.ics").response.text


def first_date(registration: bool) -> int:
    """Return a date to come that has seats and takes registrations, or one that takes none."""
    wanted = (
        sa.select(Occurrence.id)
        .join(Activity, Activity.id == Occurrence.activity_id)
        .where(Occurrence.published.is_(True), Occurrence.status == OccurrenceStatus.PLANNED)
        .where(Occurrence.starts_at > now() + timedelta(days=1))
        .where(Activity.registration.is_(registration), Occurrence.closes_at.is_(None))
        .where(sa.or_(Occurrence.seats.is_not(None), sa.not_(sa.literal(registration))))
        .order_by(Occurrence.starts_at, Occurrence.id)
        .limit(1)
    )
    return db.session.scalars(wanted).one()


@pytest.mark.parametrize(
    ("address", "requests", "most"),
    [
        ("/", 2, 16_000),
        ("/stations/", 2, 16_000),
        ("/stations/s4", 2, 16_000),
        ("/occurrences/{unhurried}", 2, 16_000),
        ("/occurrences/{wanted}", 3, 30_000),  # its seat count moves, so htmx comes along
        ("/occurrences/{wanted}/register", 2, 16_000),
        ("/privacy/children", 2, 16_000),
        ("/orders/", 2, 16_000),
        ("/orders/new", 2, 16_000),
        ("/orders/new?item={item}", 2, 16_000),
        ("/orders/{token}", 3, 30_000),  # it moves on while somebody looks
        ("/orders/{token}/slip", 2, 16_000),
        ("/calendar", 3, 30_000),
        ("/calendar?view=list", 3, 30_000),
    ],
)
def test_a_first_view_is_light(
    demo: Path, app: Flask, make: Make, address: str, requests: int, most: int
) -> None:
    browser = app.test_client()

    def weigh(path: str) -> tuple[int, str]:
        with browser.get(path, headers={"Accept-Encoding": "br"}) as answer:
            assert answer.headers["Content-Encoding"] == "br", path
            return len(answer.data), brotli.decompress(answer.data).decode()

    with app.app_context():
        which: dict[str, object] = {
            "wanted": first_date(registration=True),
            "unhurried": first_date(registration=False),
        }
    if "order" in address:
        made = case(app, make, State.OFFERED, "s4")
        which |= {"token": made.token, "item": make.menu_item(place="home", people_max=3)}
    weight, html = weigh(address.format(**which))
    files = set(re.findall(r'(?:href|src)="(/assets/[^"]+[.](?:css|js))"', html))
    assert 1 + len(files) == requests
    assert weight + sum(weigh(path)[0] for path in files) <= most


def test_it_does_not_mix_with_real_data(app: Flask, instance: Path, sign_in: SignIn) -> None:
    sign_in(Role.MANAGER, "center")
    with app.app_context():
        with pytest.raises(Refused):
            load(instance)
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Account)) == 1
    assert not (instance / LOGINS_FILE).exists()


def test_drafts_and_cancelled_dates_are_part_of_life(demo: Path, app: Flask) -> None:
    with app.app_context():
        drafts = sa.select(sa.func.count()).where(Activity.status == ActivityStatus.DRAFT)
        cancelled = sa.select(sa.func.count()).where(Occurrence.status == OccurrenceStatus.CANCELLED)
        assert (db.session.scalar(drafts) or 0) >= 2
        assert (db.session.scalar(cancelled) or 0) >= 3


def test_the_command_prints_the_logins_each_time(app: Flask) -> None:
    runner = app.test_cli_runner()
    first = runner.invoke(args=["demo"])
    assert first.exit_code == 0
    assert "center2\t" in first.output
    assert runner.invoke(args=["demo"]).output == first.output


def test_the_command_refuses_real_data(app: Flask, sign_in: SignIn) -> None:
    sign_in(Role.MANAGER, "center")
    refused = app.test_cli_runner().invoke(args=["demo"])
    assert refused.exit_code == 1
    assert "真实数据" in refused.output
