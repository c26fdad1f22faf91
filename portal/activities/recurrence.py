"""Work out on which days a rule takes place: by week, month, year, lunar day or term, around days off."""

from calendar import monthrange
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import chain

from portal.activities import lunar
from portal.activities.lunar import OfficialDay
from portal.errors import Refused
from portal.i18n import _

MOST_TIMES = 200  # of one rule that has a count, and of dates that are listed
FURTHEST_MOVE = 31  # days; what finds no free day by then is left out
LAST = -1  # the last day, the last weekday
DAY = timedelta(days=1)
Official = Callable[[date], OfficialDay | None]


class Kind(StrEnum):
    """By what a rule repeats."""

    WEEKLY = "weekly"
    MONTHLY_DAY = "monthly_day"
    MONTHLY_WEEKDAY = "monthly_weekday"
    YEARLY_DAY = "yearly_day"
    YEARLY_LUNAR = "yearly_lunar"
    YEARLY_TERM = "yearly_term"
    DATES = "dates"


class Holidays(StrEnum):
    """What happens to a date that falls on an official day off, 休."""

    KEEP = "keep"
    SKIP = "skip"
    MOVE = "move"


class MakeUp(StrEnum):
    """What happens to a date that falls on a make-up workday, 班."""

    KEEP = "keep"
    SKIP = "skip"


class Skip(StrEnum):
    """Why a date that the rule means does not take place."""

    HOLIDAY = "holiday"
    MAKE_UP = "make_up"
    EXCEPTION = "exception"


@dataclass(frozen=True, slots=True)
class Rule:
    """What repeats, and how; a part that its kind does not need is left alone.

    Weekdays count from 0 = Monday; -1 is the last day of a month, or its last such weekday. Weeks are counted
    from the Monday of the week of `starts_on`, months from its month, years from that of the first date; cut
    in two at one of its dates, a rule goes on as before. Months and years that have no such day are left out.
    `offset_days`, then `before_weekday` (the last one strictly before), shift the yearly kinds. `ends_on` is
    the last day that can be meant: what is moved can come later. `exceptions` are days the rule means and on
    which it shall not take place (nothing is moved there, either); `extra` take place whatever the day is.
    """

    kind: Kind
    starts_on: date
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    month_day: int | None = None
    nth: int | None = None
    weekday: int | None = None
    month: int | None = None
    lunar_month: int | None = None
    lunar_day: int | None = None
    term: str | None = None
    offset_days: int = 0
    before_weekday: int | None = None
    dates: tuple[date, ...] = ()
    ends_on: date | None = None
    count: int | None = None
    holidays: Holidays = Holidays.KEEP
    make_up: MakeUp = MakeUp.KEEP
    exceptions: frozenset[date] = frozenset()
    extra: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Found:
    """One date of a rule: when it takes place, which date that was meant to be, or why it does not."""

    day: date
    meant: date
    skipped: Skip | None = None


_MONTHLY = (Kind.MONTHLY_DAY, Kind.MONTHLY_WEEKDAY)
_NEEDED = {
    Kind.MONTHLY_DAY: ("month_day",),
    Kind.MONTHLY_WEEKDAY: ("nth", "weekday"),
    Kind.YEARLY_DAY: ("month", "month_day"),
    Kind.YEARLY_LUNAR: ("lunar_month", "lunar_day"),
    Kind.YEARLY_TERM: ("term",),
}
_CHOICES = {
    "month_day": (LAST, *range(1, 32)),
    "nth": (LAST, *range(1, 6)),
    "weekday": range(7),
    "month": range(1, 13),
    "lunar_month": range(1, 13),
    "lunar_day": (LAST, *range(1, 31)),
    "term": lunar.TERMS,
}
_BOUNDS = {"interval": (1, 52), "count": (1, MOST_TIMES), "offset_days": (-60, 60), "before_weekday": (0, 6)}


