"""Let people browse on a screen: calendar, stations, menu; each thing with a code for the phone."""

from flask import Response

from portal.kiosk import gate
from portal.kiosk.views import bp, screen_page


@bp.get("/<slug:slug>/calendar")
@gate.on_screen
def calendar(slug: str) -> Response:
    """List what is on, day by day (`on`), at a station (`station`), what one can sign up for (`open`)."""
    return screen_page("kiosk/calendar.html", "form")


@bp.get("/<slug:slug>/dates/<int:occurrence_id>")
@gate.on_screen
def date(slug: str, occurrence_id: int) -> Response:
    """Show one date, with a code to go on with on the phone and the way to sign up here."""
    return screen_page("kiosk/date.html", "form")


@bp.get("/<slug:slug>/menu")
@gate.on_screen
def menu(slug: str) -> Response:
    """Show what can be ordered."""
    return screen_page("kiosk/menu.html", "form")


@bp.get("/<slug:slug>/help")
@gate.on_screen
def help(slug: str) -> Response:
    """Say how to lend a hand."""
    return screen_page("kiosk/help.html", "form")
