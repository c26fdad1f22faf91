"""Show a station: open or not, what is on this week, its rooms, what is near."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, Response, current_app, request, url_for

from portal.access import public
from portal.activities import agenda, beside, listing, lunar, queries
from portal.activities.home import hints
from portal.activities.listing import Filter
from portal.clock import local, now, today
from portal.i18n import _, clock_time
from portal.stations import hours
from portal.stations import queries as stations
from portal.stations.hours import Stretch
from portal.stations.models import Station
from portal.stations.views import current_slug
from portal.web import answers

DAYS = 7
KEPT_IN_VIEW = 10  # of what a closed station did

bp = Blueprint("station_pages", __name__)


@dataclass(frozen=True, slots=True)
class RoomRow:
    """A room as the page shows it; `pill` is (class, words) of how it stands now."""

    name: str
    seats: int | None
    hours: list[str]
    pill: tuple[str, str]


@bp.get("/stations/<slug:slug>")
@public
def page(slug: str) -> Response:
    """Show one station; a merged one leads on to its successor."""
    current = current_slug(slug)
    if current != slug:
        return moved(current)
    station = stations.by_slug(slug)
    week = hours.stretches_of(station.hours)
    first, last = today(), today() + timedelta(days=DAYS - 1)
    days = agenda.days(listing.published_between(first, last, Filter(station_id=station.id)), first, last)
    near = stations.neighbours(station.id)
    feed = url_for("feeds.station", slug=slug)
    public_url = current_app.config["PUBLIC_URL"]
    return answers.page(
        "stations/page.html",
        station=station,
        name=stations.in_language(station.name, station.name_en),
        days=days,
        coming=sum(not card.cancelled for day in days if day.is_today for card in day.cards),
        done=listing.last_at(station.id, KEPT_IN_VIEW) if station.closed else [],
        hours=hours.lines(week),
        now_line="" if station.closed else hours.now_line(week, local(now()), station.phone),
        rooms=[] if station.closed else room_rows(station, week),
        parts=beside.gathered(station),
        near=near,
        hints=hints([card.id for card in near]) if near else {},
        feed=public_url + feed,
        webcal="webcal://" + public_url.partition("://")[2] + feed,
        cell_label=lunar.cell_label,
    )


def moved(slug: str) -> Response:
    """Lead on for good, in the language asked for."""
    language = request.args.get("lang")
    return Response(status=301, headers={"Location": url_for(".page", slug=slug, lang=language)})


def room_rows(station: Station, week: Sequence[Stretch]) -> list[RoomRow]:
    """List the rooms and how each stands now; a room without hours of its own opens with its station."""
    busy = queries.rooms_today(station.id)
    rows = []
    for room in station.rooms:
        own = hours.stretches_of(room.hours)
        rows.append(
            RoomRow(
                stations.in_language(room.name, room.name_en),
                room.seats,
                hours.lines(own),
                room_pill(busy.get(room.id), own or week, now()),
            )
        )
    return rows


def room_pill(
    use: tuple[datetime, datetime] | None, week: Sequence[Stretch], moment: datetime
) -> tuple[str, str]:
    """Return (class, words) for a room: in use now, in use later today, closed or free."""
    if use is not None and use[0] <= moment:
        return "run", _("in use until %(time)s", time=clock_time(use[1]))
    if use is not None:
        return "few", _("in use from %(time)s", time=clock_time(use[0]))
    if week and hours.open_until(week, local(moment)) is None:
        return "over", _("closed just now")
    return "free", _("free")
