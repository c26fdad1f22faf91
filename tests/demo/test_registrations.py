"""The demonstration's registrations are what the portal itself would have written, and reach nobody."""

import re
from collections import Counter, defaultdict
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine

from portal import create_app
from portal.activities.models import Activity, CountSource, Occurrence, OccurrenceStatus, SignUp
from portal.activities.standing import Standing, seats_left
from portal.clock import local, now, start_of
from portal.db import db
from portal.demo.load import EDITORS, load
from portal.demo.people import CHILDREN
from portal.messages.models import Message
from portal.registrations import queries, rules
from portal.registrations.history import replay
from portal.registrations.labels import RELATIONS
from portal.registrations.models import Registration, SeatChange, SeatEvent, Status
from portal.registrations.party import Party, Source, read_children
from portal.start import prepare
from tests.demo.moments import AFTERNOON, MOMENTS, on_any_day, on_sqlite

Held = tuple[Occurrence, Activity, list[Registration]]


def everything() -> list[Held]:
    parties = defaultdict(list)
    for party in db.session.scalars(sa.select(Registration).order_by(Registration.id)):
        parties[party.occurrence_id].append(party)
    rows = db.session.execute(
        sa.select(Occurrence, Activity)
        .join(Activity, Activity.id == Occurrence.activity_id)
        .order_by(Occurrence.starts_at, Occurrence.id)
    )
    return [(occurrence, activity, parties[occurrence.id]) for occurrence, activity in rows]


def open_ahead() -> list[Held]:
    """What begins within three weeks and takes registrations."""
    return [
        held
        for held in everything()
        if held[1].registration
        and held[0].published
        and held[0].status is OccurrenceStatus.PLANNED
        and now() < held[0].starts_at < now() + timedelta(days=21)
    ]


def called(status: Status) -> bool:
    return status in (Status.ATTENDED, Status.ABSENT)


@on_any_day
@pytest.mark.usefixtures("demo")
def test_every_seat_history_replays_without_a_fault_to_what_is_kept() -> None:
    steps = 0
    for occurrence, _activity, parties in everything():
        replayed = replay(queries.steps_of(occurrence.id))
        steps += len(replayed.steps)
        assert replayed.faults == []
        assert replayed.taken == occurrence.seats_taken
        assert len(replayed.queue) == occurrence.parties_waiting
        assert replayed.seated == {one.id: one.people for one in parties if one.status.has_seat}
        waiting = sorted((one.place or 0, one.id) for one in parties if one.status is Status.WAITING)
        assert [*replayed.queue] == [party_id for _, party_id in waiting]
    assert steps > 500


@on_sqlite
@on_any_day
@pytest.mark.usefixtures("demo")
def test_who_came_and_the_walk_ins_make_the_figure_of_the_last_fortnight() -> None:
    counted = [
        (occurrence, parties)
        for occurrence, _activity, parties in everything()
        if occurrence.count_source is CountSource.ROLL_CALL
        and occurrence.starts_at >= start_of(local(now()).date()) - timedelta(days=14)
    ]
    assert len(counted) >= 8
    for occurrence, parties in counted:
        assert sum(party.came or 0 for party in parties) + occurrence.walk_ins == occurrence.attended
        assert {party.status for party in parties} <= {Status.ATTENDED, Status.ABSENT, Status.CANCELLED}
    statuses = Counter(party.status for _, parties in counted for party in parties)
    assert 0 < statuses[Status.ABSENT] < statuses[Status.ATTENDED] / 5


@on_sqlite
@on_any_day
@pytest.mark.usefixtures("demo")
def test_some_dates_are_full_some_nearly_and_most_have_room() -> None:
    ahead = open_ahead()
    stands = Counter(rules.standing(occurrence, activity) for occurrence, activity, _ in ahead)
    queues = [occurrence.parties_waiting for occurrence, _, _ in ahead if occurrence.parties_waiting]
    assert len(queues) >= 3
    assert max(queues) <= 4
    assert stands[Standing.FULL] == len(queues)
    assert stands[Standing.FEW] >= 5
    assert stands[Standing.OPEN] > len(ahead) / 2
    limited = [(o.seats_taken, o.seats) for o, _, _ in ahead if o.seats is not None]
    assert sum(taken < seats / 4 for taken, seats in limited) >= 3
    assert sum(seats / 3 < taken < seats * 0.85 for taken, seats in limited) >= 4


