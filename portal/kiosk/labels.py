"""Say in words how a screen fares."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from portal.activities.desk import span
from portal.clock import local, now, today
from portal.i18n import _, clock_time, lazy_pgettext, moment_label, ngettext, pgettext
from portal.kiosk.faring import CAME, MISSING, Faring

SHOWS = {
    "board": lazy_pgettext("a screen shows", "the board"),
    "form": lazy_pgettext("a screen shows", "in use"),
}
SIZE = re.compile(r"(\d+)\D(\d+)")
MINUTE = timedelta(minutes=1)


def when(moment: datetime) -> str:
    """Write a moment, by the clock alone if it is of today."""
    return clock_time(moment) if local(moment).date() == today() else moment_label(moment)


def ago(moment: datetime) -> str:
    """Say how long ago a moment was."""
    passed = now() - moment
    return _("within a minute") if passed < MINUTE else _("%(time)s ago", time=span(passed))


def pills(screen: Faring, build: str) -> list[tuple[str, str]]:
    """Return how a screen fares as (kind, words) of pills, at least one; `build` is what should run there."""
    if screen.is_silent:
        return [_silent(screen)]
    return list(_ails(screen, build)) or [("", _("All is well"))]


def _silent(screen: Faring) -> tuple[str, str]:
    if screen.is_quiet:
        return "over", _("No reminder")
    if screen.is_awaited:
        return "gone", _("Silent")
    return "free", _("Off for the night, all is well")


def _ails(screen: Faring, build: str) -> Iterator[tuple[str, str]]:
    if screen.is_clock_off:
        yield "few", _("Its clock is wrong")
    if screen.is_behind:
        yield "few", _("Its board is old")
    if screen.kiosk.build not in ("", build):
        yield "free", _("Old version")


def shows(screen: Faring) -> str:
    """Say what a screen showed when it was heard of last, and how it lies."""
    return _joined(str(SHOWS.get(screen.kiosk.shows, "")), _lies(screen.kiosk.size))


def lines(screen: Faring) -> list[str]:
    """Say in up to two lines what a screen shows, its size and its version."""
    found = [shows(screen), _joined(screen.kiosk.size, screen.kiosk.build)]
    return [line for line in found if line]


def _joined(*words: str) -> str:
    return " · ".join(word for word in words if word)


def _lies(size: str) -> str:
    found = SIZE.fullmatch(size)
    if found is None:
        return ""
    return _("upright") if int(found[1]) < int(found[2]) else _("landscape")


def clock(screen: Faring) -> str:
    """Say by how much the clock of a screen differs from the portal's."""
    off = screen.kiosk.clock_off or 0
    if not screen.is_clock_off and abs(off) < MINUTE.seconds:
        return pgettext("a clock is", "right")
    length = span(timedelta(seconds=abs(off)))
    return _("%(time)s fast", time=length) if off > 0 else _("%(time)s slow", time=length)


def bars(screen: Faring) -> str:
    """Say in words what the bars of the last two hours show."""
    came, missing = screen.bars.count(CAME), screen.bars.count(MISSING)
    if not missing:
        return (
            ngettext("%(num)s report, all in time", "%(num)s reports, all in time", came)
            if came
            else _("none was due")
        )
    return ngettext(
        "%(came)s of %(num)s report came", "%(came)s of %(num)s reports came", came + missing, came=came
    )
