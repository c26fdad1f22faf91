"""Keep the data: the base of all models, SQLite's manners, and the one door for writing."""

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event, orm
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, ORMExecuteState, Session

from portal.errors import Busy

# Constraints get names that say the rule, alike on both databases, so that migrations can reach them.
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
QUEUE_PATIENCE = 10.0  # seconds a writer waits for its turn before it is told to try again
WAL_RESET_FIXED = (3, 51, 3)  # SQLite before this can corrupt a WAL database that two connections use

Row = TypeVar("Row")


class Moment(sa.types.TypeDecorator[datetime]):
    """Store an aware datetime as UTC and give it back aware."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive values: nobody can say which moment they mean."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back UTC on both databases."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Model(DeclarativeBase):
    """Be the base of every table."""

    metadata = sa.MetaData(naming_convention=NAMES)
    type_annotation_map = {
        int: sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
        str: sa.Text(),
        datetime: Moment(),
        Enum: sa.Enum(
            Enum,
            native_enum=False,
            create_constraint=True,
            length=20,
            values_callable=lambda kind: [member.value for member in kind],
        ),
    }


db = SQLAlchemy(metadata=Model.metadata)


def dbapi() -> ModuleType:
    """Choose SQLite: the wheel that carries a sound version where there is one, else Python's own."""
    try:
        import pysqlite3.dbapi2 as module
    except ImportError:
        return sqlite3
    return cast(ModuleType, module)


def configure(app: Flask) -> None:
    """Tell Flask-SQLAlchemy how to connect; call before db.init_app."""
    # Parameters hidden: an error's text goes to the log, and what people wrote does not.
    pool = {"pool_size": app.config["THREADS"] + 1, "max_overflow": 4, "hide_parameters": True}
    if app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        module = dbapi()
        if module.sqlite_version_info < WAL_RESET_FIXED:
            app.logger.warning(
                "SQLite %s can damage its file when two connections write at once; "
                "install the pysqlite3 wheel or use PostgreSQL.",
                module.sqlite_version,
            )
        options: dict[str, Any] = pool | {"module": module}
    else:
        options = pool | {"pool_pre_ping": True, "connect_args": {"connect_timeout": 5}}
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options


def init_app(app: Flask) -> None:
    """Open the database of this app and teach it its manners."""
    configure(app)
    db.init_app(app)
    with app.app_context():
        engine = db.engine
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_connects)
        event.listen(engine, "begin", _sqlite_begins)
        app.extensions["write_queue"] = WriteQueue(Path(f"{engine.url.database}.lock"))
    else:
        event.listen(engine, "begin", _postgresql_begins)


def _sqlite_connects(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions on its own
    # FULL: an acknowledged registration survives a power cut; NORMAL was seen to lose hundreds.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_begins(connection: Connection) -> None:
    # A deferred transaction that reads and then writes fails at once when another has written meanwhile.
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgresql_begins(connection: Connection) -> None:
    if connection.get_execution_options().get("writes"):
        connection.exec_driver_sql("SET LOCAL lock_timeout = '3s'")


class WriteQueue:
    """Let SQLite's writers in one after the other, across threads and processes.

    SQLite's own waiting polls with growing sleeps; standing in a queue makes the longest wait several
    times shorter.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._threads = threading.Lock()
        self._file: tuple[int, int] | None = None  # process id, descriptor

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for our turn to write.

        Raises:
            Busy: the turn did not come within QUEUE_PATIENCE seconds.
        """
        deadline = time.monotonic() + QUEUE_PATIENCE
        if not self._threads.acquire(timeout=QUEUE_PATIENCE):
            raise Busy
        try:
            descriptor = self._descriptor()
            # One thread of each process stands here, so looking often costs little and keeps the order fair.
            while not _got(descriptor):
                if time.monotonic() > deadline:
                    raise Busy
                time.sleep(0.002)
            try:
                yield
            finally:
                fcntl.flock(descriptor, fcntl.LOCK_UN)
        finally:
            self._threads.release()

    def _descriptor(self) -> int:
        # A lock belongs to the open file, which a fork shares: each process opens its own.
        if self._file is None or self._file[0] != os.getpid():
            self._file = (os.getpid(), os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        return self._file[1]


def _got(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def transaction() -> Iterator[Session]:
    """Open the one write transaction of an action; commit at the end or undo everything.

    Raises:
        Busy: the database is held by others for too long; nothing was written.
    """
    session = db.session()
    if session.info.get("writing"):  # an action called by an action joins it
        yield session
        return
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("pending changes were made outside transaction()")
    session.rollback()  # leave the snapshot the page was reading from
    with _turn():
        try:
            session.connection(execution_options={"writes": True})
            session.info["writing"] = True
            yield session
            session.commit()
        except OperationalError as error:
            session.rollback()
            if is_busy(error):
                raise Busy from error
            raise
        except BaseException:
            session.rollback()
            raise
        finally:
            session.info.pop("writing", None)


@contextmanager
def _turn() -> Iterator[None]:
    queue: WriteQueue | None = current_app.extensions.get("write_queue")
    if queue is None:
        yield
    else:
        with queue.turn():
            yield


def is_busy(error: OperationalError) -> bool:
    """Tell a lock that others hold from a database that is broken."""
    return getattr(error.orig, "sqlstate", None) == "55P03" or "database is locked" in str(error.orig)


@event.listens_for(Session, "before_flush")
def _only_actions_write(session: Session, _context: object, _instances: object) -> None:
    if (session.new or session.dirty or session.deleted) and not session.info.get("writing"):
        raise RuntimeError("a write outside transaction(): only actions write")


@event.listens_for(Session, "do_orm_execute")
def _only_actions_execute(state: ORMExecuteState) -> None:
    writes = state.is_insert or state.is_update or state.is_delete
    if writes and not state.session.info.get("writing"):
        raise RuntimeError("a write outside transaction(): only actions write")


def lock(session: Session, model: type[Row], row_id: int) -> Row | None:
    """Take the row for this transaction: nobody else changes it before we are done."""
    return session.get(model, row_id, with_for_update=True, populate_existing=True)


def take_name(session: Session, name: str) -> None:
    """Hold a name for this transaction, for what has no row to lock yet.

    On SQLite the write transaction itself is the lock.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(name, 0))))


def like(column: orm.InstrumentedAttribute[str], word: str) -> sa.ColumnElement[bool]:
    """Match the word anywhere in the column, its % and _ taken literally."""
    return column.contains(word, autoescape=True)
