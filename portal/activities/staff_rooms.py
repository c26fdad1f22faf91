"""Let staff answer who asks for a room, see what has the rooms, and give one up."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, request, url_for

from portal.access import STAFF, WRITERS, actor, only, scope
from portal.activities import room_consent, room_free, room_queries, room_requests, room_weeks, rooms
from portal.activities.room_forms import SHOW_REASONS, DeskRoomForm, ShowRoomPhoneForm, WhyForm
from portal.activities.room_labels import pill
from portal.activities.room_models import RoomRequestStatus
from portal.activities.sheets import day_of
from portal.clock import now
from portal.contact import mask_phone
from portal.errors import Refused
from portal.i18n import _, in_default_language
from portal.stations import hours
from portal.stations import queries as stations
from portal.stations.models import Room
from portal.stations.queries import StationCard
from portal.web.answers import go, page
from portal.web.forms import Form
from portal.web.text import number_of

bp = Blueprint("staff_rooms", __name__, url_prefix="/staff")


@bp.get("/rooms/")
@only(*STAFF)
def index() -> Response:
    """Show who waits for an answer, and the rooms of one station over the week of a day (`on`)."""
    places = stations.stations_in(scope())
    asked_for = number_of(request.args.get("station", ""))
    place = next((one for one in places if one.id == asked_for), places[0] if places else None)
    shown = room_weeks.for_staff(day_of(request.args.get("on", "")))
    return page(
        "staff/rooms.html",
        waiting=room_queries.waiting(scope()),
        places=places,
        place=place,
        weeks=shown,
        rooms=_weeks(place, shown),
        words=room_free.words,
        may_write=actor().role in WRITERS,
        home_id=scope().station_id,
    )


def _weeks(place: StationCard | None, shown: room_weeks.Weeks) -> list[room_weeks.RoomWeek]:
    return room_weeks.laid_out(stations.by_slug(place.slug), shown, for_staff=True) if place else []


@bp.get("/rooms/<int:room_id>/book")
@only(*WRITERS)
def book_form(room_id: int) -> Response:
    """Offer a form for whoever rings or drops in; `day` may be chosen before."""
    found = room_queries.room(room_id, scope())
    form = DeskRoomForm(formdata=None)
    form.start(day_of(request.args["day"]) if request.args.get("day") else None)
    return _book_page(found, form)


@bp.post("/rooms/<int:room_id>/book")
@only(*WRITERS)
def book(room_id: int) -> Response:
    """Book the room at once, or show what is wrong."""
    found = room_queries.room(room_id, scope())
    form = DeskRoomForm()
    if not form.validate():
        return _book_page(found, form, 422)
    try:
        receipt = room_requests.write_down(
            found.id, form.wish(), form.asker(), room_consent.ROOM, actor(), form.key.data or ""
        )
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        return _book_page(room_queries.room(room_id, scope()), form, 409)
    flash(_("The room is booked. Reference %(reference)s.", reference=receipt.reference))
    return go(url_for(".request_page", request_id=receipt.request_id))


def _book_page(found: Room, form: DeskRoomForm, status: int = 200) -> Response:
    return page(
        "staff/room_book.html",
        status,
        room=found,
        station=found.station,
        said=hours.lines(room_free.week_of(found, found.station)),
        form=form,
    )


@bp.get("/rooms/requests/<int:request_id>")
@only(*STAFF)
def request_page(request_id: int) -> Response:
    """Show one request and what can be done with it."""
    return _request_page(request_id)


@bp.post("/rooms/requests/<int:request_id>/approve")
@only(*WRITERS)
def approve(request_id: int) -> Response:
    """Give the room to whoever asked."""
    return _answer(
        request_id,
        lambda key: room_requests.approve(request_id, actor(), key),
        _("The room is theirs. They are told."),
    )


@bp.post("/rooms/requests/<int:request_id>/refuse")
@only(*WRITERS)
def refuse(request_id: int) -> Response:
    """Say no, with a reason."""
    form = _why("refuse")
    if not form.validate():
        return _request_page(request_id, 422, refuse=form)
    return _answer(
        request_id,
        lambda key: room_requests.refuse(request_id, form.reason.data, actor(), key),
        _("Refused. They are told why."),
        refuse=form,
    )


@bp.post("/rooms/requests/<int:request_id>/undo")
@only(*WRITERS)
def undo(request_id: int) -> Response:
    """Take back what was answered or cancelled today."""
    cancelled = room_queries.request_in(request_id, scope()).status is RoomRequestStatus.CANCELLED
    return _answer(
        request_id,
        lambda key: room_requests.undo(request_id, actor(), key),
        _("Taken back. The room is booked again.")
        if cancelled
        else _("Taken back. The request waits for an answer again."),
    )


@bp.post("/rooms/requests/<int:request_id>/cancel")
@only(*WRITERS)
def cancel(request_id: int) -> Response:
    """Take the room back, with a reason."""
    form = _why("cancel")
    if not form.validate():
        return _request_page(request_id, 422, cancel=form)
    return _answer(
        request_id,
        lambda key: room_requests.cancel(request_id, form.reason.data, actor(), key),
        _("The booking is cancelled, the room is free. They are told why."),
        cancel=form,
    )


@bp.post("/rooms/requests/<int:request_id>/phone")
@only(*WRITERS)
def show_phone(request_id: int) -> Response:
    """Show the full number, after why has been logged."""
    form = ShowRoomPhoneForm()
    form.offer()
    if not form.validate():
        return _request_page(request_id, 422, reveal=form)
    with in_default_language():
        reason = _("Looked at the whole number: %(reason)s", reason=SHOW_REASONS[form.reason.data])
    room_requests.log_phone_shown(request_id, reason, actor())
    return _request_page(request_id, 200, shown=True, reveal=form)


def _why(name: str) -> WhyForm:
    return WhyForm(prefix=f"{name}_")


def _answer(request_id: int, act: Callable[[str], None], said: str, **given: Any) -> Response:
    """Carry an answer out and say so; where it cannot be, show why beside what was typed."""
    key = next((form.key.data for form in given.values()), request.form.get("key")) or ""
    try:
        act(key[:64])
    except Refused as refusal:
        return _request_page(request_id, 409, fault=refusal.message, **given)
    flash(said)
    return go(url_for(".request_page", request_id=request_id))


def _request_page(
    request_id: int, status: int = 200, shown: bool = False, fault: str = "", **given: Any
) -> Response:
    """Answer with the page of a request as it stands now; `given` are forms with faults."""
    found = room_queries.request_in(request_id, scope())
    reveal = given.get("reveal") or ShowRoomPhoneForm(formdata=None)
    reveal.offer()
    waits = found.status is RoomRequestStatus.WAITING
    return page(
        "staff/room_request.html",
        status,
        asked=found,
        pill=pill(found),
        phone=(found.phone or "") if shown else mask_phone(found.phone or ""),
        shown=shown,
        fault=fault,
        may_write=actor().role in WRITERS,
        waits=waits,
        begun=found.starts_at <= now(),
        may_undo=room_requests.may_undo(found),
        may_cancel=found.status is RoomRequestStatus.BOOKED and found.ends_at > now(),
        refuse=given.get("refuse") or WhyForm(formdata=None, prefix="refuse_"),
        cancel=given.get("cancel") or WhyForm(formdata=None, prefix="cancel_"),
        plain=Form(formdata=None),
        reveal=reveal,
    )


@bp.post("/stations/<slug:slug>/rooms/<int:room_id>/retire")
@only(*WRITERS)
def retire(slug: str, room_id: int) -> Response:
    """Take a room out of use."""
    rooms.retire(room_id, actor())
    flash(_("The room is out of use. Add it again under the same name to bring it back."))
    return go(url_for("staff_stations.edit", slug=slug))
