"""The one door for writing, and SQLite's manners."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy.exc import IntegrityError, StatementError

from portal import db as ground
from portal.clock import ZONE
from portal.db import Moment, db, like, lock, transaction
from portal.errors import Busy
from portal.stations.models import NetworkFact, Station
from tests.ground.crowd import crowd, failures

TIMES = 20
COUNTER = 1  # the row whose position is counted up


def position() -> int:
    return db.session.scalars(sa.select(Station.position).where(Station.id == COUNTER)).one()


def note(key: str) -> None:
    with transaction() as session:
        session.add(NetworkFact(key=key, value=""))


def noted(key: str) -> bool:
    return db.session.scalar(sa.select(NetworkFact.key).where(NetworkFact.key == key)) is not None


@pytest.mark.usefixtures("app_context")
def test_a_transaction_keeps_everything_or_nothing() -> None:
    def fail() -> None:
        with transaction() as session:
            session.add(NetworkFact(key="half", value=""))
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not noted("half")
    note("whole")
    assert noted("whole")


@pytest.mark.usefixtures("app_context")
def test_an_action_called_by_an_action_joins_its_transaction() -> None:
    def fail() -> None:
        with transaction() as outer:
            with transaction() as inner:
                assert inner is outer
                inner.add(NetworkFact(key="inner", value=""))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not noted("inner")


@pytest.mark.usefixtures("app_context")
def test_a_transaction_refuses_what_was_changed_before_it() -> None:
    db.session.add(NetworkFact(key="early", value=""))
    with pytest.raises(RuntimeError, match="outside transaction"), transaction():
        pass


@pytest.mark.usefixtures("app_context")
def test_nothing_is_written_outside_a_transaction() -> None:
    db.session.add(NetworkFact(key="outside", value=""))
    with pytest.raises(RuntimeError, match="only actions write"):
        db.session.flush()
    db.session.rollback()
    for statement in (
        sa.insert(NetworkFact).values(key="outside", value=""),
        sa.update(Station).values(position=0),
        sa.delete(NetworkFact),
    ):
        with pytest.raises(RuntimeError, match="only actions write"):
            db.session.execute(statement)


@pytest.mark.usefixtures("app_context")
def test_the_door_is_shut_again_after_a_failure() -> None:
    with pytest.raises(IntegrityError), transaction() as session:
        session.add_all([NetworkFact(key="twin", value="1"), NetworkFact(key="twin", value="2")])
    with pytest.raises(RuntimeError, match="only actions write"):
        db.session.execute(sa.update(Station).values(position=0))
    note("afterwards")
    assert noted("afterwards")


@pytest.mark.usefixtures("app_context")
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_sqlite_keeps_what_it_acknowledged_and_checks_foreign_keys() -> None:
    found = {
        name: db.session.execute(sa.text(f"PRAGMA {name}")).scalar_one()
        for name in ("synchronous", "foreign_keys", "journal_mode", "busy_timeout")
    }
    assert found == {"synchronous": 2, "foreign_keys": 1, "journal_mode": "wal", "busy_timeout": 5000}
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(
            sa.update(Station).where(Station.id == COUNTER).values(merged_into_id=999, closed=True)
        )


def test_the_sqlite_in_use_is_sound() -> None:
    pytest.importorskip("pysqlite3", reason="no pysqlite3 wheel for this machine")
    assert ground.dbapi().sqlite_version_info >= ground.WAL_RESET_FIXED


@pytest.mark.usefixtures("app_context")
@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_postgresql_waits_three_seconds_for_a_lock_and_only_when_writing() -> None:
    with transaction() as session:
        assert session.execute(sa.text("SHOW lock_timeout")).scalar_one() == "3s"
    assert db.session.execute(sa.text("SHOW lock_timeout")).scalar_one() == "0"


@pytest.mark.usefixtures("app_context")
def test_a_moment_comes_back_as_the_same_moment_in_utc() -> None:
    table = sa.Table("moments", sa.MetaData(), sa.Column("at", Moment()))
    shanghai = datetime(2026, 6, 10, 0, 30, tzinfo=ZONE)
    with db.engine.begin() as connection:
        table.create(connection)
        connection.execute(table.insert(), [{"at": shanghai}, {"at": None}])
        found = list(connection.scalars(sa.select(table.c.at).where(table.c.at == shanghai)))
        assert connection.scalars(sa.select(table.c.at).where(table.c.at.is_(None))).all() == [None]
        elsewhere = shanghai.astimezone(timezone(timedelta(hours=-11)))
        assert connection.scalar(sa.select(sa.func.count()).where(table.c.at == elsewhere)) == 1
    assert found == [shanghai]
    assert found[0].tzinfo is UTC


@pytest.mark.usefixtures("app_context")
def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(StatementError, match="time zone"):
        db.session.execute(sa.select(sa.literal(datetime(2026, 6, 10), Moment())))  # noqa: DTZ001


@pytest.mark.usefixtures("app_context")
@pytest.mark.parametrize("word", ["100%", "a_b", "\\", "100\\%"])
def test_a_word_to_find_is_taken_literally(word: str) -> None:
    with transaction() as session:
        for key in (f"x{word}x", "x100x", "xaxbx"):
            session.add(NetworkFact(key=key, value=""))
    wanted = sa.select(NetworkFact.key).where(like(NetworkFact.key, word))
    assert db.session.scalars(wanted).all() == [f"x{word}x"]


@contextmanager
def somebody_else_writes(app: Flask) -> Iterator[None]:
    """Hold, from another thread, what the next writer needs."""
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with app.app_context(), transaction() as session:
            lock(session, Station, COUNTER)
            held.set()
            done.wait(20)

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        assert held.wait(10)
        yield
    finally:
        done.set()
        thread.join(10)


def test_a_writer_who_waits_too_long_is_told_to_try_again(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ground, "QUEUE_PATIENCE", 0.2)
    begun = time.monotonic()
    with somebody_else_writes(app), app.app_context():
        with pytest.raises(Busy), transaction() as session:
            lock(session, Station, COUNTER)
        assert time.monotonic() - begun < 8
        assert position() == 0, "readers do not wait"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("app_context")
def test_a_writer_has_sqlite_to_itself_from_the_first_statement_on() -> None:
    sqlite = ground.dbapi()  # of two copies of SQLite in one process neither sees the other's locks
    other = sqlite.connect(str(db.engine.url.database), timeout=0, isolation_level=None)
    try:
        with transaction():
            with pytest.raises(sqlite.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")
            other.execute("BEGIN").execute("SELECT count(*) FROM station").fetchone()
    finally:
        other.close()


def count_in_a_file(path: Path, _number: int) -> None:
    for _ in range(TIMES):
        with current_app.extensions["write_queue"].turn():
            read = int(path.read_text())
            time.sleep(0.001)
            path.write_text(str(read + 1))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_queue_lets_in_one_at_a_time(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "count").write_text("0")
    assert failures(crowd(environ, partial(count_in_a_file, tmp_path / "count"))) == []
    assert (tmp_path / "count").read_text() == str(9 * TIMES)


def count_up(_number: int) -> None:
    for _ in range(TIMES):
        with transaction() as session:
            station = lock(session, Station, COUNTER)
            assert station is not None
            read = station.position
            time.sleep(0.001)
            station.position = read + 1


def count_up_carelessly(_number: int) -> None:
    """Do the same without the door: a deferred BEGIN on SQLite, no lock on PostgreSQL."""
    session = db.session()
    for _ in range(TIMES):
        session.info["writing"] = True
        try:
            station = session.get_one(Station, COUNTER)
            read = station.position
            time.sleep(0.005)
            station.position = read + 1
            session.commit()
        except BaseException:
            session.rollback()
            raise


def count_up_without_the_row(_number: int) -> None:
    """Go through the door, but forget to lock the row."""
    for _ in range(TIMES):
        with transaction() as session:
            station = session.get_one(Station, COUNTER)
            read = station.position
            time.sleep(0.005)
            station.position = read + 1


def test_nine_writers_at_once_lose_nothing(app: Flask, environ: dict[str, str]) -> None:
    results = crowd(environ, count_up)
    with app.app_context():
        assert (failures(results), position()) == ([], 9 * TIMES)


def test_this_test_would_notice_lost_writes(app: Flask, environ: dict[str, str]) -> None:
    results = crowd(environ, count_up_carelessly)
    with app.app_context():
        assert failures(results) or position() < 9 * TIMES


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_postgresql_loses_writes_where_the_row_is_not_locked(app: Flask, environ: dict[str, str]) -> None:
    results = crowd(environ, count_up_without_the_row)
    with app.app_context():
        assert failures(results) == []
        assert position() < 9 * TIMES
