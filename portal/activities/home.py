"""Show the home page: today and the next days, the next festival, the way to everything."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import Blueprint, Response

from portal.access import public
from portal.activities import agenda, beside, listing, lunar, queries
from portal.activities.poems import POEMS
from portal.clock import at, end_of, local, now, today
from portal.i18n import _, day_name
from portal.stations import queries as stations
from portal.web import answers

DAYS = 3
QUIET = timedelta(days=7)  # so far off, it is not said when
FESTIVALS_AHEAD = timedelta(days=120)

bp = Blueprint("home", __name__)


@dataclass(frozen=True, slots=True)
class Festival:
    """The next festival, and what the network has planned for it."""

    code: str
    label: str
    day: date
    away: int
    planned: int


@bp.get("/")
@public
def page() -> Response:
    """Show what is on."""
    first = today()
    last = first + timedelta(days=DAYS - 1)
    cards = listing.published_between(first, last)
    days = agenda.days(cards, first, last)
    shown = stations.stations_shown()
    coming = [card for day in days if day.is_today for card in day.cards if not card.cancelled]
    return answers.page(
        "home/page.html",
        days=days,
        day=first,
        facts=lunar.day_facts(first),
        coming=len(coming),
        open_to=sum(1 for card in coming if card.state(first, now()) == "coming"),
        festival=next_festival(),
        stations=shown,
        hints=hints([station.id for station in shown]),
        cell_label=lunar.cell_label,
        lunar_long_label=lunar.lunar_long_label,
        poem=poem(first),
        parts=beside.gathered(None),
    )


def next_festival() -> Festival | None:
    """Return the next day of a series of ours within four months."""
    first = today()
    coming = [
        (lunar.next_day_of(series.code, first), series)
        for series in queries.series_shown()
        if series.code in lunar.FESTIVALS
    ]
    if not coming:
        return None
    day, series = min(coming, key=lambda pair: pair[0])
    if day - first > FESTIVALS_AHEAD:
        return None
    planned = listing.count_of_series(series.id, first, day + timedelta(days=15))
    return Festival(
        series.code, stations.in_language(series.name, series.name_en), day, (day - first).days, planned
    )


def hints(station_ids: list[int]) -> dict[int, str]:
    """Say in two words when each station is next on."""
    moment = now()
    found = {}
    coming = listing.next_per_station(station_ids, moment, end_of(today() + QUIET))
    for station_id, (starts_at, ends_at) in coming.items():
        found[station_id] = hint(starts_at, ends_at, moment)
    return found


def hint(starts_at: datetime, ends_at: datetime, moment: datetime) -> str:
    """Say when something is on: now, today at, or on which day; each day it has the same hours."""
    opens, closes = local(starts_at).time(), local(ends_at).time()
    day = max(local(starts_at).date(), local(moment).date())
    if at(day, closes) <= moment < ends_at:
        day += timedelta(days=1)
    if at(day, opens) <= moment < ends_at:
        return _("On now")
    if day == today():
        return _("Today %(time)s", time=local(starts_at).strftime("%H:%M"))
    if day - today() >= QUIET:
        return _("Quiet this week")
    return _("Next: %(day)s", day=day_name(day))


def poem(day: date) -> tuple[str, str, str] | None:
    """Return the two lines of a classical poem that belong to the solar term running, with its source."""
    for away in range(17):
        term = lunar.solar_term(day - timedelta(days=away))
        if term is not None:
            lines = POEMS.get(term)
            return None if lines is None else (*lines[:2], f"{lunar.term_label(term)} · {lines[2]}")
    return None
