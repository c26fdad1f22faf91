"""Parties are told what became of their registration; what is known of them goes when its time is over."""

from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from portal.access import Actor, Role
from portal.activities import calling_off, occurrences
from portal.activities.content import Where
from portal.activities.models import Occurrence
from portal.audit.models import AuditEntry
from portal.db import Model, db
from portal.errors import Missing, Refused
from portal.messages.actions import deliver_waiting, mark_called
from portal.messages.models import Message, MessageStatus
from portal.registrations import actions, desk, roll
from portal.registrations.models import Registration, RegistrationDevice, SeatEvent, Status
from portal.registrations.party import Child, Source
from portal.registrations.retention import erase, forget_parties
from tests.conftest import SignIn
from tests.make import Make, span

inside = pytest.mark.usefixtures("noon", "app_context")
with_channel = pytest.mark.usefixtures("channel", "noon", "app_context")

PHONE = "13800004321"
ELSEWHERE = Where(None, "大埕", "", "", None)
DROPPED, WAITING, TO_CALL = MessageStatus.DROPPED, MessageStatus.WAITING, MessageStatus.TO_CALL
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


@pytest.fixture
def channel(environ: dict[str, str]) -> None:
    """Let phones be reached, before the portal is built."""
    environ["PHONE_CHANNEL"] = "log"


@pytest.fixture
def editor(make: Make) -> Actor:
    return make.actor(Role.EDITOR, "s1")


def messages(kind: str = "") -> list[Message]:
    wanted = sa.select(Message).where(Message.kind.startswith(f"registration.{kind}")).order_by(Message.id)
    return list(db.session.scalars(wanted))


def told(kind: str = "") -> list[tuple[str, str, MessageStatus]]:
    """Return (of what, whom, how) of all that was told."""
    return [(one.kind.removeprefix("registration."), one.recipient, one.status) for one in messages(kind)]


def row(party_id: int) -> Registration:
    return db.session.get_one(Registration, party_id)


def sequence(occurrence_id: int) -> int:
    return db.session.get_one(Occurrence, occurrence_id).sequence


def all_that_is_kept() -> str:
    """Return every row of every table as text; what is sealed stays sealed."""
    kept = (db.session.execute(sa.text(f'SELECT * FROM "{table}"')).all() for table in Model.metadata.tables)
    return "\n".join(map(str, kept))


def much_happens(make: Make, editor: Actor) -> None:
    """Sign up three parties for one seat, the last without a phone, and let everything happen to them."""
    occurrence_id, other = make.class_with_seats(1), make.class_with_seats(1)
    first, second = (make.registration(occurrence_id, name=name).registration_id for name in ("甲", "乙"))
    make.registration(occurrence_id, name="丙", phone="", source=Source.DESK, by=editor)
    desk.remove(first, "重复", editor)
    occurrences.move(occurrence_id, sequence(occurrence_id), span(2), ELSEWHERE, editor)
    occurrences.cancel(occurrence_id, "台风", editor)
    occurrences.restore(occurrence_id, editor)
    desk.move(second, other, False, editor)


MUCH = [
    ("confirmed", "甲"),
    ("queued", "乙"),
    ("queued", "丙"),
    ("promoted", "乙"),
    ("removed", "甲"),
    ("changed", "乙"),
    ("changed", "丙"),
    ("called_off", "乙"),
    ("called_off", "丙"),
    ("takes_place", "乙"),
    ("takes_place", "丙"),
    ("moved", "乙"),
    ("promoted", "丙"),
]


@inside
def test_without_a_channel_the_station_calls_for_all_that_nobody_has_just_seen(
    make: Make, editor: Actor
) -> None:
    much_happens(make, editor)
    seen = ("confirmed", "queued")
    wanted = [(kind, whom, DROPPED if kind in seen else TO_CALL) for kind, whom in MUCH]
    assert Counter(told()) == Counter(wanted)


