"""Let each feature say what waits on the desk of whoever is signed in, and what of today can be undone.

create_app() lists who says so; portal.activities.desk puts it in order. The desk knows no feature but the
activities: what a task is about stands in its words, and what is done about it on the page it links to.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from flask import Flask, current_app

from portal.access import Scope
from portal.clock import now


@dataclass(frozen=True, slots=True)
class Task:
    """One thing that waits: for how long, what, and the one verb that sees to it.

    `href` is the page where it is done; the part of it named after the “#” is what opens in the row. With
    `at_once` the verb does it by itself: a POST to `href`. `about` is read aloud after the verb.
    """

    key: str  # of the row, as order-12
    what: str
    note: str
    verb: str
    about: str
    href: str
    since: datetime
    due: datetime | None = None
    lateness: str = ""  # in words of its own, as in working days
    at_once: bool = False
    more: str = ""  # an address about it

    @property
    def moment(self) -> datetime:
        """Return what the desk is sorted by: until when it is to be done, or else since when it waits."""
        return self.due or self.since

    @property
    def late(self) -> bool:
        """Say whether it should have been done."""
        return self.due is not None and self.due < now()

    @property
    def anchor(self) -> str:
        """Return the part of the page that opens in the row; empty when only the page does."""
        return "" if self.at_once else self.href.partition("#")[2]


@dataclass(frozen=True, slots=True)
class Undoable:
    """Something done today that can be taken back: a POST to `href`."""

    key: str
    what: str
    done_at: datetime
    href: str
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the network at a glance, with a cell for each station that has something there."""

    title: str
    cells: dict[int, "Cell"]  # by station id


@dataclass(frozen=True, slots=True)
class Cell:
    """What a station has in a column, the rows behind it, and how much of it is late."""

    words: str
    href: str = ""
    late: str = ""


@dataclass(frozen=True, slots=True)
class DeskPart:
    """One feature's part of the desk, gathered within a scope; `writes` says whether more than to look."""

    tasks: Callable[[Scope, bool], Iterable[Task]] | None = None
    undoable: Callable[[Scope], Iterable[Undoable]] | None = None
    column: Callable[[Scope], Column] | None = None
    beside: Callable[[Scope], tuple[str, dict[str, Any]] | None] | None = None  # a template, and its context


def init_app(app: Flask, parts: Iterable[DeskPart]) -> None:
    """Name the parts of this app's desk."""
    app.extensions["desk_parts"] = tuple(parts)


def _parts() -> tuple[DeskPart, ...]:
    found: tuple[DeskPart, ...] = current_app.extensions["desk_parts"]
    return found


def waiting(scope: Scope, writes: bool) -> list[Task]:
    """List what waits within a scope, the oldest first."""
    found = [task for part in _parts() if part.tasks is not None for task in part.tasks(scope, writes)]
    return sorted(found, key=attrgetter("moment", "key"))


def undoable(scope: Scope) -> list[Undoable]:
    """List what was done today within a scope and can be taken back, the last first."""
    found = [one for part in _parts() if part.undoable is not None for one in part.undoable(scope)]
    return sorted(found, key=attrgetter("done_at", "key"), reverse=True)


def columns(scope: Scope) -> Sequence[Column]:
    """Gather the network at a glance, column by column."""
    return [part.column(scope) for part in _parts() if part.column is not None]


def beside(scope: Scope) -> list[tuple[str, dict[str, Any]]]:
    """Return (template, context) of what is shown beside the desk."""
    found = [part.beside(scope) for part in _parts() if part.beside is not None]
    return [one for one in found if one is not None]
