"""Go on with an order that staff keep as a draft (代点单)."""

from portal.access import Actor
from portal.clock import now
from portal.db import transaction
from portal.errors import Missing, OutOfDate
from portal.i18n import _
from portal.orders.door import hand_of, locked
from portal.orders.flow import State
from portal.orders.models import Source
from portal.orders.ordering import submit, write_times, write_wish
from portal.orders.wishes import Wish, check
from portal.stations.queries import is_in_scope


def rewrite(order_id: int, wish: Wish, source: Source, by: Actor, consent: str = "") -> None:
    """Write a draft anew; with a consent, send it on its way at once.

    Raises:
        Missing, Forbidden: it is not theirs, or there is no such item or station.
        OutOfDate: it is no draft any more.
        Refused: not as it is offered; `field` says where.
    """
    with transaction() as session:
        row = locked(session, order_id)
        hand_of(session, row, by)
        if row.state is not State.DRAFT:
            raise OutOfDate(_("This draft has been ordered already."))
        if not is_in_scope(wish.station_id, by.scope):
            raise Missing
        item = check(session, wish, by_staff=True)
        write_wish(row, wish, item, source)
        write_times(session, row.id, wish)
        row.changed_at = now()  # a draft that nobody touches is deleted in time
        session.flush()
        if consent:
            submit(order_id, consent, by)
