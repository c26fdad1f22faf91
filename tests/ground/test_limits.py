"""Five in a quarter of an hour means five, whoever counts."""

from datetime import timedelta
from functools import partial

import pytest
import time_machine

from portal.web.limits import drop_ended, forgive, hit, left
from tests.ground.crowd import crowd, failures

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # the counts never live in it
RULE = "5 per 15 minutes"


@pytest.mark.usefixtures("app_context")
def test_the_sixth_try_is_refused_and_the_window_opens_again(noon: time_machine.Traveller) -> None:
    assert [hit(RULE, "login", "chen") for _ in range(6)] == [True] * 5 + [False]
    assert left(RULE, "login", "chen") == (0, 900)
    assert hit(RULE, "login", "lin"), "somebody else is not concerned"
    noon.shift(timedelta(minutes=15, seconds=1))
    drop_ended()
    assert left(RULE, "login", "chen")[0] == 5
    assert hit(RULE, "login", "chen")


@pytest.mark.usefixtures("app_context")
def test_what_is_forgiven_does_not_count() -> None:
    for _ in range(5):
        hit(RULE, "login", "chen")
    forgive(RULE, "login", "chen")
    assert left(RULE, "login", "chen")[0] == 5


def try_often(times: int, _number: int) -> int:
    return sum(hit("20 per hour", "everybody") for _ in range(times))


def test_four_processes_let_exactly_twenty_through(environ: dict[str, str]) -> None:
    results = crowd(environ, partial(try_often, 25), processes=4, threads=2)
    assert failures(results) == []
    assert sum(results) == 20
