"""Say in a pill how an occurrence stands: words, never a bare number."""

from datetime import date

from flask import Flask

from portal.activities.listing import Card
from portal.clock import now
from portal.i18n import _, language


def pill(card: Card, day: date | None = None) -> tuple[str, str]:
    """Return (class, words) of the pill that says how an occurrence stands on this day."""
    state = card.state(day or card.first_day, now())
    if state == "cancelled":
        return "gone", cancelled_words(card.cancel_reason)
    if state == "running":
        return "run", _("On now")
    if state == "past":
        return "full", _("Over")
    if not card.registration:
        return "free", _("No sign-up needed")
    if card.seats is None:
        return "", _("Places open")
    return "", _("%(num)s places", num=card.seats)


def cancelled_words(reason: str) -> str:
    """Say that it is cancelled, with a reason short enough for a pill."""
    if not reason:
        return _("Cancelled")
    if language() != "en" and len(reason) <= 8:
        return reason if "取消" in reason or "改期" in reason else _("Cancelled: %(reason)s", reason=reason)
    return _("Cancelled") if len(reason) > 24 else _("Cancelled: %(reason)s", reason=reason)


def init_app(app: Flask) -> None:
    """Give templates the pill."""
    app.jinja_env.globals["pill_of"] = pill