def check(rule: Rule) -> None:
    """Refuse a rule that makes no sense; neither a last day nor a count means an open end.

    Raises:
        Refused: a part is missing or out of bounds, parts contradict one another, or no date comes of them.
            Its field is the attribute's name.
    """
    if not lunar.FIRST_DAY <= rule.starts_on <= lunar.LAST_DAY:
        raise Refused(_("The calendar does not know that year."), field="starts_on")
    for field, (least, most) in _BOUNDS.items():
        if (value := getattr(rule, field)) is not None and not least <= value <= most:
            bounds = {"least": least, "most": most}
            raise Refused(_("Please give a number from %(least)s to %(most)s.", **bounds), field=field)
    for field in _NEEDED.get(rule.kind, ()):
        if getattr(rule, field) not in _CHOICES[field]:
            raise Refused(_("Please choose one."), field=field)
    if rule.kind is Kind.WEEKLY and not (rule.weekdays and {*rule.weekdays} <= {*range(7)}):
        raise Refused(_("Please choose at least one weekday."), field="weekdays")
    if rule.kind is Kind.YEARLY_DAY and _given(rule.month_day) > monthrange(2000, _given(rule.month))[1]:
        raise Refused(_("That month has no such day."), field="month_day")
    if len(rule.dates) > MOST_TIMES:
        raise Refused(_("At most %(most)s dates at a time, please.", most=MOST_TIMES), field="dates")
    if rule.ends_on is not None and rule.ends_on < rule.starts_on:
        raise Refused(_("The last day is before the first."), field="ends_on")
    if rule.ends_on is not None and rule.count is not None:
        raise Refused(_("Please give either the last day or the number of times, not both."), field="count")
    if rule.exceptions & rule.extra:
        raise Refused(_("One day is both left out and added."), field="extra")
    daily = rule.kind is Kind.WEEKLY and rule.interval == 1 and len({*rule.weekdays}) == 7
    if daily and rule.holidays is Holidays.MOVE:
        raise Refused(_("It takes place every day: there is no day to move to."), field="holidays")
    if next(_meant(rule, rule.starts_on, lunar.LAST_DAY), None) is None:
        field = "dates" if rule.kind is Kind.DATES else "ends_on"
        raise Refused(_("Not a single date comes of this. Please check the days."), field=field)


def expand(rule: Rule, first: date, last: date, official: Official) -> list[Found]:
    """List what becomes of a checked rule from first to last, both included, in the order of the days.

    No day stands there twice. What is moved stands where it goes, what is skipped on the day that was meant.
    A date on a day off moves to the next day that is not off (nor a make-up workday, when those are skipped)
    and not held by the rule already; if none comes within FURTHEST_MOVE days, it is skipped. The count runs
    from `starts_on` in the order of what is meant, whatever the window. All ends with lunar.LAST_DAY.
    """
    last = min(last, lunar.LAST_DAY)
    until = last + FURTHEST_MOVE * DAY if rule.holidays is Holidays.MOVE else last
    since = rule.starts_on if rule.count is not None else _settled(rule, max(first, rule.starts_on), official)
    found = {one.day: one for one in _judged(rule, since, until, official) if first <= one.day <= last}
    for day in rule.extra:
        if max(first, rule.starts_on) <= day <= last and (day not in found or found[day].skipped):
            found[day] = Found(day, day)
    return [found[day] for day in sorted(found)]


def times_before(rule: Rule, day: date, official: Official) -> int:
    """Return how many of a rule's count are used up by what is meant before a day."""
    found = _judged(rule, rule.starts_on, day + FURTHEST_MOVE * DAY, official)
    return sum(one.skipped is None and one.meant < day for one in found)


def takes_place(found: list[Found]) -> list[date]:
    """Return the days of what is not skipped, in the same order."""
    return [one.day for one in found if one.skipped is None]


def _settled(rule: Rule, first: date, official: Official) -> date:
    """Return a day, `first` or earlier, at which nothing meant before waits for a free day any more."""
    since = first
    while rule.holidays is Holidays.MOVE and since > rule.starts_on:
        before = _meant(rule, since - FURTHEST_MOVE * DAY, since - DAY)
        moved = next((day for day in before if official(day) is OfficialDay.OFF), None)
        if moved is None:
            break
        since = moved
    return since


def _judged(rule: Rule, since: date, until: date, official: Official) -> Iterator[Found]:
    """Yield what becomes of the dates meant from `since` on, in the order in which it is settled."""
    waiting: deque[date] = deque()  # for a free day; these are counted already
    counted = 0
    day = since
    for meant in chain(_meant(rule, since, until), (until + DAY,)):
        while waiting and day <= meant:
            if day - waiting[0] > FURTHEST_MOVE * DAY:
                gone = waiting.popleft()
                counted -= 1
                yield Found(gone, gone, Skip.HOLIDAY)
                continue
            # What would be meant after the last of the count is a day like any other.
            held = day == meant and counted != rule.count
            if not held and day not in rule.extra and not _skip(rule, day, official):
                yield Found(day, waiting.popleft())
            day += DAY
        if meant > until or (counted == rule.count and not waiting):
            return
        if counted == rule.count:
            continue
        skipped = None if meant in rule.extra else _skip(rule, meant, official)
        if skipped is Skip.HOLIDAY and rule.holidays is Holidays.MOVE:
            waiting.append(meant)
            counted += 1
        else:
            yield Found(meant, meant, skipped)
            counted += skipped is None
        day = meant + DAY


