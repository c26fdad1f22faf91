"""Let staff keep their stations' contacts, hours and rooms."""

from flask import Blueprint, Response, flash, request, url_for

from portal.access import STAFF, WRITERS, actor, only, scope
from portal.errors import Missing, Refused
from portal.i18n import _
from portal.stations import actions, hours, queries
from portal.stations.forms import RoomForm, StationForm
from portal.stations.models import Room, Station
from portal.web.answers import go, page, show
from portal.web.text import number_of

bp = Blueprint("staff_stations", __name__, url_prefix="/staff/stations")


@bp.get("/")
@only(*STAFF)
def index() -> Response:
    """List the stations of the scope, and what residents still miss about each."""
    return page("staff/stations.html", stations=queries.completeness(scope()))


@bp.get("/<slug:slug>")
@only(*STAFF)
def edit(slug: str) -> Response:
    """Show contacts, hours and rooms of a station."""
    station = _station(slug)
    form = StationForm(formdata=None)
    form.show(station)
    return _page(station, form)


@bp.post("/<slug:slug>")
@only(*WRITERS)
def save(slug: str) -> Response:
    """Change contacts and hours, or only fill the week in like its Monday."""
    station = _station(slug)
    form = StationForm()
    if request.form.get("intent") == "repeat":
        form.repeat_first_day()
        return _page(station, form)
    valid = form.validate()
    week = form.stretches()
    status = 422
    if valid and week is not None:
        try:
            actions.change_station(station.id, number_of(form.version.data), form.details(), week, actor())
        except Refused as refusal:
            form.refuse(refusal.field, refusal.message)
            status = 409
            station = _station(slug)
        else:
            flash(_("Saved. Residents see it at once."))
            return go(url_for(".edit", slug=slug))
    return _page(station, form, status)


def _page(station: Station, form: StationForm, status: int = 200) -> Response:
    return show(
        "staff/station.html",
        "week",
        status,
        station=station,
        form=form,
        may_write=actor().role in WRITERS,
        said=hours.lines(hours.stretches_of(station.hours)),
    )


@bp.get("/<slug:slug>/rooms/new")
@only(*WRITERS)
def new_room(slug: str) -> Response:
    """Offer an empty form for a room."""
    return _room_page(_station(slug), None, RoomForm(formdata=None))


@bp.post("/<slug:slug>/rooms/new")
@only(*WRITERS)
def add_room(slug: str) -> Response:
    """Add a room."""
    return _save_room(_station(slug), None)


@bp.get("/<slug:slug>/rooms/<int:room_id>")
@only(*WRITERS)
def room(slug: str, room_id: int) -> Response:
    """Offer a room for change."""
    station = _station(slug)
    found = _room(station, room_id)
    form = RoomForm(formdata=None)
    form.show(found)
    return _room_page(station, found, form)


@bp.post("/<slug:slug>/rooms/<int:room_id>")
@only(*WRITERS)
def save_room(slug: str, room_id: int) -> Response:
    """Change a room."""
    station = _station(slug)
    return _save_room(station, _room(station, room_id))


def _save_room(station: Station, found: Room | None) -> Response:
    slug, station_id, room_id = station.slug, station.id, found.id if found else None
    form = RoomForm()
    if request.form.get("intent") == "repeat":
        form.repeat_first_day()
        return _room_page(station, found, form)
    valid = form.validate()
    week = form.stretches()
    status = 422
    if valid and week is not None:
        try:
            if room_id is None:
                actions.add_room(station_id, form.details(), week, actor())
            else:
                actions.change_room(station_id, room_id, form.details(), week, actor())
        except Refused as refusal:
            form.refuse(refusal.field, refusal.message)
            status = 409
        else:
            flash(_("Saved. Residents see it at once."))
            return go(url_for(".edit", slug=slug))
    return _room_page(station, found, form, status)


def _room_page(station: Station, found: Room | None, form: RoomForm, status: int = 200) -> Response:
    return show("staff/room.html", "week", status, station=station, room=found, form=form)


def _station(slug: str) -> Station:
    station = queries.by_slug(slug)
    if not queries.is_in_scope(station.id, scope()):
        raise Missing
    return station


def _room(station: Station, room_id: int) -> Room:
    for found in station.rooms:
        if found.id == room_id:
            return found
    raise Missing
