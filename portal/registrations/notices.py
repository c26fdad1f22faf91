"""Tell parties what became of their registration: through a channel, or by a call from the station."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from portal.activities.models import Activity, Occurrence
from portal.clock import local
from portal.i18n import _, clock_time, in_default_language, long_day, ngettext, short_day
from portal.messages.actions import tell
from portal.registrations.models import Registration, Status
from portal.stations.shell import phone_channel

Party = tuple[Occurrence, Registration]


def confirmed(session: Session, occurrence: Occurrence, activity: Activity, party: Registration) -> None:
    """Tell that it has its seats; who signs up sees it at once, so nobody calls for this."""
    with in_default_language():
        text = _(
            "You are signed up for %(what)s. Reference %(reference)s.",
            **_about(session, occurrence, activity, party),
        )
    _tell(session, occurrence, party, "confirmed", party.changed_at.isoformat(), text, calls=False)


def queued(session: Session, occurrence: Occurrence, activity: Activity, party: Registration) -> None:
    """Tell that it is in the queue; nobody calls for this."""
    with in_default_language():
        text = _(
            "You are in the queue for %(what)s. We tell you when it is your turn. Reference %(reference)s.",
            **_about(session, occurrence, activity, party),
        )
    _tell(session, occurrence, party, "queued", party.changed_at.isoformat(), text, calls=False)


def course(
    session: Session, activity: Activity, dates: Sequence[Party], first: Registration, more: bool
) -> None:
    """Tell once of the dates of a course, or those joined later, and where it queues; nobody calls for it."""
    begins = [local(occurrence.starts_at).date() for occurrence, _party in dates]
    queued = [
        day for day, (_occurrence, party) in zip(begins, dates, strict=True) if party.status is Status.WAITING
    ]
    about = {"title": activity.title, "day": long_day(begins[0]), "reference": first.reference}
    with in_default_language():
        if more:
            text = ngettext(
                "You come to %(num)s more date of the course “%(title)s”, from %(day)s on. "
                "Reference %(reference)s.",
                "You come to %(num)s more dates of the course “%(title)s”, from %(day)s on. "
                "Reference %(reference)s.",
                len(dates),
                **about,
            )
        else:
            text = ngettext(
                "You are signed up for the whole course “%(title)s”, %(num)s date, from %(day)s on. "
                "Reference %(reference)s.",
                "You are signed up for the whole course “%(title)s”, %(num)s dates, from %(day)s on. "
                "Reference %(reference)s.",
                len(dates),
                **about,
            )
        if queued:
            text += " " + _(
                "You are in the queue on %(days)s; we tell you when it is your turn.",
                days=_(", ").join(map(short_day, queued)),
            )
    _tell(session, dates[0][0], first, "course", first.changed_at.isoformat(), text, calls=False)


def promoted(session: Session, occurrence: Occurrence, activity: Activity, party: Registration) -> None:
    """Tell that it has moved up and has its seats now."""
    with in_default_language():
        text = _(
            "A place has come free: you are signed up for %(what)s. Reference %(reference)s.",
            **_about(session, occurrence, activity, party),
        )
    _tell(session, occurrence, party, "promoted", party.changed_at.isoformat(), text)


def changed(
    session: Session, occurrence: Occurrence, activity: Activity, party: Registration, word: str = ""
) -> None:
    """Tell that the time or place has changed; the staff may have added a word."""
    with in_default_language():
        text = _(
            "Time or place has changed: %(what)s. Your registration %(reference)s stays good.",
            **_about(session, occurrence, activity, party),
        )
    _tell(session, occurrence, party, "changed", str(occurrence.sequence), f"{text} {word}".strip())


def called_off(session: Session, occurrence: Occurrence, activity: Activity, party: Registration) -> None:
    """Tell that it does not take place."""
    with in_default_language():
        text = _(
            "Cancelled: %(what)s. %(reason)s",
            **_about(session, occurrence, activity, party),
            reason=occurrence.cancel_reason,
        )
    _tell(session, occurrence, party, "called_off", str(occurrence.sequence), text)


def takes_place(session: Session, occurrence: Occurrence, activity: Activity, party: Registration) -> None:
    """Tell that it takes place after all."""
    with in_default_language():
        text = _("It takes place after all: %(what)s.", **_about(session, occurrence, activity, party))
    _tell(session, occurrence, party, "takes_place", str(occurrence.sequence), text)


def moved(session: Session, occurrence: Occurrence, activity: Activity, party: Registration) -> None:
    """Tell that the station has moved it to another date."""
    with in_default_language():
        text = _(
            "The station has moved your registration %(reference)s to %(what)s.",
            **_about(session, occurrence, activity, party),
        )
    _tell(session, occurrence, party, "moved", party.changed_at.isoformat(), text)


def removed(
    session: Session, occurrence: Occurrence, activity: Activity, party: Registration, reason: str
) -> None:
    """Tell that the station has cancelled it."""
    with in_default_language():
        text = _(
            "The station has cancelled your registration %(reference)s for %(what)s. %(reason)s",
            **_about(session, occurrence, activity, party),
            reason=reason,
        )
    _tell(session, occurrence, party, "removed", str(party.id), text)


def removed_from_course(
    session: Session, occurrence: Occurrence, activity: Activity, party: Registration, dates: int, reason: str
) -> None:
    """Tell once that the station has cancelled the rest of a course, which begins with this occurrence."""
    with in_default_language():
        text = ngettext(
            "The station has cancelled your registration %(reference)s for the course “%(title)s”, "
            "%(num)s date. %(reason)s",
            "The station has cancelled your registration %(reference)s for the course “%(title)s”, "
            "%(num)s dates. %(reason)s",
            dates,
            reference=party.reference,
            title=activity.title,
            reason=reason,
        )
    _tell(session, occurrence, party, "removed_from_course", party.changed_at.isoformat(), text)


def _about(
    session: Session, occurrence: Occurrence, activity: Activity, party: Registration
) -> dict[str, str]:
    what = _(
        "“%(title)s”, %(day)s %(time)s",
        title=activity.title,
        day=long_day(local(occurrence.starts_at).date()),
        time=clock_time(occurrence.starts_at),
    )
    held = session.get_one(Registration, party.party_id)  # of a course, people know one reference
    return {"what": what, "reference": held.reference}


def _tell(
    session: Session,
    occurrence: Occurrence,
    party: Registration,
    kind: str,
    turn: str,
    text: str,
    calls: bool = True,
) -> None:
    tell(
        session,
        kind=f"registration.{kind}",
        dedupe=f"registration:{party.id}:{occurrence.id}:{kind}:{turn}",
        station_id=occurrence.station_id,
        recipient=party.name,
        address=address_of(party),
        text=text,
        # The number stays sealed: whoever calls asks for it there, and that is logged.
        link=link_of(party.id),
        calls=calls,
    )


def link_of(registration_id: int) -> str:
    """Return where staff see the party that a message is about."""
    return f"/staff/registrations/{registration_id}"


def address_of(party: Registration) -> str:
    """Return where a channel reaches the party; empty if only a call does."""
    channel = phone_channel()
    return f"{channel}:registration/{party.id}" if channel and party.phone else ""
