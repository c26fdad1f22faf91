"""Our festivals, year by year; and what a station hangs on its notice board."""

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.access import Role
from portal.activities import occurrences
from portal.activities.models import CountSource, Series
from portal.db import db
from tests.browser import Browser
from tests.make import Make, span
from tests.statements import counted

pytestmark = pytest.mark.usefixtures("noon")  # Wednesday, 10 June 2026


def series(app: Flask, code: str) -> int:
    with app.app_context():
        return db.session.scalars(sa.select(Series.id).where(Series.code == code)).one()


def test_the_next_festival_stands_first(client: Browser) -> None:
    page = client.get("/festivals/")
    first = page.all(".serve a")[0]
    assert first.attributes["href"] == "/festivals/duanwu/2026"
    assert "还有 9 天" in first.text()
    assert len(page.all(".serve a")) == 10


def test_a_year_shows_what_was_held_and_who_came(client: Browser, app: Flask, make: Make) -> None:
    duanwu, editor = series(app, "duanwu"), make.actor(Role.EDITOR, "s1")
    held = make.dates_of(
        make.activity(series_id=duanwu, title="包粽子", spans=[span(0, "09:00", "11:00"), span(9)])
    )
    make.activity(series_id=series(app, "zhongqiu"), title="赏月", spans=[span(107)])
    with app.app_context():
        occurrences.count(held[0], 42, None, None, CountSource.COUNTED, editor)
    page = client.get("/festivals/duanwu/2026")
    assert page.one("h1").text().split() == ["端午", "2026"]
    assert [node.text() for node in page.all(".ev .t")] == ["包粽子", "包粽子"]
    assert "2 场活动，到了 42 人" in page.one(".year p").text()
    assert not client.get("/festivals/duanwu/2025").all(".ev")
    assert client.get("/festivals/duanwu/").path == "/festivals/duanwu/2026"


@pytest.mark.parametrize("address", ["/festivals/none/2026", "/festivals/duanwu/1999", "/festivals/x/"])
def test_what_is_no_festival_or_no_year_is_not_there(client: Browser, address: str) -> None:
    assert client.get(address).status == 404


def test_a_festival_costs_the_same_with_little_and_with_much(client: Browser, app: Flask, make: Make) -> None:
    duanwu, costs = series(app, "duanwu"), []
    for number in (1, 20):
        for _ in range(number):
            make.activity(series_id=duanwu, spans=[span(5), span(6)])
        client.get("/festivals/duanwu/2026")
        with counted(app) as statements:
            client.get("/festivals/duanwu/2026")
        costs.append(len(statements))
    assert costs == [4, 4]


# The sheet for the notice board


def test_a_week_on_a_sheet_has_what_the_station_holds_and_no_more(client: Browser, make: Make) -> None:
    make.activity(station="s1", title="太极", spans=[span(0, "13:00", "14:00")])
    make.activity(station="s2", title="联办", cohosts=("s1",))
    make.activity(station="s2", title="别的站")
    make.activity(station="s1", title="下周", spans=[span(7)])
    page = client.get("/stations/s1/sheet")
    assert [node.text() for node in page.all(".w-days td b")] == ["太极", "联办"]
    assert page.one("svg.qr")
    assert "下周" in client.get("/stations/s1/sheet?on=2026-06-17").text
    month = client.get("/stations/s1/sheet?span=month&paper=a3")
    assert [node.text() for node in month.all(".w-days td b")] == ["太极", "联办", "下周"]
    assert month.one("body").attributes["class"] == "wall a3"


@pytest.mark.parametrize("asked", ["span=year", "on=tomorrow", "on=0001-01-01", "paper=a5", "on=9999-12-31"])
def test_a_sheet_that_makes_no_sense_is_not_there(client: Browser, asked: str) -> None:
    assert client.get(f"/stations/s1/sheet?{asked}").status == 404
