"""Order, add a word, withdraw, take up again: what the asker does, alone or through staff (代点单)."""

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.clock import now
from portal.contact import name_key, phone_index
from portal.db import take_name, transaction
from portal.errors import Missing, OutOfDate, Refused
from portal.i18n import _, ngettext
from portal.once import done, earlier
from portal.orders import notices
from portal.orders.door import ASKER, Hand, begin, hand_of, locked, move
from portal.orders.flow import ENDED, Act, Clock, State
from portal.orders.menu_models import MenuItem
from portal.orders.models import (
    ForWhom,
    Order,
    OrderDevice,
    OrderStep,
    Place,
    Source,
    WishedTime,
)
from portal.orders.teams_asked import let_go
from portal.orders.wishes import Wish, check
from portal.references import new_reference
from portal.sealed import derived_token
from portal.stations.models import Station
from portal.stations.queries import is_in_scope
from portal.tokens import token_hash

TITLE_OF_NEED = 20  # characters of a free need that stand for it until staff give it a title
MOST_OPEN = 5  # orders of one phone under way, when it orders by itself


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of ordering; `new` is False when the same form had been sent before."""

    order_id: int
    reference: str
    new: bool


def token_of(reference: str) -> str:
    """Return the secret of an order's private link; only this portal, with its key, can make it again."""
    return derived_token("order link", reference)


def order(
    wish: Wish,
    consent: str,
    source: Source,
    by: Actor,
    device: str = "",
    key: str = "",
    draft: bool = False,
) -> Receipt:
    """Order something; the same form again (key) gives the first receipt. Staff may keep it as a draft.

    Raises:
        Missing: there is no such item or station, or none within the scope of the staff member.
        Refused: not as it is offered: edition, station, people, times, lead days; `field` says where.
    """
    by_staff = source in (Source.PHONE, Source.DESK)
    form = f"order:{wish.item_id}:{wish.phone}:{name_key(wish.name)}"
    with transaction() as session:
        before = earlier(session, form, by, key)
        if before is not None:
            found = session.get_one(Order, int(before))
            belong(session, found.id, device)
            return Receipt(found.id, found.reference, new=False)
        if by_staff and not is_in_scope(wish.station_id, by.scope):
            raise Missing
        item = check(session, wish, by_staff)
        if not by_staff:
            _check_number_open(session, wish)
        row = _new_order(wish, item, consent, source, by)
        row.state = State.DRAFT if draft else State.SUBMITTED
        session.add(row)
        session.flush()
        write_times(session, row.id, wish)
        hand = hand_of(session, row, by) if by_staff else ASKER
        begin(session, row, Act.DRAFT if draft else Act.SUBMIT, hand, None if draft else Clock.ADMIT)
        if not draft:
            notices.received(session, row)
        belong(session, row.id, device)
        done(session, form, by, key, str(row.id))
        return Receipt(row.id, row.reference, new=True)


def _check_number_open(session: Session, wish: Wish) -> None:
    take_name(session, f"orders of {(phone_index(wish.phone) or b'').hex()}")
    under_way = session.scalar(
        sa.select(sa.func.count()).where(
            Order.phone_index == phone_index(wish.phone), Order.state.not_in(ENDED)
        )
    )
    if (under_way or 0) >= MOST_OPEN:
        raise Refused(
            _("This number has %(most)s orders under way. For more, ring the station.", most=MOST_OPEN),
            field="phone",
        )


def _new_order(wish: Wish, item: MenuItem | None, consent: str, source: Source, by: Actor) -> Order:
    reference = new_reference("D")
    row = Order(
        reference=reference,
        token_hash=token_hash(token_of(reference)),
        entered_by=by.name,
        operator_id=by.account_id,
        consent=consent,
        due_at=None,
        team_id=None,
        starts_at=None,
        ends_at=None,
        occurrence_id=None,
        served=None,
        served_at=None,
        grade=None,
        rated_at=None,
        rated_by=None,
        closed_at=None,
        created_at=now(),
        changed_at=now(),
        anonymised_at=None,
    )
    write_wish(row, wish, item, source)
    return row


def write_wish(row: Order, wish: Wish, item: MenuItem | None, source: Source) -> None:
    """Write into a new order, or a draft, what is wished for; its times apart, see write_times()."""
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


def write_times(session: Session, order_id: int, wish: Wish) -> None:
    """Write down the wished times of an order, in place of those it had."""
    session.execute(sa.delete(WishedTime).where(WishedTime.order_id == order_id))
    session.add_all(
        WishedTime(order_id=order_id, position=position, day=day, part=part)
        for position, (day, part) in enumerate(wish.times, 1)
    )


def belong(session: Session, order_id: int, device: str) -> None:
    """Let a device list an order under “mine”."""
    if device and session.get(OrderDevice, (token_hash(device), order_id)) is None:
        session.add(OrderDevice(device_hash=token_hash(device), order_id=order_id))


