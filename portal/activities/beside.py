"""Let later features show their part beside the calendar: on the home page and on a station's page.

create_app() lists the parts; both pages show them in this order.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app

from portal.stations.models import Station


@dataclass(frozen=True, slots=True)
class Part:
    """One feature's part: its template, and what it gathers for it.

    `gather` gets the station whose page it is, None on the home page, and returns the context, or None when
    there is nothing to show.
    """

    template: str
    gather: Callable[[Station | None], dict[str, Any] | None]


def init_app(app: Flask, parts: Iterable[Part]) -> None:
    """Name the parts of this app."""
    app.extensions["parts_beside"] = tuple(parts)


def gathered(station: Station | None) -> list[tuple[str, dict[str, Any]]]:
    """Return (template, context) of each part that has something to show."""
    parts: tuple[Part, ...] = current_app.extensions.get("parts_beside", ())
    found = [(part.template, part.gather(station)) for part in parts]
    return [(template, context) for template, context in found if context is not None]
