"""Put messages out, carry them off, tick calls off."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.audit.actions import record
from portal.clock import now
from portal.db import lock, transaction
from portal.errors import Missing, OutOfDate
from portal.i18n import _
from portal.messages import channels
from portal.messages.models import Message, MessageStatus

GIVE_UP_AFTER = 5  # attempts; then a person calls
BATCH = 50

logger = logging.getLogger(__name__)


def tell(
    session: Session,
    kind: str,
    dedupe: str,
    station_id: int,
    recipient: str,
    address: str,
    text: str,
    link: str = "",
    calls: bool = True,
    about: str = "",
) -> None:
    """Put one message into the outbox of a station, inside the transaction of what it tells of.

    `address` is where a channel reaches the recipient (`log:` for the log channel); empty when none
    does: then the message stands on the station's call list at once, unless nobody need call for it
    (`calls`), as for what the recipient has just seen. The same `dedupe` is told once. `about` is whom it
    tells of, so that forget_party() finds it.
    """
    if session.scalar(sa.select(Message.id).where(Message.dedupe == dedupe)) is not None:
        return
    status = MessageStatus.WAITING if address else MessageStatus.TO_CALL if calls else MessageStatus.DROPPED
    session.add(
        Message(
            kind=kind,
            dedupe=dedupe,
            station_id=station_id,
            recipient=recipient,
            address=address,
            text=text,
            link=link,
            about=about,
            status=status,
            created_at=now(),
            next_try_at=now(),
            done_at=now() if status is MessageStatus.DROPPED else None,
        )
    )


def take_back(session: Session, dedupe: str) -> bool:
    """Drop a message that nobody has got yet; say whether it was in time."""
    message_id = session.scalar(sa.select(Message.id).where(Message.dedupe == dedupe))
    message = None if message_id is None else lock(session, Message, message_id)
    if message is None or message.status not in (MessageStatus.WAITING, MessageStatus.TO_CALL):
        return False
    if message.attempts:
        return False  # it may be on its way just now
    message.status = MessageStatus.DROPPED
    message.done_at = now()
    return True


def deliver_waiting() -> int:
    """Hand the waiting messages to their channels; return how many went out.

    A message is claimed in a transaction of its own before it is sent, so of several runners one sends it;
    a runner that dies in between leaves it to the next one after ten minutes.
    """
    sent = 0
    for message_id in _claim():
        with transaction() as session:
            message = lock(session, Message, message_id)
            if message is None or message.status is not MessageStatus.WAITING:
                continue
            parcel = channels.Parcel(
                message.id, message.kind, message.address, message.recipient, message.text
            )
            attempts = message.attempts
        try:
            channels.send(parcel)
        except channels.Undeliverable as problem:
            logger.warning("message %s not delivered: %s", message_id, problem)
            _postpone(message_id, attempts)
        else:
            _finish(message_id)
            sent += 1
    return sent


def _claim() -> list[int]:
    with transaction() as session:
        due = session.scalars(
            sa.select(Message)
            .where(Message.status == MessageStatus.WAITING, Message.next_try_at <= now())
            .order_by(Message.id)
            .limit(BATCH)
            .with_for_update(skip_locked=True)
        ).all()
        for message in due:
            message.attempts += 1
            message.next_try_at = now() + timedelta(minutes=10)
        return [message.id for message in due]


def _finish(message_id: int) -> None:
    with transaction() as session:
        message = lock(session, Message, message_id)
        if message is not None and message.status is MessageStatus.WAITING:
            message.status = MessageStatus.SENT
            message.done_at = now()


def _postpone(message_id: int, attempts: int) -> None:
    with transaction() as session:
        message = lock(session, Message, message_id)
        if message is None or message.status is not MessageStatus.WAITING:
            return
        if attempts >= GIVE_UP_AFTER:
            message.status = MessageStatus.TO_CALL
        else:
            message.next_try_at = now() + timedelta(minutes=2**attempts)


def mark_called(message_id: int, station_ids: sa.Select[Any] | None, by: Actor) -> None:
    """Tick off a call. `station_ids` limits whose call lists may be touched, None for all.

    Raises:
        Missing: no such message within the scope.
        OutOfDate: somebody has ticked it off already.
    """
    with transaction() as session:
        message = lock(session, Message, message_id)
        if message is None or not _within(session, message.station_id, station_ids):
            raise Missing
        if message.status is not MessageStatus.TO_CALL:
            raise OutOfDate(_("%(who)s has made this call already.", who=message.done_by or _("Somebody")))
        message.status = MessageStatus.CALLED
        message.done_at = now()
        message.done_by = by.name
        record(session, by, "message.called", "message", message.id, message.station_id)


def _within(session: Session, station_id: int, station_ids: sa.Select[Any] | None) -> bool:
    if station_ids is None:
        return True
    inside = sa.select(sa.literal(station_id).in_(station_ids))
    return bool(session.scalar(inside))


def forget_about(session: Session, links: Sequence[str]) -> None:
    """Delete the messages about some things, done or not; they name people."""
    session.execute(sa.delete(Message).where(Message.link.in_(links)))


def forget_party(session: Session, about: str) -> None:
    """Delete the messages that tell of somebody, done or not."""
    session.execute(sa.delete(Message).where(Message.about == about))
