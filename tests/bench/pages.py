"""Measure what a page of the demonstration costs against bare Flask's “hello”, in CPU, in one process.

Run: .venv/bin/python tests/bench/pages.py   (loads a demonstration into a temporary folder)
Prints, per page: median milliseconds of CPU per request, and cpux = CPU of hello ÷ CPU of the page.
Only the ratio travels from machine to machine.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from portal import create_app
from portal.accounts.actions import sign_in
from portal.accounts.models import Account
from portal.db import db
from portal.demo.load import load
from portal.start import prepare

# Pages, and who of the demonstration looks at them; "" is anybody.
PAGES = {
    "/": "",
    "/calendar": "",
    "/calendar?view=list": "",
    "/stations/s4": "",
    "/occurrences/400": "",
    "/calendar.ics": "",
    "/teams/": "",
    "/teams/1": "",
    "/volunteer/": "volunteer1",
    "/volunteer/shifts": "volunteer1",
    "/volunteer/hours": "volunteer1",
    "/staff/": "center",
    "/staff/occurrences/400": "center",
    "/staff/volunteers/": "center",
    "/staff/hours": "center",
}
ROUNDS, REQUESTS = 7, 20


def hello() -> Flask:
    """Return the smallest Flask application."""
    app = Flask("hello")
    app.add_url_rule("/", view_func=lambda: "hello")
    return app


def cpu(app: Flask, path: str, requests: int, cookie: str = "") -> float:
    """Return milliseconds of CPU per request; asked through WSGI, answers read and dropped."""
    headers = {"Accept-Encoding": "br", "Cookie": cookie}
    environ = app.test_request_context(path, headers=headers).request.environ
    begun = time.process_time()
    for _number in range(requests):
        body = app.wsgi_app(dict(environ), _ignore)
        for _chunk in body:
            pass
        close: Callable[[], None] | None = getattr(body, "close", None)
        if close:
            close()
    return (time.process_time() - begun) * 1000 / requests


def cookie_of(username: str) -> str:
    """Sign one of the demonstration's people in and return the cookie; for nobody, none."""
    if not username:
        return ""
    account_id = db.session.scalars(sa.select(Account.id).where(Account.username == username)).one()
    return f"login={sign_in(account_id, hours=12)}"


def _ignore(_status: str, _headers: object, _error: object = None) -> Callable[[bytes], object]:
    return lambda _bytes: None


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        portal, bare = create_app({"INSTANCE": folder, "DATABASE_URL": ""}), hello()
        prepare(portal)
        with portal.app_context():
            load(Path(folder))
            cookies = {who: cookie_of(who) for who in set(PAGES.values())}
        for path, who in PAGES.items():
            answer = portal.test_client(use_cookies=False).get(path, headers={"Cookie": cookies[who]})
            if answer.status_code != 200:
                raise SystemExit(f"{path}: {answer.status}")
            cpu(portal, path, 3, cookies[who])
        rounds = [
            (
                cpu(bare, "/", 400),
                {path: cpu(portal, path, REQUESTS, cookies[who]) for path, who in PAGES.items()},
            )
            for _round in range(ROUNDS)
        ]
        base = statistics.median(one for one, _pages in rounds)
        print(f"{'hello':24} {base:7.3f} ms  cpux 1.000")
        for path in PAGES:
            cost = statistics.median(pages[path] for _one, pages in rounds)
            print(f"{path:24} {cost:7.3f} ms  cpux {base / cost:.3f}")
        with portal.app_context():
            db.engine.dispose()


if __name__ == "__main__":
    main()
