"""Work out when a room is open, and which of that nobody has."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from portal.clock import at
from portal.i18n import _, clock_time, pgettext
from portal.stations import hours
from portal.stations.hours import Stretch
from portal.stations.models import Room, Station

Times = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Wish:
    """When somebody wants a room, what for, and how many come."""

    day: date
    opens: time
    closes: time
    purpose: str
    people: int

    @property
    def starts_at(self) -> datetime:
        """Return the moment it begins."""
        return at(self.day, self.opens)

    @property
    def ends_at(self) -> datetime:
        """Return the moment it ends."""
        return at(self.day, self.closes)


def week_of(room: Room, station: Station) -> tuple[Stretch, ...]:
    """Return the opening hours of a room: its own, or else its station's."""
    return hours.stretches_of(room.hours) or hours.stretches_of(station.hours)


def open_times(week: Sequence[Stretch], day: date) -> list[Times]:
    """Return when a room is open on a day."""
    return [(at(day, opens), at(day, closes)) for opens, closes in hours.open_on(week, day.weekday())]


def is_open(week: Sequence[Stretch], wish: Wish) -> bool:
    """Say whether a room is open all the time; one whose hours nobody has told is the station's to say."""
    if not week:
        return True
    return any(
        opens <= wish.starts_at and wish.ends_at <= closes for opens, closes in open_times(week, wish.day)
    )


def free(times: Iterable[Times], taken: Iterable[Times], moment: datetime) -> list[Times]:
    """Return what of the opening times is left, from a moment on."""
    left = []
    busy = sorted(taken)
    for opens, closes in times:
        begins = max(opens, moment)
        for taken_from, taken_until in busy:
            if taken_from >= closes or taken_until <= begins:
                continue
            if taken_from > begins:
                left.append((begins, taken_from))
            begins = max(begins, taken_until)
        if begins < closes:
            left.append((begins, closes))
    return left


def words(times: Iterable[Times]) -> str:
    """Say times in a row, 08:30–11:30、14:00–17:00."""
    return pgettext("between times", ", ").join(
        _("%(opens)s–%(closes)s", opens=clock_time(opens), closes=clock_time(closes))
        for opens, closes in times
    )
