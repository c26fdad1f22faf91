"""Somebody leaves a team while others take what comes free, and while they themselves take one more shift."""

from functools import partial

import sqlalchemy as sa
from flask import Flask

from portal.access import NOBODY
from portal.db import db
from portal.errors import Refused
from portal.volunteers import posts
from portal.volunteers.leaving import leave
from portal.volunteers.models import Membership, MembershipStatus
from portal.volunteers.shift_models import Post, PostStatus, Shift
from tests.ground.crowd import crowd, failures
from tests.make import Make, span

PROCESSES, THREADS = 3, 2
ROUNDS = 8


def leave_and_take(rounds: list[tuple[int, int, list[int], list[int]]], number: int) -> None:
    """Leave (one of the crowd), take one more shift oneself (another), or take what is freed (the rest)."""
    for person, membership, shifts, others in rounds:
        try:
            if number == 0:
                leave(membership, NOBODY, own=person)
            elif number == 1:
                for shift_id in reversed(shifts):  # the other way round than leaving locks them
                    posts.take(shift_id, person, None, NOBODY)
            else:
                for shift_id in shifts:
                    posts.take(shift_id, others[number - 2], None, NOBODY)
        except Refused:
            continue  # who has left is in no team any more


def test_nobody_keeps_a_shift_of_a_team_they_have_left_and_no_place_stays_free(
    app: Flask, environ: dict[str, str], make: Make
) -> None:
    days = [make.occurrence(when=span(2 + one)) for one in range(3)]
    rounds = []
    for _ in range(ROUNDS):
        person = make.volunteer()
        shifts = [make.shift(one, head_count=1) for one in days]
        with app.app_context():
            posts.take(shifts[0], person, None, NOBODY)
        # Each round has people of its own: nobody has two shifts at a time.
        others = [make.volunteer() for _ in range(PROCESSES * THREADS - 2)]
        rounds.append((person, make.membership(person), shifts, others))
    assert failures(crowd(environ, partial(leave_and_take, rounds), PROCESSES, THREADS)) == []
    with app.app_context():
        for person, membership, shifts, _others in rounds:
            assert db.session.get_one(Membership, membership).status is MembershipStatus.LEFT
            held = sa.select(Post.id).where(Post.volunteer_id == person, Post.status != PostStatus.WITHDRAWN)
            assert db.session.scalars(held).all() == []
            for shift_id in shifts:
                shift = db.session.get_one(Shift, shift_id)
                rows = db.session.scalars(sa.select(Post).where(Post.shift_id == shift_id)).all()
                live = [post.status for post in rows if post.status is not PostStatus.WITHDRAWN]
                assert (shift.taken, shift.waiting) == (
                    live.count(PostStatus.CONFIRMED),
                    live.count(PostStatus.WAITING),
                )
                assert shift.taken == 1, "nobody waits beside a free place"