@on_sqlite
@on_any_day
@pytest.mark.usefixtures("demo")
def test_the_first_in_the_queue_never_fits_and_once_a_seat_is_free_all_the_same() -> None:
    free = []
    for occurrence, _activity, parties in open_ahead():
        waiting = [party for party in parties if party.status is Status.WAITING]
        if waiting:
            left = seats_left(occurrence.seats, occurrence.seats_taken)
            assert left is not None
            assert min(waiting, key=lambda party: party.place or 0).people > left
            free.append(left)
    assert 1 in free
    assert db.session.scalar(sa.select(sa.func.count()).where(SeatEvent.what == SeatChange.PROMOTED))


@on_sqlite
@pytest.mark.parametrize("moment", MOMENTS[2:], ids=str, indirect=True)
@pytest.mark.usefixtures("demo")
def test_what_has_no_limit_has_parties_too() -> None:
    assert [
        parties for occurrence, _activity, parties in open_ahead() if occurrence.seats is None and parties
    ]


@on_sqlite
@on_any_day
@pytest.mark.usefixtures("demo")
def test_every_party_is_one_that_its_activity_takes() -> None:
    with_children = 0
    for occurrence, activity, parties in everything():
        for one in parties:
            kids, faults = read_children(one.children_names)
            if one.status is not Status.CANCELLED:  # then no names of children are kept
                assert not faults
                assert len(kids) == one.children
                assert bool(one.children) == bool(one.guardian) == (one.guardian_relation in RELATIONS)
                with_children += bool(one.children)
            party = Party(one.name, one.phone or "", one.adults, one.children, tuple(kids))
            limits = rules.limits_of(activity)
            rules.check_party(party, limits, occurrence.seats, by_staff=limits.asks_age)
            assert party.people <= min(4, activity.party_max)
            if limits.asks_age and one.source is Source.WEB:
                assert one.age_band
                assert one.age_band.within(limits)
    assert with_children > 100


@on_sqlite
@pytest.mark.usefixtures("demo")
def test_what_staff_wrote_down_says_who_and_what_came_online_was_agreed_to() -> None:
    parties = db.session.scalars(sa.select(Registration)).all()
    sources = Counter(party.source for party in parties)
    assert sources[Source.WEB] > len(parties) / 2
    assert min(sources[Source.PHONE], sources[Source.DESK]) > 10
    assert any(party.photo_consent for party in parties)
    assert not all(party.photo_consent for party in parties if party.source is Source.WEB)
    assert any(party.phone is None for party in parties)
    assert {party.source for party in parties if party.phone is None} == {Source.DESK}
    for party in parties:
        if party.source is Source.WEB:
            assert party.entered_by == ""
            assert bool(party.guardian_consent) == bool(party.children)
        else:
            assert party.entered_by.endswith("（示例）")
            assert not party.photo_consent
    assert {f"{name}（示例）" for name in EDITORS} & {party.entered_by for party in parties}


@on_sqlite
@pytest.mark.usefixtures("demo")
def test_numbers_are_invented_and_one_person_signs_up_once() -> None:
    for _occurrence, _activity, parties in everything():
        assert all(re.fullmatch(r"1380000\d{4}", party.phone) for party in parties if party.phone)
        people = Counter((party.name_key, party.phone) for party in parties)
        assert max(people.values(), default=1) == 1


@on_sqlite
def test_no_number_and_no_child_can_be_read_in_the_file(demo: Path) -> None:
    parties = db.session.scalars(sa.select(Registration)).all()
    lines = {line for party in parties for line in party.children_names.split("\n") if line}
    notes = {party.note for party in parties if party.note}
    assert len(lines) > 20
    assert notes
    raw = b"".join(path.read_bytes() for path in demo.glob("portal.db*"))
    assert parties[0].name.encode() in raw
    for secret in ("1380000", *CHILDREN, *lines, *notes):
        assert secret.encode() not in raw, secret


