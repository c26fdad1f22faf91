"""Say by which rule an offering of the demo goes on, so that its row of dates can be changed as any other."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time

from portal.activities import lunar
from portal.activities.recurrence import LAST, Kind, Rule, expand, takes_place
from portal.activities.recurrences import Repeats, official
from portal.demo.blueprints import (
    EveryMonth,
    EveryWeek,
    EveryYear,
    ForFestival,
    NowAndThen,
    SummerWeeks,
    When,
)


def repeats_of(when: When, held: Sequence[date], last: date) -> Repeats | None:
    """Return the rule behind the days on which something is held, None where there is none.

    What is held by week or month ends with the demo; what comes once a year comes again. Days up to `last`
    that the rule means and the demo leaves out, as those around 春节, are its exceptions.
    """
    first = min(held)
    rule = _rule(when, first, max(held))
    if rule is None:
        return None
    meant = takes_place(expand(rule, first, last, official))
    if not {*held} <= {*meant}:
        return None
    days = getattr(when, "length", 1)
    exceptions = frozenset(meant) - {*held}
    rule = replace(rule, exceptions=exceptions)
    return Repeats(rule, time.fromisoformat(when.start), time.fromisoformat(when.end), days)


def _rule(when: When, first: date, last: date) -> Rule | None:
    match when:
        case EveryWeek(weekday=weekday):
            return Rule(Kind.WEEKLY, first, weekdays=(weekday,), ends_on=last)
        case EveryMonth(weekday=weekday):
            return Rule(Kind.MONTHLY_WEEKDAY, first, nth=1, weekday=weekday, ends_on=last)
        case EveryYear(days=((month, day),)):
            return Rule(Kind.YEARLY_DAY, first, month=month, month_day=day)
        case ForFestival(code=code, offsets=(offset,)):
            return _festival(code, first, offset)
        case SummerWeeks() | NowAndThen() | EveryYear() | ForFestival():
            return None


def _festival(code: str, first: date, offset: int) -> Rule | None:
    if code in lunar.TERMS:
        return Rule(Kind.YEARLY_TERM, first, term=code, offset_days=offset)
    if code in lunar.FIXED_FESTIVALS:
        month, day = lunar.FIXED_FESTIVALS[code]
        return Rule(Kind.YEARLY_DAY, first, month=month, month_day=day, offset_days=offset)
    month, day = {"chuxi": (12, LAST), **lunar.LUNAR_FESTIVALS}.get(code, (0, 0))
    if not month:
        return None
    return Rule(Kind.YEARLY_LUNAR, first, lunar_month=month, lunar_day=day, offset_days=offset)
