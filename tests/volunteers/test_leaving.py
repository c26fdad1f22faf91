"""Who leaves a team frees its shifts; who leaves altogether leaves a number and hours, and nothing else."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from portal.access import NOBODY, Actor, Role
from portal.accounts.actions import sign_in
from portal.accounts.models import Account, LoginSession
from portal.audit.models import AuditEntry
from portal.clock import now
from portal.contact import phone_index
from portal.db import db, transaction
from portal.errors import Missing, OutOfDate, Refused
from portal.messages.models import Message, MessageStatus
from portal.volunteers import posts, shift_queries
from portal.volunteers.enrolment import Person, activate, ask_to_join, give_code
from portal.volunteers.leaving import leave, leave_service, let_go
from portal.volunteers.models import Membership, MembershipStatus, Team, Volunteer
from portal.volunteers.presence import call_in, call_out
from portal.volunteers.shift_models import Post, PostStatus, Presence, ServiceRecord, Shift
from tests.make import PASSWORD, Make, span

pytestmark = pytest.mark.usefixtures("app_context", "noon")

CONFIRMED = PostStatus.CONFIRMED


def take(shift_id: int, volunteer_id: int, team_id: int | None = None) -> None:
    posts.take(shift_id, volunteer_id, team_id, NOBODY)


def status_of(shift_id: int, volunteer_id: int) -> PostStatus | None:
    db.session.rollback()
    found = shift_queries.post_of(shift_id, volunteer_id)
    return found.status if found else None


def calls() -> list[tuple[str, str]]:
    wanted = sa.select(Message.kind, Message.recipient).where(Message.status == MessageStatus.TO_CALL)
    return [(row.kind, row.recipient) for row in db.session.execute(wanted.order_by(Message.id))]


def me(volunteer_id: int) -> Volunteer:
    db.session.rollback()
    return db.session.get_one(Volunteer, volunteer_id)


def test_who_leaves_a_team_frees_its_shifts_to_come_and_no_others(make: Make) -> None:
    first, second = make.team(), make.team()
    person, waits = make.volunteer(first, phone="13800000001", phone_index=phone_index("13800000001")), []
    with transaction() as session:
        moments = {"asked_at": now(), "decided_at": now()}
        session.add(
            Membership(team_id=second, volunteer_id=person, status=MembershipStatus.MEMBER, **moments)
        )
    theirs = make.shift(head_count=1)
    others = make.shift(make.occurrence(when=span(3)))
    queued = make.shift(make.occurrence(when=span(4)), head_count=1)
    take(theirs, person, first)
    take(others, person, second)
    take(queued, make.volunteer())
    take(queued, person, first)
    waits.append(make.volunteer())
    take(theirs, waits[0])
    leave(make.membership(person), NOBODY, own=person)
    assert status_of(theirs, person) is None
    assert status_of(queued, person) is None
    assert status_of(others, person) is CONFIRMED
    assert status_of(theirs, waits[0]) is CONFIRMED  # the next has moved up
    promoted = db.session.scalars(sa.select(Message.recipient).where(Message.kind == "shift.promoted")).all()
    assert list(promoted) == [me(waits[0]).name]
    shift = db.session.get_one(Shift, queued)
    assert (shift.taken, shift.waiting) == (1, 0)


def test_what_has_begun_stays_and_what_is_within_the_cut_off_goes_and_the_station_is_told(
    make: Make, noon: time_machine.Traveller
) -> None:
    team_id = make.team()
    person = make.volunteer(team_id)
    soon = make.shift(make.occurrence(when=span(0, "13:00", "15:00")))
    later = make.shift(make.occurrence(when=span(2)))
    running = make.shift(make.occurrence(when=span(0, "12:30", "12:45")))
    for shift_id in (soon, later, running):
        take(shift_id, person)
    noon.shift(timedelta(minutes=35))
    with pytest.raises(Refused):
        posts.withdraw(soon, person, NOBODY)
    leave(make.membership(person), NOBODY, own=person)
    assert [status_of(one, person) for one in (soon, later, running)] == [None, None, CONFIRMED]
    assert calls() == [("shift.short", me(person).number)]


def test_a_station_whose_shift_is_filled_again_is_not_rung(make: Make) -> None:
    person, waits = make.volunteer(), make.volunteer()
    soon = make.shift(make.occurrence(when=span(0, "13:00", "15:00")), head_count=1)
    take(soon, person)
    take(soon, waits)
    leave(make.membership(person), NOBODY, own=person)
    assert status_of(soon, waits) is CONFIRMED
    assert calls() == [("shift.promoted", me(waits).name)]


def test_whom_the_staff_or_the_leader_let_go_is_told_and_their_shifts_are_free(make: Make) -> None:
    team_id = make.team("s1")
    leader = make.volunteer(team_id, leads=True)
    for by, leads in ((make.actor(), None), (Actor(None, "队长", Role.LEADER, None), leader)):
        person = make.volunteer(team_id)
        shift_id = make.shift()
        take(shift_id, person)
        with pytest.raises(Missing):
            leave(make.membership(person), make.actor(Role.EDITOR, "s2"))
        leave(make.membership(person), by, leads=leads)
        assert status_of(shift_id, person) is None
        assert calls()[-1] == ("shift.taken_off", me(person).name)


def test_a_leader_who_leaves_gets_a_volunteers_pages_again(make: Make) -> None:
    team_id = make.team()
    leader = make.volunteer(team_id, leads=True)
    login = make.volunteer_login(leader, Role.LEADER)
    leave(make.membership(leader), login.actor, own=leader)
    db.session.rollback()
    assert db.session.get_one(Account, login.id).role is Role.VOLUNTEER
    assert db.session.get_one(Team, team_id).leader_id is None


def test_who_leaves_altogether_leaves_a_number_and_hours(make: Make) -> None:
    team_id = make.team()
    person = make.volunteer(
        team_id,
        leads=True,
        name="王小明",
        phone="13800000001",
        phone_index=phone_index("13800000001"),
        skills="理发",
        free=5,
        guardian="家长",
        guardian_phone="13800000002",
        guardian_consent="v1",
    )
    login = make.volunteer_login(person, Role.LEADER)
    token = sign_in(login.id, 12)
    make.feed(person)
    give_code(person, make.actor())
    today_at = make.occurrence(when=span(0, "08:00", "18:00"))
    pair = call_in(today_at, person, now() - timedelta(hours=2), make.account().actor)
    call_out(pair.presence_id, None, make.account().actor)
    shift_id = make.shift()
    posts.take(shift_id, person, None, make.actor())  # they are told of it
    assert db.session.scalar(sa.select(sa.func.count()).where(Message.recipient == "王小明")) == 1
    number = me(person).number
    leave_service(person, PASSWORD, login.actor)
    gone = me(person)
    kept = (gone.name, gone.phone, gone.phone_index, gone.born_on, gone.skills, gone.free, gone.guardian)
    assert kept == ("", None, None, None, "", 0, "")
    assert (gone.guardian_phone, gone.guardian_relation, gone.code_hash, gone.feed_hash) == (
        None,
        "",
        None,
        None,
    )
    assert (gone.number, gone.left_at, gone.anonymised_at) == (number, now(), now())
    account = db.session.get_one(Account, login.id)
    assert (account.disabled_at, account.name, account.password_hash) == (now(), number, "")
    assert db.session.scalar(sa.select(sa.func.count(LoginSession.token_hash))) == 0, token
    assert status_of(shift_id, person) is None
    assert db.session.get_one(Team, team_id).leader_id is None
    assert [row.status for row in db.session.scalars(sa.select(Membership))] == [MembershipStatus.LEFT]
    assert db.session.scalar(sa.select(sa.func.count()).where(Message.recipient == "王小明")) == 0
    assert db.session.scalar(sa.select(sa.func.count(ServiceRecord.id))) == 1
    logged = db.session.scalars(sa.select(AuditEntry.action).where(AuditEntry.object_id == person)).all()
    assert "volunteer.left" in logged
    with pytest.raises(Missing):
        let_go(person, "x", make.actor())
    with pytest.raises(Refused):
        give_code(person, make.actor())


def test_messages_to_others_about_the_same_date_are_kept(make: Make) -> None:
    occurrence_id = make.occurrence()
    people = [make.volunteer() for _ in range(2)]
    shift_id = make.shift(occurrence_id)
    for person in people:
        posts.take(shift_id, person, None, make.actor())
    let_go(people[0], "打电话来说的", make.actor())
    kept = db.session.scalars(sa.select(Message.recipient)).all()
    assert list(kept) == [me(people[1]).name]


def test_a_wrong_password_or_somebody_elses_account_changes_nothing(make: Make) -> None:
    person, other = make.volunteer(), make.volunteer()
    login, theirs = make.volunteer_login(person), make.volunteer_login(other)
    with pytest.raises(Refused) as refused:
        leave_service(person, "wrong", login.actor)
    assert refused.value.field == "password"
    with pytest.raises(Missing):
        leave_service(person, PASSWORD, theirs.actor)
    with pytest.raises(Missing):
        let_go(person, "x", make.actor(Role.EDITOR, "s2"))
    with pytest.raises(Refused):
        let_go(person, "  ", make.actor())
    assert me(person).left_at is None


def test_who_has_not_checked_out_is_asked_to_first_and_nothing_is_freed(make: Make) -> None:
    person = make.volunteer()
    login = make.volunteer_login(person)
    shift_id = make.shift()
    take(shift_id, person)
    at = make.occurrence(when=span(0, "08:00", "18:00"))
    pair = call_in(at, person, now() - timedelta(hours=1), make.account().actor)
    with pytest.raises(Refused):
        leave_service(person, PASSWORD, login.actor)
    with pytest.raises(Refused):
        let_go(person, "不来了", make.actor())
    assert status_of(shift_id, person) is CONFIRMED
    call_out(pair.presence_id, None, make.account().actor)
    let_go(person, "不来了", make.actor())
    assert me(person).left_at == now()
    assert db.session.scalar(sa.select(sa.func.count(Presence.id))) == 1


def test_who_has_left_starts_anew_with_another_number(make: Make) -> None:
    team_id = make.team()
    person = Person("示例甲", "13800000001", date(1980, 3, 1))
    number = ask_to_join(team_id, person, "test", "我想来", NOBODY)
    found = db.session.scalars(sa.select(Volunteer.id)).one()
    code = give_code(found, make.actor())
    let_go(found, "不来了", make.actor())
    with pytest.raises(Refused):
        activate(number, code, PASSWORD)
    assert db.session.scalars(sa.select(Membership.word)).all() == [""]
    assert ask_to_join(team_id, person, "test", "", NOBODY) != number


def test_ended_twice_is_said_and_frees_nothing_twice(make: Make) -> None:
    person = make.volunteer()
    shift_id = make.shift()
    take(shift_id, person)
    leave(make.membership(person), NOBODY, own=person)
    with pytest.raises(OutOfDate):
        leave(make.membership(person), NOBODY, own=person)
    db.session.rollback()
    assert db.session.get_one(Shift, shift_id).taken == 0
    assert [post.status for post in db.session.scalars(sa.select(Post))] == [PostStatus.WITHDRAWN]
