"""Keep the little that a form needs between two requests: its token and short notices."""

from flask import Flask, Request, g, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface


class FormSession(SecureCookieSessionInterface):
    """Flask's signed cookie, kept where one can ask whether a request has used it.

    Asking flask.session itself would count as use.
    """

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Open the cookie and remember it for is_personal()."""
        g.form_session = super().open_session(app, request)
        opened: SecureCookieSession | None = g.form_session
        return opened


def is_personal() -> bool:
    """Say whether this answer may hold something of this visitor's own: a token, a notice, an account."""
    opened: SecureCookieSession | None = g.get("form_session")
    return opened is not None and opened.accessed


def begin_anew() -> None:
    """Forget the visitor's token and notices; the rest of this answer gets a new token."""
    session.clear()
    g.pop("csrf_token", None)  # where Flask-WTF keeps the old one until the request ends
