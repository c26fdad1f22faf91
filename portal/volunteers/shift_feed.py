"""Read somebody's shifts for their own calendar."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from portal.activities.ical import Entry, Place
from portal.activities.models import Occurrence, OccurrenceStatus
from portal.clock import local, now
from portal.db import db
from portal.errors import Missing
from portal.i18n import _
from portal.stations.queries import in_language
from portal.tokens import token_hash
from portal.volunteers.models import Volunteer
from portal.volunteers.shift_models import Post, PostStatus, Shift, ShiftStatus
from portal.volunteers.shift_rules import LIVE

PAST = timedelta(days=30)
MOST = 300


def volunteer_of(secret: str) -> int:
    """Return whose calendar a secret opens, by their id.

    Raises:
        Missing: nobody's: it is wrong, replaced or switched off, or they have left; all the same to see.
    """
    found = db.session.scalar(
        sa.select(Volunteer.id).where(Volunteer.feed_hash == token_hash(secret), Volunteer.left_at.is_(None))
    )
    if found is None:
        raise Missing
    return found


def entries(volunteer_id: int, place: Place) -> list[Entry]:
    """List what somebody has taken or waits for, from thirty days back on; the first first."""
    shift = contains_eager(Post.shift)
    occurrence = shift.contains_eager(Shift.occurrence)
    rows = db.session.scalars(
        sa.select(Post)
        .join(Post.shift)
        .join(Shift.occurrence)
        .where(
            Post.volunteer_id == volunteer_id,
            Post.status.in_(LIVE),
            # Who still waits when it begins did not get it.
            sa.or_(Post.status == PostStatus.CONFIRMED, Shift.starts_at > now()),
            Shift.ends_at > now() - PAST,
            Occurrence.published.is_(True),
        )
        .options(
            occurrence.joinedload(Occurrence.activity),
            occurrence.joinedload(Occurrence.station),
            occurrence.joinedload(Occurrence.room),
        )
        .order_by(Shift.starts_at, Shift.id)
        .limit(MOST)
    )
    return [_entry(post, place) for post in rows]


def _entry(post: Post, place: Place) -> Entry:
    shift, occurrence = post.shift, post.shift.occurrence
    activity, station = occurrence.activity, occurrence.station
    off = shift.status is ShiftStatus.CANCELLED or occurrence.status is OccurrenceStatus.CANCELLED
    waits = post.status is PostStatus.WAITING
    title = _("%(title)s: %(role)s", title=activity.title, role=shift.role)
    station_name = in_language(station.name, station.name_en)
    if occurrence.room is not None:
        room = in_language(occurrence.room.name, occurrence.room.name_en)
        location = f"{station_name} {room} {station.address}"
    else:
        location = f"{occurrence.place_name} {occurrence.place_address}"
    url = f"{place.public_url}/volunteer/shifts/{shift.id}"
    about = [
        occurrence.cancel_reason if off else "",
        shift.word,
        " ".join(part for part in (station_name, activity.contact, activity.phone or station.phone) if part),
        _("If you cannot come, please say so here: %(address)s", address=url),
    ]
    return Entry(
        uid=f"shift-{shift.id}@{place.domain}",
        changed_at=max(
            moment
            for moment in (post.changed_at, occurrence.changed_at, shift.changed_at, shift.created_at)
            if moment is not None
        ),
        # Moving up counts, too; whoever got a place at once began with that.
        sequence=shift.sequence + occurrence.sequence + (not waits),
        begins=local(shift.starts_at),
        ends=local(shift.ends_at),
        title=_("[Cancelled] %(title)s", title=title)
        if off
        else _("[In the queue] %(title)s", title=title)
        if waits
        else title,
        status="CANCELLED" if off else "TENTATIVE" if waits else "CONFIRMED",
        location=location.strip(),
        url=url,
        text="\n".join(part for part in about if part),
    )
