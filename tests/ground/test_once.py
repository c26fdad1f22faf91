"""A form that was sent twice happens once."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.access import Actor
from portal.clock import now
from portal.db import db, transaction
from portal.once import Submission, done, earlier, forget_before
from portal.stations.models import NetworkFact
from tests.ground.crowd import crowd, failures

CHEN = Actor(1, "Chen", None, None)
LIN = Actor(2, "Lin", None, None)


def carry_out(key: str, by: Actor = CHEN, action: str = "noted", result: str = "first") -> str:
    with transaction() as session:
        before = earlier(session, action, by, key)
        if before is not None:
            return before
        session.add(NetworkFact(key=f"{by.name} {action} {result}", value=""))
        done(session, action, by, key, result)
        return result


def carried_out() -> int:
    return db.session.scalars(sa.select(sa.func.count()).select_from(NetworkFact)).one()


@pytest.mark.usefixtures("app_context")
def test_the_same_key_brings_back_what_came_of_it() -> None:
    assert [carry_out("k1", result=result) for result in ("first", "second")] == ["first", "first"]
    assert carried_out() == 1


@pytest.mark.usefixtures("app_context")
def test_the_key_of_somebody_else_or_of_another_form_opens_nothing() -> None:
    carry_out("k1")
    assert carry_out("k1", by=LIN, result="hers") == "hers"
    assert carry_out("k1", action="rated", result="other form") == "other form"


@pytest.mark.usefixtures("app_context")
def test_without_a_key_each_time_counts() -> None:
    assert [carry_out("", result=result) for result in ("first", "second")] == ["first", "second"]


@pytest.mark.usefixtures("app_context")
def test_what_failed_may_be_sent_again() -> None:
    def fail() -> None:
        with transaction() as session:
            assert earlier(session, "noted", CHEN, "k1") is None
            done(session, "noted", CHEN, "k1", "never")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert carry_out("k1") == "first"


@pytest.mark.usefixtures("app_context")
def test_old_keys_are_forgotten() -> None:
    carry_out("k1")
    with transaction() as session:
        assert forget_before(session, now() - timedelta(days=7)) == 0
        assert forget_before(session, now() + timedelta(seconds=1)) == 1
    assert db.session.scalars(sa.select(Submission)).all() == []


def send(number: int) -> str:
    return carry_out("pressed four times", result=str(number))


def test_sent_four_times_at_once_it_happens_once(app: Flask, environ: dict[str, str]) -> None:
    results = crowd(environ, send, processes=2, threads=2)
    assert failures(results) == []
    assert len(set(results)) == 1
    with app.app_context():
        assert carried_out() == 1
