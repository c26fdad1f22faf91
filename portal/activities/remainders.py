"""Work out what is left of the rules of a row where another goes on from some day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import sqlalchemy as sa

from portal.activities.changes import DAY, Target, period_of
from portal.activities.models import Occurrence, OccurrenceStatus
from portal.activities.recurrence import (
    FURTHEST_MOVE,
    MOST_TIMES,
    Holidays,
    Kind,
    Rule,
    expand,
    takes_place,
    times_before,
)
from portal.activities.recurrences import Recurrence, official, repeats_of
from portal.clock import local, start_of
from portal.db import db


def rest(changed: Rule, rows: Sequence[Recurrence], since: date, target: Target, by: timedelta) -> Rule:
    """Give a changed rule what is left of the end, the exceptions and the extra days of those before."""
    rules = [repeats_of(row, blocked=False).rule for row in rows]
    last = rules[-1]
    left = times_left(rows, since) if last.ends_on is None else None
    # An extra day before `since` stays with the rule that has made it.
    extra = frozenset(day for rule in rules for day in rule.extra if day >= max(since, changed.starts_on))
    return replace(
        changed,
        ends_on=max(last.ends_on + max(by, timedelta(0)), changed.starts_on) if last.ends_on else None,
        count=left,
        dates=tuple(sorted({target(day) for day in last.dates if day >= since})),
        exceptions=(
            frozenset(target(day) for day in left_out(rows, since))
            | _nobodys(changed, rows, since, target, by)
        )
        - extra,
        extra=extra,
    )


def times_left(rows: Sequence[Recurrence], since: date) -> int | None:
    """Return how many times it takes place from a day on, where the last rule has a count."""
    *before, last = [repeats_of(row, blocked=False).rule for row in rows]
    if last.count is None:
        return None
    earlier = [expand(rule, since, rule.ends_on or since, official) for rule in before]
    left = last.count - times_before(last, since, official) + sum(len(takes_place(one)) for one in earlier)
    return min(max(left, 1), MOST_TIMES)


def left_out(rows: Sequence[Recurrence], since: date) -> frozenset[date]:
    """List the days from one on that the rules leave out.

    A day is none of them if one rule leaves it out only because another has a date for it.
    """
    named = {
        (day, row.id)
        for row in rows
        for day in repeats_of(row, blocked=False).rule.exceptions
        if day >= since
    }
    if not named:
        return frozenset()
    wanted = sa.select(Occurrence.meant_on, Occurrence.recurrence_id).where(
        Occurrence.recurrence_id.in_([row.id for row in rows]),
        Occurrence.meant_on.in_({day for day, _row_id in named}),
    )
    made = [(day, row_id) for day, row_id in db.session.execute(wanted)]
    return frozenset(
        day for day, row_id in named if not any(made_on == day and maker != row_id for made_on, maker in made)
    )


def held(rows: Sequence[Recurrence], first: date, since: date) -> frozenset[date]:
    """List the days from `first` on which the rules hold for good a date meant before `since`."""
    moments = db.session.scalars(
        sa.select(Occurrence.starts_at).where(
            Occurrence.recurrence_id.in_([row.id for row in rows]),
            Occurrence.meant_on < since,
            Occurrence.starts_at >= start_of(first),
            Occurrence.status == OccurrenceStatus.PLANNED,
            Occurrence.by_hand.is_(False),
        )
    )
    return frozenset(local(moment).date() for moment in moments)


def _nobodys(
    changed: Rule, rows: Sequence[Recurrence], since: date, target: Target, by: timedelta
) -> frozenset[date]:
    """List the days before `since` that a changed rule means and to which no date goes.

    Only a weekly rule has such: a part of its weekdays stays, and they are the business of the rules before.
    """
    if changed.kind is not Kind.WEEKLY or changed.starts_on >= since:
        return frozenset()
    last = since + max(-by, timedelta(0)) + FURTHEST_MOVE * DAY
    goes_to = {
        target(one.meant)
        for row in rows
        for one in expand(repeats_of(row, blocked=False).rule, since, last, official)
        if one.meant >= since
    }
    # A date of a third weekday goes to some day of its week.
    week = period_of(Kind.WEEKLY)
    weeks = {week(day) for day in goes_to if day.weekday() not in changed.weekdays}
    bare = replace(changed, holidays=Holidays.KEEP, ends_on=None, count=None, extra=frozenset())
    return frozenset(
        one.meant
        for one in expand(bare, changed.starts_on, since - DAY, official)
        if one.meant not in goes_to and week(one.meant) not in weeks
    )
