"""Let whoever leads a team settle when and who goes, say that it begins, and report."""

from datetime import datetime

from flask import Response, flash, request, url_for

from portal.access import actor, only
from portal.clock import at
from portal.errors import Missing, Refused
from portal.i18n import _, short_day
from portal.orders import queries, service_queries, serving
from portal.orders.labels import PARTS
from portal.orders.leading import bp, choices_of, is_known, order_page, time_label
from portal.orders.leading_forms import ReportForm, ScheduleForm, usual_hours
from portal.orders.models import Offer, OfferStatus, Order
from portal.orders.service_queries import Candidate, candidates
from portal.volunteers import queries as volunteers
from portal.volunteers.own import VOLUNTEERS
from portal.web.answers import go, page

SHOWN_AT_ONCE = 10  # members; the others are folded away


@bp.get("/<int:order_id>/schedule")
@only(*VOLUNTEERS)
def schedule_form(order_id: int) -> Response:
    """Ask when the team comes, and who."""
    found, offer = _taken_by(order_id)
    form = ScheduleForm(formdata=None)
    form.show(found.starts_at, found.ends_at)
    if found.starts_at is None:
        first = next(iter(choices_of(found, offer.team_id)), None)
        if first is not None:
            form.show(first.starts_at, first.ends_at)
    form.helpers.data = [str(one) for one in service_queries.expected(found)]
    return _schedule_page(found, offer, form, 200)


def _taken_by(order_id: int) -> tuple[Order, Offer]:
    found, offer = queries.order_of_leader(order_id, volunteers.me().id)
    if not is_known(found, offer):
        raise Missing
    return found, offer


def _schedule_page(found: Order, offer: Offer, form: ScheduleForm, status: int) -> Response:
    given = form.day.data, form.starts.data, form.ends.data
    times: tuple[datetime | None, datetime | None] = (None, None)
    if given[0] and given[1] and given[2]:
        times = at(given[0], given[1]), at(given[0], given[2])
    people = candidates(found, offer.team_id, *times, also=form.ticked)
    shown, folded = _parted(people, form.ticked)
    response = page(
        "orders/lead_schedule.html",
        status,
        order=found,
        wished=[
            _("%(day)s %(part)s", day=short_day(one.day), part=str(PARTS[one.part])) for one in found.times
        ],
        form=form,
        shown=shown,
        folded=folded,
        ticked=form.ticked,
        asks_both=bool(form.overlap_reason.errors or form.overlap_reason.data),
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _parted(people: list[Candidate], ticked: list[int]) -> tuple[list[Candidate], list[Candidate]]:
    """Part the members to show at once, those ticked first, from those folded away."""
    chosen = [one for one in people if one.volunteer.id in ticked]
    others = [one for one in people if one.volunteer.id not in ticked]
    room = max(SHOWN_AT_ONCE - len(chosen), 0)
    return chosen + others[:room], others[room:]


@bp.post("/<int:order_id>/schedule")
@only(*VOLUNTEERS)
def schedule(order_id: int) -> Response:
    """Settle when the team comes, and who; or look who has time then."""
    found, offer = _taken_by(order_id)
    form = ScheduleForm()
    valid = form.validate()
    times = form.moments()
    if not valid or times is None:
        return _schedule_page(found, offer, form, 422)
    if request.form.get("intent") == "look":
        return _schedule_page(found, offer, form, 200)
    try:
        serving.schedule(
            order_id,
            *times,
            actor(),
            volunteers.me().id,
            helpers=form.ticked,
            note=form.note.data or "",
            overlap_reason=form.overlap_reason.data or "",
        )
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        found, offer = _taken_by(order_id)
        return _schedule_page(found, offer, form, 422 if refusal.field else 409)
    flash(_("Settled. Whoever asked is told, and so are those who go."))
    return go(url_for(".order", order_id=order_id))


@bp.post("/<int:order_id>/start")
@only(*VOLUNTEERS)
def start(order_id: int) -> Response:
    """Note that the service has begun."""
    _taken_by(order_id)
    try:
        serving.start(order_id, actor(), volunteers.me().id)
    except Refused as refusal:
        return order_page(order_id, 409, problem=refusal.message)
    flash(_("Noted: it has begun."))
    return go(url_for(".order", order_id=order_id))


@bp.get("/<int:order_id>/report")
@only(*VOLUNTEERS)
def report_form(order_id: int) -> Response:
    """Ask how it went, and who served for how long."""
    found, offer = _taken_by(order_id)
    form = ReportForm(formdata=None)
    form.show_report(found, service_queries.expected(found))
    form.read_hours(usual_hours(found))
    return _report_page(found, offer, form, 200)


def _report_page(found: Order, offer: Offer, form: ReportForm, status: int) -> Response:
    return page("orders/lead_report.html", status, **report_context(found, offer.team_id, form))


def report_context(found: Order, team_id: int, form: ReportForm) -> dict[str, object]:
    """Gather what the page of a report shows, for leaders and for staff."""
    people = candidates(found, team_id, None, None, also=form.ticked)
    shown = [one.volunteer for one in people if one.volunteer.id in form.ticked]
    return {
        "order": found,
        "form": form,
        "shown": shown,
        "folded": [one.volunteer for one in people if one.volunteer not in shown],
        "ticked": form.ticked,
        "when": time_label(found) if found.starts_at else "",
    }


@bp.post("/<int:order_id>/report")
@only(*VOLUNTEERS)
def report(order_id: int) -> Response:
    """Take the report."""
    me = volunteers.me().id
    found, offer = queries.order_of_leader(order_id, me)
    if offer.status is not OfferStatus.ACCEPTED:
        raise Missing
    form = ReportForm()
    answer = take_report(found, offer.team_id, form, me)
    if answer is not None:
        return _report_page(*queries.order_of_leader(order_id, me), form, answer)
    flash(_("Thank you. Whoever asked is asked how it was; the station looks at the hours."))
    return go(url_for(".order", order_id=order_id))


def take_report(found: Order, team_id: int, form: ReportForm, leads: int | None) -> int | None:
    """Carry a report out; return the status of the page to show again when something is wrong."""
    form.read_hours(usual_hours(found))
    names = {
        one.volunteer.id: one.volunteer.name for one in candidates(found, team_id, None, None, form.ticked)
    }
    valid = form.validate()
    hours = form.hours(names)
    times = form.moments()
    if not valid or times is None or form.helpers.errors:
        return 422
    try:
        serving.complete(
            found.id, form.served.data or 0, hours, form.note.data or "", actor(), leads, when=times
        )
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        return 422 if refusal.field else 409
    return None
