"""Let people look on a screen where the stations are, what can be ordered, and how to lend a hand."""

from datetime import timedelta

from flask import Response, url_for

from portal.activities import agenda, home, listing, lunar, pills
from portal.clock import local, now, today
from portal.errors import Missing
from portal.kiosk import gate
from portal.kiosk.touch import code_for
from portal.kiosk.views import bp, screen_page
from portal.orders import menu_queries
from portal.stations import hours
from portal.stations import queries as network
from portal.volunteers import queries as volunteers

DAYS = 14  # of a station that are looked at
ROWS = 12  # of its next dates
NEXT_TIMES = 3


@bp.get("/<slug:slug>/stations")
@gate.on_screen
def stations(slug: str) -> Response:
    """Show all stations as tiles."""
    listed = network.listed()
    moment = local(now())
    return screen_page(
        "kiosk/stations.html",
        "form",
        listed=listed,
        said={entry.card.id: hours.short_line(entry.hours, moment) for entry in listed},
        hints=home.hints([entry.card.id for entry in listed]),
    )


@bp.get("/<slug:slug>/stations/<slug:other>")
@gate.on_screen
def station(slug: str, other: str) -> Response:
    """Show one station: where, when, what is on there next."""
    found = network.by_slug(other)
    if found.closed:
        raise Missing
    week = hours.stretches_of(found.hours)
    first, last = today(), today() + timedelta(days=DAYS - 1)
    cards = listing.published_between(first, last, listing.Filter(station_id=found.id), ROWS)
    return screen_page(
        "kiosk/station.html",
        "form",
        station=found,
        seal=network.Seal(found.seal_shape, found.seal_tone, found.seal_character),
        name=network.in_language(found.name, found.name_en),
        hours=hours.lines(week),
        now_line=hours.now_line(week, local(now()), found.phone),
        days=agenda.days(cards, first, last),
        pill=pills.exact_pill,
        cell_label=lunar.cell_label,
        code=code_for(url_for("station_pages.page", slug=other)),
    )


@bp.get("/<slug:slug>/menu")
@gate.on_screen
def menu(slug: str) -> Response:
    """Show what can be ordered, by category."""
    return screen_page(
        "kiosk/menu.html",
        "form",
        editions=menu_queries.editions_out(menu_queries.offered()),
        code=code_for(url_for("orders.order_form")),
    )


@bp.get("/<slug:slug>/menu/<int:item_id>")
@gate.on_screen
def item(slug: str, item_id: int) -> Response:
    """Show one service, with a code to go on with on the phone and the way to order it here."""
    found = menu_queries.item(item_id)
    reason = menu_queries.orderable(found, today())
    return screen_page(
        "kiosk/item.html",
        "form",
        item=found,
        reason=reason,
        at=menu_queries.stations_of(found),
        next_times=[] if reason else menu_queries.next_days(found, today(), NEXT_TIMES),
        code=code_for(url_for("menu.item", item_id=found.id)),
    )


@bp.get("/<slug:slug>/help")
@gate.on_screen
def help(slug: str) -> Response:
    """Say how to lend a hand."""
    every = volunteers.count_teams()
    return screen_page(
        "kiosk/help.html",
        "form",
        kinds=sorted(every.kinds.items(), key=lambda kind: -kind[1]),
        teams=every.teams,
        people=volunteers.count_members(),
        code=code_for(url_for("teams.index")),
    )
