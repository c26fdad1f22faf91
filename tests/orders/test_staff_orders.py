"""Staff find an order, see what the table lets them do, and do it; who comes second is told."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from portal.access import Role
from portal.clock import now
from portal.db import db, transaction
from portal.orders import dispatching
from portal.orders.flow import READS, STEPS, Act, Reads, State
from portal.orders.models import Order, OrderStep, RatedBy
from tests.browser import Browser, Page
from tests.conftest import SignIn
from tests.make import Make
from tests.orders.cases import Case, case

pytestmark = pytest.mark.usefixtures("noon")

# Which form on the page does which step; the others are done by askers, teams or the portal.
ENDPOINTS = {
    Act.ADMIT: "admit",
    Act.RETURN: "back",
    Act.ANSWER: "answer",
    Act.REFUSE: "refuse",
    Act.OFFER: "dispatch",
    Act.ACCEPT: "accept",
    Act.DECLINE: "decline",
    Act.REDISPATCH: "redispatch",
    Act.SCHEDULE: "schedule",
    Act.RATE: "rate",
    Act.FINISH_CALL: "call",
    Act.REOPEN: "reopen",
    Act.WITHDRAW: "withdraw",
    Act.CANCEL: "cancel",
}
STILL = {"hurry", "note", "phone"}
REACHED = [state for state in State if state not in (State.DRAFT, State.SERVING)]


def acts_on(page: Page) -> set[str]:
    """Return the last words of the addresses of the forms about this order."""
    found = {
        (one.attributes.get("action") or "").split("#")[0].split("?")[0] for one in page.all("main form")
    }
    return {one.rsplit("/", 1)[1] for one in found if one.startswith(page.path.split("?")[0] + "/")}


def standing(app: Flask, made: Case) -> State:
    with app.app_context():
        return db.session.scalars(sa.select(Order.state).where(Order.id == made.order_id)).one()


def steps(app: Flask, made: Case) -> list[Act]:
    with app.app_context():
        wanted = sa.select(OrderStep.act).where(OrderStep.order_id == made.order_id)
        return list(db.session.scalars(wanted.order_by(OrderStep.id)))


@pytest.mark.parametrize("state", REACHED)
@pytest.mark.parametrize(("role", "station"), [(Role.EDITOR, "s1"), (Role.MANAGER, "office")])
def test_the_page_offers_exactly_what_the_table_allows(
    app: Flask, sign_in: SignIn, make: Make, state: State, role: Role, station: str
) -> None:
    made = case(app, make, state)
    parts = {"station"} if station == "s1" else {"station", "dispatch"}
    allowed = {
        ENDPOINTS[step.act]
        for step in STEPS
        if state in step.sources and step.act in ENDPOINTS and parts & {one.value for one in step.who}
    }
    page = sign_in(role, station).get(f"/staff/orders/{made.order_id}")
    assert acts_on(page) - STILL == allowed


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.REVIEWER])
def test_readers_read_everything_and_change_nothing(
    app: Flask, sign_in: SignIn, make: Make, role: Role
) -> None:
    reader = sign_in(role, "center")
    for state in REACHED:
        made = case(app, make, state)
        before = steps(app, made)
        page = reader.get(f"/staff/orders/{made.order_id}")
        assert not acts_on(page)
        for act in (*ENDPOINTS.values(), *STILL):
            sent = {"csrf_token": reader.token("/staff/orders"), f"{act}_note": "x", "reason": "check"}
            assert reader.post(f"/staff/orders/{made.order_id}/{act}", sent).status == 403
        assert steps(app, made) == before


def test_the_list_shows_what_is_due_first_on_top_and_what_is_late(
    app: Flask, sign_in: SignIn, make: Make
) -> None:
    early, late = case(app, make), case(app, make, State.ADMITTED)
    elsewhere = case(app, make, station="s2")
    with app.app_context(), transaction() as session:
        session.get_one(Order, late.order_id).due_at = now() - timedelta(days=6)  # Thursday noon
    page = sign_in(Role.EDITOR, "s1").get("/staff/orders")
    shown = [one.attributes["href"] for one in page.all("tbody th a")]
    assert shown == [f"/staff/orders/{late.order_id}", f"/staff/orders/{early.order_id}"]
    assert page.one("td .s-late-w").text() == "迟 4 个工作日"
    assert "迟了 1 单" in page.text
    assert elsewhere.reference not in page.text
    office = sign_in(Role.EDITOR, "office").get("/staff/orders")
    assert elsewhere.reference in office.text
    assert "在第一社区手上" in office.text
    narrowed = office.form('form[action="/staff/orders"][method=get]').fill(station=str(make.station("s2")))
    assert [one.attributes["href"] for one in narrowed.submit().all("tbody th a")] == [
        f"/staff/orders/{elsewhere.order_id}"
    ]


def test_chips_count_each_group_and_pages_follow(app: Flask, sign_in: SignIn, make: Make) -> None:
    case(app, make, State.CLOSED)
    for _ in range(31):
        case(app, make)
    editor = sign_in(Role.EDITOR, "s1")
    page = editor.get("/staff/orders")
    assert [one.text().split() for one in page.all(".chip")][:2] == [["在办", "31"], ["等受理", "31"]]
    assert len(page.all("tbody tr")) == 30
    assert len(page.follow(".pager a").all("tbody tr")) == 1
    assert len(editor.get("/staff/orders?group=closed").all("tbody tr")) == 1
    for odd in ("group=x&page=-1&station=zz", "page=99999999999999999999", "station=" + "9" * 30):
        assert editor.get(f"/staff/orders?{odd}").status == 200


@pytest.mark.parametrize("by", ["reference", "lower", "phone", "name"])
def test_an_order_is_found_by_what_people_know(app: Flask, sign_in: SignIn, make: Make, by: str) -> None:
    made = case(app, make, name="林阿妹")
    other = case(app, make, name="陈阿妹")
    words = {
        "reference": made.reference,
        "lower": made.reference.lower().replace("-", " "),
        "phone": f"{made.phone[:3]} {made.phone[3:7]}-{made.phone[7:]}",
        "name": "林阿妹",
    }[by]
    page = sign_in(Role.EDITOR, "s1").get("/staff/orders").form("form.s-find").fill(q=words).submit()
    assert made.reference in page.text
    assert other.reference not in page.text
    assert words not in page.path
    foreign = sign_in(Role.EDITOR, "s2").get("/staff/orders").form("form.s-find").fill(q=words).submit()
    assert made.reference not in foreign.text


def test_the_number_is_masked_and_shown_with_a_reason_that_is_logged(
    app: Flask, sign_in: SignIn, make: Make
) -> None:
    made = case(app, make)
    editor = sign_in(Role.EDITOR, "s1")
    page = editor.get(f"/staff/orders/{made.order_id}")
    assert made.phone not in page.response.text
    form = page.form('form[action*="/phone"]')
    refused = form.submit()
    assert (refused.status, made.phone in refused.response.text) == (422, False)
    assert Act.NOTE not in steps(app, made)
    shown = form.fill(reason="check").submit()
    assert made.phone in shown.response.text
    assert form.submit().status == 200  # the same form again is one look
    assert steps(app, made).count(Act.NOTE) == 1
    assert "看了全号：" in editor.get(f"/staff/orders/{made.order_id}").text
    listed = editor.get("/staff/orders")
    assert made.phone not in listed.response.text


def test_a_free_need_gets_a_title_and_a_category(app: Flask, sign_in: SignIn, make: Make) -> None:
    made = case(app, make, text="我是林阿妹，住三巷 12 号，想学手机")
    form = sign_in(Role.EDITOR, "s1").get(f"/staff/orders/{made.order_id}").form('form[action$="/admit"]')
    wrong = form.fill(admit_title="教手机，打 13800000001").submit()
    assert wrong.status == 422
    assert wrong.value("admit_title") == "教手机，打 13800000001"
    assert len(wrong.all(".err")) == 1
    wrong = wrong.form('form[action$="/admit"]').fill(admit_title="教用手机").submit()
    assert wrong.status == 422
    assert "哪" in wrong.one("#admit_category .err").text() or wrong.all("#admit_category .err")
    done = wrong.form('form[action$="/admit"]').fill(admit_category="education").submit()
    assert "教用手机" in done.one("h1").text()
    assert standing(app, made) is State.ADMITTED


def test_a_refusal_needs_a_reason_that_only_the_asker_reads(app: Flask, sign_in: SignIn, make: Make) -> None:
    made = case(app, make)
    form = sign_in(Role.EDITOR, "s1").get(f"/staff/orders/{made.order_id}").form('form[action$="/refuse"]')
    assert form.submit().status == 422
    assert form.fill(refuse_why="other").submit().status == 422
    page = form.fill(refuse_why="licence", refuse_note="请问社区卫生站").submit()
    assert standing(app, made) is State.REFUSED
    with app.app_context():
        last = db.session.scalars(sa.select(OrderStep).order_by(OrderStep.id.desc())).first()
        assert last is not None
        assert (last.act, READS[last.act]) == (Act.REFUSE, Reads.ASKER)
        assert last.note == "要有执业资格。请问社区卫生站"
    assert "只有点单的人看得到" in page.all(".s-log li")[0].text()


def test_the_second_of_two_gets_409_with_the_name_and_keeps_what_was_typed(
    app: Flask, sign_in: SignIn, make: Make
) -> None:
    made = case(app, make)
    first, second = sign_in(Role.EDITOR, "s1"), sign_in(Role.EDITOR, "office")
    address = f"/staff/orders/{made.order_id}"
    late = second.get(address).form('form[action$="/back"]').fill(back_note="几点方便？")
    refuse = first.get(address).form('form[action$="/refuse"]')
    refuse.fill(refuse_why="kind").submit()
    page = late.submit()
    assert page.status == 409
    told = page.one("#sum").text()
    assert "editor" in told
    assert "of s1" in told
    assert "几点方便？" in told
    assert "back" not in acts_on(page)
    assert steps(app, made)[-1] is Act.REFUSE


def test_a_double_tap_does_it_once(app: Flask, sign_in: SignIn, make: Make) -> None:
    made = case(app, make)
    page = sign_in(Role.EDITOR, "s1").get(f"/staff/orders/{made.order_id}")
    for name in ("hurry", "note", "back"):
        form = page.form(f'form[action$="/{name}"]').fill(**{f"{name}_note": "请回话"})
        assert [form.submit().status, form.submit().status] == [200, 200]
    assert steps(app, made) == [Act.SUBMIT, Act.HURRY, Act.NOTE, Act.RETURN]


def test_a_note_needs_words_and_says_so_beside_the_field(app: Flask, sign_in: SignIn, make: Make) -> None:
    made = case(app, make, State.ACCEPTED)
    page = sign_in(Role.EDITOR, "office").get(f"/staff/orders/{made.order_id}")
    for name in ("redispatch", "cancel", "note"):
        wrong = page.form(f'form[action$="/{name}"]').submit()
        assert wrong.status == 422
        assert wrong.all(f"#{name}_note-e"), name
        assert wrong.one(f'form[action$="/{name}"]').parent.attributes.get("open", "no") != "no"  # type: ignore[union-attr]
    assert standing(app, made) is State.ACCEPTED


def test_through_the_whole_loop_on_the_phone(app: Flask, sign_in: SignIn, make: Make) -> None:
    made = case(app, make, State.ADMITTED)
    office = sign_in(Role.EDITOR, "office")
    address = f"/staff/orders/{made.order_id}"

    def do(page: Page, act: str, **values: str | bool | list[str]) -> Page:
        return page.form(f'form[action*="/{act}"]').fill(**values).submit()

    page = do(office.get(address), "dispatch", team=str(made.team_id), note="请说慢一点")
    assert standing(app, made) is State.OFFERED
    page = do(page, "accept")
    page = do(page, "schedule", schedule_day="2026-06-11", schedule_starts="09:00", schedule_ends="08:00")
    assert page.status == 422
    assert page.all("#schedule_ends-e")
    page = do(page, "schedule", schedule_ends="10:30")
    assert standing(app, made) is State.SCHEDULED
    with time_machine.travel(now() + timedelta(days=1, hours=1), tick=False):
        page = sign_in(Role.EDITOR, "office").get(address)
        report = page.follow(f'a[href="{address}/report"]')
        page = do(report, "report", helpers=str(made.member_id))
        assert standing(app, made) is State.RATING
        page = do(page, "rate", rate_grade="bad", rate_words="来晚了")
        assert standing(app, made) is State.FOLLOW_UP
        assert "电话问来的" in page.text
        assert do(page, "call").status == 422
        page = do(page, "call", call_note="说好下周再来")
        assert standing(app, made) is State.CLOSED
        page = do(page, "reopen", reopen_note="还没修好")
        assert standing(app, made) is State.ADMITTED
    with app.app_context():
        wanted = sa.select(OrderStep.act).where(OrderStep.order_id == made.order_id)
        assert Act.FINISH_CALL in set(db.session.scalars(wanted))


def test_a_rating_by_phone_is_a_marked_channel(app: Flask, sign_in: SignIn, make: Make) -> None:
    made = case(app, make, State.RATING)
    page = sign_in(Role.EDITOR, "s1").get(f"/staff/orders/{made.order_id}")
    page.form('form[action$="/rate"]').fill(rate_grade="good").submit()
    with app.app_context():
        assert db.session.get_one(Order, made.order_id).rated_by is RatedBy.PHONE
    by_link = case(app, make, State.CLOSED)
    assert "电话问来的" not in sign_in().get(f"/staff/orders/{by_link.order_id}").text


def test_what_was_closed_long_ago_is_not_taken_up_again(app: Flask, sign_in: SignIn, make: Make) -> None:
    made = case(app, make, State.CLOSED)
    with app.app_context(), transaction() as session:
        session.get_one(Order, made.order_id).closed_at = now() - timedelta(days=8)
    editor = sign_in(Role.EDITOR, "s1")
    page = editor.get(f"/staff/orders/{made.order_id}")
    assert "reopen" not in acts_on(page)
    sent = {
        "csrf_token": page.all("main input[name=csrf_token]")[0].attributes["value"],
        "reopen_note": "坏了",
    }
    assert editor.post(f"/staff/orders/{made.order_id}/reopen", sent).status == 409


def test_the_desk_shows_what_lies_there_and_what_is_late_below(
    app: Flask, sign_in: SignIn, make: Make
) -> None:
    to_admit, late = case(app, make), case(app, make, station="s2")
    to_dispatch, asked_back = case(app, make, State.ADMITTED), case(app, make, State.FOLLOW_UP)
    with app.app_context(), transaction() as session:
        session.get_one(Order, late.order_id).due_at = now() - timedelta(hours=3)

    def links(browser: Browser) -> list[str]:
        found = browser.get("/staff/").all('#tasks a.btn[href^="/staff/orders/"]')
        return [
            one.attributes["href"] or "" for one in found if "needs" not in (one.attributes["href"] or "")
        ]

    station = links(sign_in(Role.EDITOR, "s1"))
    assert station == [
        f"/staff/orders/{to_admit.order_id}#admit",
        f"/staff/orders/{asked_back.order_id}#call",
    ]
    office = links(sign_in(Role.EDITOR, "office"))
    assert office == [
        f"/staff/orders/{late.order_id}#admit",
        f"/staff/orders/{to_dispatch.order_id}#pick",
        f"/staff/orders/{asked_back.order_id}#call",
    ]


def test_what_has_been_forgotten_still_has_a_page(app: Flask, sign_in: SignIn, make: Make) -> None:
    made = case(app, make, State.CLOSED)
    with app.app_context(), transaction() as session:
        row = session.get_one(Order, made.order_id)
        row.name = row.name_key = row.title = row.text = ""
        row.phone = row.phone_index = None
        row.anonymised_at = now()
    editor = sign_in(Role.EDITOR, "s1")
    assert "心愿（内容已删）" in editor.get(f"/staff/orders/{made.order_id}").text
    assert editor.get("/staff/orders?group=closed").status == 200


def test_the_history_tells_who_was_first_when_a_colleague_dispatched(
    app: Flask, sign_in: SignIn, make: Make
) -> None:
    made = case(app, make, State.ADMITTED)
    page = sign_in(Role.EDITOR, "office").get(f"/staff/orders/{made.order_id}")
    with app.app_context():
        dispatching.offer(made.order_id, [dispatching.Choice(made.team_id, 1)], "", made.office)
    late = page.form('form[action*="/dispatch"]').submit()
    assert late.status == 409
    assert made.office.name in late.one("#sum").text()
