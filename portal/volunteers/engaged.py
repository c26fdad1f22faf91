"""Let later features say what volunteers do besides shifts: when it is, and on the volunteers' own pages.

create_app() lists the features; nobody is on a shift and elsewhere at the same time.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask, current_app
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Busy:
    """That somebody has something to do between two moments."""

    volunteer_id: int
    what: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Engagement:
    """One feature's part in what volunteers do.

    `busy` lists what some volunteers have to do that overlaps a time. `gather` gets
    somebody's id, and whether it is for their first page or for the list of their shifts; it returns the
    context of `template`, or None when there is nothing to show. `let_go` takes somebody off what they were
    to do, for a team or for any: it locks what it has to and is called before the volunteer is locked; the
    last arguments are what others call them, and why, for themselves, empty where they need not be told.
    """

    template: str
    gather: Callable[[int, bool], dict[str, Any] | None]
    busy: Callable[[Sequence[int], datetime, datetime], Sequence[Busy]]
    let_go: Callable[[Session, int, int | None, str, str], None]


def init_app(app: Flask, engagements: Iterable[Engagement]) -> None:
    """Name the engagements of this app."""
    app.extensions["engagements"] = tuple(engagements)


def _engagements() -> tuple[Engagement, ...]:
    found: tuple[Engagement, ...] = current_app.extensions.get("engagements", ())
    return found


def busy(volunteer_ids: Sequence[int], starts: datetime, ends: datetime) -> list[Busy]:
    """List what these volunteers do besides shifts that overlaps a time, the first first."""
    found = [one for each in _engagements() for one in each.busy(volunteer_ids, starts, ends)]
    return sorted(found, key=lambda one: (one.starts_at, one.volunteer_id))


def let_go(session: Session, volunteer_id: int, team_id: int | None, called: str, why: str = "") -> None:
    """Take somebody off what they do besides shifts, for a team or for any; they are told `why`, if given."""
    for each in _engagements():
        each.let_go(session, volunteer_id, team_id, called, why)


def gathered(volunteer_id: int, at_home: bool) -> list[tuple[str, dict[str, Any]]]:
    """Return (template, context) of each feature with something for a volunteer's first page, or shifts."""
    found = [(each.template, each.gather(volunteer_id, at_home)) for each in _engagements()]
    return [(template, context) for template, context in found if context is not None]
