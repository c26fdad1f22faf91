"""Make the dates of activities that repeat: at once up to a horizon, and on with each day that passes."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from portal.access import MACHINE, Actor
from portal.activities import rooms
from portal.activities.content import Where
from portal.activities.dates import Span
from portal.activities.models import Activity, ActivityStatus, Occurrence, OccurrenceStatus
from portal.activities.occurrences import new_date
from portal.activities.recurrence import FURTHEST_MOVE, Found, Holidays, MakeUp, expand
from portal.activities.recurrences import (
    DayRole,
    Recurrence,
    RecurrenceDay,
    Repeats,
    official,
    repeats_of,
    store,
    where_of,
)
from portal.audit.actions import record
from portal.clock import local, now, today
from portal.db import lock, transaction
from portal.errors import Missing, Refused
from portal.stations.queries import is_in_scope

# So far ahead dates are made: what comes once a year is there before that of this year is over.
HORIZON = timedelta(days=400)
DAY = timedelta(days=1)
AT_A_TIME = timedelta(days=7)  # the horizon moves on by weeks: most days there is nothing to make
MOST_MADE = 800  # dates of one rule: each day from a year ago up to the horizon are 767


def begin(session: Session, activity: Activity, repeats: Repeats, where: Where) -> int:
    """Write down a rule and make its dates up to the horizon, for a draft; return how many."""
    until = today() + HORIZON
    row = store(session, activity.id, repeats, where, until)
    made = [
        new_date(activity, where, repeats.span_on(one.day), row.id, one.meant)
        for one in coming(repeats, repeats.rule.starts_on, until)
    ]
    session.add_all(made)
    session.flush()
    return len(made)


def coming(repeats: Repeats, first: date, until: date) -> list[Found]:
    """List what takes place from a day on, at most MOST_MADE dates."""
    return [one for one in expand(repeats.rule, first, until, official) if one.skipped is None][:MOST_MADE]


def make_coming_dates() -> int:
    """Move the horizon of every rule on; return how many dates were made."""
    horizon = today() + HORIZON
    with transaction() as session:
        due = session.scalars(
            sa.select(Recurrence.id)
            .join(Activity, Activity.id == Recurrence.activity_id)
            .where(
                Activity.status == ActivityStatus.PUBLISHED,
                Recurrence.made_until < horizon - AT_A_TIME,
                Recurrence.cut_on.is_(None),
                # What is moved can come later than the last day meant.
                sa.or_(
                    Recurrence.ends_on.is_(None),
                    Recurrence.ends_on > today() - timedelta(days=FURTHEST_MOVE),
                ),
            )
            .order_by(Recurrence.id)
        ).all()
    return sum(extend(recurrence_id, horizon) for recurrence_id in due)


def extend(recurrence_id: int, horizon: date) -> int:
    """Make the dates of one rule up to the horizon; return how many.

    Where the room is taken no date is made: the day is noted as blocked, and stands on the desk.
    """
    with transaction() as session:
        found = session.get(Recurrence, recurrence_id)
        activity = lock(session, Activity, found.activity_id) if found else None
        row = session.get(
            Recurrence, recurrence_id, options=[selectinload(Recurrence.listed)], populate_existing=True
        )
        if activity is None or row is None or row.made_until >= horizon:
            return 0
        repeats, where = repeats_of(row), where_of(row)
        known = meant_days(session, [row.id])
        wanted = [
            (new_date(activity, where, repeats.span_on(one.day), row.id, one.meant), repeats.span_on(one.day))
            for one in coming(repeats, max(row.made_until + DAY, row.starts_on), horizon)
            if one.meant not in known
        ]
        taken = _taken(session, activity, where, [when for _made, when in wanted])
        free = [(one, when) for one, when in wanted if when not in taken]
        row.listed += [
            RecurrenceDay(day=one.meant_on, role=DayRole.BLOCKED) for one, when in wanted if when in taken
        ]
        row.made_until = horizon
        publish_dates(session, free)
        if wanted:
            record(
                session,
                MACHINE,
                "recurrence.extended",
                "activity",
                activity.id,
                activity.station_id,
                detail=f"{len(free)} dates until {horizon}, {len(taken)} blocked",
            )
        return len(free)


def _taken(session: Session, activity: Activity, where: Where, spans: Sequence[Span]) -> list[Span]:
    """Return when the room is taken, holding the room; all of it when the station has that room no more."""
    if where.room_id is None or not spans:
        return []
    try:
        rooms.check(session, where.room_id, activity.station_id)
    except Refused:
        return list(spans)
    return [when for when, _title in rooms.clashes(session, where.room_id, spans)]


def publish_dates(session: Session, dates: Sequence[tuple[Occurrence, Span]]) -> None:
    """Add dates that everybody sees, and book their rooms.

    Raises:
        Refused: a room is taken at one of the times.
    """
    for one, _when in dates:
        one.published = True
    session.add_all(one for one, _when in dates)
    session.flush()
    rooms.book(session, dates)


def meant_days(session: Session, recurrence_ids: Sequence[int]) -> set[date]:
    """Return the days for which the rules have made a date, whatever became of it."""
    days = session.scalars(sa.select(Occurrence.meant_on).where(Occurrence.recurrence_id.in_(recurrence_ids)))
    return {day for day in days if day is not None}


def leave_out(activity_id: int, day: date, by: Actor) -> None:
    """Settle that nothing takes place on a day on which the room was taken."""
    with transaction() as session:
        activity = lock(session, Activity, activity_id)
        if activity is None or not is_in_scope(activity.station_id, by.scope):
            raise Missing
        settle_blocked(session, activity_id, day)
        record(
            session, by, "recurrence.left_out", "activity", activity_id, activity.station_id, detail=str(day)
        )


def settle_blocked(session: Session, activity_id: int, day: date) -> None:
    """Let a day on which the room was taken be one on which the rule makes nothing."""
    session.execute(
        sa.update(RecurrenceDay)
        .where(
            RecurrenceDay.recurrence_id.in_(
                sa.select(Recurrence.id).where(Recurrence.activity_id == activity_id)
            ),
            RecurrenceDay.day == day,
            RecurrenceDay.role == DayRole.BLOCKED,
        )
        .values(role=DayRole.EXCEPTION)
        .execution_options(synchronize_session=False)
    )


def compare_with_days_off() -> int:
    """Note for every rule how many of its dates to come no longer fit the days off; return how many rules.

    A notice that is taken over later than the dates were made changes none of them by itself: people may
    count on them. The desk asks.
    """
    with transaction() as session:
        rows = session.scalars(
            sa.select(Recurrence)
            .join(Activity, Activity.id == Recurrence.activity_id)
            .where(
                Activity.status == ActivityStatus.PUBLISHED,
                sa.or_(
                    Recurrence.out_of_step > 0,  # also of a rule that is over: nobody has to decide any more
                    sa.and_(
                        sa.or_(Recurrence.holidays != Holidays.KEEP, Recurrence.make_up != MakeUp.KEEP),
                        sa.or_(Recurrence.ends_on.is_(None), Recurrence.ends_on > today()),
                    ),
                ),
            )
            .options(selectinload(Recurrence.listed))
            .order_by(Recurrence.id)
        ).all()
        made: defaultdict[int, set[tuple[date, date]]] = defaultdict(set)
        for recurrence_id, meant, starts_at in session.execute(
            sa.select(Occurrence.recurrence_id, Occurrence.meant_on, Occurrence.starts_at).where(
                Occurrence.recurrence_id.in_([row.id for row in rows]),
                Occurrence.starts_at > now(),
                Occurrence.status == OccurrenceStatus.PLANNED,
                Occurrence.by_hand.is_(False),
            )
        ):
            if recurrence_id is not None and meant is not None:
                made[recurrence_id].add((meant, local(starts_at).date()))
        for row in rows:
            repeats = repeats_of(row)
            days = [day for _meant, day in made[row.id]]
            first, last = min(days, default=today()), max([row.made_until, *days])
            fits = {(one.meant, one.day) for one in coming(repeats, first, last)}
            out_of_step = len(made[row.id] - fits)
            if row.out_of_step != out_of_step:
                row.out_of_step = out_of_step
        return sum(row.out_of_step > 0 for row in rows)
