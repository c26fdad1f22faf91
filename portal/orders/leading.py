"""Let whoever leads a team see what it is asked, and accept or decline it."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from flask import Blueprint, Response, flash, request, url_for

from portal.access import actor, only
from portal.clock import at, local, now
from portal.contact import mask_phone
from portal.errors import Missing, OutOfDate, Refused
from portal.i18n import _, clock_time, day_name, short_day
from portal.orders import queries, service_queries, serving
from portal.orders.flow import WITH_TEAM, Act, Reads, State
from portal.orders.labels import PARTS, STATES
from portal.orders.leading_forms import (
    AcceptForm,
    DeclineForm,
)
from portal.orders.models import Offer, OfferStatus, Order, OrderStep, PartOfDay
from portal.orders.veil import veiled
from portal.registrations.forms import ShowPhoneForm
from portal.stations.queries import card
from portal.volunteers import queries as volunteers
from portal.volunteers.engaged import Busy
from portal.volunteers.own import VOLUNTEERS
from portal.web.answers import go, page

bp = Blueprint("team_orders", __name__, url_prefix="/volunteer/orders")

# When a part of a day that was wished begins, until the team settles something else; an hour each.
USUAL = {
    PartOfDay.MORNING: (time(9), time(10)),
    PartOfDay.AFTERNOON: (time(15), time(16)),
    PartOfDay.EVENING: (time(19), time(20)),
}
EARLY = timedelta(hours=2)  # before its time a leader can say that it begins


@dataclass(frozen=True, slots=True)
class Choice:
    """A wished time as it can be taken with one tap, and what the team has then."""

    position: int
    label: str
    starts_at: datetime
    ends_at: datetime
    busy: tuple[Busy, ...]


@bp.get("")
@only(*VOLUNTEERS)
def index() -> Response:
    """List what one's teams are asked, what they have taken, and what is to be reported."""
    me = volunteers.me()
    offers = queries.asked_of(me.id)
    taken = [offer for offer in offers if offer.status is OfferStatus.ACCEPTED]
    to_report = [offer for offer in taken if _is_over(offer.order)]
    return page(
        "orders/lead_orders.html",
        asked=[offer for offer in offers if offer.status is OfferStatus.ASKED],
        to_report=to_report,
        taken=sorted((offer for offer in taken if offer not in to_report), key=_first_first),
        done=service_queries.done_of(me.id),
        now=now(),
        station_card=card,
        time_label=time_label,
    )


def _is_over(order: Order) -> bool:
    return order.ends_at is not None and order.ends_at <= now() and order.state is not State.ACCEPTED


def _first_first(offer: Offer) -> tuple[bool, datetime, int]:
    """Sort what has no time yet before what has, the next first."""
    return (offer.order.starts_at is not None, offer.order.starts_at or now(), offer.id)


def time_label(order: Order) -> str:
    """Write when an order is: as settled, or as wished."""
    if order.starts_at is not None and order.ends_at is not None:
        day = local(order.starts_at).date()
        return _(
            "%(day)s %(weekday)s %(from_)s–%(until)s",
            day=short_day(day),
            weekday=day_name(day),
            from_=clock_time(order.starts_at),
            until=clock_time(order.ends_at),
        )
    wished = [_("%(day)s %(part)s", day=short_day(one.day), part=str(PARTS[one.part])) for one in order.times]
    return _(", ").join(wished) if wished else _("any time")


@bp.get("/<int:order_id>")
@only(*VOLUNTEERS)
def order(order_id: int) -> Response:
    """Show an order to the leader of a team that is asked, or has it."""
    return order_page(order_id)


