"""Change a row of dates, or the rest of it: who has signed up stays, what was changed by hand is let be."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from portal.access import Actor
from portal.activities import changes, rooms
from portal.activities.changes import Fate, Made, Step, Target
from portal.activities.content import Where
from portal.activities.dates import Span, span_of
from portal.activities.followers import Concerned, concerned
from portal.activities.models import Activity, ActivityStatus, Occurrence, OccurrenceStatus
from portal.activities.occurrences import call_off, new_date, put, tell_moved
from portal.activities.recurrence import (
    FURTHEST_MOVE,
    Found,
    Holidays,
    Rule,
    Skip,
    expand,
    takes_place,
)
from portal.activities.recurrences import DayRole, Recurrence, Repeats, official, repeats_of, store
from portal.activities.remainders import held, rest
from portal.activities.repeating import HORIZON, publish_dates
from portal.activities.search import search_text
from portal.audit.actions import record
from portal.clock import now, today
from portal.db import db, lock, transaction
from portal.errors import Missing, OutOfDate, Refused
from portal.i18n import _, in_default_language
from portal.stations.queries import is_in_scope

DAY = timedelta(days=1)


class Reach(StrEnum):
    """Which dates a change reaches."""

    ONE = "one"
    FOLLOWING = "following"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the dates meant from a day on shall become.

    `target` sends the day of each date made to its new one. Ids in `stay` are let be as if they had been
    changed by hand; what the new rule means on `leave_out` is not made. `keep_people`: where somebody has
    signed up for a date the rule means no more, it takes place all the same.
    """

    since: date
    repeats: Repeats
    where: Where
    target: Target
    stay: frozenset[int] = frozenset()
    leave_out: frozenset[date] = frozenset()
    keep_people: bool = True
    word: str = ""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a wish would do: each step, whom it concerns, where the room is taken."""

    steps: list[Step]
    concerned: dict[int, Concerned]
    clashes: dict[date, str]  # first day of a date → what has the room then
    seen: str

    def of(self, *fates: Fate) -> list[Step]:
        """List the steps of these fates."""
        return [step for step in self.steps if step.fate in fates]

    def told(self, *fates: Fate) -> Concerned:
        """Add up whom the steps of these fates concern."""
        those = [self.concerned[step.id] for step in self.of(*fates) if step.id in self.concerned]
        return Concerned(
            sum(one.people for one in those),
            sum(one.by_message for one in those),
            sum(one.by_call for one in those),
        )


def rules_of(activity_id: int) -> list[Recurrence]:
    """List the rules of an activity in the order of time, the days they name with them."""
    return list(
        db.session.scalars(
            sa.select(Recurrence)
            .where(Recurrence.activity_id == activity_id)
            .options(selectinload(Recurrence.listed))
            .order_by(Recurrence.id)  # by the first day it were wrong: a later rule may begin before it
        )
    )


def blocked_days(rows: Sequence[Recurrence]) -> list[date]:
    """List the days to come on which no date was made since the room was taken."""
    return sorted(
        one.day for row in rows for one in row.listed if one.role is DayRole.BLOCKED and one.day >= today()
    )


def made_of(rows: Sequence[Recurrence], since: date) -> list[tuple[Made, Occurrence]]:
    """List what the rules have made for the days from one on; what is over or cancelled is fixed, too."""
    found = db.session.scalars(
        sa.select(Occurrence)
        .where(Occurrence.recurrence_id.in_([row.id for row in rows]), Occurrence.meant_on >= since)
        .order_by(Occurrence.meant_on, Occurrence.id)
    )
    return [(_made(one, one.meant_on), one) for one in found if one.meant_on is not None]


def _made(one: Occurrence, meant: date) -> Made:
    fixed = one.by_hand or one.status is OccurrenceStatus.CANCELLED or one.starts_at <= now()
    return Made(
        one.id,
        meant,
        span_of(one.starts_at, one.ends_at),
        fixed,
        one.seats_taken > 0 or one.parties_waiting > 0,
    )


def first_to_come(rows: Sequence[Recurrence]) -> date | None:
    """Return the day meant by the first date to come that these rules have made and nobody has changed."""
    return db.session.scalar(
        sa.select(sa.func.min(Occurrence.meant_on)).where(
            Occurrence.recurrence_id.in_([row.id for row in rows]),
            Occurrence.starts_at > now(),
            Occurrence.status == OccurrenceStatus.PLANNED,
            Occurrence.by_hand.is_(False),
        )
    )


def moved_along(
    occurrence: Occurrence, when: Span, where: Where, since: date, rows: Sequence[Recurrence]
) -> Wish:
    """Return the wish that the dates meant since a day move as one of them does.

    Raises:
        Refused: no rule made it, the time has passed, or there is no rule for the new day; at a field.
    """
    row = next((one for one in rows if one.id == occurrence.recurrence_id), None)
    if row is None or occurrence.meant_on is None or occurrence.by_hand:
        raise Refused(_("This date was changed by hand before; only it can be changed here."), field="reach")
    if when.starts_at <= now():
        raise Refused(_("That time has passed. Please check day and time."), field="first_day")
    by = when.first - span_of(occurrence.starts_at, occurrence.ends_at).first
    to = occurrence.meant_on + by
    changed, target = changes.shifted(repeats_of(row).rule, occurrence.meant_on, to)
    days = [one.meant for one, _row in made_of(rows, since) if not one.fixed]
    starts_on = max(today(), min([target(day) for day in days], default=when.first))
    changed = replace(changed, starts_on=changes.in_step(changed, starts_on, to))
    changed = rest(changed, rows, since, target, by)
    repeats = Repeats(changed, when.opens, when.closes, (when.last - when.first).days + 1)
    repeats.check()
    return Wish(since, repeats, where, target)


def outlook_of_one(found: Occurrence, when: Span, where: Where) -> Outlook:
    """Work out what another time or place for one date alone would do."""
    was = span_of(found.starts_at, found.ends_at)
    taken: list[tuple[Span, str]] = []
    if where.room_id is not None:
        taken = rooms.clashes(db.session(), where.room_id, [when], but_occurrences=[found.id])
    steps = [Step(Fate.MOVES, found.id, was, when, found.meant_on)]
    return Outlook(
        steps,
        concerned([found.id]),
        {each.first: title for each, title in taken},
        changes.digest(steps, where.room_id, _named_place(where)),
    )


def outlook(activity: Activity, wish: Wish, rows: Sequence[Recurrence]) -> Outlook:
    """Work out what a wish would do, without doing it."""
    made = made_of(rows, wish.since)
    steps = _steps(made, wish, rows)
    spans = [one.becomes for one in steps if one.fate in (Fate.MOVES, Fate.NEW) and one.becomes is not None]
    leaving = [one.id for one in steps if one.fate in (Fate.MOVES, Fate.GONE) and one.id is not None]
    taken: list[tuple[Span, str]] = []
    if wish.where.room_id is not None:
        taken = rooms.clashes(db.session(), wish.where.room_id, spans, but_occurrences=leaving)
    touched = [step.id for step in steps if step.id is not None and step.fate is not Fate.STAYS]
    return Outlook(
        steps,
        concerned(touched),
        {when.first: title for when, title in taken},
        changes.digest(steps, wish.where.room_id, _named_place(wish.where)),
    )


def _steps(made: Sequence[tuple[Made, Occurrence]], wish: Wish, rows: Sequence[Recurrence]) -> list[Step]:
    rule, until = _ruled(wish, rows, [one for one, _row in made]).rule, _until(rows)
    dates = [replace(one, fixed=one.fixed or one.id in wish.stay) for one, _row in made]
    place = (wish.where.room_id, *_named_place(wish.where))
    elsewhere = frozenset(
        one.id
        for one, row in made
        if (row.room_id, row.place_name, row.place_address, row.place_directions) != place
    )
    period = changes.period_of(rule.kind, *(row.kind for row in rows))
    found = [_unless_passed(one, wish.repeats) for one in _found(rule, wish, dates, until, period)]
    steps = changes.plan(dates, wish.repeats, found, wish.target, period, elsewhere, wish.keep_people)
    # What is new beyond the horizon comes when the horizon does.
    return [one for one in steps if one.fate is not Fate.NEW or one.day <= until]


def _found(
    rule: Rule, wish: Wish, dates: Sequence[Made], until: date, period: Callable[[date], date]
) -> list[Found]:
    """List what a rule means from the first of the dates on, as far as the last can go."""
    goes_to = [wish.target(one.meant) for one in dates]
    last = max([until, *goes_to])
    while period(last + DAY) == period(last):
        last += DAY
    if rule.holidays is Holidays.MOVE:
        last += FURTHEST_MOVE * DAY
    return expand(rule, max(rule.starts_on, min([wish.since, *goes_to])), last, official)


def _unless_passed(one: Found, repeats: Repeats) -> Found:
    """Leave a day out on which it would have begun already, whatever the rule says."""
    passed = one.skipped is None and repeats.span_on(one.day).starts_at <= now()
    return replace(one, skipped=Skip.EXCEPTION) if passed else one


def _ruled(wish: Wish, rows: Sequence[Recurrence], made: Sequence[Made]) -> Repeats:
    """Return the new rule; it leaves out a day that a rule before has taken, unless a date is sent there."""
    rule = wish.repeats.rule
    rule = replace(rule, exceptions=(rule.exceptions | wish.leave_out) - rule.extra)
    taken = held(rows, rule.starts_on, wish.since) - {wish.target(one.meant) for one in made} - rule.extra
    last = max(taken, default=rule.starts_on)
    # What is left out can send what a day off moves to another of these days: hence again.
    while twice := taken & {*takes_place(expand(rule, rule.starts_on, last, official))}:
        rule = replace(rule, exceptions=rule.exceptions | twice)
    return replace(wish.repeats, rule=rule)


def _named_place(where: Where) -> tuple[str, str, str]:
    return "" if where.room_id else where.place_name, where.place_address, where.place_directions


def _until(rows: Sequence[Recurrence]) -> date:
    return max([today() + HORIZON, *(row.made_until for row in rows)])


def reschedule(activity_id: int, wish: Wish, seen: str, by: Actor, everywhere: bool = False) -> Outlook:
    """Do what the wish says, all of it or nothing; return what was done.

    `seen` is the digest of the outlook somebody has looked at. `everywhere`: the activity itself is at the
    new place from now on, too.

    Raises:
        Missing: there is no such activity within the actor's scope, or no such room at its station.
        Refused: it is no published activity that repeats, or a room is taken.
        OutOfDate: what would be done is no longer what was seen.
    """
    with transaction() as session:
        activity = lock(session, Activity, activity_id)
        if activity is None or not is_in_scope(activity.station_id, by.scope):
            raise Missing
        rows = rules_of(activity_id)
        if activity.status is not ActivityStatus.PUBLISHED or not rows:
            raise Refused(_("Nothing repeats here any more."))
        _lock_dates(session, rows, wish.since)
        found = outlook(activity, wish, rows)
        if found.seen != seen:
            raise OutOfDate(_("Something has changed meanwhile. Please look again at what would happen."))
        rooms.check(session, wish.where.room_id, activity.station_id)
        made = made_of(rows, wish.since)
        dates = {one.id: one for _made, one in made}
        repeats = _ruled(wish, rows, [one for one, _row in made])
        where = replace(wish.where, seats=rows[-1].seats)
        row = store(session, activity.id, repeats, where, _until(rows))
        _carry_out(session, activity, found.steps, dates, wish, row)
        _end_earlier(session, rows, wish.since)
        if everywhere:
            _change_place(session, activity, wish.where)
        activity.touch()
        counts = {fate.value: len(found.of(fate)) for fate in Fate}
        record(
            session,
            by,
            "recurrence.changed",
            "activity",
            activity_id,
            activity.station_id,
            reason=wish.word,
            detail=", ".join(f"{fate} {count}" for fate, count in counts.items() if count),
        )
        return found


def _lock_dates(session: Session, rows: Sequence[Recurrence], since: date) -> None:
    session.scalars(
        sa.select(Occurrence)
        .where(Occurrence.recurrence_id.in_([row.id for row in rows]), Occurrence.meant_on >= since)
        .order_by(Occurrence.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _carry_out(
    session: Session,
    activity: Activity,
    steps: Sequence[Step],
    dates: dict[int, Occurrence],
    wish: Wish,
    row: Recurrence,
) -> None:
    moved: list[tuple[Occurrence, Span]] = []
    began = {one.id: one.starts_at for one in dates.values()}
    for step in steps:
        if step.id is None:
            continue
        one = dates[step.id]
        one.recurrence_id, one.meant_on = (row.id, step.meant) if step.meant else (None, None)
        one.by_hand = one.by_hand or step.fate is Fate.BY_HAND or step.meant is None
        if step.fate is Fate.MOVES and step.becomes is not None:
            put(one, activity, step.becomes, wish.where)
            moved.append((one, step.becomes))
    session.flush()
    rooms.release(session, [one.id for one, _when in moved])
    for step in steps:
        if step.fate is Fate.GONE and step.id is not None:
            call_off(session, dates[step.id], activity, wish.word or _why(step))
    rooms.book(session, moved)
    where = replace(wish.where, seats=row.seats)
    publish_dates(
        session,
        [
            (new_date(activity, where, step.becomes, row.id, step.meant), step.becomes)
            for step in steps
            if step.fate is Fate.NEW and step.becomes is not None
        ],
    )
    for one, _when in moved:
        tell_moved(session, one, activity, began[one.id], wish.word)


def _why(step: Step) -> str:
    with in_default_language():
        return _("It would fall on a day off.") if step.why is Skip.HOLIDAY else _("The dates have changed.")


def _end_earlier(session: Session, rows: Sequence[Recurrence], since: date) -> None:
    """Let the rules before say nothing from the day on; a rule that then says nothing at all goes."""
    for row in rows:
        if row.starts_on >= since:
            session.delete(row)
        elif row.ends_on is None or row.ends_on >= since:
            row.ends_on = since - DAY
            row.out_of_step = 0  # what is left of it is compared anew with the next turn of the job
            row.listed = [one for one in row.listed if one.day < since]
    session.flush()


def _change_place(session: Session, activity: Activity, where: Where) -> None:
    activity.room_id = where.room_id
    activity.place_name = "" if where.room_id else where.place_name
    activity.place_address = where.place_address
    activity.place_directions = where.place_directions
    activity.search = search_text(session, activity)
