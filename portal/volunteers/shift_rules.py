"""Say for whom a shift is, when somebody has time, and until when one may withdraw."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from portal.clock import local
from portal.i18n import _
from portal.volunteers import ages
from portal.volunteers.models import Team, TeamStation, Volunteer
from portal.volunteers.shift_models import PostStatus, Shift

LIVE = (PostStatus.CONFIRMED, PostStatus.WAITING)
NOON, EVENING = 12, 18  # hours at which the parts of a day begin that Volunteer.free counts in


def withdraw_until(shift: Shift) -> datetime:
    """Return until when who has taken a shift may withdraw without ringing."""
    return shift.starts_at - timedelta(hours=shift.cut_off_hours)


def nearness(station_id: int) -> sa.Case[int]:
    """Order teams as seen from a station: at home there, those that serve it, the others."""
    serves = sa.exists().where(TeamStation.team_id == Team.id, TeamStation.station_id == station_id)
    return sa.case((Team.station_id == station_id, 0), (serves, 1), else_=2)


def unfit(shift: Shift, volunteer: Volunteer) -> str:
    """Say why a shift is not for somebody, by age or skill; empty if it is."""
    # Those taken over from older lists have no birthday; they were grown up then.
    age = ages.age_on(volunteer.born_on, local(shift.starts_at).date()) if volunteer.born_on else None
    if age is not None and shift.min_age is not None and age < shift.min_age:
        return _("This shift is for people of %(age)s and older.", age=shift.min_age)
    if ages.lacks_consent(volunteer.born_on, volunteer.guardian_consent, local(shift.starts_at).date()):
        return _("Under %(age)s a parent or guardian has to agree first. Ask the station.", age=ages.of_age())
    if not set(shift.skill.split()) <= set(volunteer.skills.split()):
        return _("For this shift one needs to know: %(skill)s.", skill=shift.skill)
    return ""


def has_time(free: int, begins: datetime, ends: datetime) -> bool:
    """Say whether somebody is free at all parts of the week between two local moments; 0 bits: not said."""
    if not free:
        return True
    day, last = begins.date(), (ends - timedelta(minutes=1)).date()
    while day <= last:
        first_hour = begins.hour if day == begins.date() else 0
        last_hour = (ends - timedelta(minutes=1)).hour if day == last else 23
        for part in range(_part(first_hour), _part(last_hour) + 1):
            if not free & 1 << day.weekday() * 3 + part:
                return False
        day += timedelta(days=1)
    return True


def _part(hour: int) -> int:
    return (hour >= NOON) + (hour >= EVENING)
