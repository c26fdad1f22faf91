"""Replay the seat history of an occurrence from its steps alone, and compare it with what was kept.

This is written apart from queue.py on purpose: it answers a complaint, so it must not repeat its mistakes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from portal.i18n import _
from portal.registrations.models import SeatChange


@dataclass(frozen=True, slots=True)
class Step:
    """One step as it was written down."""

    at: datetime
    what: SeatChange
    registration_id: int | None
    reference: str
    people: int
    seats: int | None
    seats_taken: int
    parties_waiting: int
    who: str
    reason: str


@dataclass(slots=True)
class Replay:
    """What stands after each step, worked out anew; and what does not fit together."""

    steps: list[tuple[Step, int, int]] = field(default_factory=list)  # step, seats taken, parties waiting
    faults: list[str] = field(default_factory=list)
    seated: dict[int, int] = field(default_factory=dict)  # registration: people
    queue: dict[int, int] = field(default_factory=dict)  # in order: registration: people
    seats: int | None = None

    @property
    def taken(self) -> int:
        """Return how many people have a seat."""
        return sum(self.seated.values())


def replay(steps: Iterable[Step]) -> Replay:
    """Work through the steps; a fault names the step where the books disagree or somebody is wronged."""
    done = Replay()
    for number, step in enumerate(steps, 1):
        fault = _apply(done, step) or _seats_fault(done, step)
        done.seats = step.seats
        if not fault and (step.seats_taken, step.parties_waiting) != (done.taken, len(done.queue)):
            fault = _("written down: %(taken)s seats taken, %(waiting)s waiting",
                      taken=step.seats_taken, waiting=step.parties_waiting)  # fmt: skip
        if not fault and step.seats is not None and done.taken > step.seats:
            fault = _("more people than seats")
        if fault:
            done.faults.append(_("Step %(number)s: %(fault)s.", number=number, fault=fault))
        done.steps.append((step, done.taken, len(done.queue)))
    return done


def _apply(done: Replay, step: Step) -> str:
    """Take one step; return what is unfair or impossible about it."""
    party = step.registration_id
    if step.what is SeatChange.SEATS:
        return ""
    if party is None:
        return _("nobody knows whom it was about")
    fault = ""
    known = party in done.queue or party in done.seated
    if known == (step.what in (SeatChange.SEATED, SeatChange.QUEUED)):
        fault = _("this party is there already") if known else _("this party was never there")
    match step.what:
        case SeatChange.SEATED:
            if done.queue:
                fault = _("a newcomer was seated while others waited")
            done.seated[party] = step.people
        case SeatChange.QUEUED:
            if not done.queue and (step.seats is None or done.taken + step.people <= step.seats):
                fault = _("a party was sent to the queue though there was room")
            done.queue[party] = step.people
        case SeatChange.PROMOTED | SeatChange.PROMOTED_EARLY:
            if step.what is SeatChange.PROMOTED and next(iter(done.queue), None) != party:
                fault = _("it was not this party's turn")
            if step.what is SeatChange.PROMOTED_EARLY and not step.reason:
                fault = _("out of turn without a reason")
            if done.queue.get(party) != step.people:
                fault = _("it was not so many people that waited")
            done.seated[party] = done.queue.pop(party, step.people)
        case SeatChange.RESIZED:
            of_party = done.queue if party in done.queue else done.seated
            of_party[party] = step.people
        case _:
            done.seated.pop(party, None)
            done.queue.pop(party, None)
    return fault


def _seats_fault(done: Replay, step: Step) -> str:
    # Before the first step the number of seats may have been anything.
    changed = bool(done.steps) and step.seats != done.seats
    return _("the number of seats changed by itself") if changed and step.what is not SeatChange.SEATS else ""