@with_channel
def test_with_a_channel_only_who_has_no_phone_is_called(make: Make, editor: Actor) -> None:
    much_happens(make, editor)
    by_hand = {"confirmed": DROPPED, "queued": DROPPED}
    wanted = [(kind, whom, by_hand.get(kind, TO_CALL) if whom == "丙" else WAITING) for kind, whom in MUCH]
    assert Counter(told()) == Counter(wanted)
    assert deliver_waiting() == sum(whom != "丙" for _kind, whom in MUCH)
    assert {status for _kind, whom, status in told() if whom != "丙"} == {MessageStatus.SENT}


@with_channel
def test_no_message_knows_a_phone_number(make: Make, editor: Actor) -> None:
    occurrence_id, numbers = make.class_with_seats(1), ["13800001111", "13800002222"]
    first, _second = (make.registration(occurrence_id, phone=one).registration_id for one in numbers)
    desk.remove(first, "重复", editor)
    assert [one.link for one in messages("removed")] == [f"/staff/registrations/{first}"]
    assert Counter(status for _kind, _whom, status in told()) == {WAITING: 4}
    kept = str(db.session.execute(sa.text("SELECT * FROM message")).all())
    assert not [number for number in numbers if number in kept or number[-8:] in kept]


def test_what_residents_are_told_is_chinese_whoever_tells_it(
    app: Flask, sign_in: SignIn, make: Make, noon: time_machine.Traveller
) -> None:
    staff = sign_in()
    token = staff.token("/staff/account")
    for language in ("zh-Hans", "en"):
        address = f"/staff/occurrences/{make.class_with_seats(1, title='合唱')}"
        sent = {"csrf_token": token, "add_adults": "1", "add_source": "phone", "add_consent": "1"}
        for name in ("甲", "乙"):
            new = sent | {"add_name": name, "key": f"{language}{name}"}
            assert staff.post(f"{address}/registrations?lang={language}", new, follow=False).status == 303
        seats = {"csrf_token": token, "new_seats": "2", "new_reason": "凳子"}
        assert staff.post(f"{address}/seats?lang={language}", seats, follow=False).status == 303
        cancel = {"csrf_token": token, "reason": "台风"}
        assert staff.post(f"{address}/cancel?lang={language}", cancel, follow=False).status == 303
    with app.app_context():
        texts = [one.text for one in messages()]
        for reference in db.session.scalars(sa.select(Registration.reference)):
            texts = [text.replace(reference, "R-") for text in texts]
    assert len(texts) == 10
    assert texts[:5] == texts[5:]
    assert all("6 月 11 日" in text and "合唱" in text for text in texts)


@inside
def test_cancelling_an_activity_tells_the_parties_of_all_its_dates(make: Make, editor: Actor) -> None:
    activity_id = make.activity(registration=True, seats=1, spans=[span(1), span(8), span(15)])
    for number, occurrence_id in enumerate(make.dates_of(activity_id)):
        make.registration(occurrence_id, name=f"有座{number}")
        make.registration(occurrence_id, name=f"候补{number}")
    gone = make.registration(make.dates_of(activity_id)[0], name="不来了").registration_id
    actions.cancel(gone)
    assert calling_off.cancel_all(activity_id, "老师出差", editor) == 3
    wanted = {f"{how}{number}" for how in ("有座", "候补") for number in range(3)}
    assert {whom for _kind, whom, _status in told("called_off")} == wanted
    assert len(told("called_off")) == 6
    assert all("老师出差" in one.text for one in messages("called_off"))


@inside
def test_each_turn_of_events_is_told_once(make: Make, editor: Actor) -> None:
    occurrence_id = make.class_with_seats(1)
    make.registration(occurrence_id)
    for times in (1, 2):
        occurrences.cancel(occurrence_id, "台风", editor)
        assert (len(told("called_off")), len(told("takes_place"))) == (times, times - 1)
        occurrences.restore(occurrence_id, editor)
        assert (len(told("called_off")), len(told("takes_place"))) == (times, times)


@inside
def test_whom_one_cancellation_has_sent_to_another_date_is_told_when_that_is_cancelled_too(
    make: Make, editor: Actor
) -> None:
    first, second = make.class_with_seats(1), make.class_with_seats(1)
    party_id = make.registration(first).registration_id
    occurrences.cancel(first, "台风", editor)
    desk.move(party_id, second, False, editor)
    occurrences.cancel(second, "又来台风", editor)
    assert ["又来台风" in one.text for one in messages("called_off")] == [False, True]