def adopt(order_id: int, device: str) -> None:
    """Let a device list an order that was found with phone and reference."""
    with transaction() as session:
        if session.get(Order, order_id) is not None:
            belong(session, order_id, device)


def forget_device(device: str) -> None:
    """Let a device list no order any more; the orders stay."""
    with transaction() as session:
        session.execute(sa.delete(OrderDevice).where(OrderDevice.device_hash == token_hash(device)))


def submit(order_id: int, consent: str, by: Actor) -> None:
    """Send a draft of the staff desk on its way; what it asks for is checked anew.

    Raises:
        Missing, Forbidden: it is not theirs.
        OutOfDate: it is no draft any more.
        Refused: not as it is offered, or nobody has agreed to be written down.
    """
    with transaction() as session:
        row = locked(session, order_id)
        hand = hand_of(session, row, by)
        if row.state is State.DRAFT:
            if not consent:
                raise Refused(_("Ask whether they agree to be written down, then tick."), field="consent")
            check(session, _wish_of(session, row), by_staff=True)
            row.consent = consent
        move(session, row, Act.SUBMIT, hand)
        notices.received(session, row)


def _wish_of(session: Session, row: Order) -> Wish:
    times = session.execute(
        sa.select(WishedTime.day, WishedTime.part)
        .where(WishedTime.order_id == row.id)
        .order_by(WishedTime.position)
    )
    return Wish(
        station_id=row.station_id,
        name=row.name,
        phone=row.phone or "",
        item_id=row.item_id,
        text=row.text,
        people=row.people,
        for_whom=row.for_whom,
        for_name=row.for_name,
        place=row.place,
        address=row.address,
        times=tuple((day, part) for day, part in times),
    )


def discard(order_id: int, by: Actor) -> None:
    """Delete a draft of the staff desk; what was ordered is withdrawn or cancelled, never deleted.

    Raises:
        Missing, Forbidden: it is not theirs.
        OutOfDate: it is no draft any more.
    """
    with transaction() as session:
        row = locked(session, order_id)
        hand_of(session, row, by)
        if row.state is not State.DRAFT:
            raise OutOfDate(_("This is ordered already. It can be withdrawn, not deleted."))
        forget_draft(session, row)


def forget_draft(session: Session, row: Order) -> None:
    """Take a draft out of the database with all that hangs on it."""
    session.execute(sa.delete(OrderStep).where(OrderStep.order_id == row.id))
    session.execute(sa.delete(Order).where(Order.id == row.id))


def answer(order_id: int, words: str, by: Actor | None = None) -> None:
    """Add the word that was asked for; the order goes back to be admitted.

    Raises:
        Missing, Forbidden: it is not theirs (`by`: staff on behalf of the asker; None: the asker).
        OutOfDate: nobody is asking any more.
        Refused: there are no words.
    """
    with transaction() as session:
        row = locked(session, order_id)
        move(session, row, Act.ANSWER, _asking(session, row, by), words)


def withdraw(order_id: int, note: str = "", by: Actor | None = None) -> None:
    """Withdraw an order before the service (撤单); a team that was asked is told.

    Withdrawing twice changes nothing.

    Raises:
        Missing, Forbidden: it is not theirs.
        OutOfDate: the service has begun, or it has ended.
    """
    with transaction() as session:
        row = locked(session, order_id)
        hand = _asking(session, row, by)
        if row.state is State.WITHDRAWN:
            return
        move(session, row, Act.WITHDRAW, hand, note)
        let_go(session, row, _("It was withdrawn."))


def reopen(order_id: int, note: str, by: Actor | None = None) -> None:
    """Take a closed order up again (重新办理), within the days of the settings; it is dispatched anew.

    Raises:
        Missing, Forbidden: it is not theirs.
        OutOfDate: it is not closed.
        Refused: it was closed too long ago, or nobody says why.
    """
    days = current_app.config["ORDER_REOPEN_DAYS"]
    with transaction() as session:
        row = locked(session, order_id)
        hand = _asking(session, row, by)
        if row.closed_at is not None and row.closed_at < now() - timedelta(days=days):
            raise Refused(
                ngettext(
                    "It was closed more than %(num)s day ago. Please order anew.",
                    "It was closed more than %(num)s days ago. Please order anew.",
                    days,
                )
            )
        move(session, row, Act.REOPEN, hand, note)
        let_go(session, row, "", told=False)
        row.closed_at = row.served_at = row.served = None
        row.grade = row.rated_at = row.rated_by = None
        row.words = row.report = ""
        row.reminded = 0
        row.turn += 1  # who served before, stays written down
        row.desk_id = dispatching_desk(session, row.station_id)
        session.flush()


def _asking(session: Session, row: Order, by: Actor | None) -> Hand:
    return ASKER if by is None else hand_of(session, row, by)


def dispatching_desk(session: Session, station_id: int) -> int:
    """Return on whose desk an admitted order of a station lies: of the level above it, or its own on top."""
    return session.get_one(Station, station_id).parent_id or station_id
