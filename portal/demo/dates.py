"""Find the dates on which an offering of the demo falls."""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import cache

from portal.activities.lunar import festival_day
from portal.demo.blueprints import EveryMonth, EveryWeek, EveryYear, ForFestival, SummerWeeks

WINTER_HOLIDAY = timedelta(days=14)  # schools rest so long before and after 春节

FixedWhen = EveryMonth | EveryYear | SummerWeeks | ForFestival


def eleven_months_before(day: date) -> date:
    """Return the same day of the month eleven months earlier, or that month's last day."""
    year, month = (day.year, 1) if day.month == 12 else (day.year - 1, day.month + 1)
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def days_between(first: date, last: date) -> Iterator[date]:
    """Count the days from the first to the last, both included."""
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


@cache
def _spring_festival(year: int) -> date | None:
    return festival_day("chunjie", year)


def is_quiet(day: date) -> bool:
    """Return whether it is 除夕 or one of the three days after, when no class is held."""
    festival = _spring_festival(day.year)
    return festival is not None and -1 <= (day - festival).days <= 2


def is_term(day: date) -> bool:
    """Return whether schools teach, as this demo simplifies it."""
    festival = _spring_festival(day.year)
    return day.month not in (7, 8) and (festival is None or abs(day - festival) > WINTER_HOLIDAY)


def weekly_dates(when: EveryWeek, first: date, last: date) -> list[date]:
    """Return the dates of a class, without the quiet days and the school holidays."""
    start = first + timedelta(days=(when.weekday - first.weekday()) % 7)
    dates = (start + timedelta(days=number) for number in range(0, (last - start).days + 1, 7))
    return [day for day in dates if not is_quiet(day) and (is_term(day) or not when.term)]


def fixed_dates(when: FixedWhen, first: date, last: date) -> list[date]:
    """Return the first days of what the calendar itself dates."""
    years = range(first.year, last.year + 1)
    return [day for year in years for day in _dates_in(when, year) if first <= day <= last]


def _dates_in(when: FixedWhen, year: int) -> Iterable[date]:
    match when:
        case EveryYear(days=days):
            return [date(year, month, day) for month, day in days]
        case EveryMonth(weekday=weekday):
            firsts = [date(year, month, 1) for month in range(1, 13)]
            dates = [first + timedelta(days=(weekday - first.weekday()) % 7) for first in firsts]
            return [day for day in dates if not is_quiet(day)]
        case SummerWeeks():
            summer = days_between(date(year, 7, 1), date(year, 8, 27))
            return [day for day in summer if day.weekday() == 0]
        case ForFestival(code=code, offsets=offsets):
            festival = festival_day(code, year)
            return [festival + timedelta(days=offset) for offset in offsets] if festival else []
