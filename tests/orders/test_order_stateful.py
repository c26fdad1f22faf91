"""Whatever people do with orders, in whatever order, rightly or wrongly: only the table's steps happen.

The table below is written apart from portal.orders.flow on purpose, after product §5.3; the portal has to
agree with it. After each step the books are added up anew: the history of each order leads without a gap to
where it stands, at most one team is asked or has accepted, and each count equals a recount.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from portal.access import NOBODY, Actor, Role
from portal.activities.models import Category
from portal.clock import ZONE, now
from portal.db import db
from portal.errors import Forbidden, Missing, OutOfDate, Refused
from portal.orders import deadlines, dispatching, needs, ordering, queries, rating, serving
from portal.orders.models import Grade, Offer, Order, OrderStep, Source
from tests.make import Make
from tests.orders.cases import wish

NOON = datetime(2026, 6, 10, 12, tzinfo=ZONE)
STEPS = settings(
    stateful_step_count=60, deadline=None, derandomize=True, database=None, phases=[Phase.generate]
)
ORDERS = 3

# act: from which states, to which, by whom: a the asker, s the station, d who dispatches, t the team.
BEFORE = "submitted returned admitted offered accepted scheduled"
TABLE = {
    "admit": ("submitted", "admitted", "sd"),
    "send_back": ("submitted admitted", "returned", "sd"),
    "answer": ("returned", "submitted", "asd"),
    "refuse": ("submitted admitted", "refused", "sd"),
    "offer": ("admitted", "offered", "d"),
    "accept": ("offered", "accepted", "td"),
    "decline": ("offered", "admitted offered", "td"),
    "redispatch": ("offered accepted scheduled", "admitted", "d"),
    "schedule": ("accepted scheduled", "scheduled", "tsd"),
    "start": ("scheduled", "serving", "t"),
    "complete": ("scheduled serving", "rating", "tsd"),
    "rate_well": ("rating", "closed", "asd"),
    "rate_badly": ("rating", "follow_up", "asd"),
    "finish_call": ("follow_up", "closed", "sd"),
    "reopen": ("closed", "admitted", "asd"),
    "withdraw": (BEFORE, "withdrawn", "asd"),
    "cancel": (f"{BEFORE} serving", "cancelled", "d"),
}
# A leader who presses twice; who has declined may say so again, whatever has become of it.
AGAIN_BY_TEAM = {
    ("start", "serving"),
    ("complete", "rating"),
    *((name, state) for name in ("accept", "accept_at") for state in ("accepted", "scheduled", "serving")),
}
BY_TIME = {
    ("offered", "admitted"),
    ("admitted", "offered"),
    ("scheduled", "serving"),
    ("rating", "closed"),
    ("returned", "cancelled"),
}
ALL_MOVES = {
    (before, after)
    for befores, afters, _who in TABLE.values()
    for before in befores.split()
    for after in afters.split()
} | BY_TIME


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who acts: in which part, as whom."""

    part: str  # a, s, d, t; x for nobody who has to do with it
    by: Actor
    leads: int | None = None


