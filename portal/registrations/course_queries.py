"""Read the dates of a party's course, and how the party stands at each."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from portal.activities.models import Occurrence, OccurrenceStatus
from portal.db import db
from portal.registrations import rules
from portal.registrations.models import Registration, Status
from portal.registrations.queries import ahead_of


@dataclass(frozen=True, slots=True)
class Part:
    """One date of a party's course, and how it stands there."""

    registration: Registration
    ahead: int  # parties before it in the queue

    @property
    def date(self) -> Occurrence:
        """Return the date."""
        return self.registration.occurrence

    @property
    def here(self) -> bool:
        """Say whether the party comes or waits, and nobody has called the roll."""
        return self.registration.status in (Status.CONFIRMED, Status.WAITING)

    @property
    def may_change(self) -> bool:
        """Say whether the party can still stay away."""
        return self.here and not rules.begun(self.date)

    @property
    def may_return(self) -> bool:
        """Say whether a party that has left could come after all."""
        left = self.registration.status is Status.CANCELLED
        return left and self.date.status is OccurrenceStatus.PLANNED and not rules.begun(self.date)


def parts_of(first_id: int) -> list[Part]:
    """List the dates of a course by their start; where a party left and came back, how it stands now."""
    rows = db.session.execute(
        sa.select(Registration, ahead_of(Registration))
        .join(Occurrence, Occurrence.id == Registration.occurrence_id)
        .options(joinedload(Registration.occurrence))
        .where(Registration.course_id == first_id)
        .order_by(Occurrence.starts_at, Occurrence.id, Registration.id)
    )
    return list({row.occurrence_id: Part(row, ahead) for row, ahead in rows}.values())
