"""Sign people up for the dates of the demo around today, and write down who came to the last ones.

The rule of the queue is portal.registrations.queue's own; only its writing, one party at a time, is too slow.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from portal.activities.models import Activity, Audience, CountSource, Occurrence, OccurrenceStatus
from portal.clock import local, now, start_of
from portal.demo.people import NOTES, NOTES_ON_CHILDREN, Neighbourhood, Resident, neighbourhoods
from portal.registrations import consent, queue, rules
from portal.registrations.links import new_reference, phone_index, token_of
from portal.registrations.models import Registration, SeatChange, SeatEvent, Status
from portal.registrations.party import Limits, Party, Source, name_key, write_children
from portal.stations.models import Station
from portal.tokens import token_hash

DAYS_BEHIND, DAYS_AHEAD = 14, 21
OPEN_FOR = timedelta(days=24)  # so long before a date its first party signs up
LARGEST = 4  # people in a party
FULL, NEARLY_FULL = 4, 6  # dates to come; each full one has a queue
SOON = 14  # days within which people fill a date
HOUSE = 30  # people that are many where seats are not counted
AWAKE, OFFICE = (7, 22), (9, 18)  # hours
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

    @property
    def limits(self) -> Limits:
        return rules.limits_of(self.activity)

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
    wanted = _wanted([date for date in dates if date.ahead > 0 and date.window(midnight)[1] == midnight])
    books = [
        _fill(date, people[date.station], wanted.get(date.occurrence.id), editors, midnight, moment)
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
            Occurrence.starts_at < midnight + (DAYS_AHEAD + 1) * DAY,
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


def _write(session: Session, books: list[_Book]) -> None:
    """Write parties and steps in the order in which they came, as their ids will tell."""
    parties = [party for book in books for party in book.parties.values()]
    session.add_all(sorted(parties, key=lambda party: party.created_at))
    session.flush()
    steps = [step for book in books for step in book.steps]
    for party, event in steps:
        event.registration_id = party.id
    session.add_all(event for _, event in sorted(steps, key=lambda step: step[1].at))
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
    ahead = max(date.ahead, 0)
    share = (0.25 + 0.6 * date.popularity) * (1 - 0.75 * ahead / DAYS_AHEAD) + date.random.uniform(-0.08, 0.08)
    return min(round(seats * share), seats - rules_few(seats))


def rules_few(seats: int) -> int:
    raise NotImplementedError
