"""Let staff keep the shifts of a date: the panel on its page, and what lacks people on the desk."""

from collections.abc import Mapping
from typing import Any

from flask import Response, flash, request, url_for

from portal.access import WRITERS, Scope, actor, only, scope
from portal.activities import queries as activities
from portal.activities.models import Occurrence, OccurrenceStatus
from portal.activities.panels import DeskPart, Panel
from portal.activities.staff import bp
from portal.activities.staff_dates import occurrence_page
from portal.clock import at, local, now, today
from portal.errors import Refused
from portal.i18n import _
from portal.i18n import lazy_gettext as _l
from portal.volunteers import posts, shift_queries, shifts
from portal.volunteers.hours_forms import CountsForm
from portal.volunteers.shift_models import MOST_PEOPLE
from portal.web.answers import go
from portal.web.forms import Form, WallTime, count, line
from portal.web.text import number_of


class ShiftForm(Form):
    """A shift to add to a date; it lies on the day on which the date begins."""

    role = line(_l("What to do"), 40, required=_l("What is there to do?"))
    starts = WallTime(_l("From"))
    ends = WallTime(_l("Until"))
    head_count = count(_l("How many people"), 1, MOST_PEOPLE, required=_l("How many?"), default=2)
    skill = line(_l("Needed skill"), 40)
    word = line(_l("Where to meet, what to bring"), 120)


class PutOnForm(Form):
    """Somebody to put on a shift, by number or name."""

    who = line(_l("Name or volunteer number"), 40, required=_l("Who?"))
    overlap_reason = line(_l("If they have another shift then: why both?"), 120)


class ShiftReasonForm(Form):
    """Why a shift is cancelled."""

    reason = line(_l("Why? Those on it are told."), 120, required=_l("Please say why; they are told."))


def gather(found: Occurrence, given: Mapping[str, Any]) -> dict[str, Any] | None:
    """Gather the shifts of a published date and who is on them."""
    if not found.published:
        return None
    add = given.get("shift_form")
    if add is None:
        add = ShiftForm(formdata=None, prefix="shift_")
        add.starts.data, add.ends.data = local(found.starts_at).time(), local(found.ends_at).time()
    over = found.ends_at <= now()
    off = found.status is OccurrenceStatus.CANCELLED
    return {
        "shifts": shift_queries.shifts_of(found.id),
        "posts": shift_queries.posts_at(found.id),
        "add": add,
        "put_on": given.get("put_on") or PutOnForm(formdata=None, prefix="put_"),
        "chosen": given.get("chosen", 0),
        "cancel": given.get("cancel_shift") or ShiftReasonForm(formdata=None, prefix="off_"),
        "counts": given.get("counts_form") or counts_form(found),
        "may_count": actor().role in WRITERS and not off,
        "may_write": actor().role in WRITERS and not over and not off,
        "now": now(),
    }


def counts_form(found: Occurrence) -> CountsForm:
    """Return the form that says whether the hours of a date count, as it stands."""
    form = CountsForm(formdata=None, prefix="counts_")
    form.offer()
    form.counts.data = "yes" if found.counts_hours else "no"
    return form


PANEL = Panel("volunteers", "staff/volunteers_panel.html", gather)


def on_desk(here: Scope) -> dict[str, Any] | None:
    """Gather the shifts of the next days that lack people."""
    found = shift_queries.at_risk(here)
    return {"shifts": found, "today": today()} if found else None


DESK = DeskPart("staff/shifts_at_risk.html", on_desk)


def _page(occurrence_id: int, status: int, **given: Any) -> Response:
    return occurrence_page(activities.occurrence(occurrence_id, scope()), status, **given)


def _back(occurrence_id: int) -> Response:
    return go(url_for(".occurrence", occurrence_id=occurrence_id) + "#shifts")


@bp.post("/occurrences/<int:occurrence_id>/shifts")
@only(*WRITERS)
def add_shift(occurrence_id: int) -> Response:
    """Ask for volunteers at a date."""
    form = ShiftForm(prefix="shift_")
    day = local(activities.occurrence(occurrence_id, scope()).starts_at).date()
    if not form.validate() or form.starts.data is None or form.ends.data is None:
        if not form.faults:
            form.refuse("starts", _("From when until when?"))
        return _page(occurrence_id, 422, shift_form=form)
    wanted = shifts.Wanted(
        role=form.role.data,
        starts_at=at(day, form.starts.data),
        ends_at=at(day, form.ends.data),
        head_count=form.head_count.data or 0,
        skill=form.skill.data,
        word=form.word.data,
    )
    try:
        shifts.make(occurrence_id, wanted, actor(), form.key.data or "")
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
    try:
        posts.take(shift_id, found[0].id, None, actor(), form.overlap_reason.data, form.key.data or "")
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        return _page(occurrence_id, 409, put_on=form, chosen=shift_id)
    flash(_("%(name)s is written down and will be told.", name=found[0].name))
    return _back(occurrence_id)


@bp.post("/shifts/<int:shift_id>/withdraw")
@only(*WRITERS)
def take_off_shift(shift_id: int) -> Response:
    """Take somebody off a shift."""
    occurrence_id = shift_queries.shift(shift_id, scope()).occurrence_id
    posts.withdraw(shift_id, number_of(request.form.get("volunteer")), actor())
    flash(_("Taken off. Whoever waits moves up."))
    return _back(occurrence_id)


@bp.post("/shifts/<int:shift_id>/cancel")
@only(*WRITERS)
def cancel_shift(shift_id: int) -> Response:
    """Cancel a shift."""
    occurrence_id = shift_queries.shift(shift_id, scope()).occurrence_id
    form = ShiftReasonForm(prefix="off_")
    if not form.validate():
        return _page(occurrence_id, 422, cancel_shift=form, chosen=shift_id)
    shifts.cancel(shift_id, form.reason.data, actor())
    flash(_("The shift is cancelled; those on it are told."))
    return _back(occurrence_id)
