"""Make, change and cancel the shifts of a date, and follow what becomes of the date."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.activities.followers import Concerned
from portal.activities.models import Activity, Occurrence, OccurrenceStatus
from portal.audit.actions import record
from portal.clock import local, now
from portal.db import lock, transaction
from portal.errors import Missing, OutOfDate, Refused
from portal.i18n import _, clock_time, ngettext, short_day
from portal.once import done, earlier
from portal.stations.models import Station
from portal.stations.queries import in_language, is_in_scope
from portal.volunteers import shift_notices as notices
from portal.volunteers.models import Team
from portal.volunteers.posts import locked, settle
from portal.volunteers.shift_models import MOST_PEOPLE, Presence, Shift, ShiftStatus
from portal.volunteers.shift_queries import concerned_volunteers

AROUND = timedelta(hours=24)  # how long before and after the date a shift may lie, to set up and clear away


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a shift is to be, as plain values."""

    role: str
    starts_at: datetime
    ends_at: datetime
    head_count: int
    team_id: int | None = None
    min_age: int | None = None
    skill: str = ""
    word: str = ""
    cut_off_hours: int = 2
    anyway: bool = False  # though the team has another shift then


def make(occurrence_id: int, wanted: Wanted, by: Actor, key: str = "") -> int:
    """Add a shift to a date and return its id; the same form again makes one only.

    Raises:
        Missing: there is no such occurrence within the actor's scope, or no such team.
        Refused: it is a draft, cancelled or over, the shift makes no sense there, or the team has another
            one then (`anyway`); `field` says where.
    """
    form = f"shift.made:{occurrence_id}"
    with transaction() as session:
        occurrence = lock(session, Occurrence, occurrence_id)
        if occurrence is None or not is_in_scope(occurrence.station_id, by.scope):
            raise Missing
        before = earlier(session, form, by, key)
        if before is not None:
            return int(before)
        if not occurrence.published:
            raise Refused(_("This is a draft. Publish it, then ask for volunteers."))
        _check(session, occurrence, wanted)
        _check_team(session, wanted, None)
        shift = Shift(occurrence_id=occurrence_id, created_by=by.name, created_at=now())
        _write(shift, wanted)
        session.add(shift)
        session.flush()
        record(session, by, "shift.made", "shift", shift.id, occurrence.station_id, detail=shift.role)
        done(session, form, by, key, str(shift.id))
        return shift.id


def change(shift_id: int, wanted: Wanted, by: Actor) -> int:
    """Change a shift; those on it are told of another time or word, and new places go to who waits.

    Return the id of its date.

    Raises:
        Missing: there is no such shift within the actor's scope, or no such team.
        OutOfDate: it is cancelled.
        Refused: fewer places than are taken, the shift makes no sense there, or the team has another one at
            its new time (`anyway`); `field` says where.
    """
    with transaction() as session:
        shift, occurrence = locked(session, shift_id, by)
        if shift.status is ShiftStatus.CANCELLED:
            raise OutOfDate(_("This shift is cancelled."))
        _check(session, occurrence, wanted)
        if wanted.head_count < shift.taken:
            raise Refused(
                ngettext(
                    "%(num)s is on it already. Take somebody off first.",
                    "%(num)s are on it already. Take somebody off first.",
                    shift.taken,
                ),
                field="head_count",
            )
        _check_team(session, wanted, shift)
        # What a calendar shows of it; how many come and who may is not part of that.
        shown = (shift.role, shift.starts_at, shift.ends_at, shift.word)
        told = (shift.starts_at, shift.ends_at, shift.word) != (wanted.starts_at, wanted.ends_at, wanted.word)
        _write(shift, wanted)
        if shown != (shift.role, shift.starts_at, shift.ends_at, shift.word):
            _count(shift)
        session.flush()
        if told:
            notices.changed(session, shift, now().isoformat(), shift.word)
        settle(session, shift, occurrence)
        record(session, by, "shift.changed", "shift", shift.id, occurrence.station_id, detail=shift.role)
        return occurrence.id


def cancel(shift_id: int, reason: str, by: Actor) -> None:
    """Cancel a shift for good and tell those on it; who had taken it stays written down.

    Raises:
        Missing: there is no such shift within the actor's scope.
        OutOfDate: it is cancelled already.
        Refused: it is over.
    """
    with transaction() as session:
        shift, occurrence = locked(session, shift_id, by)
        if shift.status is ShiftStatus.CANCELLED:
            raise OutOfDate(_("This shift is cancelled."))
        if shift.ends_at <= now():
            raise Refused(_("This shift is over."))
        shift.status = ShiftStatus.CANCELLED
        shift.cancelled_at, shift.cancel_reason = now(), reason
        _count(shift)
        session.flush()
        if occurrence.status is OccurrenceStatus.PLANNED:  # else they have been told already
            notices.called_off(session, shift, "shift", reason)
        record(session, by, "shift.cancelled", "shift", shift.id, occurrence.station_id, reason=reason)


