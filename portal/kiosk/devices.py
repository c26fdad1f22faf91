"""Look after the screens: hear how they fare, set them right from afar, take them back."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from sqlalchemy.orm import Session

from portal.access import Actor
from portal.audit.actions import record
from portal.clock import now
from portal.db import lock, transaction
from portal.errors import Missing, Refused
from portal.i18n import _
from portal.kiosk.models import Kiosk
from portal.stations.queries import is_in_scope

EACH = timedelta(minutes=5)  # so often a screen says how it fares
SILENT_AFTER = timedelta(minutes=15)
REMEMBERED = 24  # times five minutes
FURTHEST_OFF = 10 * 365 * 24 * 3600  # seconds; a clock without a battery begins in 1970 or 2000
ALL_BEATS = (1 << REMEMBERED) - 1


@dataclass(frozen=True, slots=True)
class Beat:
    """What a screen says of itself; how its clock and its data are, only a board that has had news knows."""

    build: str  # of the page that runs there
    shows: str  # board or form
    size: str  # as 1920×1080
    clock_off: int | None  # seconds by which its clock is ahead
    data_at: datetime | None  # of when its board is


def beat(kiosk_id: int, said: Beat) -> None:
    """Note how a screen fares; what it does not know now stays as it was said last.

    Raises:
        Missing: it was taken back meanwhile.
    """
    with transaction() as session:
        kiosk = lock(session, Kiosk, kiosk_id)
        if kiosk is None or kiosk.revoked_at is not None:
            raise Missing
        moment = now()
        kiosk.beats = beats_at(kiosk, moment) | 1
        kiosk.seen_at = moment
        kiosk.build = said.build
        kiosk.shows = said.shows
        kiosk.size = said.size
        if said.clock_off is not None:
            kiosk.clock_off = max(-FURTHEST_OFF, min(FURTHEST_OFF, said.clock_off))
        if said.data_at is not None:
            kiosk.data_at = said.data_at


def beats_at(kiosk: Kiosk, moment: datetime) -> int:
    """Return the beats of the last two hours as bits, the lowest for the five minutes of this moment."""
    if kiosk.seen_at is None:
        return 0
    passed = max(0, _slot(moment) - _slot(kiosk.seen_at))
    return (kiosk.beats << passed) & ALL_BEATS if passed < REMEMBERED else 0


def _slot(moment: datetime) -> int:
    return (moment - datetime(2000, 1, 1, tzinfo=UTC)) // EACH


def is_silent(kiosk: Kiosk, moment: datetime) -> bool:
    """Say whether a screen has not been heard of for longer than it should."""
    return (kiosk.seen_at or kiosk.paired_at) < moment - SILENT_AFTER


def _of_staff(session: Session, kiosk_id: int, by: Actor) -> Kiosk:
    kiosk = lock(session, Kiosk, kiosk_id)
    if kiosk is None or kiosk.revoked_at is not None or not is_in_scope(kiosk.station_id, by.scope):
        raise Missing
    return kiosk


def ask_to_reload(kiosk_id: int, by: Actor) -> None:
    """Let a screen load its page anew as soon as it asks for news, within a minute.

    Raises:
        Missing: it is not theirs, or was taken back.
    """
    with transaction() as session:
        kiosk = _of_staff(session, kiosk_id, by)
        kiosk.reload_asked += 1
        record(session, by, "kiosk.reload", "kiosk", kiosk.id, kiosk.station_id, detail=kiosk.name)


def revoke(kiosk_id: int, by: Actor) -> None:
    """Take a screen back: it shows nothing but a code to pair it anew. Twice changes nothing more.

    Raises:
        Missing: it is not theirs.
    """
    with transaction() as session:
        kiosk = lock(session, Kiosk, kiosk_id)
        if kiosk is None or not is_in_scope(kiosk.station_id, by.scope):
            raise Missing
        if kiosk.revoked_at is not None:
            return
        kiosk.revoked_at, kiosk.revoked_by = now(), by.name
        record(session, by, "kiosk.revoked", "kiosk", kiosk.id, kiosk.station_id, detail=kiosk.name)


def be_quiet(kiosk_id: int, until: datetime | None, by: Actor) -> None:
    """Let nobody be told so long that a screen is silent; None: tell again.

    Raises:
        Missing: it is not theirs, or was taken back.
    """
    with transaction() as session:
        kiosk = _of_staff(session, kiosk_id, by)
        kiosk.quiet_until = until
        record(session, by, "kiosk.quiet", "kiosk", kiosk.id, kiosk.station_id, detail=kiosk.name)


def settle(kiosk_id: int, name: str, bright: tuple[time, time] | None, by: Actor) -> None:
    """Say where a screen stands, and between which times of day it is bright; None: as its station is open.

    Raises:
        Missing: it is not theirs, or was taken back.
        Refused: it would be dark before it is bright; told by `bright_until`.
    """
    if bright is not None and bright[0] >= bright[1]:
        raise Refused(_("It has to get dark later than bright. Please look again."), field="bright_until")
    with transaction() as session:
        kiosk = _of_staff(session, kiosk_id, by)
        kiosk.name = name
        kiosk.bright_from, kiosk.bright_until = bright or (None, None)
        record(session, by, "kiosk.settled", "kiosk", kiosk.id, kiosk.station_id, detail=name)
