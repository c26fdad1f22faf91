"""Describe what the stations of the demo offer, and by which rule each offering finds its dates."""

from dataclasses import dataclass
from inspect import cleandoc


@dataclass(frozen=True, slots=True)
class Place:
    """A place outside the rooms of a station, and how to find it."""

    name: str
    address: str
    directions: str


@dataclass(frozen=True, slots=True)
class EveryWeek:
    """A class on the same weekday and at the same time; more weight reaches further back."""

    weekday: int
    start: str
    end: str
    weight: int = 1
    always: bool = False  # ran through all the eleven months
    term: bool = False  # only while school is on
    cancelled: tuple[tuple[int, str], ...] = ()  # -1 is the last one before today, 0 the next from today on


@dataclass(frozen=True, slots=True)
class EveryMonth:
    """The first such weekday of each month."""

    weekday: int
    start: str
    end: str
    length: int = 1


@dataclass(frozen=True, slots=True)
class EveryYear:
    """The same (month, day) each year; each holding spans `length` days."""

    days: tuple[tuple[int, int], ...]
    start: str
    end: str
    length: int = 1


@dataclass(frozen=True, slots=True)
class SummerWeeks:
    """Monday to Friday of each full week of July and August, one holding a week."""

    start: str
    end: str
    length: int = 5


@dataclass(frozen=True, slots=True)
class ForFestival:
    """So many days after the festival, or before it."""

    code: str
    offsets: tuple[int, ...]
    start: str
    end: str
    length: int = 1


@dataclass(frozen=True, slots=True)
class NowAndThen:
    """Single dates on these weekdays of these months, `past` of them in the last eleven months or more."""

    start: str
    end: str
    past: int = 1
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    months: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)


When = EveryWeek | EveryMonth | EveryYear | SummerWeeks | ForFestival | NowAndThen
WEEKEND = (5, 6)
WORKDAYS = (0, 1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class Blueprint:
    """An offering before it has dates; `people` is how few and how many usually come."""

    key: str
    title: str
    category: str
    station: str
    audiences: tuple[str, ...]
    people: tuple[int, int]
    when: When
    text: str
    room: str | None = None
    place: Place | None = None
    cohosts: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    registration: bool = False
    sign_up: str = "dates"
    seats: int | None = None
    party_max: int = 4
    ages: tuple[int, int] | None = None
    status: str = "published"

    @property
    def series(self) -> str | None:
        """Return the code of the festival it belongs to."""
        return self.when.code if isinstance(self.when, ForFestival) else None


def prose(text: str) -> str:
    """Join the lines of each paragraph without a gap, as Chinese is set; list lines stay lines."""
    return "\n\n".join(
        paragraph if paragraph.startswith("- ") else paragraph.replace("\n", "")
        for paragraph in cleandoc(text).split("\n\n")
    )
