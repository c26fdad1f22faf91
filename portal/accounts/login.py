"""Connect the login cookie to Flask-Login: a token in the browser, a row on the server."""

from datetime import datetime, timedelta

from flask import Flask, Request, Response, current_app
from flask_login import LoginManager

from portal.access import STAFF, Role
from portal.accounts import actions, queries
from portal.accounts.queries import SignedIn
from portal.clock import now

COOKIE = "login"


def init_app(app: Flask) -> None:
    """Load whoever is signed in from the login cookie.

    LoginManager.init_app is left out: its hooks read Flask's session on every answer, and a page that
    has touched the session is nobody's to cache.
    """
    manager = LoginManager()
    manager.session_protection = None
    manager.request_loader(load)
    app.login_manager = manager  # type: ignore[attr-defined]


def load(request: Request) -> SignedIn | None:
    """Return who sends this request, if anybody signed in does."""
    token = request.cookies.get(COOKIE, "")
    if not token:
        return None
    person = queries.signed_in(token, timedelta(minutes=current_app.config["STAFF_IDLE_MINUTES"]))
    seen_at = person.seen_at if person else None
    if person and isinstance(seen_at, datetime) and now() - seen_at > actions.SEEN_EVERY:
        actions.note_seen(person.session_hash)
    return person


def hours_of(role: Role) -> int:
    """Return how long a session of somebody of this role is good at most, in hours."""
    if role in STAFF:
        return int(current_app.config["STAFF_SESSION_HOURS"])
    return 24 * int(current_app.config["VOLUNTEER_SESSION_DAYS"])


def set_cookie(response: Response, token: str, role: Role) -> Response:
    """Give the browser its token: for staff until it closes, for volunteers as long as it is good."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=None if role in STAFF else hours_of(role) * 3600,
        secure=current_app.config["SECURE_COOKIES"],
        httponly=True,
        samesite="Lax",
        path="/",
    )
    return response


def drop_cookie(response: Response) -> Response:
    """Take the token away and have the browser drop what it kept."""
    response.delete_cookie(COOKIE, path="/")
    response.headers["Clear-Site-Data"] = '"cache"'
    return response
