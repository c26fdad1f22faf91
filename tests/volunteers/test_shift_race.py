"""Several processes take the last places of shifts at once, and one volunteer two shifts at the same time."""

from functools import partial
from multiprocessing import get_context
from random import Random
from typing import Any

import sqlalchemy as sa
from flask import Flask

from portal.access import NOBODY
from portal.db import db
from portal.errors import Refused
from portal.messages.models import Message
from portal.volunteers import posts
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
    for person, shifts in rounds:
        start.wait(PATIENCE)
        try:
            won += posts.take(shifts[number % len(shifts)], person, None, NOBODY).new
        except Refused:
            continue
    return won


def test_nobody_gets_two_shifts_at_once_however_fast_they_are(
    app: Flask, environ: dict[str, str], make: Make
) -> None:
    times = (("09:00", "11:00"), ("10:00", "12:00"), ("10:30", "10:45"))
    shifts = [make.shift(make.occurrence(when=span(2, *when)), head_count=50) for when in times]
    rounds = [(make.volunteer(), shifts) for _ in range(ROUNDS)]
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
