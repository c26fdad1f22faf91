"""A page costs the same number of statements with 22 teams and with 2 000, with few people and with many."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.access import Role
from portal.accounts.actions import sign_in as open_session
from portal.activities.models import Occurrence
from portal.clock import now, today
from portal.db import transaction
from portal.volunteers.models import Membership, MembershipStatus, Organization, Team, TeamKind, Volunteer
from portal.volunteers.shift_models import (
    CheckWay,
    HoursSource,
    HoursStatus,
    Post,
    PostStatus,
    Presence,
    ServiceRecord,
    Shift,
)
from tests.browser import Browser
from tests.conftest import SignIn
from tests.make import Make, span
from tests.statements import counted

pytestmark = pytest.mark.usefixtures("noon")

FEW, MANY = 22, 2000
# Statements per page; a page that needs more has to say why here.
PUBLIC = {
    "/teams/": 3,  # how many of each kind, those of a page, how many people
    "/teams/?kind=relief": 3,
    "/teams/?skip=20": 3,
    "/teams/{team}": 3,
    "/teams/{team}/join": 2,
    "/volunteer/activate": 0,
}
VOLUNTEER = {
    "/volunteer/": 9,  # places in queues, teams one leads, three for orders
    "/volunteer/shifts": 5,  # places in queues, services of orders
    "/volunteer/shifts/{shift}": 6,  # for which team, and whether one visits, too
    "/volunteer/shifts/{waited_for}": 7,
    "/volunteer/hours": 5,  # and what was doubted
    "/volunteer/check-in": 2,
}
STAFF = {
    "/staff/": 20,  # shifts, hours, absences, orders, screens
    "/staff/volunteers/": 6,
    "/staff/volunteers/?q=示例": 6,
    "/staff/volunteers/{volunteer}": 3,
    "/staff/teams/new": 3,
    "/staff/teams/{team}/edit": 6,
    "/staff/hours": 6,  # and what was doubted
    "/staff/hours/new": 2,
    "/staff/occurrences/{today}": 11,  # who came, who visits, teams to ask
    "/staff/occurrences/{today}/check-in": 8,  # and the days of its shifts
    "/staff/occurrences/{ahead}": 10,
}


class Network:
    """Teams and volunteers written in bulk, and one volunteer, of all teams, who looks at them."""

    def __init__(self, app: Flask, make: Make) -> None:
        self.app, self.make, self.size = app, make, 0
        self.station = make.station()
        self.begins: dict[int, datetime] = {}  # of the dates
        self.me = make.volunteer()
        self.login = make.volunteer_login(self.me).id
        self.body = self.write(Organization, [{"name": "示例组织", "station_id": self.station}])[0]

    def write(self, table: Any, rows: list[dict[str, Any]]) -> list[int]:
        """Insert rows and return their ids."""
        with self.app.app_context(), transaction() as session:
            wanted = sa.insert(table).returning(table.id, sort_by_parameter_order=True)
            return list(session.scalars(wanted, rows))

    def dates(self, days: int, number: int) -> list[int]:
        """Make so many dates so many days from today."""
        made = [self.make.occurrence(when=span(1, "08:00", "18:00")) for _ in range(number)]
        back = timedelta(days=days - 1)
        with self.app.app_context(), transaction() as session:
            for one in session.scalars(sa.select(Occurrence).where(Occurrence.id.in_(made))):
                one.starts_at, one.ends_at = one.starts_at + back, one.ends_at + back
                self.begins[one.id] = one.starts_at
        return made

    def grow(self, size: int) -> dict[str, int]:
        """Let there be so many teams, people, shifts, posts, pairs and records; say what to look at."""
        more = range(self.size, size)
        held, ahead = self.dates(0, 1)[0], self.dates(2, 1)[0]
        over = self.dates(-40, 2 if size == FEW else 6)  # nobody has settled them
        teams = self.write(Team, [self.team(number) for number in more])
        people = self.write(Volunteer, [self.person(number) for number in more])
        pairs = [*zip(teams, people, strict=True), *((team, self.me) for team in teams)]
        self.write(Membership, [self.membership(*pair, asks=n % 2 == 1) for n, pair in enumerate(pairs)])
        inside = [self.membership(teams[0], one, asks=False) for one in people[1:]]
        self.write(Membership, inside)
        shifts = self.write(
            Shift, [self.shift((held, ahead)[n % 2], teams[0], full=n % 4 == 3) for n in range(2 * len(more))]
        )
        posts = [self.post(one, self.me, teams[0], waits=n % 4 == 3) for n, one in enumerate(shifts)]
        posts = posts[:60] + [self.post(shifts[0], one, teams[0], waits=False) for one in people]
        self.write(Post, posts)
        present = [self.pair(held, one, teams[0], closed=n % 2 == 1) for n, one in enumerate(people)]
        present += [self.pair(one, people[0], teams[0], closed=False, days=-40) for one in over]
        self.write(Presence, present)
        records = [self.record(held, one, teams[0], 0, waits=True) for one in people]
        records += [self.record(held, self.me, one, n, waits=False) for n, one in enumerate(teams)]
        self.write(ServiceRecord, records)
        self.size = size
        return {
            "team": teams[0],
            "volunteer": people[0],
            "shift": shifts[1],
            "waited_for": shifts[3],
            "today": held,
            "ahead": ahead,
        }

    def team(self, number: int) -> dict[str, Any]:
        kinds = list(TeamKind)
        return {
            "organization_id": self.body,
            "station_id": self.station,
            "name": f"示例服务队 {number}",
            "kind": kinds[number % len(kinds)],
            "leader_id": self.me,
        }

    def person(self, number: int) -> dict[str, Any]:
        return {
            "number": f"V-8{number:04}",
            "account_id": None,
            "station_id": self.station,
            "name": f"示例{number}",
            "phone": None,
            "phone_index": None,
            "born_on": date(1980, 5, 1),
            "guardian": "",
            "consent": "test",
            "created_at": now(),
        }

    def membership(self, team_id: int, volunteer_id: int, asks: bool) -> dict[str, Any]:
        return {
            "team_id": team_id,
            "volunteer_id": volunteer_id,
            "status": MembershipStatus.ASKED if asks else MembershipStatus.MEMBER,
            "asked_at": now(),
            "decided_at": None if asks else now(),
        }

    def shift(self, occurrence_id: int, team_id: int, full: bool) -> dict[str, Any]:
        begins = self.begins[occurrence_id]
        return {
            "occurrence_id": occurrence_id,
            "team_id": team_id,
            "role": "登记",
            "starts_at": begins,
            "ends_at": begins + timedelta(hours=10),
            "head_count": 1 if full else 400,
            "taken": int(full),
            "waiting": int(full),
            "created_at": now(),
        }

    def post(self, shift_id: int, volunteer_id: int, team_id: int, waits: bool) -> dict[str, Any]:
        return {
            "shift_id": shift_id,
            "volunteer_id": volunteer_id,
            "team_id": team_id,
            "status": PostStatus.WAITING if waits else PostStatus.CONFIRMED,
            "place": 1 if waits else None,
            "created_at": now(),
            "changed_at": now(),
        }

    def pair(
        self, occurrence_id: int, volunteer_id: int, team_id: int, closed: bool, days: int = 0
    ) -> dict[str, Any]:
        came = now() + timedelta(days=days, hours=-2)
        return {
            "volunteer_id": volunteer_id,
            "occurrence_id": occurrence_id,
            "team_id": team_id,
            "shift_id": None,
            "day": today() + timedelta(days=days),
            "number": 1,
            "in_at": came,
            "in_way": CheckWay.CODE,
            "out_at": came + timedelta(hours=1) if closed else None,
            "out_way": CheckWay.CODE if closed else None,
        }

    def record(
        self, occurrence_id: int, volunteer_id: int, team_id: int, days_ago: int, waits: bool
    ) -> dict[str, Any]:
        return {
            "volunteer_id": volunteer_id,
            "team_id": team_id,
            "occurrence_id": occurrence_id,
            "day": today() - timedelta(days=days_ago),
            "tenths": 20,
            "source": HoursSource.SYSTEM,
            "from_pairs": True,
            "station_id": self.station,
            "status": HoursStatus.WAITING if waits else HoursStatus.VALID,
            "recorder": "portal",
            "recorder_id": None,
            "approver_id": None,
            "recorded_at": now(),
        }


@pytest.fixture
def network(app: Flask, make: Make) -> Network:
    return Network(app, make)


def cost(app: Flask, browser: Browser, address: str) -> int:
    browser.get(address)  # what is remembered per process is asked for once
    with counted(app) as statements:
        assert browser.get(address).status == 200
    return len(statements)


def check(app: Flask, browser: Browser, network: Network, table: dict[str, int]) -> None:
    few = network.grow(FEW)
    little = {address: cost(app, browser, address.format(**few)) for address in table}
    many = network.grow(MANY)
    much = {address: cost(app, browser, address.format(**many)) for address in table}
    assert little == much, much
    assert {address: count for address, count in much.items() if count > table[address]} == {}


def test_public_pages_cost_what_the_table_says_with_few_teams_and_with_many(
    app: Flask, client: Browser, network: Network
) -> None:
    check(app, client, network, PUBLIC)


def test_a_volunteers_own_pages_cost_what_the_table_says_with_little_and_with_much(
    app: Flask, client: Browser, network: Network
) -> None:
    with app.app_context():
        token = open_session(network.login, hours=12)
    client.client.set_cookie("login", token, httponly=True, samesite="Lax")
    check(app, client, network, VOLUNTEER)


def test_staff_pages_cost_what_the_table_says_with_few_volunteers_and_with_many(
    app: Flask, sign_in: SignIn, network: Network
) -> None:
    check(app, sign_in(Role.EDITOR, "s1"), network, STAFF)


def test_many_teams_are_listed_a_page_at_a_time_and_each_once(client: Browser, network: Network) -> None:
    network.grow(150)
    page = client.get("/teams/")
    assert "151" in page.one("p.mut").text()
    seen = [link.attributes["href"] for link in page.all("th[scope=row] a")]
    pages = 1
    while page.all("a[rel=next]"):
        page = page.follow("a[rel=next]")
        pages += 1
        seen += [link.attributes["href"] for link in page.all("th[scope=row] a")]
    assert pages == 3
    assert len(seen) == len({*seen}) == 151
    assert client.get("/teams/?skip=%E4%B8%80").all("th[scope=row] a")
    some = client.get("/teams/?kind=relief")
    assert 10 < len(some.all("th[scope=row] a")) < 20
    assert not some.all("a[rel=next]")
