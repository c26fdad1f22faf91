"""Whoever leads a team sees to it: wishes, members, shifts, who could step in, the roll of the day."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from portal.access import NOBODY, Actor, Role
from portal.audit.models import AuditEntry
from portal.clock import ZONE, now
from portal.contact import phone_index
from portal.db import db, transaction
from portal.errors import Missing, OutOfDate, Refused
from portal.messages.models import Message, MessageStatus
from portal.volunteers import cover, leading_queries, posts, shifts
from portal.volunteers.models import Membership, MembershipStatus, Team, Volunteer
from portal.volunteers.shift_models import CheckWay, Presence, Shift
from tests.browser import Browser
from tests.make import Make, span
from tests.statements import counted
from tests.volunteers.test_own_pages import enter

pytestmark = pytest.mark.usefixtures("noon")


@dataclass(frozen=True, slots=True)
class Led:
    """A team, who leads it, and a shift of it for three, tomorrow from ten to eleven."""

    team_id: int
    leader_id: int
    shift_id: int

    @property
    def path(self) -> str:
        return f"/volunteer/teams/{self.team_id}"


@pytest.fixture
def led(make: Make) -> Led:
    team_id = make.team()
    leader_id = make.volunteer(team_id, leads=True, name="黄队长")
    return Led(team_id, leader_id, make.shift(team_id=team_id, head_count=3))


@pytest.fixture
def leader(app: Flask, make: Make, led: Led) -> Browser:
    return enter(app, make, led.leader_id, Role.LEADER)


def wish(app: Flask, make: Make, team_id: int, **what: Any) -> int:
    """Let a new volunteer ask to join a team and return the id of the wish."""
    person = make.volunteer(team_id, **what)
    with app.app_context(), transaction() as session:
        row = session.scalars(sa.select(Membership).where(Membership.volunteer_id == person)).one()
        row.status, row.decided_at, row.decided_by = MembershipStatus.ASKED, None, ""
        return row.id


def standing(app: Flask, membership_id: int) -> tuple[MembershipStatus, str]:
    with app.app_context():
        row = db.session.get_one(Membership, membership_id)
        return row.status, row.reason


def messages(kind: str) -> list[Message]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Message).where(Message.kind == kind).order_by(Message.id)))


# The team's page


def test_leaders_find_their_team_from_home(app: Flask, make: Make, led: Led, leader: Browser) -> None:
    page = leader.get("/volunteer/").follow(f'a[href="{led.path}"]')
    assert page.all(f'a[href="{led.path}/shifts/{led.shift_id}"]')
    plain = enter(app, make, make.volunteer(led.team_id))
    assert not plain.get("/volunteer/").all('a[href^="/volunteer/teams/"]')


def test_it_is_the_team_that_makes_a_leader_not_the_role(app: Flask, make: Make) -> None:
    team_id = make.team()
    browser = enter(app, make, make.volunteer(team_id, leads=True), Role.VOLUNTEER)
    assert browser.get(f"/volunteer/teams/{team_id}").status == 200
    with app.app_context(), transaction() as session:
        session.get_one(Team, team_id).closed = True
    assert browser.get(f"/volunteer/teams/{team_id}").status == 404


def test_a_team_one_does_not_lead_is_not_there(app: Flask, make: Make, led: Led, leader: Browser) -> None:
    member = make.membership(make.volunteer(led.team_id))
    with app.app_context():
        occurrence_id = db.session.get_one(Shift, led.shift_id).occurrence_id
    pages = {
        "GET": [
            "",
            f"/members/{member}",
            f"/members/{member}/end",
            f"/shifts/{led.shift_id}",
            f"/shifts/{led.shift_id}/cover",
            f"/dates/{occurrence_id}",
        ],
        "POST": [
            f"/wishes/{member}",
            f"/members/{member}/phone",
            f"/members/{member}/end",
            f"/shifts/{led.shift_id}/cover",
            f"/dates/{occurrence_id}/in",
        ],
    }
    others = make.team()
    other = enter(app, make, make.volunteer(others, leads=True), Role.LEADER)
    token = other.token("/volunteer/")
    for method, tails in pages.items():
        for tail in tails:
            data = [("csrf_token", token), ("intent", "take")] if method == "POST" else None
            for path in (led.path, f"/volunteer/teams/{others}"):
                if path == led.path or tail:  # nor under one's own team
                    page = other.open(method, path + tail, data, False, False, {})
                    assert (method, path + tail, page.status) == (method, path + tail, 404)
    for tail in pages["GET"]:
        assert leader.get(led.path + tail).status == 200


def test_a_wish_is_granted_or_refused_saying_why(app: Flask, make: Make, led: Led, leader: Browser) -> None:
    young: dict[str, Any] = {"born_on": date(2012, 3, 7), "guardian": "家长", "guardian_consent": "v1"}
    one, other = wish(app, make, led.team_id, name="示例小明", **young), wish(app, make, led.team_id)
    page = leader.get(led.path)
    assert "示例小明" in page.text
    assert "2012" not in page.text  # no birthday, and nothing that tells a child from the others
    page = page.form(f'form[action="{led.path}/wishes/{one}#wishes"]').submit(intent="take")
    assert standing(app, one) == (MembershipStatus.MEMBER, "")
    form = page.form(f'form[action="{led.path}/wishes/{other}#wishes"]')
    refused = form.submit(intent="refuse")
    assert (refused.status, len(refused.all("#wishes .err"))) == (422, 1)
    assert standing(app, other)[0] is MembershipStatus.ASKED
    form.fill(reason="已经满员").submit(intent="refuse")
    assert standing(app, other) == (MembershipStatus.REFUSED, "已经满员")
    assert form.submit(intent="take").status == 409


def test_somebody_leaves_the_team_after_a_question(app: Flask, make: Make, led: Led, leader: Browser) -> None:
    person = make.volunteer(led.team_id)
    membership_id = make.membership(person)
    with app.app_context():
        posts.take(led.shift_id, person, None, NOBODY)
    page = leader.get(f"{led.path}/members/{membership_id}").follow('a[href$="/end"]')
    assert "1" in page.one("main").text()
    assert page.form('main form[action$="/end"]').submit().status == 200
    assert standing(app, membership_id)[0] is MembershipStatus.LEFT
    assert leader.get(f"{led.path}/members/{membership_id}").status == 404
    own = make.membership(led.leader_id)
    assert leader.get(f"{led.path}/members/{own}/end").status == 404
    token = leader.token("/volunteer/")
    assert leader.post(f"{led.path}/members/{own}/end", {"csrf_token": token}).status == 404


def test_a_whole_phone_number_is_shown_after_why_was_logged(
    app: Flask, make: Make, led: Led, leader: Browser
) -> None:
    phone = "13800001111"
    with app.app_context():
        index = phone_index(phone)
    person = make.volunteer(led.team_id, phone=phone, phone_index=index)
    path = f"{led.path}/members/{make.membership(person)}"
    page = leader.get(path)
    assert phone not in page.response.text
    assert "138****1111" in page.text
    form = page.form('form[action$="/phone"]')
    assert form.submit().status == 422
    shown = form.fill(reason="absent").submit()
    assert shown.all(f'a[href="tel:{phone}"]')
    assert shown.headers["Cache-Control"] == "no-store"
    with app.app_context():
        entries = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "phone.shown")).all()
        assert [(entry.object_id, entry.reason) for entry in entries] == [(person, "absent")]


def test_a_shift_shows_who_comes_who_waits_and_who_withdrew_when(
    app: Flask, make: Make, led: Led, leader: Browser, noon: time_machine.Traveller
) -> None:
    anyones = make.shift(make.occurrence(when=span(2)), head_count=3)
    names = ["示例甲", "示例乙", "示例丙", "示例丁", "示例戊"]
    people = [make.volunteer(led.team_id, name=name) for name in names]
    stranger = make.volunteer(name="别队的人")
    with app.app_context():
        for person in people:
            posts.take(led.shift_id, person, led.team_id, NOBODY)
        for person in (people[0], stranger):
            posts.take(anyones, person, None, NOBODY)
    noon.move_to(datetime(2026, 6, 10, 15, 20, tzinfo=ZONE))
    with app.app_context():
        posts.withdraw(led.shift_id, people[0], NOBODY)
    page = leader.get(f"{led.path}/shifts/{led.shift_id}")
    rows = [node.text() for node in page.all("main .dates li")]
    assert [name in row for name, row in zip([*names[1:], names[0]], rows, strict=True)] == [True] * 5
    assert "15:20" in rows[4]
    assert not page.all("main form")  # nobody is taken off here
    page = leader.get(f"{led.path}/shifts/{anyones}")
    assert "示例甲" in page.text
    assert "别队的人" not in page.text
    assert "1" in page.one(".facts .pill").text()  # of three two are taken, one of them by another team


def test_a_cancelled_shift_says_why(app: Flask, make: Make, led: Led, leader: Browser) -> None:
    with app.app_context():
        shifts.cancel(led.shift_id, "雨太大", make.actor(Role.EDITOR))
    page = leader.get(f"{led.path}/shifts/{led.shift_id}")
    assert "雨太大" in page.text
    assert not page.all('a[href$="/cover"]')


# Finding somebody to step in


@pytest.fixture
def actor(led: Led) -> Actor:
    return Actor(None, "黄队长", Role.LEADER, None)


def test_only_those_who_fit_and_have_time_are_asked_each_once(
    app_context: None, app: Flask, make: Make, led: Led, actor: Actor
) -> None:
    app.config["PHONE_CHANNEL"] = "log"
    shift_id = make.shift(
        make.occurrence(when=span(1, "14:00", "15:00")),
        team_id=led.team_id,
        skill="理发",
        min_age=16,
        head_count=3,
    )
    able: dict[str, Any] = {"skills": "理发"}
    good = make.volunteer(led.team_id, phone="13800002222", phone_index=phone_index("13800002222"), **able)
    plain = make.volunteer(led.team_id, **able)  # without a phone: somebody has to ring
    make.volunteer(led.team_id)  # cannot cut hair
    make.volunteer(led.team_id, born_on=date(2012, 1, 1), guardian="x", guardian_consent="v1", **able)
    make.volunteer(led.team_id, free=1, **able)  # Monday mornings only
    make.volunteer(led.team_id, left_at=now(), **able)
    make.volunteer(**able)  # of another team
    busy, on_it, withdrew = (make.volunteer(led.team_id, **able) for _ in range(3))
    posts.take(make.shift(make.occurrence(when=span(1, "14:30", "16:00"))), busy, None, NOBODY)
    posts.take(shift_id, on_it, None, NOBODY)
    posts.take(shift_id, withdrew, None, NOBODY)
    posts.withdraw(shift_id, withdrew, NOBODY)
    with transaction() as session:
        session.get_one(Volunteer, led.leader_id).skills = "理发"
    assert cover.ask(led.team_id, shift_id, led.leader_id, actor, "k") == cover.Asked(2, 1)
    told = messages("shift.cover")
    names = [db.session.get_one(Volunteer, one).name for one in (good, plain)]
    assert [(one.recipient, one.status) for one in told] == [
        (names[0], MessageStatus.WAITING),
        (names[1], MessageStatus.TO_CALL),
    ]
    assert cover.ask(led.team_id, shift_id, led.leader_id, actor, "k") == cover.Asked(2, 1)
    assert len(messages("shift.cover")) == 2
    entry = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "shift.cover_asked")).one()
    assert (entry.object_id, entry.who) == (shift_id, "黄队长")


def test_whoever_is_busy_at_what_is_cancelled_is_asked(
    app_context: None, make: Make, led: Led, actor: Actor
) -> None:
    person = make.volunteer(led.team_id)
    other = make.shift(make.occurrence(when=span(1, "10:30", "12:00")))
    posts.take(other, person, None, NOBODY)
    with pytest.raises(Refused):
        cover.ask(led.team_id, led.shift_id, led.leader_id, actor)
    shifts.cancel(other, "够了", make.actor(Role.EDITOR))
    assert cover.ask(led.team_id, led.shift_id, led.leader_id, actor).people == 1


def test_a_team_is_asked_again_only_after_half_a_day(
    app_context: None, make: Make, actor: Actor, noon: time_machine.Traveller
) -> None:
    team_id = make.team()
    leader_id = make.volunteer(team_id, leads=True)
    shift_id = make.shift(make.occurrence(when=span(3)), team_id=team_id)
    make.volunteer(team_id)
    ask: Callable[[str], cover.Asked] = lambda key: cover.ask(team_id, shift_id, leader_id, actor, key)  # noqa: E731
    ask("k")
    noon.move_to(now() + timedelta(hours=11, minutes=59))
    with pytest.raises(Refused, match="12:00"):
        ask("l")
    assert len(messages("shift.cover")) == 1
    noon.move_to(now() + timedelta(minutes=1))
    ask("m")
    assert len(messages("shift.cover")) == 2


def test_nobody_is_asked_for_what_is_full_cancelled_begun_or_not_theirs(
    app_context: None, make: Make, led: Led, actor: Actor, noon: time_machine.Traveller
) -> None:
    make.volunteer(led.team_id)
    editor = make.actor(Role.EDITOR)
    full = make.shift(make.occurrence(when=span(4)), team_id=led.team_id, head_count=1)
    posts.take(full, make.volunteer(led.team_id), None, NOBODY)
    with pytest.raises(Refused):
        cover.ask(led.team_id, full, led.leader_id, actor)
    gone = make.shift(make.occurrence(when=span(5)), team_id=led.team_id)
    shifts.cancel(gone, "够了", editor)
    with pytest.raises(OutOfDate):
        cover.ask(led.team_id, gone, led.leader_id, actor)
    theirs = make.shift(make.occurrence(when=span(6)))
    for team_id, shift_id, leads in (
        (led.team_id, theirs, led.leader_id),
        (led.team_id, led.shift_id, make.volunteer(led.team_id)),
        (make.team(), led.shift_id, led.leader_id),
    ):
        with pytest.raises(Missing):
            cover.ask(team_id, shift_id, leads, actor)
    noon.move_to(now() + timedelta(hours=22, minutes=30))
    with pytest.raises(Refused):
        cover.ask(led.team_id, led.shift_id, led.leader_id, actor)
    assert messages("shift.cover") == []


def test_a_shift_of_any_team_concerns_those_who_took_it(
    app_context: None, make: Make, led: Led, actor: Actor
) -> None:
    anyones = make.shift(make.occurrence(when=span(4)))
    assert anyones not in [one.id for one in leading_queries.coming_shifts(led.team_id)]
    posts.take(anyones, make.volunteer(led.team_id), None, NOBODY)
    assert anyones in [one.id for one in leading_queries.coming_shifts(led.team_id)]
    make.volunteer(led.team_id)
    assert cover.ask(led.team_id, anyones, led.leader_id, actor).people == 1


def test_the_leader_looks_first_and_then_asks(app: Flask, make: Make, led: Led, leader: Browser) -> None:
    make.volunteer(led.team_id, name="示例甲")
    page = leader.get(f"{led.path}/shifts/{led.shift_id}").follow('a[href$="/cover"]')
    assert "示例甲" in page.text
    form = page.form('main form[action$="/cover"]')
    assert form.submit().all(".flash")
    assert form.submit().status == 200  # the same form: nothing new, no complaint
    later = leader.get(page.path)
    assert not later.all("main form")
    fresh = form.put("key", "another").submit()
    assert (fresh.status, len(fresh.all("[role=alert]"))) == (409, 1)
    with app.app_context():
        assert len(messages("shift.cover")) == 1


# The roll of the day


@pytest.fixture
def today_shift(make: Make, led: Led) -> int:
    return make.shift(make.occurrence(when=span(0, "11:00", "15:00")), team_id=led.team_id, head_count=9)


def test_the_leader_calls_the_roll_now_and_by_time(
    app: Flask, make: Make, led: Led, noon: time_machine.Traveller
) -> None:
    noon.move_to(datetime(2026, 6, 10, 9, 0, tzinfo=ZONE))
    shift_id = make.shift(make.occurrence(when=span(0, "11:00", "15:00")), team_id=led.team_id, head_count=9)
    people = [make.volunteer(led.team_id, name=f"示例{name}") for name in "甲乙"]
    with app.app_context():
        for person in (*people, led.leader_id):
            posts.take(shift_id, person, None, NOBODY)
        occurrence_id = db.session.get_one(Shift, shift_id).occurrence_id
    leader = enter(app, make, led.leader_id, Role.LEADER)
    path = f"{led.path}/dates/{occurrence_id}"
    assert not leader.get(path).all("main form")  # an hour before at the earliest
    noon.move_to(datetime(2026, 6, 10, 12, 0, tzinfo=ZONE))
    page = leader.get(f"{led.path}/shifts/{shift_id}").follow(f'a[href="{path}"]')
    assert len(page.all(".dates li")) == 3
    assert len(page.all('form[action$="/in"]')) == 4  # two each, none for oneself
    token = page.all("input[name=csrf_token]")[0].attributes["value"] or ""
    now_in = {"csrf_token": token, "volunteer": str(people[0])}
    for _twice in range(2):
        assert leader.post(f"{path}/in", now_in).status == 200
    by_time = {"csrf_token": token, "volunteer": str(people[1]), "by": "time"}
    for time, status in (("", 422), ("25:00", 422), ("12:30", 409), ("09:00", 409)):
        refused = leader.post(f"{path}/in", by_time | {"time": time})
        assert (time, refused.status, len(refused.all(".err"))) == (time, status, 1)
    assert leader.post(f"{path}/in", by_time | {"time": "11:05"}).status == 200
    own = leader.post(f"{path}/in", {"csrf_token": token, "volunteer": str(led.leader_id)})
    assert own.status == 409
    with app.app_context():
        pairs = {one.volunteer_id: one for one in db.session.scalars(sa.select(Presence))}
        assert set(pairs) == set(people)
        assert pairs[people[0]].in_way is CheckWay.ROLL_CALL
        first, second = pairs[people[0]].id, pairs[people[1]].id
    noon.move_to(datetime(2026, 6, 10, 14, 0, tzinfo=ZONE))
    page = leader.get(path)
    page.form(f'li form[action$="/presences/{first}/out"]').submit()
    form = page.form(f'details form[action$="/presences/{second}/out"]')
    assert form.fill(time="11:00").submit().status == 409
    form.fill(time="13:30").submit()
    with app.app_context():
        outs = {one.id: one for one in db.session.scalars(sa.select(Presence))}
        assert outs[first].out_way is CheckWay.ROLL_CALL
        assert (outs[second].out_at, outs[second].out_way) == (
            datetime(2026, 6, 10, 13, 30, tzinfo=ZONE),
            CheckWay.AFTERWARDS,
        )


def test_a_leader_calls_those_who_took_a_shift_of_any_team_for_theirs(
    app: Flask, make: Make, led: Led, noon: time_machine.Traveller
) -> None:
    noon.move_to(datetime(2026, 6, 10, 9, 0, tzinfo=ZONE))
    shift_id = make.shift(make.occurrence(when=span(0, "11:00", "15:00")), head_count=9)
    mine, theirs = make.volunteer(led.team_id), make.volunteer()
    with app.app_context():
        for person in (mine, theirs):
            posts.take(shift_id, person, None, NOBODY)
        occurrence_id = db.session.get_one(Shift, shift_id).occurrence_id
    noon.move_to(datetime(2026, 6, 10, 11, 30, tzinfo=ZONE))
    leader = enter(app, make, led.leader_id, Role.LEADER)
    path = f"{led.path}/dates/{occurrence_id}"
    page = leader.get(path)
    assert len(page.all(".dates li")) == 1
    token = page.all("input[name=csrf_token]")[0].attributes["value"] or ""
    for person, status in ((mine, 200), (theirs, 404), (2**40, 404)):
        assert leader.post(f"{path}/in", {"csrf_token": token, "volunteer": str(person)}).status == status


def test_the_roll_is_called_on_the_day_only(app: Flask, led: Led, leader: Browser) -> None:
    with app.app_context():
        occurrence_id = db.session.get_one(Shift, led.shift_id).occurrence_id
    page = leader.get(f"{led.path}/dates/{occurrence_id}")
    assert page.all(".flash.warn")
    assert not page.all("main form")


# What the pages cost

PAGES = {
    "": 6,
    "/members/{member}": 5,
    "/shifts/{shift}": 6,
    "/shifts/{shift}/cover": 5,
    "/dates/{date}": 7,  # and the days of its shifts
}


def test_leaders_pages_cost_the_same_with_two_members_and_with_forty(
    app: Flask, make: Make, noon: time_machine.Traveller
) -> None:
    costs = []
    for number in (2, 40):
        noon.move_to(datetime(2026, 6, 10, 8, 0, tzinfo=ZONE))
        team_id = make.team()
        leader_id = make.volunteer(team_id, leads=True)
        occurrence_id = make.occurrence(when=span(0, "11:00", "15:00"))
        shift_id = make.shift(occurrence_id, team_id=team_id, head_count=60)
        for one in range(number):
            member = make.volunteer(team_id)
            wish(app, make, team_id)
            make.shift(make.occurrence(when=span(2 + one % 5)), team_id=team_id)
            with app.app_context():
                if one % 2 == 0:
                    posts.take(shift_id, member, None, NOBODY)
        noon.move_to(datetime(2026, 6, 10, 10, 30, tzinfo=ZONE))
        leader, cost = enter(app, make, leader_id, Role.LEADER), {}
        values = {"member": make.membership(member), "shift": shift_id, "date": occurrence_id}
        for tail in PAGES:
            address = f"/volunteer/teams/{team_id}{tail}".format(**values)
            leader.get(address)
            with counted(app) as statements:
                assert leader.get(address).status == 200
            cost[tail] = len(statements)
        costs.append(cost)
    assert costs == [PAGES, PAGES]
