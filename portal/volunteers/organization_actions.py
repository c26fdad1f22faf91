"""Keep the organisations that teams belong to."""

from dataclasses import dataclass

import sqlalchemy as sa

from portal.access import Actor
from portal.audit.actions import record
from portal.db import db, lock, take_name, transaction
from portal.errors import Forbidden, Missing, Refused
from portal.i18n import _
from portal.once import done, earlier
from portal.stations.models import Level, Station
from portal.stations.queries import is_in_scope
from portal.volunteers.models import Organization


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of an organisation; `station_id` is where it is looked after: its staff may change it."""

    name: str
    station_id: int
    registered: bool = False
    contact: str = ""
    phone: str = ""


def save(organization_id: int | None, said: Said, by: Actor, key: str = "") -> int:
    """Add an organisation, or change one; return its id.

    A station changes its own; the office and the centre add new ones, as they know which are registered.

    Raises:
        Missing: there is no such organisation or station within the actor's scope.
        Forbidden: a station adds one, or says that one is registered.
        Refused: another one has that name.
    """
    with transaction() as session:
        before = earlier(session, "organization.saved", by, key)
        if before is not None:
            return int(before)
        body = lock(session, Organization, organization_id) if organization_id is not None else None
        if organization_id is not None and (body is None or not is_in_scope(body.station_id, by.scope)):
            raise Missing
        if not is_in_scope(said.station_id, by.scope):
            raise Missing
        if not may_add(by) and (body is None or body.registered != said.registered):
            raise Forbidden
        take_name(session, f"organization {said.name}")
        same = session.scalar(sa.select(Organization.id).where(Organization.name == said.name))
        if same is not None and same != organization_id:
            raise Refused(_("Another organisation has this name already."), field="name")
        if body is None:
            last = session.scalar(sa.select(sa.func.max(Organization.position))) or 0
            body = Organization(position=last + 1)
            session.add(body)
        body.name, body.station_id, body.registered = said.name, said.station_id, said.registered
        body.contact, body.phone = said.contact, said.phone
        session.flush()
        record(session, by, "organization.saved", "organization", body.id, body.station_id, detail=body.name)
        done(session, "organization.saved", by, key, str(body.id))
        return body.id


def may_add(by: Actor) -> bool:
    """Say whether somebody acts for the office or the centre."""
    if by.scope is None:
        return False
    return by.scope.everything or db.session.get_one(Station, by.scope.station_id).level is not Level.STATION
