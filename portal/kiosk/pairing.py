"""Pair a screen: it shows six digits, staff type them, and its cookie is a kiosk's from then on.

The secret in the cookie is the same before and after, so nothing has to be handed over; what the staff type
only says which of the waiting screens stands before them.
"""

import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from portal.access import Actor
from portal.audit.actions import network_of_request, record
from portal.clock import now
from portal.db import db, take_name, transaction
from portal.errors import Missing, Refused
from portal.i18n import _
from portal.kiosk.models import Kiosk, KioskPairing
from portal.once import done, earlier
from portal.stations.models import Station
from portal.stations.queries import is_in_scope
from portal.tokens import new_token, token_hash

LASTS = timedelta(minutes=10)
DIGITS = 6
TRIES = 50  # codes drawn before one is free; a thousandth of them are ever in use


@dataclass(frozen=True, slots=True)
class Waiting:
    """A screen that waits, and the code that it shows."""

    code: str
    ends_at: datetime


def begin(slug: str) -> str:
    """Give a screen at a station a code to show; return the secret for its cookie.

    Raises:
        Missing: there is no such open station.
    """
    secret = new_token()
    with transaction() as session:
        take_name(session, "kiosk pairing")
        station = session.scalar(sa.select(Station).where(Station.slug == slug))
        if station is None or station.closed:
            raise Missing
        session.execute(sa.delete(KioskPairing).where(KioskPairing.ends_at <= now()))
        used = set(session.scalars(sa.select(KioskPairing.code)))
        code = next((drawn for drawn in map(_draw, range(TRIES)) if drawn not in used), None)
        if code is None:
            raise Refused(_("Very many screens are being set up just now. Please try again in ten minutes."))
        session.add(
            KioskPairing(
                station_id=station.id,
                token_hash=token_hash(secret),
                code=code,
                asked_from=network_of_request(),
                ends_at=now() + LASTS,
            )
        )
    return secret


def _draw(_turn: int) -> str:
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def waiting(secret: str, slug: str) -> Waiting | None:
    """Return the code that a screen at this station shows; None if it has none, or its time is over."""
    row = db.session.execute(
        sa.select(KioskPairing.code, KioskPairing.ends_at)
        .join(Station, Station.id == KioskPairing.station_id)
        .where(
            KioskPairing.token_hash == token_hash(secret), KioskPairing.ends_at > now(), Station.slug == slug
        )
    ).first()
    return Waiting(row.code, row.ends_at) if row else None


def read_code(typed: str) -> str:
    """Return the digits of a code as people type it, with or without a gap; full-width digits too."""
    return re.sub(r"[\s\-–—]", "", unicodedata.normalize("NFKC", typed))


def pair(code: str, name: str, by: Actor, key: str = "") -> int:
    """Make the screen that shows this code a kiosk of its station; return its id.

    The same form again pairs it once.

    Raises:
        Refused: no screen within the scope of the staff member shows it now; told by `code`.
    """
    with transaction() as session:
        before = earlier(session, "kiosk.paired", by, key)
        if before is not None:
            return int(before)
        take_name(session, "kiosk pairing")
        found = session.scalar(
            sa.select(KioskPairing).where(KioskPairing.code == read_code(code), KioskPairing.ends_at > now())
        )
        if found is None or not is_in_scope(found.station_id, by.scope):
            raise Refused(
                _("No screen of yours shows this code now. Look again: it changes every ten minutes."),
                field="code",
            )
        kiosk = Kiosk(
            station_id=found.station_id,
            name=name,
            token_hash=found.token_hash,
            paired_at=now(),
            paired_by=by.name,
            paired_from=found.asked_from,
            revoked_at=None,
            bright_from=None,
            bright_until=None,
            quiet_until=None,
            seen_at=None,
            clock_off=None,
            data_at=None,
        )
        session.add(kiosk)
        session.delete(found)
        session.flush()
        record(session, by, "kiosk.paired", "kiosk", kiosk.id, kiosk.station_id, detail=name)
        done(session, "kiosk.paired", by, key, str(kiosk.id))
        return kiosk.id


def forget_codes() -> None:
    """Drop the codes whose time is over."""
    with transaction() as session:
        session.execute(sa.delete(KioskPairing).where(KioskPairing.ends_at <= now()))
