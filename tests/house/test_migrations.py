"""The migrations make, on both databases, exactly what the models say; and they can be taken back."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy.exc import IntegrityError

from portal import create_app
from portal.activities.models import RoomBooking
from portal.activities.reference import write_series
from portal.db import Model, db, transaction
from portal.start import MIGRATIONS, migrate
from portal.stations.reference import write_network
from tests.conftest import close
from tests.make import Make, span


@pytest.fixture
def empty(empty_environ: dict[str, str]) -> Iterator[Flask]:
    """Build a portal whose database has not a single table."""
    app = create_app(empty_environ)
    with app.app_context():
        yield app
    close(app)


def described(connection: sa.Connection) -> dict[str, Any]:
    """Describe every table of a database, in an order of its own."""
    inspector = sa.inspect(connection)
    tables = [name for name in inspector.get_table_names() if name != "alembic_version"]
    return {
        name: {
            "columns": {
                column["name"]: (str(column["type"]), column["nullable"], str(column["default"]))
                for column in inspector.get_columns(name)
            },
            "checks": {(one["name"], one["sqltext"]) for one in inspector.get_check_constraints(name)},
            "uniques": {
                (one["name"], *one["column_names"]) for one in inspector.get_unique_constraints(name)
            },
            "indexes": {
                (one["name"], bool(one["unique"]), *one["column_names"])
                for one in inspector.get_indexes(name)
                if one["name"] != "room_booking_overlap"  # the index of the exclusion constraint
            },
            "foreign keys": {
                (
                    key_name(name, one),
                    *one["constrained_columns"],
                    one["referred_table"],
                    str(one.get("options")),
                )
                for one in inspector.get_foreign_keys(name)
            },
            "primary key": inspector.get_pk_constraint(name)["constrained_columns"],
        }
        for name in tables
    }


def key_name(table: str, key: Any) -> str:
    """Return the name of a foreign key; SQLAlchemy reads none from SQLite if it came with its column."""
    assert key["name"] or db.engine.dialect.name == "sqlite"
    return key["name"] or f"fk_{table}_{key['constrained_columns'][0]}_{key['referred_table']}"


def test_migrations_are_numbered_and_stand_in_one_row() -> None:
    scripts = ScriptDirectory(MIGRATIONS)
    numbers = [script.revision for script in scripts.walk_revisions()][::-1]
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
    assert ScriptDirectory(MIGRATIONS).get_current_head() == numbers[-1]
    assert all(
        re.match(rf".*/{script.revision}_\w+\.py$", script.path) for script in scripts.walk_revisions()
    )


def test_a_migrated_database_is_what_the_models_say(empty: Flask) -> None:
    migrate()
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Model.metadata) == []


def test_constraints_are_alike_to_the_letter(empty: Flask, app: Flask) -> None:
    Model.metadata.create_all(db.engine)
    with db.engine.connect() as connection:
        modelled = described(connection)
    with app.app_context(), db.engine.connect() as connection:
        migrated = described(connection)
    assert migrated.keys() == modelled.keys()
    assert sum(len(table["checks"]) for table in modelled.values()) > 30
    for name, table in modelled.items():
        for kind, found in table.items():
            assert migrated[name][kind] == found, f"{kind} of {name}"


def test_migrations_can_be_taken_back_and_run_again(empty: Flask) -> None:
    migrate()
    write_network()
    flask_migrate.downgrade(directory=MIGRATIONS, revision="base")
    with db.engine.connect() as connection:
        assert sa.inspect(connection).get_table_names() == ["alembic_version"]
        names = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if db.engine.dialect.name == "postgresql":
            names = "SELECT proname FROM pg_proc WHERE proname LIKE 'audit_entry_%'"
        assert connection.scalars(sa.text(names)).all() == []
    migrate()
    write_series()
    assert write_network()


def test_migrating_twice_changes_nothing(app: Flask) -> None:
    with app.app_context():
        with db.engine.connect() as connection:
            before = described(connection)
        migrate()
        assert not write_network()
        with db.engine.connect() as connection:
            assert described(connection) == before


def test_migrating_leaves_the_loggers_alone(empty: Flask, caplog: pytest.LogCaptureFixture) -> None:
    migrate()
    empty.logger.error("still here")
    assert "still here" in caplog.text


def test_what_the_models_cannot_say_is_there(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        if db.engine.dialect.name == "postgresql":
            names = connection.scalars(
                sa.text(
                    "SELECT conname FROM pg_constraint WHERE contype = 'x' "
                    "UNION SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
                )
            )
            assert set(names) == {"room_booking_overlap", "audit_entry_guard", "audit_entry_no_truncate"}
        else:
            names = connection.scalars(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
            assert set(names) == {
                "room_booking_overlap_INSERT",
                "room_booking_overlap_UPDATE",
                "audit_entry_no_update",
                "audit_entry_no_delete",
                "audit_entry_no_replace",
            }


@pytest.mark.parametrize(
    ("starts", "ends", "clash"),
    [(10, 11, True), (9, 11, True), (11, 12, True), (9, 13, True), (8, 10, False), (12, 13, False)],
)
def test_a_room_is_never_booked_twice(app: Flask, make: Make, starts: int, ends: int, clash: bool) -> None:
    """Ten to twelve is taken; who comes at ten or leaves at twelve is no trouble."""
    with app.app_context():
        occurrence_id = make.occurrence(room="道德讲堂", when=span(1, "10:00", "12:00"))
        with transaction() as session:
            session.execute(sa.delete(RoomBooking))

        def book(first: int, last: int, room: str = "道德讲堂") -> None:
            with transaction() as session:
                session.add(
                    RoomBooking(
                        room_id=make.room("s1", room),
                        occurrence_id=occurrence_id,
                        starts_at=datetime(2026, 6, 10, first, tzinfo=UTC),
                        ends_at=datetime(2026, 6, 10, last, tzinfo=UTC),
                    )
                )

        book(10, 12)
        book(starts, ends, room="农家书屋")
        if clash:
            with pytest.raises(IntegrityError, match="room_booking_overlap"):
                book(starts, ends)
        else:
            book(starts, ends)
