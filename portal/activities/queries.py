"""Read activities and single occurrences."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload, selectinload

from portal.access import Scope
from portal.activities.models import (
    LONGEST_DAYS,
    Activity,
    ActivityStatus,
    Category,
    Occurrence,
    OccurrenceStatus,
    RoomBooking,
    Series,
)
from portal.activities.recurrences import DayRole, Recurrence, RecurrenceDay
from portal.clock import end_of, local, now, today
from portal.db import db, like
from portal.errors import Missing
from portal.stations.models import Room, Station
from portal.stations.queries import Seal, in_language, in_scope

TITLES_OWN, TITLES_OTHERS = 300, 150  # activities that are looked at for titles to suggest


def occurrence(occurrence_id: int, scope: Scope | None = None) -> Occurrence:
    """Return an occurrence with all its page shows.

    Without a scope only what is published is found; with one, whatever its stations have.

    Raises:
        Missing: there is none, or not for these eyes.
    """
    wanted = sa.select(Occurrence).where(Occurrence.id == occurrence_id)
    wanted = wanted.where(
        Occurrence.published.is_(True) if scope is None else in_scope(Occurrence.station_id, scope)
    )
    found = db.session.scalar(
        wanted.options(
            joinedload(Occurrence.activity).options(
                joinedload(Activity.series), selectinload(Activity.cohosts), selectinload(Activity.audiences)
            ),
            joinedload(Occurrence.station).selectinload(Station.hours),
            joinedload(Occurrence.room),
        )
    )
    if found is None:
        raise Missing
    return found


def rooms_today(station_id: int) -> dict[int, tuple[datetime, datetime]]:
    """Map each room of a station that is taken today, now or later, to when: (from, to)."""
    rows = db.session.execute(
        sa.select(RoomBooking.room_id, RoomBooking.starts_at, RoomBooking.ends_at)
        .join(Room, Room.id == RoomBooking.room_id)
        .where(
            Room.station_id == station_id,
            RoomBooking.ends_at > now(),
            RoomBooking.starts_at >= now() - timedelta(days=1),  # none is longer; the index stops there
            RoomBooking.starts_at < end_of(local(now()).date()),
        )
        .order_by(RoomBooking.starts_at.desc())
    )
    return {row.room_id: (row.starts_at, row.ends_at) for row in rows}  # the earliest is written last


def series_shown() -> Sequence[Series]:
    """List the series."""
    return db.session.scalars(sa.select(Series).order_by(Series.position, Series.id).limit(60)).all()


def activity(activity_id: int, scope: Scope) -> Activity:
    """Return an activity that a station within the scope leads; Missing otherwise."""
    found = db.session.scalar(
        sa.select(Activity)
        .where(Activity.id == activity_id, in_scope(Activity.station_id, scope))
        .options(
            joinedload(Activity.station),
            joinedload(Activity.series),
            joinedload(Activity.room),
            selectinload(Activity.cohosts),
            selectinload(Activity.audiences),
        )
    )
    if found is None:
        raise Missing
    return found


def titles_of(station_id: int, category: str | None = None, limit: int = 12) -> list[str]:
    """List titles to suggest: the station's own first, then the network's.

    Of each, those come first that were used often and lately, of the same category, at this time of year.
    One statement, which looks at the last few hundred activities, however many there have been.
    """
    own, others = aliased(Activity), aliased(Activity)
    here = (
        sa.select(own.title, own.category, own.created_at, sa.literal(0).label("far"))
        .where(own.station_id == station_id)
        .order_by(own.id.desc())
        .limit(TITLES_OWN)
    )
    elsewhere = (
        sa.select(others.title, others.category, others.created_at, sa.literal(1).label("far"))
        .where(others.status == ActivityStatus.PUBLISHED, others.station_id != station_id)
        .order_by(others.changed_at.desc(), others.id.desc())
        .limit(TITLES_OTHERS)
    )
    both = sa.union_all(sa.select(here.subquery()), sa.select(elsewhere.subquery())).subquery()
    scores: dict[tuple[int, str], float] = {}
    for row in db.session.execute(sa.select(both)):
        scores[row.far, row.title] = scores.get((row.far, row.title), 0) + _weight(row, category)
    ranked = sorted(scores, key=lambda one: (one[0], -scores[one], one[1]))
    return list(dict.fromkeys(title for _far, title in ranked))[:limit]


def _weight(row: Any, category: str | None) -> float:
    """Weigh one use of a title: recent, of the same category, at this time of year."""
    days: int = max(0, (now() - row.created_at).days)
    lately = 90 / (90 + days)
    season = min(days % 365, -days % 365) <= 30
    return lately * (2 if season else 1) * (3 if row.category == category else 1)


def favourites_in(scope: Scope, limit: int = 12) -> Sequence[Any]:
    """List (id, title) of what the stations of a scope copy often, by title."""
    return db.session.execute(
        sa.select(Activity.id, Activity.title)
        .where(in_scope(Activity.station_id, scope), Activity.favourite)
        .order_by(Activity.title, Activity.id)
        .limit(limit)
    ).all()


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """What the staff's list shows of an activity."""

    id: int
    title: str
    category: Category
    status: ActivityStatus
    station_name: str
    seal: Seal
    changed_at: datetime
    publish_at: datetime | None
    publish_fault: str
    next_at: datetime | None
    dates: int


