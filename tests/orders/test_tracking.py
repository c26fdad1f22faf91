"""Whoever holds the link reads how far the order is, in every state, and does what is theirs to do."""

import re
from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from flask import Flask

from portal.access import Role
from portal.activities.models import Category
from portal.clock import ZONE, at
from portal.orders import deadlines, dispatching, ordering, serving
from portal.orders.flow import State
from portal.orders.models import ForWhom, Place, Source
from portal.orders.ordering import token_of
from portal.orders.tracking import until_said
from portal.tokens import new_token
from tests.browser import Browser
from tests.make import Make
from tests.orders.cases import Case, case, wish

pytestmark = pytest.mark.usefixtures("noon")  # a Wednesday, 10 June 2026

WAITS = (State.SUBMITTED, State.ADMITTED, State.OFFERED, State.ACCEPTED, State.SCHEDULED, State.FOLLOW_UP)
# Per state: how many steps are done, which is the current one, and what the page says.
SAID = {
    State.SUBMITTED: (1, "派单", "第一社区实践站，明天下班前受理"),
    State.RETURNED: (1, "派单", "还差您一句话.*几点方便？"),
    State.ADMITTED: (1, "派单", "正在找合适的服务队，明天下班前派出去"),
    State.OFFERED: (2, "接单", "已经派给.*，周五下班前回话。 到时没有回话，我们换一支队，您不用再点一次"),
    State.ACCEPTED: (3, "服务", "接单了，明天下班前给您打电话定时间"),
    State.SCHEDULED: (3, "服务", "等您，时间是6 月 10 日周三 14:00–15:00"),
    State.RATING: (4, "评单", "您满意吗？选一个就行，6 月 17 日前都能评"),
    State.FOLLOW_UP: (4, "评单", "明天下班前会有人给您打电话"),
    State.CLOSED: (5, "", "办结了，谢谢您评单"),
    State.REFUSED: (1, "", "这一单办不了： 要有执业资格"),
    State.WITHDRAWN: (1, "", "这一单撤了"),
    State.CANCELLED: (1, "", "只好取消了： 台风"),
}


def page_of(client: Browser, made: Case, part: bool = False) -> str:
    return client.get(f"/orders/{made.token}", part=part).text


@pytest.mark.parametrize("state", SAID)
def test_every_state_is_told_in_words_with_its_step(
    app: Flask, client: Browser, make: Make, state: State
) -> None:
    made = case(app, make, state)
    page = client.get(f"/orders/{made.token}")
    done, current, words = SAID[state]
    assert len(page.all(".steps .done")) == done
    assert [one.text() for one in page.all(".steps [aria-current=step] b")] == [current] * bool(current)
    assert re.search(words, " ".join(page.one(".flash").text(separator=" ").split())), page.text
    assert page.one("output#reference").text() == made.reference
    assert page.headers["Cache-Control"] == "no-store"
    # Whoever waits sees news without doing anything; whoever is to write something is not disturbed.
    assert bool(page.all("#order[hx-get]")) is (state in WAITS)
    assert bool(page.all("script")) is (state in WAITS)
    assert made.phone not in page.response.text


def test_the_steps_say_when(app: Flask, client: Browser, make: Make) -> None:
    made = case(app, make, State.SCHEDULED)
    page = client.get(f"/orders/{made.token}")
    assert [one.text() for one in page.all(".steps small")] == ["今天 12:00"] * 3 + ["今天 14:00"]


def test_the_page_asks_itself_only_for_what_is_new(app: Flask, client: Browser, make: Make) -> None:
    made = case(app, make)
    whole = client.get(f"/orders/{made.token}")
    again = whole.one("#order").attributes["hx-get"] or ""
    assert client.get(again, part=True).status == 204
    with app.app_context():
        dispatching.admit(made.order_id, made.editor, "教用手机", Category.EDUCATION)
    part = client.get(again, part=True)
    assert part.status == 200
    assert not part.all("header.top")
    assert "已经受理" in part.text
    assert len(part.all("#order")) == 1
    assert client.get(part.one("#order").attributes["hx-get"] or "", part=True).status == 204
    assert client.get(again).all("header.top")  # opened as a page, it is a whole one


