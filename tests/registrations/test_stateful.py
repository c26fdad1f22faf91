"""Whatever happens to two dates, in whatever order: nobody is lost, overtaken, seated twice or left untold.

A small model beside the portal says what must come of each step; the database has to agree with it.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from portal.access import NOBODY
from portal.activities import occurrences
from portal.activities.content import Where
from portal.activities.dates import Span
from portal.activities.models import Occurrence
from portal.clock import ZONE, local, now
from portal.db import db
from portal.errors import Refused
from portal.messages.models import Message
from portal.registrations import actions, desk, roll
from portal.registrations.models import Registration, Status
from portal.registrations.party import Consent, Party, Source
from tests.make import Make, span
from tests.registrations.test_race import ill_told, wrongs

NOON = datetime(2026, 6, 10, 12, tzinfo=ZONE)
# Without shrinking, which would take minutes: the steps of a failing run are few enough to be read.
STEPS = settings(
    stateful_step_count=50, deadline=None, derandomize=True, database=None, phases=[Phase.generate]
)
DATES = st.sampled_from((0, 1))
HERE = Where(None, "榕树下", "", "", None)
SEATS = st.integers(1, 8)
WHOM = st.integers(0, 9)
PEOPLE = st.integers(1, 4)
PARTIES = st.lists(st.integers(1, 3), min_size=2, max_size=6)


# The model


@dataclass(eq=False, slots=True)
class Known:
    """A party as it must be: what was said when it signed up, and what was done with it since."""

    id: int
    reference: str
    party: Party
    device: str
    adults: int
    children: int
    status: Status
    date: "Date"

    @property
    def people(self) -> int:
        return self.adults + self.children

    @property
    def live(self) -> bool:
        return self.status in (Status.CONFIRMED, Status.WAITING)


@dataclass(eq=False, slots=True)
class Date:
    """A date as it must be."""

    id: int
    seats: int | None
    starts_at: datetime
    ends_at: datetime
    called_off_at: datetime | None = None
    parties: list[Known] = field(default_factory=list)
    queue: list[Known] = field(default_factory=list)  # in the order in which they joined

    @property
    def taken(self) -> int:
        return sum(known.people for known in self.parties if known.status.has_seat)

    @property
    def begun(self) -> bool:
        return self.starts_at <= now()

    @property
    def over(self) -> bool:
        return self.ends_at <= now()

    @property
    def takes_people(self) -> bool:
        return not self.begun and self.called_off_at is None

    @property
    def on_the_roll(self) -> bool:
        return self.starts_at <= now() + timedelta(hours=1)

    def has(self, people: int) -> bool:
        """Say whether there are so many seats in all."""
        return self.seats is None or people <= self.seats

    def fits(self, people: int) -> bool:
        """Say whether so many find a free seat."""
        return self.has(self.taken + people)

    def who_is(self, party: Party) -> Known | None:
        """Return the same person, signed up here and not gone since."""
        return next(
            (
                known
                for known in self.parties
                if known.live and (known.party.name, known.party.phone) == (party.name, party.phone)
            ),
            None,
        )


def done(deed: Callable[[], object]) -> bool:
    """Do it, and say whether it was done or refused; nothing else may come of it."""
    try:
        deed()
    except Refused:
        return False
    return True


def some_live(machine: "TwoDates") -> bool:
    return any(known.live for known in machine.everybody)


class TwoDates(RuleBasedStateMachine):
    """Two dates of a class, and all that people do about them."""

    parties: Bundle[Known] = Bundle("parties")

    def __init__(self, app: Flask, make: Make) -> None:
        super().__init__()
        self.make = make
        self.staff = make.actor()
        self.clocks = time_machine.travel(NOON, tick=False)
        self.traveller = self.clocks.start()
        self.context = app.app_context()
        self.context.push()
        self.dates: list[Date] = []
        self.everybody: list[Known] = []
        self.told: Counter[tuple[int, str]] = Counter()
        self.steps = 0  # days pass and typhoons come only now and then, or there were nothing else

    def teardown(self) -> None:
        self.context.pop()
        self.clocks.stop()

    @initialize(target=parties, seats=st.lists(SEATS, min_size=2, max_size=2), people=PARTIES)
    def the_first_sign_up(self, seats: list[int], people: list[int]) -> MultipleResults[Known]:
        for days, number in enumerate(seats, 1):
            date_id = self.make.class_with_seats(number, span(days))
            row = db.session.get_one(Occurrence, date_id)
            self.dates.append(Date(date_id, number, row.starts_at, row.ends_at))
        come = [self.somebody(self.dates[at % 2], number) for at, number in enumerate(people)]
        return multiple(*filter(None, come))

    def live(self, whom: int) -> Known:
        found = [known for known in self.everybody if known.live]
        return found[whom % len(found)]

    def other_than(self, date: Date) -> Date:
        return self.dates[1 - self.dates.index(date)]

    # what must come of things

    def tell(self, known: Known, kind: str) -> None:
        self.told[known.id, f"registration.{kind}"] += 1

    def arrive(self, known: Known, date: Date) -> None:
        known.date = date
        known.status = Status.CONFIRMED
        if date.queue or not date.fits(known.people):
            known.status = Status.WAITING
            date.queue.append(known)
        date.parties.append(known)

    def leave(self, known: Known) -> None:
        if known.status is Status.WAITING:
            known.date.queue.remove(known)
        known.status = Status.CANCELLED

    def promote(self, known: Known) -> None:
        known.date.queue.remove(known)
        known.status = Status.CONFIRMED
        self.tell(known, "promoted")

    def settle(self, date: Date) -> None:
        while date.takes_people and date.queue and date.fits(date.queue[0].people):
            self.promote(date.queue[0])

    # what people do

    def sign_up(self, date: Date, party: Party, source: Source, device: str, agreed: Consent) -> Known | None:
        same = date.who_is(party) if party.phone else None
        asks = partial(
            actions.register,
            date.id,
            party,
            agreed,
            source,
            NOBODY if source is Source.WEB else self.staff,
            device,
        )
        if same is not None:
            if device and device == same.device:
                again = asks()
                assert (again.registration_id, again.new) == (same.id, False)
            else:
                assert not done(asks)
            return None
        if not date.takes_people or not date.has(party.people):
            assert not done(asks)
            return None
        waited = bool(date.queue)
        receipt = asks()
        assert receipt.new
        assert not (waited and receipt.status is Status.CONFIRMED), "a newcomer overtakes the queue"
        known = Known(
            receipt.registration_id,
            receipt.reference,
            party,
            device,
            party.adults,
            party.children,
            receipt.status,
            date,
        )
        self.arrive(known, date)
        assert known.status is receipt.status
        self.everybody.append(known)
        self.tell(known, "queued" if known.status is Status.WAITING else "confirmed")
        return known

    def somebody(
        self, date: Date, adults: int, children: int = 0, source: Source = Source.WEB
    ) -> Known | None:
        reached = {"phone": ""} if source is Source.DESK else {}
        party = self.make.party(adults, children=children, **reached)
        device = f"device {len(self.everybody)}" if source is Source.WEB else ""
        return self.sign_up(date, party, source, device, Consent("test", "test" if children else ""))

    @rule(target=parties, date=DATES, people=PARTIES)
    def neighbours_sign_up(self, date: int, people: list[int]) -> MultipleResults[Known]:
        come = [self.somebody(self.dates[date], number) for number in people]
        return multiple(*filter(None, come))

    @rule(target=parties, date=DATES, adults=st.integers(0, 2), children=st.integers(1, 2))
    def a_family_signs_up(self, date: int, adults: int, children: int) -> Known | MultipleResults[Known]:
        return self.somebody(self.dates[date], adults, children) or multiple()

    @rule(target=parties, date=DATES, people=PEOPLE, source=st.sampled_from((Source.PHONE, Source.DESK)))
    def staff_write_a_party_down(
        self, date: int, people: int, source: Source
    ) -> Known | MultipleResults[Known]:
        return self.somebody(self.dates[date], people, source=source) or multiple()

    @rule(target=parties, known=parties, date=DATES, elsewhere=st.booleans(), by_staff=st.booleans())
    def the_same_person_signs_up_again(
        self, known: Known, date: int, elsewhere: bool, by_staff: bool
    ) -> Known | MultipleResults[Known]:
        source = Source.PHONE if by_staff else Source.WEB
        device = "" if by_staff else "elsewhere" if elsewhere else known.device
        agreed = Consent("test", "test" if known.party.children else "")
        return self.sign_up(self.dates[date], known.party, source, device, agreed) or multiple()

    @rule(known=parties)
    def who_has_gone_stays_gone(self, known: Known) -> None:
        if not known.live:
            self.nothing_can_be_done_for(known)

    def nothing_can_be_done_for(self, known: Known) -> None:
        other = self.other_than(known.date)
        gone = known.status is Status.CANCELLED
        assert done(partial(actions.cancel, known.id)) is gone
        assert not done(partial(actions.shrink, known.id, 1, 0))
        assert not done(partial(desk.change_people, known.id, 1, 0, self.staff))
        assert not done(partial(desk.remove, known.id, "why not", self.staff))
        assert not done(partial(desk.promote, known.id, "why not", self.staff))
        assert not done(partial(desk.move, known.id, other.id, True, self.staff))

    @precondition(some_live)
    @rule(whom=WHOM, adults=st.integers(0, 3), children=st.integers(0, 1))
    def fewer_come(self, whom: int, adults: int, children: int) -> None:
        known = self.live(whom)
        may = not known.date.begun and adults + children >= 1
        may = may and adults <= known.adults and children <= known.children
        assert done(partial(actions.shrink, known.id, adults, children)) is may
        if may:
            known.adults, known.children = adults, children
            self.settle(known.date)

    @precondition(some_live)
    @rule(whom=WHOM, times=st.integers(1, 2))
    def a_party_cancels(self, whom: int, times: int) -> None:
        known = self.live(whom)
        may = not known.date.begun
        for _ in range(times):
            assert done(partial(actions.cancel, known.id)) is may
        if may:
            self.leave(known)
            self.settle(known.date)

    @rule(date=DATES, seats=st.one_of(SEATS, SEATS, st.none()))
    def staff_set_the_seats(self, date: int, seats: int | None) -> None:
        self.set_seats(self.dates[date], seats)

    def set_seats(self, date: Date, seats: int | None) -> None:
        may = not date.over and (seats is None or seats >= date.taken)
        assert done(partial(desk.set_seats, date.id, seats, "why not", self.staff)) is may
        if may:
            date.seats = seats
            self.settle(date)

    @precondition(some_live)
    @rule(whom=WHOM)
    def staff_remove_a_party(self, whom: int) -> None:
        known = self.live(whom)
        may = not known.date.begun
        assert done(partial(desk.remove, known.id, "why not", self.staff)) is may
        if may:
            self.leave(known)
            self.tell(known, "removed")
            self.settle(known.date)

    @precondition(some_live)
    @rule(whom=WHOM, adults=st.integers(0, 5), children=st.integers(0, 2))
    def staff_change_how_many_come(self, whom: int, adults: int, children: int) -> None:
        known = self.live(whom)
        people, date = adults + children, known.date
        may = not date.begun and people >= 1 and date.has(people)
        if known.status is Status.CONFIRMED and people > known.people:
            may = may and not date.queue and date.fits(people - known.people)
        assert done(partial(desk.change_people, known.id, adults, children, self.staff)) is may
        if may:
            known.adults, known.children = adults, children
            self.settle(date)

    @precondition(lambda self: any(date.queue for date in self.dates))
    @rule(place=WHOM)
    def staff_promote_out_of_turn(self, place: int) -> None:
        waiting = [known for date in self.dates for known in date.queue]
        known = waiting[place % len(waiting)]
        may = known.date.takes_people and known.date.fits(known.people)
        assert done(partial(desk.promote, known.id, "came on crutches", self.staff)) is may
        if may:
            self.promote(known)
            self.settle(known.date)

    @precondition(some_live)
    @rule(whom=WHOM, may_queue=st.booleans())
    def staff_move_a_party(self, whom: int, may_queue: bool) -> None:
        known = self.live(whom)
        source, target = known.date, self.other_than(known.date)
        may = not source.begun or source.called_off_at is not None
        may = may and target.takes_people and target.has(known.people)
        may = may and not (known.party.phone and target.who_is(known.party))
        may = may and (may_queue or (not target.queue and target.fits(known.people)))
        assert not done(partial(desk.move, known.id, source.id, may_queue, self.staff))
        assert done(partial(desk.move, known.id, target.id, may_queue, self.staff)) is may
        if may:
            self.leave(known)
            source.parties.remove(known)
            self.arrive(known, target)
            self.tell(known, "moved")
            self.settle(source)

    @precondition(lambda self: self.steps % 5 == 4)
    @rule(date=DATES, chairs=st.integers(0, 4))
    def a_date_is_called_off(self, date: int, chairs: int) -> None:
        """Call it off, perhaps while somebody was just bringing chairs."""
        there = self.dates[date]
        may = there.called_off_at is None and not there.over
        assert done(partial(occurrences.cancel, there.id, "typhoon", self.staff)) is may
        if may:
            there.called_off_at = now()
            self.tell_all(there, "called_off")
        self.bring(there, chairs)

    @precondition(lambda self: any(date.called_off_at for date in self.dates))
    @rule()
    def a_date_takes_place_after_all(self) -> None:
        for date in self.dates:
            off = date.called_off_at
            may = off is not None and local(off).date() == local(now()).date() and not date.begun
            assert done(partial(occurrences.restore, date.id, self.staff)) is may
            if may:
                date.called_off_at = None
                self.tell_all(date, "takes_place")
                self.settle(date)

    @precondition(lambda self: any(date.begun and not date.over for date in self.dates))
    @rule()
    def what_has_begun_is_put_off_by_a_day(self) -> None:
        for date in self.dates:
            if not date.begun or date.over:
                continue
            begins, ends = (local(moment + timedelta(days=1)) for moment in (date.starts_at, date.ends_at))
            when = Span(begins.date(), ends.date(), begins.time(), ends.time())
            sequence = db.session.get_one(Occurrence, date.id).sequence
            may = date.called_off_at is None
            assert done(partial(occurrences.move, date.id, sequence, when, HERE, self.staff)) is may
            if may:
                date.starts_at, date.ends_at = when.starts_at, when.ends_at
                self.tell_all(date, "changed")
                self.settle(date)

    def tell_all(self, date: Date, kind: str) -> None:
        for known in date.parties:
            if known.live:
                self.tell(known, kind)

    @precondition(lambda self: any(date.on_the_roll for date in self.dates))
    @rule(date=DATES, came=st.booleans())
    def the_roll_is_called(self, date: int, came: bool) -> None:
        there = self.dates[date]
        may = there.called_off_at is None and there.on_the_roll
        assert done(partial(roll.call_roll, there.id, {}, "came" if came else "absent", self.staff)) is may
        if may:
            called = [known for known in there.parties if known.status is Status.CONFIRMED]
            for known in called:
                known.status = Status.ATTENDED if came else Status.ABSENT
            for known in called[:1]:
                self.nothing_can_be_done_for(known)

    @precondition(lambda self: self.steps % 5 == 4 and any(not date.begun for date in self.dates))
    @rule(minutes=st.sampled_from((-30, 10, 90)), chairs=st.integers(0, 4))
    def time_passes(self, minutes: int, chairs: int) -> None:
        """Come to half an hour before the next start, to shortly after it, or to when it is over."""
        coming = min((date for date in self.dates if not date.begun), key=lambda date: date.starts_at)
        self.traveller.move_to(max(now(), coming.starts_at + timedelta(minutes=minutes)))
        self.bring(coming, chairs)

    def bring(self, date: Date, chairs: int) -> None:
        if date.seats is not None and chairs:
            self.set_seats(date, date.seats + chairs)

    # what must be true after each step

    @invariant()
    def all_is_as_it_must_be(self) -> None:
        self.steps += 1
        self.traveller.shift(timedelta(seconds=1))  # no two steps happen in the same moment
        self.the_books_are_in_order()
        self.every_date_is_as_it_must_be()
        self.nobody_is_lost()
        self.everybody_is_told_each_thing_once()

    def the_books_are_in_order(self) -> None:
        assert [found for date in self.dates for found in wrongs(date.id)] == []

    def every_date_is_as_it_must_be(self) -> None:
        for date in self.dates:
            row = db.session.get_one(Occurrence, date.id)
            assert (row.seats, row.seats_taken, row.parties_waiting) == (
                date.seats,
                date.taken,
                len(date.queue),
            )
            queue = db.session.scalars(
                sa.select(Registration.reference)
                .where(Registration.occurrence_id == date.id, Registration.place.is_not(None))
                .order_by(Registration.place)
            )
            assert queue.all() == [known.reference for known in date.queue]

    def nobody_is_lost(self) -> None:
        rows = db.session.execute(
            sa.select(
                Registration.id,
                Registration.reference,
                Registration.occurrence_id,
                Registration.adults,
                Registration.children,
                Registration.status,
            )
            .where(Registration.occurrence_id.in_([date.id for date in self.dates]))
            .order_by(Registration.id)
        )
        assert [tuple(row) for row in rows] == [
            (known.id, known.reference, known.date.id, known.adults, known.children, known.status)
            for known in self.everybody
        ]
        assert len({known.reference for known in self.everybody}) == len(self.everybody)

    def everybody_is_told_each_thing_once(self) -> None:
        links = {f"/staff/registrations/{known.id}": known.id for known in self.everybody}
        told = Counter(
            (links[row.link], row.kind)
            for row in db.session.execute(
                sa.select(Message.link, Message.kind).where(Message.link.in_(links))
            )
        )
        assert told == self.told


@pytest.mark.parametrize(
    ("database", "examples"), [("sqlite", 40), ("postgresql", 10)], indirect=["database"]
)
def test_whatever_happens_to_two_dates_nobody_is_lost_or_overtaken_or_left_untold(
    app: Flask, make: Make, examples: int
) -> None:
    class Here(TwoDates):
        def __init__(self) -> None:
            super().__init__(app, make)

    run_state_machine_as_test(Here, settings=settings(STEPS, max_examples=examples))


# What it has found, and no other test says


@pytest.mark.usefixtures("noon", "app_context")
def test_a_party_that_waits_can_be_moved_to_seats_and_into_another_queue(make: Make) -> None:
    full, free, other = (make.class_with_seats(seats, span(2)) for seats in (1, 2, 1))
    first, second, third = (make.registration(full).registration_id for _ in range(3))
    make.registration(other)
    assert desk.move(second, free, False, make.actor()) is Status.CONFIRMED
    assert desk.move(third, other, True, make.actor()) is Status.WAITING
    stand = sa.select(Registration.occurrence_id, Registration.status).where(
        Registration.id.in_((first, second, third))
    )
    assert [tuple(row) for row in db.session.execute(stand.order_by(Registration.id))] == [
        (full, Status.CONFIRMED),
        (free, Status.CONFIRMED),
        (other, Status.WAITING),
    ]
    assert [wrongs(date) for date in (full, free, other)] == [[], [], []]


@pytest.mark.usefixtures("noon", "app_context")
def test_whom_one_change_has_sent_to_another_date_is_told_when_that_changes_too(make: Make) -> None:
    dates = [make.class_with_seats(1, span(2)) for _ in range(2)]
    party = make.registration(dates[0]).registration_id
    for date in dates:
        if date != dates[0]:
            desk.move(party, date, False, make.actor())
        occurrences.move(date, 0, span(3), HERE, make.actor())
    told = sa.select(sa.func.count()).where(Message.kind == "registration.changed")
    assert db.session.scalars(told).one() == 2


@pytest.mark.usefixtures("noon", "app_context")
def test_who_moves_up_again_where_it_has_moved_up_before_is_told_again(
    make: Make, noon: time_machine.Traveller
) -> None:
    date, other = make.class_with_seats(1), make.class_with_seats(1)
    first = make.registration(date).registration_id
    party = make.registration(date).registration_id
    actions.cancel(first)
    desk.move(party, other, False, make.actor())
    second = make.registration(date).registration_id
    desk.move(party, date, True, make.actor())
    noon.shift(timedelta(minutes=1))
    actions.cancel(second)
    assert [wrongs(date), ill_told(date)] == [[], []]
