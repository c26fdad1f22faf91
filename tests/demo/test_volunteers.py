"""The demonstration's teams: as many as the network has, with people that nobody is."""

from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from portal.access import Role
from portal.accounts.models import Account
from portal.clock import today
from portal.db import db
from portal.volunteers.ages import is_minor
from portal.volunteers.models import Membership, MembershipStatus, Organization, Team, TeamKind, Volunteer

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def count(table: type) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


@pytest.mark.usefixtures("demo")
def test_the_network_has_its_organisations_teams_and_people() -> None:
    assert (count(Organization), count(Team), count(Volunteer)) == (11, 22, 2400)
    teams = db.session.scalars(sa.select(Team)).all()
    assert {team.kind for team in teams} == {*TeamKind}
    members: Counter[int] = Counter(
        db.session.scalars(sa.select(Membership.team_id).where(Membership.status == MembershipStatus.MEMBER))
    )
    assert all(members[team.id] >= 20 for team in teams)
    asking = sa.select(sa.func.count()).where(Membership.status == MembershipStatus.ASKED)
    assert (db.session.scalar(asking) or 0) == 9


@pytest.mark.usefixtures("demo")
def test_leaders_belong_to_their_teams_and_can_sign_in() -> None:
    led = db.session.execute(
        sa.select(Team.id, Account.username, Account.role)
        .join(Volunteer, Volunteer.id == Team.leader_id)
        .join(Account, Account.id == Volunteer.account_id)
        .join(
            Membership,
            sa.and_(Membership.team_id == Team.id, Membership.volunteer_id == Volunteer.id),
        )
    ).all()
    assert {row.username for row in led} == {f"leader{number}" for number in range(1, 23)}
    assert {row.role for row in led} == {Role.LEADER}
    with_login = sa.select(Account.username).join(Volunteer, Volunteer.account_id == Account.id)
    assert {f"volunteer{number}" for number in range(1, 21)} <= {*db.session.scalars(with_login)}


@pytest.mark.usefixtures("demo")
def test_minors_have_a_guardian_and_numbers_reach_nobody() -> None:
    people = db.session.scalars(sa.select(Volunteer)).all()
    minors = [one for one in people if is_minor(one.born_on)]
    assert minors
    assert all(one.guardian and one.guardian_consent for one in minors)
    assert all(one.phone is None or one.phone.startswith("1380000") for one in people)
    assert all(one.born_on is not None and one.born_on < today() - timedelta(days=5000) for one in people)
    assert len({one.number for one in people}) == 2400
