"""People join teams with approval, and open their login with a code that is good once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from portal.access import NOBODY, Actor, Role
from portal.accounts.actions import sign_in
from portal.accounts.models import LoginSession
from portal.clock import now, today
from portal.db import db
from portal.errors import Missing, OutOfDate, Refused
from portal.volunteers import enrolment, queries, team_actions
from portal.volunteers.ages import age_on
from portal.volunteers.enrolment import (
    NO_GUARDIAN,
    Guardian,
    Person,
    activate,
    ask_to_join,
    decide,
    give_code,
)
from portal.volunteers.leaving import leave
from portal.volunteers.models import Membership, MembershipStatus, Team, Volunteer
from portal.volunteers.team_actions import Described
from tests.make import Make

pytestmark = pytest.mark.usefixtures("app_context", "noon")

GROWN_UP = Person("示例甲", "13800000001", date(1980, 3, 1))
SECRET = "copper lantern drifting seaweed"


def fault(call: Callable[..., object], *arguments: object, **named: object) -> str | None:
    with pytest.raises(Refused) as refused:
        call(*arguments, **named)
    db.session.rollback()
    return refused.value.field


def memberships() -> list[Membership]:
    return list(db.session.scalars(sa.select(Membership).order_by(Membership.id)))


def born(years: int, days: int = 0) -> date:
    return today().replace(year=today().year - years) + timedelta(days=days)


def by_number(number: str) -> Volunteer:
    db.session.rollback()
    return db.session.scalars(sa.select(Volunteer).where(Volunteer.number == number)).one()


def test_ages_are_counted_in_whole_years() -> None:
    assert age_on(date(2008, 6, 12), date(2026, 6, 11)) == 17
    assert age_on(date(2008, 6, 12), date(2026, 6, 12)) == 18
    assert age_on(date(2008, 2, 29), date(2026, 2, 28)) == 17


def test_whoever_asks_gets_a_number_and_waits_for_the_team(make: Make) -> None:
    team_id = make.team()
    number = ask_to_join(team_id, GROWN_UP, "test", "周末有空", NOBODY, "key")
    assert number.startswith("V-")
    assert [(one.status, one.word) for one in memberships()] == [(MembershipStatus.ASKED, "周末有空")]
    assert queries.count_members() == 0
    assert ask_to_join(team_id, GROWN_UP, "test", "周末有空", NOBODY, "key") == number
    assert len(memberships()) == 1


def test_whoever_is_known_keeps_the_number_and_does_not_ask_the_same_team_twice(make: Make) -> None:
    first, second = make.team(), make.team()
    number = ask_to_join(first, GROWN_UP, "test", "", NOBODY)
    assert ask_to_join(first, GROWN_UP, "test", "", NOBODY) == number
    assert ask_to_join(second, GROWN_UP, "test", "", NOBODY) == number
    assert len(memberships()) == 2
    assert ask_to_join(second, replace(GROWN_UP, name="示例乙"), "test", "", NOBODY) != number


PARENT = Guardian("家长", "mother", "13800000009", "v1", "v1")


@pytest.mark.parametrize(
    ("years", "guardian", "at"),
    [
        (9, PARENT, "born_on"),
        (17, NO_GUARDIAN, "guardian"),
        (17, replace(PARENT, consent=""), "guardian"),
        (17, replace(PARENT, phone=""), "guardian"),
        (13, replace(PARENT, children_consent=""), "consent_children"),
        (-1, NO_GUARDIAN, "born_on"),
        (121, NO_GUARDIAN, "born_on"),
    ],
)
def test_who_is_too_young_or_without_a_guardian_is_told_so(
    make: Make, years: int, guardian: Guardian, at: str
) -> None:
    person = replace(GROWN_UP, born_on=born(years), guardian=guardian)
    assert fault(ask_to_join, make.team(), person, "test", "", NOBODY) == at
    assert memberships() == []


def test_a_minors_guardian_is_kept_and_a_grown_ups_is_not(make: Make) -> None:
    young = replace(GROWN_UP, born_on=born(16), guardian=PARENT)
    kept = by_number(ask_to_join(make.team(), young, "test", "", NOBODY))
    assert (kept.guardian, kept.guardian_relation, kept.guardian_phone) == ("家长", "mother", "13800000009")
    assert (kept.guardian_consent, kept.children_consent) == ("v1", "")
    assert kept.guardian_consent_at == now()
    child = replace(young, name="示例丁", born_on=born(13))
    assert by_number(ask_to_join(make.team(), child, "test", "", NOBODY)).children_consent == "v1"
    old = by_number(
        ask_to_join(make.team(), replace(young, name="示例丙", born_on=born(18)), "test", "", NOBODY)
    )
    assert (old.guardian, old.guardian_phone, old.guardian_consent_at) == ("", None, None)


def test_the_ages_are_settings(app: Flask, make: Make) -> None:
    app.config.update(VOLUNTEER_OF_AGE=16, VOLUNTEER_CHILD=12, VOLUNTEER_YOUNGEST=8)
    team_id = make.team()
    assert ask_to_join(team_id, replace(GROWN_UP, born_on=born(16)), "test", "", NOBODY)
    no_rules = replace(PARENT, children_consent="")
    assert ask_to_join(team_id, replace(GROWN_UP, born_on=born(13), guardian=no_rules), "test", "", NOBODY)
    assert ask_to_join(team_id, replace(GROWN_UP, born_on=born(8), guardian=PARENT), "test", "", NOBODY)
    young = replace(GROWN_UP, born_on=born(7), guardian=PARENT)
    assert fault(ask_to_join, team_id, young, "test", "", NOBODY) == "born_on"


def test_a_team_that_takes_nobody_or_is_closed_is_not_joined(make: Make) -> None:
    assert fault(ask_to_join, make.team(takes_people=False), GROWN_UP, "test", "", NOBODY) is None
    with pytest.raises(Missing):
        ask_to_join(make.team(closed=True), GROWN_UP, "test", "", NOBODY)


def test_the_station_or_the_leader_decides_once(make: Make) -> None:
    team_id = make.team("s1")
    leader = make.volunteer(team_id, leads=True)
    ask_to_join(team_id, GROWN_UP, "test", "", NOBODY)
    wish = memberships()[-1].id
    for wrong in (make.actor(Role.EDITOR, "s2"), Actor(None, "x", Role.LEADER, None)):
        with pytest.raises(Missing):
            decide(wish, True, "", wrong)
    with pytest.raises(Missing):
        decide(wish, True, "", NOBODY, leads=leader + 1000)
    decide(wish, True, "", Actor(None, "队长", Role.LEADER, None), leads=leader)
    assert memberships()[-1].status is MembershipStatus.MEMBER
    assert memberships()[-1].decided_by == "队长"
    with pytest.raises(OutOfDate):
        decide(wish, False, "满了", make.actor())


def test_who_leaves_may_ask_again_and_a_leader_who_leaves_leads_no_more(make: Make) -> None:
    team_id = make.team()
    leader = make.volunteer(team_id, leads=True)
    membership = make.membership(leader)
    with pytest.raises(Missing):
        leave(membership, NOBODY, own=leader + 1)
    leave(membership, NOBODY, own=leader)
    db.session.rollback()
    assert db.session.get_one(Team, team_id).leader_id is None
    with pytest.raises(OutOfDate):
        leave(membership, make.actor())


def test_a_code_opens_a_login_once(make: Make) -> None:
    volunteer_id = make.volunteer()
    number = db.session.get_one(Volunteer, volunteer_id).number
    old, code = give_code(volunteer_id, make.actor()), give_code(volunteer_id, make.actor())
    assert fault(activate, number, old, SECRET) == "code"
    assert fault(activate, "V-00000", code, SECRET) == "code"
    assert fault(activate, number, code, "short") == "password"
    account_id = activate(number, code, SECRET)
    assert by_number(number).account_id == account_id
    assert fault(activate, number, code, SECRET) == "code"
    again = give_code(volunteer_id, make.actor())
    assert activate(number, again, SECRET + "2") == account_id


def test_a_new_password_by_a_code_signs_everybody_else_out(make: Make) -> None:
    volunteer_id = make.volunteer()
    number = db.session.get_one(Volunteer, volunteer_id).number
    account_id = activate(number, give_code(volunteer_id, make.actor()), SECRET)
    sign_in(account_id, hours=24)  # on the phone that was lost
    activate(number, give_code(volunteer_id, make.actor()), SECRET + "2")
    assert db.session.scalars(sa.select(LoginSession)).all() == []


def test_a_code_grows_old(make: Make, noon: time_machine.Traveller) -> None:
    volunteer_id = make.volunteer()
    number = db.session.get_one(Volunteer, volunteer_id).number
    code = give_code(volunteer_id, make.actor())
    noon.shift(enrolment.CODE_GOOD + timedelta(seconds=1))
    assert fault(activate, number, code, SECRET) == "code"


def test_a_code_is_given_only_within_ones_scope(make: Make) -> None:
    with pytest.raises(Missing):
        give_code(make.volunteer(station="s2"), make.actor(Role.EDITOR, "s1"))
    gone = make.volunteer(left_at=now())
    assert fault(give_code, gone, make.actor()) is None


def test_a_team_is_described_once_and_under_a_name_of_its_own(make: Make) -> None:
    team_id = make.team("s1")
    found = queries.team(team_id)
    said = Described("新名字", found.organization_id, found.kind, serves=(make.station("s2"),))
    assert team_actions.save(team_id, said, make.actor()) == team_id
    assert [one.slug for one in queries.team(team_id).serves] == ["s2"]
    assert fault(team_actions.save, None, said, make.actor()) == "name"
    with pytest.raises(Missing):
        team_actions.save(team_id, said, make.actor(Role.EDITOR, "s2"))
    made = team_actions.save(None, replace(said, name="另一支"), make.actor(), "key")
    assert team_actions.save(None, replace(said, name="另一支"), make.actor(), "key") == made