def order_page(
    order_id: int,
    status: int = 200,
    accept: AcceptForm | None = None,
    decline: DeclineForm | None = None,
    reveal: ShowPhoneForm | None = None,
    phone: str = "",
    problem: str = "",
) -> Response:
    """Answer with the page of an order as the leader may see it, with what was typed."""
    found, offer = queries.order_of_leader(order_id, volunteers.me().id)
    asked = offer.status is OfferStatus.ASKED and found.state is State.OFFERED
    known = is_known(found, offer)
    mine = offer.status is OfferStatus.ACCEPTED
    if decline is None:
        decline = DeclineForm(formdata=None)
    decline.offer()
    if reveal is None:
        reveal = ShowPhoneForm(formdata=None)
        reveal.offer()
    response = page(
        "orders/lead_order.html",
        status,
        order=found,
        offer=offer,
        asked=asked,
        known=known,
        mine=mine,
        over=mine and _is_over(found),
        may_start=mine and found.state is State.SCHEDULED and _is_near(found),
        station=card(found.station),
        when=time_label(found),
        text=found.text if known else veiled(found, found.text),
        choices=choices_of(found, offer.team_id) if asked else [],
        accept=accept or AcceptForm(formdata=None),
        decline=decline,
        steps=_history(found, offer, known) if asked or mine else [],
        word=_word(found) if asked else "",
        helpers=queries.helpers_of(found.id) if mine else [],
        taken=_taken(found, offer),
        masked=mask_phone(found.phone or "") if known else "",
        phone=phone,
        reveal=reveal,
        problem=problem,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def is_known(order: Order, offer: Offer) -> bool:
    """Say whether the team knows who asks: from when it has accepted until it has reported."""
    return offer.status is OfferStatus.ACCEPTED and order.state in WITH_TEAM


def _is_near(order: Order) -> bool:
    return order.starts_at is not None and order.starts_at - EARLY <= now()


def choices_of(order: Order, team_id: int) -> list[Choice]:
    """List the wished times still to come as they can be taken at once, with what the team has then."""
    times = [(one, at(one.day, USUAL[one.part][0]), at(one.day, USUAL[one.part][1])) for one in order.times]
    times = [one for one in times if one[1] > now()]
    if not times:
        return []
    first, last = min(one[1] for one in times), max(one[2] for one in times)
    busy = service_queries.team_engaged_then(team_id, first, last, order.id)
    return [
        Choice(
            wished.position,
            _("%(day)s %(part)s", day=short_day(wished.day), part=str(PARTS[wished.part])),
            starts,
            ends,
            tuple(one for one in busy if one.starts_at < ends and one.ends_at > starts),
        )
        for wished, starts, ends in times
    ]


def _history(order: Order, offer: Offer, known: bool) -> list[tuple[OrderStep, str]]:
    steps = []
    for step in queries.steps_of(order.id):
        note = queries.note_for(step, Reads.TEAM)
        steps.append((step, note if known else veiled(order, note)))
    return steps


def _word(order: Order) -> str:
    """Return what the dispatcher has written to the teams, last."""
    said = [step.note for step in queries.steps_of(order.id) if step.act is Act.OFFER]
    return veiled(order, said[0]) if said else ""


def _taken(order: Order, offer: Offer) -> str:
    """Say what became of an order that was taken from a team, and by whom; empty while it is the team's."""
    step = service_queries.taken_by(offer)
    if step is None:
        return ""
    if step.act is Act.DECLINE:
        return _("Your team declined it: %(reason)s", reason=offer.reason)
    if step.act is Act.EXPIRE:
        return _("Nobody answered in time, so another team is asked.")
    if step.act is Act.WITHDRAW:
        return _("Whoever asked has withdrawn it. You need not do anything.")
    return _("%(who)s has dealt with it: it is “%(state)s” now.", who=step.who, state=STATES[order.state])


@bp.post("/<int:order_id>/accept")
@only(*VOLUNTEERS)
def accept(order_id: int) -> Response:
    """Accept an order: at a wished time, at another one, or with the time still to be settled."""
    me = volunteers.me()
    found, offer = queries.order_of_leader(order_id, me.id)
    form = AcceptForm()
    chosen = request.form.get("time", "later")
    times: tuple[datetime, datetime] | None = None
    if chosen == "other":
        if not form.validate() or (times := form.moments()) is None:
            return order_page(order_id, 422, accept=form)
    elif chosen != "later":
        wished = {str(one.position): one for one in choices_of(found, offer.team_id)}.get(chosen)
        if wished is None:
            form.refuse(None, _("That time is over."))
            return order_page(order_id, 422, accept=form)
        times = wished.starts_at, wished.ends_at
    starts_at, ends_at = times or (None, None)
    try:
        new = serving.accept(order_id, actor(), me.id, starts_at, ends_at, anyway=form.anyway.data)
    except OutOfDate as refusal:
        return order_page(order_id, 409, problem=refusal.message)
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        return order_page(order_id, 409 if refusal.field == "anyway" else 422, accept=form)
    flash(_("Your team has it. Thank you!") if new else _("Your team has it already."))
    return go(url_for(".schedule_form" if times is None and new else ".order", order_id=order_id))


@bp.post("/<int:order_id>/decline")
@only(*VOLUNTEERS)
def decline(order_id: int) -> Response:
    """Decline an order with a reason."""
    me = volunteers.me()
    queries.order_of_leader(order_id, me.id)
    form = DeclineForm()
    if not form.validate():
        return order_page(order_id, 422, decline=form)
    try:
        serving.decline(order_id, form.reason, actor(), me.id)
    except Refused as refusal:
        return order_page(order_id, 409, problem=refusal.message)
    flash(_("Noted. Another team is asked."))
    return go(url_for(".index"))


@bp.post("/<int:order_id>/phone")
@only(*VOLUNTEERS)
def show_phone(order_id: int) -> Response:
    """Show the asker's full number to the team that has accepted, after why has been logged."""
    me = volunteers.me()
    found, offer = queries.order_of_leader(order_id, me.id)
    if not is_known(found, offer):
        raise Missing
    number = found.phone or ""
    form = ShowPhoneForm()
    form.offer()
    if not form.validate():
        return order_page(order_id, 422, reveal=form)
    serving.log_phone_shown(order_id, form.reason.data, actor(), me.id)
    return order_page(order_id, reveal=form, phone=number)
