"""Bring the orders to the desk: what is to be admitted, dispatched, hurried or called back."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from flask import url_for

from portal.access import Scope
from portal.activities.tasks import Cell, Column, DeskPart, Task
from portal.clock import now
from portal.db import db
from portal.i18n import _, ngettext
from portal.orders import needs, queries
from portal.orders.due import due_of
from portal.orders.flow import State
from portal.orders.labels import STATES
from portal.orders.models import Order
from portal.orders.staff import address_of, may_dispatch, verb_of
from portal.stations import queries as stations
from portal.stations.queries import in_scope

IDEAS = 3  # unmet needs that the desk shows


def _tasks(here: Scope, writes: bool) -> Iterator[Task]:
    dispatches = may_dispatch()
    for order in queries.on_desk(here):
        verb, anchor = verb_of(order, dispatches, writes)
        title = order.title or _("A wish (deleted)")
        due = due_of(order)
        where = [stations.in_language(order.station.short_name, order.station.short_name_en)]
        where.append(str(STATES[order.state]))
        if order.desk_id != here.station_id:
            desk = stations.in_language(order.desk.short_name, order.desk.short_name_en)
            where.append(_("on the desk of %(station)s", station=desk))
        yield Task(
            key=f"order-{order.id}",
            what=_("Order: %(title)s", title=title),
            note=" · ".join(where),
            verb=verb,
            about=title,
            href=address_of(order, anchor),
            since=order.changed_at,
            due=order.due_at,
            lateness=due.words if due.late else "",
        )


def _ideas(here: Scope) -> tuple[str, dict[str, Any]] | None:
    """Show beside the desk what nobody could answer, for the next menu."""
    unmet = needs.unmet(here)[:IDEAS]
    if not unmet:
        return None
    return "staff/order_ideas.html", {
        "ideas": unmet,
        "places": {one.id: one for one in stations.stations_in(here)},
    }


def _column(here: Scope) -> Column:
    """Count the orders in hand of each station, and how many of them are late."""
    rows = db.session.execute(
        sa.select(
            Order.station_id,
            sa.func.count(),
            sa.func.count().filter(Order.due_at < now(), Order.state != State.RATING),
        )
        .where(Order.state.in_(queries.GROUPS["open"]), in_scope(Order.station_id, here))
        .group_by(Order.station_id)
    )
    return Column(
        _("Orders in hand"),
        {
            station_id: Cell(
                ngettext("%(num)s order", "%(num)s orders", orders),
                url_for("staff.orders", station=station_id),
                ngettext("%(num)s late", "%(num)s late", late) if late else "",
            )
            for station_id, orders, late in rows
        },
    )


PART = DeskPart(_tasks, column=_column, beside=_ideas)
