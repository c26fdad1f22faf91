"""Know a screen by its cookie, let it see what is meant for it, and nothing else."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import Flask, Response, current_app, g, make_response, redirect, request, url_for

from portal.errors import Forbidden
from portal.kiosk import queries
from portal.kiosk.models import Kiosk
from portal.stations.queries import StationCard, card, card_by_slug

P = ParamSpec("P")
COOKIE = "kiosk"
LASTS = 400 * 24 * 3600  # seconds; no browser keeps a cookie longer. Each beat gives it anew.
# What a screen may ask for besides its own pages.
ALLOWED = ("health.", "kiosk.", "kiosk_touch.", "kiosk_forms.")


def secret() -> str:
    """Return what the browser's cookie says; empty if it is no screen of ours, nor wants to be one."""
    return request.cookies.get(COOKIE, "")[:100]


def screen() -> Kiosk | None:
    """Return the screen that asks, with its station, also one that was taken back; asked once a request."""
    if "kiosk" not in g:
        g.kiosk = queries.of_secret(secret()) if secret() else None
        g.kiosk_place = card(g.kiosk.station) if g.kiosk else None
    found: Kiosk | None = g.kiosk
    return found


def place_of(slug: str) -> StationCard:
    """Return the card of the station a page is of; that of the screen itself costs nothing more.

    Unlike the screen's own row it is good after a transaction, too.

    Raises:
        Missing: there is no such station.
    """
    screen()
    own: StationCard | None = g.kiosk_place
    return own if own is not None and own.slug == slug else card_by_slug(slug)


def live_screen() -> Kiosk:
    """Return the screen that asks.

    Raises:
        Forbidden: it is none, or was taken back.
    """
    found = screen()
    if found is None or found.revoked_at is not None:
        raise Forbidden
    return found


def home_of(found: Kiosk) -> str:
    """Return the address of a screen's board."""
    return url_for("kiosk.board", slug=found.station.slug)


def lead_to(address: str) -> Response:
    """Send a screen to another of its pages."""
    return make_response(redirect(address, 303))


def on_screen(view: Callable[P, Response]) -> Callable[P, Response]:
    """Guard a view for the screens of the station in its address; others are shown how to pair one.

    What a form of another browser sends is refused.
    """

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> Response:
        slug = kwargs["slug"]
        found = screen()
        if found is not None and found.revoked_at is None and found.station.slug == slug:
            return view(*args, **kwargs)
        if request.method != "GET":
            raise Forbidden
        return lead_to(url_for("kiosk.board", slug=slug))

    guarded.guard = "screens"  # type: ignore[attr-defined]
    return guarded


def remember(response: Response, value: str) -> Response:
    """Give the screen its cookie for as long as a browser keeps one."""
    response.set_cookie(
        COOKIE,
        value,
        max_age=LASTS,
        secure=current_app.config["SECURE_COOKIES"],
        httponly=True,
        samesite="Lax",
    )
    return response


def forget(response: Response) -> Response:
    """Take the cookie away."""
    response.delete_cookie(COOKIE, secure=current_app.config["SECURE_COOKIES"], httponly=True, samesite="Lax")
    return response


def init_app(app: Flask) -> None:
    """Lead a screen that asks for anything but its own pages back to its board."""

    @app.before_request
    def stay_on_screen() -> Response | None:
        if not secret() or (request.endpoint or "").startswith(ALLOWED):
            return None
        found = screen()
        if found is None or found.revoked_at is not None:
            return None
        if request.method not in ("GET", "HEAD"):
            raise Forbidden
        return lead_to(home_of(found))
