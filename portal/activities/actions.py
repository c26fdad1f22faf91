"""Post activities, publish and change them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.activities import helping, kept_forms, repeating, rooms
from portal.activities.content import Content, Where
from portal.activities.dates import Span
from portal.activities.models import (
    Activity,
    ActivityAudience,
    ActivityCohost,
    ActivityStatus,
    Occurrence,
)
from portal.activities.occurrences import new_date, open_window
from portal.activities.publishing import show_to_everybody, wait_until
from portal.activities.recurrences import Recurrence, Repeats
from portal.activities.search import search_text
from portal.audit.actions import record
from portal.clock import now
from portal.db import lock, transaction
from portal.errors import Missing, OutOfDate, Refused
from portal.i18n import _
from portal.once import done, earlier
from portal.stations.models import Station
from portal.stations.queries import is_in_scope


def post(
    station_id: int,
    content: Content,
    where: Where,
    spans: Sequence[Span],
    publish: bool,
    by: Actor,
    key: str = "",
    repeats: Repeats | None = None,
    publish_at: datetime | None = None,
) -> int:
    """Make an activity with its dates, or with a rule that makes them, and return its id; once for a key.

    With `publish_at` it is published then, by itself, and a draft until then.

    Raises:
        Missing: the station is not within the actor's scope, or the room is not the station's.
        Refused: the room is taken at one of the times, or all dates are over by then.
    """
    with transaction() as session:
        before = earlier(session, "activity.posted", by, key)
        if before is not None:
            return int(before)
        _check_station(session, station_id, by)
        activity = Activity(
            station_id=station_id,
            status=ActivityStatus.DRAFT,
            created_at=now(),
            changed_at=now(),
            created_by=by.name,
        )
        rooms.check(session, where.room_id, station_id)
        _fill(session, activity, content, where)
        session.add(activity)
        session.flush()
        _relate(session, activity.id, station_id, content)
        helping.save(session, activity.id, station_id, content.team_id)
        _add_dates(session, activity, where, spans, repeats)
        record(session, by, "activity.posted", "activity", activity.id, station_id, detail=content.title)
        _send_out(session, activity, publish, publish_at, by)
        kept_forms.sent(session, by, key)
        done(session, "activity.posted", by, key, str(activity.id))
        return activity.id


def rewrite_draft(
    activity_id: int,
    version: int,
    content: Content,
    where: Where,
    spans: Sequence[Span],
    publish: bool,
    by: Actor,
    repeats: Repeats | None = None,
    publish_at: datetime | None = None,
    key: str = "",
) -> None:
    """Replace all of a draft, its dates too, and publish it if wished: now, or by itself at a moment.

    `key` is that of the form, so that what was kept of it while it was filled in goes.

    Raises:
        Missing: there is no such activity within the actor's scope.
        Refused: it is no draft any more, or the room is taken.
        OutOfDate: somebody else has changed it since version.
    """
    with transaction() as session:
        activity = locked(session, activity_id, by, version)
        if activity.status is not ActivityStatus.DRAFT:
            raise OutOfDate(_("This activity is published already. Change its text or its single dates."))
        rooms.check(session, where.room_id, activity.station_id)
        _fill(session, activity, content, where)
        _relate(session, activity.id, activity.station_id, content)
        helping.save(session, activity.id, activity.station_id, content.team_id)
        session.execute(sa.delete(Occurrence).where(Occurrence.activity_id == activity_id))
        session.execute(sa.delete(Recurrence).where(Recurrence.activity_id == activity_id))
        _add_dates(session, activity, where, spans, repeats)
        activity.touch()
        _send_out(session, activity, publish, publish_at, by)
        kept_forms.sent(session, by, key)


def change_content(activity_id: int, version: int, content: Content, by: Actor) -> None:
    """Change what is said of an activity; its dates, places and seats stay.

    Raises:
        Missing: there is no such activity within the actor's scope.
        OutOfDate: somebody else has changed it since version.
    """
    with transaction() as session:
        activity = locked(session, activity_id, by, version)
        renamed = activity.title != content.title
        where = Where(
            activity.room_id,
            activity.place_name,
            activity.place_address,
            activity.place_directions,
            activity.seats,
        )
        _fill(session, activity, content, where)
        _relate(session, activity.id, activity.station_id, content)
        helping.save(session, activity.id, activity.station_id, content.team_id)
        activity.touch()
        _set_windows(session, activity)
        # Feeds tell a change by this moment; a new title is a change people's calendars should take up.
        session.execute(
            sa.update(Occurrence)
            .where(Occurrence.activity_id == activity_id, Occurrence.ends_at > now())
            .values(changed_at=now(), sequence=Occurrence.sequence + int(renamed))
        )
        record(session, by, "activity.changed", "activity", activity_id, activity.station_id)


def add_date(
    activity_id: int, when: Span, where: Where, by: Actor, key: str = "", instead: date | None = None
) -> int:
    """Add one date by hand to what is published and return its id; once for a key.

    `instead` names the day on which a rule made none because the room was taken.

    Raises:
        Missing: there is no such activity within the actor's scope, or the room is not its station's.
        Refused: it is not published, the time has passed, or the room is taken.
    """
    with transaction() as session:
        before = earlier(session, "occurrence.added", by, key)
        if before is not None:
            return int(before)
        activity = locked(session, activity_id, by)
        if activity.status is not ActivityStatus.PUBLISHED:
            raise Refused(_("Publish it first, then add dates."))
        if when.ends_at <= now():
            raise Refused(_("That time has passed. Please check day and time."), field="first_day")
        rooms.check(session, where.room_id, activity.station_id)
        added = new_date(activity, replace(where, seats=activity.seats), when)
        added.by_hand = True
        repeating.publish_dates(session, [(added, when)])
        if instead is not None:
            repeating.settle_blocked(session, activity_id, instead)
        activity.touch()
        record(
            session,
            by,
            "occurrence.added",
            "occurrence",
            added.id,
            activity.station_id,
            detail=str(when.first),
        )
        done(session, "occurrence.added", by, key, str(added.id))
        return added.id


def publish(activity_id: int, by: Actor) -> None:
    """Show a draft to everybody; publishing twice changes nothing.

    Raises:
        Missing: there is no such activity within the actor's scope.
        Refused: it has no dates to come, was cancelled, or its room is taken at one of the times.
    """
    with transaction() as session:
        activity = locked(session, activity_id, by)
        if activity.status is ActivityStatus.CANCELLED:
            raise Refused(_("This activity was cancelled. Copy it to hold it again."))
        if activity.status is ActivityStatus.DRAFT:
            show_to_everybody(session, activity, by)
            activity.touch()


def hold_back(activity_id: int, by: Actor) -> None:
    """Let a draft no longer go out by itself; it stays as it is.

    Raises:
        Missing: there is no such activity within the actor's scope.
        OutOfDate: it has gone out meanwhile.
    """
    with transaction() as session:
        activity = locked(session, activity_id, by)
        if activity.status is not ActivityStatus.DRAFT:
            raise OutOfDate(_("It has been published meanwhile."))
        wait_until(session, activity, None, by)
        activity.touch()


def like(activity_id: int, favourite: bool, by: Actor) -> None:
    """Put an activity among those its station copies often, or take it out.

    Raises:
        Missing: there is no such activity within the actor's scope.
    """
    with transaction() as session:
        activity = locked(session, activity_id, by)
        if activity.favourite != favourite:
            activity.favourite = favourite
            action = "activity.liked" if favourite else "activity.unliked"
            record(session, by, action, "activity", activity_id, activity.station_id, detail=activity.title)


def delete_draft(activity_id: int, by: Actor) -> None:
    """Delete what was never published.

    Raises:
        Missing: there is no such activity within the actor's scope.
        Refused: it was published; then it can only be cancelled.
    """
    with transaction() as session:
        activity = locked(session, activity_id, by)
        if activity.status is not ActivityStatus.DRAFT:
            raise Refused(_("It was published, so people may count on it. It can be cancelled, not deleted."))
        record(
            session,
            by,
            "activity.deleted",
            "activity",
            activity_id,
            activity.station_id,
            detail=activity.title,
        )
        session.execute(sa.delete(Activity).where(Activity.id == activity_id))


def _check_station(session: Session, station_id: int, by: Actor) -> None:
    station = session.get(Station, station_id)
    if station is None or station.closed or not is_in_scope(station_id, by.scope):
        raise Missing


def locked(session: Session, activity_id: int, by: Actor, version: int | None = None) -> Activity:
    """Lock an activity within the actor's scope.

    Raises:
        Missing: there is none.
        OutOfDate: somebody else has changed it since version.
    """
    activity = lock(session, Activity, activity_id)
    if activity is None or not is_in_scope(activity.station_id, by.scope):
        raise Missing
    if version is not None and activity.version != version:
        raise OutOfDate(
            _("Somebody else has changed this just now. Please look again; what you typed is kept.")
        )
    return activity


def _fill(session: Session, activity: Activity, content: Content, where: Where) -> None:
    activity.title = content.title
    activity.text = content.text
    activity.category = content.category
    activity.series_id = content.series_id
    activity.themes = content.themes
    activity.registration = content.registration
    activity.sign_up = content.sign_up
    if content.counts_hours is not None:
        activity.counts_hours = content.counts_hours
    activity.party_max = content.party_max
    activity.min_age = content.min_age
    activity.max_age = content.max_age
    activity.opens_days = content.opens_days
    activity.closes_minutes = content.closes_minutes
    activity.contact = content.contact
    activity.phone = content.phone
    activity.seats = where.seats
    activity.room_id = where.room_id
    activity.place_name = "" if where.room_id else where.place_name
    activity.place_address = where.place_address
    activity.place_directions = where.place_directions
    activity.search = search_text(session, activity)


def _relate(session: Session, activity_id: int, station_id: int, content: Content) -> None:
    session.execute(sa.delete(ActivityAudience).where(ActivityAudience.activity_id == activity_id))
    session.execute(sa.delete(ActivityCohost).where(ActivityCohost.activity_id == activity_id))
    session.add_all(
        ActivityAudience(activity_id=activity_id, audience=audience) for audience in content.audiences
    )
    session.add_all(
        ActivityCohost(activity_id=activity_id, station_id=cohost)
        for cohost in sorted(set(content.cohost_ids) - {station_id})
    )


def _add_dates(
    session: Session, activity: Activity, where: Where, spans: Sequence[Span], repeats: Repeats | None
) -> None:
    if repeats is not None:
        repeating.begin(session, activity, repeats, where)
        return
    session.add_all(new_date(activity, where, when) for when in spans)
    session.flush()


def _set_windows(session: Session, activity: Activity) -> None:
    coming = session.scalars(
        sa.select(Occurrence)
        .where(Occurrence.activity_id == activity.id, Occurrence.starts_at > now())
        .order_by(Occurrence.id)
        .with_for_update()
    )
    for occurrence in coming:
        open_window(occurrence, activity)


def _send_out(
    session: Session, activity: Activity, publish: bool, moment: datetime | None, by: Actor
) -> None:
    """Publish a draft, or let it go out at a moment, or keep it a draft and nothing more."""
    if publish and moment is None:
        show_to_everybody(session, activity, by)
    else:
        wait_until(session, activity, moment if publish else None, by)
