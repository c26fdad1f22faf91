"""Let whoever holds the private link see and change what it stands for: a registration, or a whole course."""

from dataclasses import dataclass

from flask import Response, current_app, flash, request, url_for

from portal.access import STAFF, WRITERS, actor, public
from portal.activities import courses, pills
from portal.activities.models import OccurrenceStatus, SignUp
from portal.activities.standing import seats_left
from portal.clock import now
from portal.contact import mask_name, mask_phone
from portal.errors import Missing, Refused
from portal.i18n import _, ngettext
from portal.registrations import actions, course, course_queries, device, queries, rules
from portal.registrations.course_queries import Part
from portal.registrations.forms import ShrinkForm
from portal.registrations.labels import STATUSES
from portal.registrations.models import Registration, Status
from portal.registrations.views import about, bp, dates_of
from portal.stations.queries import is_in_scope
from portal.web.answers import go, page
from portal.web.qr import qr_path
from portal.web.text import number_of


def _party(token: str) -> Registration:
    """Return the registration of a private link, for a page that staff see more of.

    Who they are is asked first: to note that they were here ends the reading that a row has come from.
    """
    actor()
    return queries.by_token(token)


@bp.get("/registrations/<token>")
@public
def registration(token: str) -> Response:
    """Show one party its registration: reference, code, what happens next."""
    return _own_page(token, _party(token), 200)


def _own_page(token: str, found: Registration, status: int, form: ShrinkForm | None = None) -> Response:
    answer = _course_page if found.leads_course else _registration_page
    return answer(token, found, status, form)


def _registration_page(token: str, found: Registration, status: int, form: ShrinkForm | None) -> Response:
    occurrence = found.occurrence
    if form is None:
        form = ShrinkForm(formdata=None)
        form.adults.data, form.children.data = found.adults, found.children
    return page(
        "registrations/registration.html",
        status,
        token=token,
        registration=found,
        name=mask_name(found.name),
        phone=mask_phone(found.phone or ""),
        position=queries.position(found) if found.status is Status.WAITING else 0,
        free=seats_left(occurrence.seats, occurrence.seats_taken),
        begun=rules.begun(occurrence),
        may_change=found.status in (Status.CONFIRMED, Status.WAITING) and not rules.begun(occurrence),
        over=occurrence.ends_at <= now(),
        late_open=found.status is Status.CONFIRMED and rules.on_the_day(occurrence),
        late=actions.LATE,
        form=form,
        qr=qr_path(own_link(token)),
        at_the_door=at_the_door(found, found),
        **about(occurrence),
    )


def _course_page(token: str, found: Registration, status: int, form: ShrinkForm | None) -> Response:
    parts = course_queries.parts_of(found.id)
    coming = [part for part in parts if part.may_change]
    if form is None:
        form = ShrinkForm(formdata=None)
        form.adults.data = max((part.registration.adults for part in coming), default=0)
        form.children.data = max((part.registration.children for part in coming), default=0)
    today = next((part for part in parts if rules.on_the_day(part.date) and part.here), None)
    shown = today or next(iter(coming), parts[0])
    return page(
        "registrations/course.html",
        status,
        token=token,
        registration=found,
        name=mask_name(found.name),
        phone=mask_phone(found.phone or ""),
        parts=parts,
        pill=part_pill,
        coming=coming,
        waiting=sum(part.registration.status is Status.WAITING for part in coming),
        gone=all(part.registration.status is Status.CANCELLED for part in parts),
        over=all(part.date.ends_at <= now() for part in parts),
        people=shown.registration,
        added=_added(found, parts),
        late_open=today is not None and today.registration.status is Status.CONFIRMED,
        late_minutes=shown.registration.late_minutes,
        late=actions.LATE,
        form=form,
        qr=qr_path(own_link(token)),
        at_the_door=at_the_door(_of_today(parts), shown.registration),
        **about(found.occurrence),
    )


def _of_today(parts: list[Part]) -> Registration | None:
    """Return how the party of a course stands at its date of today, at the one that is not over if it can."""
    here = [part for part in parts if rules.is_today(part.date)]
    going_on = [part for part in here if part.date.ends_at > now()]
    return next((part.registration for part in [*going_on, *reversed(here)]), None)


@dataclass(frozen=True, slots=True)
class AtTheDoor:
    """What staff who scan a private link see on top: the party, and whether it can be checked in."""

    party: Registration | None  # None: its course has no date today
    shown: Registration
    may_write: bool
    why_not: str
    may_take_back: bool


def at_the_door(party: Registration | None, shown: Registration) -> AtTheDoor | None:
    """Return what staff are offered who keep the station of a party; None for anybody else."""
    who = actor()
    if who.role not in STAFF or not is_in_scope(shown.occurrence.station_id, who.scope):
        return None
    return AtTheDoor(
        party,
        shown,
        may_write=who.role in WRITERS,
        why_not=rules.why_no_check_in(party, party.occurrence) if party else "",
        may_take_back=party is not None and rules.marked_today(party),
    )


def _added(found: Registration, parts: list[Part]) -> list[courses.CourseDate]:
    """List the dates that have been added to the course since."""
    activity = found.occurrence.activity
    activity_id = course.course_activity({part.date.id: part.date.activity_id for part in parts})
    if activity.id != activity_id or activity.sign_up is SignUp.DATES:
        return []
    if not any(part.here for part in parts):
        return []
    return courses.dates_beside(activity, [part.date.id for part in parts])


