"""Show the calendar and each occurrence."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, current_app, request, url_for

from portal.access import public
from portal.activities import (
    address,
    agenda,
    announcements,
    courses,
    feed_rows,
    helping,
    listing,
    lunar,
    picture,
    pills,
    queries,
)
from portal.activities.atom import lines_of
from portal.activities.cards import Card, card_of
from portal.activities.listing import Filter
from portal.activities.models import Occurrence
from portal.clock import local, now, today
from portal.errors import Missing
from portal.stations import queries as stations
from portal.web.answers import go, page, show, wants_part
from portal.web.qr import qr_path

ON_A_PAGE = 40  # occurrences of the list; then a link goes on at the next day
UNDER_THE_MONTH = 24  # occurrences below the grid, which shows the month already: the page stays light
FARTHEST = timedelta(days=366)
STOPS_POLLING = 286  # htmx's own status: shown, and not asked for again

bp = Blueprint("activities", __name__)


@bp.get("/calendar")
@public
def calendar() -> Response:
    """Show what is on, as month, week, day or list, narrowed by whatever the address says."""
    reading = address.read(request.args)
    laid = VIEWS[reading.address.view](reading)
    return show(
        "activities/calendar.html",
        "results",
        422 if reading.faults else 200,
        reading=reading,
        where=reading.address,
        laid=laid,
        stations=stations.stations_shown(),
        clusters=stations.clusters_shown(),
        series=queries.series_shown(),
        weekend=address.coming_weekend(),
        tomorrow=today() + timedelta(days=1),
        published=lunar.holidays_published(reading.address.day.year),
        cell_label=lunar.cell_label,
    )


@dataclass(frozen=True, slots=True)
class Laid:
    """A view of the calendar laid out: its days, and where it goes on."""

    first: date
    last: date
    days: list[agenda.Day]
    before: date | None = None  # what the arrows lead to
    after: date | None = None
    weeks: list[list[agenda.Cell]] | None = None  # of the month's grid
    later: date | None = None  # where a list that was cut goes on


def _as_month(reading: address.Reading) -> Laid:
    day = reading.address.day
    first, last = agenda.window(day)
    cards = listing.published_between(first, last, reading.narrowed)
    weeks = agenda.month(cards, day)
    after = agenda.next_month(day)
    last = after - timedelta(days=1)
    first = max(day.replace(day=1), min(today(), last) if _is_this_month(day) else date.min)
    cards = [card for card in cards if card.last_day >= first and card.first_day <= last]
    days, later = cut(cards, first, last, UNDER_THE_MONTH)
    return Laid(first, last, days, agenda.month_before(day), after, weeks, later)


def _as_week(reading: address.Reading) -> Laid:
    first = agenda.monday(reading.address.day)
    last = first + timedelta(days=6)
    cards = listing.published_between(first, last, reading.narrowed)
    days = agenda.week(cards, first, last)
    return Laid(first, last, days, first - timedelta(days=7), last + timedelta(days=1))


def _as_day(reading: address.Reading) -> Laid:
    day = reading.address.day
    days = agenda.days(listing.published_between(day, day, reading.narrowed), day, day)
    return Laid(day, day, days, day - timedelta(days=1), day + timedelta(days=1))


def _as_list(reading: address.Reading) -> Laid:
    first = reading.address.day
    last = first + FARTHEST
    of_day = listing.published_between(first, first, reading.narrowed)  # all of it, however much is on
    cards = listing.published_between(first, last, reading.narrowed, ON_A_PAGE + 1)
    if len(of_day) > ON_A_PAGE:
        return Laid(first, last, agenda.days(of_day, first, first), later=first + timedelta(days=1))
    days, later = cut(cards, first, last, ON_A_PAGE)
    return Laid(first, last, days, later=later)


VIEWS: dict[str, Callable[[address.Reading], Laid]] = {
    "month": _as_month,
    "week": _as_week,
    "day": _as_day,
    "list": _as_list,
}


def _is_this_month(day: date) -> bool:
    return (day.year, day.month) == (today().year, today().month)


def cut(cards: list[Card], first: date, last: date, limit: int) -> tuple[list[agenda.Day], date | None]:
    """Lay out the days of the window, and say at which day the next page begins, if there is one.

    A day is never torn in two, however much is on.
    """
    if len(cards) <= limit:
        return agenda.days(cards, first, last), None
    turning = max(cards[limit].first_day, first + timedelta(days=1))
    kept = [card for card in cards if card.first_day < turning]
    return agenda.days(kept, first, turning - timedelta(days=1)), turning


@bp.get("/occurrences/<int:occurrence_id>")
@public
def occurrence(occurrence_id: int) -> Response:
    """Show one occurrence: what, when, where, for whom, and how to come."""
    return page("activities/occurrence.html", **context_of(queries.occurrence(occurrence_id)))


def context_of(found: Occurrence) -> dict[str, Any]:
    """Return what the page of an occurrence shows."""
    day = local(found.starts_at).date()
    said = announcements.announcement(found)
    shared = url_for("posters.share", occurrence_id=found.id, v=picture.state_of(said)[:12])
    return {
        "occurrence": found,
        "activity": found.activity,
        "station": found.station,
        "day": day,
        "last_day": local(found.ends_at).date(),
        "over": found.ends_at <= now(),
        "facts": lunar.day_facts(day),
        "others": listing.other_dates(found.activity_id, found.id),
        "lunar_long_label": lunar.lunar_long_label,
        "qr": qr_path(said.link),
        "closes_at": found.closes_at,
        "shared": said,
        "shared_picture": current_app.config["PUBLIC_URL"] + shared,
        "to_copy": text_to_copy(found.id),
        "team": helping.team_of(found.activity_id),
        "course": courses.course_of(found.activity),
        **pills.seats_context(card_of(found), day),
    }


def text_to_copy(occurrence_id: int) -> str:
    """Return an occurrence as text to paste into a chat, for where nothing can be downloaded."""
    rows = feed_rows.feed_rows(Filter(), only=occurrence_id)
    link = current_app.config["PUBLIC_URL"] + url_for("activities.occurrence", occurrence_id=occurrence_id)
    return "\n".join([rows[0].title, *lines_of(rows[0]), link]) if rows else ""


@bp.get("/occurrences/<int:occurrence_id>/seats")
@public
def seats(occurrence_id: int) -> Response:
    """Say how many places are left; the open page asks for this part now and then."""
    card = listing.published_card(occurrence_id)
    if card is None:
        raise Missing
    if not wants_part():
        return go(url_for(".occurrence", occurrence_id=occurrence_id))
    context = pills.seats_context(card)
    if context["changes"] and request.args.get("seen") == context["seen"]:
        return Response(status=204)  # nothing to swap, nothing for a screen reader to say again
    status = 200 if context["changes"] else STOPS_POLLING
    response = page("activities/seats.html", status, **context)
    response.vary.add("HX-Request")
    return response
