"""Carry a message off; so far into the log, so that nothing leaves a demonstration."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

logger = logging.getLogger("portal.outbox")


class Undeliverable(Exception):
    """The channel could not deliver; the text says why, without personal data."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a channel needs to know."""

    message_id: int
    kind: str
    address: str
    recipient: str
    text: str


def send(parcel: Parcel) -> None:
    """Deliver through the channel that the address names (`log:`).

    Raises:
        Undeliverable: no channel serves this address, or it failed.
    """
    channel, colon, _address = parcel.address.partition(":")
    if not colon or channel not in CHANNELS:
        raise Undeliverable(f"no channel “{channel[:20]}”")
    CHANNELS[channel](parcel)


def to_log(parcel: Parcel) -> None:
    """Write that the message would go out now; its text and recipient stay out of the log."""
    logger.info(
        "message %s (%s) delivered to the log, %s characters",
        parcel.message_id,
        parcel.kind,
        len(parcel.text),
    )


CHANNELS: dict[str, Callable[[Parcel], None]] = {"log": to_log}