@on_sqlite
@pytest.mark.usefixtures("demo")
def test_people_sign_up_after_it_was_posted_and_before_now_one_after_the_other() -> None:
    for occurrence, activity, parties in everything():
        moments = [party.created_at for party in parties]
        assert moments == sorted(moments)
        for party in parties:
            assert activity.created_at < party.created_at < min(now(), occurrence.starts_at)
            assert party.created_at <= party.changed_at <= now()
    days = {local(party.created_at).date() for _, _, parties in everything() for party in parties}
    assert len(days) > 20
    steps = db.session.scalars(sa.select(SeatEvent.at).order_by(SeatEvent.id)).all()
    assert steps == sorted(steps)


@on_sqlite
@pytest.mark.usefixtures("demo")
def test_the_roll_of_what_goes_on_is_begun_and_never_finished() -> None:
    begun = [
        parties
        for occurrence, _activity, parties in everything()
        if occurrence.starts_at <= now() and occurrence.attended is None and parties
    ]
    assert begun
    assert any(called(party.status) for parties in begun for party in parties)
    for parties in begun:
        assert any(party.status is Status.CONFIRMED for party in parties)
    ahead = [party for _, _, parties in open_ahead() for party in parties]
    assert not any(called(party.status) for party in ahead)


@on_sqlite
@pytest.mark.usefixtures("demo")
def test_nobody_is_written_to() -> None:
    assert not db.session.scalar(sa.select(sa.func.count()).select_from(Message))


def told(occurrence: Occurrence, party: Registration) -> tuple[object, ...]:
    begun = Status.CONFIRMED if called(party.status) and occurrence.attended is None else party.status
    return (party.name, party.phone, party.adults, party.children_names, begun, party.place, party.created_at)


def people_of_the_day() -> list[list[tuple[object, ...]]]:
    """Everybody, without what changes during the day: whom the roll of a date of today has called."""
    return [[told(occurrence, party) for party in parties] for occurrence, _activity, parties in everything()]


@on_sqlite
@pytest.mark.usefixtures("demo")
def test_the_same_day_brings_the_same_people(
    empty_environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.demo.load.hash_password", lambda _password: "")  # nobody signs in here
    people = people_of_the_day()
    references = {*db.session.scalars(sa.select(Registration.reference))}
    other = create_app(empty_environ)
    prepare(other)
    with time_machine.travel(AFTERNOON.replace(hour=9), tick=False), other.app_context():
        load(Path(empty_environ["INSTANCE"]))
        assert people_of_the_day() == people
        assert not references & {*db.session.scalars(sa.select(Registration.reference))}
        db.session.remove()
        db.engine.dispose()


@on_any_day
@pytest.mark.usefixtures("demo")
def test_two_courses_have_parties_that_come_to_every_date_still_ahead() -> None:
    ahead = defaultdict(set)
    ways = {}
    for occurrence, activity, _parties in everything():
        if activity.sign_up is not SignUp.DATES:
            ways[activity.id] = activity.sign_up
            planned = occurrence.status is OccurrenceStatus.PLANNED and occurrence.published
            if planned and local(occurrence.starts_at).date() >= local(now()).date():
                ahead[activity.id].add(occurrence.id)
    assert sorted(ways.values()) == [SignUp.COURSE, SignUp.EITHER]
    courses = defaultdict(list)
    for party in db.session.scalars(sa.select(Registration).order_by(Registration.id)):
        if party.course_id is not None:
            courses[party.course_id].append(party)
    assert len(courses) >= 6
    for course_id, parties in courses.items():
        assert parties[0].id == course_id
        assert {party.occurrence_id for party in parties} in ahead.values()
        assert len({(party.name, party.phone, party.source, party.people) for party in parties}) == 1
        assert {party.status for party in parties} <= {Status.CONFIRMED, Status.ATTENDED}
