"""Say on which days people serve at a date, and from when on: on its own days and on those of its shifts.

A shift may lie on the eve, to set up, on the day after, to clear away, or begin hours before the date does;
whoever serves then checks in and has hours as on the day itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from portal.activities.models import Occurrence, OccurrenceStatus
from portal.clock import at, local, now, start_of, today
from portal.db import db
from portal.volunteers.shift_models import Shift, ShiftStatus

EARLY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """The time of a shift."""

    starts_at: datetime
    ends_at: datetime

    @property
    def days(self) -> list[date]:
        """List its days; one that ends at midnight has nothing of the day that begins then."""
        last = local(self.ends_at - timedelta.resolution).date()
        return _days(local(self.starts_at).date(), last)


@dataclass(frozen=True, slots=True)
class Service:
    """A date, and the times of those of its shifts that are not cancelled."""

    occurrence: Occurrence
    shifts: Sequence[Stretch]

    @property
    def days(self) -> list[date]:
        """List the days on which people serve, the first first."""
        own = _days(local(self.occurrence.starts_at).date(), local(self.occurrence.ends_at).date())
        return sorted({*own, *(day for shift in self.shifts for day in shift.days)})

    def opens_at(self, day: date) -> datetime | None:
        """Return from when on a day people may check in; None if nobody serves then."""
        found = [max(shift.starts_at - EARLY, start_of(day)) for shift in self.shifts if day in shift.days]
        if local(self.occurrence.starts_at).date() <= day <= local(self.occurrence.ends_at).date():
            found.append(opens_at(self.occurrence, day))
        return min(found, default=None)

    def is_open(self, moment: datetime) -> bool:
        """Say whether the code is good: from an hour before the day's first service until the day ends."""
        opens = self.opens_at(local(moment).date())
        return opens is not None and opens <= moment and self.occurrence.status is OccurrenceStatus.PLANNED

    @property
    def opens_next(self) -> datetime:
        """Return from when people may check in today or else on the next of its days; at last on the last."""
        days = self.days
        day = next((day for day in days if day >= today()), days[-1])
        return self.opens_at(day) or opens_at(self.occurrence, day)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def opens_at(occurrence: Occurrence, day: date) -> datetime:
    """Return from when on a day people may check in for the date itself.

    That is an hour before it begins, never the day before.
    """
    begins = at(day, local(occurrence.starts_at).time().replace(tzinfo=None))
    return max(begins - EARLY, start_of(day))


def service_at(occurrence: Occurrence) -> Service:
    """Return when people serve at a date."""
    return services_at([occurrence])[0]


def services_at(occurrences: Sequence[Occurrence]) -> list[Service]:
    """Return when people serve at each of the dates, in one question."""
    found: dict[int, list[Stretch]] = {one.id: [] for one in occurrences}
    rows = db.session.execute(
        sa.select(Shift.occurrence_id, Shift.starts_at, Shift.ends_at).where(
            Shift.occurrence_id.in_(found.keys()), Shift.status == ShiftStatus.OPEN
        )
    )
    for row in rows:
        found[row.occurrence_id].append(Stretch(row.starts_at, row.ends_at))
    return [Service(one, found[one.id]) for one in occurrences]


def is_over() -> sa.ColumnElement[bool]:
    """Say in SQL that a date is over, with all of its shifts: nobody clears away any more."""
    later = sa.exists().where(
        Shift.occurrence_id == Occurrence.id, Shift.status == ShiftStatus.OPEN, Shift.ends_at > now()
    )
    return sa.and_(Occurrence.ends_at <= now(), ~later)


def has_shift_between(begins: datetime, ends: datetime) -> sa.ColumnElement[bool]:
    """Say in SQL that a date has a shift in a stretch of time that is not cancelled."""
    # Asked once for all dates, not once for each of years.
    return Occurrence.id.in_(
        sa.select(Shift.occurrence_id).where(
            Shift.status == ShiftStatus.OPEN, Shift.starts_at < ends, Shift.ends_at > begins
        )
    )
