"""Several processes take the last places of shifts at once, and one volunteer two shifts at the same time."""

from functools import partial
from multiprocessing import get_context
from random import Random
from typing import Any

import sqlalchemy as sa
from flask import Flask

from portal.access import NOBODY, Actor, Role
from portal.clock import at
from portal.db import db
from portal.errors import Refused
from portal.messages.models import Message
from portal.volunteers import cover, posts, shifts
from portal.volunteers.shift_models import Post, PostStatus, Shift
from tests.ground.crowd import PATIENCE, crowd, failures
from tests.make import Make, span

PROCESSES, THREADS = 3, 2
CROWD = PROCESSES * THREADS
EACH, PLACES, ROUNDS = 4, 5, 6


def take_places(shift_id: int, people: list[list[int]], number: int) -> list[str]:
    """Let this one's people take the shift, and some withdraw again."""
    luck, found = Random(number), []
    for person in people[number]:
        found.append(str(posts.take(shift_id, person, None, NOBODY).status))
        if luck.random() < 0.4:
            posts.withdraw(shift_id, person, NOBODY)
    return found


def test_the_last_places_are_given_once_each(app: Flask, environ: dict[str, str], make: Make) -> None:
    team = make.team()
    shift_id = make.shift(head_count=PLACES)
    people = [[make.volunteer(team) for _ in range(EACH)] for _ in range(CROWD)]
    assert failures(crowd(environ, partial(take_places, shift_id, people), PROCESSES, THREADS)) == []
    with app.app_context():
        shift = db.session.get_one(Shift, shift_id)
        rows = db.session.scalars(sa.select(Post).where(Post.shift_id == shift_id)).all()
        confirmed = [post for post in rows if post.status is PostStatus.CONFIRMED]
        waiting = [post for post in rows if post.status is PostStatus.WAITING]
        assert len(rows) == CROWD * EACH
        assert (shift.taken, shift.waiting) == (len(confirmed), len(waiting))
        assert len(confirmed) == min(PLACES, len(confirmed) + len(waiting)), (
            "nobody waits beside a free place"
        )
        assert len({post.place for post in waiting}) == len(waiting)
        # First come, first served: whoever has moved up came before whoever still waits.
        promoted = db.session.scalars(sa.select(Message.dedupe).where(Message.kind == "shift.promoted"))
        moved_up = {int(dedupe.split(":")[1]) for dedupe in promoted}
        last = max((post.id for post in confirmed if post.id in moved_up), default=0)
        assert all(post.id > last for post in waiting)


def take_both(start: Any, rounds: list[tuple[int, list[int]]], number: int) -> int:
    """Take one of two shifts that overlap, for the same person, at the same moment as the others."""
    won = 0
    for person, both in rounds:
        start.wait(PATIENCE)
        try:
            won += posts.take(both[number % len(both)], person, None, NOBODY).new
        except Refused:
            continue
    return won


def test_nobody_gets_two_shifts_at_once_however_fast_they_are(
    app: Flask, environ: dict[str, str], make: Make
) -> None:
    times = (("09:00", "11:00"), ("10:00", "12:00"), ("10:30", "10:45"))
    both = [make.shift(make.occurrence(when=span(2, *when)), head_count=50) for when in times]
    rounds = [(make.volunteer(), both) for _ in range(ROUNDS)]
    start = get_context("forkserver").Barrier(CROWD)
    results = crowd(environ, partial(take_both, start, rounds), PROCESSES, THREADS)
    assert failures(results) == []
    assert sum(results) == ROUNDS
    with app.app_context():
        each = dict(
            db.session.execute(
                sa.select(Post.volunteer_id, sa.func.count()).group_by(Post.volunteer_id)
            ).all()
        )
    assert each == {person: 1 for person, _shifts in rounds}


def ask_for_cover(team_id: int, shift_id: int, leads: int, number: int) -> int:
    """Ask the team to step in; return how many were asked."""
    try:
        return cover.ask(team_id, shift_id, leads, NOBODY, f"k{number}").people
    except Refused:
        return 0


def test_a_team_asked_at_once_from_several_sides_is_asked_once(
    app: Flask, environ: dict[str, str], make: Make
) -> None:
    team = make.team()
    leader, shift_id = make.volunteer(team, leads=True), make.shift(team_id=team)
    for _ in range(EACH):
        make.volunteer(team)
    asked = crowd(environ, partial(ask_for_cover, team, shift_id, leader), PROCESSES, THREADS)
    assert failures(asked) == []
    assert sorted(asked) == [0] * (CROWD - 1) + [EACH]
    with app.app_context():
        told = sa.select(sa.func.count()).where(Message.kind == "shift.cover")
        assert db.session.scalar(told) == EACH


def ask_of_team(occurrence_ids: list[int], wanted: shifts.Wanted, by: Actor, number: int) -> int:
    """Ask the same team for a shift at this one's date, at the same hours as the others."""
    try:
        return shifts.make(occurrence_ids[number], wanted, by)
    except Refused:
        return 0


def test_of_shifts_asked_of_a_team_at_once_one_is_made_without_a_tick(
    app: Flask, environ: dict[str, str], make: Make
) -> None:
    when = span(1)
    dates = [make.occurrence(when=when) for _ in range(CROWD)]
    wanted = shifts.Wanted("引路", at(when.first, when.opens), at(when.first, when.closes), 2, make.team())
    by = make.actor(Role.EDITOR)
    made = crowd(environ, partial(ask_of_team, dates, wanted, by), PROCESSES, THREADS)
    assert failures(made) == []
    assert sum(bool(one) for one in made) == 1
