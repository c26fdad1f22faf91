"""What nobody answered is counted with the orders behind it; neighbours see no personal data and offer teams."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.access import Role
from portal.activities.models import Category
from portal.clock import now, today
from portal.db import db, transaction
from portal.orders import needs
from portal.orders.flow import State
from portal.orders.models import OfferedHelp, Order, PartOfDay
from tests.conftest import SignIn
from tests.make import Make
from tests.orders.cases import Case, case
from tests.orders.test_dispatch_pages import join_cluster

pytestmark = pytest.mark.usefixtures("noon")

FEED = "/staff/orders/neighbours"


def late(app: Flask, made: Case) -> Case:
    with app.app_context(), transaction() as session:
        session.get_one(Order, made.order_id).due_at = now() - timedelta(hours=1)
    return made


def test_needs_are_counted_by_reason_and_each_order_once(app: Flask, make: Make) -> None:
    item = make.menu_item()
    case(app, make, State.REFUSED)  # free, not sorted, and refused
    case(app, make, State.CLOSED)  # free, served all the same: no item covers it
    case(app, make, State.CLOSED, item_id=item)  # met
    case(app, make, State.ADMITTED, item_id=item)  # a team is being looked for, in time
    late(app, case(app, make, State.ADMITTED, item_id=item))
    case(app, make, State.CANCELLED, item_id=item)
    case(app, make, State.WITHDRAWN)
    with app.app_context():
        found = {
            (one.category, one.orders, one.free, one.refused, one.unanswered)
            for one in needs.unmet(make.scope("s1"))
        }
        assert found == {
            (None, 1, 1, 1, 0),
            (Category.EDUCATION, 1, 1, 0, 0),
            (Category.VOLUNTEERING, 2, 0, 0, 2),
        }
        for one in needs.unmet(make.scope("s1")):
            behind = needs.unmet_orders(make.scope("s1"), one.station_id, one.category)
            assert len(behind) == one.orders
        assert needs.unmet(make.scope("s2")) == []


def test_the_window_is_chosen(app: Flask, sign_in: SignIn, make: Make) -> None:
    made = case(app, make, State.REFUSED)
    with app.app_context(), transaction() as session:
        session.get_one(Order, made.order_id).created_at = now() - timedelta(days=100)
    editor = sign_in(Role.EDITOR, "s1")
    assert [len(editor.get(f"/staff/orders/needs?days={days}").all("tbody tr")) for days in (90, 180)] == [
        0,
        1,
    ]
    assert editor.get("/staff/orders/needs?days=7").all('.chip[aria-current][href$="days=180"]')


def test_the_orders_behind_a_figure_come_with_words_but_no_names_or_numbers(
    app: Flask, sign_in: SignIn, make: Make
) -> None:
    made = case(app, make, State.REFUSED, text="想请人修热水器", name="林阿妹", address="三巷 12 号")
    page = sign_in(Role.EDITOR, "office").get("/staff/orders/needs").follow("tbody td a")
    assert "想请人修热水器" in page.one("#rows").text()
    assert page.all(f'#rows a[href="/staff/orders/{made.order_id}"]')
    for personal in ("林阿妹", made.phone, made.phone[-4:], "三巷"):
        assert personal not in page.response.text
    foreign = sign_in(Role.EDITOR, "s2")
    assert not foreign.get("/staff/orders/needs").all("tbody tr")
    odd = f"/staff/orders/needs?station={make.station('s1')}&category=none"
    assert "热水器" not in foreign.get(odd).text


def test_the_desk_shows_the_three_most_wanted(app: Flask, sign_in: SignIn, make: Make) -> None:
    item = {one: make.menu_item(title=one.value, category=one) for one in Category}
    for number, category in enumerate(Category):
        for _ in range(number + 1):
            case(app, make, State.CANCELLED, item_id=item[category])
    page = sign_in(Role.EDITOR, "s1").get("/staff/")
    shown = [one.attributes["href"] or "" for one in page.all('a.btn[href*="/needs?"]')]
    assert [address.split("category=")[1] for address in shown] == [
        f"{one.value}#rows" for one in reversed(list(Category)[-3:])
    ]


def test_neighbours_see_no_personal_data(app: Flask, sign_in: SignIn, make: Make) -> None:
    join_cluster(app, make, "s1", "s9")
    day = today() + timedelta(days=3)
    what = {"name": "林阿妹", "address": "三巷 12 号", "text": "我是林阿妹，想学手机", "people": 3}
    times = ((day, PartOfDay.MORNING),)
    free = case(app, make, State.SUBMITTED, times=times, **what)
    with app.app_context(), transaction() as session:
        row = session.get_one(Order, free.order_id)
        row.state, row.category = (
            State.ADMITTED,
            Category.EDUCATION,
        )  # admitted with a title that says too much
        row.title = "林阿妹想学手机"
    listed = case(app, make, State.OFFERED, item_id=make.menu_item(title="上门理发"), name="陈惠玲")
    case(app, make, State.ACCEPTED, station="s1", item_id=make.menu_item(title="量血压"))
    case(app, make, State.ADMITTED, station="s2", item_id=make.menu_item(title="下棋"))
    for role in (Role.EDITOR, Role.AUDITOR):
        page = sign_in(role, "s9").get(FEED)
        text = page.response.text
        assert "心愿：" in page.text
        assert "上门理发" in page.text
        assert "3 人" in page.text
        assert "上午" in page.text
        assert "第一社区" in page.text
        for hidden in ("林阿妹", "陈惠玲", "三巷", "想学手机", free.phone, listed.phone, free.reference):
            assert hidden not in text
        assert "量血压" not in text  # it has a team
        assert "下棋" not in text  # of no neighbour
        for made in (free, listed):
            assert sign_in(role, "s9").get(f"/staff/orders/{made.order_id}").status == 404


def test_a_neighbour_offers_its_own_team_once(app: Flask, sign_in: SignIn, make: Make) -> None:
    join_cluster(app, make, "s1", "s9")
    made = case(app, make, State.ADMITTED)
    ours, theirs = make.team("s9"), make.team("s2")
    editor = sign_in(Role.EDITOR, "s9")
    form = editor.get(FEED).form('form[action^="/staff/orders/neighbours"]')
    assert form.put("team", str(theirs)).submit().status == 422
    form.put("team", str(ours)).fill(word="周六都行")
    assert [form.submit().status, form.submit().status] == [200, 200]
    assert "我们报了：" in editor.get(FEED).text
    with app.app_context():
        found = db.session.scalars(sa.select(OfferedHelp)).all()
        assert [(one.order_id, one.team_id, one.word) for one in found] == [(made.order_id, ours, "周六都行")]


def test_whoever_is_no_neighbour_offers_nothing(app: Flask, sign_in: SignIn, make: Make) -> None:
    join_cluster(app, make, "s1", "s9")
    case(app, make, State.ADMITTED, station="s1")
    far = case(app, make, State.ADMITTED, station="s2")
    team = make.team("s9")
    editor = sign_in(Role.EDITOR, "s9")
    form = editor.get(FEED).form('form[action^="/staff/orders/neighbours"]')
    for order_id in (str(far.order_id), "0", "x", str(2**63 - 1)):
        assert form.put("order_id", order_id).put("team", str(team)).submit().status == 404


def test_a_station_in_no_cluster_is_told_so(sign_in: SignIn) -> None:
    page = sign_in(Role.EDITOR, "office").get(FEED)
    assert "没有联片" in page.one(".empty").text()
