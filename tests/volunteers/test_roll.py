"""The staff's list of volunteers: narrowed, page by page, at the same cost; and the organisations."""

from datetime import date, timedelta

import pytest
import time_machine
from flask import Flask

from portal.access import NOBODY, Role
from portal.clock import now, today
from portal.db import transaction
from portal.errors import Forbidden, Missing, Refused
from portal.volunteers import organization_actions, posts, queries
from portal.volunteers.leaving import let_go
from portal.volunteers.models import Membership, MembershipStatus
from portal.volunteers.organization_actions import Said
from portal.volunteers.presence import call_in, call_out
from portal.volunteers.roll import EACH, Narrowed, Standing, Who, roll
from portal.volunteers.shift_models import HoursSource, HoursStatus, ServiceRecord
from tests.browser import Browser
from tests.conftest import SignIn
from tests.make import Make, span
from tests.statements import counted

pytestmark = pytest.mark.usefixtures("noon")

COST = 9


def listed(make: Make, at: str = "s1", **by: object) -> set[int]:
    return {row.id for row in roll(Narrowed(**by), make.scope(at)).rows}  # type: ignore[arg-type]


@pytest.mark.usefixtures("app_context")
def test_it_is_narrowed_by_team_standing_age_and_sign_in(make: Make) -> None:
    first, second = make.team(), make.team()
    one = make.volunteer(first)
    young = make.volunteer(second, born_on=date(2008, 6, 11))  # of age tomorrow
    grown = make.volunteer(second, born_on=date(2008, 6, 10))
    asks, gone, away = make.volunteer(first), make.volunteer(first), make.volunteer(station="s2")
    with transaction() as session:
        row = session.get_one(Membership, make.membership(asks))
        row.status, row.decided_at = MembershipStatus.ASKED, None
    let_go(gone, "不来了", make.actor())
    make.volunteer_login(one)
    assert listed(make) == {one, young, grown, asks}
    assert listed(make, "center") == {one, young, grown, asks, away}
    assert listed(make, team_id=first) == {one}
    assert listed(make, standing=Standing.ASKED) == {asks}
    assert listed(make, standing=Standing.ASKED, team_id=second) == set()
    assert listed(make, standing=Standing.MEMBER) == {one, young, grown}
    assert listed(make, standing=Standing.LEFT) == {gone}
    assert listed(make, standing=Standing.LEFT, team_id=first) == {gone}
    assert listed(make, who=Who.MINOR) == {young}
    assert listed(make, who=Who.NO_LOGIN) == {young, grown, asks}
    assert listed(make, who=Who.NO_LOGIN, team_id=second) == {young, grown}


@pytest.mark.usefixtures("app_context")
def test_who_has_not_served_for_three_years_is_listed_to_be_asked(
    make: Make, noon: time_machine.Traveller
) -> None:
    idle, served, took, took_back = (make.volunteer() for _ in range(4))
    for person in (idle, served, took, took_back):
        at = make.occurrence(when=span(0, "08:00", "18:00"))
        pair = call_in(at, person, now() - timedelta(hours=2), make.account().actor)
        call_out(pair.presence_id, None, make.account().actor)
    noon.shift(timedelta(days=200))
    newer = make.volunteer()
    at = make.occurrence(when=span(0, "08:00", "18:00"))
    pair = call_in(at, served, now() - timedelta(hours=2), make.account().actor)
    call_out(pair.presence_id, None, make.account().actor)
    shift_id = make.shift()
    posts.take(shift_id, took, None, NOBODY)
    posts.take(make.shift(make.occurrence(when=span(3))), took_back, None, NOBODY)
    by_hand = make.volunteer(created_at=now() - timedelta(days=300))
    with transaction() as session:  # written down without a check-in
        session.add(
            ServiceRecord(
                volunteer_id=by_hand,
                team_id=session.get_one(Membership, make.membership(by_hand)).team_id,
                occurrence_id=at,
                day=today(),
                tenths=20,
                source=HoursSource.MANUAL,
                status=HoursStatus.WAITING,
                from_pairs=False,
                evidence="签到表",
                station_id=make.station("s1"),
                reason="忘了签到",
                recorder="test",
                recorder_id=make.account().id,
                approver_id=None,
                recorded_at=now(),
                decided_at=None,
                voided_at=None,
            )
        )
    noon.move_to(now() - timedelta(days=200) + timedelta(days=3 * 365 - 1))  # 9 June 2029
    assert listed(make, who=Who.IDLE) == set()
    noon.shift(timedelta(days=2))  # the day after three years: more than that
    assert listed(make, who=Who.IDLE) == {idle}
    assert newer not in listed(make, who=Who.IDLE)
    noon.shift(timedelta(days=250))
    assert listed(make, who=Who.IDLE) == {idle, served, took, took_back, newer, by_hand}


