"""Work out what becomes of dates when the rule that made them changes; nothing here writes."""

import hashlib
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from portal.activities.dates import Span
from portal.activities.recurrence import LAST, Found, Kind, Rule, Skip, expand
from portal.activities.recurrences import Repeats
from portal.errors import Refused
from portal.i18n import _

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
SOON = timedelta(days=400)
Target = Callable[[date], date]
_YEARLY = (Kind.YEARLY_DAY, Kind.YEARLY_LUNAR, Kind.YEARLY_TERM)


class Fate(StrEnum):
    """What becomes of a date.

    `by_hand`: it was changed or cancelled by hand, is over, or shall stay, and is let be; `kept`: the rule
    means it no more, but people are signed up, so it takes place by itself; `gone`: it is cancelled.
    """

    MOVES = "moves"
    STAYS = "stays"
    BY_HAND = "by_hand"
    KEPT = "kept"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Made:
    """A date that a rule has made: the day it is meant for, and whether it is let be, or anybody comes."""

    id: int
    meant: date
    when: Span
    fixed: bool
    people: bool


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of one date: of an earlier one (id, was), of a new one, or of both in one."""

    fate: Fate
    id: int | None
    was: Span | None
    becomes: Span | None
    meant: date | None
    why: Skip | None = None

    @property
    def day(self) -> date:
        """Return the day it is listed under."""
        when = self.becomes or self.was
        assert when is not None
        return when.first


def plan(
    made: Sequence[Made],
    repeats: Repeats,
    found: Iterable[Found],
    target: Target,
    same_period: Callable[[date], date],
    elsewhere: Container[int],
    keep_people: bool,
) -> list[Step]:
    """Pair the dates made with the dates found for the new rule, and say what becomes of each.

    A date goes where `target` sends its day if the new rule means that; else to the first of the same
    period (week, month or year) that is left. `elsewhere` holds the ids of those whose place changes, so that
    they move even where the time stays.
    """
    left = {one.meant: one for one in found}
    pairs: dict[int, Found] = {}
    for one in made:
        if target(one.meant) in left:
            pairs[one.id] = left.pop(target(one.meant))
    for one in sorted(made, key=lambda one: one.fixed):
        if one.id in pairs:
            continue
        near = (
            day
            for day in sorted(left)
            if not left[day].skipped
            and same_period(day) == same_period(target(one.meant))
            # What was changed by hand stands for that week's date: beside it none is made anew.
            and (not one.fixed or abs(day - target(one.meant)) < WEEK)
        )
        if (day := next(near, None)) is not None:
            pairs[one.id] = left.pop(day)
    steps = [_step(one, pairs.get(one.id), repeats, one.id in elsewhere, keep_people) for one in made]
    steps += [
        Step(Fate.NEW, None, None, repeats.span_on(one.day), one.meant)
        for one in left.values()
        if not one.skipped
    ]
    return sorted(steps, key=lambda step: (step.day, step.id or 0))


def _step(one: Made, to: Found | None, repeats: Repeats, elsewhere: bool, keep_people: bool) -> Step:
    if one.fixed:
        return Step(Fate.BY_HAND, one.id, one.when, one.when, to.meant if to else None)
    if to is not None and not to.skipped:
        becomes = repeats.span_on(to.day)
        fate = Fate.MOVES if elsewhere or becomes != one.when else Fate.STAYS
        return Step(fate, one.id, one.when, becomes, to.meant)
    why = to.skipped if to else None
    if one.people and keep_people:
        return Step(Fate.KEPT, one.id, one.when, one.when, None, why)
    return Step(Fate.GONE, one.id, one.when, None, None, why)


def digest(steps: Iterable[Step], *beside: object) -> str:
    """Return what changes whenever the plan does, or what stands beside it: is it still as it was seen?"""
    said = "|".join([*(f"{step.fate} {step.id} {step.was} {step.becomes}" for step in steps), repr(beside)])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def period_of(*kinds: Kind) -> Callable[[date], date]:
    """Return what gives the first day of the week, month or year in which a day of such rules is unique."""
    if any(kind in _YEARLY for kind in kinds):
        return lambda day: day.replace(month=1, day=1)
    if Kind.MONTHLY_DAY in kinds or Kind.MONTHLY_WEEKDAY in kinds:
        return lambda day: day.replace(day=1)
    if Kind.WEEKLY in kinds:
        return lambda day: day - day.weekday() * DAY
    return lambda day: day


def shifted(rule: Rule, meant: date, to: date) -> tuple[Rule, Target]:
    """Return the rule that means `to` instead of `meant`, and where it sends each day.

    Only the repetition changes: end, exceptions and extra days are the caller's.

    Raises:
        Refused: such a rule does not exist, or this one does not mean that day; at the field `first_day`.
    """
    if not _means(rule, meant):
        raise _no_such_rule()
    by = to - meant
    changed = replace(rule, starts_on=to)
    if rule.kind is Kind.WEEKLY:
        changed = replace(changed, weekdays=_weekdays(rule, meant, to))
        sent: Target = lambda day: day + by if day.weekday() == meant.weekday() else day  # noqa: E731
    else:
        sent = lambda day: day + by  # noqa: E731
    if rule.kind is Kind.MONTHLY_DAY or rule.kind is Kind.YEARLY_DAY:
        still_last = rule.month_day == LAST and (to + DAY).day == 1
        changed = replace(changed, month=to.month, month_day=LAST if still_last else to.day)
    if rule.kind is Kind.MONTHLY_WEEKDAY:
        still_last = rule.nth == LAST and (to + WEEK).month != to.month
        changed = replace(changed, nth=LAST if still_last else (to.day + 6) // 7, weekday=to.weekday())
    if rule.kind in (Kind.YEARLY_LUNAR, Kind.YEARLY_TERM):
        if rule.before_weekday is None:
            changed = replace(changed, offset_days=rule.offset_days + by.days)
        else:
            changed = replace(changed, before_weekday=to.weekday())
    if rule.kind is Kind.DATES:
        changed = replace(changed, dates=tuple(day + by for day in rule.dates if day >= meant))
    if not -60 <= changed.offset_days <= 60 or not _means(changed, to):
        raise _no_such_rule()
    return changed, sent


def in_step(rule: Rule, day: date, meant: date) -> date:
    """Return the last day, `day` or earlier, from which a rule can count so that it means `meant`."""
    while not _means(replace(rule, starts_on=day), meant):
        day -= DAY
    return day


def next_meant(rule: Rule, day: date) -> date:
    """Return the first day, `day` or later, that the rule means by itself; `day` where none comes soon."""
    return next((one.day for one in _bare(rule, day, day + SOON)), day)


def _means(rule: Rule, day: date) -> bool:
    return bool(_bare(rule, day, day))


def _bare(rule: Rule, first: date, last: date) -> list[Found]:
    """List the days that a rule means, without its end, its exceptions and its extra days."""
    bare = replace(rule, ends_on=None, count=None, exceptions=frozenset(), extra=frozenset())
    return expand(bare, first, last, lambda _day: None)


def _weekdays(rule: Rule, meant: date, to: date) -> tuple[int, ...]:
    others = {*rule.weekdays} - {meant.weekday()}
    if to.weekday() in others:
        raise Refused(_("It takes place on that weekday already."), field="first_day")
    leaves_the_week = meant - meant.weekday() * DAY != to - to.weekday() * DAY
    if meant.weekday() not in rule.weekdays or (others and rule.interval > 1 and leaves_the_week):
        raise _no_such_rule()
    return tuple(sorted({*others, to.weekday()}))


def _no_such_rule() -> Refused:
    return Refused(
        _("There is no rule for that day. Change only this date, or change how it repeats."),
        field="first_day",
    )