def test_what_is_late_is_owned_up_to(
    app: Flask, client: Browser, make: Make, noon: time_machine.Traveller
) -> None:
    made = case(app, make)
    noon.move_to(datetime(2026, 6, 12, 9, tzinfo=ZONE))
    assert "这一步比说好的晚了，我们正在催" in page_of(client, made)
    noon.move_to(datetime(2026, 6, 12, 19, tzinfo=ZONE))
    with app.app_context():
        deadlines.keep_time()
    assert "上一级已经知道" in page_of(client, made)


def test_a_team_that_declines_is_not_blamed(app: Flask, client: Browser, make: Make) -> None:
    made = case(app, make, State.OFFERED)
    with app.app_context():
        serving.decline(made.order_id, "老是找我们", made.leader, made.leader_id)
    text = page_of(client, made)
    assert "正在给您另找一支有空的队" in text
    assert "您不用再点一次" in text
    assert "时间排不开，再找一支队" in text
    assert "老是找我们" not in text
    assert made.leader.name not in text
    with app.app_context():
        other = make.team("s2")
        dispatching.offer(made.order_id, [dispatching.Choice(other, 1)], "内部的话", made.office)
    text = page_of(client, made)
    assert "这回问的是" in text
    assert "内部的话" not in text


def test_what_only_staff_write_is_not_shown(app: Flask, client: Browser, make: Make) -> None:
    made = case(app, make, State.ADMITTED)
    with app.app_context():
        dispatching.remark(made.order_id, "家里有狗", made.editor)
        dispatching.hurry(made.order_id, "快一点", made.office)
    text = page_of(client, made)
    assert "家里有狗" not in text
    assert "备注" not in text
    assert "快一点" in text
    assert f"第一社区 {made.editor.name}" in text


def test_a_foreign_link_opens_nothing(app: Flask, client: Browser, make: Make) -> None:
    made = case(app, make, State.RATING)
    token = client.token("/orders/new")
    for address in ("", "/slip", "/withdraw"):
        assert client.get(f"/orders/{new_token()}{address}").status == 404
    for address in ("withdraw", "answer", "rating", "reopen"):
        sent = {"csrf_token": token, "grade": "good", "answer": "x", "why": "x"}
        assert client.post(f"/orders/{new_token()}/{address}", sent).status == 404
        assert client.post(f"/orders/{made.token[:-1]}/{address}", sent).status == 404
    assert client.get(f"/orders/{made.reference}").status == 404
    with app.app_context():
        assert made.row().grade is None


def test_withdrawing_asks_first_and_is_done_once(app: Flask, client: Browser, make: Make) -> None:
    made = case(app, make, State.SCHEDULED)
    asked = client.get(f"/orders/{made.token}").follow("main a[href$='/withdraw']")
    with app.app_context():
        assert made.row().state is State.SCHEDULED
    form = asked.form()
    page = form.submit()
    assert "撤单了" in page.text
    assert form.submit().path == page.path
    with app.app_context():
        assert made.row().state is State.WITHDRAWN
    assert client.get(f"/orders/{made.token}/withdraw", follow=False).status == 303


def test_what_has_begun_is_not_withdrawn(app: Flask, client: Browser, make: Make) -> None:
    made = case(app, make, State.SCHEDULED)
    form = client.get(f"/orders/{made.token}/withdraw").form()
    with app.app_context():
        serving.start(made.order_id, made.leader, made.leader_id)
    assert "撤不了" in form.submit().text
    page = client.get(f"/orders/{made.token}/withdraw")
    assert "撤不了" in page.text
    assert not page.all("main form")
    text = page_of(client, made)
    assert "正在给您服务" in text
    with app.app_context():
        assert made.row().state is State.SERVING


