"""A resident orders on one page: once, privately, and finds it again under “mine”."""

import re
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from portal.access import NOBODY
from portal.activities.models import Category
from portal.db import db
from portal.orders import dispatching, ordering, rating
from portal.orders.flow import State
from portal.orders.menu_models import Where
from portal.orders.models import ForWhom, Grade, Order, OrderDevice, Place, Source, WishedTime
from portal.orders.wishes import Wish
from portal.tokens import new_token
from tests.browser import Browser, Form, Page
from tests.ground.crowd import crowd, failures
from tests.make import Make
from tests.orders.cases import case, wish
from tests.statements import counted

pytestmark = pytest.mark.usefixtures("noon")  # a Wednesday, 10 June 2026

REFERENCE = re.compile(r"D-[0-9A-HJKMNP-TV-Z]{10}")
LINK = re.compile(r"http://localhost/orders/[\w-]{43}")


def filled(browser: Browser, item: int, **values: Any) -> Form:
    typed: dict[str, Any] = {
        "station": "s1",
        "address": "一巷3号",
        "name": "李小红",
        "phone": "138 0000 4321",
        "consent": True,
    }
    return browser.get(f"/orders/new?item={item}").form().fill(**typed | values)


def orders(app: Flask) -> list[Order]:
    with app.app_context():
        return list(db.session.scalars(sa.select(Order).order_by(Order.id)))


def test_an_order_answers_with_reference_private_link_slip_and_what_comes_next(
    app: Flask, client: Browser, make: Make
) -> None:
    item = make.menu_item(place=Where.HOME, people_max=1)
    times = ["2026-06-12.morning", "2026-06-12.afternoon"]
    answer = filled(client, item, who="family", for_name="我妈", t=times, text="三楼").submit(follow=False)
    assert answer.status == 303
    assert LINK.fullmatch(answer.location)
    page = client.get(answer.location)
    assert REFERENCE.fullmatch(page.one("output#reference").text())
    assert page.one("svg.qr").attributes["role"] == "img"
    assert len(page.all(".todo li")) == 3
    slip = page.follow("main a[href$='/slip']")
    for private in (page, slip):
        assert private.headers["Cache-Control"] == "no-store"
        assert private.headers["X-Robots-Tag"] == "noindex"
    assert slip.one(".ref").text() == page.one("#reference").text()
    assert "我妈" in slip.text
    assert "李*红" in slip.text  # ordered for her by
    for private in (page, slip):
        assert not re.search("13800004321|李小红|一巷", private.response.text)
    (row,) = orders(app)
    assert (row.title, row.state, row.source, row.for_whom, row.for_name) == (
        "上门理发",
        State.SUBMITTED,
        Source.WEB,
        ForWhom.FAMILY,
        "我妈",
    )
    assert (row.place, row.address, row.text, row.phone) == (Place.HOME, "一巷3号", "三楼", "13800004321")
    assert row.consent
    with app.app_context():
        wished = db.session.scalars(sa.select(WishedTime).order_by(WishedTime.position))
        assert [f"{one.day}.{one.part}" for one in wished] == times


def test_no_more_than_five_fields_are_to_be_filled(app: Flask, client: Browser, make: Make) -> None:
    """What is not chosen beforehand and has to be: station, address, name, phone, tick."""
    item = make.menu_item(place=Where.HOME)
    assert filled(client, item).submit(follow=False).status == 303
    at_station = make.menu_item(place=Where.STATION, stations=["s1"])
    form = client.get(f"/orders/new?item={at_station}").form()
    assert form.fill(name="李小红", phone="13800004321", consent=True).submit(follow=False).status == 303
    assert len(orders(app)) == 2


def test_a_free_need_is_ordered_in_ones_own_words(app: Flask, client: Browser) -> None:
    form = client.get("/orders/new?station=s4").form()
    page = form.fill(
        text="想请人陪我妈去医院拿药，周五最好",
        place="station",
        name="李小红",
        phone="13800004321",
        consent=True,
    ).submit()
    assert "单子收到了" in page.text
    (row,) = orders(app)
    assert (row.item_id, row.category, row.place, row.address) == (None, None, Place.STATION, "")
    assert row.title == "想请人陪我妈去医院拿药，周五最好"[:20]


