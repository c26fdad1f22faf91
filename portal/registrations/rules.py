"""Judge whether a party may come: how many, how old, and whether it is the time to sign up."""

from datetime import datetime, timedelta

from portal.activities.models import Activity, Occurrence, OccurrenceStatus
from portal.activities.standing import Standing, held
from portal.activities.standing import standing as standing_of
from portal.clock import local, now
from portal.errors import Refused
from portal.i18n import _, moment_label, ngettext
from portal.registrations.models import Registration, Status
from portal.registrations.party import AgeBand, Limits, Party

MOST_AT_THE_DESK = 50  # people in one party that staff write down
ROLL_OPENS = timedelta(hours=1)


def standing(occurrence: Occurrence, activity: Activity, moment: datetime | None = None) -> Standing:
    """Say how an occurrence stands, now or at a moment."""
    return standing_of(held(occurrence, activity), moment or now())


def limits_of(activity: Activity) -> Limits:
    """Return whom an activity is for."""
    return Limits(activity.min_age, activity.max_age, activity.party_max)


def check_time(occurrence: Occurrence, activity: Activity, by_staff: bool) -> None:
    """Demand that one can sign up now; staff may do so before it opens and after it closes.

    Raises:
        Refused: cancelled, over, begun, not open yet, closed, or no registration needed.
    """
    stands = standing(occurrence, activity)
    if stands.takes_registrations or (by_staff and stands in (Standing.NOT_YET, Standing.CLOSED)):
        return
    raise Refused(why_not(stands, occurrence))


def why_not(stands: Standing, occurrence: Occurrence) -> str:
    """Say in a sentence why one cannot sign up, and what to do."""
    if stands is Standing.CANCELLED:
        return _("This date is cancelled. Other dates are in the calendar.")
    if stands is Standing.OVER:
        return _("It is over. Other dates are in the calendar.")
    if stands is Standing.NONE_NEEDED:
        return _("No need to sign up. Come when it suits you.")
    if stands is Standing.NOT_YET and occurrence.opens_at is not None:
        return _(
            "Sign-up opens on %(moment)s. Please come back then.", moment=moment_label(occurrence.opens_at)
        )
    if stands is Standing.BEGUN:
        return _("It has begun. Come over and ask whether there is room.")
    return _("Sign-up is closed. Ring the station, they see what can be done.")


def check_party(party: Party, limits: Limits, seats: int | None, by_staff: bool) -> None:
    """Demand that the party is one that this activity takes.

    Raises:
        Refused: too many or nobody, or too young or too old; `field` names where.
    """
    most = MOST_AT_THE_DESK if by_staff else limits.party_max
    if party.people < 1:
        raise Refused(_("How many come? At least one, please."), field="adults")
    if party.people > most:
        message = ngettext(
            "At most %(num)s person at a time. Ring the station if you are more.",
            "At most %(num)s people at a time. Ring the station if you are more.",
            most,
        )
        raise Refused(message, field="adults")
    if seats is not None and party.people > seats:
        raise Refused(
            ngettext("There is %(num)s place in all.", "There are %(num)s places in all.", seats),
            field="adults",
        )
    if by_staff:
        return  # they see who stands before them
    _check_ages(party, limits)


def _check_ages(party: Party, limits: Limits) -> None:
    if party.children and not limits.for_children:
        raise Refused(_("This one is from age %(age)s on.", age=limits.youngest), field="adults")
    for child in party.kids:
        if not limits.youngest <= child.age <= limits.oldest:
            message = _("%(child)s is %(age)s. ", child=child.called, age=child.age) + ages(limits)
            raise Refused(message, field="children_names")
    if limits.only_for_children and not party.children and limits.oldest < AgeBand.FROM_14.ages[0]:
        raise Refused(_("This one is for children. How many come?") + " " + ages(limits), field="children")
    if limits.asks_age and party.adults:
        if party.age_band is None:
            raise Refused(_("How old are you? This one has an age limit."), field="age_band")
        if not party.age_band.within(limits):
            raise Refused(ages(limits), field="age_band")


def ages(limits: Limits) -> str:
    """Say for which ages an activity is."""
    if limits.min_age is not None and limits.max_age is not None:
        return _("It is for ages %(from)s to %(to)s.", **{"from": limits.min_age, "to": limits.max_age})
    if limits.min_age is not None:
        return _("It is from age %(age)s on.", age=limits.min_age)
    return _("It is up to age %(age)s.", age=limits.max_age)


def bands(limits: Limits) -> list[AgeBand]:
    """List the age bands to choose from, those that may come first."""
    grown = [AgeBand.FROM_14, AgeBand.FROM_18, AgeBand.FROM_60]
    return sorted(grown, key=lambda band: not band.within(limits))


def begun(occurrence: Occurrence) -> bool:
    """Say whether it is too late for the queue: nobody is promoted after the start."""
    return occurrence.starts_at <= now()


def on_the_day(occurrence: Occurrence) -> bool:
    """Say whether the date is today or already going on."""
    return local(occurrence.starts_at).date() <= local(now()).date() and occurrence.ends_at > now()


def is_today(occurrence: Occurrence) -> bool:
    """Say whether the date is today, or today is one of its days."""
    return local(occurrence.starts_at).date() <= local(now()).date() <= local(occurrence.ends_at).date()


def roll_is_open(occurrence: Occurrence) -> bool:
    """Say whether the roll may be called: from an hour before it begins."""
    return occurrence.starts_at <= now() + ROLL_OPENS


def marked_today(party: Registration) -> bool:
    """Say whether a party was called today, so that a mistake can be taken back."""
    return party.came is not None and local(party.changed_at).date() == local(now()).date()


def why_no_check_in(party: Registration, occurrence: Occurrence) -> str:
    """Say in a sentence why a party cannot be checked in now; empty when it can, or has been."""
    if party.status is Status.CANCELLED:
        return _("They have cancelled. Who comes all the same is counted as a walk-in.")
    if party.status is Status.WAITING and not why_no_roll(occurrence):
        return _("They wait for a seat. Who comes all the same is counted as a walk-in.")
    return why_no_roll(occurrence)


def why_no_roll(occurrence: Occurrence) -> str:
    """Say in a sentence why nobody can be checked in at a date now; empty when people can."""
    if occurrence.status is OccurrenceStatus.CANCELLED:
        return _("This date is cancelled.")
    if occurrence.ends_at <= now():
        return _("It is over. Who came is noted in the roll-call.")
    if not roll_is_open(occurrence):
        opens = moment_label(occurrence.starts_at - ROLL_OPENS)
        return _("Too early: people are checked in from %(moment)s on.", moment=opens)
    return ""
