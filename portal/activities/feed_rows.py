"""Read occurrences for feeds."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from portal.activities.cards import COLUMNS
from portal.activities.labels import CATEGORIES
from portal.activities.listing import Filter, conditions, overlaps
from portal.activities.models import (
    Activity,
    Occurrence,
    OccurrenceStatus,
)
from portal.clock import end_of, start_of
from portal.db import db
from portal.stations.models import Room, Station
from portal.stations.queries import in_language


@dataclass(frozen=True, slots=True)
class FeedRow:
    """What a feed says of an occurrence; nothing personal."""

    id: int
    title: str
    text: str
    category_label: str
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime
    sequence: int
    cancelled: bool
    cancel_reason: str
    station_name: str
    location: str
    phone: str


def feed_rows(
    narrowed: Filter,
    first: date | None = None,
    last: date | None = None,
    only: int | None = None,
    limit: int = 1000,
) -> list[FeedRow]:
    """List the published occurrences between two local dates, or only one, for a feed."""
    wanted = (
        _published(
            *COLUMNS,
            Activity.text,
            Activity.phone.label("activity_phone"),
            Station.phone.label("station_phone"),
            Station.name.label("station_name"),
            Station.name_en.label("station_name_en"),
            Station.address.label("station_address"),
            Occurrence.changed_at,
            Occurrence.sequence,
            Occurrence.place_address,
            narrowed=narrowed,
            first=first,
            last=last,
            only=only,
        )
        .order_by(Occurrence.starts_at, Occurrence.id)
        .limit(limit)
    )
    return [_feed_row(row) for row in db.session.execute(wanted)]


def state_of(narrowed: Filter, first: date | None, last: date | None, only: int | None = None) -> str:
    """Return what changes whenever the rows of a feed do, without reading them.

    A room that gets another name shows a day later at most, since the feed's window moves on each day.
    """
    row = db.session.execute(
        _published(
            sa.func.count(),
            sa.func.max(Occurrence.changed_at),
            sa.func.sum(Occurrence.sequence),
            sa.func.sum(Station.version),
            narrowed=narrowed,
            first=first,
            last=last,
            only=only,
        )
    ).one()
    return "|".join(map(str, row))


def _published(
    *columns: Any, narrowed: Filter, first: date | None, last: date | None, only: int | None
) -> sa.Select[Any]:
    wanted = (
        sa.select(*columns)
        .select_from(Occurrence)
        .join(Activity, Activity.id == Occurrence.activity_id)
        .join(Station, Station.id == Occurrence.station_id)
        .outerjoin(Room, Room.id == Occurrence.room_id)
        .where(Occurrence.published.is_(True), *conditions(narrowed))
    )
    if only is not None:
        wanted = wanted.where(Occurrence.id == only)
    if first is not None and last is not None:
        wanted = wanted.where(overlaps(start_of(first), end_of(last)))
    return wanted


def _feed_row(row: Any) -> FeedRow:
    station_name = in_language(row.station_name, row.station_name_en)
    if row.room_name:
        location = f"{station_name} {in_language(row.room_name, row.room_name_en)} {row.station_address}"
    else:
        location = f"{row.place_name} {row.place_address}"
    return FeedRow(
        id=row.id,
        title=row.title,
        text=row.text,
        category_label=str(CATEGORIES[row.category]),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        changed_at=row.changed_at,
        sequence=row.sequence,
        cancelled=row.status is OccurrenceStatus.CANCELLED,
        cancel_reason=row.cancel_reason,
        station_name=station_name,
        location=location.strip(),
        phone=row.activity_phone or row.station_phone,
    )
