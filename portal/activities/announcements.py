"""Say in words what a date is: for the picture to share and the text to paste into a group.

Both are for residents, so they speak the default language whoever asks for them. What moves by the hour, as
the seats left, stands in the text only: a picture goes round for days.
"""

from dataclasses import dataclass

from flask import current_app, url_for

from portal.activities import labels, lunar
from portal.activities.cards import card_of
from portal.activities.models import Activity, Audience, Occurrence, OccurrenceStatus, SignUp
from portal.activities.standing import Standing, seats_left, standing
from portal.clock import local, now
from portal.i18n import (
    _,
    clock_time,
    in_default_language,
    long_day,
    moment_label,
    ngettext,
    pgettext,
    short_day,
)
from portal.stations.shell import is_demo


@dataclass(frozen=True, slots=True)
class Announcement:
    """What is said of a date wherever it is told; an empty line has nothing to say."""

    title: str
    station: str
    seal: str
    category: str
    day: str
    hours: str
    lunar: str
    festival: str
    place: str
    address: str
    audience: str
    how: str
    phone: str
    link: str
    cancelled: bool
    reason: str
    demo: bool


def announcement(found: Occurrence) -> Announcement:
    """Say what a date is, its activity, station and room being loaded."""
    activity, station = found.activity, found.station
    first, last = local(found.starts_at).date(), local(found.ends_at).date()
    facts = lunar.day_facts(first)
    with in_default_language():
        return Announcement(
            title=activity.title,
            station=station.name,
            seal=station.seal_character,
            category=str(labels.CATEGORIES[activity.category]),
            day=long_day(first)
            if first == last
            else _("%(first)s to %(last)s", first=long_day(first), last=short_day(last)),
            hours=f"{clock_time(found.starts_at)}–{clock_time(found.ends_at)}",
            lunar=lunar.lunar_long_label(facts.lunar),
            festival=" · ".join(map(lunar.festival_label, facts.festivals[:2])),
            place=f"{station.short_name} {found.room.name}" if found.room else found.place_name,
            address=station.address if found.room else found.place_address,
            audience=audience_words(activity),
            how=how_words(activity, found.seats),
            phone=phone_of(found),
            link=link_to(found),
            cancelled=found.status is OccurrenceStatus.CANCELLED,
            reason=found.cancel_reason,
            demo=is_demo(),
        )


def link_to(found: Occurrence) -> str:
    """Return the address of a date's page, as it is reached from outside."""
    path = url_for("activities.occurrence", occurrence_id=found.id)
    return f"{current_app.config['PUBLIC_URL']}{path}"


def phone_of(found: Occurrence) -> str:
    """Return the number that answers questions about a date; empty if nobody has one."""
    return found.activity.phone or found.station.phone or str(current_app.config["HELP_PHONE"])


def audience_words(activity: Activity) -> str:
    """Say for whom it is; nothing where everyone is welcome."""
    codes = {entry.audience for entry in activity.audiences}
    if not codes or Audience.EVERYONE in codes:
        return ""
    return _(", ").join(str(label) for code, label in labels.AUDIENCES.items() if code in codes)


def how_words(activity: Activity, seats: int | None) -> str:
    """Say how one comes, as it holds until the day."""
    if not activity.registration:
        return _("No sign-up needed, just come")
    if activity.sign_up is SignUp.COURSE:
        return _("A course: sign up once for all of it")
    if seats is None:
        return _("Please sign up first")
    return ngettext("Please sign up first, %(num)s place", "Please sign up first, %(num)s places", seats)


def text_for_group(found: Occurrence) -> str:
    """Write what one pastes into a group of neighbours: short, warm, complete."""
    said = announcement(found)
    with in_default_language():
        day = _("%(day)s (%(lunar)s)", day=said.day, lunar=said.festival or said.lunar)
        when = pgettext("text to paste", "%(day)s, %(hours)s", day=day, hours=said.hours)
        lines = _called_off(said, when) if said.cancelled else _invitation(said, found, when)
        if said.demo:
            lines.insert(0, _("(Demonstration, not a real activity)"))
    return "\n".join(line for line in lines if line)


def _called_off(said: Announcement, when: str) -> list[str]:
    return [
        _("Dear neighbours, please note: this one is cancelled."),
        _("“%(title)s”", title=said.title),
        when,
        said.reason and _("Why: %(reason)s", reason=said.reason),
        _("Please tell whoever wanted to come. Other dates: %(link)s", link=said.link),
        said.phone and _("Questions? Ring %(phone)s.", phone=said.phone),
    ]


def _invitation(said: Announcement, found: Occurrence, when: str) -> list[str]:
    place = _("%(place)s (%(address)s)", place=said.place, address=said.address)
    return [
        _("Dear neighbours, %(station)s invites you:", station=said.station),
        _("“%(title)s”", title=said.title),
        _("When: %(when)s", when=when),
        _("Where: %(place)s", place=place if said.address else said.place),
        said.audience and _("For whom: %(audience)s", audience=said.audience),
        _how_now(said, found),
        _("Have a look: %(link)s", link=said.link),
        said.phone and _("No smartphone? Ring %(phone)s, or drop in.", phone=said.phone),
    ]


def _how_now(said: Announcement, found: Occurrence) -> str:
    """Say how one comes as things stand at this moment."""
    card = card_of(found)
    stands = standing(card.held, now())
    if stands is Standing.NOT_YET and card.opens_at is not None:
        return _("Sign-up opens on %(moment)s.", moment=moment_label(card.opens_at))
    if stands is Standing.FULL:
        return _("All places are taken; you can queue.")
    if stands in (Standing.CLOSED, Standing.BEGUN, Standing.OVER):
        return {
            Standing.CLOSED: _("Sign-up is closed. Ring the station, they see what can be done."),
            Standing.BEGUN: _("It has begun. Come over and ask whether there is room."),
            Standing.OVER: _("It is over"),
        }[stands]
    left = seats_left(card.seats, card.seats_taken)
    if stands is Standing.NONE_NEEDED or found.activity.sign_up is SignUp.COURSE or left is None:
        return _("%(how)s.", how=said.how)
    return ngettext(
        "Sign up by the link below, %(num)s place left.",
        "Sign up by the link below, %(num)s places left.",
        left,
    )