@inside
def test_who_moves_up_on_two_dates_and_back_is_told_each_time(
    make: Make, editor: Actor, noon: time_machine.Traveller
) -> None:
    dates = [make.class_with_seats(1) for _ in range(2)]
    seated = [make.registration(occurrence_id).registration_id for occurrence_id in dates]
    party_id = make.registration(dates[0], name="乙").registration_id
    actions.cancel(seated[0])
    desk.move(party_id, dates[1], True, editor)
    actions.cancel(seated[1])
    assert row(party_id).status is Status.CONFIRMED
    assert [whom for _kind, whom, _status in told("promoted")] == ["乙", "乙"]
    seated.append(make.registration(dates[0]).registration_id)
    noon.shift(SECOND)
    desk.move(party_id, dates[0], True, editor)
    actions.cancel(seated[2])
    assert [whom for _kind, whom, _status in told("promoted")] == ["乙", "乙", "乙"]


@inside
def test_staff_cannot_give_a_seat_on_a_date_that_is_cancelled(make: Make, editor: Actor) -> None:
    occurrence_id = make.class_with_seats(1)
    seated, waiting = (make.registration(occurrence_id).registration_id for _ in range(2))
    occurrences.cancel(occurrence_id, "台风", editor)
    actions.cancel(seated)
    with pytest.raises(Refused):
        desk.promote(waiting, "带婴儿", editor)
    assert (row(waiting).status, told("promoted")) == (Status.WAITING, [])


@inside
def test_nobody_moves_up_on_a_date_that_is_cancelled(make: Make, editor: Actor) -> None:
    occurrence_id = make.class_with_seats(1)
    seated, waiting = (make.registration(occurrence_id).registration_id for _ in range(2))
    occurrences.cancel(occurrence_id, "台风", editor)
    actions.cancel(seated)
    assert (row(waiting).status, told("promoted")) == (Status.WAITING, [])
    occurrences.restore(occurrence_id, editor)
    assert (row(waiting).status, len(told("promoted"))) == (Status.CONFIRMED, 1)


# Letting go


def family(make: Make, occurrence_id: int, device: str = "") -> int:
    kids = (Child("豆豆", 7),)
    return make.registration(
        occurrence_id,
        1,
        device,
        children=1,
        kids=kids,
        name="欧阳",
        phone=PHONE,
        guardian="王妈妈",
        note="轮椅",
    ).registration_id


@inside
def test_what_is_personal_goes_after_ninety_days_and_of_who_only_waited_after_thirty(
    make: Make, editor: Actor, noon: time_machine.Traveller
) -> None:
    occurrence_id = make.class_with_seats(2)
    seated, waiting = family(make, occurrence_id, "a device"), make.registration(occurrence_id, name="候补人")
    cancelled = make.registration(occurrence_id, name="取消人").registration_id
    actions.cancel(cancelled)
    steps = [
        (one.what, one.people) for one in db.session.scalars(sa.select(SeatEvent).order_by(SeatEvent.id))
    ]
    ends = db.session.get_one(Occurrence, occurrence_id).ends_at
    for moment, gone in ((ends + 30 * DAY, 0), (ends + 30 * DAY + SECOND, 1), (ends + 90 * DAY, 0)):
        noon.move_to(moment)
        assert forget_parties() == gone
    assert (row(waiting.registration_id).name, row(seated).name, row(seated).phone) == ("", "欧阳", PHONE)
    noon.move_to(ends + 90 * DAY + SECOND)
    assert [forget_parties(), forget_parties()] == [2, 0]
    empty = row(seated)
    assert (empty.name, empty.name_key, empty.phone, empty.phone_index) == ("", "", None, None)
    assert (empty.children_names, empty.guardian, empty.guardian_relation, empty.note) == ("", "", "", "")
    assert (empty.people, empty.status, bool(empty.reference)) == (2, Status.CONFIRMED, True)
    assert db.session.scalars(sa.select(RegistrationDevice)).all() == []
    row_of_date = db.session.get_one(Occurrence, occurrence_id)
    assert (row_of_date.seats_taken, row_of_date.parties_waiting) == (2, 1)
    assert steps == [
        (one.what, one.people) for one in db.session.scalars(sa.select(SeatEvent).order_by(SeatEvent.id))
    ]
    logged = sa.select(AuditEntry.detail).where(AuditEntry.action == "registrations.anonymised")
    assert list(db.session.scalars(logged.order_by(AuditEntry.id))) == ["1", "2"]
    assert not [name for name in ("欧阳", "候补人", "取消人", "王妈妈") if name in all_that_is_kept()]


