"""Let later features act when a date changes, inside the transaction that changes it.

create_app() lists the followers; they stand on activities, not activities on them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from flask import Flask, current_app
from sqlalchemy.orm import Session

from portal.activities.models import Activity, Occurrence


@dataclass(frozen=True, slots=True)
class Concerned:
    """Whom a change of a date concerns: people, and parties by how they can be told."""

    people: int
    by_message: int
    by_call: int


class Follower(Protocol):
    """What a feature does about the dates it has something to do with; the occurrence is locked."""

    def cancelled(self, session: Session, occurrence: Occurrence, activity: Activity) -> None:
        """Act on a cancellation; the reason stands in the occurrence."""

    def restored(self, session: Session, occurrence: Occurrence, activity: Activity) -> None:
        """Act on a cancellation taken back."""

    def moved(
        self, session: Session, occurrence: Occurrence, activity: Activity, word: str, before: datetime
    ) -> None:
        """Act on another time or place; it began at `before`, and the staff may have added a word."""

    def concerned(self, occurrence_ids: Sequence[int]) -> Mapping[int, "Concerned"]:
        """Say for each date that somebody comes to, who would be told of a change."""

    def holds(self, session: Session, occurrence_ids: Sequence[int]) -> bool:
        """Say whether anything was ever written down for one of the dates, so that they must not vanish."""


def init_app(app: Flask, followers: Iterable[Follower]) -> None:
    """Name the followers of this app."""
    app.extensions["occurrence_followers"] = tuple(followers)


def followers() -> tuple[Follower, ...]:
    """List who follows the dates."""
    found: tuple[Follower, ...] = current_app.extensions.get("occurrence_followers", ())
    return found


def concerned(occurrence_ids: Sequence[int]) -> dict[int, Concerned]:
    """Add up for each date whom a change of it concerns; dates that concern nobody are left out."""
    found: dict[int, Concerned] = {}
    for follower in followers():
        for occurrence_id, one in follower.concerned(occurrence_ids).items():
            sofar = found.get(occurrence_id, Concerned(0, 0, 0))
            found[occurrence_id] = Concerned(
                sofar.people + one.people,
                sofar.by_message + one.by_message,
                sofar.by_call + one.by_call,
            )
    return found
