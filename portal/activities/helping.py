"""Let a later feature say which teams can help with an activity, and when they have something else to do.

create_app() names the feature; without one nobody is offered, and nothing is asked.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from flask import Flask, current_app
from sqlalchemy.orm import Session

from portal.activities.dates import Span


@dataclass(frozen=True, slots=True)
class Team:
    """A team as forms and pages of activities name it."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Helping:
    """What a feature knows of teams that help.

    `choices` lists who can help at a station. `busy` lists when, of some spans, a team has something else
    to do, and what; an activity of its own (its id, or None) is nothing else. `of` returns who helps with an
    activity. `save` writes that down within the transaction of who posts or changes it, and refuses a team
    that does not help at the station; at the field `team`.
    """

    choices: Callable[[int], Sequence[Team]]
    busy: Callable[[int, Sequence[Span], int | None], Sequence[tuple[Span, str]]]
    of: Callable[[int], Team | None]
    save: Callable[[Session, int, int, int | None], None]


Elsewhere = Callable[[int, Sequence[Span]], Sequence[tuple[Span, str]]]


def init_app(app: Flask, feature: Helping, elsewhere: Iterable[Elsewhere] = ()) -> None:
    """Name the feature that knows the teams of this app, and those that send teams elsewhere."""
    app.extensions["helping"] = feature
    app.extensions["helping_elsewhere"] = tuple(elsewhere)


def _feature() -> Helping | None:
    found: Helping | None = current_app.extensions.get("helping")
    return found


def choices(station_id: int) -> Sequence[Team]:
    """List the teams that can help at a station."""
    feature = _feature()
    return feature.choices(station_id) if feature else ()


def busy(team_id: int, spans: Sequence[Span], but_activity: int | None) -> Sequence[tuple[Span, str]]:
    """List when a team has something else to do, and what; for each span the first thing found."""
    feature = _feature()
    if feature is None or not team_id or not spans:
        return ()
    found = dict(feature.busy(team_id, spans, but_activity))
    for elsewhere in current_app.extensions["helping_elsewhere"]:
        found = dict(elsewhere(team_id, spans)) | found
    return list(found.items())


def team_of(activity_id: int) -> Team | None:
    """Return the team that helps with an activity."""
    feature = _feature()
    return feature.of(activity_id) if feature else None


def save(session: Session, activity_id: int, station_id: int, team_id: int | None) -> None:
    """Write down who helps with an activity.

    Raises:
        Refused: that team does not help at the station; at the field `team`.
    """
    feature = _feature()
    if feature:
        feature.save(session, activity_id, station_id, team_id)
