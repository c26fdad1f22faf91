"""Hand out calendars to subscribe to: everything a filter can show, per station, per occurrence."""

import hashlib
from datetime import timedelta

from flask import Blueprint, Response, current_app, request

from portal.access import public
from portal.activities import address, feed_rows, ical
from portal.activities.feed_rows import FeedRow
from portal.activities.listing import Filter
from portal.clock import today
from portal.errors import Missing
from portal.i18n import _
from portal.stations import queries as stations
from portal.stations.shell import is_demo
from portal.stations.views import current_slug

MOST_EVENTS = 3000

bp = Blueprint("feeds", __name__)


@bp.get("/calendar.ics")
@public
def calendar() -> Response:
    """Feed what the calendar's filters show; a filter that makes no sense is no feed."""
    reading = address.read(request.args)
    if reading.faults:
        raise Missing
    return answer(coming(reading.narrowed), _("Huaqiao Civilization Practice"), "calendar.ics")


@bp.get("/stations/<slug:slug>/calendar.ics")
@public
def station(slug: str) -> Response:
    """Feed what one station leads or co-hosts; a merged station's feed goes on as its successor's."""
    found = stations.card_by_slug(current_slug(slug))
    return answer(coming(Filter(station_id=found.id)), found.name, f"{found.slug}.ics")


@bp.get("/occurrences/<int:occurrence_id>.ics")
@public
def occurrence(occurrence_id: int) -> Response:
    """Give one occurrence to put into a calendar."""
    rows = feed_rows.feed_rows(Filter(), only=occurrence_id)
    if not rows:
        raise Missing
    return answer(rows, rows[0].title, f"occurrence-{occurrence_id}.ics")


def coming(narrowed: Filter) -> list[FeedRow]:
    """List what a feed holds: thirty days back, half a year ahead."""
    return feed_rows.feed_rows(
        narrowed,
        first=today() - timedelta(days=ical.PAST.days),
        last=today() + timedelta(days=ical.AHEAD.days),
        limit=MOST_EVENTS,
    )


def answer(rows: list[FeedRow], name: str, filename: str) -> Response:
    """Answer with the calendar, or 304 when the reader has it already."""
    config = current_app.config
    place = ical.Place(config["CALENDAR_DOMAIN"], config["PUBLIC_URL"])
    body = ical.feed(rows, name, place, is_demo())
    response = Response(body, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'inline; filename="{filename}"'
    response.headers["Cache-Control"] = "no-cache"
    response.set_etag(hashlib.sha256(body).hexdigest()[:32])
    response.make_conditional(request)
    return response
