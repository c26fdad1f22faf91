"""Work out when something takes place, in wall time, before any of it is written."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from portal.activities.models import LONGEST_DAYS
from portal.clock import at, local
from portal.errors import Refused
from portal.i18n import _


@dataclass(frozen=True, slots=True)
class Span:
    """When one occurrence takes place: the same opening hours on each day from first to last."""

    first: date
    last: date
    opens: time
    closes: time

    @property
    def starts_at(self) -> datetime:
        """Return the moment the first day opens."""
        return at(self.first, self.opens)

    @property
    def ends_at(self) -> datetime:
        """Return the moment the last day closes."""
        return at(self.last, self.closes)

    def stretches(self) -> list[tuple[datetime, datetime]]:
        """Return (opening, closing) of each of its days."""
        days = (self.last - self.first).days + 1
        return [
            (at(self.first + timedelta(days=n), self.opens), at(self.first + timedelta(days=n), self.closes))
            for n in range(days)
        ]


def span_of(starts_at: datetime, ends_at: datetime) -> Span:
    """Return the span that an occurrence has."""
    begins, ends = local(starts_at), local(ends_at)
    return Span(begins.date(), ends.date(), begins.time(), ends.time())


def span(first: date, last: date | None, opens: time, closes: time) -> Span:
    """Return one span; without a last day it is over the same day.

    Raises:
        Refused: it would end before it begins, or go on for more than LONGEST_DAYS days.
    """
    last = last or first
    if last < first:
        raise Refused(_("The last day is before the first."), field="last_day")
    if closes <= opens:
        raise Refused(_("It ends before it begins. Please check both times."), field="closes")
    if (last - first).days >= LONGEST_DAYS:
        raise Refused(_("One date goes on for %(days)s days at most.", days=LONGEST_DAYS), field="last_day")
    return Span(first, last, opens, closes)


def overlapping(
    wanted: Iterable[Span], taken: Iterable[tuple[datetime, datetime, int]]
) -> list[tuple[Span, int]]:
    """Return (span, id) for each wanted span that meets a stretch (opening, closing, id) already taken."""
    taken = sorted(taken)
    found = []
    for one in wanted:
        for opens, closes in one.stretches():
            met = next((who for begins, ends, who in taken if begins < closes and ends > opens), None)
            if met is not None:
                found.append((one, met))
                break
    return found
