"""Show the network; lead the addresses of merged stations on."""

from flask import Blueprint, Response

from portal.access import public
from portal.clock import local, now
from portal.stations import hours, queries
from portal.stations.models import Level
from portal.web.answers import page

bp = Blueprint("stations", __name__)


@bp.get("/stations/")
@public
def index() -> Response:
    """List the stations, level by level, and the clusters they form."""
    listed = queries.listed()
    moment = local(now())
    return page(
        "stations/index.html",
        levels=[(level, [entry for entry in listed if entry.card.level is level]) for level in Level],
        clusters=queries.clusters_with_members(),
        said={entry.card.id: hours.short_line(entry.hours, moment) for entry in listed},
    )


def current_slug(slug: str) -> str:
    """Return the name under which a station goes on: its own, or its last successor's after mergers.

    Mergers that lead round in a circle lead nowhere: the station keeps its own name.

    Raises:
        Missing: there is no such station.
    """
    seen = [slug]
    while (following := queries.successor_of(seen[-1])) is not None:
        if following in seen:
            return slug
        seen.append(following)
    return seen[-1]
