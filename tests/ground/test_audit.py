"""What was done stays on record: the log is only ever added to, and the database sees to it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DatabaseError

from portal.access import MACHINE, Role
from portal.audit.actions import record
from portal.audit.models import AuditEntry
from portal.clock import now
from portal.db import db, transaction
from tests.make import Make

HALF_A_YEAR = timedelta(days=183)
COPY = ", ".join(column for column in AuditEntry.__table__.columns.keys() if column != "id")  # noqa: SIM118


def write(age: timedelta = timedelta()) -> None:
    with transaction() as session:
        record(session, MACHINE, "test.done", "nothing")
        session.flush()
        entry = session.scalars(sa.select(AuditEntry)).one()
        if age:
            values = {name: getattr(entry, name) for name in COPY.split(", ")} | {"at": now() - age}
            session.expunge(entry)
            session.rollback()
            session.info["writing"] = True
            session.execute(sa.insert(AuditEntry).values(values))


def entries() -> int:
    return db.session.scalars(sa.select(sa.func.count()).select_from(AuditEntry)).one()


@pytest.mark.usefixtures("app_context")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET who = 'nobody'",
        "DELETE FROM audit_entry",
        f"INSERT OR REPLACE INTO audit_entry (id, {COPY}) SELECT id, {COPY} FROM audit_entry",
        "TRUNCATE audit_entry",
    ],
    ids=lambda statement: statement.split(" audit")[0].split(" INTO")[0].lower(),
)
def test_the_database_refuses_to_change_what_was_logged(statement: str) -> None:
    kind = db.engine.dialect.name
    if kind == ("postgresql" if "OR REPLACE" in statement else "sqlite" if "TRUNCATE" in statement else ""):
        return  # that database knows no such statement
    write()
    with pytest.raises(DatabaseError, match="append_only"), transaction() as session:
        session.execute(sa.text(statement))
    assert entries() == 1


@pytest.mark.usefixtures("app_context")
def test_after_six_months_the_log_may_be_deleted_but_not_changed() -> None:
    write(HALF_A_YEAR + timedelta(minutes=5))
    with pytest.raises(DatabaseError, match="append_only"), transaction() as session:
        session.execute(sa.update(AuditEntry).values(who="nobody"))
    with transaction() as session:
        session.execute(sa.delete(AuditEntry))
    assert entries() == 0


@pytest.mark.usefixtures("app_context")
def test_within_six_months_it_stays() -> None:
    write(HALF_A_YEAR - timedelta(minutes=5))
    with pytest.raises(DatabaseError, match="append_only"), transaction() as session:
        session.execute(sa.delete(AuditEntry))


@pytest.mark.usefixtures("app_context")
def test_what_did_not_happen_is_not_logged() -> None:
    def fail() -> None:
        with transaction() as session:
            record(session, MACHINE, "test.done", "nothing")
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert entries() == 0


@pytest.mark.parametrize(
    ("address", "kept"),
    [("203.0.113.77", "203.0.113.0"), ("2001:db8:aa:bb:1:2:3:4", "2001:db8:aa::"), ("", "")],
)
def test_of_an_address_only_its_network_is_kept(app: Flask, make: Make, address: str, kept: str) -> None:
    by = make.actor(Role.EDITOR, "s1")
    with app.test_request_context(environ_base={"REMOTE_ADDR": address}), transaction() as session:
        record(session, by, "test.done", "station", 3, 3, detail="x" * 2000)
        session.flush()
        entry = session.scalars(sa.select(AuditEntry)).one()
        assert (entry.address, entry.who, entry.role, len(entry.detail)) == (kept, by.name, "editor", 1000)