def activities_in(
    scope: Scope,
    status: ActivityStatus | None,
    words: tuple[str, ...],
    before: tuple[datetime, int] | None,
    limit: int,
) -> list[ActivityRow]:
    """List the activities of a scope, the last changed first.

    `before` is (changed_at, id) of the last one seen.
    """
    wanted = (
        sa.select(
            Activity.id,
            Activity.title,
            Activity.category,
            Activity.status,
            Activity.changed_at,
            Activity.publish_at,
            Activity.publish_fault,
            Station.short_name,
            Station.short_name_en,
            Station.seal_shape,
            Station.seal_tone,
            Station.seal_character,
        )
        .join(Station, Station.id == Activity.station_id)
        .where(in_scope(Activity.station_id, scope), *[like(Activity.search, word) for word in words])
        .order_by(Activity.changed_at.desc(), Activity.id.desc())
        .limit(limit)
    )
    if status is not None:
        wanted = wanted.where(Activity.status == status)
    if before is not None:
        wanted = wanted.where(sa.tuple_(Activity.changed_at, Activity.id) < sa.tuple_(*before))
    # Only of those shown: asked beside the others, dates would be counted for all before they are sorted.
    shown = wanted.subquery()
    coming, counted = aliased(Occurrence), aliased(Occurrence)
    next_at = (
        sa.select(sa.func.min(coming.starts_at))
        .where(
            coming.activity_id == shown.c.id,
            coming.starts_at >= now() - timedelta(days=LONGEST_DAYS),
            coming.ends_at > now(),
            coming.status == OccurrenceStatus.PLANNED,
        )
        .scalar_subquery()
    )
    dates = sa.select(sa.func.count()).where(counted.activity_id == shown.c.id).scalar_subquery()
    rows = db.session.execute(
        sa.select(shown, next_at.label("next_at"), dates.label("dates")).order_by(
            shown.c.changed_at.desc(), shown.c.id.desc()
        )
    )
    return [
        ActivityRow(
            id=row.id,
            title=row.title,
            category=row.category,
            status=row.status,
            station_name=in_language(row.short_name, row.short_name_en),
            seal=Seal(row.seal_shape, row.seal_tone, row.seal_character),
            changed_at=row.changed_at,
            publish_at=row.publish_at,
            publish_fault=row.publish_fault,
            next_at=row.next_at,
            dates=row.dates,
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Asks:
    """A row of dates about which somebody has to decide."""

    activity_id: int
    title: str
    station_name: str
    out_of_step: int  # dates that no longer fit the days off
    blocked: int  # days on which no date was made, since the room was taken


def rows_that_ask(scope: Scope, limit: int = 20) -> list[Asks]:
    """List the rows of dates within the scope that days off or a taken room have overtaken."""
    blocked = (
        sa.select(RecurrenceDay.recurrence_id, sa.func.count().label("days"))
        .where(RecurrenceDay.role == DayRole.BLOCKED, RecurrenceDay.day >= today())
        .group_by(RecurrenceDay.recurrence_id)
        .subquery()
    )
    days = sa.func.coalesce(sa.func.sum(blocked.c.days), 0)
    rows = db.session.execute(
        sa.select(
            Activity.id,
            Activity.title,
            Station.short_name,
            Station.short_name_en,
            sa.func.sum(Recurrence.out_of_step).label("out_of_step"),
            days.label("blocked"),
        )
        .join(Recurrence, Recurrence.activity_id == Activity.id)
        .join(Station, Station.id == Activity.station_id)
        .outerjoin(blocked, blocked.c.recurrence_id == Recurrence.id)
        .where(
            Activity.status == ActivityStatus.PUBLISHED,
            in_scope(Activity.station_id, scope),
            sa.or_(Recurrence.out_of_step > 0, blocked.c.days > 0),
        )
        .group_by(Activity.id, Activity.title, Station.short_name, Station.short_name_en)
        .order_by(Activity.id)
        .limit(limit)
    )
    return [
        Asks(
            row.id,
            row.title,
            in_language(row.short_name, row.short_name_en),
            int(row.out_of_step),
            int(row.blocked),
        )
        for row in rows
    ]
