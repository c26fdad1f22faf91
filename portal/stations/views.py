"""Show the network; lead the addresses of merged stations on."""

from flask import Blueprint, Response

from portal.access import public
from portal.clock import local, now
from portal.stations import hours, queries
from portal.stations.models import Level
from portal.web.answers import page

MOST_MERGERS = 10  # a chain longer than that is a loop

bp = Blueprint("stations", __name__)


@bp.get("/stations/")
@public
def index() -> Response:
    """List the stations, level by level, and the clusters they form."""
    cards = queries.stations_shown()
    weeks = queries.hours_of([card.id for card in cards])
    moment = local(now())
    return page(
        "stations/index.html",
        levels=[(level, [card for card in cards if card.level is level]) for level in Level],
        cards=cards,
        clusters=queries.clusters_with_members(),
        open_until={card.id: hours.open_until(weeks.get(card.id, ()), moment) for card in cards},
        has_hours=set(weeks),
    )


def current_slug(slug: str) -> str:
    """Return the name under which a station goes on: its own, or its successor's after a merger.

    Raises:
        Missing: there is no such station.
    """
    for _step in range(MOST_MERGERS):
        following = queries.successor_of(slug)
        if following is None:
            return slug
        slug = following
    return slug