def test_it_is_read_page_by_page_at_the_same_cost(app: Flask, sign_in: SignIn, make: Make) -> None:
    editor, team_id = sign_in(), make.team()
    costs = []
    for count in (2, EACH + 3):
        for _ in range(count):
            make.volunteer(team_id)
        editor.get("/staff/volunteers/")
        with counted(app) as statements:
            page = editor.get("/staff/volunteers/")
        costs.append(len(statements))
    assert costs[0] == costs[1] <= COST
    assert len(page.all("tbody tr")) == EACH
    assert "第 1 页，共 2 页" in page.text
    second = page.follow('.pager a[href*="page=2"]')
    assert len(second.all("tbody tr")) == 5
    assert len(editor.get("/staff/volunteers/?page=99").all("tbody tr")) == 5
    assert editor.get("/staff/volunteers/?page=x&team=x&who=x&status=x&team=" + "9" * 30).status == 200
    narrowed = editor.get(f"/staff/volunteers/?team={team_id}&who=no_login")
    assert narrowed.all('.pager a[href*="who=no_login"]')


@pytest.mark.usefixtures("app_context")
def test_an_organisation_is_kept_within_ones_scope_and_added_from_above(make: Make) -> None:
    office, editor = make.actor(Role.EDITOR, "office"), make.actor(Role.EDITOR, "s1")
    said = Said("示例协会", make.station("s1"), registered=True, phone="13800000001")
    with pytest.raises(Forbidden):
        organization_actions.save(None, said, editor)
    made = organization_actions.save(None, said, office, "key")
    assert organization_actions.save(None, said, office, "key") == made
    with pytest.raises(Refused) as refused:
        organization_actions.save(None, said, office)
    assert refused.value.field == "name"
    plain = make.organization("s1")
    with pytest.raises(Forbidden):  # a station does not say what is registered
        organization_actions.save(plain, Said("示例社", make.station("s1"), registered=True), editor)
    organization_actions.save(plain, Said("示例社", make.station("s1"), contact="李老师"), editor)
    assert queries.organization(plain, editor.scope or make.scope()).contact == "李老师"
    for wrong in (
        (make.organization("s2"), Said("别人的", make.station("s1"))),
        (plain, Said("搬走", make.station("s2"))),
    ):
        with pytest.raises(Missing):
            organization_actions.save(*wrong, editor)


def test_organisations_on_their_pages(app: Flask, sign_in: SignIn, make: Make) -> None:
    manager, editor = sign_in(Role.MANAGER, "center"), sign_in(Role.EDITOR, "s1")
    form = manager.get("/staff/organizations/").follow('a[href="/staff/organizations/new"]').form()
    wrong = form.fill(name="示例协会", phone="12").submit()
    assert (wrong.status, wrong.value("name")) == (422, "示例协会")
    with app.app_context():
        station = str(make.station("s1"))
    done = wrong.form().fill(phone="13800000001", station=station, registered=True).submit()
    assert "示例协会" in done.text
    assert not editor.get("/staff/organizations/").all('a[href="/staff/organizations/new"]')
    assert not editor.get("/staff/organizations/new").all("main form[method=post]")
    page = editor.get("/staff/organizations/").follow('a[href$="/edit"]')
    assert not page.all("#registered")
    page.form().fill(contact="李老师").submit()
    with app.app_context():
        [body] = queries.organizations_in(make.scope("s1"))
        assert (body.contact, body.registered) == ("李老师", True)
    token = editor.token("/staff/organizations/")
    data = {"csrf_token": token, "name": "自己加的", "station": station}
    assert editor.post("/staff/organizations/new", data).status == 403


def test_only_registered_bodies_are_called_organisations(app: Flask, client: Browser, make: Make) -> None:
    team_id = make.team()
    assert "志愿服务组织" not in client.get("/teams/").text
    with app.app_context(), transaction():
        queries.team(team_id).organization.registered = True
    assert "1 个志愿服务组织" in client.get("/teams/").text
    assert "依法登记的志愿服务组织" in client.get(f"/teams/{team_id}").text
