"""Show a station: open or not, what is on this week, its rooms, what is near."""

from datetime import timedelta

from flask import Blueprint, Response, current_app, url_for

from portal.access import public
from portal.activities import agenda, listing, lunar, queries
from portal.activities.listing import Filter
from portal.clock import local, now, today
from portal.stations import hours
from portal.stations import queries as stations
from portal.stations.views import current_slug
from portal.web import answers

DAYS = 7

bp = Blueprint("station_pages", __name__)


@bp.get("/stations/<slug:slug>")
@public
def page(slug: str) -> Response:
    """Show one station; a merged one leads on to its successor."""
    current = current_slug(slug)
    if current != slug:
        return Response(status=301, headers={"Location": url_for(".page", slug=current)})
    station = stations.by_slug(slug)
    first, last = today(), today() + timedelta(days=DAYS - 1)
    cards = listing.published_between(first, last, Filter(station_id=station.id))
    week = hours.stretches_of(station.hours)
    moment = local(now())
    feed = url_for("feeds.station", slug=slug)
    public_url = current_app.config["PUBLIC_URL"]
    return answers.page(
        "stations/page.html",
        station=station,
        name=stations.in_language(station.name, station.name_en),
        days=agenda.days(cards, first, last),
        hours=hours.lines(week),
        now_line="" if station.closed else hours.now_line(week, moment, station.phone),
        rooms=[(room, hours.lines(hours.stretches_of(room.hours))) for room in station.rooms],
        busy=queries.rooms_today(station.id),
        near=stations.neighbours(station.id),
        feed=public_url + feed,
        webcal="webcal://" + public_url.partition("://")[2] + feed,
        cell_label=lunar.cell_label,
    )
