"""Let residents order, and show everybody what is ordered."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, request, url_for

from portal.access import NOBODY, public
from portal.clock import now, today
from portal.errors import Refused
from portal.i18n import _
from portal.orders import consent, menu_queries, needs, ordering, queries
from portal.orders.flow import ENDED
from portal.orders.forms import OrderForm
from portal.orders.menu_models import MenuItem
from portal.orders.models import Order, Source
from portal.registrations import device
from portal.stations import queries as stations
from portal.stations.queries import StationCard
from portal.web.answers import go, page
from portal.web.by_phone import number_within_limit
from portal.web.csrf import may_compress
from portal.web.headers import keep_private
from portal.web.limits import hit
from portal.web.text import number_of

BY_ADDRESS = "600 per minute"  # a village may stand behind one address
A_YEAR = timedelta(days=365)
SHOWN = 40  # orders on the public list

bp = Blueprint("orders", __name__)
bp.after_request(keep_private)


@bp.get("/orders/")
@public
def index() -> Response:
    """Show what is ordered in the network, from the moment a team is asked; nothing of anybody's."""
    return page(
        "orders/index.html",
        orders=queries.public_list(SHOWN),
        totals=needs.totals(now() - A_YEAR, now()),
    )


@bp.get("/orders/new")
@public
def order_form() -> Response:
    """Ask what is wanted: an item of the menu (`?item=`), or a need in free words."""
    item = _item()
    form = OrderForm(formdata=None)
    mine = queries.of_device(device.current(), 10) if device.current() else []
    choices = _stations_for(item)
    form.station.data = _preferred(choices, mine)
    may_compress()  # the form is empty: there is nothing secret in it
    return _form_page(item, form, 200, choices, mine)


def _item() -> MenuItem | None:
    """Return the item that the address names; None for a free need.

    Raises:
        Missing: there is no such item.
    """
    return menu_queries.item(number_of(request.args["item"])) if request.args.get("item") else None


def _stations_for(item: MenuItem | None) -> list[StationCard]:
    return menu_queries.stations_of(item) if item else stations.stations_shown()


def _preferred(choices: list[StationCard], mine: Sequence[Order]) -> str:
    """Return the station to begin with: that of the address, the last one of this device, the only one."""
    slugs = [card.slug for card in choices]
    wanted = [request.args.get("station", ""), *(one.station.slug for one in mine[:1])]
    if len(slugs) == 1:
        return slugs[0]
    return next((slug for slug in wanted if slug in slugs), "")


@bp.post("/orders/new")
@public
def order() -> Response:
    """Take the order, or show what is wrong with it."""
    item = _item()
    form = OrderForm()
    choices = _stations_for(item)
    _offer(form, item, choices)
    if not hit(BY_ADDRESS, "order", request.remote_addr or ""):
        form.refuse(None, _("Very many are ordering from where you are. Please try again in a minute."))
        return _form_page(item, form, 429, choices)
    if not form.validate():
        return _form_page(item, form, 422, choices)
    if not number_within_limit(form, "order"):
        return _form_page(item, form, 429, choices)
    here = device.current_or_new()
    try:
        receipt = ordering.order(
            form.wish(), consent.ORDER, Source.WEB, NOBODY, device=here, key=form.key.data or ""
        )
    except Refused as refusal:
        item = form.item = _item()  # what was read before the transaction is gone with it
        form.refuse(refusal.field, refusal.message)
        return _form_page(item, form, 422 if refusal.field else 409, choices)
    response = go(url_for(".order_page", token=ordering.token_of(receipt.reference)))
    return device.remember(response, here)


def _offer(form: OrderForm, item: MenuItem | None, choices: list[StationCard]) -> None:
    known = {card.slug: card.id for card in [*stations.stations_shown(), *choices]}
    form.offer(item, choices, known)


def _form_page(
    item: MenuItem | None,
    form: OrderForm,
    status: int,
    choices: list[StationCard],
    mine: Sequence[Order] | None = None,
) -> Response:
    if status == 200:
        _offer(form, item, choices)
    reason = menu_queries.orderable(item, today()) if item else ""
    return page(
        "orders/new.html",
        status,
        form=form,
        item=item,
        reason=reason,
        opens=not reason or status != 200,
        not_there=_not_there(choices),
        again=_again(item, mine or []),
        consent=consent.ORDER,
    )


def _not_there(choices: list[StationCard]) -> str:
    """Return the name of the station that the address names, if it does not have this on offer."""
    wanted = request.args.get("station", "")
    if not wanted or wanted in [card.slug for card in choices]:
        return ""
    return next((card.short_name for card in stations.stations_shown() if card.slug == wanted), "")


def _again(item: MenuItem | None, mine: Sequence[Order]) -> dict[str, Any] | None:
    """Return the private page and date of an order of the same item from this device that is under way."""
    for one in mine:
        if item is not None and one.item_id == item.id and one.state not in ENDED:
            token = ordering.token_of(one.reference)
            return {"at": one.created_at, "link": url_for("orders.order_page", token=token)}
    return None
