"""Ask for a room, answer, take it back; a room is given under its lock, in the transaction that says so."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access import NOBODY, Actor
from portal.activities import room_notices, room_rules, rooms
from portal.activities.dates import span_of
from portal.activities.models import RoomBooking
from portal.activities.room_free import Wish
from portal.activities.room_models import RoomRequest, RoomRequestStatus
from portal.activities.room_rules import Asker
from portal.audit.actions import record
from portal.clock import local, now, today
from portal.contact import name_key, phone_index
from portal.db import lock, transaction
from portal.errors import Missing, OutOfDate, Refused
from portal.i18n import _
from portal.once import done, earlier
from portal.references import new_reference
from portal.sealed import derived_token
from portal.stations.models import Room, Station
from portal.stations.queries import is_in_scope
from portal.tokens import token_hash

# What staff have decided, and can take back on the same day.
DECIDED = (RoomRequestStatus.BOOKED, RoomRequestStatus.REFUSED, RoomRequestStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of asking; `new` is False when it had been done before."""

    request_id: int
    reference: str
    new: bool


def token_of(reference: str) -> str:
    """Return the secret of the private link; only this portal, with its key, can make it again."""
    return derived_token("room request link", reference)


def ask(room_id: int, wish: Wish, asker: Asker, consent: str, key: str = "") -> Receipt:
    """Put down that somebody wants a room, for the station to answer; the same form again asks once.

    Raises:
        Missing: there is no such room, or no longer.
        Refused: not open then, too short, too far away, taken, or too many; `field` names what is at fault.
    """
    with transaction() as session:
        room, station = _room(session, room_id)
        before = earlier(session, _form(room_id, wish, asker), NOBODY, key)
        if before is not None:
            return _receipt(session.get_one(RoomRequest, int(before)), new=False)
        room_rules.check(wish, room, room_rules.DAYS_AHEAD)
        room_rules.check_open(room_rules.hours_of(session, room), wish)
        room_rules.check_asker(session, room_id, wish, asker)
        room_rules.check_free(session, room, wish)
        asked = _write(session, room, station, wish, asker, consent, NOBODY)
        done(session, _form(room_id, wish, asker), NOBODY, key, str(asked.id))
        return _receipt(asked, new=True)


def write_down(room_id: int, wish: Wish, asker: Asker, consent: str, by: Actor, key: str = "") -> Receipt:
    """Book a room at once for whoever rings or drops in; staff know who has the key out of hours.

    Raises:
        Missing: there is no such room within the actor's scope, or no longer.
        Refused: in the past, too short, too far away, taken; `field` names what is at fault.
    """
    with transaction() as session:
        room, station = _room(session, room_id)
        if not is_in_scope(room.station_id, by.scope):
            raise Missing
        before = earlier(session, _form(room_id, wish, asker), by, key)
        if before is not None:
            return _receipt(session.get_one(RoomRequest, int(before)), new=False)
        room_rules.check(wish, room, room_rules.DAYS_AHEAD_AT_THE_DESK)
        room_rules.check_free(session, room, wish)
        asked = _write(session, room, station, wish, asker, consent, by)
        _book(session, asked, by)
        room_notices.booked(session, asked, calls=False)
        _record(session, asked, by, "written_down")
        done(session, _form(room_id, wish, asker), by, key, str(asked.id))
        return _receipt(asked, new=True)


def approve(request_id: int, by: Actor, key: str = "") -> None:
    """Give the room to whoever asked for it.

    Raises:
        Missing: there is no such request within the actor's scope.
        OutOfDate: it does not wait any more.
        Refused: it has begun, or the room is out of use or taken meanwhile; then the request still waits.
    """
    with transaction() as session:
        asked = _locked(session, request_id, by)
        form = f"room_request:{request_id}:approve"
        if earlier(session, form, by, key) is not None:
            return
        _demand_waiting(asked)
        if asked.starts_at <= now():
            raise Refused(_("It would have begun already. Refuse it with a word to them."))
        rooms.check(session, asked.room_id, asked.station_id)
        rooms.refuse_clash(session, asked.room_id, [span_of(asked.starts_at, asked.ends_at)])
        _book(session, asked, by)
        room_notices.booked(session, asked)
        _record(session, asked, by, "booked")
        done(session, form, by, key, "booked")


