"""What falls due with time is done once, however many processes ask."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from portal.access import MACHINE
from portal.audit.actions import record
from portal.audit.models import AuditEntry
from portal.db import db, transaction
from portal.jobs import Job, JobRun, run_due
from portal.schedule import JOBS
from tests.ground.crowd import crowd, failures

AGE = timedelta(days=20_000)  # a turn so long that no test runs into the next


def note(name: str) -> None:
    with transaction() as session:
        record(session, MACHINE, name, "job")


def noted(name: str) -> int:
    return db.session.scalars(sa.select(sa.func.count()).where(AuditEntry.action == name)).one()


def one() -> None:
    note("one")


def another() -> None:
    note("another")


def fail() -> None:
    raise ZeroDivisionError("13812345678")


def run(_number: int) -> list[str]:
    return run_due((Job("one", AGE, one), Job("another", AGE, another)))


def test_of_four_runners_one_does_each_job(app: Flask, environ: dict[str, str]) -> None:
    results = crowd(environ, run, processes=4, threads=1)
    assert failures(results) == []
    assert sorted(name for names in results for name in names) == ["another", "one"]
    with app.app_context():
        assert (noted("one"), noted("another")) == (1, 1)


@pytest.mark.usefixtures("app_context")
def test_a_job_that_fails_leaves_the_others_alone(caplog: pytest.LogCaptureFixture) -> None:
    assert run_due((Job("fail", AGE, fail), Job("one", AGE, one))) == ["fail", "one"]
    assert noted("one") == 1
    runs = {
        run.job: (run.failure, run.finished_at is not None) for run in db.session.scalars(sa.select(JobRun))
    }
    assert runs == {"fail": ("ZeroDivisionError", True), "one": ("", True)}
    assert "job fail failed" in caplog.text


@pytest.mark.usefixtures("app_context")
def test_a_job_comes_round_again_with_its_next_turn(noon: time_machine.Traveller) -> None:
    jobs = (Job("one", timedelta(hours=1), one),)
    assert run_due(jobs) == ["one"]
    noon.shift(timedelta(minutes=59))
    assert run_due(jobs) == []
    noon.shift(timedelta(minutes=1))
    assert run_due(jobs) == ["one"]


@pytest.mark.usefixtures("app_context")
def test_every_job_of_the_schedule_runs(noon: time_machine.Traveller) -> None:
    assert run_due(JOBS) == [job.name for job in JOBS]
    assert set(db.session.scalars(sa.select(JobRun.failure))) == {""}
    noon.shift(timedelta(days=40))
    assert run_due(JOBS) == [job.name for job in JOBS]
    assert len(db.session.scalars(sa.select(JobRun)).all()) == len(JOBS), "old runs are forgotten"


def test_no_two_jobs_share_a_name() -> None:
    assert len({job.name for job in JOBS}) == len(JOBS)
