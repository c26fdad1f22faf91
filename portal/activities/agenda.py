"""Lay occurrences out by day, as the agenda and the month grid show them."""

import calendar as weeks
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from portal.activities import lunar
from portal.activities.cards import Card
from portal.clock import now, today

IN_A_CELL = 3


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the agenda: what is still to come, and what of today is over."""

    date: date
    facts: lunar.DayFacts
    cards: Sequence[Card]
    over: Sequence[Card]

    @property
    def is_today(self) -> bool:
        """Say whether this is today."""
        return self.date == today()

    @property
    def rests(self) -> bool:
        """Say whether people are off: a weekend or official holiday, make-up workdays taken out."""
        return is_day_off(self.facts)


@dataclass(frozen=True, slots=True)
class Cell:
    """One day of the month grid."""

    date: date
    facts: lunar.DayFacts
    cards: Sequence[Card]
    inside: bool

    @property
    def shown(self) -> Sequence[Card]:
        """Return the few that fit into the cell."""
        return self.cards[:IN_A_CELL]

    @property
    def more(self) -> int:
        """Return how many do not fit."""
        return len(self.cards) - len(self.shown)

    @property
    def is_today(self) -> bool:
        """Say whether this is today."""
        return self.date == today()

    @property
    def rests(self) -> bool:
        """Say whether people are off."""
        return is_day_off(self.facts)


def is_day_off(facts: lunar.DayFacts) -> bool:
    """Say whether a day is off: 休 by notice, or a weekend that is not 班."""
    if facts.official is not None:
        return facts.official is not lunar.OfficialDay.WORK
    return facts.date.weekday() >= 5


def by_day(cards: Iterable[Card], first: date, last: date) -> dict[date, list[Card]]:
    """Put each card under every date of the window it touches, in order of its opening that day."""
    found: dict[date, list[Card]] = defaultdict(list)
    for card in cards:
        day = max(card.first_day, first)
        until = min(card.last_day, last)
        while day <= until:
            found[day].append(card)
            day += timedelta(days=1)
    for day, day_cards in found.items():
        day_cards.sort(key=lambda card: (card.begins_on(day), card.id))
    return found


def days(cards: Iterable[Card], first: date, last: date) -> list[Day]:
    """List the days of the window that have anything, today's finished ones apart."""
    moment = now()
    found = []
    for day, day_cards in sorted(by_day(cards, first, last).items()):
        over = [card for card in day_cards if day == today() and card.state(day, moment) == "past"]
        coming = [card for card in day_cards if card not in over]
        found.append(Day(day, lunar.day_facts(day), coming, over))
    return found


def week(cards: Iterable[Card], first: date, last: date) -> list[Day]:
    """List every day of the window, those on which nothing is on too, each with all of its cards."""
    placed = by_day(cards, first, last)
    dates = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    return [Day(day, lunar.day_facts(day), placed.get(day, []), ()) for day in dates]


def monday(on: date) -> date:
    """Return the Monday of the week of a date."""
    return on - timedelta(days=on.weekday())


def days_with_all(cards: Iterable[Card], first: date, last: date) -> list[Day]:
    """List the days of the window that have anything, each with all of its cards, over or not."""
    placed = sorted(by_day(cards, first, last).items())
    return [Day(day, lunar.day_facts(day), day_cards, ()) for day, day_cards in placed]


def month(cards: Iterable[Card], on: date) -> list[list[Cell]]:
    """List the weeks, Monday first, that the month of a date touches."""
    first, last = window(on)
    placed = by_day(cards, first, last)
    cells = [
        # What is on for weeks would fill the few lines of every cell: it comes last.
        Cell(
            day,
            lunar.day_facts(day),
            sorted(placed.get(day, []), key=lambda card: card.several_days),
            day.month == on.month,
        )
        for day in (first + timedelta(days=offset) for offset in range((last - first).days + 1))
    ]
    return [cells[start : start + 7] for start in range(0, len(cells), 7)]


def window(on: date) -> tuple[date, date]:
    """Return the first and last date that the month grid of a date shows."""
    first = on.replace(day=1)
    last = on.replace(day=weeks.monthrange(on.year, on.month)[1])
    return first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())


def next_month(on: date) -> date:
    """Return the first of the month after."""
    return (on.replace(day=28) + timedelta(days=4)).replace(day=1)


def month_before(on: date) -> date:
    """Return the first of the month before."""
    return (on.replace(day=1) - timedelta(days=1)).replace(day=1)