def refuse(request_id: int, reason: str, by: Actor, key: str = "") -> None:
    """Say no, and why; whoever asked is told.

    Raises:
        Missing: there is no such request within the actor's scope.
        OutOfDate: it does not wait any more.
    """
    with transaction() as session:
        asked = _locked(session, request_id, by)
        form = f"room_request:{request_id}:refuse"
        if earlier(session, form, by, key) is not None:
            return
        _demand_waiting(asked)
        _decide(asked, RoomRequestStatus.REFUSED, by, reason)
        room_notices.refused(session, asked)
        _record(session, asked, by, "refused", reason)
        done(session, form, by, key, "refused")


def undo(request_id: int, by: Actor, key: str = "") -> None:
    """Take back what was answered or cancelled today.

    What was answered waits again, and the room is free again; what was cancelled is booked again.

    Raises:
        Missing: there is no such request within the actor's scope.
        OutOfDate: it waits, or was withdrawn.
        Refused: that was before today, it has begun, it was never asked, or somebody else has the room.
    """
    with transaction() as session:
        asked = _locked(session, request_id, by)
        form = f"room_request:{request_id}:undo"
        if earlier(session, form, by, key) is not None:
            return
        if asked.status not in DECIDED:
            raise OutOfDate(_("There is no answer to take back any more."))
        if not may_undo(asked):
            raise Refused(_("This can be taken back on the same day only, and before it begins."))
        if asked.status is RoomRequestStatus.CANCELLED:
            _book_again(session, asked, by)
        else:
            _let_wait_again(session, asked)
        _record(session, asked, by, "undone")
        done(session, form, by, key, "undone")


def _let_wait_again(session: Session, asked: RoomRequest) -> None:
    kind = asked.status.value
    _release(session, asked)
    room_notices.undone(session, asked, kind)
    asked.status, asked.reason = RoomRequestStatus.WAITING, ""
    asked.decided_at, asked.decided_by = None, ""


def _book_again(session: Session, asked: RoomRequest, by: Actor) -> None:
    rooms.check(session, asked.room_id, asked.station_id)
    rooms.refuse_clash(session, asked.room_id, [span_of(asked.starts_at, asked.ends_at)])
    unheard = room_notices.take_back(session, asked, asked.status.value)
    _book(session, asked, by)
    if not unheard:
        room_notices.booked(session, asked)


def may_undo(asked: RoomRequest) -> bool:
    """Say whether what was decided of it today can be taken back: not begun, and no booking of the desk's.

    What staff have written down was never asked; but cancelled by mistake it comes back, too.
    """
    return (
        asked.status in DECIDED
        and (not asked.entered_by or asked.status is RoomRequestStatus.CANCELLED)
        and asked.decided_at is not None
        and local(asked.decided_at).date() == today()
        and asked.starts_at > now()
        and asked.anonymised_at is None
    )


def cancel(request_id: int, reason: str, by: Actor, key: str = "") -> None:
    """Take a room back from whoever has booked it, with a reason that they are told.

    Raises:
        Missing: there is no such request within the actor's scope.
        OutOfDate: it has no room.
        Refused: it is over.
    """
    with transaction() as session:
        asked = _locked(session, request_id, by)
        form = f"room_request:{request_id}:cancel"
        if earlier(session, form, by, key) is not None:
            return
        if asked.status is not RoomRequestStatus.BOOKED:
            raise OutOfDate(_("This booking is not there any more."))
        if asked.ends_at <= now():
            raise Refused(_("It is over."))
        _release(session, asked)
        _decide(asked, RoomRequestStatus.CANCELLED, by, reason)
        room_notices.cancelled(session, asked)
        _record(session, asked, by, "cancelled", reason)
        done(session, form, by, key, "cancelled")


