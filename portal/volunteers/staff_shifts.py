"""Let staff keep the shifts of a date: the panel on its page, each shift, what lacks people on the desk."""

from collections.abc import Mapping
from typing import Any

from flask import Response, flash, request, url_for

from portal.access import STAFF, WRITERS, actor, only, scope
from portal.activities import queries as activities
from portal.activities.models import Occurrence, OccurrenceStatus
from portal.activities.panels import Panel
from portal.activities.staff import bp
from portal.activities.staff_dates import occurrence_page
from portal.clock import now
from portal.errors import Missing, Refused
from portal.i18n import _
from portal.volunteers import hours_queries, posts, shift_queries, shifts
from portal.volunteers.hours_forms import CountsForm
from portal.volunteers.shift_forms import PutOnForm, ShiftForm, ShiftReasonForm, TakeOffForm
from portal.volunteers.shift_models import Shift, ShiftStatus
from portal.web.answers import go, page
from portal.web.text import number_of


def gather(found: Occurrence, given: Mapping[str, Any]) -> dict[str, Any] | None:
    """Gather the shifts of a published date and who is on them."""
    if not found.published:
        return None
    over = found.ends_at <= now()
    off = found.status is OccurrenceStatus.CANCELLED
    may_write = actor().role in WRITERS and not over and not off
    people = shift_queries.posts_at(found.id)
    live = [post.volunteer_id for each in people.values() for post in each if post.is_live]
    return {
        "shifts": shift_queries.shifts_of(found.id),
        "posts": people,
        "attend": shift_queries.also_attend(found.id, live),
        "came": hours_queries.volunteers_came(found.id) if found.starts_at <= now() else 0,
        "add": (given.get("shift_form") or _new_form(found)) if may_write else None,
        "put_on": given.get("put_on") or PutOnForm(formdata=None, prefix="put_"),
        "chosen": given.get("chosen", 0),
        "take_off": given.get("take_off") or TakeOffForm(formdata=None, prefix="off_"),
        "taken_off": given.get("taken_off", 0),
        "counts": given.get("counts_form") or counts_form(found),
        "may_count": actor().role in WRITERS and not off,
        "may_write": may_write,
        "now": now(),
    }


def counts_form(found: Occurrence) -> CountsForm:
    """Return the form that says whether the hours of a date count, as it stands."""
    form = CountsForm(formdata=None, prefix="counts_")
    form.offer()
    form.counts.data = "yes" if found.counts_hours else "no"
    return form


PANEL = Panel("volunteers", "staff/volunteers_panel.html", gather)


def _new_form(found: Occurrence) -> ShiftForm:
    form = ShiftForm(formdata=None, prefix="shift_")
    form.offer(found, shift_queries.teams_to_ask(found.station_id, scope()))
    form.begin(found)
    return form


def _page(occurrence_id: int, status: int, **given: Any) -> Response:
    return occurrence_page(activities.occurrence(occurrence_id, scope()), status, **given)


def _back(occurrence_id: int) -> Response:
    return go(url_for(".occurrence", occurrence_id=occurrence_id) + "#shifts")


@bp.post("/occurrences/<int:occurrence_id>/shifts")
@only(*WRITERS)
def add_shift(occurrence_id: int) -> Response:
    """Ask for volunteers at a date."""
    found = activities.occurrence(occurrence_id, scope())
    form = ShiftForm(prefix="shift_")
    form.offer(found, shift_queries.teams_to_ask(found.station_id, scope()))
    if not form.validate():
        return _page(occurrence_id, 422, shift_form=form)
    try:
        shifts.make(occurrence_id, form.wanted(), actor(), form.key.data or "")
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        return _page(occurrence_id, 409, shift_form=form)
    flash(_("The shift is open; volunteers see it now."))
    return _back(occurrence_id)


