"""Print a station's week or month as one sheet for its notice board."""

from datetime import date, timedelta

from flask import Blueprint, Response, current_app, request, url_for

from portal.access import public
from portal.activities import agenda, listing, lunar
from portal.activities.listing import Filter
from portal.clock import now, today
from portal.errors import Missing
from portal.stations import queries as stations
from portal.stations.views import current_slug
from portal.web.answers import page
from portal.web.qr import qr_path

DENSE = 14  # lines; more of them are set smaller, to stay on one sheet

bp = Blueprint("sheets", __name__)


@bp.get("/stations/<slug:slug>/sheet")
@public
def sheet(slug: str) -> Response:
    """Show the sheet: `span` is week or month, `on` a date within it, `paper` a4 or a3."""
    station = stations.by_slug(current_slug(slug))
    first, last = window(request.args.get("span", "week"), day_of(request.args.get("on", "")))
    paper = request.args.get("paper", "a4")
    if paper not in ("a4", "a3"):
        raise Missing
    cards = listing.published_between(first, last, Filter(station_id=station.id))
    link = current_app.config["PUBLIC_URL"] + url_for("station_pages.page", slug=station.slug)
    return page(
        "stations/sheet.html",
        station=station,
        name=stations.in_language(station.name, station.name_en),
        first=first,
        last=last,
        days=agenda.days_with_all(cards, first, last),
        paper=paper,
        dense=sum(card.last_day >= first for card in cards) > DENSE,
        qr=qr_path(link),
        link=link,
        moment=now(),
        cell_label=lunar.cell_label,
    )


def day_of(text: str) -> date:
    """Read a date; today if there is none."""
    if not text:
        return today()
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise Missing from None
    if not lunar.FIRST_DAY.year < found.year < lunar.LAST_DAY.year:
        raise Missing
    return found


def window(span: str, on: date) -> tuple[date, date]:
    """Return the first and last date of the week or month of a date."""
    if span == "week":
        first = agenda.monday(on)
        return first, first + timedelta(days=6)
    if span == "month":
        return on.replace(day=1), agenda.next_month(on) - timedelta(days=1)
    raise Missing
