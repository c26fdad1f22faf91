"""The demonstration's shifts and hours are what the portal itself would have allowed and written down."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine

from portal import create_app
from portal.access import WRITERS, Actor, Role, Scope
from portal.accounts.models import Account
from portal.activities.models import Occurrence, OccurrenceStatus
from portal.clock import local, now, today
from portal.db import db, transaction
from portal.demo.load import load
from portal.start import prepare
from portal.stations.models import Station
from portal.volunteers import hours, hours_due, hours_queries, shift_queries
from portal.volunteers.days import opens_at
from portal.volunteers.models import Membership, MembershipStatus, Team, Volunteer
from portal.volunteers.shift_models import (
    CheckWay,
    HoursSource,
    HoursStatus,
    Post,
    PostStatus,
    Presence,
    ServiceRecord,
    Shift,
    ShiftStatus,
)
from portal.volunteers.shift_rules import LIVE, unfit
from tests.demo.moments import AFTERNOON, on_any_day, on_sqlite


def shifts() -> list[tuple[Shift, Occurrence, list[tuple[Post, Volunteer]]]]:
    people = defaultdict(list)
    for post, volunteer in db.session.execute(
        sa.select(Post, Volunteer).join(Volunteer, Volunteer.id == Post.volunteer_id).order_by(Post.id)
    ):
        people[post.shift_id].append((post, volunteer))
    rows = db.session.execute(sa.select(Shift, Occurrence).join(Occurrence).order_by(Shift.id))
    return [(shift, occurrence, people[shift.id]) for shift, occurrence in rows]


def presences() -> list[tuple[Presence, Occurrence]]:
    rows = db.session.execute(sa.select(Presence, Occurrence).join(Occurrence).order_by(Presence.id))
    return [(pair, occurrence) for pair, occurrence in rows]


def overlaps(times: list[tuple[datetime, datetime]]) -> int:
    """Count neighbours in time of which one begins before the other ends."""
    return sum(later[0] < earlier[1] for earlier, later in pairwise(sorted(times)))


@on_any_day
@pytest.mark.usefixtures("demo")
def test_what_a_shift_counts_is_what_a_recount_finds() -> None:
    found = shifts()
    assert len(found) > 400
    for shift, _occurrence, people in found:
        standing = Counter(post.status for post, _ in people)
        assert (shift.taken, shift.waiting) == (standing[PostStatus.CONFIRMED], standing[PostStatus.WAITING])
        assert not shift.waiting or shift.taken == shift.head_count  # nobody waits beside a free place
        places = [post.place for post, _ in people if post.status is PostStatus.WAITING]
        assert places == list(range(1, len(places) + 1))


@on_sqlite
@on_any_day
@pytest.mark.usefixtures("demo")
def test_who_takes_a_shift_may_and_took_it_while_one_could() -> None:
    wanted = sa.select(Membership.team_id, Membership.volunteer_id)
    wanted = wanted.where(Membership.status == MembershipStatus.MEMBER)
    members = {(team_id, volunteer_id) for team_id, volunteer_id in db.session.execute(wanted)}
    for shift, occurrence, people in shifts():
        assert occurrence.published
        assert occurrence.starts_at - timedelta(hours=24) <= shift.starts_at
        assert shift.ends_at <= occurrence.ends_at + timedelta(hours=24)
        assert shift.created_at <= now()
        for post, volunteer in people:
            assert not unfit(shift, volunteer)
            assert (post.team_id, volunteer.id) in members
            assert shift.team_id in (None, post.team_id)
            assert shift.created_at <= post.created_at <= post.changed_at < min(now(), shift.starts_at)
    moments = db.session.scalars(sa.select(Post.created_at).order_by(Post.id)).all()
    assert moments == sorted(moments)


@on_sqlite
@on_any_day
@pytest.mark.usefixtures("demo")
def test_nobody_is_at_two_places_at_once() -> None:
    promised, served = defaultdict(list), defaultdict(list)
    for shift, occurrence, people in shifts():
        if shift.status is ShiftStatus.OPEN and occurrence.status is OccurrenceStatus.PLANNED:
            for post, volunteer in people:
                if post.status in LIVE:
                    promised[volunteer.id].append((shift.starts_at, shift.ends_at))
    for pair, _occurrence in presences():
        served[pair.volunteer_id].append((pair.in_at, pair.out_at or pair.in_at))
    assert max(map(len, promised.values())) > 9
    assert sum(map(overlaps, promised.values())) == 0
    assert sum(map(overlaps, served.values())) == 0


@on_any_day
@pytest.mark.usefixtures("demo")
def test_who_came_was_checked_in_at_the_place_for_the_team_of_their_post() -> None:
    posts = {}
    for shift, _occurrence, people in shifts():
        for post, volunteer in people:
            if post.status is PostStatus.CONFIRMED:
                posts[shift.id, volunteer.id] = post.team_id
    ways: Counter[CheckWay | None] = Counter()
    numbers: Counter[tuple[object, ...]] = Counter()
    for pair, occurrence in presences():
        ways[pair.out_way] += 1
        numbers[pair.volunteer_id, pair.occurrence_id, pair.day] += 1
        assert occurrence.status is OccurrenceStatus.PLANNED
        assert pair.number == numbers[pair.volunteer_id, pair.occurrence_id, pair.day] <= 3
        assert pair.shift_id is not None
        assert posts[pair.shift_id, pair.volunteer_id] == pair.team_id
        assert pair.day == local(pair.in_at).date() == local(pair.out_at or pair.in_at).date()
        assert opens_at(occurrence, pair.day) <= pair.in_at <= now()
        assert (pair.out_at or pair.in_at) <= now()
        assert bool(pair.in_by) == (pair.in_way is not CheckWay.CODE)
        assert bool(pair.out_by) == (pair.out_way not in (None, CheckWay.CODE))
    assert ways[CheckWay.CODE] > 4 * ways[CheckWay.ROLL_CALL] > 4 * ways[CheckWay.AFTERWARDS] > 0
    assert 0 < ways[None] < 80
    assert {*numbers.values()} == {1, 2, 3}


@on_sqlite
@on_any_day
@pytest.mark.usefixtures("demo")
def test_hours_are_of_every_kind_and_each_by_hand_has_its_second_person() -> None:
    rows = db.session.scalars(sa.select(ServiceRecord)).all()
    writers = {row.id: row.name for row in db.session.scalars(sa.select(Account)) if row.role in WRITERS}
    valid = sum(row.tenths for row in rows if row.status is HoursStatus.VALID) / 10
    assert 2500 < valid < 9000
    kinds = Counter((row.source, row.status) for row in rows)
    assert kinds[HoursSource.SYSTEM, HoursStatus.VOID] == 2
    assert kinds[HoursSource.MANUAL, HoursStatus.RETURNED] > 0
    assert kinds[HoursSource.SYSTEM, HoursStatus.WAITING] + kinds[HoursSource.MANUAL, HoursStatus.WAITING] > 2
    assert any(row.approver and row.source is HoursSource.SYSTEM for row in rows)
    for row in rows:
        assert row.recorded_at <= now()
        assert row.decided_at is None or row.recorded_at <= row.decided_at <= now()
        assert (row.decided_at is not None) == bool(row.approver or row.void_reason)
        if row.approver_id is not None:
            assert writers[row.approver_id] == row.approver
            assert row.approver_id != row.recorder_id
        if row.source is HoursSource.MANUAL:
            assert writers[row.recorder_id or 0] == row.recorder
            assert row.reason
        else:
            assert (row.recorder, row.recorder_id) == (hours.PORTAL, None)
    assert any(row.evidence and row.status is HoursStatus.VALID for row in rows)


def written() -> list[tuple[object, ...]]:
    table = ServiceRecord.__table__
    return [tuple(row) for row in db.session.execute(sa.select(table).order_by(table.c.id))]


@on_any_day
@pytest.mark.usefixtures("demo")
def test_settling_a_day_again_changes_nothing() -> None:
    closed = sa.select(Presence.volunteer_id, Presence.day).where(Presence.out_at.is_not(None)).distinct()
    days = [
        (row.volunteer_id, row.day) for row in db.session.execute(closed.order_by(*closed.selected_columns))
    ]
    odd = sa.select(ServiceRecord.volunteer_id, ServiceRecord.day).where(
        sa.or_(
            ServiceRecord.status.in_((HoursStatus.WAITING, HoursStatus.VOID)), ServiceRecord.approver_id > 0
        )
    )
    sample = [
        *days[:: len(days) // 150],
        *((row.volunteer_id, row.day) for row in db.session.execute(odd.distinct())),
    ]
    assert len(sample) > 160
    before = written()
    # Each day of all pairs has its record, at least of a tenth.
    assert {*days} <= {(row.volunteer_id, row.day) for row in db.session.scalars(sa.select(ServiceRecord))}
    somebody = Actor(None, "test", Role.MANAGER, Scope(1, everything=True))
    with transaction() as session:
        for volunteer_id, day in sample:
            hours.settle(session, volunteer_id, day, somebody)
    assert written() == before


@on_any_day
@pytest.mark.usefixtures("demo")
def test_everybody_with_a_login_has_something_to_see() -> None:
    me = db.session.execute(
        sa.select(Account.username, Volunteer)
        .join(Account, Account.id == Volunteer.account_id)
        .order_by(Volunteer.id)
    ).all()
    assert len(me) == 42
    waits, last_year = 0, 0
    for username, volunteer in me:
        totals = hours_queries.totals(volunteer.id)
        assert totals.all > 20, username
        last_year += (today().year - 1) in totals.by_year
        own = shift_queries.own_posts(volunteer.id, now())
        assert any(post.status is PostStatus.CONFIRMED for post in own), username
        waits += any(post.status is PostStatus.WAITING for post in own)
    assert waits >= 38
    assert last_year >= 10


@on_sqlite
@on_any_day
@pytest.mark.usefixtures("demo")
def test_each_team_and_each_desk_has_something_to_come() -> None:
    coming = Counter(
        db.session.scalars(sa.select(Shift.team_id).where(Shift.starts_at > now(), Shift.taken > 0))
    )
    assert {*coming} >= {*db.session.scalars(sa.select(Team.id))}
    for station_id, slug in db.session.execute(sa.select(Station.id, Station.slug)):
        assert shift_queries.at_risk(Scope(station_id, everything=False)), slug
    everywhere = Scope(1, everything=True)
    assert 8 <= len(shift_queries.at_risk(everywhere, limit=100)) <= 40
    assert len(hours_queries.waiting(everywhere)) > 2
    assert len(hours_queries.open_pairs(everywhere)) > 2
    assert len(hours_due.unsettled(everywhere)) == 1
    states = [
        (shift.taken, shift.head_count, shift.waiting) for shift, _, _ in shifts() if shift.starts_at > now()
    ]
    assert sum(waiting > 0 for _, _, waiting in states) >= 8
    assert sum(0 < taken < heads for taken, heads, _ in states) >= 10


def people_of_the_year() -> list[tuple[object, ...]]:
    """Everybody's posts, and the hours of the days before today."""
    posts = sa.select(Post.shift_id, Post.volunteer_id, Post.status, Post.place, Post.created_at)
    records = sa.select(ServiceRecord.volunteer_id, ServiceRecord.day, ServiceRecord.tenths)
    records = records.where(ServiceRecord.day < today()).order_by(
        ServiceRecord.volunteer_id, ServiceRecord.day, ServiceRecord.tenths
    )
    return [
        *(tuple(row) for row in db.session.execute(posts.order_by(Post.id))),
        *(tuple(row) for row in db.session.execute(records)),
    ]


@on_sqlite
@pytest.mark.usefixtures("demo")
def test_the_same_day_brings_the_same_volunteers(
    empty_environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.demo.load.hash_password", lambda _password: "")  # nobody signs in here
    people = people_of_the_year()
    other = create_app(empty_environ)
    prepare(other)
    with time_machine.travel(AFTERNOON.replace(hour=9), tick=False), other.app_context():
        load(Path(empty_environ["INSTANCE"]))
        assert len(people) > 3000
        assert people_of_the_year() == people
        db.session.remove()
        db.engine.dispose()
