"""Let those who are named for an order see what, when and where, and say that they cannot."""

from flask import Blueprint, Response, flash, url_for

from portal.access import actor, only
from portal.clock import now
from portal.errors import Refused
from portal.i18n import _
from portal.orders import helping, queries, service_queries
from portal.orders.leading import time_label
from portal.stations.queries import card
from portal.volunteers import queries as volunteers
from portal.volunteers.engaged import Engagement
from portal.volunteers.own import VOLUNTEERS
from portal.web.answers import go, page
from portal.web.forms import Form

bp = Blueprint("services", __name__, url_prefix="/volunteer/services")


@bp.get("/<int:order_id>")
@only(*VOLUNTEERS)
def service(order_id: int) -> Response:
    """Show a service to somebody who goes; the address only from the day before on."""
    return _page(order_id, 200)


def _page(order_id: int, status: int, problem: str = "") -> Response:
    found = service_queries.service_of(order_id, volunteers.me().id)
    near = service_queries.shows_address(found)
    response = page(
        "orders/lead_service.html",
        status,
        order=found,
        station=card(found.station),
        when=time_label(found),
        near=near,
        begun=found.starts_at is not None and found.starts_at <= now(),
        others=[one.volunteer for one in queries.helpers_of(order_id) if one.turn == found.turn],
        problem=problem,
        form=Form(formdata=None),
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/<int:order_id>/leave")
@only(*VOLUNTEERS)
def leave(order_id: int) -> Response:
    """Say that one cannot go; the leader is told."""
    form = Form()
    form.validate()
    try:
        helping.excuse(order_id, volunteers.me().id, actor(), form.key.data or "")
    except Refused as refusal:
        return _page(order_id, 409, refusal.message)
    flash(_("Noted, whoever leads the team is told. Thank you for saying so."))
    return go(url_for("volunteer.home"))


ENGAGEMENT = Engagement(
    "orders/lead_beside.html", service_queries.gather, service_queries.busy_with_orders, helping.let_go
)
