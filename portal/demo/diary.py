"""Keep the diary of every room and place of the demo, so that nothing is ever held twice in one."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from portal.demo.blueprints import Blueprint, EveryWeek
from portal.demo.dates import days_between
from portal.demo.stations import Hours, station_profiles

OUTDOORS: Hours = tuple((day, "06:30", "21:30") for day in range(7))
HALF_HOURS = tuple(f"{minutes // 60:02}:{minutes % 60:02}" for minutes in range(6 * 60 + 30, 21 * 60, 30))

Where = tuple[str, str]  # station and room, or nobody and the name of a place


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """When something is held: from its first day on, on each of its days from start to end."""

    day: date
    start: str
    end: str
    days: int = 1

    @property
    def last_day(self) -> date:
        """Return the day on which it ends."""
        return self.day + timedelta(days=self.days - 1)

    @property
    def starts(self) -> datetime:
        """Return the local wall time at which it opens for the first time."""
        return datetime.combine(self.day, time.fromisoformat(self.start))

    @property
    def ends(self) -> datetime:
        """Return the local wall time at which it closes for good."""
        return datetime.combine(self.last_day, time.fromisoformat(self.end))


class Diary:
    """Which room or place is open, promised to a class, or taken; wall times compare as strings."""

    def __init__(self) -> None:
        self._hours: dict[Where, Hours] = {
            (station.slug, room.code): station.hours_of(room.code)
            for station in station_profiles()
            for room in station.rooms
        }
        self._promised: defaultdict[tuple[Where, int], list[tuple[str, str]]] = defaultdict(list)
        self._taken: defaultdict[tuple[Where, date], list[tuple[str, str]]] = defaultdict(list)

    def promise(self, blueprint: Blueprint, when: EveryWeek) -> None:
        """Keep the room of a class free at its hour in all weeks."""
        self._promised[_where(blueprint), when.weekday].append((when.start, when.end))

    def fits(self, blueprint: Blueprint, slot: Slot) -> bool:
        """Return whether the room is open, promised to no class and free."""
        where = _where(blueprint)
        hours = self._hours[where] if blueprint.room else OUTDOORS
        for day in days_between(slot.day, slot.last_day):
            weekday = day.weekday()
            if not any(on == weekday and a <= slot.start and slot.end <= b for on, a, b in hours):
                return False
            busy = (*self._promised.get((where, weekday), ()), *self._taken.get((where, day), ()))
            if any(start < slot.end and slot.start < end for start, end in busy):
                return False
        return True

    def take(self, blueprint: Blueprint, slot: Slot) -> None:
        """Write the slot down."""
        for day in days_between(slot.day, slot.last_day):
            self._taken[_where(blueprint), day].append((slot.start, slot.end))


def times_near(slot: Slot) -> Iterator[Slot]:
    """Yield the slot itself, then slots as long at other half hours of the day, the nearest first."""
    yield slot
    length = _minutes(slot.end) - _minutes(slot.start)
    for start in sorted(HALF_HOURS, key=lambda half: abs(_minutes(half) - _minutes(slot.start))):
        closes = _minutes(start) + length
        yield Slot(slot.day, start, f"{closes // 60:02}:{closes % 60:02}", slot.days)


def _where(blueprint: Blueprint) -> Where:
    if blueprint.room:
        return blueprint.station, blueprint.room
    return "", blueprint.place.name if blueprint.place else ""


def _minutes(wall: str) -> int:
    return int(wall[:2]) * 60 + int(wall[3:])
