"""Let staff write down an order (代点单), look up who ordered before, keep drafts."""

from typing import Any

from flask import Response, flash, request, url_for

from portal.access import WRITERS, actor, only, scope
from portal.activities.staff import bp
from portal.clock import today
from portal.contact import mask_phone
from portal.errors import Missing, OutOfDate, Refused
from portal.i18n import _, day_name, short_day
from portal.orders import consent as consent_text
from portal.orders import drafts, ordering, queries
from portal.orders.labels import PARTS
from portal.orders.menu_queries import Narrowed, next_days, offered
from portal.orders.models import Order
from portal.orders.staff import slip_of
from portal.orders.staff_forms import DeskOrderForm
from portal.stations import queries as stations
from portal.web.answers import go, page, show
from portal.web.forms import Form
from portal.web.text import number_of


def _offer(form: DeskOrderForm, earlier: Order | None = None) -> dict[int, str]:
    """Fill in what there is to choose from; return the earliest time of each item in words."""
    places = stations.stations_in(scope())
    items = offered(Narrowed(station_id=places[0].id) if len(places) == 1 else Narrowed())
    form.offer(places, {item.id: item.title for item in items}, earlier or _earlier(form))
    earliest = {}
    for item in items:
        for day, part in next_days(item, today(), 1):
            earliest[item.id] = _(
                "%(day)s %(part)s", day=f"{short_day(day)} {day_name(day)}", part=PARTS[part]
            )
    return earliest


def _earlier(form: DeskOrderForm) -> Order | None:
    order_id = number_of(form.asker.data)
    if not order_id:
        return None
    try:
        return queries.order(order_id, scope())
    except Missing:
        return None


def _page(form: DeskOrderForm, earliest: dict[int, str], status: int = 200, **more: Any) -> Response:
    known = form.earlier
    under_way = queries.under_way_of(known, scope()) if known else []
    draft = more.get("draft")
    given: dict[str, Any] = {"draft": None, "done": None, "slip": "", "found": None, **more}
    return show(
        "staff/order_new.html",
        "desk",
        status,
        form=form,
        earliest=earliest,
        under_way=[one for one in under_way if draft is None or one.id != draft.id],
        mask_phone=mask_phone,
        **given,
    )


@bp.get("/orders/new")
@only(*WRITERS)
def new_order() -> Response:
    """Offer the form; after “and the next” it says what has just been ordered."""
    form = DeskOrderForm(formdata=None)
    earliest = _offer(form)
    done_id = number_of(request.args.get("done", ""))
    done = queries.order(done_id, scope()) if done_id else None
    return _page(form, earliest, done=done, slip=slip_of(done) if done else "")


@bp.post("/orders/new/askers")
@only(*WRITERS)
def look_up_asker() -> Response:
    """Look for who ordered before, or take one of them into the form; what was typed stays."""
    form = DeskOrderForm()
    earliest = _offer(form)
    draft_id = number_of(request.form.get("draft"))
    draft = queries.draft(draft_id, scope()) if draft_id else None
    if number_of(request.form.get("take")):
        form.take(queries.order(number_of(request.form.get("take")), scope()))
        return _page(form, earliest, draft=draft)
    phone, name = form.phone.data or "", form.name.data or ""
    known = queries.earlier_askers(phone, name, scope()) if phone or name else []
    return _page(form, earliest, draft=draft, found=known)


@bp.post("/orders/new")
@only(*WRITERS)
def make_order() -> Response:
    """Write an order down: on its way at once, or as a draft. The same form again makes nothing new."""
    form = DeskOrderForm()
    earliest = _offer(form)
    if not form.validate():
        return _page(form, earliest, 422)
    intent = request.form.get("intent", "order")
    consent = "" if intent == "draft" else f"{consent_text.ORDER}, {form.how}"
    try:
        receipt = ordering.order(
            form.wish(), consent, form.how, actor(), key=form.key.data or "", draft=intent == "draft"
        )
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        return _page(form, earliest, 422 if refusal.field else 409)
    return _on(receipt.order_id, receipt.reference, intent)


def _on(order_id: int, reference: str, intent: str) -> Response:
    if intent == "draft":
        flash(_("Kept as a draft."))
        return go(url_for(".orders", group="draft"))
    if intent == "next":
        return go(url_for(".new_order", done=order_id))
    flash(_("Ordered. The reference is %(reference)s.", reference=reference))
    return go(url_for(".order", order_id=order_id))


@bp.get("/orders/drafts/<int:draft_id>")
@only(*WRITERS)
def draft_order(draft_id: int) -> Response:
    """Go on with a draft."""
    found = queries.draft(draft_id, scope())
    form = DeskOrderForm(formdata=None)
    earliest = _offer(form, found)
    form.fill(found)
    return _page(form, earliest, draft=found)


@bp.post("/orders/drafts/<int:draft_id>")
@only(*WRITERS)
def keep_draft(draft_id: int) -> Response:
    """Keep a draft as it is filled in now, or send it on its way."""
    found = queries.order(draft_id, scope())
    form = DeskOrderForm()
    earliest = _offer(form, _earlier(form) or found)
    if not form.validate():
        return _page(form, earliest, 422, draft=found)
    intent = request.form.get("intent", "order")
    consent = "" if intent == "draft" else f"{consent_text.ORDER}, {form.how}"
    try:
        drafts.rewrite(draft_id, form.wish(), form.how, actor(), consent)
    except OutOfDate as refusal:  # sent twice, or by a colleague: what has become of it says the rest
        flash(refusal.message)
        return go(url_for(".order", order_id=draft_id))
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        return _page(form, earliest, 422 if refusal.field else 409, draft=found)
    return _on(draft_id, found.reference, intent)


@bp.get("/orders/drafts/<int:draft_id>/discard")
@only(*WRITERS)
def confirm_discard(draft_id: int) -> Response:
    """Ask whether a draft should go for good."""
    return page("staff/order_discard.html", order=queries.draft(draft_id, scope()), form=Form(formdata=None))


@bp.post("/orders/drafts/<int:draft_id>/discard")
@only(*WRITERS)
def discard_draft(draft_id: int) -> Response:
    """Throw a draft away."""
    ordering.discard(draft_id, actor())
    flash(_("The draft is gone."))
    return go(url_for(".orders", group="draft"))
