"""Say in a pill how an occurrence stands: words, never a bare number."""

from datetime import date
from typing import Any

from flask import Flask

from portal.activities.cards import Card
from portal.activities.standing import Standing, seats_left, standing
from portal.clock import local, now
from portal.i18n import _, language, ngettext, short_day


def pill(card: Card, day: date | None = None) -> tuple[str, str]:
    """Return (class, words) of the pill that says how an occurrence stands on this day, coarse for lists."""
    return _pill(card, day, exact=False)


def exact_pill(card: Card, day: date | None = None) -> tuple[str, str]:
    """Return (class, words) of the pill on an occurrence's own page: how many places are left."""
    return _pill(card, day, exact=True)


def seats_context(card: Card, day: date | None = None) -> dict[str, Any]:
    """Return what the seat count of an occurrence's page shows, whole page or its part alone."""
    stands = standing(card.held, now())
    return {
        "card": card,
        "pill": exact_pill(card, day),
        "stands": stands,
        "left": seats_left(card.seats, card.seats_taken),
        "seen": f"{card.seats}-{card.seats_taken}-{card.parties_waiting}",
        # Nothing moves any more once it has begun, and nothing needs to where there is room for all.
        "changes": card.seats is not None and stands.takes_registrations,
    }


def _pill(card: Card, day: date | None, exact: bool) -> tuple[str, str]:
    state = card.state(day or card.first_day, now())
    if state == "cancelled":
        return "gone", cancelled_words(card.cancel_reason)
    if state == "running":
        return "run", _("On now")
    if state == "past":
        return "over", _("Over")
    stands = standing(card.held, now())
    if stands is Standing.NONE_NEEDED:
        return "free", _("No sign-up needed")
    if stands is Standing.NOT_YET and card.opens_at is not None:
        return "free", _("Sign-up from %(day)s", day=short_day(local(card.opens_at).date()))
    if stands in (Standing.CLOSED, Standing.BEGUN):
        return "full", _("Sign-up closed")
    if stands is Standing.FULL:
        return "full", _("Full, you can queue") if exact else _("Full")
    left = seats_left(card.seats, card.seats_taken)
    if left is None:
        return "", _("Places open")
    if exact:
        words = ngettext("%(num)s place left", "%(num)s places left", left)
    else:
        words = _("Nearly full") if stands is Standing.FEW else _("Places open")
    return ("few" if stands is Standing.FEW else ""), words


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