def part_pill(part: Part) -> tuple[str, str]:
    """Return (class, words) of the pill that says how a party stands at one date of its course."""
    date, status = part.date, part.registration.status
    if status is Status.CANCELLED:
        return "over", _("You do not come")
    if date.status is OccurrenceStatus.CANCELLED:
        return "gone", pills.cancelled_words(date.cancel_reason)
    if status is Status.WAITING:
        return "full", _("Number %(place)s in the queue", place=part.ahead + 1)
    if status is Status.ATTENDED:
        return "over", _("You were there")
    if status is Status.ABSENT or date.ends_at <= now():
        return "over", _("Over")
    return "", str(STATUSES[Status.CONFIRMED])


def own_link(token: str) -> str:
    """Return the full address of a private link."""
    return str(current_app.config["PUBLIC_URL"]) + url_for("registrations.registration", token=token)


@bp.get("/registrations/<token>/slip")
@public
def slip(token: str) -> Response:
    """Show the slip to print: large type, reference, code."""
    found = _party(token)
    return page(
        "registrations/slip.html",
        token=token,
        registration=found,
        name=mask_name(found.name),
        position=queries.position(found) if found.status is Status.WAITING else 0,
        parts=_to_print(found),
        pill=part_pill,
        qr=qr_path(own_link(token)),
        **about(found.occurrence),
    )


def _to_print(found: Registration) -> list[Part]:
    """List the dates of a course that are still to come; none for a single registration."""
    if not found.leads_course:
        return []
    return [part for part in course_queries.parts_of(found.id) if part.here and part.date.ends_at > now()]


@bp.post("/registrations/<token>/people")
@public
def shrink(token: str) -> Response:
    """Let fewer come."""
    found = _party(token)
    form = ShrinkForm()
    if not form.validate():
        return _own_page(token, found, 422, form)
    lessen = course.shrink if found.leads_course else actions.shrink
    try:
        lessen(found.id, form.adults.data or 0, form.children.data or 0)
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        return _own_page(token, _party(token), 422 if refusal.field else 409, form)
    flash(_("Noted. Thank you for telling us."))
    return go(url_for(".registration", token=token))


@bp.get("/registrations/<token>/cancel")
@public
def confirm_cancel(token: str) -> Response:
    """Ask whether the party really stays away: from its date, or the whole course or (`?date=`) one of it."""
    found = _party(token)
    if found.leads_course and "date" not in request.args:
        return _confirm_leaving(token, found)
    one = _meant(found, request.args.get("date"))
    if one.status not in (Status.CONFIRMED, Status.WAITING):
        return go(url_for(".registration", token=token))
    return page(
        "registrations/cancel.html",
        token=token,
        reference=found.reference,
        registration=one,
        course=found.leads_course,
        form=ShrinkForm(formdata=None),
        begun=rules.begun(one.occurrence),
        **about(found.occurrence) | dates_of(one.occurrence),
    )


def _confirm_leaving(token: str, found: Registration) -> Response:
    coming = [part for part in course_queries.parts_of(found.id) if part.may_change]
    if not coming:
        return go(url_for(".registration", token=token))
    return page(
        "registrations/leave.html",
        token=token,
        reference=found.reference,
        parts=coming,
        form=ShrinkForm(formdata=None),
        **about(found.occurrence),
    )


def _meant(found: Registration, date: str | None) -> Registration:
    """Return the registration that is meant: of a course, that of the date whose id this is."""
    if not found.leads_course:
        return found
    for part in course_queries.parts_of(found.id):
        if part.date.id == number_of(date):
            return part.registration
    raise Missing


@bp.post("/registrations/<token>/cancel")
@public
def cancel(token: str) -> Response:
    """Let the party leave its date, the whole course, or one date of it."""
    found = _party(token)
    if found.leads_course and "date" not in request.form:
        gone = course.leave(found.id)
        flash(
            ngettext(
                "You have left the course. %(num)s place goes to whoever waits.",
                "You have left the course. The places at %(num)s dates go to whoever waits.",
                gone,
            )
        )
    else:
        actions.cancel(_meant(found, request.form.get("date")).id)
        flash(_("Cancelled. The place goes to whoever waits."))
    return go(url_for(".registration", token=token))


@bp.post("/registrations/<token>/dates")
@public
def join(token: str) -> Response:
    """Let the party of a course come to the dates added since, or to one (`date`) that it had left."""
    found = _party(token)
    if not found.leads_course:
        raise Missing
    date = number_of(request.form["date"]) if "date" in request.form else None
    more = course.join(found.id, date, device.current())
    flash(ngettext("%(num)s date has been joined.", "%(num)s dates have been joined.", more))
    return go(url_for(".registration", token=token))


@bp.post("/registrations/<token>/late")
@public
def be_late(token: str) -> Response:
    """Take the note that the party comes later today."""
    found = _party(token)
    one = found.id
    if found.leads_course:
        for part in course_queries.parts_of(found.id):
            if part.here and rules.on_the_day(part.date):
                one = part.registration.id
    actions.be_late(one, number_of(request.form.get("minutes")))
    flash(_("We tell who receives you. Take your time on the way."))
    return go(url_for(".registration", token=token))
