"""Staff write an order down for somebody on the phone (代点单), look up who ordered before, keep drafts."""

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.access import Role
from portal.db import db
from portal.orders.flow import Act, State
from portal.orders.models import Order, OrderStep, Place, Source
from tests.browser import Browser, Form, Page
from tests.conftest import SignIn
from tests.make import Make
from tests.orders.cases import case, draft

pytestmark = pytest.mark.usefixtures("noon")

NEW = "/staff/orders/new"


def orders(app: Flask) -> list[Order]:
    with app.app_context():
        return list(db.session.scalars(sa.select(Order).order_by(Order.id)))


def desk(page: Page) -> Form:
    return page.form("#desk form")


def filled(page: Page, **other: str | bool) -> Form:
    said: dict[str, str | bool] = {
        "phone": "138 0000 0001",
        "name": "林阿妹",
        "item": "0",
        "text": "想请人上门剪头发。",
        "address": "三巷 12 号（示例）",
        "day1": "2026-06-12",
        "part1": "afternoon",
        "consent": True,
    }
    return desk(page).fill(**said | other)


def test_an_order_on_the_phone_is_recorded_with_who_wrote_it_down(
    app: Flask, sign_in: SignIn, make: Make
) -> None:
    item_id = make.menu_item(title="上门理发")
    page = filled(sign_in(Role.EDITOR, "s1").get(NEW), item=str(item_id)).submit(intent="order")
    (row,) = orders(app)
    assert page.path == f"/staff/orders/{row.id}"
    assert row.reference in page.text
    assert (row.state, row.source, row.item_id) == (State.SUBMITTED, Source.PHONE, item_id)
    assert row.entered_by.endswith("of s1")
    assert row.operator_id is not None
    assert row.consent
    assert (row.phone, row.address) == ("13800000001", "三巷 12 号（示例）")
    assert "6 月 12 日" in page.text


