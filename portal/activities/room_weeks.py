"""Lay a station's rooms out over a week: what has them, and when they are free."""

from dataclasses import dataclass
from datetime import date, timedelta

from portal.activities import agenda, room_free
from portal.activities.room_free import Times
from portal.activities.room_queries import Taken, taken
from portal.activities.room_rules import DAYS_AHEAD, SHORTEST
from portal.clock import local, now, today
from portal.stations import hours
from portal.stations.hours import WEEK
from portal.stations.models import Room, Station
from portal.stations.queries import in_language


@dataclass(frozen=True, slots=True)
class RoomDay:
    """One day of a room: what has it, and when it is open and free, from now on."""

    day: date
    taken: list[Taken]
    free: list[Times]
    is_open: bool

    @property
    def is_today(self) -> bool:
        """Say whether this is today."""
        return self.day == today()


@dataclass(frozen=True, slots=True)
class RoomWeek:
    """One room over a week; `told` says whether anybody has told its hours."""

    id: int
    name: str
    seats: int | None
    hours: list[str]
    told: bool
    days: list[RoomDay]


@dataclass(frozen=True, slots=True)
class Weeks:
    """From when on seven days are shown, and where to turn back and on to, if there is anything."""

    first: date
    before: date | None
    after: date | None

    @property
    def last(self) -> date:
        """Return the last of the seven days."""
        return self.first + timedelta(days=WEEK - 1)


def for_residents(on: date) -> Weeks:
    """Return seven days from a day on: none before today, none beyond what one can ask for."""
    latest = today() + timedelta(days=DAYS_AHEAD)
    first, step = min(max(on, today()), latest), timedelta(days=WEEK)
    return Weeks(
        first,
        max(first - step, today()) if first > today() else None,
        first + step if first + step <= latest else None,
    )


def for_staff(on: date) -> Weeks:
    """Return the week of a day."""
    first, step = agenda.monday(on), timedelta(days=WEEK)
    return Weeks(first, first - step, first + step)


def laid_out(station: Station, shown: Weeks, for_staff: bool = False) -> list[RoomWeek]:
    """List the rooms of a station over a week; one statement for all of them."""
    found: dict[tuple[int, date], list[Taken]] = {}
    for one in taken(station.id, shown.first, WEEK, for_staff):
        found.setdefault((one.room_id, local(one.starts_at).date()), []).append(one)
    days = [shown.first + timedelta(days=away) for away in range(WEEK)]
    return [
        RoomWeek(
            id=room.id,
            name=in_language(room.name, room.name_en),
            seats=room.seats,
            hours=hours.lines(hours.stretches_of(room.hours)),
            told=bool(room_free.week_of(room, station)),
            days=[room_day(room, station, day, found.get((room.id, day), [])) for day in days],
        )
        for room in station.rooms
    ]


def room_day(room: Room, station: Station, day: date, has: list[Taken]) -> RoomDay:
    """Return one day of a room; what is too short to ask for is not called free."""
    times = room_free.open_times(room_free.week_of(room, station), day)
    left = room_free.free(times, [(one.starts_at, one.ends_at) for one in has], now())
    if day > today() + timedelta(days=DAYS_AHEAD):
        left = []
    return RoomDay(
        day=day,
        taken=[one for one in has if one.ends_at > now() or day < today()],
        free=[(begins, ends) for begins, ends in left if ends - begins >= SHORTEST],
        is_open=bool(times),
    )
