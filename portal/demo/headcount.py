"""Decide how many people came to each holding of the demo, so that all together are about 20 000."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from portal.demo.blueprints import Blueprint
from portal.demo.diary import Slot

PEOPLE_IN_ALL = 19_964
UNEVENNESS = 0.7  # how far full and empty evenings lie apart, as a share of the usual range

# Lowest and highest share of minors, then of elderly, by the audience named first.
SHARES = {
    "children": ((0.58, 0.88), (0.02, 0.08)),
    "elderly": ((0.0, 0.04), (0.58, 0.86)),
    "everyone": ((0.10, 0.26), (0.18, 0.36)),
    "overseas": ((0.04, 0.14), (0.36, 0.58)),
    "volunteers": ((0.0, 0.08), (0.06, 0.18)),
    "party": ((0.0, 0.0), (0.14, 0.30)),
}


@dataclass(frozen=True, slots=True)
class Attendance:
    """How many came, how many of them under 18 and over 60, and how they were counted."""

    total: int
    minors: int
    elderly: int
    roll_call: bool


@dataclass(frozen=True, slots=True)
class _Guess:
    blueprint: Blueprint
    luck: float  # from -0.5 to 0.5
    minors: float
    elderly: float

    def total(self, level: float) -> int:
        low, high = self.blueprint.people
        share = min(1.0, max(0.0, level + UNEVENNESS * self.luck))
        return round(low + (high - low) * share)


def count_heads(held: Sequence[tuple[Blueprint, Slot]]) -> list[Attendance]:
    """Return the attendance of each holding, in order; each within what is usual for its offering."""
    guesses = [_guess(blueprint, slot) for blueprint, slot in held]
    low, high = -0.5, 1.5
    for _ in range(24):  # halve the range of the level until the sum is met
        level = (low + high) / 2
        if sum(guess.total(level) for guess in guesses) < PEOPLE_IN_ALL:
            low = level
        else:
            high = level
    return [_attendance(guess, guess.total(high)) for guess in guesses]


def _guess(blueprint: Blueprint, slot: Slot) -> _Guess:
    random = Random(f"{blueprint.key} {slot.day}")  # noqa: S311 - the same demo every time
    minors, elderly = SHARES[blueprint.audiences[0]]
    return _Guess(blueprint, random.random() - 0.5, random.uniform(*minors), random.uniform(*elderly))


def _attendance(guess: _Guess, total: int) -> Attendance:
    minors = round(total * guess.minors)
    elderly = min(round(total * guess.elderly), total - minors)
    return Attendance(total, minors, elderly, roll_call=guess.blueprint.registration)
