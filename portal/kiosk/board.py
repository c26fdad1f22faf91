"""Gather what a board shows: today and the next days of the whole network, good for a week without network.

A board goes on by itself when it cannot ask for news, so all that changes with the clock goes along: the rows
of seven days with when each begins and ends, and when it is bright. Nothing of anybody's is among it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from portal.activities import agenda, listing, lunar
from portal.activities.cards import Card
from portal.activities.lunar import DayFacts
from portal.activities.pills import exact_pill
from portal.clock import local, now, today
from portal.kiosk.models import Kiosk
from portal.stations import hours
from portal.stations.hours import Stretch

DAYS = 7
BRIGHT = (time(7), time(20))  # where a station has no opening hours
BEFORE = timedelta(minutes=30)  # it gets bright so long before the first activity in the house
SOON = timedelta(hours=2)  # so long before, minutes are counted


@dataclass(frozen=True, slots=True)
class Row:
    """An activity on one day of the board."""

    card: Card
    begins: datetime
    ends: datetime
    pill: tuple[str, str]  # until it begins
    state: str  # at the moment of the board: cancelled, past, running or coming
    turn: int  # when it is shown, where not all rows fit

    @property
    def minutes(self) -> int:
        """Return the minutes until it begins."""
        return int((self.begins - local(now())) / timedelta(minutes=1))

    @property
    def soon(self) -> bool:
        """Say whether it begins so soon that the minutes are counted."""
        return timedelta() < self.begins - local(now()) <= SOON


@dataclass(frozen=True, slots=True)
class BoardDay:
    """One day of the board; `bright` says between which times of that day."""

    date: date
    facts: DayFacts
    rows: Sequence[Row]
    over: int  # that were over when the board was made, and are not among the rows
    bright: tuple[time, time]

    @property
    def left(self) -> int:
        """Return how many are still to come or going on."""
        return sum(row.state in ("running", "coming") for row in self.rows)

    @property
    def is_dark(self) -> bool:
        """Say whether the lights are down now, if this is today."""
        wall = local(now()).time()
        return not self.bright[0] <= wall < self.bright[1]


@dataclass(frozen=True, slots=True)
class Board:
    """What the board of a screen shows from this moment on."""

    at: datetime
    days: Sequence[BoardDay]

    @property
    def today(self) -> BoardDay:
        """Return the day the board was made on."""
        return self.days[0]


def gather(kiosk: Kiosk) -> Board:
    """Gather the board of a screen, read with the hours of its station."""
    first = today()
    last = first + timedelta(days=DAYS - 1)
    placed = agenda.by_day(listing.published_between(first, last), first, last)
    week = hours.stretches_of(kiosk.station.hours)
    dates = [first + timedelta(days=away) for away in range(DAYS)]
    return Board(now(), [_day(kiosk, day, placed.get(day, []), week) for day in dates])


def _day(kiosk: Kiosk, day: date, cards: Sequence[Card], week: Sequence[Stretch]) -> BoardDay:
    moment = now()
    shown = [card for card in cards if card.state(day, moment) != "past"]
    turns = fair_turns(shown, day, kiosk.station_id)
    rows = [
        Row(
            card,
            card.begins_on(day),
            card.ends_on(day),
            exact_pill(card, day),
            card.state(day, moment),
            turns[card.id],
        )
        for card in shown
    ]
    return BoardDay(
        day, lunar.day_facts(day), rows, len(cards) - len(shown), bright_on(kiosk, day, cards, week)
    )


def fair_turns(cards: Iterable[Card], day: date, own_id: int) -> dict[int, int]:
    """Give the rows of a day their turns, so that every station comes once before any comes again.

    The stations take turns in the order of their first rows, the screen's own one before all; what is
    cancelled comes after what takes place. Returned as places in that order, by the id of the card.
    """
    by_station: dict[int, list[Card]] = defaultdict(list)
    for card in sorted(cards, key=lambda one: (one.cancelled, one.begins_on(day), one.id)):
        by_station[card.station_id].append(card)
    rounds: list[tuple[int, bool, bool, datetime, int]] = []
    for station_id, own in by_station.items():
        for turn, card in enumerate(own):
            rounds.append((turn, card.cancelled, station_id != own_id, card.begins_on(day), card.id))
    return {entry[-1]: place for place, entry in enumerate(sorted(rounds))}


def bright_on(kiosk: Kiosk, day: date, cards: Iterable[Card], week: Sequence[Stretch]) -> tuple[time, time]:
    """Return between which times of a day a screen is bright.

    As somebody has set; else while its station is open (by day, where nobody knows when) and while something
    takes place there.
    """
    if kiosk.bright_from is not None and kiosk.bright_until is not None:
        return kiosk.bright_from, kiosk.bright_until
    stretches = hours.open_on(week, day.weekday())
    here = [card for card in cards if card.station_id == kiosk.station_id and not card.cancelled]
    begins = [opens for opens, _closes in stretches]
    begins += [_wall(card.begins_on(day) - BEFORE, day, time.min) for card in here]
    ends = [closes for _opens, closes in stretches]
    ends += [_wall(card.ends_on(day), day, time.max) for card in here]
    if not week:
        begins.append(BRIGHT[0])
        ends.append(BRIGHT[1])
    if begins:
        return min(begins), max(ends)
    return time.min, time.min  # closed all day


def _wall(moment: datetime, day: date, beyond: time) -> time:
    """Return the time of day of a moment, `beyond` if it is of another day."""
    return moment.time() if moment.date() == day else beyond
