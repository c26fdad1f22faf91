"""Say which hours are due: what is not written down within ten working days, and what else waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from portal.access import Scope
from portal.activities.models import Occurrence, OccurrenceStatus
from portal.activities.working_days import working_days_after, working_days_before
from portal.clock import local, now, start_of, today
from portal.db import db
from portal.stations.models import Station
from portal.stations.queries import in_scope
from portal.volunteers.days import is_over
from portal.volunteers.hours_queries import ENTERED_WITHIN
from portal.volunteers.shift_models import (
    HoursDoubt,
    HoursStatus,
    Post,
    PostStatus,
    Presence,
    ServiceRecord,
    Shift,
    ShiftStatus,
)

SETTLED_WITHIN = 10  # working days


@dataclass(frozen=True, slots=True)
class Waits:
    """How many of a kind wait on the desk, and since which day the oldest does."""

    number: int
    since: date | None


@dataclass(frozen=True, slots=True)
class Desk:
    """What waits about hours within a scope."""

    waiting: Waits
    doubts: Waits
    pairs: Waits
    unsettled: Waits

    @property
    def is_empty(self) -> bool:
        """Say whether nothing waits."""
        return not any(one.number for one in (self.waiting, self.doubts, self.pairs, self.unsettled))


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A date over for ten working days, and for how many volunteers something is not written down."""

    occurrence: Occurrence
    people: int

    @property
    def late_since(self) -> date:
        """Return the first day after the ten working days."""
        return late_since(self.occurrence.ends_at)


def late_since(ends_at: datetime) -> date:
    """Return from when on a date that ended at a moment stands on the desk if nothing is written down."""
    return working_days_after(local(ends_at).date(), SETTLED_WITHIN) + timedelta(days=1)


def unsettled(scope: Scope, limit: int = 100) -> list[Unsettled]:
    """List dates over for ten working days of which something is not written down, the oldest first.

    That is of volunteers who had a post and neither came nor have hours, or never checked out. Who is noted
    as not having come, and what nobody can write down any more (ENTERED_WITHIN), is left out.
    """
    late = unsettled_dates(in_scope(Occurrence.station_id, scope)).subquery()
    rows = db.session.execute(
        sa.select(Occurrence, late.c.people)
        .join(late, late.c.occurrence_id == Occurrence.id)
        .options(joinedload(Occurrence.activity))
        .order_by(Occurrence.ends_at, Occurrence.id)
        .limit(limit)
    )
    return [Unsettled(occurrence, people) for occurrence, people in rows]


def unsettled_dates(mine: sa.ColumnElement[bool]) -> sa.Select[tuple[int, datetime, int]]:
    """Return the query for (occurrence_id, ends_at, people) of those of my dates that lack something."""
    recorded = sa.exists().where(
        ServiceRecord.occurrence_id == Occurrence.id, ServiceRecord.volunteer_id == Post.volunteer_id
    )
    came = sa.exists().where(
        Presence.occurrence_id == Occurrence.id, Presence.volunteer_id == Post.volunteer_id
    )
    posted = (
        sa.select(
            Occurrence.id.label("occurrence_id"), Occurrence.ends_at, Post.volunteer_id.label("volunteer_id")
        )
        .join(Shift, Shift.occurrence_id == Occurrence.id)
        .join(Post, Post.shift_id == Shift.id)
        .where(
            *_late(mine),
            Shift.status == ShiftStatus.OPEN,
            Post.status == PostStatus.CONFIRMED,
            Post.absent_at.is_(None),
            ~recorded,
            ~came,
        )
    )
    still_in = (
        sa.select(Occurrence.id, Occurrence.ends_at, Presence.volunteer_id)
        .join(Presence, Presence.occurrence_id == Occurrence.id)
        .where(*_late(mine), Presence.out_at.is_(None))
    )
    missing = sa.union(posted, still_in).subquery()
    return sa.select(missing.c.occurrence_id, missing.c.ends_at, sa.func.count().label("people")).group_by(
        missing.c.occurrence_id, missing.c.ends_at
    )


def _late(mine: sa.ColumnElement[bool]) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        Occurrence.published.is_(True),
        Occurrence.status == OccurrenceStatus.PLANNED,
        Occurrence.counts_hours.is_(True),
        Occurrence.ends_at < start_of(working_days_before(today(), SETTLED_WITHIN)),
        Occurrence.ends_at > now() - ENTERED_WITHIN,
        mine,
    )


def without_hours(occurrence_id: int) -> Sequence[Post]:
    """List who had a post at a date that is over and has neither come nor hours; the absent ones last."""
    came = sa.exists().where(
        Presence.occurrence_id == Shift.occurrence_id, Presence.volunteer_id == Post.volunteer_id
    )
    recorded = sa.exists().where(
        ServiceRecord.occurrence_id == Shift.occurrence_id, ServiceRecord.volunteer_id == Post.volunteer_id
    )
    return db.session.scalars(
        sa.select(Post)
        .join(Shift, Shift.id == Post.shift_id)
        .join(Occurrence, Occurrence.id == Shift.occurrence_id)
        .where(
            Shift.occurrence_id == occurrence_id,
            Shift.status == ShiftStatus.OPEN,
            Occurrence.ends_at <= now(),
            Shift.ends_at <= now(),
            Post.status == PostStatus.CONFIRMED,
            ~came,
            ~recorded,
        )
        .options(joinedload(Post.volunteer), joinedload(Post.team), joinedload(Post.shift))
        .order_by(Post.absent_at.is_not(None), Post.id)
    ).all()


def desk(scope: Scope) -> Desk:
    """Count what waits about hours within a scope, in one question."""
    here = sa.select(sa.select(Station.id).where(in_scope(Station.id, scope)).cte("here").c.id)
    mine, of_mine = Occurrence.station_id.in_(here), ServiceRecord.station_id.in_(here)
    late = unsettled_dates(mine).subquery()
    row = db.session.execute(
        sa.select(
            *_counted(
                sa.select(ServiceRecord.day.label("since")).where(
                    ServiceRecord.status == HoursStatus.WAITING, of_mine
                )
            ),
            *_counted(
                sa.select(HoursDoubt.asked_at.label("since"))
                .join(ServiceRecord, ServiceRecord.id == HoursDoubt.record_id)
                .where(HoursDoubt.settled_at.is_(None), of_mine)
            ),
            *_counted(
                sa.select(Presence.day.label("since"))
                .join(Occurrence, Occurrence.id == Presence.occurrence_id)
                .where(
                    Presence.out_at.is_(None),
                    sa.or_(Presence.day < today(), is_over()),
                    mine,
                )
            ),
            *_counted(sa.select(late.c.ends_at.label("since"))),
        )
    ).one()
    waiting, waits_since, doubts, asked, pairs, open_since, unsettled, ended = row
    return Desk(
        waiting=Waits(waiting, waits_since),
        doubts=Waits(doubts, local(asked).date() if asked else None),
        pairs=Waits(pairs, open_since),
        unsettled=Waits(unsettled, late_since(ended) if ended else None),
    )


def _counted(rows: sa.Select[Any]) -> tuple[sa.ScalarSelect[int], sa.ScalarSelect[Any]]:
    of = rows.subquery()
    return (
        sa.select(sa.func.count()).select_from(of).scalar_subquery(),
        sa.select(sa.func.min(of.c.since)).scalar_subquery(),
    )
