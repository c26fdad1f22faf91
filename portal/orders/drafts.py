"""Go on with an order that staff keep as a draft (代点单)."""

import sqlalchemy as sa

from portal.access import Actor
from portal.db import transaction
from portal.errors import Missing, OutOfDate
from portal.i18n import _
from portal.orders.door import hand_of, locked
from portal.orders.flow import State
from portal.orders.models import ForWhom, Place, Source, WishedTime
from portal.orders.ordering import TITLE_OF_NEED, submit
from portal.orders.wishes import Wish, check
from portal.registrations.links import phone_index
from portal.registrations.party import name_key
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
        row.item_id = item.id if item else None
        row.category = item.category if item else None
        row.title = item.title if item else wish.text.split("\n")[0][:TITLE_OF_NEED]
        row.text, row.people = wish.text, wish.people
        row.for_whom = wish.for_whom
        row.for_name = "" if wish.for_whom is ForWhom.SELF else wish.for_name
        row.station_id = row.desk_id = wish.station_id
        row.place = wish.place
        row.address = "" if wish.place is Place.STATION else wish.address
        row.name, row.name_key = wish.name, name_key(wish.name)
        row.phone, row.phone_index = wish.phone or None, phone_index(wish.phone)
        row.source = source
        session.execute(sa.delete(WishedTime).where(WishedTime.order_id == row.id))
        session.add_all(
            WishedTime(order_id=row.id, position=position, day=day, part=part)
            for position, (day, part) in enumerate(wish.times, 1)
        )
        session.flush()
        if consent:
            submit(order_id, consent, by)
