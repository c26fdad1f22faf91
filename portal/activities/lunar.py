"""Tell what a Chinese wall calendar says of a day: lunar date, solar term, festivals, days off."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache, lru_cache

from flask_babel import get_locale

from portal.activities.lunar_names import FESTIVAL_NAMES, TERM_NAMES
from portal.i18n import pgettext

FIRST_DAY = date(1901, 1, 1)
LAST_DAY = date(2100, 12, 31)

TERMS = tuple(TERM_NAMES)

FESTIVALS = tuple(FESTIVAL_NAMES)

# Month and day; never in a leap month.
LUNAR_FESTIVALS = {
    "chunjie": (1, 1),
    "yuanxiao": (1, 15),
    "longtaitou": (2, 2),
    "duanwu": (5, 5),
    "qixi": (7, 7),
    "zhongyuan": (7, 15),
    "zhongqiu": (8, 15),
    "chongyang": (9, 9),
    "xiayuan": (10, 15),
    "laba": (12, 8),
    "xiaonian": (12, 24),  # as Guangdong keeps it; the north keeps the 23rd
}
FIXED_FESTIVALS = {
    "yuandan": (1, 1),
    "leifeng": (3, 5),
    "funv": (3, 8),
    "zhishu": (3, 12),
    "laodong": (5, 1),
    "qingnian": (5, 4),
    "ertong": (6, 1),
    "jiandang": (7, 1),
    "jianjun": (8, 1),
    "jiaoshi": (9, 10),
    "guoqing": (10, 1),
    "zhiyuanzhe": (12, 5),
}

# borax copies the printed tables of the Hong Kong Observatory, which begin this month a day late: the new
# moon is at 23:59:06 on the 4th (JPL DE440). 2057-09-29 and 2097-08-08 are as near to midnight, but after it
# as the Earth's rotation is foretold now. The Observatory's own note names these three.
_BEGINS_A_DAY_EARLIER = date(2089, 9, 5)


class OfficialDay(StrEnum):
    """What the State Council's notice makes of a day: 休 or 班; or what the law alone lets expect (预计)."""

    OFF = "off"
    WORK = "work"
    EXPECTED = "expected"


@dataclass(frozen=True, slots=True)
class LunarDate:
    """A day of the lunar calendar; its year is the Gregorian year in which that lunar year begins."""

    year: int
    month: int
    day: int
    leap: bool
    days_in_month: int


@dataclass(frozen=True, slots=True)
class DayFacts:
    """All that a wall calendar says of one day, in codes; the most important festival first."""

    date: date
    lunar: LunarDate
    term: str | None
    festivals: tuple[str, ...]
    official: OfficialDay | None


def lunar_date(on: date) -> LunarDate:
    """Turn a Gregorian date into its lunar date.

    Raises:
        ValueError: the date is outside FIRST_DAY to LAST_DAY.
    """
    _check_year(on.year)
    first_days, names = _lunar_months()
    index = bisect_right(first_days, on) - 1
    year, month, leap = names[index]
    day = (on - first_days[index]).days + 1
    return LunarDate(year, month, day, leap, (first_days[index + 1] - first_days[index]).days)


def solar_date(year: int, month: int, day: int, leap: bool = False) -> date:
    """Turn a day of the lunar calendar into its Gregorian date.

    Raises:
        ValueError: there is no such month in that lunar year, or no such day in that month.
    """
    index = _month_numbers().get((year, month, leap))
    if index is not None and 1 <= day <= 30:
        first_days, _ = _lunar_months()
        found = first_days[index] + timedelta(days=day - 1)
        if found < first_days[index + 1]:
            return found
    raise ValueError(f"no day {year}-{month}-{day} in the lunar calendar, leap={leap}")


def solar_term(on: date) -> str | None:
    """Return the code of the solar term that begins on this day.

    Raises:
        ValueError: the date is outside FIRST_DAY to LAST_DAY.
    """
    days = _term_days(on.year)
    return next((term for term in TERMS[2 * on.month - 2 : 2 * on.month] if days[term] == on), None)


def term_day(year: int, term: str) -> date:
    """Return the day on which the solar term begins in that Gregorian year.

    Raises:
        KeyError: there is no such term.
        ValueError: the year is outside FIRST_DAY to LAST_DAY.
    """
    return _term_days(year)[term]


