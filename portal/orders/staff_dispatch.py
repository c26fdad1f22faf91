"""Let office and centre choose teams for an order (派单); a person decides, the teams may decline."""

from flask import Response, request

from portal.access import WRITERS, actor, only, scope
from portal.activities.staff import bp
from portal.i18n import _
from portal.orders import dispatching, queries
from portal.orders.dispatching import Choice
from portal.orders.models import Order
from portal.orders.proposals import proposals, scores
from portal.orders.staff import order_page
from portal.orders.staff_acts import do
from portal.orders.staff_forms import DispatchForm


@bp.post("/orders/<int:order_id>/dispatch")
@only(*WRITERS)
def dispatch_order(order_id: int) -> Response:
    """Ask a team, and those ticked in turn after it; or the first two that are proposed."""
    form = DispatchForm()
    form.offer()
    found = queries.order(order_id, scope())
    if request.form.get("ask") == "two":
        chosen = _first_two(found)
    else:
        chosen = list(dict.fromkeys(team_id for team_id in (form.first, *form.then) if team_id))
    if not form.first and not chosen:
        form.refuse("team", _("Which team? Please choose one."))
        return order_page(order_id, 422, dispatch=form)
    known = scores(found)

    def work() -> None:
        choices = [Choice(team_id, known.get(team_id, 0)) for team_id in chosen]
        dispatching.offer(order_id, choices, form.note.data or "", actor())

    return do(
        "dispatch", order_id, form, work, _("Asked. If it does not answer in time, it comes back here.")
    )


def _first_two(found: Order) -> list[int]:
    offers, helps = queries.offers_of(found.id), queries.helps_offered(found.id)
    return [one.team.id for one in proposals(found, offers, helps).shown[:2]]
