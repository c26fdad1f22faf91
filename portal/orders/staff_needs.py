"""Show staff what nobody could answer (ideas for the next menu), and what neighbours look for a team for."""

from typing import Any

from flask import Response, flash, request, url_for

from portal.access import STAFF, WRITERS, actor, only, scope
from portal.activities.models import Category
from portal.activities.staff import bp
from portal.errors import Missing
from portal.i18n import _
from portal.orders import dispatching, needs, queries
from portal.orders.due import due_of
from portal.orders.matching_queries import teams_in
from portal.orders.models import Order
from portal.orders.repeated import carry_out
from portal.orders.staff_forms import HelpForm
from portal.stations import queries as stations
from portal.web.answers import go, page
from portal.web.text import number_of

WINDOWS = (90, 180, 365)  # days


@bp.get("/orders/needs", endpoint="order_needs")
@only(*STAFF)
def needs_page() -> Response:
    """Show unmet needs by station and category, and the orders behind one line."""
    days = number_of(request.args.get("days", ""))
    days = days if days in WINDOWS else WINDOWS[1]
    places = {one.id: one for one in stations.stations_in(scope())}
    station_id = number_of(request.args.get("station", ""))
    code = request.args.get("category", "")
    category = {one.value: one for one in Category}.get(code)
    asked = station_id in places and (category is not None or code == "none")
    return page(
        "staff/order_needs.html",
        found=needs.unmet(scope(), days),
        places=places,
        days=days,
        windows=WINDOWS,
        station_id=station_id if asked else 0,
        category=category,
        rows=needs.unmet_orders(scope(), station_id, category, days) if asked else None,
    )


@bp.get("/orders/neighbours")
@only(*STAFF)
def neighbours_orders() -> Response:
    """Show what the cluster's other stations look for a team for, without anything personal (联片)."""
    return _neighbours(HelpForm(formdata=None))


def _neighbours(form: HelpForm, status: int = 200) -> Response:
    here = scope().station_id
    teams = teams_in(scope())
    form.offer(teams)
    rows = queries.of_neighbours(here) if stations.has_neighbours(here) else []
    return page(
        "staff/order_neighbours.html",
        status,
        form=form,
        rows=[_bare(row) for row in rows],
        near=stations.neighbours(here),
        offered=queries.offered_by(here, [row.id for row in rows]),
        teams=teams,
        chosen=number_of(form.order_id.data),
        may_write=actor().role in WRITERS,
    )


def _bare(row: Order) -> dict[str, Any]:
    """Return what another station may know of an order: no name, number, address or words.

    The title of a free need may hold words of the asker's, so its category stands for it.
    """
    return {
        "id": row.id,
        "title": row.title if row.item_id else "",
        "category": row.category,
        "station": row.station,
        "times": [(wished.day, wished.part) for wished in row.times],
        "people": row.people,
        "state": row.state,
        "due": due_of(row),
    }


@bp.post("/orders/neighbours")
@only(*WRITERS)
def offer_team() -> Response:
    """Offer a team of one's own to a neighbour; whoever dispatches sees it."""
    form = HelpForm()
    form.offer(teams_in(scope()))
    if not form.validate():
        return _neighbours(form, 422)
    order_id = number_of(form.order_id.data)
    if not order_id:
        raise Missing

    def work() -> None:
        dispatching.offer_help(order_id, number_of(form.team.data), form.word.data or "", actor())

    carry_out("help", order_id, actor(), form.key.data or "", work)
    flash(_("Offered. Whoever dispatches sees it."))
    return go(url_for(".neighbours_orders"))
