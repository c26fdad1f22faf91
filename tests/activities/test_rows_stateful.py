"""Whatever happens to a row of dates: nobody is lost, nothing is made twice or over a hand."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import partial

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from portal.activities import calling_off, occurrences, rescheduling
from portal.activities.content import Where
from portal.activities.dates import Span, span_of
from portal.activities.models import Activity, Occurrence, OccurrenceStatus, RoomBooking
from portal.activities.recurrence import Holidays, Kind, Rule
from portal.activities.recurrences import Recurrence, Repeats
from portal.activities.rescheduling import Wish
from portal.clock import ZONE, now, today
from portal.db import db, transaction
from portal.errors import Refused
from portal.registrations import actions
from portal.registrations.models import Registration, Status
from portal.schedule import make_dates
from tests.make import Make, each_week
from tests.registrations.test_race import wrongs

NOON = datetime(2026, 6, 10, 12, tzinfo=ZONE)
STEPS = settings(
    stateful_step_count=20, deadline=None, derandomize=True, database=None, phases=[Phase.generate]
)
DAY = timedelta(days=1)
HERE = Where(None, "榕树下", "", "", None)
LIVE = (Status.CONFIRMED, Status.WAITING)
WHICH = st.integers(0, 9)
HOURS = st.sampled_from((time(8), time(10), time(19)))
Frozen = tuple[datetime, datetime, OccurrenceStatus, int | None]


def done(deed: Callable[[], object]) -> bool:
    try:
        deed()
    except Refused:
        return False
    return True


class OneRow(RuleBasedStateMachine):
    """A weekly class in a room, and all that people and staff do about it."""

    def __init__(self, app: Flask, make: Make) -> None:
        super().__init__()
        self.make, self.staff = make, make.actor()
        self.clocks = time_machine.travel(NOON, tick=False)
        self.traveller = self.clocks.start()
        self.context = app.app_context()
        self.context.push()
        self.hall = Where(make.room(), "", "", "", None)
        self.parties: dict[int, str] = {}
        self.left: set[int] = set()
        self.by_hand: dict[int, Frozen] = {}

    def teardown(self) -> None:
        self.context.pop()
        self.clocks.stop()

    @initialize(interval=st.integers(1, 2), holidays=st.sampled_from(Holidays))
    def a_class_is_posted(self, interval: int, holidays: Holidays) -> None:
        repeats = each_week(6, count=None, ends_on=date(2026, 12, 31), interval=interval, holidays=holidays)
        self.activity_id = self.make.activity(repeats=repeats, registration=True, seats=3, room="道德讲堂")

    def rows(self) -> list[Occurrence]:
        db.session.rollback()
        wanted = sa.select(Occurrence).where(Occurrence.activity_id == self.activity_id)
        return list(db.session.scalars(wanted.order_by(Occurrence.starts_at, Occurrence.id)))

    def pick(self, which: int, status: OccurrenceStatus = OccurrenceStatus.PLANNED) -> Occurrence | None:
        found = [one for one in self.rows() if one.starts_at > now() and one.status is status][:10]
        return found[which % len(found)] if found else None

    def note_the_hand(self, occurrence_id: int) -> None:
        one = db.session.get_one(Occurrence, occurrence_id, populate_existing=True)
        self.by_hand[occurrence_id] = (one.starts_at, one.ends_at, one.status, one.room_id)

    def let_follow_or_note(self, occurrence_id: int) -> None:
        """Forget a date that follows its row again now that it takes place."""
        one = db.session.get_one(Occurrence, occurrence_id, populate_existing=True)
        if one.by_hand or one.status is OccurrenceStatus.CANCELLED:
            self.note_the_hand(occurrence_id)
        else:
            del self.by_hand[occurrence_id]

    def ours(self) -> sa.Select[Registration]:
        here = sa.select(Occurrence.id).where(Occurrence.activity_id == self.activity_id)
        return sa.select(Registration).where(Registration.occurrence_id.in_(here))

    # what people do

    @rule(which=WHICH, people=st.integers(1, 3))
    def somebody_signs_up(self, which: int, people: int) -> None:
        if one := self.pick(which):
            receipt = self.make.registration(one.id, people)
            self.parties[receipt.registration_id] = receipt.reference

    @rule(which=WHICH)
    def somebody_cancels(self, which: int) -> None:
        live = sorted(self.parties.keys() - self.left)
        if live and done(partial(actions.cancel, live[which % len(live)])):
            self.left.add(live[which % len(live)])

    # what staff do

    @rule(which=WHICH, days=st.integers(-3, 9), opens=HOURS, hall=st.booleans())
    def a_date_is_moved_by_hand(self, which: int, days: int, opens: time, hall: bool) -> None:
        if (one := self.pick(which)) is None:
            return
        day = span_of(one.starts_at, one.ends_at).first + days * DAY
        when = Span(day, day, opens, time(opens.hour + 1))
        where = self.hall if hall else HERE
        if done(partial(occurrences.move, one.id, one.sequence, when, where, self.staff)):
            self.note_the_hand(one.id)

    @rule(which=WHICH)
    def a_date_is_cancelled(self, which: int) -> None:
        if one := self.pick(which):
            occurrences.cancel(one.id, "台风", self.staff)
            self.note_the_hand(one.id)  # as long as it is cancelled, and longer if it was moved by hand

    @rule(which=WHICH)
    def a_date_takes_place_after_all(self, which: int) -> None:
        one = self.pick(which, OccurrenceStatus.CANCELLED)
        if one and done(partial(occurrences.restore, one.id, self.staff)) and one.id in self.by_hand:
            self.let_follow_or_note(one.id)

    @rule(which=WHICH)
    def the_rest_is_cancelled_and_taken_back(self, which: int) -> None:
        one = self.pick(which)
        if one is None:
            return
        calling_off.cancel_from(one.id, "老师病了", self.staff)
        if not done(partial(calling_off.restore_all, self.activity_id, self.staff)):
            db.session.rollback()
        for occurrence_id in [*self.by_hand]:  # a deed of somebody, not of a rule
            self.let_follow_or_note(occurrence_id)

    def reschedule(self, wish: Wish) -> None:
        rows = rescheduling.rules_of(self.activity_id)
        activity = db.session.get_one(Activity, self.activity_id)
        seen = rescheduling.outlook(activity, wish, rows)
        books = self.books()
        if done(partial(rescheduling.reschedule, self.activity_id, wish, seen.seen, self.staff)):
            assert not seen.clashes
        else:
            assert self.books() == books

    def books(self) -> list[tuple[object, ...]]:
        return [
            (one.id, one.starts_at, one.status, one.by_hand, one.recurrence_id, one.meant_on)
            for one in self.rows()
        ]

    @rule(
        which=WHICH,
        days=st.integers(-4, 8),
        opens=HOURS,
        following=st.booleans(),
        hall=st.booleans(),
        keep=st.booleans(),
    )
    def dates_move_along(
        self, which: int, days: int, opens: time, following: bool, hall: bool, keep: bool
    ) -> None:
        one = self.pick(which)
        if one is None or one.recurrence_id is None:
            return
        day = span_of(one.starts_at, one.ends_at).first + days * DAY
        since = (
            one.meant_on if following else rescheduling.first_to_come(rescheduling.rules_of(self.activity_id))
        )
        assert one.by_hand or since is not None
        rows = rescheduling.rules_of(self.activity_id)
        when = Span(day, day, opens, time(opens.hour + 1))
        try:
            wish = rescheduling.moved_along(one, when, self.hall if hall else HERE, since or today(), rows)
        except Refused:
            return
        self.reschedule(replace(wish, keep_people=keep))

    @rule(weekday=st.integers(0, 6), interval=st.integers(1, 2), days=st.integers(0, 30), keep=st.booleans())
    def it_repeats_otherwise(self, weekday: int, interval: int, days: int, keep: bool) -> None:
        first = today() + days * DAY
        first += (weekday - first.weekday()) % 7 * DAY
        other = Rule(Kind.WEEKLY, first, interval, (weekday,), ends_on=max(first, date(2026, 12, 31)))
        repeats = Repeats(other, time(14), time(15))
        self.reschedule(Wish(first, repeats, HERE, lambda day: day, keep_people=keep))

    @rule(days=st.integers(1, 20))
    def time_passes(self, days: int) -> None:
        self.traveller.shift(days * DAY)
        make_dates()

    # what must be true after each step

    @invariant()
    def all_is_as_it_must_be(self) -> None:
        self.traveller.shift(timedelta(seconds=1))
        rows = {one.id: one for one in self.rows()}
        self.nobody_is_lost(rows)
        self.what_a_hand_has_done_stands(rows)
        self.nothing_is_there_twice(rows)
        self.rooms_are_as_the_dates_say(rows)
        make_dates()
        assert {one.id for one in self.rows()} == rows.keys() or self.horizon_moved(rows)
        again = self.books()
        make_dates()
        assert self.books() == again

    def horizon_moved(self, rows: dict[int, Occurrence]) -> bool:
        """Say whether what was made is only what the horizon has reached."""
        return all(one.starts_at > now() + 380 * DAY for one in self.rows() if one.id not in rows)

    def nobody_is_lost(self, rows: dict[int, Occurrence]) -> None:
        kept = {one.id: one for one in db.session.scalars(self.ours())}
        assert {number: one.reference for number, one in kept.items()} == self.parties
        for one in kept.values():
            assert (one.status in LIVE) == (one.id not in self.left)
            assert rows[one.occurrence_id].published
        faults = {one.occurrence_id: wrongs(one.occurrence_id) for one in kept.values()}
        assert {number: found for number, found in faults.items() if found} == {}

    def what_a_hand_has_done_stands(self, rows: dict[int, Occurrence]) -> None:
        for occurrence_id, frozen in self.by_hand.items():
            one = db.session.get_one(Occurrence, occurrence_id)
            assert (one.starts_at, one.ends_at, one.status, one.room_id) == frozen
            assert one.by_hand or one.status is OccurrenceStatus.CANCELLED

    def nothing_is_there_twice(self, rows: dict[int, Occurrence]) -> None:
        db.session.rollback()
        named = [
            (one.recurrence_id, one.meant_on) for one in self.rows() if one.recurrence_id or one.meant_on
        ]
        assert len(named) == len({*named})
        assert all(all(pair) for pair in named)
        known = set(db.session.scalars(sa.select(Recurrence.id)))
        assert {number for number, _day in named} <= known

    def rooms_are_as_the_dates_say(self, rows: dict[int, Occurrence]) -> None:
        booked = sorted(
            db.session.scalars(
                sa.select(Occurrence.id)
                .join(RoomBooking, RoomBooking.occurrence_id == Occurrence.id)
                .where(Occurrence.id.in_(rows))
            )
        )
        assert booked == sorted(
            one.id for one in self.rows() if one.room_id and one.status is OccurrenceStatus.PLANNED
        )


@pytest.mark.parametrize(("database", "examples"), [("sqlite", 25), ("postgresql", 6)], indirect=["database"])
def test_whatever_happens_to_a_row_nobody_is_lost_and_nothing_made_over_a_hand(
    app: Flask, make: Make, examples: int
) -> None:
    class Here(OneRow):
        def __init__(self) -> None:
            super().__init__(app, make)

        def teardown(self) -> None:
            with transaction() as session:
                session.execute(sa.delete(RoomBooking))  # the room is free for the next
            super().teardown()

    run_state_machine_as_test(Here, settings=settings(STEPS, max_examples=examples))
