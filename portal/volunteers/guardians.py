"""Keep what guardians of volunteers under age agreed to, or take back (product §5.4, PIPL Art. 15, 31)."""

import sqlalchemy as sa

from portal.access import MACHINE, Actor
from portal.audit.actions import record
from portal.clock import now, today
from portal.db import lock, transaction
from portal.errors import Missing, OutOfDate, Refused
from portal.i18n import _, in_default_language
from portal.stations.queries import is_in_scope
from portal.volunteers import ages
from portal.volunteers.enrolment import Guardian, check_guardian, write_guardian
from portal.volunteers.freeing import free, hold
from portal.volunteers.leaving import end_service, take_off_the_rest
from portal.volunteers.models import Volunteer

BATCH = 200


def note_consent(volunteer_id: int, guardian: Guardian, by: Actor) -> None:
    """Write down who answers for somebody under age and that they agreed, on paper or at the desk.

    Raises:
        Missing: there is no such volunteer within the actor's scope, or they have left.
        Refused: they are of age, or something is missing; `field` says what.
    """
    with transaction() as session:
        volunteer = lock(session, Volunteer, volunteer_id)
        if volunteer is None or volunteer.left_at is not None:
            raise Missing
        if not is_in_scope(volunteer.station_id, by.scope):
            raise Missing
        if volunteer.born_on is None or not ages.is_minor(volunteer.born_on):
            raise Refused(_("They are of age; nobody has to agree for them."))
        check_guardian(volunteer.born_on, guardian)
        write_guardian(volunteer, guardian)
        what = f"{guardian.consent} {volunteer.children_consent}".strip()
        record(session, by, "guardian.agreed", "volunteer", volunteer_id, volunteer.station_id, detail=what)


def take_back(volunteer_id: int, reason: str, by: Actor) -> bool:
    """Note that a guardian takes back their consent; return whether the young person has left with it.

    What is kept of a child rests on that consent alone, so a child leaves altogether. Somebody older stays in
    their teams, but gives up all shifts and visits to come and takes none until a guardian agrees again.

    Raises:
        Missing: there is no such volunteer within the actor's scope, or they have left.
        OutOfDate: nobody has agreed, or it is taken back already.
        Refused: a child's check-out is missing.
    """
    with transaction() as session:
        with in_default_language():
            why = _("Your guardian does not agree any more.")
        known = session.get(Volunteer, volunteer_id)
        leaves = known is None or ages.is_child(known.born_on)
        take_off_the_rest(session, volunteer_id, why="" if leaves else why)
        volunteer, held = hold(session, volunteer_id)
        if not is_in_scope(volunteer.station_id, by.scope):
            raise Missing
        if not volunteer.guardian_consent or not ages.is_minor(volunteer.born_on):
            raise OutOfDate(_("There is no consent to take back."))
        record(
            session, by, "guardian.took_back", "volunteer", volunteer_id, volunteer.station_id, reason=reason
        )
        if ages.is_child(volunteer.born_on):
            end_service(session, volunteer, held, by, reason, told=False)
            return True
        volunteer.guardian_consent = volunteer.children_consent = ""
        volunteer.guardian_consent_at = None
        volunteer.guardian_withdrew_at = now()
        free(session, held, volunteer.number, by, why, told=True)
        return False


def forget_guardians() -> int:
    """Let go of the guardians of those who have come of age; return how many.

    Which text was agreed to and when stays: it is why the years before were right. Done twice,
    it changes nothing more.
    """
    gone, last = 0, ages.last_birthday(ages.of_age(), today())
    while True:
        with transaction() as session:
            found = session.scalars(
                sa.select(Volunteer)
                .where(
                    Volunteer.born_on <= last,
                    sa.or_(Volunteer.guardian != "", Volunteer.guardian_phone.is_not(None)),
                )
                .order_by(Volunteer.id)
                .limit(BATCH)
                .with_for_update()
            ).all()
            if not found:
                return gone
            for volunteer in found:
                volunteer.guardian = volunteer.guardian_relation = ""
                volunteer.guardian_phone = None
            gone += len(found)
            record(session, MACHINE, "guardians.forgotten", "volunteer", detail=str(len(found)))
