"""Hand out calendars to subscribe to, and news: everything a filter can show, per station, per occurrence."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, Response, current_app, request

from portal.access import public
from portal.activities import address, atom, feed_rows, ical
from portal.activities.feed_rows import FeedRow
from portal.activities.listing import Filter
from portal.clock import today
from portal.errors import Missing
from portal.i18n import _, language
from portal.stations import queries as stations
from portal.stations.shell import is_demo
from portal.stations.views import current_slug

MOST_EVENTS = 3000
NEWS_AHEAD = timedelta(days=60)
FORMAT = 2  # raise it when the way feeds are written changes, so that readers fetch them again

bp = Blueprint("feeds", __name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a feed is asked for: which occurrences, between which local dates."""

    narrowed: Filter
    first: date | None = None
    last: date | None = None
    only: int | None = None

    def rows(self) -> list[FeedRow]:
        """Read the occurrences."""
        return feed_rows.feed_rows(self.narrowed, self.first, self.last, self.only, MOST_EVENTS)


def around(narrowed: Filter) -> Wanted:
    """Return what a calendar to subscribe to holds: thirty days back, half a year ahead."""
    return Wanted(
        narrowed,
        today() - timedelta(days=ical.PAST.days),
        today() + timedelta(days=ical.AHEAD.days),
    )


@bp.get("/calendar.ics")
@public
def calendar() -> Response:
    """Feed what the calendar's filters show; a filter that makes no sense is no feed."""
    reading = address.read(request.args)
    if reading.faults:
        raise Missing
    return answer(around(reading.narrowed), _("Huaqiao Civilization Practice"), "calendar.ics")


@bp.get("/calendar.atom")
@public
def news() -> Response:
    """Feed the same to readers of news: what is on in the next two months."""
    reading = address.read(request.args)
    if reading.faults:
        raise Missing
    wanted = Wanted(reading.narrowed, today(), today() + NEWS_AHEAD)
    config = current_app.config
    place = ical.Place(config["CALENDAR_DOMAIN"], config["PUBLIC_URL"])

    def write() -> bytes:
        return atom.feed(
            wanted.rows(),
            _("Huaqiao Civilization Practice"),
            place,
            place.public_url + reading.address.link("/calendar.atom", view="month", on=None),
            place.public_url + reading.address.link(),
            is_demo(),
        )

    return if_changed(wanted, "application/atom+xml; charset=utf-8", write)


@bp.get("/stations/<slug:slug>/calendar.ics")
@public
def station(slug: str) -> Response:
    """Feed what one station leads or co-hosts; a merged station's feed goes on as its successor's."""
    found = stations.card_by_slug(current_slug(slug))
    return answer(around(Filter(station_id=found.id)), found.name, f"{found.slug}.ics")


@bp.get("/occurrences/<int:occurrence_id>.ics")
@public
def occurrence(occurrence_id: int) -> Response:
    """Give one occurrence to put into a calendar."""
    wanted = Wanted(Filter(), only=occurrence_id)
    rows = wanted.rows()
    if not rows:
        raise Missing
    return answer(wanted, rows[0].title, f"occurrence-{occurrence_id}.ics", rows)


def answer(wanted: Wanted, name: str, filename: str, rows: list[FeedRow] | None = None) -> Response:
    """Answer with the calendar, or 304 when the reader has it already."""
    config = current_app.config
    place = ical.Place(config["CALENDAR_DOMAIN"], config["PUBLIC_URL"])

    def write() -> bytes:
        return ical.feed(wanted.rows() if rows is None else rows, name, place, is_demo())

    response = if_changed(wanted, "text/calendar; charset=utf-8", write)
    response.headers["Content-Disposition"] = f'inline; filename="{filename}"'
    return response


def if_changed(wanted: Wanted, kind: str, write: Callable[[], bytes]) -> Response:
    """Answer 304 to a reader that has it already, before any of it is written."""
    state = feed_rows.state_of(wanted.narrowed, wanted.first, wanted.last, wanted.only)
    parts = (FORMAT, state, wanted, request.full_path, language(), is_demo(), today())
    tag = hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:32]
    known = request.if_none_match.contains_weak(tag)
    response = Response(status=304) if known else Response(write(), content_type=kind)
    response.headers["Cache-Control"] = "no-cache"
    response.set_etag(tag)
    return response
