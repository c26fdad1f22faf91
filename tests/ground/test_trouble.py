"""A queue that does not move, a file that is damaged: said kindly, and nothing half done."""

import fcntl
import os
from pathlib import Path

import pytest
from flask import Flask

import portal.db
from portal.db import db, transaction
from portal.errors import Busy
from tests.browser import Browser
from tests.conftest import SignIn
from tests.make import Make

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


@pytest.fixture
def held_queue(app: Flask, instance: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """Hold the write queue as another process would, and let nobody wait long."""
    monkeypatch.setattr(portal.db, "QUEUE_PATIENCE", 0.1)
    descriptor = os.open(instance / "portal.db.lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


def test_a_writer_whose_turn_does_not_come_is_told_so_and_may_come_again(
    app: Flask, make: Make, held_queue: int
) -> None:
    with app.app_context():
        with pytest.raises(Busy), transaction():
            raise AssertionError("the turn came though the queue is held")
        os.close(held_queue)
        with transaction() as session:
            assert session.info["writing"]


def test_a_visitor_who_finds_the_queue_held_is_asked_to_try_again(
    app: Flask, sign_in: SignIn, make: Make, monkeypatch: pytest.MonkeyPatch, instance: Path
) -> None:
    editor = sign_in()
    make.message()
    desk = editor.get("/staff/").form('form[action^="/staff/calls/"]')
    monkeypatch.setattr(portal.db, "QUEUE_PATIENCE", 0.1)
    descriptor = os.open(instance / "portal.db.lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    busy = desk.submit()
    assert busy.status == 503
    assert busy.headers["Retry-After"]
    assert "什么都没丢" in busy.text
    os.close(descriptor)
    assert desk.submit().status == 200


def test_a_damaged_file_is_said_kindly(app: Flask, client: Browser, instance: Path) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    for leftover in instance.glob("portal.db-*"):
        leftover.unlink()
    (instance / "portal.db").write_bytes(b"this is no database any more " * 400)
    page = client.get("/calendar")
    assert page.status == 503
    assert page.headers["Retry-After"]
