"""Let later features show their part on the staff's page of a date.

create_app() lists the panels; the page shows them in this order, each with what it gathered.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app

from portal.activities.models import Occurrence


@dataclass(frozen=True, slots=True)
class Panel:
    """One feature's part: its template, and what it gathers for it.

    `gather` gets the occurrence and what the view gives (forms with faults, a search), and returns the
    context, or None when there is nothing to show.
    """

    name: str
    template: str
    gather: Callable[[Occurrence, Mapping[str, Any]], dict[str, Any] | None]


def init_app(app: Flask, panels: Iterable[Panel]) -> None:
    """Name the panels of this app."""
    app.extensions["occurrence_panels"] = tuple(panels)


def gathered(occurrence: Occurrence, given: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return (template, context) of each panel that has something to show."""
    found = []
    panels: tuple[Panel, ...] = current_app.extensions.get("occurrence_panels", ())
    for panel in panels:
        context = panel.gather(occurrence, given)
        if context is not None:
            found.append((panel.template, context))
    return found