class Orders(RuleBasedStateMachine):
    """Let people of every kind do everything to a few orders."""

    def __init__(self, app: Flask, make: Make) -> None:
        super().__init__()
        self.make = make
        self.travel = time_machine.travel(NOON, tick=False)
        self.traveller = self.travel.start()
        self.context = app.app_context()
        self.context.push()
        self.teams = [make.team("s1"), make.team("s2")]
        self.leaders = [make.volunteer(team, leads=True) for team in self.teams]
        leader = replace(make.account(Role.LEADER).actor, scope=None)
        self.people = {
            "asker": Person("a", NOBODY),
            "station": Person("s", make.account(Role.EDITOR, "s1").actor),
            "office": Person("d", make.account(Role.EDITOR, "office").actor),
            "centre": Person("d", make.account(Role.MANAGER, "center").actor),
            "elsewhere": Person("x", make.account(Role.MANAGER, "s2").actor),
            "auditor": Person("x", make.account(Role.AUDITOR, "center").actor),
            "reviewer": Person("x", make.account(Role.REVIEWER, "s1").actor),
            "team0": Person("t", leader, self.leaders[0]),
            "team1": Person("t", leader, self.leaders[1]),
        }
        self.ids = [
            ordering.order(wish(make, "s1"), "test", Source.WEB, NOBODY).order_id for _number in range(ORDERS)
        ]
        self.seen = dict.fromkeys(self.ids, "submitted")
        self.history: dict[int, int] = dict.fromkeys(self.ids, 1)
        self.done: Counter[str] = Counter()

    def teardown(self) -> None:
        self.context.pop()
        self.travel.stop()

    def state(self, order_id: int) -> str:
        db.session.rollback()
        return db.session.scalars(sa.select(Order.state).where(Order.id == order_id)).one().value

    def asked(self, order_id: int) -> int | None:
        """Return the team that is asked or has accepted, recounted from the offers."""
        live = db.session.scalars(
            sa.select(Offer.team_id).where(
                Offer.order_id == order_id, Offer.status.in_(("asked", "accepted"))
            )
        ).all()
        assert len(live) <= 1, "one team at a time"
        return live[0] if live else None

    def attempt(self, name: str, order_id: int, who: str, call: Callable[[Person], object]) -> None:
        """Let somebody try; it must come out as the table has it."""
        person = self.people[who]
        before, team = self.state(order_id), self.asked(order_id)
        sources, targets, parts = TABLE[name]
        allowed = before in sources.split() and person.part in parts
        if person.part == "t":
            mine = self.teams[self.leaders.index(person.leads or 0)]
            allowed = allowed and team == mine
        said_no: Exception | None = None
        try:
            call(person)
        except (Missing, Forbidden, Refused) as refusal:
            said_no = refusal
        if said_no is not None:
            of_the_moment = isinstance(said_no, Refused) and not isinstance(said_no, OutOfDate)
            # A refusal of the moment (still to come, too long ago) comes after the table has said yes.
            assert allowed is of_the_moment, f"{who}, {name} from {before}: {said_no!r}"
            assert self.state(order_id) == before
            return
        after = self.state(order_id)
        if not allowed:  # the very same again, by who did it: it changes nothing
            assert (name, after) in {
                ("withdraw", "withdrawn"),
                ("rate_well", "closed"),
                ("rate_badly", "follow_up"),
                ("rate_badly", "closed"),
                *AGAIN_BY_TEAM,
            } or name == "decline", f"{who} did {name} from {before}"
            assert after == before
            return
        assert after in targets.split(), f"{name} led from {before} to {after}"
        self.done[name] += 1

    order = st.integers(0, ORDERS - 1)
    anybody = st.sampled_from(
        ("asker", "station", "office", "centre", "elsewhere", "auditor", "reviewer", "team0", "team1")
    )
    staff = st.sampled_from(("station", "office", "centre", "elsewhere", "auditor", "reviewer"))
    askers = st.sampled_from(("asker", "station", "office", "elsewhere", "auditor"))

    @rule(number=order, who=staff)
    def admit(self, number: int, who: str) -> None:
        order_id = self.ids[number]
        self.attempt(
            "admit",
            order_id,
            who,
            lambda one: dispatching.admit(order_id, one.by, "教用手机", Category.EDUCATION),
        )

    @rule(number=order, who=staff, what=st.sampled_from(("send_back", "refuse", "redispatch", "cancel")))
    def say_no(self, number: int, who: str, what: str) -> None:
        order_id = self.ids[number]
        act = getattr(dispatching, what)
        self.attempt(what, order_id, who, lambda one: act(order_id, "示例原因", one.by))

    @rule(number=order, who=staff, teams=st.sampled_from(((0,), (1,), (0, 1), (1, 0))))
    def offer(self, number: int, who: str, teams: tuple[int, ...]) -> None:
        order_id = self.ids[number]
        choices = [dispatching.Choice(self.teams[team], 50) for team in teams]
        self.attempt("offer", order_id, who, lambda one: dispatching.offer(order_id, choices, "", one.by))

    @rule(number=order, who=anybody.filter(lambda who: who != "asker"), when=st.booleans())
    def accept(self, number: int, who: str, when: bool) -> None:
        order_id = self.ids[number]
        begins = now() + timedelta(hours=5) if when else None
        ends = now() + timedelta(hours=6) if when else None
        before = self.state(order_id)
        self.attempt(
            "accept" if not when else "accept_at",
            order_id,
            who,
            lambda one: serving.accept(order_id, one.by, one.leads, begins, ends),
        )
        if self.state(order_id) in ("accepted", "scheduled") and before == "offered":
            assert db.session.get_one(Order, order_id).team_id == self.asked(order_id)

    @rule(number=order, who=anybody.filter(lambda who: who != "asker"))
    def decline(self, number: int, who: str) -> None:
        order_id = self.ids[number]
        self.attempt(
            "decline", order_id, who, lambda one: serving.decline(order_id, "没空", one.by, one.leads)
        )

    @rule(number=order, who=anybody.filter(lambda who: who != "asker"), hours=st.integers(1, 30))
    def schedule(self, number: int, who: str, hours: int) -> None:
        order_id = self.ids[number]
        begins = now() + timedelta(hours=hours)
        self.attempt(
            "schedule",
            order_id,
            who,
            lambda one: serving.schedule(order_id, begins, begins + timedelta(hours=1), one.by, one.leads),
        )

    @rule(number=order, who=st.sampled_from(("team0", "team1")))
    def start(self, number: int, who: str) -> None:
        order_id = self.ids[number]
        self.attempt("start", order_id, who, lambda one: serving.start(order_id, one.by, one.leads or 0))

    @rule(number=order, who=anybody.filter(lambda who: who != "asker"))
    def complete(self, number: int, who: str) -> None:
        order_id = self.ids[number]
        team = db.session.get_one(Order, order_id).team_id
        member = self.leaders[self.teams.index(team)] if team in self.teams else self.leaders[0]
        self.attempt(
            "complete",
            order_id,
            who,
            lambda one: serving.complete(order_id, 1, {member: 10}, "", one.by, one.leads),
        )

    @rule(
        number=order,
        who=st.sampled_from(("asker", "station", "office", "elsewhere")),
        grade=st.sampled_from(Grade),
    )
    def rate(self, number: int, who: str, grade: Grade) -> None:
        order_id = self.ids[number]
        name = "rate_well" if grade.is_satisfied else "rate_badly"
        self.attempt(name, order_id, who, lambda one: rating.rate(order_id, grade, "", staff_or_none(one)))

    @rule(number=order, who=staff)
    def finish_call(self, number: int, who: str) -> None:
        order_id = self.ids[number]
        self.attempt("finish_call", order_id, who, lambda one: rating.finish_call(order_id, "谈过了", one.by))

    @rule(
        number=order,
        who=askers,
        what=st.sampled_from(("answer", "withdraw", "reopen")),
    )
    def ask(self, number: int, who: str, what: str) -> None:
        order_id = self.ids[number]
        act = getattr(ordering, what)
        self.attempt(what, order_id, who, lambda one: act(order_id, "示例的话", staff_or_none(one)))

    @rule(number=order)
    def somebody_else_orders(self, number: int) -> None:
        if self.state(self.ids[number]) in ("refused", "withdrawn", "cancelled"):
            new = ordering.order(wish(self.make, "s1"), "test", Source.WEB, NOBODY).order_id
            self.ids[number] = new
            self.history[new] = 1

    # Left to chance alone, hardly an order gets past its first steps: these do what is next, rightly.

    @rule(number=order)
    def go_on(self, number: int) -> None:
        self._next(number)

    @rule(number=order)
    def go_on_again(self, number: int) -> None:
        self._next(number)
        self._next(number)

    @rule(number=order)
    def go_far(self, number: int) -> None:
        for _turn in range(4):
            self._next(number)

    @rule(number=order, grade=st.sampled_from(Grade))
    def serve_and_rate(self, number: int, grade: Grade) -> None:
        if self.state(self.ids[number]) in ("scheduled", "serving"):
            self.time_passes(6)
            self._next(number)
            self.rate(number, "asker", grade)

    def _next(self, number: int) -> None:
        order_id = self.ids[number]
        state = self.state(order_id)
        asked = self.asked(order_id)
        team = f"team{self.teams.index(asked)}" if asked else "team0"
        steps: dict[str, Callable[[], None]] = {
            "submitted": lambda: self.admit(number, "station"),
            "returned": lambda: self.ask(number, "asker", "answer"),
            "admitted": lambda: self.offer(number, "office", (number % 2, 1 - number % 2)),
            "offered": lambda: self.accept(number, team, number == 1),
            "accepted": lambda: self.schedule(number, team, 5),
            "scheduled": lambda: self.start(number, team),
            "serving": lambda: self.complete(number, team),
            "follow_up": lambda: self.finish_call(number, "station"),
            "closed": lambda: self.ask(number, "asker", "reopen"),
        }
        if state in steps:
            steps[state]()

    @rule(hours=st.sampled_from((1, 3, 6, 24, 50, 200)))
    def time_passes(self, hours: int) -> None:
        self.traveller.shift(timedelta(hours=hours))
        deadlines.keep_time()
        deadlines.keep_time()
        for order_id in self.ids:
            overdue = db.session.get_one(Order, order_id)
            ends = overdue.state.value in ("offered", "rating", "returned")
            assert not ends or (overdue.due_at is not None and overdue.due_at > now())

    @invariant()
    def books_agree(self) -> None:
        db.session.rollback()
        for order_id in self.ids:
            steps = db.session.scalars(
                sa.select(OrderStep).where(OrderStep.order_id == order_id).order_by(OrderStep.id)
            ).all()
            row = db.session.get_one(Order, order_id)
            assert [step.before for step in steps[1:]] == [step.after for step in steps[:-1]], "a gap"
            assert steps[-1].after is row.state
            assert len(steps) >= self.history[order_id], "a step has gone from the history"
            self.history[order_id] = len(steps)
            moves = {
                (step.before.value, step.after.value)
                for step in steps
                if step.before is not None and step.before is not step.after
            }
            assert moves <= ALL_MOVES
            team = self.asked(order_id)
            with_team = row.state.value in ("offered", "accepted", "scheduled", "serving")
            assert not with_team or team is not None
            if row.state.value in ("accepted", "scheduled", "serving"):
                assert row.team_id == team
        self.counts_agree()

    def counts_agree(self) -> None:
        rows = db.session.scalars(sa.select(Order)).all()  # also those of the examples before
        page = queries.listed(self.make.scope("s1"), "open")
        states = Counter(row.state for row in rows)
        for group, members in queries.GROUPS.items():
            assert page.counts[group] == sum(states[state] for state in members)
        grades = {
            row.id: [
                step.grade
                for step in db.session.scalars(
                    sa.select(OrderStep).where(OrderStep.order_id == row.id).order_by(OrderStep.id)
                )
                if step.grade is not None or step.act.value == "reopen"
            ]
            for row in rows
        }
        graded = [given[-1] for given in grades.values() if given and given[-1] is not None]
        totals = needs.totals(NOON - timedelta(days=1), NOON + timedelta(days=1), self.make.scope("s1"))
        assert totals.ordered == len(rows)
        assert totals.closed == sum(row.state.value == "closed" for row in rows)
        assert totals.rated == len(graded)
        assert totals.satisfied == sum(grade.is_satisfied for grade in graded)


TABLE["accept_at"] = ("offered", "scheduled", "td")


def staff_or_none(person: Person) -> Actor | None:
    """Return whom an action takes for the asker's part: nobody for the asker."""
    return None if person.part == "a" else person.by


@pytest.mark.parametrize(("database", "examples"), [("sqlite", 14), ("postgresql", 5)], indirect=["database"])
def test_only_the_steps_of_the_table_happen_and_the_history_is_whole(
    app: Flask, make: Make, examples: int
) -> None:
    done: Counter[str] = Counter()

    class Here(Orders):
        def __init__(self) -> None:
            super().__init__(app, make)
            self.done = done

    run_state_machine_as_test(Here, settings=settings(STEPS, max_examples=examples))
    assert len(done) >= len(TABLE) - 6, "nearly every step of the table was taken; test_flow takes them all"
