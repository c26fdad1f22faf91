"""Reckon with weekly opening hours: what is open now, what opens next, how to say it in one line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from portal.errors import Refused
from portal.i18n import _, day_name, weekday_short

WEEK = 7


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """From when to when something is open on one weekday (0 = Monday), in wall time."""

    weekday: int
    opens: time
    closes: time


def stretches_of(rows: Iterable[object]) -> tuple[Stretch, ...]:
    """Take stretches from rows that have weekday, opens and closes, in order of the week."""
    return tuple(sorted(Stretch(row.weekday, row.opens, row.closes) for row in rows))  # type: ignore[attr-defined]


def open_until(hours: Sequence[Stretch], moment: datetime) -> time | None:
    """Return when what is open at this wall-clock moment closes, or None when it is closed."""
    for one in hours:
        if one.weekday == moment.weekday() and one.opens <= moment.time() < one.closes:
            return one.closes
    return None


def opens_next(hours: Sequence[Stretch], moment: datetime) -> tuple[date, time] | None:
    """Return day and time of the next opening after this wall-clock moment; None when it never opens."""
    for away in range(WEEK + 1):
        day = moment.date() + timedelta(days=away)
        for one in hours:
            if one.weekday == day.weekday() and (away or one.opens > moment.time()):
                return day, one.opens
    return None


def check(hours: Sequence[Stretch]) -> None:
    """Refuse hours that cannot be.

    Raises:
        Refused: a stretch closes before it opens, or two of a day overlap; at the field of that weekday.
    """
    for one in hours:
        if one.closes <= one.opens:
            raise Refused(_("It closes before it opens. Please check both times."), field=f"day{one.weekday}")
    ordered = sorted(hours)
    for one, other in pairwise(ordered):
        if one.weekday == other.weekday and other.opens < one.closes:
            raise Refused(_("The two stretches of this day overlap."), field=f"day{one.weekday}")


def lines(hours: Sequence[Stretch]) -> list[str]:
    """Say the week in as few lines as there are different days: “周一到周五 08:30–20:30”."""
    by_day: dict[int, tuple[Stretch, ...]] = {
        day: tuple(one for one in sorted(hours) if one.weekday == day) for day in range(WEEK)
    }
    found: list[tuple[list[int], str]] = []
    for day in range(WEEK):
        said = _("; ").join(f"{one.opens:%H:%M}–{one.closes:%H:%M}" for one in by_day[day])
        if not said:
            continue
        for days, text in found:
            if text == said:
                days.append(day)
                break
        else:
            found.append(([day], said))
    return [_("%(days)s %(hours)s", days=_days(days), hours=text) for days, text in found]


def _days(days: list[int]) -> str:
    if len(days) == WEEK:
        return _("Every day")
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    named = [
        _("%(first)s to %(last)s", first=weekday_short(run[0]), last=weekday_short(run[-1]))
        if len(run) > 2
        else _(", ").join(weekday_short(day) for day in run)
        for run in runs
    ]
    return _(", ").join(named)


def now_line(hours: Sequence[Stretch], moment: datetime, phone: str) -> str:
    """Say whether it is open now, and if not, when it opens."""
    until = open_until(hours, moment)
    if until is not None:
        return _("Open now, until %(time)s.", time=f"{until:%H:%M}")
    following = opens_next(hours, moment)
    if following is None:
        return _("Ask for the hours by phone.") if phone else ""
    day, opens = following
    return _("Closed just now. Opens %(day)s at %(time)s.", day=day_name(day), time=f"{opens:%H:%M}")
