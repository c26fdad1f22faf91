"""What is wrong with an order is said beside its field; what was typed stays, and nothing is half saved."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.access import Role
from portal.db import Model, db, transaction
from portal.orders import consent, ordering
from portal.orders.menu_models import Menu, MenuItem, MenuStatus, Where
from portal.orders.models import Order, OrderDevice, OrderStep, Source, WishedTime
from portal.orders.views import BY_ADDRESS
from portal.web.limits import hit
from tests.browser import Browser, Form, Page
from tests.make import Make
from tests.orders.cases import wish

pytestmark = pytest.mark.usefixtures("noon")  # a Wednesday, 10 June 2026

RIGHT: dict[str, Any] = {
    "who": "family",
    "for_name": "我妈，李阿英",
    "place": "home",
    "station": "s1",
    "address": "一巷3号",
    "t": ["2026-06-12.afternoon"],
    "name": "李小红",
    "phone": "138 0000 4321",
    "text": "三楼，没电梯",
    "consent": True,
}
KEPT: tuple[type[Model], ...] = (Order, OrderStep, OrderDevice, WishedTime)


def filled(browser: Browser, item: int | None, **values: Any) -> Form:
    """Fill the form as somebody who has everything right would, but for the values given, offered or not."""
    form = browser.get(f"/orders/new?item={item}" if item else "/orders/new").form()
    for name, value in (RIGHT | values).items():
        sent = [consent.ORDER] if value is True else [value] if isinstance(value, str) else list(value)
        form.put(name, *filter(None, sent) if name == "consent" else sent)
    return form


def counts(app: Flask) -> list[int]:
    with app.app_context():
        return [db.session.scalars(sa.select(sa.func.count()).select_from(model)).one() for model in KEPT]


def beside(page: Page, field: str) -> str:
    """Return what stands as wrong beside a field."""
    node = page.one(f"#{field}-e")
    holder = node.parent
    while holder is not None and "f" not in (holder.attributes.get("class") or "").split():
        holder = holder.parent
    assert holder is not None
    assert "bad" in (holder.attributes.get("class") or "")
    return node.text()


def all_is_kept(page: Page, values: dict[str, Any]) -> None:
    for name, value in (RIGHT | values).items():
        controls = page.all(f'main [name="{name}"]')
        if not controls:
            continue
        if controls[0].attributes.get("type") in ("radio", "checkbox"):
            ticked = [one.attributes.get("value") for one in controls if "checked" in one.attributes]
            sent = [value] if isinstance(value, str) else [consent.ORDER] if value is True else list(value)
            offered = {one.attributes.get("value") for one in controls}
            assert ticked == [one for one in sorted(sent) if one in offered], name
        else:
            assert page.value(name) == value, name


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"who": "cousin"}, "who", "请选"),
        ({"who": "self"}, "who", "给家里人点"),
        ({"for_name": ""}, "for_name", "写个称呼"),
        ({"place": "moon"}, "place", "请选"),
        ({"station": ""}, "station", "哪个站"),
        ({"station": "nowhere"}, "station", "哪个站"),
        ({"station": "s2"}, "station", "没有这一项|另选"),
        ({"address": ""}, "address", "请写地址"),
        ({"address": "巷" * 121}, "address", "太长"),
        ({"t": ["2026-06-09.morning"]}, "t", "6 月 9 日"),  # over
        ({"t": ["2026-06-11.morning"]}, "t", "6 月 12 日"),  # inside the two working days
        ({"t": ["2027-01-08.morning"]}, "t", "四个月"),
        ({"t": [f"2026-06-{day}.morning" for day in (12, 13, 14, 15)]}, "t", "3"),
        ({"t": ["2026-06-31.morning"]}, "t", "这些时间"),
        ({"t": ["2026-06-12.night"]}, "t", "这些时间"),
        ({"people": "0"}, "people", "1"),
        ({"people": "4"}, "people", "3"),
        ({"name": ""}, "name", "姓名"),
        ({"name": "··"}, "name", "姓名"),
        ({"phone": ""}, "phone", "手机号"),
        ({"phone": "1380000432"}, "phone", "少"),
        ({"phone": "0123"}, "phone", "区号"),
        ({"text": "长" * 501}, "text", "太长"),
        ({"consent": ""}, "consent", "打个勾"),
    ],
)
def test_bad_input_is_said_beside_its_field_and_all_that_was_typed_stays(
    app: Flask, client: Browser, make: Make, values: dict[str, Any], field: str, words: str
) -> None:
    item = make.menu_item(stations=["s1", "s4"], people_max=3)
    page = filled(client, item, **values).submit(follow=False)
    assert page.status == 422
    said = beside(page, field)
    assert any(word in said for word in words.split("|")), said
    assert page.all(f'.sum a[href="#{field}"]')
    all_is_kept(page, values)
    assert counts(app) == [0] * len(KEPT)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"text": ""}, "text"),
        ({"people": "1001"}, "people"),
        ({"people": ""}, "people"),
        ({"people": "many"}, "people"),
    ],
)
def test_a_free_need_asks_for_words(app: Flask, client: Browser, values: dict[str, Any], field: str) -> None:
    page = filled(client, None, **values).submit(follow=False)
    assert page.status == 422
    assert beside(page, field)
    all_is_kept(page, values)
    assert counts(app) == [0] * len(KEPT)


def test_several_faults_are_said_at_once(client: Browser, make: Make) -> None:
    page = filled(client, make.menu_item(), name="", phone="", address="", consent="").submit(follow=False)
    assert [one.attributes["href"] for one in page.all(".sum a")] == [
        "#address",
        "#name",
        "#phone",
        "#consent",
    ]


def test_an_item_at_home_cannot_be_had_at_the_station_and_takes_its_own_place(
    app: Flask, client: Browser, make: Make
) -> None:
    at_home = make.menu_item(place=Where.HOME)
    at_station = make.menu_item(place=Where.STATION)
    form = client.get(f"/orders/new?item={at_home}")
    assert form.all("[name=address]")
    assert not form.all("[name=place]")
    assert not client.get(f"/orders/new?item={at_station}").all("[name=address], [name=place]")
    filled(client, at_home, place="station").submit()
    filled(client, at_station, place="home").submit()
    with app.app_context():
        rows = db.session.execute(sa.select(Order.place, Order.address).order_by(Order.id)).all()
    assert rows == [("home", "一巷3号"), ("station", "")]


def test_how_many_is_asked_only_where_it_is_open(client: Browser, make: Make) -> None:
    for least, most, asks in ((1, 1, False), (1, 3, True), (5, 5, False), (5, None, True)):
        page = client.get(f"/orders/new?item={make.menu_item(people_min=least, people_max=most)}")
        assert bool(page.all("[name=people]")) is asks
        if asks:
            assert page.value("people") == str(least)


@pytest.mark.parametrize("item", ["999", "0", "abc", "-1", "²"])
def test_an_unknown_item_is_not_there(client: Browser, item: str) -> None:
    assert client.get(f"/orders/new?item={item}").status == 404
    token = client.token("/orders/new")
    assert client.post(f"/orders/new?item={item}", {"csrf_token": token}).status == 404


def test_an_item_of_a_draft_is_not_there(client: Browser, make: Make) -> None:
    item = make.menu_item(make.menu(published=False))
    assert client.get(f"/orders/new?item={item}").status == 404


@pytest.mark.parametrize("how", ["ended", "over", "to come", "paused"])
def test_an_item_that_cannot_be_ordered_now_says_so_and_leads_on(
    app: Flask, client: Browser, make: Make, how: str
) -> None:
    item = make.menu_item()
    before = filled(client, item)
    with app.app_context(), transaction() as session:
        row = session.get_one(MenuItem, item)
        menu = session.get_one(Menu, row.menu_id)
        if how == "ended":
            menu.status, menu.ended_at = MenuStatus.ENDED, menu.published_at
        elif how == "over":
            menu.ends_on = date(2026, 6, 9)
        elif how == "to come":
            menu.starts_on = date(2026, 6, 11)
        else:
            row.paused = True
    page = client.get(f"/orders/new?item={item}")
    assert page.status == 200
    assert "点不了" in page.one(".flash").text()
    assert not page.all("main form")
    assert page.all('main a[href="/menu"]')
    # Whoever had the form open already loses nothing of what was typed.
    late = before.submit(follow=False)
    assert late.status == 409
    assert late.all(".sum")
    all_is_kept(late, {})
    assert counts(app) == [0] * len(KEPT)


def test_a_station_in_the_address_that_does_not_have_it_is_said_and_not_chosen(
    client: Browser, make: Make
) -> None:
    item = make.menu_item(stations=["s1", "s4"])
    assert client.get(f"/orders/new?item={item}&station=s4").value("station") == "s4"
    page = client.get(f"/orders/new?item={item}&station=s9")
    assert page.value("station") == ""
    assert "第九社区没有这一项" in page.one("#station-h").text()
    assert client.get(f"/orders/new?item={make.menu_item(stations=['s7'])}").value("station") == "s7"


def test_one_number_orders_five_at_once_and_no_more(app: Flask, client: Browser, make: Make) -> None:
    item = make.menu_item()
    for _ in range(5):
        assert filled(client, item).submit(follow=False).status == 303
    page = filled(client, item).submit(follow=False)
    assert page.status == 422
    assert beside(page, "phone")
    all_is_kept(page, {})
    assert counts(app)[0] == 5


def test_many_tries_with_one_number_or_from_one_place_are_slowed_down(
    app: Flask, client: Browser, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = make.menu_item(stations=["s1", "s4"])
    for _ in range(12):
        assert filled(client, item, station="s2").submit(follow=False).status == 422
    page = filled(client, item, station="s2").submit(follow=False)
    assert (page.status, beside(page, "phone") != "") == (429, True)
    with app.app_context():
        while hit(BY_ADDRESS, "order", "127.0.0.1"):
            pass
    page = filled(client, item, phone="13900001111").submit(follow=False)
    assert page.status == 429
    all_is_kept(page, {"phone": "13900001111"})
    assert counts(app)[0] == 0


def test_times_that_an_item_does_not_have_are_refused(client: Browser, make: Make) -> None:
    item = make.menu_item(times=1 << 12)  # Friday morning
    page = client.get(f"/orders/new?item={item}")
    offered: Sequence[str | None] = [one.attributes.get("value") for one in page.all("[name=t]")]
    assert offered[:2] == ["2026-06-12.morning", "2026-06-19.morning"]
    assert offered[-1] == "any"
    page = filled(client, item, t=["2026-06-12.afternoon"]).submit(follow=False)
    assert (page.status, beside(page, "t") != "") == (422, True)


def test_staff_who_write_down_may_have_more_than_five(app: Flask, app_context: None, make: Make) -> None:
    for _ in range(6):
        ordering.order(wish(make, phone="13800004321"), "test", Source.PHONE, make.actor(Role.EDITOR, "s1"))
    assert db.session.scalars(sa.select(sa.func.count()).select_from(Order)).one() == 6
