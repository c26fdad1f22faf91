"""Give volunteers their own calendar to subscribe to, by a secret that they can replace or switch off."""

import hashlib

from flask import Blueprint, Response, current_app, flash, request, url_for

from portal.access import Role, actor, only, public
from portal.activities import ical
from portal.errors import Refused
from portal.i18n import _, language
from portal.stations.shell import is_demo
from portal.volunteers import personal, queries, shift_feed
from portal.web.answers import go, page
from portal.web.forms import Form
from portal.web.qr import qr_path

VOLUNTEERS = (Role.VOLUNTEER, Role.LEADER)
FORMAT = 1  # raise it when the way it is written changes, so that readers fetch it again

bp = Blueprint("volunteer_feed", __name__, url_prefix="/volunteer")


@bp.get("/feed")
@only(*VOLUNTEERS)
def feed() -> Response:
    """Offer to make the link, or to switch it off; the link itself is not kept, so it is not shown."""
    return _page(200)


@bp.post("/feed")
@only(*VOLUNTEERS)
def change() -> Response:
    """Make the link and show it once, or switch it off."""
    form, me = Form(), queries.me()
    form.validate()
    if request.form.get("intent") == "off":
        personal.switch_feed_off(me.id, actor())
        flash(_("Your calendar link is switched off. It opens nothing any more."))
        return go(url_for(".feed"))
    try:
        secret = personal.make_feed(me.id, actor(), form.key.data or "")
    except Refused as refusal:
        return _page(409, problem=refusal.message)
    return _page(200, secret)


def _page(status: int, secret: str = "", problem: str = "") -> Response:
    link = f"{current_app.config['PUBLIC_URL']}{url_for('.calendar', token=secret)}" if secret else ""
    webcal = f"webcal://{link.partition('://')[2]}" if link else ""
    response = page(
        "volunteers/feed.html",
        status,
        has_feed=queries.me().feed_hash is not None,
        link=link,
        webcal=webcal,
        qr=qr_path(link) if link else None,
        problem=problem,
        form=Form(formdata=None),
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/feeds/<token>.ics")
@public
def calendar(token: str) -> Response:
    """Hand out the shifts of whoever made this link; 304 when the reader has them already."""
    config = current_app.config
    place = ical.Place(config["CALENDAR_DOMAIN"], config["PUBLIC_URL"])
    entries = shift_feed.entries(shift_feed.volunteer_of(token), place)
    parts = (FORMAT, entries, language(), is_demo())
    tag = hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:32]
    if request.if_none_match.contains_weak(tag):
        response = Response(status=304)
    else:
        written = ical.calendar(entries, _("My shifts"), place, is_demo())
        response = Response(written, content_type="text/calendar; charset=utf-8")
        response.headers["Content-Disposition"] = 'inline; filename="shifts.ics"'
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    response.set_etag(tag)
    return response
