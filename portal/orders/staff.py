"""Let staff see the orders of their scope: the list, a search, and one order with all that can be done."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import Response, current_app, request, url_for

from portal.access import STAFF, WRITERS, actor, only, scope
from portal.activities.staff import bp
from portal.clock import now
from portal.contact import mask_phone
from portal.db import db
from portal.i18n import _, in_default_language
from portal.i18n import lazy_gettext as _l
from portal.orders import dispatching, queries, tracking
from portal.orders.door import hand_of
from portal.orders.due import due_of
from portal.orders.flow import READS, Act, Reads, State, Who, steps_from
from portal.orders.models import Offer, OfferedHelp, OfferStatus, Order
from portal.orders.ordering import token_of
from portal.orders.proposals import proposals
from portal.orders.repeated import carry_out
from portal.orders.staff_forms import (
    NOTES,
    AcceptForm,
    AdmitForm,
    DispatchForm,
    RateForm,
    RefuseForm,
    TimesForm,
    note_form,
)
from portal.registrations.forms import FindForm, ShowPhoneForm
from portal.registrations.labels import SHOW_REASONS
from portal.stations import queries as stations
from portal.web.answers import page, show
from portal.web.text import number_of

CHIPS = {
    "open": _l("In hand"),
    "admit": _l("To admit"),
    "dispatch": _l("To dispatch"),
    "answer": _l("Waiting for a team"),
    "serve": _l("To be served"),
    "rate": _l("To be rated"),
    "call": _l("To call back"),
    "closed": _l("Closed"),
    "off": _l("Not done"),
    "draft": _l("Drafts"),
}
READERS = {
    Reads.ALL: _l("the asker and the team read this"),
    Reads.ASKER: _l("only the asker reads this"),
    Reads.TEAM: _l("the teams read this"),
    Reads.STAFF: _l("only staff read this"),
}
# What the portal has done when it is nobody's: staff and leaders sign with their names.
MACHINES = {
    Act.ASK_NEXT,
    Act.EXPIRE,
    Act.CLOSE_UNRATED,
    Act.ESCALATE,
    Act.REMIND,
    Act.START,
    Act.CANCEL,
}
FARTHEST_PAGE = 400


def verb_of(row: Order, dispatches: bool, writes: bool) -> tuple[str, str]:
    """Return the one thing to do with an order, and where on its page it is done."""
    if not writes:
        return _("Look"), ""
    if row.state is State.ADMITTED:
        return (_("Dispatch"), "#pick") if dispatches else (_("Hurry them"), "#hurry")
    return {
        State.DRAFT: (_("Go on"), ""),
        State.SUBMITTED: (_("Admit"), "#admit"),
        State.RETURNED: (_("Add it"), "#answer"),
        State.OFFERED: (_("Hurry them"), "#hurry"),
        State.ACCEPTED: (_("Settle a time"), "#schedule"),
        State.RATING: (_("Ask how it was"), "#rate"),
        State.FOLLOW_UP: (_("Call back"), "#call"),
    }.get(row.state, (_("Look"), ""))


def address_of(row: Order, anchor: str = "") -> str:
    """Return where staff work on an order."""
    if row.state is State.DRAFT and actor().role in WRITERS:
        return url_for("staff.draft_order", draft_id=row.id)
    return url_for("staff.order", order_id=row.id) + anchor


def may_dispatch() -> bool:
    """Say whether whoever acts sits at office or centre and writes."""
    return actor().role in WRITERS and stations.card_by_id(scope().station_id).level.value != "station"


def _shown(**more: Any) -> dict[str, Any]:
    return {
        "verb_of": verb_of,
        "address_of": address_of,
        "due_of": due_of,
        "dispatches": may_dispatch(),
        "writes": actor().role in WRITERS,
        "home_id": scope().station_id,
        **more,
    }


@bp.get("/orders", endpoint="orders")
@only(*STAFF)
def orders_page() -> Response:
    """List the orders of a scope, what is due first on top."""
    group = request.args.get("group", "open")
    group = group if group in CHIPS else "open"
    places = stations.stations_in(scope())
    station_id = number_of(request.args.get("station", "")) or None
    if station_id not in {one.id for one in places}:
        station_id = None
    number = min(max(number_of(request.args.get("page", "")), 1), FARTHEST_PAGE)
    return show(
        "staff/orders.html",
        "results",
        **_shown(
            listed=queries.listed(scope(), group, number, station_id),
            group=group,
            chips=CHIPS,
            places=places,
            station_id=station_id,
            form=FindForm(formdata=None),
            found=None,
        ),
    )


@bp.post("/orders")
@only(*STAFF)
def find_orders() -> Response:
    """Find orders by reference, name or whole number; by POST, so that no address holds them."""
    form = FindForm()
    valid = form.validate()
    return show(
        "staff/orders.html",
        "results",
        200 if valid else 422,
        **_shown(
            found=queries.found(form.q.data or "", scope()) if valid and form.q.data else [],
            form=form,
            listed=None,
            group="",
            chips=CHIPS,
            places=[],
            station_id=None,
        ),
    )


@bp.get("/orders/<int:order_id>")
@only(*STAFF)
def order(order_id: int) -> Response:
    """Show one order, its history, and what can be done with it now."""
    return order_page(order_id)


@bp.post("/orders/<int:order_id>/phone")
@only(*WRITERS)
def show_order_phone(order_id: int) -> Response:
    """Show the full number, after why has been logged."""
    form = ShowPhoneForm()
    form.offer()
    if not form.validate():
        return order_page(order_id, 422, reveal=form)
    with in_default_language():
        reason = _("Looked at the whole number: %(reason)s", reason=SHOW_REASONS[form.reason.data])

    def log() -> None:
        dispatching.log_phone_shown(order_id, reason, actor())

    carry_out("phone", order_id, actor(), form.key.data or "", log)
    found = queries.order(order_id, scope())
    return order_page(order_id, 200, number=found.phone or "", reveal=form)


def order_page(
    order_id: int,
    status: int = 200,
    number: str = "",
    fault: str = "",
    typed: str = "",
    **given: Any,
) -> Response:
    """Answer with the page of an order as it stands now.

    `fault` is what went wrong with an act that is not possible any more, `typed` what was typed for it,
    `given` are forms with faults by the name of their act.
    """
    found = queries.order(order_id, scope())
    writes = actor().role in WRITERS
    parts = hand_of(db.session(), found, actor()).parts if writes else frozenset()
    acts = {step.act.value for step in steps_from(found.state, parts)}
    if found.closed_at and found.closed_at < now() - timedelta(days=current_app.config["ORDER_REOPEN_DAYS"]):
        acts.discard(Act.REOPEN.value)
    offers = queries.offers_of(order_id)
    helps = queries.helps_offered(order_id) if found.state in (State.ADMITTED, State.OFFERED) else []
    helpers = queries.helpers_of(order_id) if found.team_id else []
    steps = queries.steps_of(order_id)
    reveal = given.pop("reveal", None) or ShowPhoneForm(formdata=None)
    reveal.offer()
    return page(
        "staff/order.html",
        status,
        order=found,
        wished=[(one.day, one.part) for one in found.times],
        due=due_of(found),
        acts=acts,
        writes=writes,
        dispatches=Who.DISPATCH in parts,
        offers=offers,
        asked=next((one for one in offers if one.status is OfferStatus.ASKED), None),
        helpers=helpers,
        steps=steps,
        marks=[] if found.state is State.DRAFT else tracking.marks(found, steps),
        readers=READERS,
        reads=READS,
        machines=MACHINES,
        phone=number or mask_phone(found.phone or ""),
        shown=bool(number),
        fault=fault,
        typed=typed,
        reveal=reveal,
        slip=slip_of(found),
        **_forms(found, given),
        **_teams(found, acts, offers, helps, given),
    )


def _forms(found: Order, given: dict[str, Any]) -> dict[str, Any]:
    forms: dict[str, Any] = {
        "admit": given.get("admit") or AdmitForm(formdata=None, prefix="admit_"),
        "refuse": given.get("refuse") or RefuseForm(formdata=None, prefix="refuse_"),
        "schedule": given.get("schedule") or TimesForm(formdata=None, prefix="schedule_"),
        "accept": given.get("accept") or AcceptForm(formdata=None, prefix="accept_"),
        "rate": given.get("rate") or RateForm(formdata=None, prefix="rate_"),
        **{name: given.get(name) or note_form(name, filled=False) for name in NOTES},
    }
    for name in ("admit", "schedule", "accept"):
        forms[name].offer(found)
    for name in ("refuse", "rate"):
        forms[name].offer()
    return {"forms": forms}


def _teams(
    found: Order,
    acts: set[str],
    offers: Sequence[Offer],
    helps: Sequence[OfferedHelp],
    given: dict[str, Any],
) -> dict[str, Any]:
    if Act.OFFER.value not in acts:
        return {"proposed": None, "dispatch": None, "everything": False}
    form = given.get("dispatch") or DispatchForm(formdata=None)
    form.offer()
    everything = request.args.get("teams") == "all"
    chosen = {form.first, *form.then}
    proposed = proposals(found, offers, helps, everything, chosen)
    if not form.first and proposed.shown and not form.team.errors:
        form.first = proposed.shown[0].team.id
    return {"proposed": proposed, "dispatch": form, "everything": everything}


def slip_of(found: Order) -> str:
    """Return the address of an order's slip to print; nothing for a draft, or one without a name any more."""
    if found.state is State.DRAFT or found.anonymised_at:
        return ""
    return url_for("orders.slip", token=token_of(found.reference))