def withdraw(request_id: int) -> None:
    """Let whoever asked give the room up; doing it twice changes nothing.

    Raises:
        Missing: there is no such request.
        Refused: it has begun, or the answer was no.
    """
    with transaction() as session:
        asked = lock(session, RoomRequest, request_id)
        if asked is None:
            raise Missing
        if asked.status is RoomRequestStatus.WITHDRAWN:
            return
        if asked.status not in room_rules.LIVE:
            raise Refused(_("There is nothing to cancel any more."))
        if asked.starts_at <= now():
            raise Refused(_("It has begun. Nothing can be changed here any more; ring the station."))
        _release(session, asked)
        asked.status = RoomRequestStatus.WITHDRAWN


def log_phone_shown(request_id: int, reason: str, by: Actor) -> None:
    """Note that somebody looks at the full number, and why, before it is shown.

    Raises:
        Missing: there is no such request within the actor's scope.
    """
    with transaction() as session:
        asked = _locked(session, request_id, by)
        _record(session, asked, by, "phone_shown", reason)


def _room(session: Session, room_id: int) -> tuple[Room, Station]:
    room = lock(session, Room, room_id)
    if room is None or room.retired:
        raise Missing
    station = session.get_one(Station, room.station_id)
    if station.closed:
        raise Missing
    return room, station


def _locked(session: Session, request_id: int, by: Actor) -> RoomRequest:
    asked = lock(session, RoomRequest, request_id)
    if asked is None or not is_in_scope(asked.station_id, by.scope):
        raise Missing
    return asked


def _demand_waiting(asked: RoomRequest) -> None:
    if asked.status is RoomRequestStatus.WITHDRAWN:
        raise OutOfDate(_("Whoever asked has withdrawn it meanwhile."))
    if asked.status is not RoomRequestStatus.WAITING:
        raise OutOfDate(_("%(who)s has answered this already.", who=asked.decided_by or _("Somebody")))


def _form(room_id: int, wish: Wish, asker: Asker) -> str:
    # A form that was sent, gone back to and changed is about something else: it is another form.
    times = f"{wish.starts_at.isoformat()}:{wish.ends_at.isoformat()}"
    return f"room_request:{room_id}:{times}:{asker.phone}:{name_key(asker.name)}"


def _receipt(asked: RoomRequest, new: bool) -> Receipt:
    return Receipt(asked.id, asked.reference, new)


def _write(
    session: Session, room: Room, station: Station, wish: Wish, asker: Asker, consent: str, by: Actor
) -> RoomRequest:
    reference = new_reference("Z")
    while session.scalar(sa.select(RoomRequest.id).where(RoomRequest.reference == reference)):
        reference = new_reference("Z")
    asked = RoomRequest(
        room_id=room.id,
        station_id=station.id,
        reference=reference,
        token_hash=token_hash(token_of(reference)),
        starts_at=wish.starts_at,
        ends_at=wish.ends_at,
        purpose=wish.purpose,
        people=wish.people,
        name=asker.name,
        phone=asker.phone or None,
        phone_index=phone_index(asker.phone),
        consent=consent,
        entered_by=by.name,
        status=RoomRequestStatus.WAITING,
        asked_at=now(),
        decided_at=None,
        anonymised_at=None,
    )
    session.add(asked)
    session.flush()
    return asked


def _book(session: Session, asked: RoomRequest, by: Actor) -> None:
    session.add(
        RoomBooking(
            room_id=asked.room_id,
            occurrence_id=None,
            room_request_id=asked.id,
            starts_at=asked.starts_at,
            ends_at=asked.ends_at,
        )
    )
    _decide(asked, RoomRequestStatus.BOOKED, by)
    session.flush()


def _decide(asked: RoomRequest, status: RoomRequestStatus, by: Actor, reason: str = "") -> None:
    asked.status, asked.reason = status, reason
    asked.decided_at, asked.decided_by = now(), by.name


def _release(session: Session, asked: RoomRequest) -> None:
    session.execute(sa.delete(RoomBooking).where(RoomBooking.room_request_id == asked.id))


def _record(session: Session, asked: RoomRequest, by: Actor, what: str, reason: str = "") -> None:
    record(
        session,
        by,
        f"room_request.{what}",
        "room_request",
        asked.id,
        asked.station_id,
        detail=asked.reference,
        reason=reason,
    )
