"""What is to be told is told once, or stands on a call list."""

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from portal.access import Role
from portal.audit.models import AuditEntry
from portal.db import db
from portal.errors import Missing, OutOfDate
from portal.messages import channels
from portal.messages.actions import GIVE_UP_AFTER, deliver_waiting, mark_called
from portal.messages.models import Message, MessageStatus
from portal.messages.queries import calls_to_make
from portal.stations.queries import ids_in
from tests.ground.crowd import crowd, failures
from tests.make import Make


def message(message_id: int) -> Message:
    db.session.rollback()
    return db.session.get_one(Message, message_id, populate_existing=True)


@pytest.mark.usefixtures("app_context")
def test_the_same_thing_is_told_once(make: Make) -> None:
    assert make.message(dedupe="moved 7") == make.message(dedupe="moved 7")
    assert len(db.session.scalars(sa.select(Message)).all()) == 1


@pytest.mark.usefixtures("app_context")
def test_a_message_goes_out_once(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="portal.outbox")
    message_id = make.message(address="log:")
    assert (deliver_waiting(), deliver_waiting()) == (1, 0)
    assert message(message_id).status is MessageStatus.SENT
    assert "陈阿姨" not in caplog.text
    assert "讲座" not in caplog.text


@pytest.mark.usefixtures("app_context")
def test_who_has_no_address_is_called(make: Make) -> None:
    message_id = make.message(address="")
    assert message(message_id).status is MessageStatus.TO_CALL
    assert deliver_waiting() == 0
    assert [call.id for call in calls_to_make(ids_in(make.scope("s1")))] == [message_id]
    assert calls_to_make(ids_in(make.scope("s2"))) == []


@pytest.mark.usefixtures("app_context")
def test_what_cannot_be_delivered_is_tried_again_and_then_called(
    make: Make, noon: time_machine.Traveller
) -> None:
    message_id = make.message(address="pigeon:roof")
    waits = []
    for _ in range(GIVE_UP_AFTER):
        assert message(message_id).status is MessageStatus.WAITING
        due = message(message_id).next_try_at
        noon.move_to(due)
        assert deliver_waiting() == 0
        assert deliver_waiting() == 0, "not again at once"
        waits.append(message(message_id).next_try_at - due)
    assert message(message_id).status is MessageStatus.TO_CALL
    assert waits[:-1] == sorted(set(waits[:-1])), "longer each time"


@pytest.mark.usefixtures("app_context")
def test_a_runner_that_died_leaves_its_message_to_the_next(make: Make, noon: time_machine.Traveller) -> None:
    message_id = make.message(address="log:")

    def die(_parcel: channels.Parcel) -> None:
        raise KeyboardInterrupt

    channels.CHANNELS["dying"] = die
    try:
        dying = make.message(address="dying:")
        with pytest.raises(KeyboardInterrupt):
            deliver_waiting()
    finally:
        del channels.CHANNELS["dying"]
    assert message(message_id).status is MessageStatus.SENT
    assert message(dying).status is MessageStatus.WAITING
    noon.shift(timedelta(minutes=10))
    deliver_waiting()
    assert message(dying).attempts == 2


def deliver_to(path: Path, _number: int) -> int:
    def carry(parcel: channels.Parcel) -> None:
        with path.open("a") as file:
            file.write(f"{parcel.message_id}\n")

    channels.CHANNELS["file"] = carry
    return deliver_waiting()


def test_of_several_runners_one_sends_each(
    app: Flask, environ: dict[str, str], make: Make, tmp_path: Path
) -> None:
    wanted = [make.message(address="file:") for _ in range(30)]
    results = crowd(environ, partial(deliver_to, tmp_path / "sent"), processes=3, threads=2)
    assert failures(results) == []
    assert sum(results) == len(wanted)
    assert sorted(map(int, (tmp_path / "sent").read_text().split())) == wanted
    with app.app_context():
        assert set(db.session.scalars(sa.select(Message.status))) == {MessageStatus.SENT}


@pytest.mark.usefixtures("app_context")
def test_a_call_is_ticked_off_once_and_the_log_says_by_whom(make: Make) -> None:
    message_id, by = make.message("s1"), make.actor(Role.EDITOR, "s1")
    mark_called(message_id, ids_in(by.scope), by)
    assert (message(message_id).status, message(message_id).done_by) == (MessageStatus.CALLED, by.name)
    with pytest.raises(OutOfDate, match=by.name):
        mark_called(message_id, ids_in(by.scope), by)
    entries = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "message.called")).all()
    assert [(entry.object_id, entry.who) for entry in entries] == [(message_id, by.name)]


@pytest.mark.usefixtures("app_context")
@pytest.mark.parametrize(("caller", "may"), [("s1", True), ("office", True), ("center", True), ("s2", False)])
def test_a_call_is_ticked_off_only_within_the_scope(make: Make, caller: str, may: bool) -> None:
    message_id, by = make.message("s1"), make.actor(Role.EDITOR, caller)
    if may:
        mark_called(message_id, ids_in(by.scope), by)
        return
    with pytest.raises(Missing):
        mark_called(message_id, ids_in(by.scope), by)
    with pytest.raises(Missing):
        mark_called(999_999, ids_in(by.scope), by)
