"""Keep how a visitor likes to see the portal: language, elder mode, contrast; in a cookie, nothing else."""

from dataclasses import dataclass, replace
from urllib.parse import parse_qs, urlencode, urlsplit

from flask import Blueprint, Flask, Response, current_app, g, request

from portal.access import public
from portal.errors import Forbidden
from portal.i18n import LANGUAGES
from portal.web.answers import go, safe_path

YEAR = 365 * 24 * 3600
bp = Blueprint("display", __name__)


@dataclass(frozen=True, slots=True)
class Display:
    """How a visitor likes to see the portal."""

    language: str = ""
    elder: bool = False
    contrast: bool = False

    def to_cookie(self) -> str:
        """Write the preferences as a cookie value."""
        return urlencode({"lang": self.language, "elder": int(self.elder), "contrast": int(self.contrast)})


def read_cookie(value: str) -> Display:
    """Read the preferences from a cookie value; whatever it does not say stays at its default."""
    fields = parse_qs(value[:100])
    language = fields.get("lang", [""])[0]
    return Display(
        language=language if language in LANGUAGES else "",
        elder=fields.get("elder") == ["1"],
        contrast=fields.get("contrast") == ["1"],
    )


def init_app(app: Flask) -> None:
    """Read the cookie before each request."""
    app.register_blueprint(bp)

    @app.before_request
    def load() -> None:
        g.display = read_cookie(request.cookies.get("display", ""))


@bp.post("/display")
@public
def set_display() -> Response:
    """Set one preference and go back to where the visitor was.

    Pages from a cache hold no form token, so the browser's Origin is checked instead.
    """
    if not is_own_origin(request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")):
        raise Forbidden
    display: Display = g.display
    if request.form.get("lang") in LANGUAGES:
        display = replace(display, language=request.form["lang"])
    if request.form.get("elder") in ("0", "1"):
        display = replace(display, elder=request.form["elder"] == "1")
    if request.form.get("contrast") in ("0", "1"):
        display = replace(display, contrast=request.form["contrast"] == "1")
    response = go(safe_path(request.form.get("next")) or "/")
    response.set_cookie(
        "display",
        display.to_cookie(),
        max_age=YEAR,
        secure=current_app.config["SECURE_COOKIES"],
        httponly=True,
        samesite="Lax",
    )
    return response


def is_own_origin(origin: str | None, fetch_site: str | None) -> bool:
    """Accept our own pages, and browsers too old to say where a form came from."""
    if fetch_site is not None:
        return fetch_site == "same-origin"
    if origin is None:
        return True
    return urlsplit(origin).netloc == request.host
