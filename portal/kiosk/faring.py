"""Judge how the screens fare: which is silent though it should be bright, and what ails one that is heard."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from portal.access import Scope
from portal.activities import agenda, listing
from portal.clock import at, local, now, today
from portal.kiosk import devices
from portal.kiosk.board import bright_on
from portal.kiosk.models import Kiosk
from portal.stations.hours import WEEK, stretches_of
from portal.stations.queries import StationCard, card

MOST_OFF = 60  # seconds by which a clock may differ without anybody being told
FRESH = timedelta(minutes=15)  # so old a board may be when it is heard of
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
CAME, MISSING, NOT_DUE = "came", "missing", "not due"


@dataclass(frozen=True, slots=True)
class Faring:
    """How one screen fares at a moment; `bright` says between which times of that day it is bright."""

    kiosk: Kiosk
    moment: datetime
    bright: tuple[time, time]

    @property
    def place(self) -> StationCard:
        """Return the card of its station."""
        return card(self.kiosk.station)

    @property
    def since(self) -> datetime:
        """Return when it was heard of last, or else when it was paired."""
        return self.kiosk.seen_at or self.kiosk.paired_at

    @property
    def is_silent(self) -> bool:
        """Say whether it has not been heard of for longer than it should."""
        return devices.is_silent(self.kiosk, self.moment)

    @property
    def is_quiet(self) -> bool:
        """Say whether somebody wished not to be told of it now."""
        return self.kiosk.quiet_until is not None and self.kiosk.quiet_until > self.moment

    @property
    def is_awaited(self) -> bool:
        """Say whether it should be heard of: it is bright, and has had the time to say so."""
        first = at(local(self.moment).date(), self.bright[0])
        return self._is_bright(self.moment) and self.moment >= first + devices.SILENT_AFTER

    @property
    def is_missed(self) -> bool:
        """Say whether somebody should go and look why it is silent."""
        return self.is_silent and self.is_awaited and not self.is_quiet

    @property
    def is_clock_off(self) -> bool:
        """Say whether the clock of a screen that is heard of is wrong by more than a minute."""
        return not self.is_silent and abs(self.kiosk.clock_off or 0) > MOST_OFF

    @property
    def is_behind(self) -> bool:
        """Say whether a screen that is heard of shows a board that is old."""
        kiosk = self.kiosk
        if self.is_silent or kiosk.shows != "board" or kiosk.seen_at is None or kiosk.data_at is None:
            return False
        return kiosk.data_at < kiosk.seen_at - FRESH

    @property
    def bars(self) -> list[str]:
        """Return what was heard in each five minutes of the last two hours, the oldest first.

        Nothing was due before it was paired, while it was dark, and in the five minutes that still run.
        """
        heard = devices.beats_at(self.kiosk, self.moment)
        running = self.moment - (self.moment - EPOCH) % devices.EACH
        found = []
        for back in reversed(range(devices.REMEMBERED)):
            begin = running - back * devices.EACH
            due = back > 0 and begin >= self.kiosk.paired_at and self._is_bright(begin)
            found.append(CAME if heard >> back & 1 else MISSING if due else NOT_DUE)
        return found

    def _is_bright(self, moment: datetime) -> bool:
        return self.bright[0] <= local(moment).time() < self.bright[1]


def of(kiosks: Sequence[Kiosk], here: Scope) -> list[Faring]:
    """Judge screens within a scope; what takes place today is asked for once, however many they are."""
    if not kiosks:
        return []
    day, moment = today(), now()
    cards = listing.of_day(day, here)
    return [
        Faring(kiosk, moment, bright_on(kiosk, day, cards, stretches_of(kiosk.station.hours)))
        for kiosk in kiosks
    ]


def bright_next(kiosk: Kiosk) -> datetime:
    """Return when a screen, read with the hours of its station, gets bright next; in a week, if never."""
    first, moment = today(), now()
    last = first + timedelta(days=WEEK)
    narrowed = listing.Filter(station_id=kiosk.station_id)
    placed = agenda.by_day(listing.published_between(first, last, narrowed), first, last)
    week = stretches_of(kiosk.station.hours)
    for away in range(WEEK + 1):
        day = first + timedelta(days=away)
        begins, ends = bright_on(kiosk, day, placed.get(day, []), week)
        if begins < ends and at(day, begins) > moment:
            return at(day, begins)
    return at(last, time.min)
