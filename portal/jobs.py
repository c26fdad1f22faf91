"""Do what falls due with time: each job once per turn, however many processes ask for it."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from portal.clock import now
from portal.db import Model, take_name, transaction

logger = logging.getLogger(__name__)
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
KEPT = timedelta(days=30)


class JobRun(Model):
    """That a job was started for one turn, and how it ended."""

    __tablename__ = "job_run"

    job: Mapped[str] = mapped_column(primary_key=True)
    turn: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    started_at: Mapped[datetime] = mapped_column(index=True)
    finished_at: Mapped[datetime | None]
    failure: Mapped[str] = mapped_column(default="")


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do every so often; doing it twice must change nothing more."""

    name: str
    every: timedelta
    work: Callable[[], object]


def run_due(jobs: tuple[Job, ...]) -> list[str]:
    """Run each job whose turn has come and that nobody has taken yet; return the names of those run.

    A job that fails is logged and leaves the others alone; its next turn tries again.
    """
    return [job.name for job in jobs if _run(job)]


def _run(job: Job) -> bool:
    turn = (now() - EPOCH) // job.every
    if not _take(job.name, turn):
        return False
    failure = ""
    try:
        job.work()
    except Exception as error:
        logger.exception("job %s failed", job.name)
        failure = type(error).__name__
    with transaction() as session:
        session.execute(
            sa.update(JobRun)
            .where(JobRun.job == job.name, JobRun.turn == turn)
            .values(finished_at=now(), failure=failure)
        )
    return True


def _take(name: str, turn: int) -> bool:
    with transaction() as session:
        take_name(session, f"job:{name}")
        if session.get(JobRun, (name, turn)) is not None:
            return False
        session.add(JobRun(job=name, turn=turn, started_at=now()))
        return True


def forget_old_runs() -> None:
    """Drop the record of turns long past."""
    with transaction() as session:
        session.execute(sa.delete(JobRun).where(JobRun.started_at < now() - KEPT))
