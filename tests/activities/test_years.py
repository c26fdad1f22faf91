"""Ten years of dates cost a page no more than one."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event

from portal.access import Role
from portal.clock import today
from portal.db import db
from tests.browser import Browser
from tests.conftest import SignIn
from tests.years import PUBLIC, STAFF, Years

pytestmark = pytest.mark.usefixtures("noon")
EVERY = 50  # of SQLite's steps are counted as one
# What may take more steps with more years, and how many times those of one year.
MORE = {
    "/festivals/zhongqiu/{year}": 8,  # says what was held in each of the last five years
    # How many dates an activity has had is counted, from the index alone.
    "/staff/activities/": 5,
    "/staff/activities/?q=书法": 8,
    "/staff/activities/{activity}/cancel": 4,  # counts all that is to come: 400 days of it, here years
    "/staff/activities/new": 3,  # the titles a station has used
    "/staff/activities/new?copy={activity}": 3,
}


@pytest.fixture
def years(app: Flask, noon: object) -> Years:
    """Hold everything weekly for a year around today."""
    found = Years(app)
    found.add(today() - timedelta(days=60), today() + timedelta(days=305))
    return found


def nine_more(years: Years) -> None:
    """Hold everything weekly for seven years before and two after, as well."""
    years.add(today() - timedelta(days=60 + 7 * 365), today() - timedelta(days=61))
    years.add(today() + timedelta(days=306), today() + timedelta(days=305 + 2 * 365))


@contextmanager
def watched(app: Flask) -> Iterator[list[tuple[str, Any]]]:
    """Collect the statements that read occurrences meanwhile, each with what it was given."""
    with app.app_context():
        engine = db.engine
    seen: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, given: Any, *_rest: Any) -> None:
        if statement.startswith(("SELECT", "WITH")):
            seen.append((statement, given))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


Ask = Callable[[str], list[tuple[str, Any]]]


@pytest.fixture
def ask(app: Flask, client: Browser, sign_in: SignIn, years: Years) -> Ask:
    """Return a function that opens a page and returns the statements it took."""
    staff = sign_in(Role.MANAGER, "center")

    def open_page(template: str) -> list[tuple[str, Any]]:
        address = template.format(**years.names())
        browser = staff if template in STAFF else client
        assert browser.get(address).status == 200, address  # what is remembered per process is asked for once
        with watched(app) as statements:
            browser.get(address)
        return statements

    return open_page


def steps(connection: sa.Connection, statements: list[tuple[str, Any]]) -> int:
    """Return how many steps SQLite takes for these statements, in fifties."""
    taken = 0

    def step() -> int:
        nonlocal taken
        taken += 1
        return 0

    driver: Any = connection.connection.dbapi_connection
    driver.set_progress_handler(step, EVERY)
    for statement, given in statements:
        connection.exec_driver_sql(statement, given).all()
    driver.set_progress_handler(None, 0)
    return taken


def test_ten_years_take_as_many_statements_as_one_and_hardly_more_steps(
    app: Flask, ask: Ask, years: Years
) -> None:
    few = {page: ask(page) for page in (*PUBLIC, *STAFF)}
    with app.app_context(), db.engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        one = {page: steps(connection, few[page]) for page in few} if sqlite else {}
    nine_more(years)
    many = {page: ask(page) for page in few}
    assert {page: len(many[page]) for page in many} == {page: len(few[page]) for page in few}
    with app.app_context(), db.engine.connect() as connection:
        grown = {page: steps(connection, many[page]) for page in one}
    assert {
        page: (one[page], grown[page]) for page in one if grown[page] > MORE.get(page, 1.6) * one[page] + 20
    } == {}


def test_no_page_looks_through_the_dates_of_all_years(app: Flask, ask: Ask, years: Years) -> None:
    nine_more(years)
    plans = {}
    for page in (*PUBLIC, *STAFF):
        statements = ask(page)
        with app.app_context(), db.engine.connect() as connection:
            plans[page] = [
                plan(connection, *one) for one in statements if re.search(r"\boccurrence\b", one[0])
            ]
    assert len(plans["/calendar"]) == 1
    scans = {
        page: found
        for page, all_of_it in plans.items()
        if (found := [line for lines in all_of_it for line in lines if scans_occurrences(line)])
    }
    # Of a festival it wants most of all there is: PostgreSQL may well take a small table as a whole.
    assert set(scans) <= {"/festivals/zhongqiu/{year}"}, scans
    for page in (
        "/",
        "/calendar",
        "/calendar?view=list",
        "/calendar?view=list&category=fitness",
        "/calendar.ics",
    ):
        assert all(any(uses_the_start(line) for line in lines) for lines in plans[page]), plans[page]


def plan(connection: sa.Connection, statement: str, given: Any) -> list[str]:
    """Return how the database goes about a statement, a line for each table or index it reads."""
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
        return [row.detail for row in rows]
    [found] = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", given).scalars()
    return list(nodes(found[0]["Plan"]))


def nodes(node: dict[str, Any]) -> Iterator[str]:
    """Say each node of PostgreSQL's plan in a line."""
    words = (node["Node Type"], node.get("Relation Name", ""), node.get("Index Name", ""))
    yield " ".join((*words, node.get("Index Cond", "")))
    for child in node.get("Plans", ()):
        yield from nodes(child)


def scans_occurrences(line: str) -> bool:
    """Say whether a line of a plan reads the table or an index from end to end."""
    return bool(
        re.match(r"SCAN occurrence\b|Seq Scan occurrence\b", line)
        or (re.match(r"(Index|Index Only|Bitmap Index) Scan .*\bix_occurrence_", line) and line.endswith(" "))
    )


def uses_the_start(line: str) -> bool:
    """Say whether a line of a plan enters an index by when an occurrence begins."""
    return "starts_at>" in line.replace(" ", "") and "ix_occurrence" in line
