"""Name in words how a request for a room stands."""

from flask import Flask

from portal.activities.room_models import RoomRequest, RoomRequestStatus
from portal.clock import now
from portal.i18n import lazy_pgettext, pgettext

STATUSES = {
    RoomRequestStatus.WAITING: lazy_pgettext("room request", "Waiting for an answer"),
    RoomRequestStatus.BOOKED: lazy_pgettext("room request", "Booked"),
    RoomRequestStatus.REFUSED: lazy_pgettext("room request", "Refused"),
    RoomRequestStatus.WITHDRAWN: lazy_pgettext("room request", "Withdrawn"),
    RoomRequestStatus.CANCELLED: lazy_pgettext("room request", "Cancelled by the station"),
}
KINDS = {
    RoomRequestStatus.WAITING: "few",
    RoomRequestStatus.BOOKED: "",
    RoomRequestStatus.REFUSED: "gone",
    RoomRequestStatus.WITHDRAWN: "over",
    RoomRequestStatus.CANCELLED: "gone",
}


def pill(asked: RoomRequest) -> tuple[str, str]:
    """Return (class, words) of how a request stands."""
    if asked.status is RoomRequestStatus.BOOKED and asked.ends_at <= now():
        return "over", pgettext("room request", "Over")
    if asked.status is RoomRequestStatus.WAITING and asked.starts_at <= now():
        return "over", pgettext("room request", "Over, not answered")
    return KINDS[asked.status], str(STATUSES[asked.status])


def init_app(app: Flask) -> None:
    """Give templates the pill."""
    app.jinja_env.globals["room_request_pill"] = pill
