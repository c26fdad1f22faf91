"""Order on a screen: where and when by touch, then a number; name and address are asked by phone."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from time_machine import Traveller

from portal.clock import today
from portal.db import db, transaction
from portal.orders.menu_models import MenuItem, Where
from portal.orders.models import ForWhom, Order, PartOfDay, Place, Source, WishedTime
from portal.orders.ordering import token_of
from portal.web.qr import qr_path
from tests.browser import Browser, Page
from tests.kiosk.pressing import PHONE, agree_and_send, press
from tests.make import Make

pytestmark = pytest.mark.usefixtures("noon")
Screen = Callable[..., Browser]
FRIDAY = "2026-06-12.morning"


def rows(app: Flask) -> list[Order]:
    with app.app_context():
        return list(db.session.scalars(sa.select(Order).order_by(Order.id)))


def times(app: Flask) -> list[tuple[object, PartOfDay]]:
    with app.app_context():
        return [(row.day, row.part) for row in db.session.execute(sa.select(WishedTime.day, WishedTime.part))]


def open_form(browser: Browser, item_id: int) -> Page:
    return browser.get(f"/kiosk/s1/menu/{item_id}/order")


def chosen(page: Page, name: str) -> list[str | None]:
    return [node.attributes["value"] for node in page.all(f"input[name={name}][checked]")]


def test_somebody_orders_in_two_steps(app: Flask, screen: Screen, make: Make) -> None:
    item_id = make.menu_item(people_max=4)
    page = open_form(screen(), item_id)
    assert chosen(page, "station") == ["s1"]  # the screen's own
    page = page.form().fill(place=Place.HOME.value, t=[FRIDAY]).submit(by="1")
    assert (page.value("people"), chosen(page, "t")) == ("2", [FRIDAY])
    who = page.form().submit(do="who")
    assert who.status == 200
    assert who.all("input[checked], .err") == []
    done = agree_and_send(press(who, *PHONE))
    made = rows(app)[0]
    assert done.status == 200
    assert done.one("output#reference").text() == made.reference
    assert made.reference.startswith("D-")
    assert (made.name, made.phone, made.address) == ("尾号5678", PHONE, "电话里问")
    assert (made.place, made.people, made.for_whom) == (Place.HOME, 2, ForWhom.SELF)
    assert (made.source, made.station_id) == (Source.KIOSK, make.station("s1"))
    assert times(app) == [(today() + timedelta(days=2), PartOfDay.MORNING)]
    with app.app_context():
        token = token_of(made.reference)
    assert qr_path(f"http://localhost/orders/{token}").path in done.response.text
    assert token not in done.response.text
    assert PHONE not in done.response.text
    assert done.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in done.headers


def test_one_can_go_back_a_step_and_nothing_is_lost(screen: Screen, make: Make) -> None:
    page = open_form(screen(), make.menu_item())
    page = page.form().fill(station="s2", place="station", t=[FRIDAY, "any"]).submit(do="who")
    page = press(page, *"138")
    back = page.form().fill(consent=True).submit(do="what")
    assert (chosen(back, "station"), chosen(back, "place"), chosen(back, "t")) == (
        ["s2"],
        ["station"],
        [FRIDAY, "any"],
    )
    again = back.form().submit(do="who")
    assert again.value("phone") == "138"
    assert len(again.all("input[name=consent][checked]")) == 1


def test_a_station_elsewhere_begins_without_a_choice(screen: Screen, make: Make) -> None:
    page = open_form(screen(), make.menu_item(stations=("s2", "s3")))
    assert chosen(page, "station") == []
    assert page.form().submit(do="who").status == 422
    assert len(page.form().submit(do="who").all("fieldset.bad .err")) == 1
    only = open_form(screen(), make.menu_item(stations=("s2",)))
    assert chosen(only, "station") == ["s2"]


def test_more_times_than_three_are_refused_beside_them(screen: Screen, make: Make) -> None:
    page = open_form(screen(), make.menu_item())
    offered = [node.attributes["value"] or "" for node in page.all("input[name=t]")][:4]
    page = page.form().fill(t=offered).submit(do="who")
    assert page.status == 422
    assert chosen(page, "t") == offered
    assert len(page.all("fieldset.bad .err")) == 1


def test_a_wrong_number_and_no_consent_are_said_beside_them(app: Flask, screen: Screen, make: Make) -> None:
    page = press(open_form(screen(), make.menu_item()).form().submit(do="who"), *"1380013567")
    page = page.form().submit(do="send")
    assert page.status == 422
    assert len(page.all(".k-ask.bad .err")) == 2
    assert page.value("phone") == "1380013567"
    assert rows(app) == []
    assert agree_and_send(press(page, "8")).status == 200


def test_the_same_form_twice_is_one_order(app: Flask, screen: Screen, make: Make) -> None:
    page = press(open_form(screen(), make.menu_item()).form().submit(do="who"), *PHONE)
    form = page.form().fill(consent=True)
    first, second = form.submit(do="send"), form.submit(do="send")
    assert first.one("#reference").text() == second.one("#reference").text()
    assert len(rows(app)) == 1


def test_a_number_has_only_so_many_orders_under_way(app: Flask, screen: Screen, make: Make) -> None:
    browser, item_id = screen(), make.menu_item()
    for _ in range(5):
        page = press(open_form(browser, item_id).form().submit(do="who"), *PHONE)
        assert agree_and_send(page).status == 200
    page = press(open_form(browser, item_id).form().submit(do="who"), *PHONE)
    page = agree_and_send(page)
    assert page.status == 422
    assert page.one(".k-ask.bad .err").text()
    assert len(rows(app)) == 5


def test_what_is_paused_meanwhile_says_so_with_a_way_back(app: Flask, screen: Screen, make: Make) -> None:
    item_id = make.menu_item()
    page = press(open_form(screen(), item_id).form().submit(do="who"), *PHONE)
    with app.app_context(), transaction() as session:
        session.get_one(MenuItem, item_id).paused = True
    page = agree_and_send(page)
    assert page.status == 409
    assert page.one(".k-why").text()
    assert page.follow(".k-doors .back").path == "/kiosk/s1/menu"
    assert rows(app) == []


def test_a_time_that_has_gone_meanwhile_leads_back_to_the_times(
    app: Flask, screen: Screen, make: Make, noon: Traveller
) -> None:
    item_id = make.menu_item(lead_days=0)
    page = open_form(screen(), item_id)
    first = page.all("input[name=t]")[0].attributes["value"] or ""
    page = press(page.form().fill(t=[first]).submit(do="who"), *PHONE)
    noon.shift(timedelta(days=3))
    page = agree_and_send(page)
    assert page.status == 422
    assert page.one("fieldset.bad .err").text()
    assert page.value("phone") == PHONE
    assert rows(app) == []


def test_for_what_is_at_the_station_no_address_is_asked(app: Flask, screen: Screen, make: Make) -> None:
    page = open_form(screen(), make.menu_item(place=Where.STATION, people_min=10, people_max=60))
    assert page.all("input[name=place]") == []
    assert "电话里问" not in page.text
    page = page.form().submit(by="10")
    assert page.value("people") == "20"
    done = agree_and_send(press(page.form().submit(do="who"), *PHONE))
    assert done.status == 200
    made = rows(app)[0]
    assert (made.place, made.address, made.people) == (Place.STATION, "", 20)


def test_a_screen_in_english_still_leaves_the_station_a_chinese_name(
    app: Flask, screen: Screen, make: Make
) -> None:
    browser = screen()
    page = press(open_form(browser, make.menu_item()).form().submit(do="who"), *PHONE)
    form = page.form().fill(consent=True)
    done = browser.post(page.path + "?lang=en", [*form.fields, ("do", "send")])
    assert "Your order is in" in done.text
    assert rows(app)[0].name == "尾号5678"
