"""Tell whoever asked for a room what became of it: through a channel, or by a call from the station."""

from sqlalchemy.orm import Session

from portal.activities.room_models import RoomRequest
from portal.clock import local
from portal.i18n import _, clock_time, in_default_language, long_day
from portal.messages import actions as messages
from portal.stations.models import Room
from portal.stations.shell import phone_channel


def booked(session: Session, asked: RoomRequest, calls: bool = True) -> None:
    """Tell that the room is theirs; who stands at the desk hears it there, so nobody calls."""
    with in_default_language():
        text = _("The room is yours: %(what)s. Reference %(reference)s.", **_about(session, asked))
    _tell(session, asked, "booked", text, calls)


def refused(session: Session, asked: RoomRequest) -> None:
    """Tell that it cannot be, and why."""
    with in_default_language():
        text = _(
            "The room cannot be given: %(what)s. %(reason)s Reference %(reference)s.",
            **_about(session, asked),
            reason=asked.reason,
        )
    _tell(session, asked, "refused", text)


def cancelled(session: Session, asked: RoomRequest) -> None:
    """Tell that the station has to take the room back, and why."""
    with in_default_language():
        text = _(
            "The station has cancelled your booking: %(what)s. %(reason)s Reference %(reference)s.",
            **_about(session, asked),
            reason=asked.reason,
        )
    _tell(session, asked, "cancelled", text)


def undone(session: Session, asked: RoomRequest, kind: str) -> None:
    """Take back what was to be told of a decision; where it was told already, tell that it does not hold."""
    if take_back(session, asked, kind):
        return
    with in_default_language():
        text = _(
            "The station looks at your request again: %(what)s. You will hear from it. "
            "Reference %(reference)s.",
            **_about(session, asked),
        )
    _tell(session, asked, "again", text)


def take_back(session: Session, asked: RoomRequest, kind: str) -> bool:
    """Take back what was to be told of a decision; return whether nobody had been told yet."""
    return messages.take_back(session, _dedupe(asked, kind))


def _about(session: Session, asked: RoomRequest) -> dict[str, str]:
    what = _(
        "%(room)s, %(day)s %(opens)s–%(closes)s",
        room=session.get_one(Room, asked.room_id).name,
        day=long_day(local(asked.starts_at).date()),
        opens=clock_time(asked.starts_at),
        closes=clock_time(asked.ends_at),
    )
    return {"what": what, "reference": asked.reference}


def _dedupe(asked: RoomRequest, kind: str) -> str:
    turn = asked.decided_at.isoformat() if asked.decided_at else ""
    return f"room_request:{asked.id}:{kind}:{turn}"


def _tell(session: Session, asked: RoomRequest, kind: str, text: str, calls: bool = True) -> None:
    channel = phone_channel()
    messages.tell(
        session,
        kind=f"room_request.{kind}",
        dedupe=_dedupe(asked, kind),
        station_id=asked.station_id,
        recipient=asked.name,
        address=f"{channel}:room_request/{asked.id}" if channel and asked.phone else "",
        text=text,
        # The number stays sealed: whoever calls asks for it there, and that is logged.
        link=link_of(asked.id),
        calls=calls,
    )


def link_of(request_id: int) -> str:
    """Return where staff see the request that a message is about."""
    return f"/staff/rooms/requests/{request_id}"
