"""Show the board, pair screens, and let them run on without network.

Every kiosk page says in the header Kiosk-Page what it is: what lacks it (an error page of a proxy, the
sign-in page of a foreign network) is not shown in place of the board, see static/js/worker/kiosk.js.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from flask import Blueprint, Response, current_app, has_request_context, request, url_for

from portal.access import public
from portal.activities import lunar
from portal.clock import local, now
from portal.config import ROOT
from portal.errors import Forbidden, Missing, Refused
from portal.i18n import LANGUAGES, _
from portal.kiosk import board as boards
from portal.kiosk import devices, gate, pairing, slides
from portal.kiosk.models import Kiosk
from portal.stations.views import current_slug
from portal.web.answers import page
from portal.web.assets import asset
from portal.web.display import is_own_origin
from portal.web.limits import hit
from portal.web.qr import qr_path

CODES = "30 per 10 minutes"  # of one address
BEATS = "60 per minute"  # of one screen
LONGEST_WORD = 20  # of what a screen says of itself
IDLE = 60  # seconds untouched until a page asks whether somebody is still there
ERRORS = (400, 403, 404, 405, 409, 413, 429, 500, 503)
WORKER = ROOT / "static" / "js" / "worker" / "kiosk.js"

bp = Blueprint("kiosk", __name__, url_prefix="/kiosk")


def screen_page(template: str, kind: str, status: int = 200, **context: Any) -> Response:
    """Answer with a page for screens; `kind` is board, pair or form. Only a board may be kept."""
    slug = (request.view_args or {})["slug"]
    response = page(
        template,
        status,
        kind=kind,
        here=gate.place_of(slug),
        home=url_for(".board", slug=slug),
        build=build(),
        idle=IDLE,
        moment=now(),
        zone=int((local(now()).utcoffset() or timedelta()) / timedelta(minutes=1)),
        **context,
    )
    response.headers["Kiosk-Page"] = kind
    response.headers["X-Robots-Tag"] = "noindex"
    if kind != "board":
        response.headers["Cache-Control"] = "no-store"
    return response


@bp.url_defaults
def stay_in_language(endpoint: str, values: dict[str, Any]) -> None:
    """Lead on in the language that a screen was opened in, as by ?lang=en; it has no cookie for that."""
    asked = request.args.get("lang") if has_request_context() else None
    if asked in LANGUAGES and endpoint != "kiosk.worker":
        values.setdefault("lang", asked)


@cache
def build() -> str:
    """Return a short name of what runs now, another one after each change of what screens load."""
    digest = hashlib.sha256()
    for path in (*sorted((ROOT / "templates" / "kiosk").glob("*.html")), WORKER):
        digest.update(path.read_bytes())
    for name in ("kiosk.css", "kiosk.js"):
        digest.update(asset(name).encode())
    return digest.hexdigest()[:8]


@bp.get("/<slug:slug>")
@public
def board(slug: str) -> Response:
    """Show the board of a paired screen; any other browser a code to pair it, or how to get one."""
    found = gate.screen()
    if found is not None and found.revoked_at is None:
        # Its own board, also when its station was merged into another: who is paired there stays there.
        return _board_page(found) if found.station.slug == slug else gate.lead_to(gate.home_of(found))
    current = current_slug(slug)
    if current != slug:
        return gate.lead_to(url_for(".board", slug=current))
    return _pairing_page(slug, found)


def _board_page(found: Kiosk) -> Response:
    made = boards.gather(found)
    return screen_page(
        "kiosk/board.html",
        "board",
        kiosk=found,
        board=made,
        slides=slides.gather(found, made),
        code=qr_path(current_app.config["PUBLIC_URL"] + _calendar_of(found)),
        lunar_long_label=lunar.lunar_long_label,
        term_label=lunar.term_label,
        festival_label=lunar.festival_label,
    )


def _calendar_of(found: Kiosk) -> str:
    if found.station.parent_id is None:
        return url_for("activities.calendar")
    return url_for("station_pages.page", slug=found.station.slug)


def _pairing_page(slug: str, revoked: Kiosk | None) -> Response:
    waiting = pairing.waiting(gate.secret(), slug) if gate.secret() and revoked is None else None
    response = screen_page("kiosk/pair.html", "pair", waiting=waiting)
    return gate.forget(response) if revoked is not None else response


@bp.post("/<slug:slug>/code")
@public
def code(slug: str) -> Response:
    """Give a screen a code to show; a paired one goes on to its board."""
    found = gate.screen()
    if found is not None and found.revoked_at is None:
        return gate.lead_to(gate.home_of(found))
    if found is None and gate.secret() and pairing.waiting(gate.secret(), slug) is not None:
        return gate.lead_to(url_for(".board", slug=slug))  # it shows one already
    if not hit(CODES, "kiosk-code", request.remote_addr or ""):
        raise Refused(_("Very many codes were asked for from here. Please try again in ten minutes."))
    return gate.remember(gate.lead_to(url_for(".board", slug=slug)), pairing.begin(slug))


@bp.post("/<slug:slug>/beat")
@gate.on_screen
def beat(slug: str) -> Response:
    """Hear how a screen fares; its cookie is good anew from now on."""
    if not is_own_origin(request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")):
        raise Forbidden
    found = gate.live_screen()
    if not hit(BEATS, "kiosk-beat", str(found.id)):
        return Response(status=429)
    said = request.form
    try:
        devices.beat(
            found.id,
            devices.Beat(
                build=said.get("build", "")[:LONGEST_WORD],
                shows=said.get("shows", "")[:LONGEST_WORD],
                size=said.get("size", "")[:LONGEST_WORD],
                clock_off=round(float(said["clock"][:LONGEST_WORD])) if "clock" in said else None,
                data_at=_moment(said.get("data", "")),
            ),
        )
    except (ValueError, OverflowError):
        return Response(status=400)
    except Missing as gone:
        raise Forbidden from gone
    return gate.remember(Response(status=204), gate.secret())


def _moment(seconds: str) -> datetime | None:
    """Read a moment in seconds since 1970; None where none is said, or none that can be."""
    read = float(seconds[:LONGEST_WORD]) if seconds else 0.0
    return datetime.fromtimestamp(read, UTC) if 0 < read < 4e9 else None


@bp.get("/<slug:slug>/offline")
@public
def offline(slug: str) -> Response:
    """Say that this needs the network; screens keep this page for when there is none."""
    return screen_page("kiosk/offline.html", "form")


@bp.get("/sw.js")
@public
def worker() -> Response:
    """Hand out the service worker, which may look after all pages of screens."""
    response = Response(WORKER.read_bytes(), mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.errorhandler(Refused)
def refused(error: Refused) -> Response:
    """Say why the rules of the moment do not allow it, on a page that leads back by itself."""
    return notice(409, error.message)


@bp.after_request
def stay_calm(response: Response) -> Response:
    """Put a page that leads back by itself in place of any error page."""
    if response.status_code not in ERRORS or "Kiosk-Page" in response.headers:
        return response
    return notice(response.status_code)


def notice(status: int, message: str = "") -> Response:
    """Answer what goes wrong without asking the database, which may be what has gone wrong."""
    home = url_for(".board", slug=(request.view_args or {}).get("slug", "center"))
    response = page("kiosk/notice.html", status, home=home, code=status, message=message)
    response.headers["Kiosk-Page"] = "notice"
    response.headers["Cache-Control"] = "no-store"
    return response