def test_an_answer_sends_the_order_on_its_way_again(app: Flask, client: Browser, make: Make) -> None:
    made = case(app, make, State.RETURNED)
    empty = client.get(f"/orders/{made.token}").form().submit()
    assert empty.status == 422
    assert empty.all("#answer-e")
    long = "长" * 501
    kept = client.get(f"/orders/{made.token}").form().fill(answer=long).submit()
    assert (kept.status, kept.value("answer")) == (422, long)
    form = client.get(f"/orders/{made.token}").form().fill(answer="下午三点")
    page = form.submit()
    assert "您的回话收到了" in page.text
    assert "下午三点" in page.text
    assert form.submit().path == page.path  # sent twice, it is answered once
    with app.app_context():
        assert made.row().state is State.SUBMITTED


def test_a_closed_order_is_taken_up_again_within_seven_days(
    app: Flask, client: Browser, make: Make, noon: time_machine.Traveller
) -> None:
    made = case(app, make, State.CLOSED)
    form = client.get(f"/orders/{made.token}").form()
    assert form.submit().all("#why-e")
    late = client.get(f"/orders/{made.token}").form().fill(why="灯又坏了")
    noon.shift(timedelta(days=8))
    refused = late.submit()
    assert refused.status == 422
    assert refused.all("#why-e") or not refused.all("[name=why]")
    assert not client.get(f"/orders/{made.token}").all("[name=why]")
    noon.shift(timedelta(days=-2))
    page = client.get(f"/orders/{made.token}").form().fill(why="灯又坏了").submit()
    assert "重新办了，明天下班前再派一支服务队" in page.text
    assert "灯又坏了" in page.text
    assert len(page.all(".steps .done")) == 1


def test_the_slip_of_what_staff_wrote_down_says_who_and_has_no_address(
    app: Flask, client: Browser, make: Make
) -> None:
    with app.app_context():
        what = wish(
            make,
            for_whom=ForWhom.OTHER,
            for_name="李阿英",
            place=Place.HOME,
            address="一巷3号",
            name="王大明",
        )
        by = make.actor(Role.EDITOR, "s1")
        receipt = ordering.order(what, "test", Source.PHONE, by)
        token = token_of(receipt.reference)
    page = client.get(f"/orders/{token}/slip")
    assert by.name in page.text
    assert "李阿英" in page.text
    assert "上门，第一社区" in page.text
    assert not re.search("一巷|王大明|今天|明天", page.one("article").text())


def test_when_names_have_gone_the_page_still_opens(
    app: Flask, client: Browser, make: Make, noon: time_machine.Traveller
) -> None:
    made = case(app, make, State.WITHDRAWN)
    noon.shift(timedelta(days=181))
    with app.app_context():
        assert deadlines.forget_askers() == 1
    page = client.get(f"/orders/{made.token}")
    assert page.one("h1").text() == "微心愿"
    assert client.get(f"/orders/{made.token}/slip").status == 200


def test_a_draft_of_the_desk_has_no_page(app: Flask, client: Browser, make: Make) -> None:
    with app.app_context():
        receipt = ordering.order(
            wish(make), "", Source.DESK, make.actor(Role.EDITOR, "s1"), device="d", draft=True
        )
        token = token_of(receipt.reference)
    assert client.get(f"/orders/{token}").status == 404
    client.client.set_cookie("device", "d", httponly=True, samesite="Lax")
    assert receipt.reference not in client.get("/mine").text


def test_the_words_follow_the_week(app: Flask, app_context: None, make: Make) -> None:
    said = [until_said(at(date(2026, 6, day), time(18))) for day in (10, 11, 12, 15)]
    assert said == ["今天下班前", "明天下班前", "周五下班前", "6 月 15 日下班前"]