def _skip(rule: Rule, day: date, official: Official) -> Skip | None:
    """Return what keeps a date from taking place on this day."""
    if day in rule.exceptions:
        return Skip.EXCEPTION
    named = official(day)
    if named is OfficialDay.OFF and rule.holidays is not Holidays.KEEP:
        return Skip.HOLIDAY
    if named is OfficialDay.WORK and rule.make_up is MakeUp.SKIP:
        return Skip.MAKE_UP
    return None


def _meant(rule: Rule, first: date, last: date) -> Iterator[date]:
    """Yield in order the days from first to last that the rule means, whatever becomes of them."""
    first = max(first, rule.starts_on)
    last = min(last, rule.ends_on or lunar.LAST_DAY, lunar.LAST_DAY)
    days: Iterable[date | None]
    if rule.kind is Kind.DATES:
        days = sorted({*rule.dates})
    elif rule.kind is Kind.WEEKLY:
        days = _by_week(rule, first, last)
    elif rule.kind in _MONTHLY:
        begins, since, until = (12 * day.year + day.month - 1 for day in (rule.starts_on, first, last))
        days = (_in_month(rule, number) for number in _numbers(rule, begins, since, until))
    else:
        # A shifted day, or one of the twelfth lunar month, can fall into the year before or after its own.
        years = range(rule.starts_on.year - 1, lunar.LAST_DAY.year + 2)
        begins = next(
            (one for one in years if (_in_year(rule, one) or date.min) >= rule.starts_on), years.stop
        )
        days = (_in_year(rule, year) for year in _numbers(rule, begins, first.year - 1, last.year + 1))
    yield from (day for day in days if day is not None and first <= day <= last)


def _by_week(rule: Rule, first: date, last: date) -> Iterator[date]:
    monday, step = rule.starts_on - rule.starts_on.weekday() * DAY, timedelta(weeks=rule.interval)
    monday += (first - monday) // step * step
    while monday <= last:
        yield from (monday + weekday * DAY for weekday in sorted({*rule.weekdays}))
        monday += step


def _numbers(rule: Rule, begins: int, since: int, until: int) -> range:
    since = max(begins, since)
    return range(since + (begins - since) % rule.interval, until + 1, rule.interval)


def _in_month(rule: Rule, number: int) -> date | None:
    year, month = number // 12, number % 12 + 1
    if rule.kind is Kind.MONTHLY_DAY:
        return _month_day(year, month, _given(rule.month_day))
    begins, length = monthrange(year, month)
    days = range(1 + (_given(rule.weekday) - begins) % 7, length + 1, 7)
    place = len(days) if rule.nth == LAST else _given(rule.nth)
    return date(year, month, days[place - 1]) if place <= len(days) else None


def _in_year(rule: Rule, year: int) -> date | None:
    if rule.kind is Kind.YEARLY_DAY:
        found = _month_day(year, _given(rule.month), _given(rule.month_day))
    elif rule.kind is Kind.YEARLY_LUNAR:
        found = lunar_day(year, _given(rule.lunar_month), _given(rule.lunar_day))
    else:
        known = lunar.FIRST_DAY.year <= year <= lunar.LAST_DAY.year
        found = lunar.term_day(year, rule.term or "") if known else None
    if found is None:
        return None
    found += rule.offset_days * DAY
    if rule.before_weekday is not None:
        found -= ((found.weekday() - rule.before_weekday - 1) % 7 + 1) * DAY
    return found


def _month_day(year: int, month: int, day: int) -> date | None:
    length = monthrange(year, month)[1]
    return date(year, month, length if day == LAST else day) if day <= length else None


def lunar_day(year: int, month: int, day: int) -> date | None:
    """Return the date of a lunar day, LAST for the last of its month; None when that year has no such day."""
    for one in (30, 29) if day == LAST else (day,):
        with suppress(ValueError):  # a short month, or beyond the tables
            return lunar.solar_date(year, month, one)
    return None


def _given(part: int | None) -> int:
    if part is None:
        raise ValueError("a part of the rule is missing, it was not checked")
    return part
