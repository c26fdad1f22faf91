"""Let staff report a service on behalf of a team, and make an activity of the station out of an order."""

from typing import Any

import sqlalchemy as sa
from flask import Response, flash, url_for

from portal.access import WRITERS, actor, only, scope
from portal.activities.staff import bp
from portal.db import db
from portal.errors import Missing, Refused
from portal.i18n import _
from portal.orders import dates, queries, service_queries
from portal.orders.flow import WITH_TEAM, State
from portal.orders.leading_forms import DateForm, ReportForm, usual_hours
from portal.orders.leading_service import report_context, take_report
from portal.orders.models import Order
from portal.orders.notices import link_of
from portal.stations.models import Room
from portal.web.answers import go, page
from portal.web.text import number_of


@bp.get("/orders/<int:order_id>/report")
@only(*WRITERS)
def order_report_form(order_id: int) -> Response:
    """Ask how a service went, for a team that tells it by phone."""
    found = _reportable(order_id)
    form = ReportForm(formdata=None)
    form.show_report(found, service_queries.expected(found))
    form.read_hours(usual_hours(found))
    return _report_page(found, form, 200)


def _reportable(order_id: int) -> Order:
    found = queries.order(order_id, scope())
    if found.team_id is None or found.state not in (*WITH_TEAM, State.RATING):
        raise Missing
    return found


def _report_page(found: Order, form: ReportForm, status: int) -> Response:
    context = report_context(found, found.team_id or 0, form)
    return page("staff/order_report.html", status, back=link_of(found.id), **context)


@bp.post("/orders/<int:order_id>/report")
@only(*WRITERS)
def order_report(order_id: int) -> Response:
    """Take the report of a team."""
    found = _reportable(order_id)
    form = ReportForm()
    answer = take_report(found, found.team_id or 0, form, None)
    if answer is not None:
        return _report_page(queries.order(order_id, scope()), form, answer)
    flash(_("Reported. Whoever asked is asked how it was."))
    return go(link_of(order_id))


def date_part(found: Order, form: DateForm | None = None) -> dict[str, Any] | None:
    """Gather the form that makes an activity out of an order; None when it cannot be made one now."""
    if not dates.can_be_date(found):
        return None
    if form is None:
        form = DateForm(formdata=None)
        form.head_count.data = max(len(service_queries.expected(found)), 1)
    rooms = db.session.execute(
        sa.select(Room.id, Room.name)
        .where(Room.station_id == found.station_id, Room.retired.is_(False))
        .order_by(Room.id)
    )
    form.offer([(str(room_id), name) for room_id, name in rooms])
    return {"date_form": form}


@bp.get("/orders/<int:order_id>/occurrence")
@only(*WRITERS)
def order_occurrence_form(order_id: int) -> Response:
    """Ask where the activity made of an order takes place."""
    return _date_page(order_id, None, 200)


def _date_page(order_id: int, form: DateForm | None, status: int) -> Response:
    found = queries.order(order_id, scope())
    part = date_part(found, form)
    return page(
        "staff/order_make_occurrence.html",
        status,
        order=found,
        back=link_of(found.id),
        **(part or {"date_form": None}),
    )


@bp.post("/orders/<int:order_id>/occurrence")
@only(*WRITERS)
def order_occurrence(order_id: int) -> Response:
    """Make an activity out of an order."""
    found = queries.order(order_id, scope())
    if found.occurrence_id is not None:  # pressed twice
        return go(url_for(".occurrence", occurrence_id=found.occurrence_id))
    form = DateForm()
    if date_part(found, form) is None:
        return _date_page(order_id, form, 409)
    if not form.validate():
        return _date_page(order_id, form, 422)
    try:
        occurrence_id = dates.make_occurrence(
            order_id, actor(), number_of(form.room.data) or None, form.head_count.data or 1
        )
    except Refused as refusal:
        form.refuse(refusal.field if refusal.field == "head_count" else "room", refusal.message)
        return _date_page(order_id, form, 409)
    flash(_("It stands in the calendar now; who was to go is on its shift."))
    return go(url_for(".occurrence", occurrence_id=occurrence_id))
