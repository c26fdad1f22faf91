"""Let staff keep single dates: who came, another time or place, called off."""

from typing import Any

from flask import Response, flash, request, url_for

from portal.access import STAFF, WRITERS, actor, only, scope
from portal.activities import calling_off, listing, lunar, occurrences, panels, queries
from portal.activities.forms import CancelForm, CountForm
from portal.activities.models import Occurrence, OccurrenceStatus
from portal.activities.rescheduling import Reach
from portal.activities.staff import bp
from portal.activities.taking_back import may_take_place
from portal.clock import local, now
from portal.errors import Refused
from portal.i18n import _, ngettext
from portal.web.answers import go, page


@bp.get("/occurrences/<int:occurrence_id>")
@only(*STAFF)
def occurrence(occurrence_id: int) -> Response:
    """Show one date: its figures, and what can be done with it."""
    return occurrence_page(queries.occurrence(occurrence_id, scope()))


def occurrence_page(
    found: Occurrence,
    status: int = 200,
    count: CountForm | None = None,
    cancel: CancelForm | None = None,
    **given: Any,
) -> Response:
    """Answer with the page of a date; `given` is handed to the panels of other features."""
    if count is None:
        count = CountForm(formdata=None)
        count.attended.data, count.minors.data, count.elderly.data = (
            found.attended,
            found.minors,
            found.elderly,
        )
        if found.count_source is not None:
            count.source.data = found.count_source.value
    count.offer()
    cancel = cancel or CancelForm(formdata=None)
    cancel.offer_reach()
    day = local(found.starts_at).date()
    cancelled = found.status is OccurrenceStatus.CANCELLED
    return page(
        "staff/occurrence.html",
        status,
        occurrence=found,
        activity=found.activity,
        day=day,
        last_day=local(found.ends_at).date(),
        facts=lunar.day_facts(day),
        lunar_long_label=lunar.lunar_long_label,
        count=count,
        cancel=cancel,
        has_later=found.published and listing.has_later(found),
        cancelled=cancelled,
        begun=found.starts_at <= now(),
        over=found.ends_at <= now(),
        can_restore=may_take_place(found),
        may_write=actor().role in WRITERS,
        panels=panels.gathered(found, given),
    )


@bp.post("/occurrences/<int:occurrence_id>/count")
@only(*WRITERS)
def count(occurrence_id: int) -> Response:
    """Write down how many came; from the desk or from the occurrence's page."""
    form = CountForm()
    form.offer()
    if form.validate():
        try:
            occurrences.count(
                occurrence_id,
                form.attended.data or 0,
                form.minors.data,
                form.elderly.data,
                form.source.data,
                actor(),
            )
        except Refused as refusal:
            form.refuse(refusal.field, refusal.message)
        else:
            flash(_("Noted: %(count)s came.", count=form.attended.data))
            from_desk = "then" in request.form
            return go(url_for(".today") if from_desk else url_for(".occurrence", occurrence_id=occurrence_id))
    return occurrence_page(queries.occurrence(occurrence_id, scope()), 422, count=form)


@bp.post("/occurrences/<int:occurrence_id>/cancel")
@only(*WRITERS)
def cancel_occurrence(occurrence_id: int) -> Response:
    """Call off one date."""
    form = CancelForm()
    if not form.validate():
        return occurrence_page(queries.occurrence(occurrence_id, scope()), 422, cancel=form)
    if form.reach.data == Reach.FOLLOWING:
        gone = calling_off.cancel_from(occurrence_id, form.reason.data, actor())
        flash(
            ngettext(
                "%(num)s date is cancelled. You can take it back today.",
                "%(num)s dates are cancelled. You can take it back today.",
                gone,
            )
        )
    else:
        occurrences.cancel(occurrence_id, form.reason.data, actor())
        flash(_("This date is cancelled. You can take it back today."))
    return go(url_for(".occurrence", occurrence_id=occurrence_id))


@bp.post("/occurrences/<int:occurrence_id>/restore")
@only(*WRITERS)
def restore_occurrence(occurrence_id: int) -> Response:
    """Take back a cancellation of today."""
    occurrences.restore(occurrence_id, actor())
    flash(_("It takes place after all."))
    return go(url_for(".occurrence", occurrence_id=occurrence_id))
