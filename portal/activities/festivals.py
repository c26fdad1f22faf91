"""Show our festivals: which come next, and year by year what the stations made of one."""

from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from flask import Blueprint, Response, url_for

from portal.access import public
from portal.activities import agenda, listing, lunar, queries
from portal.activities.listing import Filter
from portal.activities.models import Activity, Occurrence, OccurrenceStatus, Series
from portal.clock import end_of, start_of, today
from portal.db import db
from portal.errors import Missing
from portal.stations.queries import in_language
from portal.web.answers import go, page

YEARS_BACK = 5
EARLIEST, LATEST = 2000, 2099

bp = Blueprint("festivals", __name__)


@dataclass(frozen=True, slots=True)
class Year:
    """What became of a series in one calendar year."""

    year: int
    day: date | None  # of the festival itself, where the calendar fixes one
    held: int
    attended: int


@dataclass(frozen=True, slots=True)
class Coming:
    """A series with its next day; None where no calendar fixes one."""

    code: str
    name: str
    day: date | None


@bp.get("/festivals/")
@public
def index() -> Response:
    """List the series, the next festival first."""
    return page("festivals/index.html", coming=coming(), today=today(), cell_label=lunar.cell_label)


@bp.get("/festivals/<slug:code>/")
@public
def latest(code: str) -> Response:
    """Lead to this year's page of a series."""
    series_by_code(code)
    return go(url_for(".year", code=code, year=today().year))


@bp.get("/festivals/<slug:code>/<int:year>")
@public
def year(code: str, year: int) -> Response:
    """Show what a series holds in a year, and what it was in the years before."""
    series = series_by_code(code)
    if not EARLIEST <= year <= LATEST:
        raise Missing
    first, last = date(year, 1, 1), date(year, 12, 31)
    cards = listing.published_between(first, last, Filter(series_id=series.id), limit=200)
    return page(
        "festivals/page.html",
        code=code,
        name=in_language(series.name, series.name_en),
        year=year,
        day=day_of(code, year),
        days=agenda.days_with_all(cards, first, last),
        years=years_of(series.id, code),
        all=coming(),
        cell_label=lunar.cell_label,
        today=today(),
    )


def series_by_code(code: str) -> Series:
    """Return the series of a code; Missing if there is none."""
    found = next((one for one in queries.series_shown() if one.code == code), None)
    if found is None:
        raise Missing
    return found


def day_of(code: str, year: int) -> date | None:
    """Return the day of a festival in a year, where the calendar fixes one."""
    return lunar.festival_day(code, year) if code in lunar.FESTIVALS else None


def coming() -> list[Coming]:
    """List all series by their next day, those without a day last."""
    found = [
        Coming(
            one.code,
            in_language(one.name, one.name_en),
            lunar.next_day_of(one.code, today()) if one.code in lunar.FESTIVALS else None,
        )
        for one in queries.series_shown()
    ]
    return sorted(found, key=lambda one: (one.day is None, one.day or date.max))


def years_of(series_id: int, code: str) -> list[Year]:
    """List the last years in which anything of a series was held, the latest first; one statement."""
    until = today()
    years = range(until.year - YEARS_BACK, until.year + 2)
    year = sa.case(
        *((Occurrence.starts_at < start_of(date(number + 1, 1, 1)), number) for number in years[:-1]),
        else_=years[-1],
    ).label("year")
    rows = db.session.execute(
        sa.select(year, sa.func.count().label("held"), sa.func.sum(Occurrence.attended).label("attended"))
        .select_from(Occurrence)
        .join(Activity, Activity.id == Occurrence.activity_id)
        .where(
            Activity.series_id == series_id,
            Occurrence.published.is_(True),
            Occurrence.status == OccurrenceStatus.PLANNED,
            Occurrence.starts_at >= start_of(date(years[0], 1, 1)),
            Occurrence.starts_at < end_of(until + timedelta(days=366)),
        )
        .group_by(sa.literal_column("year"))
        .order_by(sa.literal_column("year").desc())
    )
    return [Year(row.year, day_of(code, row.year), row.held, int(row.attended or 0)) for row in rows]