def festivals(on: date) -> tuple[str, ...]:
    """Return the codes of the day's festivals, the most important first.

    Raises:
        ValueError: the date is outside FIRST_DAY to LAST_DAY.
    """
    return _festivals_of_year(on.year).get(on, ())


def festival_day(code: str, year: int) -> date | None:
    """Return the first day of that Gregorian year which is this festival.

    Only 腊八 can be missing (2023) or come twice (2022).

    Raises:
        KeyError: there is no such festival.
        ValueError: the year is outside FIRST_DAY to LAST_DAY.
    """
    if code not in FESTIVALS:
        raise KeyError(code)
    return next((day for day, codes in _festivals_of_year(year).items() if code in codes), None)


def next_day_of(code: str, after: date) -> date:
    """Return the first day of the festival that is `after` or later.

    Raises:
        KeyError: there is no such festival.
        ValueError: `after` is outside FIRST_DAY to LAST_DAY, or the festival does not come again by LAST_DAY.
    """
    if code not in FESTIVALS:
        raise KeyError(code)
    _check_year(after.year)
    for year in range(after.year, LAST_DAY.year + 1):
        for day, codes in _festivals_of_year(year).items():
            if day >= after and code in codes:
                return day
    raise ValueError(f"no {code} between {after} and {LAST_DAY}")


def official_day(on: date) -> OfficialDay | None:
    """Return whether the State Council's notice makes the day one of rest or of work, if it names the day.

    In a year without a notice the statutory days are expected; make-up workdays never are.
    """
    if on.year in _entered_years:
        return _entered.get(on)
    days_off, days_of_work = _noticed_days()
    if on in days_off:
        return OfficialDay.OFF
    if on in days_of_work:
        return OfficialDay.WORK
    expected = not holidays_published(on.year) and on in statutory_days(on.year)
    return OfficialDay.EXPECTED if expected else None


def holidays_published(year: int) -> bool:
    """Return whether the State Council's notice for that year is known here."""
    if year in _entered_years:
        return True
    # Every notice gives National Day off, while it can also name the last days of the year before.
    return date(year, *FIXED_FESTIVALS["guoqing"]) in _noticed_days()[0]


@cache
def statutory_days(year: int) -> frozenset[date]:
    """Return the days off that the law itself names (全国年节及纪念日放假办法, as of 2025): thirteen.

    Raises:
        ValueError: the year is outside FIRST_DAY to LAST_DAY.
    """
    spring = solar_date(year, 1, 1)
    around_spring = {spring + timedelta(days=offset) for offset in (-1, 0, 1, 2)}
    fixed = {date(year, month, day) for month, day in ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))}
    lunar_days = {solar_date(year, *LUNAR_FESTIVALS[code]) for code in ("duanwu", "zhongqiu")}
    return frozenset(around_spring | fixed | lunar_days | {term_day(year, "qingming")})


_entered: dict[date, OfficialDay] = {}
_entered_years: set[int] = set()


def enter_official_days(days: Mapping[date, OfficialDay]) -> None:
    """Let entered days go before the library's, for every year that has any."""
    if days == _entered:
        return
    _entered.clear()
    _entered.update(days)
    _entered_years.clear()
    _entered_years.update({day.year for day in days})
    day_facts.cache_clear()


@lru_cache(maxsize=4096)
def day_facts(on: date) -> DayFacts:
    """Collect all that a wall calendar says of the day.

    Raises:
        ValueError: the date is outside FIRST_DAY to LAST_DAY.
    """
    return DayFacts(on, lunar_date(on), solar_term(on), festivals(on), official_day(on))


def lunar_label(lunar: LunarDate) -> str:
    """Write the lunar day as a wall calendar does: 十五, on the first of a month 十月 or 闰六月; 10.15."""
    return _lunar_label(lunar, str(get_locale()))


def lunar_long_label(lunar: LunarDate) -> str:
    """Write the lunar date in full, without its year: 农历十月十五."""
    if lunar.leap:
        pattern = pgettext("lunar day", "Leap lunar month %(month)s, day %(day)s")
    else:
        pattern = pgettext("lunar day", "Lunar month %(month)s, day %(day)s")
    return str(pattern % _month_and_day(lunar))


def term_label(code: str) -> str:
    """Name the solar term."""
    return str(TERM_NAMES[code])