@bp.post("/shifts/<int:shift_id>/posts")
@only(*WRITERS)
def put_on_shift(shift_id: int) -> Response:
    """Put somebody on a shift."""
    occurrence_id = shift_queries.shift(shift_id, scope()).occurrence_id
    form = PutOnForm(prefix="put_")
    if not form.validate():
        return _page(occurrence_id, 422, put_on=form, chosen=shift_id)
    found = shift_queries.search(form.who.data, scope())
    if len(found) != 1:
        several = _(", ").join(f"{one.name} {one.number}" for one in found)
        form.refuse(
            "who", _("Several: %(who)s. Write the number.", who=several) if found else _("Nobody found.")
        )
        return _page(occurrence_id, 422, put_on=form, chosen=shift_id)
    name = found[0].name
    try:
        taken = posts.take(
            shift_id, found[0].id, None, actor(), form.overlap_reason.data, form.key.data or ""
        )
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        return _page(occurrence_id, 409, put_on=form, chosen=shift_id)
    flash(_("%(name)s is written down and will be told.", name=name))
    if taken.attends:
        flash(_("%(name)s is signed up as a visitor, too. Ask whether they mean both.", name=name))
    return _back(occurrence_id)


@bp.post("/shifts/<int:shift_id>/withdraw")
@only(*WRITERS)
def take_off_shift(shift_id: int) -> Response:
    """Take somebody off a shift; they are told why."""
    occurrence_id = shift_queries.shift(shift_id, scope()).occurrence_id
    form, volunteer_id = TakeOffForm(prefix="off_"), number_of(request.form.get("volunteer"))
    if all(post.volunteer_id != volunteer_id for post in shift_queries.posts_of([shift_id])):
        raise Missing
    status = 422
    if form.validate():
        try:
            posts.withdraw(shift_id, volunteer_id, actor(), form.reason.data)
        except Refused as refusal:
            form.refuse(refusal.field or "reason", refusal.message)
            status = 409
        else:
            flash(_("Taken off. Whoever waits moves up."))
            return _back(occurrence_id)
    return _page(occurrence_id, status, take_off=form, taken_off=(shift_id, volunteer_id))


@bp.get("/shifts/<int:shift_id>", endpoint="shift")
@only(*STAFF)
def shift_page(shift_id: int) -> Response:
    """Show one shift: who is on it, and what can be changed."""
    return _shift_page(shift_queries.shift(shift_id, scope()), 200)


def _shift_page(
    found: Shift, status: int, form: ShiftForm | None = None, cancel: ShiftReasonForm | None = None
) -> Response:
    occurrence = found.occurrence
    off = ShiftStatus.CANCELLED is found.status or occurrence.status is OccurrenceStatus.CANCELLED
    may_write = actor().role in WRITERS and not off and found.ends_at > now()
    if form is None:
        form = _form_for(found, ShiftForm(formdata=None))
        form.show(found)
    people = shift_queries.posts_of([found.id])
    return page(
        "staff/shift.html",
        status,
        shift=found,
        occurrence=occurrence,
        activity=occurrence.activity,
        off=off,
        people=people,
        attend=shift_queries.also_attend(
            occurrence.id, [post.volunteer_id for post in people if post.is_live]
        ),
        told=shift_queries.told_of(found.id),
        form=form,
        cancel=cancel or ShiftReasonForm(formdata=None, prefix="off_"),
        may_write=may_write,
    )


def _form_for(found: Shift, form: ShiftForm) -> ShiftForm:
    form.offer(found.occurrence, shift_queries.teams_to_ask(found.occurrence.station_id, scope()), found)
    return form


@bp.post("/shifts/<int:shift_id>")
@only(*WRITERS)
def change_shift(shift_id: int) -> Response:
    """Change a shift; those on it are told where it matters to them."""
    form = _form_for(shift_queries.shift(shift_id, scope()), ShiftForm())
    status = 422
    if form.validate():
        try:
            occurrence_id = shifts.change(shift_id, form.wanted(), actor())
        except Refused as refusal:
            form.refuse(refusal.field, refusal.message)
            status = 409
        else:
            flash(_("The shift is changed."))
            return _back(occurrence_id)
    return _shift_page(shift_queries.shift(shift_id, scope()), status, form=form)


@bp.post("/shifts/<int:shift_id>/cancel")
@only(*WRITERS)
def cancel_shift(shift_id: int) -> Response:
    """Cancel a shift."""
    found = shift_queries.shift(shift_id, scope())
    occurrence_id = found.occurrence_id
    form = ShiftReasonForm(prefix="off_")
    if not form.validate():
        return _shift_page(found, 422, cancel=form)
    shifts.cancel(shift_id, form.reason.data, actor())
    flash(_("The shift is cancelled; those on it are told."))
    return _back(occurrence_id)