def _check(session: Session, occurrence: Occurrence, wanted: Wanted) -> None:
    if occurrence.status is OccurrenceStatus.CANCELLED:
        raise Refused(_("This date is cancelled already."))
    if wanted.ends_at <= wanted.starts_at:
        raise Refused(_("A shift ends after it begins."), field="ends")
    if wanted.ends_at <= now():
        raise Refused(_("That time is over."), field="ends")
    if wanted.starts_at < occurrence.starts_at - AROUND or wanted.ends_at > occurrence.ends_at + AROUND:
        raise Refused(_("That is too far from the date itself."), field="starts")
    if not 1 <= wanted.head_count <= MOST_PEOPLE:
        raise Refused(_("Between 1 and %(most)s people.", most=MOST_PEOPLE), field="head_count")


def _check_team(session: Session, wanted: Wanted, before: Shift | None) -> None:
    """Demand a team that is there and, when team or time are new, free then; `before` is the shift as it is.

    The team is locked, so that of two shifts asked for at once one sees the other.
    """
    if wanted.team_id is None:
        return
    team = lock(session, Team, wanted.team_id)
    stays = before is not None and before.team_id == wanted.team_id
    if team is None or (team.closed and not stays):
        raise Missing
    times = (before.starts_at, before.ends_at) if before is not None else None
    if wanted.anyway or (stays and times == (wanted.starts_at, wanted.ends_at)):
        return
    other = session.execute(
        sa.select(Shift.starts_at, Shift.ends_at, Shift.role, Station.short_name, Station.short_name_en)
        .join(Occurrence, Occurrence.id == Shift.occurrence_id)
        .join(Station, Station.id == Occurrence.station_id)
        .where(
            Shift.team_id == wanted.team_id,
            Shift.id != (before.id if before is not None else 0),
            Shift.status == ShiftStatus.OPEN,
            Occurrence.status == OccurrenceStatus.PLANNED,
            Shift.starts_at < wanted.ends_at,
            Shift.ends_at > wanted.starts_at,
        )
        .order_by(Shift.starts_at, Shift.id)
        .limit(1)
    ).first()
    if other is not None:
        raise Refused(
            _(
                "This team has a shift then already: %(day)s %(from_)s–%(until)s at %(station)s, %(role)s.",
                day=short_day(local(other.starts_at).date()),
                from_=clock_time(other.starts_at),
                until=clock_time(other.ends_at),
                station=in_language(other.short_name, other.short_name_en),
                role=other.role,
            ),
            field="anyway",
        )


def _write(shift: Shift, wanted: Wanted) -> None:
    shift.role, shift.team_id = wanted.role, wanted.team_id
    shift.starts_at, shift.ends_at = wanted.starts_at, wanted.ends_at
    shift.head_count, shift.min_age = wanted.head_count, wanted.min_age
    shift.skill, shift.word = wanted.skill, wanted.word
    shift.cut_off_hours = wanted.cut_off_hours


def _count(shift: Shift) -> None:
    shift.sequence += 1
    shift.changed_at = now()


def _open_shifts(session: Session, occurrence: Occurrence) -> Sequence[Shift]:
    """Lock the shifts of a date that still count, ids ascending."""
    return session.scalars(
        sa.select(Shift)
        .where(Shift.occurrence_id == occurrence.id, Shift.status == ShiftStatus.OPEN)
        .order_by(Shift.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


class Posts:
    """The volunteers on the shifts of a date; see portal.activities.followers."""

    def cancelled(self, session: Session, occurrence: Occurrence, activity: Activity) -> None:
        """Tell those on its shifts; they keep them in case it takes place after all."""
        for shift in _open_shifts(session, occurrence):
            notices.called_off(session, shift, str(occurrence.sequence), occurrence.cancel_reason)

    def restored(self, session: Session, occurrence: Occurrence, activity: Activity) -> None:
        """Tell those on its shifts, and give the queues what came free meanwhile."""
        for shift in _open_shifts(session, occurrence):
            notices.takes_place(session, shift, str(occurrence.sequence))
            settle(session, shift, occurrence)

    def moved(
        self, session: Session, occurrence: Occurrence, activity: Activity, word: str, before: datetime
    ) -> None:
        """Move its shifts by as much as the date, and tell those on them."""
        difference = occurrence.starts_at - before
        for shift in _open_shifts(session, occurrence):
            shift.starts_at += difference
            shift.ends_at += difference
            shift.changed_at = now()  # the date counts this change itself
            session.flush()
            notices.changed(session, shift, str(occurrence.sequence), word)
            settle(session, shift, occurrence)

    def concerned(self, occurrence_ids: Sequence[int]) -> Mapping[int, Concerned]:
        """Count those on the shifts or waiting for them, and how they are told."""
        return concerned_volunteers(occurrence_ids)

    def holds(self, session: Session, occurrence_ids: Sequence[int]) -> bool:
        """Say whether volunteers were asked for, or anybody checked in, at one of the dates."""
        asked = sa.exists().where(Shift.occurrence_id.in_(occurrence_ids))
        came = sa.exists().where(Presence.occurrence_id.in_(occurrence_ids))
        return bool(session.scalar(sa.select(sa.or_(asked, came))))
