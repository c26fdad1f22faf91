"""Sign people up for the dates of the demo around today, and write down who came to the last ones.

The rule of the queue is portal.registrations.queue's own; only its writing, one party at a time, is too slow.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from portal.activities.models import Activity, CountSource, Occurrence, OccurrenceStatus, SignUp
from portal.activities.standing import FEW_LEFT
from portal.clock import local, now, start_of
from portal.demo.courses import Enrolment, enrolments
from portal.demo.parties import written_down
from portal.demo.people import LARGEST, Crowd, Neighbourhood, neighbourhoods
from portal.registrations import queue, rules
from portal.registrations.models import Registration, SeatChange, SeatEvent, Status
from portal.registrations.party import Party
from portal.stations.models import Station

DAYS_BEHIND, DAYS_AHEAD = 14, 21
OPEN_FOR = timedelta(days=24)  # so long before a date its first party signs up
FULL, NEARLY_FULL = 4, 6  # dates to come; each full one has a queue
SOON = 14  # days within which people fill a date
CHANGED_MIND, STAYED_AWAY = 0.04, 0.08  # parties of a date that is over
HOUSE = 30  # people that are many where seats are not counted
AWAKE = (7, 22)  # hours
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@dataclass(slots=True)
class _Date:
    """One date that people sign up for, and how dear its activity is to them, from 0 to 1."""

    occurrence: Occurrence
    activity: Activity
    station: str
    ahead: int  # days from today
    random: Random
    popularity: float

    def crowd(self, people: Neighbourhood, here: Sequence[Enrolment]) -> Crowd:
        """Return those of the people around who would come, without those who come to the whole course."""
        audiences = {one.audience for one in self.activity.audiences}
        without = {one.party.name for one in here}
        return Crowd(people, rules.limits_of(self.activity), audiences, self.random, without)

    def fills(self, midnight: datetime) -> bool:
        """Say whether people have had time enough to take all seats."""
        begin, end = self.window(midnight)
        alone = self.activity.sign_up is SignUp.DATES
        return alone and self.ahead > 0 and end == midnight and end - begin >= DAY

    def window(self, midnight: datetime) -> tuple[datetime, datetime]:
        """Return between when people signed up: nobody today, so that the hour changes nothing."""
        occurrence = self.occurrence
        begin = max(self.activity.created_at, occurrence.starts_at - OPEN_FOR)
        end = min(midnight, occurrence.starts_at - HOUR)
        return max(begin, occurrence.opens_at or begin), min(end, occurrence.closes_at or end)


@dataclass(frozen=True, slots=True)
class _Act:
    """A party signs up, or leaves again."""

    party: Party
    leaves: bool = False


@dataclass(slots=True)
class _Book:
    """The parties of one date and the history of its seats, in the order things happened."""

    occurrence: Occurrence
    parties: dict[str, Registration] = field(default_factory=dict)  # by name
    of_course: set[str] = field(default_factory=set)  # names of those who come to the whole of it
    steps: list[tuple[Registration, SeatEvent]] = field(default_factory=list)
    _queue: list[Registration] = field(default_factory=list)
    _places: int = 0

    def sign_up(self, party: Registration) -> None:
        """Give the party its seats, or the last place in the queue."""
        occurrence = self.occurrence
        self.parties[party.name] = party
        if queue.waits(occurrence, party.people):
            self._places += 1
            party.status, party.place = Status.WAITING, self._places
            occurrence.parties_waiting += 1
            self._queue.append(party)
            self._note(party, SeatChange.QUEUED, party.created_at)
        else:
            queue.seat(occurrence, party)
            self._note(party, SeatChange.SEATED, party.created_at)

    def cancel(self, party: Registration, at: datetime) -> None:
        """Let a party that has seats leave, and give them to the queue in order."""
        occurrence = self.occurrence
        queue.leave(occurrence, party)
        party.status, party.changed_at = Status.CANCELLED, at
        party.children_names = party.guardian = party.guardian_relation = party.note = ""
        self._note(party, SeatChange.CANCELLED, at)
        while self._queue and queue.fits(occurrence, self._queue[0].people):
            first = self._queue.pop(0)
            occurrence.parties_waiting -= 1
            queue.seat(occurrence, first)
            first.changed_at = at
            self._note(first, SeatChange.PROMOTED, at)

    def _note(self, party: Registration, what: SeatChange, at: datetime) -> None:
        occurrence = self.occurrence
        step = SeatEvent(
            occurrence_id=occurrence.id,
            at=at,
            what=what,
            people=0 if what is SeatChange.CANCELLED else party.people,
            place=party.place,
            seats=occurrence.seats,
            seats_taken=occurrence.seats_taken,
            parties_waiting=occurrence.parties_waiting,
            who=party.entered_by if what in (SeatChange.SEATED, SeatChange.QUEUED) else "",
            reason="",
        )
        self.steps.append((party, step))


def sign_people_up(session: Session, editors: Mapping[str, str]) -> None:
    """Fill the dates around today; `editors` names, by station, who takes the calls there."""
    moment = now()
    midnight = start_of(local(moment).date())
    stations = tuple(session.scalars(sa.select(Station.slug).order_by(Station.position, Station.id)))
    people = neighbourhoods(stations)
    dates = _dates(session, midnight)
    wanted = _wanted([date for date in dates if date.fills(midnight)])
    courses = {
        activity.id: enrolments(activity, held, people[station], midnight)
        for activity, station, held in _courses(dates)
    }
    books = [
        _fill(
            date,
            people[date.station],
            wanted.get(date.occurrence.id),
            courses.get(date.activity.id, []) if date.ahead >= 0 else [],
            editors,
            midnight,
            moment,
        )
        for date in dates
    ]
    _write(session, books)


def _dates(session: Session, midnight: datetime) -> list[_Date]:
    rows = session.execute(
        sa.select(Occurrence, Activity, Station.slug)
        .join(Activity, Activity.id == Occurrence.activity_id)
        .join(Station, Station.id == Occurrence.station_id)
        .options(selectinload(Activity.audiences))
        .where(
            Occurrence.published.is_(True),
            Occurrence.status == OccurrenceStatus.PLANNED,
            Activity.registration.is_(True),
            Occurrence.starts_at >= midnight - DAYS_BEHIND * DAY,
            sa.or_(
                Occurrence.starts_at < midnight + (DAYS_AHEAD + 1) * DAY, Activity.sign_up != SignUp.DATES
            ),
        )
        .order_by(Occurrence.starts_at, Occurrence.id)
    )
    dates = []
    for occurrence, activity, station in rows:
        day = local(occurrence.starts_at).date()
        random = Random(f"{activity.title} {day}")  # noqa: S311 - the same demo every time
        popularity = Random(activity.title).random()  # noqa: S311 - the same demo every time
        ahead = (start_of(day) - midnight) // DAY
        dates.append(_Date(occurrence, activity, station, ahead, random, popularity))
    return dates


def _courses(dates: list[_Date]) -> list[tuple[Activity, str, list[Occurrence]]]:
    found = {date.activity.id: date for date in dates if date.activity.sign_up is not SignUp.DATES}
    return [
        (one.activity, one.station, [date.occurrence for date in dates if date.activity is one.activity])
        for one in found.values()
    ]


def _write(session: Session, books: list[_Book]) -> None:
    """Write parties and steps in the order in which they came, as their ids will tell."""
    parties = [party for book in books for party in book.parties.values()]
    parties.sort(key=lambda party: party.created_at)
    session.add_all(parties)
    session.flush()
    first: dict[tuple[int, str], int] = {}
    for book in books:  # in order of their start
        for name in book.of_course:
            party = book.parties[name]
            party.course_id = first.setdefault((book.occurrence.activity_id, name), party.id)
    steps = [step for book in books for step in book.steps]
    steps.sort(key=lambda step: step[1].at)
    for party, event in steps:
        event.registration_id = party.id
    session.add_all(event for _, event in steps)
    session.flush()


# How full


@dataclass(frozen=True, slots=True)
class _Wanted:
    """How a date is to stand: so many seats left, or full with so many parties in the queue."""

    left: int
    waiting: int = 0


def _wanted(ahead: list[_Date]) -> dict[int, _Wanted]:
    """Choose the dates that are full or nearly so: the next ones of what people like best."""
    seen: set[int] = set()
    ranked = []
    for date in ahead:
        if date.occurrence.seats is not None:
            again = date.activity.id in seen
            seen.add(date.activity.id)
            ranked.append((again, date.ahead > SOON, -date.popularity, date.occurrence.id))
    wanted: dict[int, _Wanted] = {}
    for number, (*_, occurrence_id) in enumerate(sorted(ranked)[: FULL + NEARLY_FULL]):
        if number < FULL:
            # At the second, one seat is free and too few for the first in the queue.
            wanted[occurrence_id] = _Wanted(left=int(number == 1), waiting=(3, 2, 1, 4)[number % 4])
        else:
            wanted[occurrence_id] = _Wanted(left=1 + number % 3)
    return wanted


def _usual(date: _Date) -> int:
    """Return how many people sign up for a date like this: the nearer and the better liked, the more."""
    seats = date.occurrence.seats or HOUSE
    far = max(date.ahead, 0) / DAYS_AHEAD
    share = (0.25 + 0.6 * date.popularity) * (1 - 0.75 * far) + date.random.uniform(-0.08, 0.08)
    return min(round(seats * share), seats - max(FEW_LEFT, seats // 10) - 1)


# Who signs up, and who leaves


def _joins(crowd: Crowd, most: int = LARGEST, least: int = 1) -> list[_Act]:
    party = crowd.draw(most, least)
    return [_Act(party)] if party else []


def _up_to(random: Random, crowd: Crowd, people: int) -> list[_Act]:
    """Let so many people sign up; now and then one party leaves, and others come in its stead."""
    acts: list[_Act] = []
    here: list[Party] = []
    while people > 0 and (party := crowd.draw(people)):
        acts.append(_Act(party))
        here.append(party)
        people -= party.people
        if len(here) > 3 and random.random() < 0.05:
            gone = here.pop(random.randrange(len(here)))
            acts.append(_Act(gone, leaves=True))
            people += gone.people
    return acts


def _beyond(random: Random, crowd: Crowd, seats: int, wanted: _Wanted) -> list[_Act]:
    """Let so many sign up that some wait; then one who came alone leaves again."""
    single = _joins(crowd, most=1)
    leaving = [replace(act, leaves=True) for act in single]
    acts = _up_to(random, crowd, seats - 1)
    where = random.randrange(len(acts) + 1)
    acts[where:where] = single
    if wanted.left:  # the first in the queue is larger than what comes free; who is smaller stays behind it
        acts += _joins(crowd, least=wanted.left + 1)
        for _ in range(wanted.waiting - 1):
            acts += _joins(crowd, most=1)
        return acts + leaving
    acts += _joins(crowd, most=1)  # who moves up
    for number in range(wanted.waiting):
        acts += _joins(crowd) + (leaving if number == 0 else [])
    return acts


def _counted(date: _Date, crowd: Crowd) -> tuple[list[_Act], dict[str, int]]:
    """Return who signed up for a date that was counted, and how many of each came, within the figure."""
    random, occurrence = date.random, date.occurrence
    minors = occurrence.minors or 0
    adults = (occurrence.attended or 0) - minors
    expected = round((minors + adults) * random.uniform(0.78, 1))
    room = expected * 2 if occurrence.seats is None else occurrence.seats
    acts: list[_Act] = []
    came: dict[str, int] = {}
    while sum(came.values()) < expected and (party := crowd.draw(room)):
        if party.adults > adults or party.children > minors:
            continue
        luck = random.random()
        if luck < CHANGED_MIND:
            acts += [_Act(party), _Act(party, leaves=True)]
            continue
        if luck < CHANGED_MIND + STAYED_AWAY:
            came[party.name] = 0
        else:
            came[party.name] = party.people - (party.people > 2 and luck > 0.9)
            adults, minors = adults - party.adults, minors - party.children
        acts.append(_Act(party))
        room -= party.people
    return acts, came


# What stands in the books


def _fill(
    date: _Date,
    people: Neighbourhood,
    wanted: _Wanted | None,
    course: list[Enrolment],
    editors: Mapping[str, str],
    midnight: datetime,
    moment: datetime,
) -> _Book:
    occurrence, random = date.occurrence, date.random
    begin, end = date.window(midnight)
    crowd = date.crowd(people, course)
    acts: list[_Act] = []
    came: dict[str, int] = {}
    if begin >= end:
        pass  # it was posted today; nobody knows of it yet
    elif occurrence.count_source is CountSource.ROLL_CALL:
        acts, came = _counted(date, crowd)
    elif wanted and wanted.waiting:
        acts = _beyond(random, crowd, occurrence.seats or 0, wanted)
    else:
        room = (occurrence.seats or 0) - wanted.left if wanted else _usual(date)
        acts = _up_to(random, crowd, room - sum(one.party.people for one in course))
    book = _Book(occurrence, of_course={one.party.name for one in course})
    done = [(at, act, random) for act, at in zip(acts, _moments(random, begin, end, len(acts)), strict=True)]
    done += [(one.at, _Act(one.party), one.luck(date.activity)) for one in course]
    for at, act, luck in sorted(done, key=lambda one: one[0]):
        if act.leaves:
            book.cancel(book.parties[act.party.name], at)
        else:
            book.sign_up(written_down(occurrence.id, act.party, editors.get(date.station, ""), at, luck))
    if occurrence.count_source is CountSource.ROLL_CALL:
        for name, number in came.items():
            _mark(book.parties[name], number, occurrence.counted_at or occurrence.ends_at)
        occurrence.walk_ins = (occurrence.attended or 0) - sum(came.values())
    elif occurrence.attended is None and occurrence.starts_at <= moment:
        _begin_the_roll(date, book, over=occurrence.ends_at <= moment)
    return book


def _moments(random: Random, begin: datetime, end: datetime, number: int) -> list[datetime]:
    moments: list[datetime] = []
    while len(moments) < number:
        moment = begin + (end - begin) * random.random()
        if AWAKE[0] <= local(moment).hour < AWAKE[1] or end - begin < DAY:
            moments.append(moment)
    return sorted(moments)


def _begin_the_roll(date: _Date, book: _Book, over: bool) -> None:
    """Call some of the parties, never all: with the last one the figure would have been written down."""
    seated = [party for party in book.parties.values() if party.status.has_seat]
    for party in seated[:-1]:
        luck = date.random.random()
        if luck < 0.5:
            _mark(party, party.people, date.occurrence.starts_at)
        elif over and luck < 0.58:
            _mark(party, 0, date.occurrence.ends_at)
    date.occurrence.walk_ins = date.random.randint(0, 3)


def _mark(party: Registration, came: int, at: datetime) -> None:
    party.came, party.changed_at = came, at
    party.status = Status.ATTENDED if came else Status.ABSENT
