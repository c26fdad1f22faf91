"""What nobody goes on with comes to an end by itself; what is late goes up, a working day for each level."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from portal.access import Role
from portal.clock import ZONE
from portal.db import db, transaction
from portal.messages.models import Message
from portal.orders import deadlines, drafts, needs, notices, ordering
from portal.orders.flow import Act, State
from portal.orders.models import Order, OrderStep, Source
from tests.browser import Browser
from tests.conftest import SignIn
from tests.make import Make
from tests.orders.cases import Case, case, draft, wish
from tests.orders.test_order_stateful import NOON

DAY = timedelta(days=1)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def steps(made: Case) -> list[OrderStep]:
    return list(
        db.session.scalars(
            sa.select(OrderStep).where(OrderStep.order_id == made.order_id).order_by(OrderStep.id)
        )
    )


def told(made: Case) -> list[str]:
    return list(
        db.session.scalars(
            sa.select(Message.kind).where(Message.link == notices.link_of(made.order_id)).order_by(Message.id)
        )
    )


def test_an_order_sent_back_ends_when_no_word_comes_and_its_asker_is_forgotten(
    clock: time_machine.Traveller, app_context: None, app: Flask, make: Make
) -> None:
    made = case(app, make, State.RETURNED)
    clock.shift(14 * DAY)
    deadlines.keep_time()
    assert made.row().state is State.RETURNED, "the whole of the last day is theirs"
    clock.shift(timedelta(hours=12))
    deadlines.keep_time()
    deadlines.keep_time()
    assert made.row().state is State.CANCELLED
    assert [step.act for step in steps(made)] == [Act.SUBMIT, Act.RETURN, Act.CANCEL]
    last = steps(made)[-1]
    assert last.note
    assert (last.who, last.account_id) == ("", None)
    assert told(made) == ["order.received", "order.sent_back", "order.cancelled"]
    clock.shift(181 * DAY)
    assert deadlines.forget_askers() == 1
    assert (made.row().name, made.row().phone) == ("", None)


def test_one_sent_back_before_there_was_a_deadline_has_its_time_from_now_on(
    clock: time_machine.Traveller, app_context: None, app: Flask, make: Make
) -> None:
    made = case(app, make, State.RETURNED)
    with transaction() as session:
        session.get_one(Order, made.order_id).due_at = None
    clock.shift(100 * DAY)
    deadlines.keep_time()
    clock.shift(14 * DAY)
    deadlines.keep_time()
    assert made.row().state is State.RETURNED
    clock.shift(DAY)
    deadlines.keep_time()
    assert made.row().state is State.CANCELLED


def test_whoever_answers_is_not_cut_off_and_whoever_does_not_may_order_again(
    clock: time_machine.Traveller, app_context: None, app: Flask, make: Make
) -> None:
    silent = [case(app, make, State.RETURNED, phone="13900009999") for _number in range(ordering.MOST_OPEN)]
    clock.shift(13 * DAY)
    ordering.answer(silent[0].order_id, "九点")
    clock.shift(2 * DAY)
    deadlines.keep_time()
    assert [one.row().state for one in silent] == [State.SUBMITTED, *[State.CANCELLED] * 4]
    case(app, make, phone="13900009999")


def test_an_order_that_ended_for_want_of_a_word_is_no_need_that_no_team_met(
    clock: time_machine.Traveller, app_context: None, app: Flask, make: Make
) -> None:
    case(app, make, State.RETURNED)
    case(app, make, State.CANCELLED)
    clock.shift(15 * DAY)
    deadlines.keep_time()
    unmet = needs.unmet(make.scope("s1"))
    assert sum(need.unanswered for need in unmet) == 1


def test_the_asker_reads_until_when_and_everybody_that_nobody_in_person_ended_it(
    clock: time_machine.Traveller, app: Flask, client: Browser, sign_in: SignIn, make: Make
) -> None:
    made = case(app, make, State.RETURNED)
    assert "6 月 24 日" in client.get(f"/orders/{made.token}").one(".flash").text()
    clock.shift(15 * DAY)
    with app.app_context():
        deadlines.keep_time()
    page = client.get(f"/orders/{made.token}")
    assert "只好取消了" in page.one(".flash").text()
    history = sign_in(Role.EDITOR, "s1").get(f"/staff/orders/{made.order_id}").all(".s-log li")
    ended = next(one.text() for one in history if "取消" in one.text())
    assert "系统" in ended
    assert "点单人" not in ended


def test_a_draft_that_nobody_touches_is_deleted_with_its_steps(
    clock: time_machine.Traveller, app_context: None, app: Flask, make: Make
) -> None:
    by = make.actor(Role.EDITOR, "s1")
    left, kept, ordered = draft(make).order_id, draft(make).order_id, case(app, make).order_id
    clock.shift(13 * DAY)
    drafts.rewrite(kept, wish(make, text="想请人理发（示例）"), Source.DESK, by)
    deadlines.keep_time()
    assert set(db.session.scalars(sa.select(Order.id))) == {left, kept, ordered}
    clock.shift(DAY)
    deadlines.keep_time()
    db.session.expire_all()
    assert set(db.session.scalars(sa.select(Order.id))) == {kept, ordered}
    assert left not in set(db.session.scalars(sa.select(OrderStep.order_id)))
    clock.shift(13 * DAY)
    deadlines.keep_time()
    assert set(db.session.scalars(sa.select(Order.id))) == {ordered}


@pytest.mark.parametrize(
    ("ordered", "moments"),
    [
        (  # due on the last evening before a holiday of seven days
            datetime(2026, 9, 29, 12, tzinfo=ZONE),
            {
                "2026-10-01T18:01+08:00": "s1",
                "2026-10-02T18:01+08:00": "s1",
                "2026-10-08T17:59+08:00": "s1",
                "2026-10-08T18:01+08:00": "office",
                "2026-10-09T17:59+08:00": "office",
                "2026-10-09T18:01+08:00": "center",
            },
        ),
        (  # due on a Friday
            datetime(2026, 6, 11, 12, tzinfo=ZONE),
            {
                "2026-06-14T18:01+08:00": "s1",
                "2026-06-15T18:01+08:00": "office",
                "2026-06-16T17:59+08:00": "office",
                "2026-06-16T18:01+08:00": "center",
            },
        ),
        (  # the Saturday after the holiday is worked
            datetime(2026, 10, 7, 12, tzinfo=ZONE),
            {
                "2026-10-09T18:01+08:00": "office",
                "2026-10-10T18:01+08:00": "center",
            },
        ),
        (  # the jobs stood still: the office has its whole day nevertheless
            datetime(2026, 6, 1, 12, tzinfo=ZONE),
            {
                "2026-06-10T12:00+08:00": "office",
                "2026-06-10T18:01+08:00": "office",
                "2026-06-11T18:01+08:00": "center",
            },
        ),
    ],
)
def test_each_level_has_one_working_day_for_what_is_late(
    app_context: None,
    app: Flask,
    make: Make,
    clock: time_machine.Traveller,
    ordered: datetime,
    moments: dict[str, str],
) -> None:
    clock.move_to(ordered)
    made = case(app, make)
    for moment, slug in moments.items():
        clock.move_to(datetime.fromisoformat(moment))
        deadlines.keep_time()
        deadlines.keep_time()
        assert made.row().desk_id == make.station(slug), moment
