"""Say in words when the next step of an order is due, and by how much it is late."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from portal.activities.working_days import is_working_day
from portal.clock import local, now, today
from portal.i18n import _, clock_time, day_name, ngettext, short_day
from portal.orders.flow import ENDED, State
from portal.orders.models import Order

LONGEST_COUNTED = 366  # days; what is later than that is late by a year
A_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Due:
    """What a list shows of a deadline."""

    late: bool
    words: str


def due_of(row: Order) -> Due:
    """Return what matters of an order's time: its deadline, when the team comes, or when it ended."""
    if row.state in ENDED or row.state is State.DRAFT:
        return Due(False, short_day(local(row.changed_at).date()))
    if row.state in (State.SCHEDULED, State.SERVING) and row.starts_at is not None:
        if row.ends_at is not None and row.ends_at < now():
            return Due(True, _late(row.ends_at))
        return Due(False, _("%(day)s %(time)s", day=_day(row.starts_at), time=clock_time(row.starts_at)))
    if row.due_at is None:
        return Due(False, _("no deadline"))
    if row.due_at < now():
        return Due(row.state is not State.RATING, _late(row.due_at))
    return Due(False, _("%(day)s, by %(time)s", day=_day(row.due_at), time=clock_time(row.due_at)))


def _day(moment: datetime) -> str:
    day = local(moment).date()
    return day_name(day) if today() <= day < today() + A_WEEK else short_day(day)


def _late(moment: datetime) -> str:
    days = working_days_since(local(moment).date())
    if days:
        return ngettext("%(num)s working day late", "%(num)s working days late", days)
    hours = int((now() - moment).total_seconds()) // 3600
    if hours:
        return ngettext("%(num)s hour late", "%(num)s hours late", hours)
    return _("late since just now")


def working_days_since(day: date) -> int:
    """Count the working days after a day, today among them; at most those of a year."""
    ahead = min((today() - day).days, LONGEST_COUNTED)
    return sum(is_working_day(day + timedelta(days=away)) for away in range(1, ahead + 1))
