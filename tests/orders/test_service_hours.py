"""Hours served for orders: they wait for a second person, count once, and stand on every page of hours."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from sqlalchemy.exc import IntegrityError

from portal.access import Actor, Role
from portal.activities.models import Occurrence
from portal.clock import local, now
from portal.db import db, transaction
from portal.errors import Forbidden, Missing, Refused
from portal.orders import dates, serving
from portal.orders.flow import State
from portal.volunteers import hours, hours_queries, presence, record_queries
from portal.volunteers.record_queries import Wanted
from portal.volunteers.shift_models import HoursSource, HoursStatus, Presence, ServiceRecord
from tests.conftest import SignIn
from tests.make import Make, span
from tests.orders.cases import Case, case
from tests.statements import counted

pytestmark = pytest.mark.usefixtures("noon")


def records(made: Case) -> list[ServiceRecord]:
    db.session.expire_all()
    wanted = sa.select(ServiceRecord).where(ServiceRecord.order_id == made.order_id)
    return list(db.session.scalars(wanted.order_by(ServiceRecord.id)))


def test_a_report_writes_hours_that_wait_for_somebody_else(app_context: None, app: Flask, make: Make) -> None:
    made = case(app, make, State.RATING)
    row = records(made)[0]
    assert (row.volunteer_id, row.tenths, row.team_id) == (made.member_id, 10, made.team_id)
    assert (row.source, row.status) == (HoursSource.MANUAL, HoursStatus.WAITING)
    assert made.reference in row.reason
    assert "办好了" not in row.evidence, "what was said of the asker stays with the order"
    assert row.station_id == make.station("s1")
    assert hours_queries.totals(made.member_id).all == 0
    with pytest.raises(Missing):
        hours.decide(row.id, True, "", made.leader)
    with pytest.raises(Missing):
        hours.decide(row.id, True, "", make.account(Role.EDITOR, "s2").actor)
    hours.decide(row.id, True, "", made.editor)
    assert hours_queries.totals(made.member_id).all == 10
    hours.void(row.id, "写错了", made.editor)
    assert hours_queries.totals(made.member_id).all == 0


def test_who_reports_does_not_approve(
    app_context: None, app: Flask, make: Make, noon: time_machine.Traveller
) -> None:
    made = case(app, make, State.SCHEDULED)
    noon.shift(timedelta(hours=3))
    serving.complete(made.order_id, 1, {made.member_id: 10}, "电话里说的", made.editor)
    row = records(made)[0].id
    with pytest.raises(Forbidden):
        hours.decide(row, True, "", made.editor)
    hours.decide(row, True, "", made.office)


def test_nobody_without_an_account_writes_hours_down(
    app_context: None, app: Flask, make: Make, noon: time_machine.Traveller
) -> None:
    made = case(app, make, State.SCHEDULED)
    noon.shift(timedelta(hours=3))
    with pytest.raises(Forbidden):
        serving.complete(made.order_id, 1, {made.member_id: 10}, "", make.actor(Role.EDITOR, "s1"))
    assert made.row().state is State.SCHEDULED, "all of it or nothing"


def test_a_day_has_no_more_than_24_hours(
    app_context: None, app: Flask, make: Make, noon: time_machine.Traveller
) -> None:
    made = case(app, make, State.SCHEDULED)
    day = local(now()).date()
    date_id = make.occurrence(when=span(0, "00:00", "13:30"))
    noon.shift(timedelta(hours=11))
    hours.enter(made.member_id, date_id, made.team_id, day, 200, "忘了", "合影", made.editor)
    with pytest.raises(Refused) as refusal:
        serving.complete(made.order_id, 1, {made.member_id: 41}, "", made.leader, made.leader_id)
    assert refusal.value.field == "helpers"
    assert records(made) == []
    serving.complete(made.order_id, 1, {made.member_id: 40}, "", made.leader, made.leader_id)
    assert [row.tenths for row in records(made)] == [40]


def test_hours_of_an_order_leave_those_by_check_in_alone(
    app_context: None, app: Flask, make: Make, noon: time_machine.Traveller
) -> None:
    made = case(app, make, State.SCHEDULED)
    date_id = make.occurrence(when=span(0, "11:00", "20:00"))
    presence.call_in(date_id, made.member_id, now(), made.editor)
    noon.shift(timedelta(hours=3))
    serving.complete(made.order_id, 1, {made.member_id: 30}, "", made.leader, made.leader_id)
    hours.decide(records(made)[0].id, True, "", made.editor)
    presence.call_out(_pair(made.member_id), None, made.editor)
    rows = db.session.execute(
        sa.select(ServiceRecord.occurrence_id, ServiceRecord.tenths, ServiceRecord.status).order_by(
            ServiceRecord.id
        )
    ).all()
    assert rows == [(None, 30, HoursStatus.VALID), (date_id, 30, HoursStatus.VALID)]


def _pair(volunteer_id: int) -> int:
    wanted = sa.select(Presence.id).where(Presence.volunteer_id == volunteer_id)
    return db.session.scalars(wanted).one()


@pytest.mark.parametrize("checks_in", [True, False])
def test_what_the_date_of_an_order_counts_is_not_counted_twice(
    app_context: None, app: Flask, make: Make, noon: time_machine.Traveller, checks_in: bool
) -> None:
    made = case(app, make, State.SCHEDULED, people=8)
    serving.schedule(
        made.order_id,
        now() + timedelta(hours=2),
        now() + timedelta(hours=3),
        made.leader,
        made.leader_id,
        helpers=[made.member_id],
    )
    date_id = dates.make_occurrence(made.order_id, made.editor)
    noon.shift(timedelta(hours=2))
    if checks_in:
        presence.call_in(date_id, made.member_id, now(), made.editor)
        noon.shift(timedelta(hours=1))
        presence.call_out(_pair(made.member_id), None, made.editor)
    serving.complete(
        made.order_id, 8, {made.member_id: 10, made.leader_id: 10}, "", made.leader, made.leader_id
    )
    whose = [row.volunteer_id for row in records(made)]
    assert whose == sorted([made.leader_id] if checks_in else [made.member_id, made.leader_id])
    assert db.session.scalar(sa.select(sa.func.sum(ServiceRecord.tenths))) == 20


def test_where_hours_do_not_count_an_order_writes_none(
    app_context: None, app: Flask, make: Make, noon: time_machine.Traveller
) -> None:
    made = case(app, make, State.SCHEDULED, people=8)
    date_id = dates.make_occurrence(made.order_id, made.editor)
    with transaction() as session:
        session.get_one(Occurrence, date_id).counts_hours = False
    noon.shift(timedelta(hours=3))
    serving.complete(made.order_id, 8, {made.member_id: 10}, "", made.leader, made.leader_id)
    assert records(made) == []


def test_the_database_keeps_each_record_at_a_date_or_an_order(
    app_context: None, app: Flask, make: Make
) -> None:
    case(app, make, State.RATING)
    date_id = make.occurrence()
    for wrong in ({"order_id": None}, {"occurrence_id": date_id}, {"from_pairs": True}):
        with pytest.raises(IntegrityError), transaction() as session:
            session.execute(sa.update(ServiceRecord).values(**wrong))


def test_lists_narrow_and_add_up_hours_of_orders_as_any(app_context: None, app: Flask, make: Make) -> None:
    made = case(app, make, State.RATING)
    make.record()
    scope = make.scope("s1")
    assert len(record_queries.records(Wanted(), scope, None, 10)) == 2
    mine = Wanted(team_id=made.team_id, status=HoursStatus.WAITING)
    assert [row.title for row in record_queries.records(mine, scope, None, 10)] == ["教用手机"]
    assert record_queries.sums(mine, scope)[HoursSource.MANUAL] == (1, 10)
    assert record_queries.records(Wanted(), make.scope("s2"), None, 10) == []
    names = [team_id for team_id, _name in record_queries.teams_with_hours(make.scope("s2"))]
    assert made.team_id not in names


def test_every_page_of_hours_names_the_order(app: Flask, make: Make, sign_in: SignIn) -> None:
    made = case(app, make, State.RATING)
    with app.app_context():
        row = records(made)[0].id
    staff = sign_in(Role.EDITOR, "s1")
    for address in ("/staff/hours", "/staff/hours/records", f"/staff/hours/{row}"):
        assert "教用手机" in staff.get(address).text
    page = staff.get("/staff/hours").form("form#approve, main form[action='/staff/hours']")
    page.fill(**{f"h{row}": "1"}).submit()
    with app.app_context():
        assert records(made)[0].status is HoursStatus.VALID
    assert "教用手机" in staff.get(f"/staff/hours/{row}").text
    assert sign_in(Role.EDITOR, "s2").get(f"/staff/hours/{row}").status == 404


def test_pages_of_hours_cost_the_same_with_many_of_orders(app: Flask, make: Make, sign_in: SignIn) -> None:
    staff, costs = sign_in(Role.EDITOR, "s1"), []
    for number in (1, 6):
        for _ in range(number):
            case(app, make, State.RATING)
        cost = []
        for address in ("/staff/hours", "/staff/hours/records"):
            staff.get(address)
            with counted(app) as statements:
                assert staff.get(address).status == 200
            cost.append(len(statements))
        costs.append(cost)
    assert costs[0] == costs[1]


def test_an_actor_is_a_leader_only_by_the_team(app_context: None, app: Flask, make: Make) -> None:
    made = case(app, make, State.SCHEDULED)
    stranger = Actor(make.account(Role.LEADER).id, "别队", Role.LEADER, None)
    with pytest.raises(Missing):
        serving.complete(made.order_id, 1, {made.member_id: 10}, "", stranger, make.volunteer(leads=True))