def test_somebody_without_a_mobile_orders_too(app: Flask, sign_in: SignIn) -> None:
    page = sign_in(Role.EDITOR, "s1").get(NEW)
    wrong = filled(page, phone="").submit(intent="order")
    assert (wrong.status, len(wrong.all("#phone-e"))) == (422, 1)
    assert wrong.value("name") == "林阿妹"
    assert filled(page, no_phone=True).submit(intent="order").status == 422  # a number, and none
    desk(wrong).fill(no_phone=True).submit(intent="order")
    (row,) = orders(app)
    assert (row.phone, row.phone_index) == (None, None)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"phone": "1380000"}, "phone"),
        ({"name": " "}, "name"),
        ({"text": ""}, "text"),
        ({"address": ""}, "address"),
        ({"people": "0"}, "people"),
        ({"people": "viele"}, "people"),
        ({"consent": False}, "consent"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(
    app: Flask, sign_in: SignIn, change: dict[str, str | bool], field: str
) -> None:
    page = filled(sign_in(Role.EDITOR, "s1").get(NEW), **change).submit(intent="order")
    assert page.status == 422
    assert [one.attributes["href"] for one in page.all(".sum a")] == [f"#{field}"]
    assert page.all(f"#{field}-e")
    kept = desk(page).fields
    assert ("day1", "2026-06-12") in kept
    assert ("part1", "afternoon") in kept
    assert orders(app) == []


def test_what_the_menu_does_not_allow_is_said(app: Flask, sign_in: SignIn, make: Make) -> None:
    item_id = make.menu_item(people_max=2)
    page = filled(sign_in(Role.EDITOR, "s1").get(NEW), item=str(item_id), people="3").submit(intent="order")
    assert (page.status, len(page.all("#people-e"))) == (422, 1)
    same = {"day2": "2026-06-12", "part2": "afternoon"}
    page = filled(sign_in(Role.EDITOR, "s1").get(NEW), **same).submit(intent="order")
    assert (page.status, len(page.all("#times .err"))) == (422, 1)
    assert orders(app) == []


def test_sent_twice_makes_one(app: Flask, sign_in: SignIn) -> None:
    form = filled(sign_in(Role.EDITOR, "s1").get(NEW))
    assert form.submit(intent="order").path == form.submit(intent="order").path
    assert len(orders(app)) == 1


def test_and_the_next_shows_the_reference_and_an_empty_form(app: Flask, sign_in: SignIn) -> None:
    page = filled(sign_in(Role.EDITOR, "s1").get(NEW)).submit(intent="next")
    (row,) = orders(app)
    assert page.one("#reference").text() == row.reference
    assert page.value("name") == ""
    filled(page, name="陈惠玲", phone="13800000002").submit(intent="next")
    assert len(orders(app)) == 2


def test_enter_orders(app: Flask, sign_in: SignIn) -> None:
    filled(sign_in(Role.EDITOR, "s1").get(NEW)).submit()  # the first button of the form, as Enter presses
    assert [row.state for row in orders(app)] == [State.SUBMITTED]


def look_up(editor: Browser, page: Page, part: bool = False, **button: str) -> Page:
    form = desk(page)
    return editor.post(f"{NEW}/askers", [*form.fields, *button.items()], part=part)


@pytest.mark.parametrize("part", [False, True])
@pytest.mark.parametrize("by", ["phone", "name"])
def test_an_earlier_asker_is_found_and_taken_over(
    app: Flask, sign_in: SignIn, make: Make, by: str, part: bool
) -> None:
    made = case(app, make, name="林阿妹", place=Place.HOME, address="三巷 12 号（示例）")
    case(app, make, station="s2", name="林阿妹")
    editor = sign_in(Role.EDITOR, "s1")
    page = editor.get(NEW)
    typed = {"phone": made.phone} if by == "phone" else {"name": "林阿妹"}
    desk_of = desk(page).fill(text="剪头发", **typed)
    found = editor.post(f"{NEW}/askers", desk_of.fields, part=part)
    assert found.value("text") == "剪头发"
    buttons = found.all("button[name=take]")
    assert [one.attributes["value"] for one in buttons] == [str(made.order_id)]
    taken = look_up(editor, found, part, take=str(made.order_id))
    assert (taken.value("name"), taken.value("address")) == ("林阿妹", "三巷 12 号（示例）")
    assert taken.value("text") == "剪头发"
    if by == "name":  # not typed, so not shown
        assert made.phone not in taken.response.text
    assert made.reference in taken.text  # it is still under way
    desk(taken).fill(item="0", consent=True).submit(intent="order")
    assert orders(app)[-1].phone == made.phone
    assert len(orders(app)) == 3


def test_nobody_is_found_elsewhere_or_by_nothing(app: Flask, sign_in: SignIn, make: Make) -> None:
    made = case(app, make, name="林阿妹")
    stranger = sign_in(Role.EDITOR, "s2")
    page = stranger.get(NEW)
    found = stranger.post(f"{NEW}/askers", desk(page).fill(phone=made.phone).fields)
    assert not found.all("button[name=take]")
    assert look_up(stranger, page, take=str(made.order_id)).status == 404
    assert not look_up(stranger, page).all("button[name=take]")
    forged = filled(page, phone="139****" + made.phone[-4:]).put("asker", str(made.order_id))
    assert forged.submit(intent="order").status == 422


def test_a_draft_is_kept_without_consent_gone_on_with_and_sent(app: Flask, sign_in: SignIn) -> None:
    editor = sign_in(Role.EDITOR, "s1")
    page = filled(editor.get(NEW), consent=False).submit(intent="draft")
    (row,) = orders(app)
    assert (row.state, row.consent) == (State.DRAFT, "")
    page = page.follow("tbody th a")
    assert page.value("name") == "林阿妹"
    assert ("part1", "afternoon") in desk(page).fields
    assert "13800000001" not in page.response.text
    page = desk(page).fill(text="想请人上门理发", part1="morning").submit(intent="draft")
    assert [one.text for one in orders(app)] == ["想请人上门理发"]
    page = page.follow("tbody th a")
    assert desk(page).submit(intent="order").status == 422  # nobody has agreed yet
    form = desk(page).fill(consent=True)
    form.submit(intent="order")
    assert "已经点单" in form.submit(intent="order").text
    (row,) = orders(app)
    assert (row.state, row.phone, row.title) == (State.SUBMITTED, "13800000001", "想请人上门理发")
    with app.app_context():
        acts = db.session.scalars(sa.select(OrderStep.act).order_by(OrderStep.id)).all()
        assert acts == [Act.DRAFT, Act.SUBMIT]


def test_a_draft_is_thrown_away_after_a_question_and_nothing_else_is(
    app: Flask, sign_in: SignIn, make: Make
) -> None:
    kept, gone = case(app, make), draft(make)
    editor = sign_in(Role.EDITOR, "s1")
    address = f"/staff/orders/drafts/{gone.order_id}"
    asked = editor.get(address).follow(f'a[href="{address}/discard"]')
    assert len(orders(app)) == 2
    assert asked.form().submit().status == 200
    assert [row.id for row in orders(app)] == [kept.order_id]
    assert editor.get(f"/staff/orders/drafts/{kept.order_id}").status == 404
    sent = {"csrf_token": editor.token("/staff/orders")}
    assert editor.post(f"/staff/orders/drafts/{kept.order_id}/discard", sent).status == 409


def test_office_chooses_the_station(app: Flask, sign_in: SignIn, make: Make) -> None:
    page = filled(sign_in(Role.EDITOR, "office").get(NEW), station=str(make.station("s7")))
    page.submit(intent="order")
    assert [row.station_id for row in orders(app)] == [make.station("s7")]
    forged = filled(sign_in(Role.EDITOR, "s1").get(NEW)).put("station", str(make.station("s7")))
    assert forged.submit(intent="order").status == 422
    assert len(orders(app)) == 1
