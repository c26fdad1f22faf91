"""List occurrences as cards, narrowed, between dates, at a station."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from portal.access import Scope
from portal.activities.cards import Card, make_card, select_cards
from portal.activities.models import (
    LONGEST_DAYS,
    Activity,
    ActivityAudience,
    ActivityCohost,
    Audience,
    Category,
    Occurrence,
    OccurrenceStatus,
)
from portal.activities.taking_back import that_may_take_place
from portal.clock import end_of, now, start_of
from portal.db import db, like
from portal.stations.queries import in_scope, members_of, with_neighbours
from portal.web.text import fold


@dataclass(frozen=True, slots=True)
class Filter:
    """What the calendar is narrowed to (product §7); empty means everything."""

    station_id: int | None = None
    nearby: bool = False  # the station's clusters with it
    cluster_id: int | None = None
    category: Category | None = None
    series_id: int | None = None
    audience: Audience | None = None
    free: bool = False
    has_room: bool = False
    words: tuple[str, ...] = field(default=())


def overlaps(begin: datetime, end: datetime) -> sa.ColumnElement[bool]:
    """Say in SQL that an occurrence goes on at some time between two moments."""
    return sa.and_(Occurrence.starts_at < end, not_over(begin))


def not_over(moment: datetime) -> sa.ColumnElement[bool]:
    """Say in SQL that an occurrence ends after a moment."""
    # The lower bound lets the index stop: nothing that began earlier can still be going on.
    return sa.and_(Occurrence.starts_at >= moment - timedelta(days=LONGEST_DAYS), Occurrence.ends_at > moment)


def _at_station(station_ids: sa.Select[Any] | Iterable[int]) -> sa.ColumnElement[bool]:
    hosted = sa.select(ActivityCohost.activity_id).where(ActivityCohost.station_id.in_(station_ids))
    return sa.or_(Occurrence.station_id.in_(station_ids), Occurrence.activity_id.in_(hosted))


def conditions(narrowed: Filter) -> list[sa.ColumnElement[bool]]:
    """Turn a filter into conditions on occurrences joined with their activities."""
    found: list[sa.ColumnElement[bool]] = []
    if narrowed.station_id is not None:
        alone = [narrowed.station_id]
        found.append(_at_station(with_neighbours(narrowed.station_id) if narrowed.nearby else alone))
    if narrowed.cluster_id is not None:
        found.append(_at_station(members_of(narrowed.cluster_id)))
    if narrowed.category is not None:
        found.append(Activity.category == narrowed.category)
    if narrowed.series_id is not None:
        found.append(Activity.series_id == narrowed.series_id)
    if narrowed.audience is not None:
        # EXISTS rather than IN, which would begin at the audience: most activities are for everyone.
        meant = sa.exists().where(
            ActivityAudience.activity_id == Activity.id,
            ActivityAudience.audience.in_([narrowed.audience, Audience.EVERYONE]),
        )
        found.append(meant)
    if narrowed.free:
        found.append(Activity.registration.is_(False))
    if narrowed.has_room:
        found.append(_takes_people())
    found += [like(Activity.search, word) for word in narrowed.words]
    return found


def _takes_people() -> sa.ColumnElement[bool]:
    # As standing() says it: one can sign up now and gets a seat.
    moment = now()
    return sa.and_(
        Activity.registration.is_(True),
        Occurrence.status == OccurrenceStatus.PLANNED,
        Occurrence.starts_at > moment,
        sa.or_(Occurrence.opens_at.is_(None), Occurrence.opens_at <= moment),
        sa.or_(Occurrence.closes_at.is_(None), Occurrence.closes_at > moment),
        Occurrence.parties_waiting == 0,
        sa.or_(Occurrence.seats.is_(None), Occurrence.seats_taken < Occurrence.seats),
    )


def words_of(text: str) -> tuple[str, ...]:
    """Cut what somebody searches for into words, folded as the search column is; at most five."""
    return tuple(fold(text)[:100].split()[:5])


def published_between(
    first: date, last: date, narrowed: Filter = Filter(), limit: int | None = None
) -> list[Card]:
    """List the published occurrences that touch the local dates first to last, in order of their start."""
    wanted = select_cards().where(
        Occurrence.published.is_(True),
        overlaps(start_of(first), end_of(last)),
        *conditions(narrowed),
    )
    if limit is not None:
        wanted = wanted.limit(limit)
    return [make_card(row) for row in db.session.execute(wanted)]


def last_at(station_id: int, limit: int) -> list[Card]:
    """List the last published occurrences of a station, the latest first."""
    hosted = sa.select(ActivityCohost.activity_id).where(ActivityCohost.station_id == station_id)
    # One after the other, each by its own index: together they would look through what everybody did since.
    latest = sa.union(
        _latest(Occurrence.station_id == station_id, limit),
        _latest(Occurrence.activity_id.in_(hosted), limit),
    )
    wanted = select_cards().where(Occurrence.id.in_(sa.select(latest.subquery().c.id)))
    wanted = wanted.order_by(None).order_by(Occurrence.starts_at.desc(), Occurrence.id.desc())
    return [make_card(row) for row in db.session.execute(wanted.limit(limit))]


def _latest(where: sa.ColumnElement[bool], limit: int) -> sa.Select[Any]:
    newest = (
        sa.select(Occurrence.id)
        .where(Occurrence.published.is_(True), where)
        .order_by(Occurrence.starts_at.desc(), Occurrence.id.desc())
        .limit(limit)
    )
    return sa.select(newest.subquery().c.id)  # SQLite takes no LIMIT right inside a UNION


def next_per_station(
    station_ids: Sequence[int], moment: datetime, before: datetime
) -> dict[int, tuple[datetime, datetime]]:
    """Map stations to (start, end) of their first occurrence not over, not cancelled, begun before a moment.

    A station that has none is left out.
    """
    first = (
        sa.select(Occurrence.station_id, sa.func.min(Occurrence.starts_at).label("starts_at"))
        .where(
            Occurrence.station_id.in_(station_ids),
            Occurrence.published.is_(True),
            Occurrence.status == OccurrenceStatus.PLANNED,
            overlaps(moment, before),
        )
        .group_by(Occurrence.station_id)
        .subquery()
    )
    rows = db.session.execute(
        sa.select(Occurrence.station_id, Occurrence.starts_at, Occurrence.ends_at).join(
            first,
            sa.and_(first.c.station_id == Occurrence.station_id, first.c.starts_at == Occurrence.starts_at),
        )
    )
    return {row.station_id: (row.starts_at, row.ends_at) for row in rows}


def published_card(occurrence_id: int) -> Card | None:
    """Return the card of one published occurrence."""
    row = db.session.execute(
        select_cards().where(Occurrence.id == occurrence_id, Occurrence.published.is_(True))
    ).first()
    return None if row is None else make_card(row)


def other_dates(activity_id: int, but: int, limit: int = 6) -> list[Card]:
    """List the coming dates of the same activity, without the one shown."""
    rows = db.session.execute(
        select_cards()
        .where(
            Occurrence.activity_id == activity_id,
            Occurrence.id != but,
            Occurrence.published.is_(True),
            not_over(now()),
        )
        .limit(limit)
    )
    return [make_card(row) for row in rows]


def count_of_series(series_id: int, first: date, last: date) -> int:
    """Count the occurrences of a series that take place on the local dates first to last."""
    wanted = (
        sa.select(sa.func.count())
        .select_from(Occurrence)
        .join(Activity, Activity.id == Occurrence.activity_id)
        .where(
            Activity.series_id == series_id,
            Occurrence.published.is_(True),
            Occurrence.status == OccurrenceStatus.PLANNED,
            overlaps(start_of(first), end_of(last)),
        )
    )
    return db.session.scalar(wanted) or 0


def dates_of(activity_id: int, limit: int | None = 60, after: datetime | None = None) -> list[Card]:
    """List the dates of an activity, drafts too, from a moment on."""
    wanted = select_cards().where(Occurrence.activity_id == activity_id)
    if after is not None:
        wanted = wanted.where(not_over(after))
    return [make_card(row) for row in db.session.execute(wanted.limit(limit))]


def has_later(occurrence: Occurrence) -> bool:
    """Say whether the activity has a date after this one that takes place."""
    wanted = sa.select(
        sa.exists().where(
            Occurrence.activity_id == occurrence.activity_id,
            Occurrence.starts_at > occurrence.starts_at,
            Occurrence.status == OccurrenceStatus.PLANNED,
        )
    )
    return bool(db.session.scalar(wanted))


def cancelled_today(activity_id: int) -> int:
    """Count the dates of an activity that were cancelled today, and can be taken back."""
    wanted = sa.select(sa.func.count()).where(Occurrence.activity_id == activity_id, that_may_take_place())
    return db.session.scalar(wanted) or 0


def last_date(activity_id: int) -> Card | None:
    """Return the last date of an activity."""
    row = db.session.execute(
        select_cards()
        .where(Occurrence.activity_id == activity_id)
        .order_by(None)
        .order_by(Occurrence.starts_at.desc())
        .limit(1)
    ).first()
    return None if row is None else make_card(row)


def of_day(day: date, scope: Scope) -> list[Card]:
    """List the published occurrences that stations within the scope lead on this date, by their hours."""
    rows = db.session.execute(
        select_cards()
        .where(
            Occurrence.published.is_(True),
            in_scope(Occurrence.station_id, scope),
            overlaps(start_of(day), end_of(day)),
        )
        .limit(100)
    )
    # What goes on for weeks began long ago, but today it opens at its hour like the rest.
    return sorted(map(make_card, rows), key=lambda card: (card.begins_on(day), card.id))


def uncounted(scope: Scope, since: datetime, limit: int = 30) -> list[Card]:
    """List the ended occurrences whose attendance nobody has written down, the oldest first."""
    rows = db.session.execute(
        select_cards()
        .where(
            Occurrence.published.is_(True),
            Occurrence.status == OccurrenceStatus.PLANNED,
            Occurrence.attended.is_(None),
            Occurrence.ends_at <= now(),
            Occurrence.starts_at >= since,
            Occurrence.starts_at < now(),  # says nothing new, but lets the index stop at today
            in_scope(Occurrence.station_id, scope),
        )
        .limit(limit)
    )
    return [make_card(row) for row in rows]
