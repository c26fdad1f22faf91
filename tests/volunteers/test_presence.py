"""Check-in and check-out: whatever is typed and whenever, the answer is clear and nothing is lost."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from portal.access import NOBODY, Role
from portal.activities import occurrences
from portal.clock import ZONE, local, now, today
from portal.db import db, transaction
from portal.errors import Missing, Refused
from portal.volunteers import presence
from portal.volunteers.models import Volunteer
from portal.volunteers.presence import Outcome
from portal.volunteers.shift_models import CheckWay, Post, PostStatus, Presence, ServiceRecord, Shift
from tests.ground.crowd import crowd, failures
from tests.make import Make, span

MORNING = datetime(2026, 6, 10, 7, 52, tzinfo=ZONE)


@pytest.fixture
def clock(app_context: None) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield traveller


@pytest.fixture
def here(make: Make, clock: time_machine.Traveller) -> int:
    return make.occurrence(when=span(0, "08:00", "10:00"))


@pytest.fixture
def volunteer(make: Make, clock: time_machine.Traveller) -> int:
    return make.volunteer()


def typed(date_id: int, volunteer: int, moment: datetime | None = None) -> presence.Checked:
    db.session.rollback()
    return presence.check(presence.code_at(date_id, moment or now()), volunteer, NOBODY)


def rows(volunteer: int) -> list[Presence]:
    db.session.rollback()
    wanted = sa.select(Presence).where(Presence.volunteer_id == volunteer).order_by(Presence.number)
    return list(db.session.scalars(wanted))


def test_a_code_used_twice_says_since_when_and_changes_nothing(
    here: int, volunteer: int, clock: time_machine.Traveller
) -> None:
    code = presence.code_at(here, now())
    assert presence.check(code, volunteer, NOBODY).outcome is Outcome.IN
    clock.shift(timedelta(minutes=2))
    again = presence.check(code, volunteer, NOBODY)
    assert (again.outcome, again.since) == (Outcome.STILL_IN, MORNING)
    assert [(row.out_at, row.number) for row in rows(volunteer)] == [(None, 1)]
    clock.shift(timedelta(hours=2))
    code = presence.code_at(here, now())
    assert presence.check(code, volunteer, NOBODY).outcome is Outcome.OUT
    assert presence.check(code, volunteer, NOBODY).outcome is Outcome.STILL_OUT
    assert len(rows(volunteer)) == 1


def test_the_code_of_this_step_and_of_the_one_before_are_good(
    here: int, make: Make, clock: time_machine.Traveller
) -> None:
    codes = [presence.code_at(here, now(), back) for back in (-1, 0, 1, 2)]
    assert len(set(codes)) == 4
    assert all(len(code) == 6 and code.isdecimal() for code in codes)
    for code, good in zip(codes, (False, True, True, False), strict=True):
        try:
            presence.check(code, make.volunteer(), NOBODY)
        except Refused:
            assert not good
        else:
            assert good


@pytest.mark.parametrize(
    ("clocks", "good"),
    [
        ("06:59", False),
        ("07:00", True),
        ("10:30", True),
        ("23:59", True),
        ("+1 00:00", False),
        ("+1 08:00", False),
    ],
)
def test_a_code_is_good_from_an_hour_before_until_the_day_ends(
    here: int, volunteer: int, clock: time_machine.Traveller, clocks: str, good: bool
) -> None:
    later = timedelta(days=1) if clocks.startswith("+1") else timedelta(0)
    hour, minute = clocks[-5:].split(":")
    clock.move_to(MORNING.replace(hour=int(hour), minute=int(minute)) + later)
    if good:
        assert typed(here, volunteer).outcome is Outcome.IN
    else:
        with pytest.raises(Refused):
            typed(here, volunteer)


def test_a_code_of_yesterday_is_not_good_at_midnight(
    make: Make, volunteer: int, clock: time_machine.Traveller
) -> None:
    date_id = make.occurrence(when=span(0, "00:30", "23:00", lasts=2))
    clock.move_to(MORNING.replace(hour=23, minute=59))
    code = presence.code_at(date_id, now())
    clock.shift(timedelta(minutes=2))
    with pytest.raises(Refused):
        presence.check(code, volunteer, NOBODY)


def test_a_cancelled_date_has_no_good_code(make: Make, volunteer: int, clock: time_machine.Traveller) -> None:
    date_id = make.occurrence(when=span(0, "12:00", "13:00"))
    occurrences.cancel(date_id, "下雨", make.actor())
    clock.shift(timedelta(hours=4))
    with pytest.raises(Refused):
        typed(date_id, volunteer)


def test_three_pairs_a_day_are_the_most(here: int, volunteer: int, clock: time_machine.Traveller) -> None:
    for _pair in range(3):
        for outcome in (Outcome.IN, Outcome.OUT):
            assert typed(here, volunteer).outcome is outcome
            clock.shift(timedelta(minutes=10))
    with pytest.raises(Refused):
        typed(here, volunteer)
    assert len(rows(volunteer)) == 3


def test_a_clock_that_jumps_back_loses_nothing(
    here: int, volunteer: int, clock: time_machine.Traveller
) -> None:
    typed(here, volunteer)
    clock.move_to(MORNING - timedelta(minutes=30))
    with pytest.raises(Refused):
        typed(here, volunteer)
    clock.move_to(MORNING + timedelta(hours=1))
    assert typed(here, volunteer).outcome is Outcome.OUT
    clock.shift(timedelta(minutes=-30))
    with pytest.raises(Refused):
        typed(here, volunteer)
    assert [(row.in_at, row.out_at) for row in rows(volunteer)] == [(MORNING, MORNING + timedelta(hours=1))]


def test_a_clock_set_back_leaves_one_in_and_staff_write_it_down_later(
    make: Make, here: int, volunteer: int, clock: time_machine.Traveller
) -> None:
    clock.move_to(MORNING + timedelta(hours=4))  # the server's clock runs ahead
    typed(here, volunteer)
    clock.move_to(MORNING + timedelta(hours=2))  # and is put right while they serve
    for again in (presence.check_out, presence.check):
        with pytest.raises(Refused):
            again(presence.code_at(here, now()), volunteer, NOBODY)
    pair = rows(volunteer)[0].id
    with pytest.raises(Refused):
        presence.call_out(pair, now(), make.account().actor)
    assert [(row.in_at, row.out_at) for row in rows(volunteer)] == [(MORNING + timedelta(hours=4), None)]
    assert not db.session.scalars(sa.select(ServiceRecord)).all()
    clock.move_to(MORNING + timedelta(hours=4, minutes=12))
    assert typed(here, volunteer).outcome is Outcome.OUT
    assert [row.tenths for row in db.session.scalars(sa.select(ServiceRecord))] == [2]


def test_a_clock_that_jumps_over_midnight_leaves_a_missing_check_out(
    make: Make, volunteer: int, clock: time_machine.Traveller
) -> None:
    both = make.occurrence(when=span(0, "08:00", "10:00", lasts=2))
    typed(both, volunteer)
    clock.move_to(MORNING + timedelta(days=1))
    # Tomorrow's code opens a pair of its own; that of today stays open for staff to close.
    assert typed(both, volunteer).outcome is Outcome.IN
    clock.move_to(MORNING + timedelta(hours=1))
    assert typed(both, volunteer).outcome is Outcome.OUT
    assert [(row.day, row.out_at is None) for row in rows(volunteer)] == [
        (MORNING.date(), False), (MORNING.date() + timedelta(days=1), True),
    ]  # fmt: skip


def test_each_time_is_kept_with_the_account_of_who_noted_it(
    make: Make, here: int, volunteer: int, clock: time_machine.Traveller
) -> None:
    first, second = make.account().actor, make.account().actor
    pair = presence.call_in(here, volunteer, now(), first).presence_id
    clock.shift(timedelta(hours=1))
    presence.call_out(pair, None, second)
    clock.shift(timedelta(hours=1))
    typed(here, volunteer)
    assert [(row.in_by_id, row.out_by_id) for row in rows(volunteer)] == [
        (first.account_id, second.account_id), (None, None),
    ]  # fmt: skip


def test_nobody_goes_who_has_not_come(here: int, volunteer: int) -> None:
    code = presence.code_at(here, now())
    with pytest.raises(Refused):
        presence.check_out(code, volunteer, NOBODY)
    assert presence.check_in(code, volunteer, NOBODY).outcome is Outcome.IN
    assert presence.check_in(code, volunteer, NOBODY).outcome is Outcome.STILL_IN


def test_who_is_in_no_team_or_has_left_is_not_checked_in(make: Make, here: int, volunteer: int) -> None:
    with transaction() as session:
        session.execute(sa.text("DELETE FROM membership"))
    with pytest.raises(Refused):
        typed(here, volunteer)
    with transaction() as session:
        session.get_one(Volunteer, volunteer).left_at = now()
    with pytest.raises(Missing):
        typed(here, volunteer)


def test_who_has_a_post_serves_for_its_team(make: Make, here: int, volunteer: int) -> None:
    far = make.team("s2")
    with transaction() as session:
        shift = Shift(
            occurrence_id=here, team_id=far, role="引路", starts_at=now(), ends_at=now() + timedelta(hours=1),
            head_count=2, taken=1, min_age=None, created_at=now(),
        )  # fmt: skip
        session.add(shift)
        session.flush()
        moments = {"created_at": now(), "changed_at": now()}
        session.add(
            Post(
                shift_id=shift.id, volunteer_id=volunteer, team_id=far, status=PostStatus.CONFIRMED,
                place=None, **moments,
            )
        )  # fmt: skip
    typed(here, volunteer)
    assert [row.team_id for row in rows(volunteer)] == [far]


def test_staff_and_the_leader_call_the_roll_and_nobody_else(
    make: Make, here: int, clock: time_machine.Traveller
) -> None:
    team = make.team()
    leader, member, stranger = make.volunteer(team, leads=True), make.volunteer(team), make.volunteer()
    led = make.actor(Role.LEADER)
    with pytest.raises(Missing):
        presence.call_in(here, member, now(), led, leads=leader)  # none of the team has to do with it
    with pytest.raises(Missing):
        presence.call_in(here, member, now(), make.actor(station="s2"))
    with pytest.raises(Refused):
        presence.call_in(here, member, now() + timedelta(minutes=1), make.actor())
    with pytest.raises(Refused):
        presence.call_in(here, member, now() - timedelta(hours=1), make.actor())
    pair = presence.call_in(here, member, now(), make.actor()).presence_id
    with pytest.raises(Missing):
        presence.call_in(here, stranger, now(), led, leads=leader)
    with pytest.raises(Refused):
        presence.call_in(here, leader, now(), led, leads=leader)
    clock.shift(timedelta(hours=1))
    assert presence.call_out(pair, None, led, leads=leader).outcome is Outcome.OUT
    assert presence.call_out(pair, None, led, leads=leader).outcome is Outcome.STILL_OUT
    (row,) = rows(member)
    assert (row.in_way, row.out_way, row.out_by) == (CheckWay.ROLL_CALL, CheckWay.ROLL_CALL, led.name)


def type_it(code: str, volunteer: int, _number: int) -> str:
    return presence.check(code, volunteer, NOBODY).outcome.value


@pytest.mark.parametrize("times", [2])
def test_two_devices_at_once_check_in_once_and_out_once(
    app: Flask, make: Make, environ: dict[str, str], times: int
) -> None:
    volunteer = make.volunteer()
    with app.app_context():
        date_id = make.occurrence(when=span(0, "00:30", "23:30"))
        if local(now()).hour == 23 and local(now()).minute > 50:
            pytest.skip("the day ends meanwhile")
        said = crowd(environ, partial(type_it, presence.code_at(date_id, now()), volunteer), times, 2)
        assert failures(said) == []
        assert sorted(said) == ["in", "still_in", "still_in", "still_in"]
        with transaction() as session:
            session.execute(sa.update(Presence).values(in_at=now() - timedelta(minutes=30), day=today()))
        said = crowd(environ, partial(type_it, presence.code_at(date_id, now()), volunteer), times, 2)
        assert failures(said) == []
        assert sorted(said) == ["out", "still_out", "still_out", "still_out"]
        assert len(rows(volunteer)) == 1
        assert [row.tenths for row in db.session.scalars(sa.select(ServiceRecord))] == [5]
