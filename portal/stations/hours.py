"""Reckon with weekly opening hours: what is open now, what opens next, how to say it in one line."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from portal.errors import Refused
from portal.i18n import _, pgettext, wall_time, weekday_short

WEEK = 7
EVENING = time(18)


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
    """Return when what is open at this wall-clock moment closes, or None when it is closed.

    Stretches that follow one another without a break count as one.
    """
    until = moment.time()
    is_open = False
    for one in sorted(hours):
        if one.weekday == moment.weekday() and one.opens <= until < one.closes:
            until, is_open = one.closes, True
    return until if is_open else None


def open_on(hours: Sequence[Stretch], weekday: int) -> list[tuple[time, time]]:
    """Return (opens, closes) of each time that something is open on a weekday, those that meet joined."""
    joined: list[tuple[time, time]] = []
    for one in sorted(hours):
        if one.weekday != weekday:
            continue
        if joined and one.opens <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], one.closes))
        else:
            joined.append((one.opens, one.closes))
    return joined


def opens_next(hours: Sequence[Stretch], moment: datetime) -> tuple[date, time] | None:
    """Return day and time of the next opening after this wall-clock moment; None when it never opens."""
    ordered = sorted(hours)
    for away in range(WEEK + 1):
        day = moment.date() + timedelta(days=away)
        for one in ordered:
            if one.weekday == day.weekday() and (away or one.opens > moment.time()):
                return day, one.opens
    return None


def check(hours: Sequence[Stretch]) -> None:
    """Refuse hours that cannot be.

    Raises:
        Refused: a stretch closes before it opens, or two of a day overlap.
    """
    if any(one.closes <= one.opens for one in hours):
        raise Refused(_("It closes before it opens. Please check both times."))
    for one, other in pairwise(sorted(hours)):
        if one.weekday == other.weekday and other.opens < one.closes:
            raise Refused(_("The two stretches of this day overlap."))


def lines(hours: Sequence[Stretch]) -> list[str]:
    """Say the week in few lines: “周一到周六 8:30–11:30”, “周二、周四晚 19:00–21:00”."""
    days_of: dict[tuple[time, time], list[int]] = {}
    for one in sorted(set(hours)):
        days_of.setdefault((one.opens, one.closes), []).append(one.weekday)
    times_of: dict[tuple[int, ...], list[tuple[time, time]]] = {}
    for times, days in sorted(days_of.items()):
        times_of.setdefault(tuple(days), []).append(times)
    ordered = sorted(times_of.items(), key=lambda group: (group[0][0], group[1][0]))
    return [_line(days, times) for days, times in ordered]


def _line(days: tuple[int, ...], times: list[tuple[time, time]]) -> str:
    said = pgettext("between times", ", ").join(
        f"{wall_time(opens)}–{wall_time(closes)}" for opens, closes in times
    )
    if times[0][0] < EVENING:
        return _("%(days)s %(hours)s", days=_days(days), hours=said)
    if len(days) == WEEK:
        return _("Every evening %(hours)s", hours=said)
    return _("%(days)s evening %(hours)s", days=_days(days), hours=said)


def _days(days: tuple[int, ...]) -> str:
    if len(days) == WEEK:
        return _("Every day")
    runs: list[list[int]] = []
    for day in days:
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    between = pgettext("between days", ", ")
    return between.join(
        _("%(first)s to %(last)s", first=weekday_short(run[0]), last=weekday_short(run[-1]))
        if len(run) > 2
        else between.join(weekday_short(day) for day in run)
        for run in runs
    )


def short_line(hours: Sequence[Stretch], moment: datetime) -> str:
    """Say in a few words whether it is open now, or when it opens."""
    until = open_until(hours, moment)
    if until is not None:
        return _("open until %(time)s", time=wall_time(until))
    following = opens_next(hours, moment)
    if following is None:
        return _("hours by phone")
    day, opens = following
    return _("opens %(day)s %(time)s", day=_when(day, moment.date()), time=wall_time(opens))


def now_line(hours: Sequence[Stretch], moment: datetime, phone: str) -> str:
    """Say whether it is open now, and if not, when it opens and that one can ring."""
    until = open_until(hours, moment)
    if until is not None:
        return _("Open now, until %(time)s.", time=wall_time(until))
    following = opens_next(hours, moment)
    if following is None:
        return _("Ask for the hours by phone.") if phone else ""
    day, opens = following
    opened = any(one.weekday == moment.weekday() for one in hours)
    line = _(
        "%(state)s Opens %(day)s at %(time)s.",
        state=_("Closed just now.") if opened else _("Not open today."),
        day=_when(day, moment.date()),
        time=wall_time(opens),
    )
    return _("%(line)s Ring if you need somebody.", line=line) if phone else line


def _when(day: date, today: date) -> str:
    away = (day - today).days
    if away < 2:
        return pgettext("opens", "tomorrow") if away else pgettext("opens", "today")
    name = weekday_short(day.weekday())
    return _("next %(weekday)s", weekday=name) if away == WEEK else name
