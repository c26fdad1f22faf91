"""The log tells what happened, never who: no phone, no token, no forged line."""

import io
import logging
import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.access import public
from portal.db import transaction
from portal.messages.actions import deliver_waiting
from portal.stations.models import Station
from portal.web.logs import Cleaner, clean, set_up
from tests.browser import Browser
from tests.make import Make

CANARY = "13987654321"
WRITTEN = "王小明"
LINE = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (INFO|WARNING|ERROR) portal[.\w]* ")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Log as in production, but into a text."""
    root = logging.getLogger("portal")
    before = root.handlers[:], root.level, root.propagate
    set_up()
    text = io.StringIO()
    handler = root.handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(text)
    yield text
    root.handlers[:], root.level, root.propagate = before[0], before[1], before[2]


def lines(log: io.StringIO) -> list[str]:
    return log.getvalue().splitlines()


def test_each_request_is_one_line_with_its_number(client: Browser, log: io.StringIO) -> None:
    client.get("/")
    client.get("/nonsense")
    client.client.get("/assets/nothing.css")
    assert [re.sub(r" \d+ms \w{12}$", "", line.split("portal.access ")[1]) for line in lines(log)] == [
        "GET / 200",
        "GET /nonsense 404",
        "GET /assets/nothing.css 404",
    ]


def test_a_phone_number_never_gets_into_the_log(app: Flask, client: Browser, log: io.StringIO) -> None:
    @app.get("/broken")
    @public
    def broken() -> str:
        raise ZeroDivisionError(f"{CANARY} {CANARY[:3]} {CANARY[3:]}")

    client.get(f"/stations/{CANARY}")
    client.get(f"/calendar?q={CANARY}", User_Agent=CANARY, Referer=f"http://localhost/{CANARY}")
    client.get("/login").form().fill(username=CANARY, password=CANARY).submit()
    client.post("/display", {"next": f"/{CANARY}"})
    client.client.get("/broken")
    text = log.getvalue()
    assert "incident" in text
    assert "139****4321" in text
    assert CANARY not in text


def test_what_people_wrote_is_not_in_the_log_when_the_database_refuses_it(
    app: Flask, client: Browser, log: io.StringIO
) -> None:
    @app.get("/broken")
    @public
    def broken() -> str:
        with transaction() as session:
            session.execute(sa.update(Station).values(name=f"示例{WRITTEN}\n\n{WRITTEN}", level="nowhere"))
        return ""

    client.client.get("/broken")
    assert "incident" in log.getvalue()
    assert "Error" in log.getvalue()
    assert WRITTEN not in log.getvalue()


def test_a_private_link_never_gets_into_the_log(app: Flask, client: Browser, log: io.StringIO) -> None:
    with app.app_context():
        output = app.test_cli_runner().invoke(args=["invite"]).output
    token = output.strip().rsplit("/", 1)[1]
    client.get(f"/invitation/{token}")
    client.get(f"/login?next=/invitation/{token}")
    assert len(lines(log)) == 2
    assert token[:20] not in log.getvalue()


def test_nobody_forges_a_line(client: Browser, log: io.StringIO) -> None:
    forged = "2026-06-10 12:00:00,000 INFO portal.access GET /staff/ 200"
    for end in ("%0A", "%0D", "%0D%0A", "%E2%80%A8", "%C2%85", "%1B[2K", "\u2029"):
        client.client.get(f"/nonsense{end}{forged}")
    assert len(lines(log)) == 7, log.getvalue()
    assert all(LINE.match(line) for line in lines(log))


def test_a_traceback_stays_below_its_line(log: io.StringIO) -> None:
    logger = logging.getLogger("portal.test")
    try:
        raise ValueError("one\n2026-06-10 12:00:00,000 INFO portal.access two")
    except ValueError:
        logger.exception("failed")
    first, *rest = lines(log)
    assert LINE.match(first)
    assert rest
    assert all(line.startswith("  ") for line in rest)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        (f"rang {CANARY}.", "rang 139****4321."),
        (f"{CANARY}{CANARY}", f"{CANARY}{CANARY}"),  # 22 digits are no phone number
        ("order 20260610123456", "order 20260610123456"),
        ("a\rb\x00c", "a\\x0db\\x00c"),
    ],
)
def test_what_is_masked(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_the_mask_is_part_of_the_format() -> None:
    record = logging.LogRecord("portal", logging.INFO, "", 0, "call %s", (CANARY,), None)
    assert Cleaner("%(message)s").format(record) == "call 139****4321"


def test_what_a_message_is_about_stays_out_of_the_log(make: Make, app: Flask, log: io.StringIO) -> None:
    make.message(address="log:")
    with app.app_context():
        deliver_waiting()
    assert "delivered to the log" in log.getvalue()
    assert "陈阿姨" not in log.getvalue()
