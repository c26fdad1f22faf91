"""Let staff look after the screens of their stations: pair them, see how they fare, set them right."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, current_app, flash, request, url_for

from portal.access import STAFF, WRITERS, actor, only, scope
from portal.clock import now, today
from portal.errors import Refused
from portal.i18n import _
from portal.kiosk import devices, faring, labels, notices, pairing, queries
from portal.kiosk.models import Kiosk
from portal.kiosk.staff_forms import NoticeForm, PairForm, QuietForm, SettingsForm
from portal.kiosk.views import build
from portal.stations import queries as stations
from portal.stations.queries import StationCard, card
from portal.web.answers import go, page
from portal.web.forms import Form
from portal.web.limits import hit

CODES = "20 per 10 minutes"  # tried by one account
A_WHILE = timedelta(hours=2)
UNTIL: dict[str, Callable[[Kiosk], datetime | None]] = {
    "hours": lambda _kiosk: now() + A_WHILE,
    "opening": faring.bright_next,
    "end": lambda _kiosk: None,
}

bp = Blueprint("staff_kiosks", __name__, url_prefix="/staff")


@bp.get("/kiosks/")
@only(*STAFF)
def index() -> Response:
    """List the screens and how they fare, and what stands on the boards."""
    return _list_page()


@bp.post("/kiosks/")
@only(*WRITERS)
def pair() -> Response:
    """Pair the screen that shows the code."""
    form = PairForm()
    if not form.validate():
        return _list_page(422, pair=form)
    if not hit(CODES, "kiosk-pair", str(actor().account_id)):
        form.refuse(None, _("Very many codes were tried. Please try again in ten minutes."))
        return _list_page(429, pair=form)
    try:
        kiosk_id = pairing.pair(form.code.data, form.name.data, actor(), form.key.data or "")
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        return _list_page(422 if refusal.field == "code" else 409, pair=form)
    flash(_("Paired: %(screen)s", screen=_called(queries.kiosk(kiosk_id, scope()))))
    return go(url_for(".index"))


@bp.post("/kiosks/notices")
@only(*WRITERS)
def post_notice() -> Response:
    """Put a notice on the boards."""
    form = NoticeForm()
    form.offer(stations.stations_in(scope()))
    if not form.validate():
        return _list_page(422, notice=form)
    until = form.until.data
    assert until is not None
    try:
        notices.post(int(form.station.data), form.text.data, until, actor(), form.key.data or "")
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        return _list_page(409, notice=form)
    flash(_("It stands on the boards within a minute."))
    return go(url_for(".index"))


@bp.post("/kiosks/notices/<int:notice_id>/drop")
@only(*WRITERS)
def drop_notice(notice_id: int) -> Response:
    """Take a notice off the boards; what it said stands in the form, should it have been a mistake."""
    was = notices.drop(notice_id, actor())
    if was is None:
        flash(_("It was taken down already."))
        return go(url_for(".index"))
    flash(_("Taken down: “%(text)s” It still stands in the form below, to put it back.", text=was.text))
    return go(url_for(".index", text=was.text, until=was.until.isoformat(), station=was.station_id))


def _list_page(status: int = 200, **given: Any) -> Response:
    """Answer with the list as it stands now; `given` are forms with faults."""
    here = scope()
    places, standing = stations.stations_in(here), queries.notices_in(here, today())
    # Those above write on these boards, too; a closed station is on no list, yet its notices are its own.
    shown = {one.station_id for one in standing} if here.everything else set()
    own = {here.station_id, *(place.id for place in places), *shown}
    notice = given.get("notice") or NoticeForm(formdata=None)
    notice.offer(places)
    if "notice" not in given:
        notice.start(request.args)
    return page(
        "staff/kiosks.html",
        status,
        # Those that somebody should look at on top.
        screens=sorted(faring.of(queries.kiosks_in(here), here), key=lambda one: not one.is_missed),
        standing=standing,
        own=own,
        address=_address(places),
        may_write=actor().role in WRITERS,
        pair=given.get("pair") or PairForm(formdata=None),
        notice=notice,
        build=build(),
        said=labels,
    )


def _address(places: list[StationCard]) -> str:
    """Return what to open on a screen of the own station."""
    if not places:
        return ""
    # Whatever language the staff read, the screen is to speak its own.
    return str(current_app.config["PUBLIC_URL"]) + url_for("kiosk.board", slug=places[0].slug, lang=None)


def _called(kiosk: Kiosk) -> str:
    return f"{card(kiosk.station).short_name} · {kiosk.name}"


@bp.get("/kiosks/<int:kiosk_id>")
@only(*STAFF)
def kiosk(kiosk_id: int) -> Response:
    """Show all about one screen."""
    return _kiosk_page(kiosk_id)


def _kiosk_page(kiosk_id: int, status: int = 200, **given: Any) -> Response:
    """Answer with the page of a screen as it is now; `given` are forms with faults."""
    found = queries.kiosk(kiosk_id, scope())
    settings = given.get("settings") or SettingsForm(formdata=None)
    if "settings" not in given:
        settings.start(found)
    return page(
        "staff/kiosk.html",
        status,
        kiosk=found,
        screen=faring.of([found], scope())[0],
        may_write=actor().role in WRITERS,
        settings=settings,
        quiet=given.get("quiet") or QuietForm(formdata=None),
        plain=Form(formdata=None),
        build=build(),
        said=labels,
    )


@bp.post("/kiosks/<int:kiosk_id>/reload")
@only(*WRITERS)
def reload(kiosk_id: int) -> Response:
    """Let a screen load its page anew."""
    devices.ask_to_reload(kiosk_id, actor())
    silent = devices.is_silent(queries.kiosk(kiosk_id, scope()), now())
    flash(_("It opens anew as soon as it has network.") if silent else _("Within a minute it opens anew."))
    return go(url_for(".kiosk", kiosk_id=kiosk_id))


@bp.post("/kiosks/<int:kiosk_id>/quiet")
@only(*WRITERS)
def quiet(kiosk_id: int) -> Response:
    """Let nobody be told for a while that a screen is silent, or tell again."""
    found = queries.kiosk(kiosk_id, scope())
    form = QuietForm()
    if not form.validate():
        return _kiosk_page(kiosk_id, 422, quiet=form)
    until = UNTIL[form.n.data](found)
    devices.be_quiet(kiosk_id, until, actor())
    flash(
        _("Reminders are on again.")
        if until is None
        else _("No reminder until %(time)s.", time=labels.when(until))
    )
    return go(url_for(".kiosk", kiosk_id=kiosk_id))


@bp.post("/kiosks/<int:kiosk_id>/settings")
@only(*WRITERS)
def settle(kiosk_id: int) -> Response:
    """Say where a screen stands and when it is bright."""
    queries.kiosk(kiosk_id, scope())
    form = SettingsForm()
    if not form.validate():
        return _kiosk_page(kiosk_id, 422, settings=form)
    try:
        devices.settle(kiosk_id, form.name.data, form.bright(), actor())
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        return _kiosk_page(kiosk_id, 422, settings=form)
    flash(_("Saved."))
    return go(url_for(".kiosk", kiosk_id=kiosk_id))


@bp.get("/kiosks/<int:kiosk_id>/revoke")
@only(*WRITERS)
def revoke_form(kiosk_id: int) -> Response:
    """Say what happens when a screen is taken back."""
    return page("staff/kiosk_revoke.html", kiosk=queries.kiosk(kiosk_id, scope()), plain=Form(formdata=None))


@bp.post("/kiosks/<int:kiosk_id>/revoke")
@only(*WRITERS)
def revoke(kiosk_id: int) -> Response:
    """Take a screen back."""
    called = _called(queries.kiosk_of_old(kiosk_id, scope()))
    devices.revoke(kiosk_id, actor())
    flash(_("Taken back: %(screen)s", screen=called))
    return go(url_for(".index"))
