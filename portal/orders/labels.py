"""Name the codes of orders in words for people."""

from flask import Flask

from portal.i18n import lazy_gettext as _l
from portal.i18n import lazy_pgettext
from portal.orders.flow import Act, State
from portal.orders.models import ForWhom, Grade, OfferStatus, PartOfDay, Place, Source

STATES = {
    State.DRAFT: lazy_pgettext("order", "Draft"),
    State.SUBMITTED: lazy_pgettext("order", "To be admitted"),
    State.RETURNED: lazy_pgettext("order", "Back to the asker"),
    State.ADMITTED: lazy_pgettext("order", "To be dispatched"),
    State.OFFERED: lazy_pgettext("order", "A team is asked"),
    State.ACCEPTED: lazy_pgettext("order", "Accepted"),
    State.SCHEDULED: lazy_pgettext("order", "Scheduled"),
    State.SERVING: lazy_pgettext("order", "Being served"),
    State.RATING: lazy_pgettext("order", "To be rated"),
    State.FOLLOW_UP: lazy_pgettext("order", "To be called back"),
    State.CLOSED: lazy_pgettext("order", "Closed"),
    State.REFUSED: lazy_pgettext("order", "Refused"),
    State.WITHDRAWN: lazy_pgettext("order", "Withdrawn"),
    State.CANCELLED: lazy_pgettext("order", "Cancelled"),
}
ACTS = {
    Act.DRAFT: lazy_pgettext("order step", "Written down as a draft"),
    Act.SUBMIT: lazy_pgettext("order step", "Ordered"),
    Act.ADMIT: lazy_pgettext("order step", "Admitted"),
    Act.RETURN: lazy_pgettext("order step", "Sent back for a word more"),
    Act.ANSWER: lazy_pgettext("order step", "A word added"),
    Act.REFUSE: lazy_pgettext("order step", "Refused"),
    Act.OFFER: lazy_pgettext("order step", "Dispatched"),
    Act.ACCEPT: lazy_pgettext("order step", "Accepted"),
    Act.DECLINE: lazy_pgettext("order step", "Declined"),
    Act.ASK_NEXT: lazy_pgettext("order step", "The next team is asked"),
    Act.EXPIRE: lazy_pgettext("order step", "No answer in time"),
    Act.REDISPATCH: lazy_pgettext("order step", "Taken back to dispatch anew"),
    Act.SCHEDULE: lazy_pgettext("order step", "Scheduled"),
    Act.START: lazy_pgettext("order step", "Service began"),
    Act.COMPLETE: lazy_pgettext("order step", "Service done"),
    Act.RATE: lazy_pgettext("order step", "Rated, closed"),
    Act.CALL_BACK: lazy_pgettext("order step", "Rated; somebody calls back"),
    Act.CLOSE_UNRATED: lazy_pgettext("order step", "Closed without a rating"),
    Act.FINISH_CALL: lazy_pgettext("order step", "Called back, closed"),
    Act.REOPEN: lazy_pgettext("order step", "Taken up again"),
    Act.WITHDRAW: lazy_pgettext("order step", "Withdrawn"),
    Act.CANCEL: lazy_pgettext("order step", "Cancelled"),
    Act.ESCALATE: lazy_pgettext("order step", "Late: it goes to the level above"),
    Act.HURRY: lazy_pgettext("order step", "Asked to hurry"),
    Act.REMIND: lazy_pgettext("order step", "Reminded to rate"),
    Act.NOTE: lazy_pgettext("order step", "Note"),
}
GRADES = {
    Grade.VERY_GOOD: lazy_pgettext("grade", "Very satisfied"),
    Grade.GOOD: lazy_pgettext("grade", "Satisfied"),
    Grade.FAIR: lazy_pgettext("grade", "Fairly satisfied"),
    Grade.BAD: lazy_pgettext("grade", "Not satisfied"),
    Grade.VERY_BAD: lazy_pgettext("grade", "Very dissatisfied"),
}
PARTS = {
    PartOfDay.MORNING: _l("morning"),
    PartOfDay.AFTERNOON: _l("afternoon"),
    PartOfDay.EVENING: _l("evening"),
}
SOURCES = {
    Source.WEB: _l("online"),
    Source.PHONE: _l("by phone"),
    Source.DESK: _l("at the desk"),
    Source.KIOSK: _l("at the screen"),
}
FOR_WHOM = {
    ForWhom.SELF: lazy_pgettext("order", "Myself"),
    ForWhom.FAMILY: lazy_pgettext("order", "Family"),
    ForWhom.OTHER: lazy_pgettext("order", "A neighbour or friend"),
}
PLACES = {
    Place.HOME: lazy_pgettext("order", "At home"),
    Place.STATION: lazy_pgettext("order", "At the station"),
}
OFFERS = {
    OfferStatus.NEXT: lazy_pgettext("offer", "to be asked next"),
    OfferStatus.ASKED: lazy_pgettext("offer", "asked"),
    OfferStatus.ACCEPTED: lazy_pgettext("offer", "accepted"),
    OfferStatus.DECLINED: lazy_pgettext("offer", "declined"),
    OfferStatus.EXPIRED: lazy_pgettext("offer", "did not answer"),
    OfferStatus.RECALLED: lazy_pgettext("offer", "taken back"),
}
# The pill of the design that goes with a state: few asks for somebody, gone is over without service.
PILLS = {
    State.DRAFT: "over",
    State.SUBMITTED: "few",
    State.RETURNED: "few",
    State.ADMITTED: "few",
    State.OFFERED: "info",
    State.ACCEPTED: "",
    State.SCHEDULED: "",
    State.SERVING: "",
    State.RATING: "info",
    State.FOLLOW_UP: "gone",
    State.CLOSED: "over",
    State.REFUSED: "gone",
    State.WITHDRAWN: "over",
    State.CANCELLED: "gone",
}


def init_app(app: Flask) -> None:
    """Give templates the labels."""
    app.jinja_env.globals.update(
        order_states=STATES,
        order_acts=ACTS,
        order_pills=PILLS,
        grades=GRADES,
        parts_of_day=PARTS,
        order_sources=SOURCES,
        for_whom=FOR_WHOM,
        order_places=PLACES,
        offer_states=OFFERS,
    )
