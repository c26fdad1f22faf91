"""Sign parties up for a whole course, and let them come fewer, join later dates and leave.

A course is one registration per date, tied to the first of them: seats, queue and roll-call stay those of the
dates. Each action locks all dates that it touches, in order of their ids.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mode

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access import NOBODY, Actor
from portal.activities import courses
from portal.activities.models import Activity, Occurrence, SignUp
from portal.activities.standing import Standing, held
from portal.audit.actions import record
from portal.clock import local, now
from portal.contact import name_key
from portal.db import lock, transaction
from portal.errors import Missing, OutOfDate, Refused
from portal.i18n import _, short_day
from portal.once import done, earlier
from portal.registrations import notices, rules
from portal.registrations.actions import resize, take_out
from portal.registrations.arrival import (
    LIVE,
    already,
    arrive,
    belong,
    belongs,
    check_number_of_parties,
    new_registration,
    same_person,
    unlist,
)
from portal.registrations.models import Registration, SeatChange, Status
from portal.registrations.party import Consent, Party, Source, read_children
from portal.stations.queries import is_in_scope

Held = tuple[Occurrence, Registration]


@dataclass(frozen=True, slots=True)
class CourseReceipt:
    """What came of signing up for a course; `new` is False when it had been done before."""

    registration_id: int  # of its first date
    reference: str
    dates: int  # where the party has its seats or waits
    waiting: int  # where it waits
    new: bool


def register_course(
    occurrence_id: int,
    party: Party,
    consent: Consent,
    source: Source,
    by: Actor,
    device: str = "",
    key: str = "",
) -> CourseReceipt:
    """Give the party its seats, or a place in the queue, at each date of a course that takes people now.

    `occurrence_id` names any date of it. The same form again (key), or the same people from the same device,
    get their first registration back. Single dates that the same people have signed up for on this device, or
    that staff find, become part of the course as they stand.

    Raises:
        Missing: there is no such published occurrence, or none within the scope of the staff member.
        Refused: it is no course, no date takes people now, or not a party for this; `field` names a field.
        AlreadyRegistered: from elsewhere, the same name and phone.
    """
    by_staff = source.by_staff
    with transaction() as session:
        asked = session.get(Occurrence, occurrence_id)
        if asked is None or not asked.published:
            raise Missing
        if by_staff and not is_in_scope(asked.station_id, by.scope):
            raise Missing
        form = f"course:{asked.activity_id}:{party.phone}:{name_key(party.name)}"
        dates = _lock_dates(session, _coming(session, asked.activity_id))
        before = earlier(session, form, by, key)
        if before is not None:
            belong(session, int(before), device)  # the first answer, with its cookie, may have been lost
            return _receipt(session, int(before), new=False)
        same = same_person(session, [date.id for date in dates], party)
        course_id = next((one.course_id for one in same.values() if one.course_id is not None), None)
        if course_id is not None and belongs(session, session.get_one(Registration, course_id), device):
            return _receipt(session, course_id, new=False)
        for one in same.values():
            if one.course_id is not None or not (by_staff or belongs(session, one, device)):
                raise already(session, one, by_staff)
        activity = session.get_one(Activity, asked.activity_id)
        taking = _taking(session, activity, dates, asked, by_staff)
        dates = [date for date in dates if date in taking or date.id in same]
        _check(session, activity, [date for date in dates if date.id not in same], party, by_staff)
        rows = [
            (date, same.get(date.id) or new_registration(session, date.id, party, consent, source, by))
            for date in dates
        ]
        first = _enter(session, activity, rows, by, device)
        belong(session, first.id, device)
        done(session, form, by, key, str(first.id))
        return _receipt(session, first.id, new=True)


def join(first_id: int, occurrence_id: int | None = None, device: str = "") -> int:
    """Let the party of a course come to the dates added since, or to one it had left; return to how many.

    Single dates that it has signed up for on this device meanwhile become part of the course as they stand.

    Raises:
        Missing: there is no such course.
        Refused: the party has left it, or no such date takes people now.
        AlreadyRegistered: it has signed up for such a date from elsewhere.
    """
    with transaction() as session:
        activity_id = course_activity(_dates_of(session, first_id))
        coming = set(_coming(session, activity_id))
        first, rows = locked_course(session, first_id, coming)
        live = [row for _date, row in rows if row.status in LIVE]
        if not live:
            raise Refused(_("You have left this course. You can sign up for it again."))
        known = {row.occurrence_id for _date, row in rows}
        here = {row.occurrence_id for row in live}
        wanted = coming - known if occurrence_id is None else (coming & {occurrence_id}) - here
        activity = session.get_one(Activity, activity_id)
        dates = _taking(session, activity, _lock_dates(session, wanted), None, by_staff=False)
        like = live[-1]
        party, agreed = _party_of(like), Consent(like.consent, like.guardian_consent, like.photo_consent)
        same = same_person(session, [date.id for date in dates], party)
        for one in same.values():
            if one.course_id is not None or not belongs(session, one, device):
                raise already(session, one, by_staff=False)
        # What staff have let in need not fit the rules for residents now.
        by_staff = like.source.by_staff
        _check(session, activity, [date for date in dates if date.id not in same], party, by_staff)
        new = [
            (
                date,
                same.get(date.id) or new_registration(session, date.id, party, agreed, like.source, NOBODY),
            )
            for date in dates
        ]
        first.changed_at = now()
        _enter(session, activity, new, NOBODY, device, first)
        return len(new)


def shrink(first_id: int, adults: int, children: int) -> None:
    """Let fewer of the party come to all dates still to come; what comes free goes to the queues at once.

    Raises:
        Missing: there is no such course.
        Refused: nothing of it is to come, it would be nobody, or more than before.
    """
    with transaction() as session:
        _first, rows = locked_course(session, first_id)
        coming = _to_come(rows)
        if adults + children < 1:
            raise Refused(_("If nobody comes, leave the course."), field="adults")
        if adults > max(row.adults for _date, row in coming) or children > max(
            row.children for _date, row in coming
        ):
            raise Refused(_("More of you? Ring the station, they see whether there is room."), field="adults")
        for date, row in coming:
            fewer = min(adults, row.adults), min(children, row.children)
            if sum(fewer) < 1:
                raise Refused(
                    _(
                        "On %(day)s nobody would be left. Leave out that date first.",
                        day=short_day(local(date.starts_at).date()),
                    ),
                    field="adults",
                )
            if fewer != (row.adults, row.children):
                resize(session, date, session.get_one(Activity, date.activity_id), row, *fewer)


def leave(first_id: int) -> int:
    """Let the party leave all dates still to come; return how many. Leaving twice changes nothing.

    Raises:
        Missing: there is no such course.
        Refused: nothing of it is to come.
    """
    with transaction() as session:
        _first, rows = locked_course(session, first_id)
        if all(row.status is Status.CANCELLED for _date, row in rows):
            return 0
        coming = _to_come(rows)
        for date, row in coming:
            take_out(session, date, session.get_one(Activity, date.activity_id), row, SeatChange.CANCELLED)
        return len(coming)


def remove(registration_id: int, reason: str, by: Actor) -> int:
    """Cancel what is to come of a party's course for the station, and tell it once; return how many dates.

    `registration_id` is of any of its dates.

    Raises:
        Missing: there is no such course within the actor's scope.
        Refused: nothing of it is to come.
    """
    with transaction() as session:
        one = session.get(Registration, registration_id)
        if one is None or one.course_id is None:
            raise Missing
        first, rows = locked_course(session, one.course_id)
        rows = [(date, row) for date, row in rows if is_in_scope(date.station_id, by.scope)]
        if registration_id not in {row.id for _date, row in rows}:
            raise Missing
        coming = _to_come(rows)
        for date, row in coming:
            activity = session.get_one(Activity, date.activity_id)
            take_out(session, date, activity, row, SeatChange.REMOVED, by, reason)
        begins = min((date for date, _row in coming), key=lambda date: date.starts_at)
        first.changed_at = now()
        activity = session.get_one(Activity, begins.activity_id)
        notices.removed_from_course(session, begins, activity, first, len(coming), reason)
        record(
            session,
            by,
            "course.removed",
            "registration",
            first.id,
            begins.station_id,
            detail=f"{first.reference} {len(coming)}",
            reason=reason,
        )
        return len(coming)


def locked_course(
    session: Session, first_id: int, also: Iterable[int] = ()
) -> tuple[Registration, list[Held]]:
    """Lock all dates of a course (and others, in order of their ids); return its first one and all of them.

    Raises:
        Missing: there is no such course.
        OutOfDate: one of them has been moved to another date in this very moment.
    """
    ids = set(_dates_of(session, first_id).keys())
    dates = {date.id: date for date in _lock_dates(session, ids.union(also))}
    rows = session.scalars(
        sa.select(Registration)
        .where(Registration.course_id == first_id)
        .order_by(Registration.occurrence_id)
        .execution_options(populate_existing=True)
    ).all()
    if any(row.occurrence_id not in dates for row in rows):
        raise OutOfDate(_("This registration has just been moved to another date. Please look again."))
    first = next(row for row in rows if row.id == first_id)
    return first, [(dates[row.occurrence_id], row) for row in rows]


def course_activity(activities: Mapping[int, int]) -> int:
    """Return which activity a course is of: staff may have moved single dates to another one."""
    return mode(activities.values())


def _dates_of(session: Session, first_id: int) -> dict[int, int]:
    """Map the dates of a course to their activities, before they are locked."""
    rows = session.execute(
        sa.select(Occurrence.id, Occurrence.activity_id)
        .join(Registration, Registration.occurrence_id == Occurrence.id)
        .where(Registration.course_id == first_id)
    ).all()
    if not rows:
        raise Missing
    return {row.id: row.activity_id for row in rows}


def _coming(session: Session, activity_id: int) -> Sequence[int]:
    """List the next dates of an activity, before they are locked."""
    return session.scalars(
        sa.select(Occurrence.id)
        .where(*courses.coming(activity_id))
        .order_by(Occurrence.starts_at, Occurrence.id)
        .limit(courses.MOST_DATES)
    ).all()


def _lock_dates(session: Session, ids: Iterable[int]) -> list[Occurrence]:
    """Lock dates in order of their ids, and return them so; later locks of the same come for nothing."""
    found = (lock(session, Occurrence, one) for one in sorted(ids))
    return [date for date in found if date is not None]


def _taking(
    session: Session, activity: Activity, dates: list[Occurrence], asked: Occurrence | None, by_staff: bool
) -> list[Occurrence]:
    """Return those of the locked dates that take people now."""
    several = session.scalar(sa.select(courses.has_several(activity.id)))
    if activity.sign_up is SignUp.DATES or not several:
        raise Refused(_("Each date of this is on its own. Please choose a date."))
    opened = bool(session.scalar(sa.select(courses.has_opened(activity.id))))
    stands = {date.id: courses.in_course(held(date, activity), opened, now()) for date in dates}
    taking = [date for date in dates if courses.takes(stands[date.id], by_staff)]
    if not taking:
        if Standing.NOT_YET in stands.values():
            first = min(dates, key=lambda date: date.opens_at or date.starts_at)
            raise Refused(rules.why_not(Standing.NOT_YET, first))
        why = asked or (dates[0] if dates else None)
        if why is not None:
            raise Refused(rules.why_not(rules.standing(why, activity), why))
        raise Refused(_("No date of this course takes people now."))
    return taking


def _check(
    session: Session, activity: Activity, dates: Sequence[Occurrence], party: Party, by_staff: bool
) -> None:
    """Demand that the party is one that each of the dates takes."""
    fewest = min((date.seats for date in dates if date.seats is not None), default=None)
    rules.check_party(party, rules.limits_of(activity), fewest, by_staff)
    if not by_staff:
        check_number_of_parties(session, [date.id for date in dates], party)


def _enter(
    session: Session,
    activity: Activity,
    rows: Sequence[Held],
    by: Actor,
    device: str,
    first: Registration | None = None,
) -> Registration:
    """Let the new ones of these registrations arrive, tie all of them together, and tell the party once."""
    for date, row in rows:
        if sa.inspect(row).transient:
            arrive(session, date, row, by)
    begins = sorted(rows, key=lambda one: (one[0].starts_at, one[0].id))
    head = first or begins[0][1]
    for _date, row in rows:
        if row.course_id is None:
            row.course_id = head.id
            if row is not head:
                unlist(session, row.id, device)  # “mine” shows the course once
    session.flush()
    notices.course(session, activity, begins, head, more=first is not None)
    return head


def _to_come(rows: Sequence[Held]) -> list[Held]:
    """Return those that the party has not left and that have not begun."""
    coming = [(date, row) for date, row in rows if row.status in LIVE and not rules.begun(date)]
    if not coming:
        raise Refused(_("Nothing of this course is to come any more; ring the station."))
    return coming


def _party_of(row: Registration) -> Party:
    kids, _faults = read_children(row.children_names)
    return Party(
        name=row.name,
        phone=row.phone or "",
        adults=row.adults,
        children=row.children,
        kids=tuple(kids),
        guardian=row.guardian,
        guardian_relation=row.guardian_relation,
        age_band=row.age_band,
        note=row.note,
    )


def _receipt(session: Session, first_id: int, new: bool) -> CourseReceipt:
    first = session.get_one(Registration, first_id)
    standing = session.scalars(sa.select(Registration.status).where(Registration.course_id == first_id)).all()
    live = [status for status in standing if status in LIVE]
    return CourseReceipt(first_id, first.reference, len(live), live.count(Status.WAITING), new)
