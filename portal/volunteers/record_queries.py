"""Read records of hours one by one: the list with its filters, one with its pairs and history, doubts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from portal.access import Scope
from portal.activities.models import Occurrence
from portal.audit.models import AuditEntry
from portal.db import db
from portal.errors import Missing
from portal.stations.models import Station
from portal.stations.queries import in_scope
from portal.volunteers.models import Team, Volunteer
from portal.volunteers.shift_models import (
    CheckWay,
    HoursDoubt,
    HoursSource,
    HoursStatus,
    Presence,
    ServiceRecord,
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records a list shows; None, and no number, for all."""

    station_id: int | None = None
    team_id: int | None = None
    occurrence_id: int | None = None
    number: str = ""  # of the volunteer, V-00312
    month: date | None = None  # its first day
    source: HoursSource | None = None
    status: HoursStatus | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done about a record, from the log; `figure` are its hours then."""

    at: datetime
    who: str
    action: str
    figure: str
    reason: str


def records(
    wanted: Wanted, scope: Scope, before: tuple[date, int] | None, limit: int
) -> Sequence[ServiceRecord]:
    """List records of dates within the scope, the newest day first, those before (day, id) only."""
    query = (
        sa.select(ServiceRecord)
        .where(*_filters(wanted, scope))
        .options(
            joinedload(ServiceRecord.volunteer),
            joinedload(ServiceRecord.team),
            joinedload(ServiceRecord.occurrence).joinedload(Occurrence.activity),
            joinedload(ServiceRecord.order),
        )
        .order_by(ServiceRecord.day.desc(), ServiceRecord.id.desc())
        .limit(limit)
    )
    if before is not None:
        day, row_id = before
        query = query.where(
            ServiceRecord.day <= day, sa.or_(ServiceRecord.day < day, ServiceRecord.id < row_id)
        )
    return db.session.scalars(query).all()


def sums(wanted: Wanted, scope: Scope) -> dict[HoursSource, tuple[int, int]]:
    """Add up by source what a list shows, as (records, tenths): what is valid, or of the status asked for."""
    rows = db.session.execute(
        sa.select(ServiceRecord.source, sa.func.count(), sa.func.sum(ServiceRecord.tenths))
        .where(*_filters(wanted, scope), ServiceRecord.status == (wanted.status or HoursStatus.VALID))
        .group_by(ServiceRecord.source)
    )
    found = {source: (number, int(tenths)) for source, number, tenths in rows}
    return {source: found.get(source, (0, 0)) for source in HoursSource}


def _filters(wanted: Wanted, scope: Scope) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = [in_scope(ServiceRecord.station_id, scope)]
    if wanted.station_id is not None:
        found.append(ServiceRecord.station_id == wanted.station_id)
    if wanted.team_id is not None:
        found.append(ServiceRecord.team_id == wanted.team_id)
    if wanted.occurrence_id is not None:
        found.append(ServiceRecord.occurrence_id == wanted.occurrence_id)
    if wanted.number:
        whose = sa.select(Volunteer.id).where(Volunteer.number == wanted.number).scalar_subquery()
        found.append(ServiceRecord.volunteer_id == whose)
    if wanted.month is not None:
        after = (wanted.month + timedelta(days=31)).replace(day=1)
        found += [ServiceRecord.day >= wanted.month, ServiceRecord.day < after]
    if wanted.source is not None:
        found.append(ServiceRecord.source == wanted.source)
    if wanted.status is not None:
        found.append(ServiceRecord.status == wanted.status)
    return found


def record(record_id: int, scope: Scope) -> ServiceRecord:
    """Return a record of a date within the scope, with all its page shows.

    Raises:
        Missing: there is none.
    """
    found = db.session.scalar(
        sa.select(ServiceRecord)
        .where(ServiceRecord.id == record_id, in_scope(ServiceRecord.station_id, scope))
        .options(
            joinedload(ServiceRecord.volunteer),
            joinedload(ServiceRecord.team),
            joinedload(ServiceRecord.occurrence).joinedload(Occurrence.activity),
            joinedload(ServiceRecord.order),
            joinedload(ServiceRecord.doubts),
        )
    )
    if found is None:
        raise Missing
    return found


def pairs_of(row: ServiceRecord) -> list[Presence]:
    """List the pairs that a record was computed from; none where it was entered as a figure."""
    if not row.from_pairs:
        return []
    rows = db.session.scalars(
        sa.select(Presence)
        .where(
            Presence.volunteer_id == row.volunteer_id,
            Presence.occurrence_id == row.occurrence_id,
            Presence.team_id == row.team_id,
            Presence.day == row.day,
            Presence.out_at.is_not(None),
        )
        .order_by(Presence.number)
    )
    by_hand = row.source is HoursSource.MANUAL
    return [one for one in rows if (CheckWay.AFTERWARDS in (one.in_way, one.out_way)) is by_hand]


def history(record_id: int) -> list[Step]:
    """List what was done about a record, the first thing first."""
    rows = db.session.scalars(
        sa.select(AuditEntry)
        .where(AuditEntry.object_kind == "service_record", AuditEntry.object_id == record_id)
        .order_by(AuditEntry.id)
    )
    return [Step(row.at, row.who, row.action, row.detail.partition(" h,")[0], row.reason) for row in rows]


def open_doubts(scope: Scope, limit: int = 100) -> Sequence[HoursDoubt]:
    """List the doubts about dates within the scope that nobody has settled, the oldest first."""
    return db.session.scalars(
        sa.select(HoursDoubt)
        .join(ServiceRecord, ServiceRecord.id == HoursDoubt.record_id)
        .where(HoursDoubt.settled_at.is_(None), in_scope(ServiceRecord.station_id, scope))
        .options(
            joinedload(HoursDoubt.record).joinedload(ServiceRecord.volunteer),
            joinedload(HoursDoubt.record)
            .joinedload(ServiceRecord.occurrence)
            .joinedload(Occurrence.activity),
            joinedload(HoursDoubt.record).joinedload(ServiceRecord.order),
        )
        .order_by(HoursDoubt.asked_at, HoursDoubt.id)
        .limit(limit)
    ).all()


def doubt_in(doubt_id: int, scope: Scope) -> HoursDoubt:
    """Return a doubt about a date within the scope.

    Raises:
        Missing: there is none.
    """
    found = db.session.scalar(
        sa.select(HoursDoubt)
        .join(ServiceRecord, ServiceRecord.id == HoursDoubt.record_id)
        .where(HoursDoubt.id == doubt_id, in_scope(ServiceRecord.station_id, scope))
    )
    if found is None:
        raise Missing
    return found


def doubts_of(volunteer_id: int, limit: int = 50) -> dict[int, HoursDoubt]:
    """Return the last doubt about each record of a volunteer, by record."""
    rows = db.session.scalars(
        sa.select(HoursDoubt)
        .join(ServiceRecord, ServiceRecord.id == HoursDoubt.record_id)
        .where(ServiceRecord.volunteer_id == volunteer_id)
        .order_by(HoursDoubt.id.desc())
        .limit(limit)
    ).all()
    return {row.record_id: row for row in reversed(rows)}


def teams_with_hours(scope: Scope) -> list[tuple[int, str]]:
    """List (id, name) of the teams at home in the scope, or with hours at its dates."""
    here = sa.select(Station.id).where(in_scope(Station.id, scope)).cte("here")
    ids = sa.select(here.c.id)
    served = sa.select(ServiceRecord.id).where(
        ServiceRecord.team_id == Team.id, ServiceRecord.station_id.in_(ids)
    )
    rows = db.session.execute(
        sa.select(Team.id, Team.name)
        .join(Station, Station.id == Team.station_id)
        .where(sa.or_(Team.station_id.in_(ids), served.exists()))
        .order_by(Station.position, Team.id)
    )
    return [(row.id, row.name) for row in rows]