def test_a_double_tap_or_a_reload_makes_one_order(app: Flask, client: Browser, make: Make) -> None:
    form = filled(client, make.menu_item())
    first, again = (form.submit(follow=False) for _ in range(2))
    assert first.location == again.location
    assert len(orders(app)) == 1


def order_once(what: Wish, number: int) -> str:
    receipt = ordering.order(what, "test", Source.WEB, NOBODY, device="one device", key="one key")
    return receipt.reference


def test_the_same_form_sent_to_several_processes_at_once_makes_one_order(
    app: Flask, environ: dict[str, str], make: Make
) -> None:
    with app.app_context():
        # The crowd has its own clocks, at the time of today.
        menu = make.menu(starts_on=date(2020, 1, 1), ends_on=date(2099, 1, 1))
        item = make.menu_item(menu)
        what = wish(make, item_id=item, text="")
        what = Wish(**{**{name: getattr(what, name) for name in what.__slots__}, "place": Place.STATION})
        told = crowd(environ, partial(order_once, what), processes=2, threads=2)
        assert failures(told) == []
        assert len(set(told)) == 1
    assert len(orders(app)) == 1


def test_a_device_that_ordered_is_known_again(app: Flask, client: Browser, make: Make) -> None:
    item = make.menu_item()
    first = filled(client, item, station="s4").submit()
    page = client.get(f"/orders/new?item={item}")
    assert page.value("station") == "s4"
    assert page.one(".flash a").attributes["href"] == first.path
    assert "李" not in page.one("main").text()
    other = Browser(app).get(f"/orders/new?item={item}")
    assert other.value("station") == ""
    assert not other.all(".flash")


# Mine


def test_mine_lists_the_orders_of_this_device_until_it_forgets(
    app: Flask, client: Browser, make: Make
) -> None:
    device = new_token()
    client.client.set_cookie("device", device, httponly=True, samesite="Lax")
    open_one = case(app, make, State.RATING, device=device, for_whom=ForWhom.FAMILY, for_name="我妈")
    over = case(app, make, State.REFUSED, device=device)
    theirs = case(app, make, State.SUBMITTED, device="another")
    page = client.get("/mine")
    assert open_one.reference in page.text
    assert "我妈" in page.text
    assert over.reference in page.one("details.done").text()
    assert theirs.reference not in page.text
    assert page.all(f'a[href="/orders/{open_one.token}#rate"]')
    forgotten = page.form("details form").submit()
    assert open_one.reference not in forgotten.text
    assert client.get(f"/orders/{open_one.token}").status == 200
    with app.app_context():
        left = db.session.scalars(sa.select(OrderDevice.order_id)).all()
        assert left == [theirs.order_id]


def look_up(browser: Browser, phone: str, code: str) -> Page:
    return browser.get("/mine").form("aside form.box").fill(phone=phone, code=code).submit(follow=False)


@pytest.mark.parametrize("typed", ["{}", " {} ", "lower", "bare"])
def test_phone_and_reference_find_an_order_on_another_device(
    app: Flask, client: Browser, make: Make, typed: str
) -> None:
    made = case(app, make)
    code = {"lower": made.reference.lower(), "bare": made.reference[2:]}.get(typed) or typed.format(
        made.reference
    )
    answer = look_up(client, made.phone, code)
    assert answer.location.endswith(f"/orders/{made.token}")
    assert made.reference in client.get("/mine").text


def test_a_miss_tells_nothing_and_asks_the_database_the_same(app: Flask, client: Browser, make: Make) -> None:
    made = case(app, make)
    look_up(client, "13911112222", "D-0000000000")  # what is remembered per process is asked for once
    said, asked = set(), set()
    for phone, code in (
        ("13911112222", made.reference),
        (made.phone, "D-0000000000"),
        (made.phone, "R-0000000000"),
        ("13911112222", "D-0000000000"),
    ):
        with counted(app) as statements:
            page = look_up(client, phone, code)
        assert page.status == 422
        said.add(page.one("#code-e").text())
        asked.add(len(statements))
    assert (len(said), len(asked)) == (1, 1)


