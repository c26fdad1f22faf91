"""Plan the demo year as pure data, dated relative to today; the loader writes it into a database."""

from dataclasses import dataclass
from datetime import date, datetime

from portal.activities.recurrences import Repeats
from portal.demo.blueprints import Blueprint, EveryWeek, Place, prose
from portal.demo.headcount import Attendance, count_heads
from portal.demo.rules import repeats_of
from portal.demo.stations import RoomProfile, StationProfile, station_profiles
from portal.demo.texts import BLUEPRINTS
from portal.demo.timetable import Timetable

__all__ = [
    "Attendance",
    "Holding",
    "Offering",
    "Place",
    "RoomProfile",
    "StationProfile",
    "demo_year",
    "station_profiles",
]


@dataclass(frozen=True, slots=True)
class Holding:
    """One dated holding, in local wall time; over several days it opens each day at the same hours."""

    starts: datetime
    ends: datetime
    attendance: Attendance | None
    cancelled: str | None


@dataclass(frozen=True, slots=True)
class Offering:
    """What a station offers, with all its dates in the year; exactly one of room and place is given."""

    key: str
    title: str
    text: str
    category: str
    series: str | None
    themes: tuple[str, ...]
    audiences: tuple[str, ...]
    station: str
    cohosts: tuple[str, ...]
    room: str | None
    place: Place | None
    registration: bool
    sign_up: str
    seats: int | None
    party_max: int
    min_age: int | None
    max_age: int | None
    weekly: bool
    repeats: Repeats | None
    status: str
    holdings: tuple[Holding, ...]


def demo_year(today: date) -> tuple[Offering, ...]:
    """Return what was held in the eleven months before today, is on today, and comes in the next 92 days.

    The same day gives the same year. A weekly offering may miss weeks: its cancelled ones stay listed, those
    of the Spring Festival and, for what needs school, of the holidays do not appear.
    """
    timetable = Timetable(today)
    held = timetable.counted()
    heads = {
        (blueprint.key, slot): attendance
        for (blueprint, slot), attendance in zip(held, count_heads(held), strict=True)
    }
    return tuple(
        _offering(
            blueprint,
            timetable.last,
            tuple(
                Holding(
                    slot.starts,
                    slot.ends,
                    heads.get((blueprint.key, slot)),
                    timetable.cancelled.get((blueprint.key, slot)),
                )
                for slot in sorted(timetable.slots[blueprint.key])
            ),
        )
        for blueprint in BLUEPRINTS
        if timetable.slots[blueprint.key]
    )


def _offering(blueprint: Blueprint, last: date, holdings: tuple[Holding, ...]) -> Offering:
    min_age, max_age = blueprint.ages or (None, None)
    return Offering(
        key=blueprint.key,
        title=blueprint.title,
        text=prose(blueprint.text),
        category=blueprint.category,
        series=blueprint.series,
        themes=blueprint.themes,
        audiences=blueprint.audiences,
        station=blueprint.station,
        cohosts=blueprint.cohosts,
        room=blueprint.room,
        place=blueprint.place,
        registration=blueprint.registration,
        sign_up=blueprint.sign_up,
        seats=blueprint.seats,
        party_max=blueprint.party_max,
        min_age=min_age,
        max_age=max_age,
        weekly=isinstance(blueprint.when, EveryWeek),
        repeats=repeats_of(blueprint.when, [holding.starts.date() for holding in holdings], last),
        status=blueprint.status,
        holdings=holdings,
    )
