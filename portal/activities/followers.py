"""Let later features act when a date changes, inside the transaction that changes it.

create_app() lists the followers; they stand on activities, not activities on them.
"""

from collections.abc import Iterable
from typing import Protocol

from flask import Flask, current_app
from sqlalchemy.orm import Session

from portal.activities.models import Activity, Occurrence


class Follower(Protocol):
    """What a feature does about the dates it has something to do with; the occurrence is locked."""

    def cancelled(self, session: Session, occurrence: Occurrence, activity: Activity) -> None:
        """Act on a cancellation; the reason stands in the occurrence."""

    def restored(self, session: Session, occurrence: Occurrence, activity: Activity) -> None:
        """Act on a cancellation taken back."""

    def moved(self, session: Session, occurrence: Occurrence, activity: Activity) -> None:
        """Act on another time or place."""


def init_app(app: Flask, followers: Iterable[Follower]) -> None:
    """Name the followers of this app."""
    app.extensions["occurrence_followers"] = tuple(followers)


def followers() -> tuple[Follower, ...]:
    """List who follows the dates."""
    found: tuple[Follower, ...] = current_app.extensions.get("occurrence_followers", ())
    return found
