"""Name the codes of registrations in words for people."""

from flask import Flask

from portal.i18n import lazy_gettext as _l
from portal.i18n import lazy_pgettext
from portal.registrations.models import SeatChange, Status
from portal.registrations.party import AgeBand, Source

STATUSES = {
    Status.CONFIRMED: lazy_pgettext("registration", "Signed up"),
    Status.WAITING: lazy_pgettext("registration", "Waiting"),
    Status.CANCELLED: lazy_pgettext("registration", "Cancelled"),
    Status.ATTENDED: lazy_pgettext("registration", "Came"),
    Status.ABSENT: lazy_pgettext("registration", "Did not come"),
}
SOURCES = {
    Source.WEB: _l("online"),
    Source.PHONE: _l("by phone"),
    Source.DESK: _l("at the desk"),
    Source.KIOSK: _l("at the screen"),
}
BANDS = {
    AgeBand.UNDER_14: _l("under 14"),
    AgeBand.FROM_14: _l("14 to 17"),
    AgeBand.FROM_18: _l("18 to 59"),
    AgeBand.FROM_60: _l("60 and older"),
}
RELATIONS = {
    "mother": _l("Mother"),
    "father": _l("Father"),
    "grandparent": _l("Grandparent"),
    "other": _l("Another guardian"),
}
CHANGES = {
    SeatChange.SEATED: _l("signed up, has a seat"),
    SeatChange.QUEUED: _l("joined the queue"),
    SeatChange.PROMOTED: _l("moved up, it was their turn"),
    SeatChange.PROMOTED_EARLY: _l("moved up out of turn"),
    SeatChange.RESIZED: _l("changed how many come"),
    SeatChange.CANCELLED: _l("cancelled"),
    SeatChange.REMOVED: _l("was cancelled by the station"),
    SeatChange.MOVED_AWAY: _l("moved to another date"),
    SeatChange.SEATS: _l("number of seats changed"),
}
SHOW_REASONS = {
    "change": _l("to tell of a change"),
    "absent": _l("they have not come, to ask"),
    "check": _l("to check the number with them"),
    "safety": _l("for their safety"),
}


def relation(code: str) -> str:
    """Name what a guardian is to the child; other words than ours stand as they were written."""
    return str(RELATIONS.get(code, code))


def init_app(app: Flask) -> None:
    """Give templates the labels."""
    app.jinja_env.globals.update(
        REGISTRATION_STATUSES=STATUSES, REGISTRATION_SOURCES=SOURCES, SEAT_CHANGES=CHANGES, relation=relation
    )
