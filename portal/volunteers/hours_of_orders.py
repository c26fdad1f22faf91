"""Write down the hours served for an order, as its team reports them; a second person approves them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.clock import now
from portal.errors import Forbidden, Refused
from portal.i18n import _
from portal.volunteers.hours import A_DAY, log
from portal.volunteers.models import Volunteer
from portal.volunteers.shift_models import HoursSource, HoursStatus, Presence, ServiceRecord

LIVE = (HoursStatus.VALID, HoursStatus.WAITING)


@dataclass(frozen=True, slots=True)
class Service:
    """What was served: which order, in whose scope, for which team, on which day, and what shows it."""

    order_id: int
    station_id: int
    team_id: int
    day: date
    reason: str
    evidence: str


def enter(
    session: Session, service: Service, hours: Mapping[int, int], people: Mapping[int, Volunteer], by: Actor
) -> None:
    """Write tenths of an hour down for each volunteer, all locked by who calls; they wait for approval.

    Raises:
        Forbidden: nobody with an account writes it down, so no second person could be told from them.
        Refused: more than 24 hours on the day with what else stands there (`helpers`).
    """
    if by.account_id is None:
        raise Forbidden
    standing = _standing(session, list(hours), service.day)
    for volunteer_id, tenths in sorted(hours.items()):
        name = people[volunteer_id].name
        if standing.get(volunteer_id, 0) + tenths > A_DAY:
            raise Refused(_("%(name)s would have more than 24 hours on one day.", name=name), field="helpers")
        row = ServiceRecord(
            volunteer_id=volunteer_id,
            team_id=service.team_id,
            occurrence_id=None,
            order_id=service.order_id,
            station_id=service.station_id,
            day=service.day,
            tenths=tenths,
            source=HoursSource.MANUAL,
            from_pairs=False,
            status=HoursStatus.WAITING,
            reason=service.reason,
            evidence=service.evidence,
            recorder=by.name,
            recorder_id=by.account_id,
            approver_id=None,
            recorded_at=now(),
            decided_at=None,
            voided_at=None,
        )
        session.add(row)
        session.flush()
        log(session, by, "hours.entered", row, service.reason)


def _standing(session: Session, ids: Collection[int], day: date) -> dict[int, int]:
    rows = session.execute(
        sa.select(ServiceRecord.volunteer_id, sa.func.sum(ServiceRecord.tenths))
        .where(
            ServiceRecord.volunteer_id.in_(ids),
            ServiceRecord.day == day,
            ServiceRecord.status.in_(LIVE),
        )
        .group_by(ServiceRecord.volunteer_id)
    )
    return {volunteer_id: int(tenths) for volunteer_id, tenths in rows}


def counted_there(session: Session, occurrence_id: int, ids: Collection[int]) -> set[int]:
    """Return those of the volunteers whose hours a date counts: who checked in there, or has hours there."""
    came = sa.select(Presence.volunteer_id).where(
        Presence.occurrence_id == occurrence_id, Presence.volunteer_id.in_(ids)
    )
    recorded = sa.select(ServiceRecord.volunteer_id).where(
        ServiceRecord.occurrence_id == occurrence_id, ServiceRecord.volunteer_id.in_(ids)
    )
    return set(session.scalars(came.union(recorded)))
