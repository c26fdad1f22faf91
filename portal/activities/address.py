"""Read the calendar's parameters (product §7) from an address, and write them into links.

The names stay as they are: printed codes and other systems hold on to them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import TypeVar
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from portal.activities import listing, queries
from portal.activities.models import Audience, Category
from portal.clock import today
from portal.i18n import _
from portal.stations import queries as stations
from portal.web.text import without_unseen

Code = TypeVar("Code", Category, Audience)
VIEWS = ("month", "week", "day", "list")
EARLIEST = date(2000, 1, 1)
LATEST = date(2099, 12, 31)


@dataclass(frozen=True)
class Address:
    """What a calendar address asks for, and what of it makes no sense."""

    view: str = "month"
    on: date | None = None
    station: str = ""
    nearby: bool = False  # widens the station to those of its clusters
    cluster: str = ""
    category: str = ""
    series: str = ""
    audience: str = ""
    free: bool = False
    open: bool = False
    q: str = ""

    @property
    def day(self) -> date:
        """Return the date the view begins at or lies around."""
        return self.on or today()

    def parameters(self) -> dict[str, str]:
        """Write what differs from the plain calendar as parameters."""
        found = {
            "view": "" if self.view == "month" else self.view,
            "on": self.on.isoformat() if self.on else "",
            "station": self.station,
            "nearby": "1" if self.nearby and self.station else "",
            "cluster": self.cluster,
            "category": self.category,
            "series": self.series,
            "audience": self.audience,
            "free": "1" if self.free else "",
            "open": "1" if self.open else "",
            "q": self.q,
        }
        return {name: value for name, value in found.items() if value}

    def link(self, path: str = "/calendar", **changes: object) -> str:
        """Return the address with some parameters changed."""
        parameters = replace(self, **changes).parameters()  # type: ignore[arg-type]
        return f"{path}?{urlencode(parameters)}" if parameters else path

    @cached_property
    def _days(self) -> str:
        return self.link(view="list", on=None)

    def day_link(self, day: date) -> str:
        """Return the address of the list from a day on; a month has forty of them."""
        return f"{self._days}&on={day.isoformat()}"

    @property
    def narrowed(self) -> int:
        """Count the filters that are set."""
        return sum(
            map(
                bool,
                (
                    self.station,
                    self.cluster,
                    self.category,
                    self.series,
                    self.audience,
                    self.free,
                    self.open,
                    self.q,
                ),
            )
        )


@dataclass(frozen=True, slots=True)
class Reading:
    """An address understood: the filter it means, and what was wrong with it, per parameter."""

    address: Address
    narrowed: listing.Filter
    faults: Mapping[str, str]
    has_nearby: bool  # the station asked for shares a cluster with others


def read(arguments: MultiDict[str, str]) -> Reading:
    """Understand a calendar's address; what makes no sense is left out and said."""
    faults: dict[str, str] = {}
    given = {
        name: without_unseen(arguments.get(name, "")).strip()[:200] for name in Address.__dataclass_fields__
    }
    view = given["view"] or "month"
    if view not in VIEWS:
        faults["view"] = _("There is no such view; this is the month.")
        view = "month"
    on = _date(given["on"], faults)
    station_id = _known(
        given, faults, "station", stations.id_of, _("There is no such station; these are all of them.")
    )
    cluster = _cluster(given, faults)
    series_id = _known(
        given, faults, "series", _series_id, _("There is no such series; these are all activities.")
    )
    category = _code(given, faults, "category", Category)
    audience = _code(given, faults, "audience", Audience)
    free, has_room, nearby = (_switch(given, faults, name) for name in ("free", "open", "nearby"))
    has_nearby = station_id is not None and stations.has_neighbours(station_id)
    address = Address(
        view=view,
        on=on,
        station=given["station"] if station_id else "",
        nearby=nearby and has_nearby,
        cluster=given["cluster"] if cluster else "",
        category=given["category"] if category else "",
        series=given["series"] if series_id else "",
        audience=given["audience"] if audience else "",
        free=free,
        open=has_room,
        q=given["q"],
    )
    narrowed = listing.Filter(
        station_id=station_id,
        nearby=nearby and has_nearby,
        cluster_id=cluster,
        category=category,
        series_id=series_id,
        audience=audience,
        free=free,
        has_room=has_room,
        words=listing.words_of(given["q"]),
    )
    return Reading(address, narrowed, faults, has_nearby)


def _switch(given: dict[str, str], faults: dict[str, str], name: str) -> bool:
    if given[name] not in ("", "0", "1"):
        faults[name] = _("That choice is unknown; these are all activities.")
    return given[name] == "1"


def _date(text: str, faults: dict[str, str]) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        faults["on"] = _("There is no date “%(text)s”; this begins today.", text=text[:20])
        return None
    if not EARLIEST <= day <= LATEST:
        faults["on"] = _("The calendar goes from 2000 to 2099; this begins today.")
        return None
    return day


def _known(
    given: dict[str, str], faults: dict[str, str], name: str, find: Callable[[str], int | None], fault: str
) -> int | None:
    if not given[name]:
        return None
    found = find(given[name])
    if found is None:
        faults[name] = fault
    return found


def _series_id(code: str) -> int | None:
    return next((series.id for series in queries.series_shown() if series.code == code), None)


def _cluster(given: dict[str, str], faults: dict[str, str]) -> int | None:
    if not given["cluster"]:
        return None
    cluster = stations.cluster_by_slug(given["cluster"])
    if cluster is None:
        faults["cluster"] = _("There is no such cluster; these are all stations.")
        return None
    return cluster.id


def _code(given: dict[str, str], faults: dict[str, str], name: str, kind: type[Code]) -> Code | None:
    if not given[name]:
        return None
    try:
        return kind(given[name])
    except ValueError:
        faults[name] = _("That choice is unknown; these are all activities.")
        return None


def coming_weekend() -> date:
    """Return the Saturday of this week, or today on a Sunday."""
    day = today()
    return day if day.weekday() == 6 else day + timedelta(days=5 - day.weekday())
