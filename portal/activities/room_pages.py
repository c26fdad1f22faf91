"""Let residents see a station's rooms, ask for one, and see what became of it."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, current_app, request, url_for

from portal.access import public
from portal.activities import room_consent, room_free, room_queries, room_requests, room_rules, room_weeks
from portal.activities.room_forms import AskForm
from portal.activities.room_labels import pill
from portal.activities.room_models import RoomRequest, RoomRequestStatus
from portal.activities.sheets import day_of
from portal.clock import now, today
from portal.contact import mask_name, mask_phone
from portal.errors import Missing, Refused
from portal.i18n import _
from portal.stations import hours
from portal.stations import queries as stations
from portal.stations.models import Room
from portal.stations.views import current_slug
from portal.web.answers import go, page
from portal.web.by_phone import number_within_limit
from portal.web.csrf import may_compress
from portal.web.forms import Form
from portal.web.headers import keep_private
from portal.web.limits import hit

# A village may stand behind one address.
BY_ADDRESS = "120 per minute"

bp = Blueprint("rooms", __name__)
bp.after_request(keep_private)


@bp.get("/stations/<slug:slug>/rooms")
@public
def index(slug: str) -> Response:
    """Show the rooms of a station for seven days from `on`: what has them, when they are free."""
    current = current_slug(slug)
    if current != slug:
        language = request.args.get("lang")
        address = url_for(".index", slug=current, lang=language)
        return Response(status=301, headers={"Location": address})
    station = stations.by_slug(slug)
    if station.closed:
        raise Missing
    shown = room_weeks.for_residents(day_of(request.args.get("on", "")))
    return page(
        "rooms/index.html",
        station=station,
        name=stations.in_language(station.name, station.name_en),
        weeks=shown,
        rooms=room_weeks.laid_out(station, shown),
        said=hours.lines(hours.stretches_of(station.hours)),
        words=room_free.words,
        last_day=today() + timedelta(days=room_rules.DAYS_AHEAD),
    )


@bp.get("/stations/<slug:slug>/rooms/<int:room_id>/ask")
@public
def ask_form(slug: str, room_id: int) -> Response:
    """Ask when somebody wants a room and what for; `day` may be chosen before."""
    form = AskForm(formdata=None)
    found = room_queries.room_of(slug, room_id)
    form.start(day_of(request.args["day"]) if request.args.get("day") else None)
    return _ask_page(found, form, 200)


@bp.post("/stations/<slug:slug>/rooms/<int:room_id>/ask")
@public
def ask(slug: str, room_id: int) -> Response:
    """Put the request down, or show what is wrong with it."""
    found = room_queries.room_of(slug, room_id)
    form = AskForm()
    if not hit(BY_ADDRESS, "room-request", request.remote_addr or ""):
        form.refuse(None, _("Very many are asking from where you are. Please try again in a minute."))
        return _ask_page(found, form, 429)
    if not form.validate():
        return _ask_page(found, form, 422)
    if not number_within_limit(form, "room-request"):
        return _ask_page(found, form, 429)
    agreed = room_consent.agreed(form.consent.data)
    try:
        receipt = room_requests.ask(found.id, form.wish(), form.asker(), agreed, form.key.data or "")
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        return _ask_page(room_queries.room_of(slug, room_id), form, 409)
    return go(url_for(".own", token=room_requests.token_of(receipt.reference)))


def _ask_page(found: Room, form: AskForm, status: int) -> Response:
    if status == 200:
        may_compress()  # the form is empty: there is nothing of anybody's in it
    day = form.day.data
    shown = None
    if day is not None and today() <= day <= today() + timedelta(days=room_rules.DAYS_AHEAD):
        has = [one for one in room_queries.taken(found.station_id, day, 1) if one.room_id == found.id]
        shown = room_weeks.room_day(found, found.station, day, has)
    return page(
        "rooms/ask.html",
        status,
        room=found,
        station=found.station,
        name=stations.in_language(found.name, found.name_en),
        said=hours.lines(room_free.week_of(found, found.station)),
        shown=shown,
        taken=[(one.starts_at, one.ends_at) for one in shown.taken] if shown else [],
        today=today(),
        words=room_free.words,
        form=form,
        days_ahead=room_rules.DAYS_AHEAD,
        last_day=today() + timedelta(days=room_rules.DAYS_AHEAD),
        keep_days=current_app.config["KEEP_REGISTRATIONS_DAYS"],
    )


@bp.get("/rooms/requests/<token>")
@public
def own(token: str) -> Response:
    """Show whoever asked how it stands."""
    found = room_queries.by_token(token)
    return page("rooms/request.html", may_withdraw=may_withdraw(found), **about(token, found))


@bp.get("/rooms/requests/<token>/cancel")
@public
def confirm_withdraw(token: str) -> Response:
    """Ask whether they really give it up."""
    found = room_queries.by_token(token)
    form = Form(formdata=None)
    return page("rooms/withdraw.html", form=form, may_withdraw=may_withdraw(found), **about(token, found))


@bp.post("/rooms/requests/<token>/cancel")
@public
def withdraw(token: str) -> Response:
    """Give it up."""
    room_requests.withdraw(room_queries.by_token(token).id)
    return go(url_for(".own", token=token))


def may_withdraw(found: RoomRequest) -> bool:
    """Say whether there is anything to give up yet."""
    return found.status in room_rules.LIVE and found.starts_at > now()


def about(token: str, found: RoomRequest) -> dict[str, Any]:
    """Return what the pages behind a private link show."""
    return {
        "token": token,
        "asked": found,
        "station": found.station,
        "name": stations.in_language(found.room.name, found.room.name_en),
        "masked": mask_name(found.name),
        "phone": mask_phone(found.phone or ""),
        "pill": pill(found),
        "over": found.ends_at <= now(),
        "unanswered": found.status is RoomRequestStatus.WAITING and found.starts_at <= now(),
    }
