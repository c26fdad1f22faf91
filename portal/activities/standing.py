"""Say how an occurrence stands for somebody who would like to come."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from portal.activities.dates import Span
from portal.activities.models import Activity, Occurrence, OccurrenceStatus
from portal.clock import at

OPENS = time(8)  # in the morning, when people are awake and the station answers the telephone
FEW_LEFT = 3  # or a tenth of the seats, if that is more


class Standing(StrEnum):
    """What somebody who would like to come finds."""

    CANCELLED = "cancelled"
    OVER = "over"
    BEGUN = "begun"
    NONE_NEEDED = "none_needed"
    NOT_YET = "not_yet"
    CLOSED = "closed"
    FULL = "full"
    FEW = "few"
    OPEN = "open"

    @property
    def takes_registrations(self) -> bool:
        """Say whether one can sign up now, for a seat or for the queue."""
        return self in (Standing.FULL, Standing.FEW, Standing.OPEN)


@dataclass(frozen=True, slots=True)
class Held:
    """What the standing is read from."""

    cancelled: bool
    registration: bool
    starts_at: datetime
    ends_at: datetime
    opens_at: datetime | None
    closes_at: datetime | None
    seats: int | None
    seats_taken: int
    parties_waiting: int


def held(occurrence: Occurrence, activity: Activity) -> Held:
    """Return what the standing of an occurrence is read from."""
    return Held(
        cancelled=occurrence.status is OccurrenceStatus.CANCELLED,
        registration=activity.registration,
        starts_at=occurrence.starts_at,
        ends_at=occurrence.ends_at,
        opens_at=occurrence.opens_at,
        closes_at=occurrence.closes_at,
        seats=occurrence.seats,
        seats_taken=occurrence.seats_taken,
        parties_waiting=occurrence.parties_waiting,
    )


def standing(held: Held, moment: datetime) -> Standing:
    """Say how it stands at this moment."""
    if held.cancelled:
        return Standing.CANCELLED
    if held.ends_at <= moment:
        return Standing.OVER
    if not held.registration:
        return Standing.NONE_NEEDED
    if held.starts_at <= moment:
        return Standing.BEGUN
    if held.opens_at is not None and moment < held.opens_at:
        return Standing.NOT_YET
    if held.closes_at is not None and held.closes_at <= moment:
        return Standing.CLOSED
    left = seats_left(held.seats, held.seats_taken)
    if left is None:
        return Standing.OPEN
    if left <= 0 or held.parties_waiting:  # whoever comes now comes after those who wait
        return Standing.FULL
    return Standing.FEW if left <= max(FEW_LEFT, (held.seats or 0) // 10) else Standing.OPEN


def seats_left(seats: int | None, taken: int) -> int | None:
    """Return how many people still find a seat; None for any number."""
    return None if seats is None else max(0, seats - taken)


def window(
    when: Span, opens_days: int | None, closes_minutes: int
) -> tuple[datetime | None, datetime | None]:
    """Return (opening, closing) of the registration for a date: None for at once, and for when it begins."""
    opens = None if opens_days is None else at(when.first - timedelta(days=opens_days), OPENS)
    if opens is not None and opens >= when.starts_at:
        opens = None
    closes = when.starts_at - timedelta(minutes=closes_minutes) if closes_minutes else None
    return opens, closes
