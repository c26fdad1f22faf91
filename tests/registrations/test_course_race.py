"""Courses and single dates are signed up for, left and changed at once, from several processes."""

from collections import Counter
from functools import partial
from multiprocessing import get_context
from random import Random
from typing import Any

import sqlalchemy as sa
from flask import Flask

from portal.access import NOBODY
from portal.activities.models import SignUp
from portal.db import db
from portal.registrations import actions, course
from portal.registrations.models import Registration, Status
from portal.registrations.party import Consent, Party, Source
from tests.ground.crowd import PATIENCE, crowd, failures
from tests.make import Make
from tests.registrations.test_race import wrongs

PROCESSES, THREADS = 3, 2
CROWD = PROCESSES * THREADS
ROUNDS, DEEDS, SEATS = 3, 8, 12


def take_part(start: Any, courses: list[list[int]], number: int) -> None:
    """Be one of the crowd."""
    for dates in courses:
        start.wait(PATIENCE)
        luck = Random(f"{dates} {number}")
        for deed in range(DEEDS):
            phone = f"138{dates[0]:04}{number:02}{deed:02}"
            party = Party(f"示例{number}{deed}", phone, 1 + luck.randrange(2))
            if luck.random() < 0.4:
                sign_up_once(luck, luck.choice(dates), party)
            else:
                sign_up_for_all(luck, luck.choice(dates), party)


def sign_up_once(luck: Random, occurrence_id: int, party: Party) -> None:
    receipt = actions.register(occurrence_id, party, Consent("test"), Source.WEB, NOBODY)
    if luck.random() < 0.4:
        actions.cancel(receipt.registration_id)


def sign_up_for_all(luck: Random, occurrence_id: int, party: Party) -> None:
    """Sign up for the course; then leave it, miss its first date, come fewer or stay."""
    whole = course.register_course(occurrence_id, party, Consent("test"), Source.WEB, NOBODY)
    match luck.randrange(4):
        case 0:
            course.leave(whole.registration_id)
        case 1:
            actions.cancel(whole.registration_id)
        case 2 if party.adults > 1:
            course.shrink(whole.registration_id, 1, 0)


def test_courses_and_single_dates_race_for_the_same_seats_and_none_is_sold_twice(
    app: Flask, environ: dict[str, str], make: Make
) -> None:
    with app.app_context():
        courses = [make.course(4, SEATS, SignUp.EITHER) for _ in range(ROUNDS)]
        start = get_context("forkserver").Barrier(CROWD)
        assert failures(crowd(environ, partial(take_part, start, courses), PROCESSES, THREADS)) == []
        for dates in courses:
            assert [wrongs(date) for date in dates] == [[]] * 4
        parties = db.session.scalars(sa.select(Registration)).all()
    dates_each = Counter(one.course_id for one in parties if one.course_id is not None)
    assert set(dates_each.values()) == {4}, "a course has all of its dates"
    assert len(dates_each) > ROUNDS * CROWD
    assert {one.status for one in parties} == {Status.CONFIRMED, Status.WAITING, Status.CANCELLED}
