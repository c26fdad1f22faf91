"""Let staff see one party and change it: how many, another date, out of the queue, the full number."""

from typing import Any

from flask import Response, flash, url_for

from portal.access import STAFF, WRITERS, actor, only, scope
from portal.activities.models import OccurrenceStatus
from portal.activities.staff import bp
from portal.activities.standing import seats_left
from portal.clock import local
from portal.contact import mask_phone
from portal.errors import Refused
from portal.i18n import _
from portal.registrations import actions, course, course_queries, desk, queries, retention, rules
from portal.registrations.forms import MoveForm, ReasonForm, RemoveForm, ShowPhoneForm, ShrinkForm
from portal.registrations.models import Registration, Status
from portal.registrations.own import part_pill
from portal.registrations.staff import link_of
from portal.web.answers import go, page
from portal.web.text import number_of


@bp.get("/registrations/<int:registration_id>")
@only(*STAFF)
def registration(registration_id: int) -> Response:
    """Show one party, and what can be done with it."""
    return _party_page(queries.registration(registration_id, scope()), 200)


def _party_page(found: Registration, status: int, number: str = "", **forms: Any) -> Response:
    occurrence = found.occurrence
    writer = actor().role in WRITERS
    live = found.status in (Status.CONFIRMED, Status.WAITING)
    open_still = live and not rules.begun(occurrence)
    off = occurrence.status is OccurrenceStatus.CANCELLED
    people = forms.get("people")
    if people is None:
        people = ShrinkForm(formdata=None)
        people.adults.data, people.children.data = found.adults, found.children
    reveal = forms.get("reveal") or ShowPhoneForm(formdata=None)
    reveal.offer()
    day = local(occurrence.starts_at).date()
    return page(
        "staff/registration.html",
        status,
        party=found,
        occurrence=occurrence,
        activity=occurrence.activity,
        day=day,
        phone=number or mask_phone(found.phone or ""),
        shown=bool(number),
        position=queries.position(found) if found.status is Status.WAITING else 0,
        left=seats_left(occurrence.seats, occurrence.seats_taken),
        may_write=writer,
        open_still=open_still and writer,
        may_move=writer and live and (open_still or off),
        targets=queries.targets_of(found, scope()) if writer and live and (open_still or off) else [],
        people=people,
        move=forms.get("move") or MoveForm(formdata=None),
        promote=forms.get("promote") or ReasonForm(formdata=None, prefix="promote_"),
        remove=forms.get("remove") or RemoveForm(formdata=None, prefix="remove_"),
        parts=course_queries.parts_of(found.course_id) if found.course_id is not None else [],
        pill=part_pill,
        erase=forms.get("erase") or ReasonForm(formdata=None, prefix="erase_"),
        reveal=reveal,
        roll_open=writer and found.status.has_seat and not off and rules.roll_is_open(occurrence),
        marked_today=rules.marked_today(found),
        link=link_of(found) if found.anonymised_at is None else "",
        off=off,
    )


def _again(registration_id: int, status: int, **forms: Any) -> Response:
    return _party_page(queries.registration(registration_id, scope()), status, **forms)


@bp.post("/registrations/<int:registration_id>/phone")
@only(*WRITERS)
def show_phone(registration_id: int) -> Response:
    """Show the full number, after why has been logged."""
    form = ShowPhoneForm()
    form.offer()
    if not form.validate():
        return _again(registration_id, 422, reveal=form)
    actions.log_phone_shown(registration_id, form.reason.data, actor())
    found = queries.registration(registration_id, scope())
    return _party_page(found, 200, number=found.phone or "", reveal=form)


@bp.post("/registrations/<int:registration_id>/people")
@only(*WRITERS)
def change_people(registration_id: int) -> Response:
    """Change how many of a party come."""
    form = ShrinkForm()
    if not form.validate():
        return _again(registration_id, 422, people=form)
    try:
        desk.change_people(registration_id, form.adults.data or 0, form.children.data or 0, actor())
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        return _again(registration_id, 409, people=form)
    flash(_("Noted how many come."))
    return go(url_for(".registration", registration_id=registration_id))


@bp.post("/registrations/<int:registration_id>/remove")
@only(*WRITERS)
def remove_party(registration_id: int) -> Response:
    """Cancel a registration for the station."""
    form = RemoveForm(prefix="remove_")
    if not form.validate():
        return _again(registration_id, 422, remove=form)
    remove = course.remove if form.whole.data else desk.remove
    try:
        remove(registration_id, form.reason.data, actor())
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        return _again(registration_id, 409, remove=form)
    flash(_("Cancelled. What came free went to the queue."))
    return go(url_for(".registration", registration_id=registration_id))


@bp.post("/registrations/<int:registration_id>/promote")
@only(*WRITERS)
def promote_party(registration_id: int) -> Response:
    """Seat a waiting party out of turn."""
    form = ReasonForm(prefix="promote_")
    if not form.validate():
        return _again(registration_id, 422, promote=form)
    try:
        desk.promote(registration_id, form.reason.data, actor())
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        return _again(registration_id, 409, promote=form)
    flash(_("This party has its seats now. The reason stands in the history."))
    return go(url_for(".registration", registration_id=registration_id))


@bp.post("/registrations/<int:registration_id>/move")
@only(*WRITERS)
def move_party(registration_id: int) -> Response:
    """Move a party to another date."""
    form = MoveForm()
    if not form.validate():
        return _again(registration_id, 422, move=form)
    try:
        status = desk.move(registration_id, number_of(form.target.data), bool(form.may_queue.data), actor())
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        return _again(registration_id, 409, move=form)
    flash(
        _("Moved. It is in the queue there; reference and link stay.")
        if status is Status.WAITING
        else _("Moved. Reference and link stay.")
    )
    return go(url_for(".registration", registration_id=registration_id))


@bp.post("/registrations/<int:registration_id>/erase")
@only(*WRITERS)
def erase_party(registration_id: int) -> Response:
    """Delete what is personal, because the person asks for it."""
    form = ReasonForm(prefix="erase_")
    if not form.validate():
        return _again(registration_id, 422, erase=form)
    retention.erase(registration_id, form.reason.data, actor())
    flash(_("Deleted. Only the numbers stay, without a name."))
    return go(url_for(".registration", registration_id=registration_id))
