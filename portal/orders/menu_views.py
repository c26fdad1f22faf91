"""Show the service menu, each service, and the menu of a station to pin up."""

from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, request, url_for
from werkzeug.datastructures import MultiDict

from portal.access import public
from portal.activities.beside import Part
from portal.activities.models import Audience, Category
from portal.clock import now, today
from portal.i18n import _
from portal.orders import menu_queries as queries
from portal.orders.menu_queries import Narrowed
from portal.stations import queries as stations
from portal.stations.models import Station
from portal.stations.views import current_slug
from portal.volunteers.models import Team
from portal.web import answers
from portal.web.qr import qr_path
from portal.web.text import number_of, without_unseen

ON_HOME, AT_STATION = 6, 4  # services that other pages point to
NEXT_TIMES = 3
DENSE = 12  # services; more of them are set smaller, to stay on one sheet

bp = Blueprint("menu", __name__)


@dataclass(frozen=True)
class Address:
    """What an address of the menu asks for."""

    station: str = ""
    team: str = ""
    audience: str = ""
    category: str = ""

    def link(self, **changes: str) -> str:
        """Return the address with some parameters changed."""
        asked = replace(self, **changes)
        parameters = {name: value for name, value in vars(asked).items() if value}
        return url_for("menu.page") + (f"?{urlencode(parameters)}" if parameters else "")

    @property
    def narrowed(self) -> int:
        """Count the filters that are set."""
        return sum(map(bool, vars(self).values()))


@dataclass(frozen=True, slots=True)
class Reading:
    """An address understood: the filter it means, and what was wrong with it, per parameter."""

    address: Address
    narrowed: Narrowed
    faults: dict[str, str] = field(default_factory=dict)


def read(arguments: MultiDict[str, str], teams: list[Team]) -> Reading:
    """Understand an address of the menu; what makes no sense is left out and said."""
    given = {name: without_unseen(arguments.get(name, "")).strip()[:40] for name in vars(Address())}
    faults: dict[str, str] = {}
    station_id = next((card.id for card in stations.stations_shown() if card.slug == given["station"]), None)
    if given["station"] and station_id is None:
        faults["station"] = _("There is no such station; these are all of them.")
    team_id = next((team.id for team in teams if team.id == number_of(given["team"])), None)
    if given["team"] and team_id is None:
        faults["team"] = _("This team serves nothing on the menu just now; this is what all of them do.")
    category = {code.value: code for code in Category}.get(given["category"])
    audience = {code.value: code for code in Audience}.get(given["audience"])
    for name, found in (("category", category), ("audience", audience)):
        if given[name] and found is None:
            faults[name] = _("That choice is unknown; these are all services.")
    address = Address(**{name: "" if name in faults else value for name, value in given.items()})
    narrowed = Narrowed(station_id=station_id, category=category, team_id=team_id, audience=audience)
    return Reading(address, narrowed, faults)


@bp.get("/menu")
@public
def page() -> Response:
    """Show what can be ordered today, narrowed by whatever the address says."""
    teams = queries.teams_offering()
    reading = read(request.args, teams)
    # Of all categories, since the chips lead to the others, too.
    items = queries.offered(replace(reading.narrowed, category=None))
    wanted = reading.narrowed.category
    return answers.show(
        "menu/page.html",
        "results",
        422 if reading.faults else 200,
        editions=queries.editions_out([one for one in items if wanted in (None, one.category)]),
        categories=[code for code in queries.ORDER if any(one.category is code for one in items)],
        reading=reading,
        where=reading.address,
        stations=stations.stations_shown(),
        teams=teams,
    )


@bp.get("/menu/<int:item_id>")
@public
def item(item_id: int) -> Response:
    """Show one service, with the way to order it."""
    found = queries.item(item_id)
    reason = queries.orderable(found, today())
    places = queries.stations_of(found)
    asked = request.args.get("station", "")
    return answers.page(
        "menu/item.html",
        item=found,
        reason=reason,
        at=places,
        station=asked if asked in {one.slug for one in places} else None,
        next_times=[] if reason else queries.next_days(found, today(), NEXT_TIMES),
    )


@bp.get("/stations/<slug:slug>/menu")
@public
def sheet(slug: str) -> Response:
    """Show what can be ordered at a station as a sheet to print."""
    station = stations.by_slug(current_slug(slug))
    items = queries.offered(Narrowed(station_id=station.id))
    link = current_app.config["PUBLIC_URL"] + url_for(".page", station=station.slug)
    return answers.page(
        "menu/sheet.html",
        station=station,
        name=stations.in_language(station.name, station.name_en),
        editions=queries.editions_out(items),
        dense=len(items) > DENSE,
        qr=qr_path(link),
        link=link,
        moment=now(),
    )


def _teasers(station: Station | None) -> dict[str, object] | None:
    if station is not None and station.closed:
        return None
    found = queries.teasers(station.id if station else None, AT_STATION if station else ON_HOME)
    return {"teasers": found, "slug": station.slug if station else ""} if found else None


PART = Part("menu/teasers.html", _teasers)