@inside
def test_how_long_names_are_kept_is_a_setting(app: Flask, make: Make, noon: time_machine.Traveller) -> None:
    make.registration(make.class_with_seats())
    app.config["KEEP_REGISTRATIONS_DAYS"] = 10
    noon.shift(10 * DAY)
    assert forget_parties() == 0
    noon.shift(DAY)
    assert forget_parties() == 1


@inside
@pytest.mark.parametrize("called", [True, False])
def test_what_was_told_is_forgotten_with_the_parties(
    make: Make, editor: Actor, noon: time_machine.Traveller, called: bool
) -> None:
    party_id = make.registration(make.class_with_seats(), name="欧阳").registration_id
    desk.remove(party_id, "重复", editor)
    if called:
        mark_called(messages("removed")[0].id, None, editor)
    noon.shift(92 * DAY)
    forget_parties()
    assert [whom for _kind, whom, _status in told()] == []
    assert "欧阳" not in all_that_is_kept()


@inside
def test_of_who_only_waited_no_message_is_left_either(make: Make, noon: time_machine.Traveller) -> None:
    occurrence_id = make.class_with_seats(1)
    for name in ("有座人", "候补人"):
        make.registration(occurrence_id, name=name)
    noon.shift(32 * DAY)
    forget_parties()
    assert [whom for _kind, whom, _status in told()] == ["有座人"]
    assert "候补人" not in all_that_is_kept()


@inside
def test_a_call_to_make_is_not_forgotten_while_the_date_is_to_come(
    make: Make, editor: Actor, noon: time_machine.Traveller
) -> None:
    make.registration(occurrence_id := make.class_with_seats(1, span(120)), name="欧阳")
    occurrences.cancel(occurrence_id, "场地维修", editor)
    noon.shift(91 * DAY)
    forget_parties()
    assert told("called_off") == [("called_off", "欧阳", TO_CALL)]


@inside
def test_who_asks_is_erased_at_once_and_the_seat_goes_to_the_queue(make: Make, editor: Actor) -> None:
    occurrence_id = make.class_with_seats(2)
    seated, waiting = (
        family(make, occurrence_id, "a device"),
        make.registration(occurrence_id).registration_id,
    )
    with pytest.raises(Missing):
        erase(seated, "本人要求", make.actor(Role.EDITOR, "s2"))
    assert row(seated).name == "欧阳"
    erase(seated, "本人要求", editor)
    assert (row(seated).status, row(waiting).status) == (Status.CANCELLED, Status.CONFIRMED)
    assert not [secret for secret in ("欧阳", "王妈妈") if secret in all_that_is_kept()]
    [entry] = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "registration.erased"))
    assert (entry.object_id, entry.reason, entry.who) == (seated, "本人要求", editor.name)
    assert make.registration(occurrence_id, name="欧阳", phone=PHONE).new, "nothing of it stands in the way"


@inside
def test_of_who_was_there_only_the_numbers_stay(
    make: Make, editor: Actor, noon: time_machine.Traveller
) -> None:
    occurrence_id = make.class_with_seats(4)
    came, absent = family(make, occurrence_id), make.registration(occurrence_id).registration_id
    noon.shift(DAY)
    roll.call_roll(occurrence_id, {came: 2}, "absent", editor)
    for party_id in (came, absent):
        erase(party_id, "本人要求", editor)
    assert (row(came).came, row(came).people, row(came).status) == (2, 2, Status.ATTENDED)
    assert (row(absent).came, row(absent).status) == (0, Status.ABSENT)
    kept = db.session.get_one(Occurrence, occurrence_id)
    assert (kept.attended, kept.seats_taken) == (2, 3)