def festival_label(code: str) -> str:
    """Name the festival."""
    return str(FESTIVAL_NAMES[code])


def cell_label(facts: DayFacts) -> tuple[str, bool]:
    """Write what the day's cell in a month shows, and whether it is a festival or a term, to be shown red."""
    if facts.festivals:
        return festival_label(facts.festivals[0]), True
    if facts.term:
        return term_label(facts.term), True
    return lunar_label(facts.lunar), False


@lru_cache(maxsize=4096)
def _lunar_label(lunar: LunarDate, locale: str) -> str:
    # The locale only keeps the languages apart. Without the cache the catalogue would take 1 ms a month.
    if lunar.day > 1:
        pattern = pgettext("lunar day", "%(month)s.%(day)s")
    elif lunar.leap:
        pattern = pgettext("lunar day", "leap %(month)s.1")
    else:
        pattern = pgettext("lunar day", "%(month)s.1")
    return str(pattern % _month_and_day(lunar))


def _month_and_day(lunar: LunarDate) -> dict[str, str]:
    # Translators: twelve words with spaces between, one for each lunar month.
    months = pgettext("lunar months", "1 2 3 4 5 6 7 8 9 10 11 12").split()
    # Translators: thirty words with spaces between, one for each day of a lunar month.
    days = pgettext(
        "lunar days", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30"
    ).split()
    return {"month": months[lunar.month - 1], "day": days[lunar.day - 1]}


def _check_year(year: int) -> None:
    if not FIRST_DAY.year <= year <= LAST_DAY.year:
        raise ValueError(f"the lunar calendar is known from {FIRST_DAY} to {LAST_DAY}, not in {year}")


@cache
def _lunar_months() -> tuple[list[date], list[tuple[int, int, bool]]]:
    """List the first days of all lunar months and the day after the last, and year, month, leap of each."""
    from borax.calendars.lunardate import MIN_LUNAR_YEAR, MIN_SOLAR_DATE, LCalendars

    first_days: list[date] = [MIN_SOLAR_DATE]
    names: list[tuple[int, int, bool]] = []
    for year in range(MIN_LUNAR_YEAR, LAST_DAY.year + 1):
        for month, days, leap in LCalendars.iter_year_month(year):
            names.append((year, month, bool(leap)))
            first_days.append(first_days[-1] + timedelta(days=days))
    first_days[first_days.index(_BEGINS_A_DAY_EARLIER)] -= timedelta(days=1)
    return first_days, names


@cache
def _month_numbers() -> dict[tuple[int, int, bool], int]:
    """Map year, month and leap to the month's place in `_lunar_months`."""
    return {name: index for index, name in enumerate(_lunar_months()[1])}


@cache
def _term_days(year: int) -> dict[str, date]:
    from borax.calendars.lunardate import TermUtils

    _check_year(year)
    return {term: TermUtils.nth_term_day(year, index) for index, term in enumerate(TERMS)}


@cache
def _festivals_of_year(year: int) -> dict[date, tuple[str, ...]]:
    """Map the festive days of a Gregorian year, in their order, to the codes of their festivals."""
    _check_year(year)
    codes: defaultdict[date, list[str]] = defaultdict(list)
    for code in FESTIVALS:
        for day in _days_of(code, year):
            codes[day].append(code)
    return {day: tuple(codes[day]) for day in sorted(codes)}


def _days_of(code: str, year: int) -> list[date]:
    if code in FIXED_FESTIVALS:
        return [date(year, *FIXED_FESTIVALS[code])]
    if code in TERMS:
        return [term_day(year, code)]
    if code == "chuxi":  # the 29th or the 30th
        return [solar_date(year, 1, 1) - timedelta(days=1)]
    if code == "muqin":  # the second Sunday of May
        eve = date(year, 5, 7)
        return [eve + timedelta(days=7 - eve.isoweekday() % 7)]
    lunar_years = (year - 1, year)  # a lunar year runs into the next Gregorian one
    days = (solar_date(lunar_year, *LUNAR_FESTIVALS[code]) for lunar_year in lunar_years)
    return [day for day in days if day.year == year]


@cache
def _noticed_days() -> tuple[frozenset[date], frozenset[date]]:
    """Return the days off and the make-up workdays of all the State Council's notices known here."""
    import chinese_calendar

    return frozenset(chinese_calendar.holidays), frozenset(chinese_calendar.workdays)