# The public list


def test_the_public_list_begins_with_offered_and_holds_nothing_personal(
    app: Flask, client: Browser, make: Make
) -> None:
    words = {"name": "欧阳明日", "text": "心愿的话", "for_whom": ForWhom.OTHER, "for_name": "梅阿婆"}
    where = {"place": Place.HOME, "address": "九巷九号"}
    known = [State.OFFERED, State.ACCEPTED, State.SCHEDULED, State.RATING, State.FOLLOW_UP, State.CLOSED]
    unknown = [
        State.SUBMITTED,
        State.RETURNED,
        State.ADMITTED,
        State.REFUSED,
        State.WITHDRAWN,
        State.CANCELLED,
    ]
    made = [case(app, make, state, **words, **where) for state in known + unknown]
    page = client.get("/orders/")
    assert len(page.all("tbody tr")) == len(known)
    assert not re.search("欧阳|明日|心愿的话|梅阿婆|九巷|教用手机|1390000", page.response.text)
    assert not any(one.reference in page.response.text or one.token in page.response.text for one in made)
    assert "微心愿，教育服务" in page.text
    assert "X-Robots-Tag" not in page.headers


def test_an_item_stands_on_the_public_list_by_its_title(app: Flask, client: Browser, make: Make) -> None:
    item = make.menu_item(title="上门理发", people_max=1)
    made = case(app, make, item_id=item, text="不给别人看")
    with app.app_context():
        dispatching.admit(made.order_id, made.editor)
        dispatching.offer(made.order_id, [dispatching.Choice(made.team_id, 1)], "", made.office)
    row = client.get("/orders/").one("tbody tr").text()
    assert "上门理发" in row
    assert "第一社区" in row
    assert "6 月 10 日" in row
    assert "待接单" in row


def test_satisfaction_is_shown_from_five_ratings_on_with_how_many_they_are(
    app: Flask, client: Browser, make: Make, noon: time_machine.Traveller
) -> None:
    for grade in (Grade.GOOD, Grade.FAIR, Grade.VERY_GOOD, Grade.BAD):
        made = case(app, make, State.RATING)
        with app.app_context():
            rating.rate(made.order_id, grade, "")
    noon.shift(timedelta(days=1))
    assert "%" not in client.get("/orders/").one("main").text()
    made = case(app, make, State.CLOSED)
    noon.shift(timedelta(days=1))
    page = client.get("/orders/")
    assert "5 单有评价，其中 80% 满意" in page.text
    case(app, make, State.RATING)  # whoever has not rated is not satisfied, and not counted
    assert "5 单有评价，其中 80% 满意" in client.get("/orders/").text
    assert made.reference not in page.text


def test_an_empty_list_says_so(client: Browser) -> None:
    assert client.get("/orders/").all(".empty")


# What pages cost

DEVICE = "a device of the tests"
COSTS = {
    "/orders/": 2,
    "/orders/new": 2,  # of which the last orders of this device
    "/orders/new?item={item}": 6,
    "/orders/{token}": 3,
    "/orders/{token}/slip": 2,
    "/orders/{token}/withdraw": 2,
    "/mine": 2,
}


def test_pages_cost_the_same_with_few_orders_and_with_many(app: Flask, make: Make) -> None:
    browser = Browser(app)
    browser.client.set_cookie("device", DEVICE, httponly=True, samesite="Lax")
    seen = []
    for number in (2, 20):
        made = [case(app, make, State.OFFERED, device=DEVICE) for _ in range(number)]
        values = {"token": made[-1].token, "item": make.menu_item(category=Category.EDUCATION)}
        costs = {}
        for address in COSTS:
            browser.get(address.format(**values))
            with counted(app) as statements:
                assert browser.get(address.format(**values)).status == 200
            costs[address] = len(statements)
        seen.append(costs)
    assert seen[0] == seen[1] == COSTS
