"""Ask a team to step in where its shift lacks people (找人顶班): each once, and not again for half a day."""

from dataclasses import dataclass

import sqlalchemy as sa

from portal.access import Actor
from portal.activities.models import OccurrenceStatus
from portal.audit.actions import record
from portal.clock import now
from portal.db import transaction
from portal.errors import Missing, OutOfDate, Refused
from portal.i18n import _, moment_label
from portal.once import done, earlier
from portal.stations.shell import phone_channel
from portal.volunteers import leading_queries
from portal.volunteers import shift_notices as notices
from portal.volunteers.models import Team, Volunteer
from portal.volunteers.posts import locked
from portal.volunteers.shift_models import Shift, ShiftStatus


@dataclass(frozen=True, slots=True)
class Asked:
    """How many were asked, and how many of them somebody has to ring."""

    people: int
    by_call: int


def ask(team_id: int, shift_id: int, leads: int, by: Actor, key: str = "") -> Asked:
    """Ask the members of a team who fit and have time to step in at a shift; `leads` is who leads the team.

    The same form again asks nobody twice.

    Raises:
        Missing: they do not lead this team, or the shift is none of its.
        OutOfDate: the shift is cancelled.
        Refused: it has begun, lacks nobody, was asked for within half a day, or nobody could come.
    """
    form = f"cover:{team_id}:{shift_id}"
    with transaction() as session:
        shift, occurrence = locked(session, shift_id, by)
        team = session.get(Team, team_id, populate_existing=True)
        if team is None or team.closed or team.leader_id != leads:
            raise Missing
        its = sa.select(Shift.id).where(Shift.id == shift_id, leading_queries.concerns(team_id))
        if session.scalar(its) is None:
            raise Missing
        before = earlier(session, form, by, key)
        if before is not None:
            told = before.split(",")
            return Asked(int(told[0]), int(told[1]))
        if shift.status is ShiftStatus.CANCELLED or occurrence.status is OccurrenceStatus.CANCELLED:
            raise OutOfDate(_("This shift is cancelled."))
        if shift.starts_at <= now():
            raise Refused(_("This shift has begun or is over."))
        if shift.taken >= shift.head_count:
            raise Refused(_("Nobody is missing here any more."))
        again = leading_queries.asked_again_from(shift)
        if again is not None and shift.cover_asked_at is not None:
            raise Refused(
                _(
                    "The team was asked at %(asked)s. It can be asked again from %(again)s on.",
                    asked=moment_label(shift.cover_asked_at),
                    again=moment_label(again),
                )
            )
        found = leading_queries.to_ask(team_id, shift, leads)
        if not found:
            raise Refused(_("Nobody in the team fits and has time then. Ask the station."))
        shift.cover_asked_at = now()
        session.flush()
        for volunteer in found:
            notices.cover(session, shift, volunteer)
        by_call = sum(not is_reached(volunteer) for volunteer in found)
        detail = f"{len(found)} asked, {by_call} by a call"
        record(session, by, "shift.cover_asked", "shift", shift_id, occurrence.station_id, detail=detail)
        done(session, form, by, key, f"{len(found)},{by_call}")
        return Asked(len(found), by_call)


def is_reached(volunteer: Volunteer) -> bool:
    """Say whether a channel reaches somebody, so that nobody has to ring."""
    return bool(phone_channel() and volunteer.phone)
