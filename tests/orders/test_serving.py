"""What a team does with an order: accept, settle when and who, excuse, report; and the date made of it."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from multiprocessing import get_context
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from portal.access import NOBODY, Actor, Role
from portal.activities import calling_off, occurrences
from portal.activities.models import Activity, Occurrence
from portal.clock import at, local, now, today
from portal.db import db, transaction
from portal.errors import Missing, OutOfDate, Refused
from portal.messages.models import Message
from portal.orders import dates, deadlines, dispatching, helping, ordering, rating, serving
from portal.orders.flow import Act, State
from portal.orders.models import ForWhom, Grade, Helper, Offer, OfferStatus, Order, OrderStep, Place
from portal.orders.service_queries import candidates, shows_address, taken_by
from portal.orders.veil import veiled
from portal.volunteers import leaving, posts, shift_queries
from portal.volunteers.guardians import take_back
from portal.volunteers.models import Volunteer
from portal.volunteers.shift_models import Post, Shift
from tests.ground.crowd import PATIENCE, crowd, failures
from tests.make import Make, span
from tests.orders.cases import Case, case

pytestmark = pytest.mark.usefixtures("noon")


def named(made: Case) -> list[int]:
    db.session.expire_all()
    rows = sa.select(Helper.volunteer_id).where(Helper.order_id == made.order_id)
    return list(db.session.scalars(rows.order_by(Helper.turn, Helper.volunteer_id)))


def settle(made: Case, hours: float = 4, **what: Any) -> None:
    begins = now() + timedelta(hours=hours)
    end = begins + timedelta(hours=1)
    serving.schedule(made.order_id, begins, end, made.leader, made.leader_id, **what)


def test_whose_guardian_takes_it_back_visits_nobody_any_more(
    app_context: None, app: Flask, make: Make
) -> None:
    made = case(app, make, State.ACCEPTED)
    with transaction() as session:
        young = session.get_one(Volunteer, made.member_id)
        young.born_on = today().replace(year=today().year - 16)
        young.guardian, young.guardian_relation, young.guardian_consent = "家长", "mother", "v1"
        young.guardian_consent_at = now()
    settle(made, helpers=[made.member_id])
    take_back(made.member_id, "家长来电", make.actor())
    assert named(made) == []
    assert told("cannot_come")
    called = db.session.get_one(Volunteer, made.member_id).name
    assert told("not_needed") == [called]


def told(kind: str) -> list[str]:
    db.session.expire_all()
    return list(db.session.scalars(sa.select(Message.recipient).where(Message.kind == f"order.{kind}")))


def acts(made: Case) -> list[Act]:
    steps = sa.select(OrderStep.act).where(OrderStep.order_id == made.order_id).order_by(OrderStep.id)
    return list(db.session.scalars(steps))


def test_accepting_twice_is_one_step(app_context: None, app: Flask, make: Make) -> None:
    made = case(app, make, State.OFFERED)
    assert serving.accept(made.order_id, made.leader, made.leader_id)
    assert not serving.accept(made.order_id, made.leader, made.leader_id)
    assert acts(made).count(Act.ACCEPT) == 1


def test_a_team_that_has_something_else_then_has_to_mean_it(
    app_context: None, app: Flask, make: Make
) -> None:
    made = case(app, make, State.OFFERED)
    make.shift(make.occurrence(when=span(1, "09:00", "11:00")), team_id=made.team_id, role="摆摊")
    begins = at(local(now()).date() + timedelta(days=1), span(1, "10:00").opens)
    take = partial(
        serving.accept,
        made.order_id,
        made.leader,
        made.leader_id,
        begins,
        begins + timedelta(hours=2),
    )
    with pytest.raises(Refused, match="摆摊") as refusal:
        take()
    assert refusal.value.field == "anyway"
    assert made.row().state is State.OFFERED
    assert take(anyway=True)
    assert made.row().state is State.SCHEDULED


def test_the_dispatcher_on_the_phone_is_not_asked_again(app_context: None, app: Flask, make: Make) -> None:
    made = case(app, make, State.OFFERED)
    make.shift(make.occurrence(when=span(1, "09:00", "11:00")), team_id=made.team_id)
    begins = at(local(now()).date() + timedelta(days=1), span(1, "10:00").opens)
    assert serving.accept(made.order_id, made.office, None, begins, begins + timedelta(hours=1))


def test_those_named_are_told_and_so_is_who_is_taken_off(app_context: None, app: Flask, make: Make) -> None:
    made = case(app, make, State.ACCEPTED)
    other = make.volunteer(made.team_id)
    settle(made, helpers=[made.member_id])
    assert named(made) == [made.member_id]
    assert len(told("named")) == 1
    settle(made, helpers=[made.member_id])  # pressed twice
    assert (len(told("named")), acts(made).count(Act.SCHEDULE)) == (1, 1)
    settle(made, hours=6, helpers=[made.member_id, other])
    assert (len(told("named")), len(told("time_changed")), len(told("not_needed"))) == (2, 1, 0)
    settle(made, hours=6, helpers=[other])
    assert named(made) == [other]
    assert len(told("not_needed")) == 1
    assert acts(made).count(Act.SCHEDULE) == 3
    settle(made, hours=7)  # without a word about who, they stay
    assert named(made) == [other]
    dispatching.redispatch(made.order_id, "换一队", made.office)
    assert named(made) == []
    assert len(told("not_needed")) == 2


def test_only_members_go_and_the_young_with_consent(app_context: None, app: Flask, make: Make) -> None:
    made = case(app, make, State.ACCEPTED)
    young = make.volunteer(made.team_id, born_on=local(now()).date() - timedelta(days=365 * 16))
    for stranger in (make.volunteer(), young):
        with pytest.raises(Refused) as refusal:
            settle(made, helpers=[stranger])
        assert refusal.value.field == "helpers"
    assert made.row().state is State.ACCEPTED


@pytest.mark.parametrize("other", ["shift", "service"])
def test_who_has_something_else_then_goes_only_with_a_reason(
    app_context: None, app: Flask, make: Make, other: str
) -> None:
    made = case(app, make, State.ACCEPTED)
    if other == "shift":
        begins = now() + timedelta(hours=4)
        shift = make.shift(
            make.occurrence(when=span(0, "14:00", "18:00")),
            starts_at=begins,
            ends_at=begins + timedelta(minutes=90),
        )
        posts.take(shift, made.member_id, None, NOBODY)
    else:
        second = case(app, make, State.ACCEPTED)
        with transaction() as session:
            session.get_one(Order, second.order_id).team_id = made.team_id
            offer = session.scalars(sa.select(Offer).where(Offer.order_id == second.order_id)).one()
            offer.team_id = made.team_id
        begins = now() + timedelta(hours=4, minutes=30)
        serving.schedule(
            second.order_id,
            begins,
            begins + timedelta(hours=1),
            made.leader,
            made.leader_id,
            helpers=[made.member_id],
        )
    with pytest.raises(Refused) as refusal:
        settle(made, helpers=[made.member_id])
    assert refusal.value.field == "overlap_reason"
    settle(made, helpers=[made.member_id], overlap_reason="就在隔壁")
    kept = db.session.get_one(Helper, (made.order_id, 1, made.member_id))
    assert kept.overlap_reason == "就在隔壁"
    settle(made, hours=8, helpers=[made.member_id])  # free then, so the reason goes
    db.session.expire_all()
    assert db.session.get_one(Helper, (made.order_id, 1, made.member_id)).overlap_reason == ""


def test_who_goes_for_an_order_takes_no_shift_then(app_context: None, app: Flask, make: Make) -> None:
    made = case(app, make, State.ACCEPTED)
    settle(made, hours=4, helpers=[made.member_id])
    date_id = make.occurrence(when=span(0, "13:00", "20:00"))
    shift = make.shift(date_id)
    me = db.session.get_one(Volunteer, made.member_id)
    assert shift not in [one.shift.id for one in shift_queries.offers(me, [])]
    with pytest.raises(Refused, match="教用手机"):
        posts.take(shift, made.member_id, None, NOBODY)
    helping.excuse(made.order_id, made.member_id, NOBODY)
    assert posts.take(shift, made.member_id, None, NOBODY).new


def test_who_cannot_go_says_so_and_the_leader_is_told(app_context: None, app: Flask, make: Make) -> None:
    made = case(app, make, State.ACCEPTED)
    settle(made, helpers=[made.member_id])
    me = Actor(make.account(Role.VOLUNTEER).id, "我", Role.VOLUNTEER, None)
    with pytest.raises(Missing):
        helping.excuse(made.order_id, make.volunteer(made.team_id), me)
    helping.excuse(made.order_id, made.member_id, me, "key")
    helping.excuse(made.order_id, made.member_id, me, "key")  # pressed twice
    assert named(made) == []
    assert len(told("cannot_come")) == 1
    assert made.row().state is State.SCHEDULED


def test_who_leaves_the_team_is_let_go_of_its_services_and_the_leader_is_told(
    app_context: None, app: Flask, make: Make
) -> None:
    made, other = case(app, make, State.ACCEPTED), case(app, make, State.ACCEPTED)
    settle(made, helpers=[made.member_id])
    settle(other, hours=8, helpers=[other.member_id])
    leaving.leave(make.membership(made.member_id), make.account(Role.MANAGER).actor)
    assert named(made) == []
    assert named(other) == [other.member_id]
    assert len(told("cannot_come")) == 1
    assert acts(made)[-1] is Act.NOTE


def test_who_leaves_altogether_is_let_go_of_every_service_but_those_done(
    app_context: None, app: Flask, make: Make
) -> None:
    made, done = case(app, make, State.ACCEPTED), case(app, make, State.RATING)
    settle(made, helpers=[made.member_id])
    manager = make.account(Role.MANAGER).actor
    for person in (made.member_id, done.member_id):
        leaving.let_go(person, "搬走了", manager)
    assert named(made) == []
    assert named(done) == [done.member_id]
    number = db.session.scalars(sa.select(Volunteer.number).where(Volunteer.id == made.member_id)).one()
    texts = db.session.scalars(sa.select(Message.text).where(Message.kind == "order.cannot_come")).all()
    assert [number in text for text in texts] == [True], "the leader is told by the number, not the name"


def test_it_is_too_late_to_be_excused_once_it_has_begun(
    app_context: None, app: Flask, make: Make, noon: time_machine.Traveller
) -> None:
    made = case(app, make, State.ACCEPTED)
    settle(made, helpers=[made.member_id])
    noon.shift(timedelta(hours=4))
    with pytest.raises(Refused):
        helping.excuse(made.order_id, made.member_id, NOBODY)
    assert named(made) == [made.member_id]


def test_the_address_is_shown_from_the_day_before_on(
    app_context: None, app: Flask, make: Make, noon: time_machine.Traveller
) -> None:
    made = case(app, make, State.ACCEPTED)
    settle(made, hours=50)  # the day after tomorrow, two in the afternoon
    assert not shows_address(made.row())
    noon.shift(timedelta(hours=11, minutes=59))
    assert not shows_address(made.row())
    noon.shift(timedelta(minutes=1))
    assert shows_address(made.row())


def test_those_who_fit_best_stand_first(app_context: None, app: Flask, make: Make) -> None:
    item = make.menu_item(title="理发", skill="理发")
    made = case(app, make, State.ACCEPTED, item_id=item)
    everything = 2**21 - 1
    skilled = make.volunteer(made.team_id, skills="理发", free=everything)
    free = make.volunteer(made.team_id, free=everything)
    never = make.volunteer(made.team_id, free=1, skills="理发")  # Monday morning; it is Wednesday
    busy = make.volunteer(made.team_id, skills="理发", free=everything)
    begins = now() + timedelta(hours=4)
    shift = make.shift(make.occurrence(when=span(0, "13:00", "20:00")))
    posts.take(shift, busy, None, NOBODY)
    order = db.session.scalars(
        sa.select(Order).where(Order.id == made.order_id).options(sa.orm.joinedload(Order.item))
    ).one()
    rows = candidates(order, made.team_id, begins, begins + timedelta(hours=1))
    ids = [one.volunteer.id for one in rows]
    assert ids == [skilled, free, made.leader_id, made.member_id, never, busy]
    assert [one.what for one in rows[-1].busy] == ["登记"]


def test_what_was_done_without_a_time_is_reported_with_one(
    app_context: None, app: Flask, make: Make, noon: time_machine.Traveller
) -> None:
    made = case(app, make, State.ACCEPTED)
    noon.shift(timedelta(hours=30))
    with pytest.raises(OutOfDate):
        serving.complete(made.order_id, 1, {made.member_id: 10}, "", made.leader, made.leader_id)
    begins = now() - timedelta(hours=3)
    report = partial(
        serving.complete, made.order_id, 2, {made.member_id: 15}, "去过了", made.leader, made.leader_id
    )
    with pytest.raises(Refused) as refusal:
        report(when=(now() - timedelta(days=9), now() - timedelta(days=9) + timedelta(hours=1)))
    assert refusal.value.field == "starts"
    report(when=(begins, begins + timedelta(hours=1)))
    report(when=(begins, begins + timedelta(hours=1)))  # pressed twice
    row = made.row()
    assert (row.state, row.starts_at, row.served) == (State.RATING, begins, 2)
    assert acts(made)[-2:] == [Act.SCHEDULE, Act.COMPLETE]


def test_a_second_report_of_a_reopened_order_adds(
    app_context: None, app: Flask, make: Make, noon: time_machine.Traveller
) -> None:
    made = case(app, make, State.RATING)
    noon.shift(timedelta(hours=4))
    rating.rate(made.order_id, Grade.GOOD, "")
    ordering.reopen(made.order_id, "又坏了")
    dispatching.offer(made.order_id, [dispatching.Choice(made.team_id, 80)], "", made.office)
    begins = now() + timedelta(hours=1)
    serving.accept(made.order_id, made.leader, made.leader_id, begins, begins + timedelta(hours=1))
    noon.shift(timedelta(hours=3))
    serving.complete(made.order_id, 1, {made.member_id: 5}, "", made.leader, made.leader_id)
    rows = db.session.execute(
        sa.select(Helper.turn, Helper.volunteer_id, Helper.tenths)
        .where(Helper.order_id == made.order_id)
        .order_by(Helper.turn)
    ).all()
    assert rows == [(1, made.member_id, 10), (2, made.member_id, 5)]


def test_who_lost_it_hears_why(app_context: None, app: Flask, make: Make) -> None:
    made = case(app, make, State.OFFERED)

    def lost() -> Act | None:
        db.session.expire_all()
        offer = db.session.scalars(
            sa.select(Offer).where(Offer.order_id == made.order_id).order_by(Offer.id.desc())
        ).first()
        assert offer is not None
        step = taken_by(offer)
        return step.act if step else None

    assert lost() is None
    dispatching.redispatch(made.order_id, "换一队", made.office)
    assert lost() is Act.REDISPATCH
    dispatching.offer(made.order_id, [dispatching.Choice(made.team_id, 80)], "", made.office)
    assert lost() is None
    ordering.withdraw(made.order_id)
    assert lost() is Act.WITHDRAW


def test_a_veil_takes_out_names_numbers_and_the_address(app_context: None, app: Flask, make: Make) -> None:
    made = case(
        app,
        make,
        for_whom=ForWhom.FAMILY,
        for_name="李阿英，78 岁",
        place=Place.HOME,
        address="侨兴路 8 巷 3 号",
        name="李小英",
    )
    words = "李小英的妈妈李阿英住侨兴路 8 巷 3 号，电话 139-0000-1234，想剪发 20 分钟"
    assert veiled(made.row(), words) == "…的妈妈…住…，电话 …，想剪发 20 分钟"


# The date made of an order.


def dated(app: Flask, make: Make, **what: Any) -> tuple[Case, int]:
    made = case(app, make, State.ACCEPTED, people=12)
    settle(made, hours=26, helpers=[made.member_id])
    return made, dates.make_occurrence(made.order_id, made.editor, **what)


def test_an_order_becomes_a_date_with_a_shift_for_those_who_go(
    app_context: None, app: Flask, make: Make
) -> None:
    made, date_id = dated(app, make, room_id=make.room(), head_count=3)
    row = made.row()
    occurrence = db.session.get_one(Occurrence, date_id)
    assert (occurrence.starts_at, occurrence.ends_at) == (row.starts_at, row.ends_at)
    assert occurrence.published
    shift = db.session.scalars(sa.select(Shift).where(Shift.occurrence_id == date_id)).one()
    assert (shift.team_id, shift.head_count, shift.taken) == (made.team_id, 3, 1)
    assert list(db.session.scalars(sa.select(Post.volunteer_id))) == [made.member_id]
    assert named(made) == []
    assert dates.make_occurrence(made.order_id, made.editor) == date_id
    assert told("not_needed") == []
    with pytest.raises(Refused):
        settle(made, hours=30)


def test_leaders_and_what_is_at_home_make_no_date(app_context: None, app: Flask, make: Make) -> None:
    made = case(app, make, State.SCHEDULED, people=1)
    with pytest.raises(OutOfDate):
        dates.make_occurrence(made.order_id, made.editor)
    with pytest.raises(Missing):
        dates.make_occurrence(made.order_id, made.leader)
    with pytest.raises(Missing):
        dates.make_occurrence(made.order_id, make.actor(Role.EDITOR, "s2"))


def test_when_the_date_moves_the_order_does(
    app_context: None, app: Flask, make: Make, noon: time_machine.Traveller
) -> None:
    made, date_id = dated(app, make)
    noon.shift(60)
    before = made.row().starts_at
    assert before is not None
    with transaction() as session:
        occurrence = session.get_one(Occurrence, date_id)
        occurrence.starts_at += timedelta(hours=1)
        occurrence.ends_at += timedelta(hours=1)
        activity = session.get_one(Activity, occurrence.activity_id)
        dates.Services().moved(session, occurrence, activity, "改到五点", before)
    row = made.row()
    assert row.starts_at == before + timedelta(hours=1)
    assert acts(made)[-1] is Act.SCHEDULE
    assert len(told("scheduled")) == 2


def test_when_the_date_is_cancelled_the_team_is_asked_for_another_time(
    app_context: None, app: Flask, make: Make, noon: time_machine.Traveller
) -> None:
    made, date_id = dated(app, make)
    occurrences.cancel(date_id, "台风", made.editor)
    assert made.row().state is State.SCHEDULED
    assert acts(made)[-1] is Act.HURRY
    assert (len(told("date_off")), len(told("hurried"))) == (1, 1)
    noon.shift(timedelta(hours=26, minutes=5))
    deadlines.keep_time()
    assert made.row().state is State.SCHEDULED, "it does not begin though its time has come"
    settle(made, hours=5, helpers=[made.member_id])
    assert made.row().occurrence_id is None
    assert named(made) == [made.member_id]


def test_a_cancelled_date_that_takes_place_after_all_is_told(
    app_context: None, app: Flask, make: Make, noon: time_machine.Traveller
) -> None:
    made, date_id = dated(app, make)
    noon.shift(60)
    occurrences.cancel(date_id, "台风", made.editor)
    calling_off.restore_all(db.session.get_one(Occurrence, date_id).activity_id, made.editor)
    assert len(told("scheduled")) == 2


def test_the_station_decides_about_a_date_whose_order_is_given_up(
    app_context: None, app: Flask, make: Make
) -> None:
    made, date_id = dated(app, make)
    assert dates.Services().concerned([date_id])[date_id].people == 12
    ordering.withdraw(made.order_id)
    assert made.row().occurrence_id is None
    assert len(told("date_left")) == 1
    assert dates.Services().concerned([date_id]) == {}


# Races.

ROUNDS, PROCESSES, THREADS = 8, 2, 2


def _accept(made: Case) -> object:
    return serving.accept(made.order_id, made.leader, made.leader_id)


def _redispatch(made: Case) -> None:
    dispatching.redispatch(made.order_id, "换一队", made.office)


def _withdraw(made: Case) -> None:
    ordering.withdraw(made.order_id)


def rush(orders: list[Case], number: int) -> list[str]:
    """Accept, take back, withdraw or expire the same orders at the same moment."""
    found = []
    hands: tuple[Callable[[Case], object], ...] = (_accept, _accept, _redispatch, _withdraw)
    act = hands[number % 4]
    for made in orders:
        try:
            found.append(str(act(made)))
        except OutOfDate:
            found.append("late")
    return found


def test_of_those_who_act_at_once_each_finds_the_order_as_it_stands(
    app: Flask, environ: dict[str, str], make: Make
) -> None:
    orders = [case(app, make, State.OFFERED) for _ in range(ROUNDS)]
    results = crowd(environ, partial(rush, orders), PROCESSES, THREADS)
    assert failures(results) == []
    with app.app_context():
        for made in orders:
            steps = db.session.scalars(
                sa.select(OrderStep).where(OrderStep.order_id == made.order_id).order_by(OrderStep.id)
            ).all()
            assert [step.before for step in steps[1:]] == [step.after for step in steps[:-1]]
            assert [step.act for step in steps].count(Act.ACCEPT) <= 1
            row = made.row()
            live = db.session.scalars(
                sa.select(Offer.status).where(
                    Offer.order_id == made.order_id,
                    Offer.status.in_((OfferStatus.ASKED, OfferStatus.ACCEPTED)),
                )
            ).all()
            assert row.state is State.WITHDRAWN, "the asker may withdraw until it has begun"
            assert live == []
            assert row.team_id is None
            assert steps[-1].act is Act.WITHDRAW


def name_or_take(ids: list[tuple[Case, int]], start: Any, number: int) -> int:
    """Name one volunteer for an order, or let them take a shift, at the same moment."""
    won = 0
    for made, shift_id in ids:
        start.wait(PATIENCE)
        begins = at(local(now()).date() + timedelta(days=2), span(2, "09:30").opens)
        try:
            if number % 2:
                posts.take(shift_id, made.member_id, None, NOBODY)
            else:
                serving.schedule(
                    made.order_id,
                    begins,
                    begins + timedelta(hours=1),
                    made.leader,
                    made.leader_id,
                    helpers=[made.member_id],
                )
            won += 1
        except Refused:
            continue
    return won


def test_nobody_is_named_and_takes_a_shift_at_the_same_time(
    app: Flask, environ: dict[str, str], make: Make
) -> None:
    ids = []
    for _ in range(ROUNDS):
        made = case(app, make, State.ACCEPTED)
        ids.append((made, make.shift(make.occurrence(when=span(2, "09:00", "11:00")))))
    start = get_context("forkserver").Barrier(2)
    results = crowd(environ, partial(name_or_take, ids, start), 2, 1)
    assert failures(results) == []
    assert sum(results) == ROUNDS
