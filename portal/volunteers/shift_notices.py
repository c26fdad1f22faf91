"""Tell volunteers what became of their shifts: through a channel, or by a call from the station."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.activities.models import Activity, Occurrence
from portal.clock import local
from portal.i18n import _, clock_time, in_default_language, long_day
from portal.messages.actions import tell
from portal.stations.shell import phone_channel
from portal.volunteers.models import Volunteer
from portal.volunteers.shift_models import Post, PostStatus, Shift
from portal.volunteers.shift_rules import LIVE


def promoted(session: Session, shift: Shift, post: Post) -> None:
    """Tell somebody who waited that the shift is theirs now."""
    with in_default_language():
        text = _("A place has come free, you are on the shift: %(what)s.", what=_about(session, shift))
    _tell(session, shift, post, "promoted", post.changed_at.isoformat(), text)


def put_on(session: Session, shift: Shift, post: Post) -> None:
    """Tell somebody that the station has written them down, on the shift or in its queue."""
    waits = post.status is PostStatus.WAITING
    with in_default_language():
        what = _about(session, shift)
        if waits:
            text = _("The station has put you into the queue for a shift: %(what)s.", what=what)
        else:
            text = _("The station has put you on a shift: %(what)s.", what=what)
    _tell(session, shift, post, "put_on", post.changed_at.isoformat(), text)


def taken_off(session: Session, shift: Shift, post: Post, reason: str) -> None:
    """Tell somebody that the station has taken them off."""
    with in_default_language():
        text = _(
            "The station has taken you off a shift: %(what)s. %(reason)s",
            what=_about(session, shift),
            reason=reason,
        )
    _tell(session, shift, post, "taken_off", post.changed_at.isoformat(), text)


def changed(session: Session, shift: Shift, turn: str, word: str = "") -> None:
    """Tell everybody on a shift, or waiting for it, that its time or place has changed."""
    with in_default_language():
        text = _("Your shift has changed: %(what)s. If you cannot come, say so.", what=_about(session, shift))
    _tell_all(session, shift, "changed", turn, f"{text} {word}".strip())


def called_off(session: Session, shift: Shift, turn: str, reason: str) -> None:
    """Tell everybody on a shift, or waiting for it, that it does not take place."""
    with in_default_language():
        text = _("Your shift is cancelled: %(what)s. %(reason)s", what=_about(session, shift), reason=reason)
    _tell_all(session, shift, "called_off", turn, text)


def takes_place(session: Session, shift: Shift, turn: str) -> None:
    """Tell everybody on a shift, or waiting for it, that it takes place after all."""
    with in_default_language():
        text = _("Your shift takes place after all: %(what)s.", what=_about(session, shift))
    _tell_all(session, shift, "takes_place", turn, text)


def cover(session: Session, shift: Shift, volunteer: Volunteer) -> None:
    """Ask somebody to step in at a shift that lacks people; once for each asking."""
    occurrence = session.get_one(Occurrence, shift.occurrence_id)
    with in_default_language():
        text = _(
            "People are missing: %(what)s. Can you come? Take the shift on your page, or ring the station.",
            what=_about(session, shift),
        )
    asked_at = shift.cover_asked_at.isoformat() if shift.cover_asked_at else ""
    tell(
        session,
        kind="shift.cover",
        dedupe=f"cover:{shift.id}:{volunteer.id}:{asked_at}",
        station_id=occurrence.station_id,
        recipient=volunteer.name,
        address=_address(volunteer),
        text=text,
        link=f"/staff/occurrences/{occurrence.id}",
        about=about(volunteer.id),
    )


def short(session: Session, shift: Shift, post: Post, number: str) -> None:
    """Tell the station that somebody has left who was on a shift that is soon; only their number is named."""
    with in_default_language():
        what = _about(session, shift)
        text = _("Does not come, and it is soon: %(what)s. Please find somebody else.", what=what)
    occurrence = session.get_one(Occurrence, shift.occurrence_id)
    tell(
        session,
        kind="shift.short",
        dedupe=f"post:{post.id}:short:{post.changed_at.isoformat()}",
        station_id=occurrence.station_id,
        recipient=number,
        address="",
        text=text,
        link=f"/staff/occurrences/{occurrence.id}",
    )


def _address(volunteer: Volunteer) -> str:
    channel = phone_channel()
    return f"{channel}:volunteer/{volunteer.id}" if channel and volunteer.phone else ""


def about(volunteer_id: int) -> str:
    """Return by what messages that tell of a volunteer are found again."""
    return f"volunteer:{volunteer_id}"


def _about(session: Session, shift: Shift) -> str:
    occurrence = session.get_one(Occurrence, shift.occurrence_id)
    return _(
        "%(role)s, “%(title)s”, %(day)s %(time)s",
        role=shift.role,
        title=session.get_one(Activity, occurrence.activity_id).title,
        day=long_day(local(shift.starts_at).date()),
        time=clock_time(shift.starts_at),
    )


def _tell_all(session: Session, shift: Shift, kind: str, turn: str, text: str) -> None:
    posts = session.scalars(
        sa.select(Post).where(Post.shift_id == shift.id, Post.status.in_(LIVE)).order_by(Post.id)
    ).all()
    for post in posts:
        _tell(session, shift, post, kind, turn, text)


def _tell(session: Session, shift: Shift, post: Post, kind: str, turn: str, text: str) -> None:
    volunteer = session.get_one(Volunteer, post.volunteer_id)
    occurrence = session.get_one(Occurrence, shift.occurrence_id)
    tell(
        session,
        kind=f"shift.{kind}",
        dedupe=f"post:{post.id}:{kind}:{turn}",
        station_id=occurrence.station_id,
        recipient=volunteer.name,
        address=_address(volunteer),
        text=text,
        link=f"/staff/occurrences/{occurrence.id}",
        about=about(volunteer.id),
    )
