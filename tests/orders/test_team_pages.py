"""Pages of the team's side: a leader answers, settles, reports; those named see it; nobody else does."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from portal.access import Role
from portal.accounts.actions import sign_in as open_session
from portal.audit.models import AuditEntry
from portal.clock import local, now, today
from portal.db import db, transaction
from portal.orders import dispatching, ordering, serving
from portal.orders.flow import Act, State
from portal.orders.models import Offer, OfferStatus, OrderStep, PartOfDay, Place
from portal.volunteers.models import Team, Volunteer
from tests.browser import Browser
from tests.conftest import SignIn
from tests.make import Make, span
from tests.orders.cases import Case, case
from tests.statements import counted

pytestmark = pytest.mark.usefixtures("noon")

SECRET: dict[str, Any] = {
    "name": "欧阳小梅",
    "phone": "13912345678",
    "place": Place.HOME,
    "address": "侨兴路 8 巷 3 号",
    "text": "家住侨兴路 8 巷 3 号的欧阳小梅，电话 13912345678，想学用手机",
}


def enter(app: Flask, make: Make, volunteer_id: int, role: Role = Role.VOLUNTEER) -> Browser:
    with app.app_context():
        account_id = db.session.get_one(Volunteer, volunteer_id).account_id
    if account_id is None:
        account_id = make.volunteer_login(volunteer_id, role).id
    with app.app_context():
        token = open_session(account_id, hours=12)
    browser = Browser(app)
    browser.client.set_cookie("login", token, httponly=True, samesite="Lax")
    return browser


def leader_of(app: Flask, make: Make, made: Case) -> Browser:
    return enter(app, make, made.leader_id)


def state_of(app: Flask, made: Case) -> State:
    with app.app_context():
        return made.row().state


def test_before_it_is_accepted_nothing_tells_who_asks(app: Flask, make: Make) -> None:
    made = case(app, make, State.OFFERED, **SECRET)
    browser = leader_of(app, make, made)
    for address in ("/volunteer/", "/volunteer/orders", f"/volunteer/orders/{made.order_id}"):
        html = browser.get(address).response.text
        for secret in ("欧阳小梅", "13912345678", "139****5678", "侨兴路", "8 巷"):
            assert secret not in html, f"{secret} on {address}"
    page = browser.get(f"/volunteer/orders/{made.order_id}")
    assert "想学用手机" in page.text
    page = page.form('form[action$="/accept"]').submit(time="later")
    assert page.path == f"/volunteer/orders/{made.order_id}/schedule"
    page = browser.get(f"/volunteer/orders/{made.order_id}")
    assert "欧阳小梅" in page.text
    assert "侨兴路 8 巷 3 号" in page.text
    assert "139****5678" in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_the_number_is_shown_with_a_reason_and_logged(app: Flask, make: Make) -> None:
    made = case(app, make, State.ACCEPTED, **SECRET)
    page = leader_of(app, make, made).get(f"/volunteer/orders/{made.order_id}")
    form = page.form('form[action$="/phone"]')
    assert form.submit().status == 422
    reason = page.all('form[action$="/phone"] input[name=reason]')[0].attributes["value"] or ""
    shown = page.form('form[action$="/phone"]').fill(reason=reason).submit()
    assert shown.all('a[href="tel:13912345678"]')
    with app.app_context():
        logged = sa.select(AuditEntry).where(AuditEntry.action == "order.note")
        assert len(db.session.scalars(logged).all()) == 1


@pytest.mark.parametrize("over", ["reported", "withdrawn", "redispatched"])
def test_when_it_is_no_more_the_teams_it_knows_nobody(
    app: Flask, make: Make, noon: time_machine.Traveller, over: str
) -> None:
    made = case(app, make, State.RATING if over == "reported" else State.ACCEPTED, **SECRET)
    with app.app_context():
        if over == "withdrawn":
            ordering.withdraw(made.order_id)
        if over == "redispatched":
            dispatching.redispatch(made.order_id, "换一队", made.office)
    browser = leader_of(app, make, made)
    page = browser.get(f"/volunteer/orders/{made.order_id}")
    for secret in ("欧阳小梅", "139****5678", "侨兴路"):
        assert secret not in page.response.text
    assert bool(page.all(".flash.warn")) is (over != "reported")
    if over == "redispatched":
        assert made.office.name in page.one(".flash.warn").text()
    token = browser.token("/volunteer/")
    phone = browser.post(f"/volunteer/orders/{made.order_id}/phone", {"csrf_token": token})
    assert phone.status == 404


def test_a_wished_time_is_taken_with_one_tap(app: Flask, make: Make) -> None:
    day = today() + timedelta(days=3)
    made = case(app, make, State.OFFERED, times=((day, PartOfDay.MORNING), (day, PartOfDay.EVENING)))
    page = leader_of(app, make, made).get(f"/volunteer/orders/{made.order_id}")
    page = page.form('form[action$="/accept"]').submit(time="2")
    assert page.path == f"/volunteer/orders/{made.order_id}"
    with app.app_context():
        row = made.row()
        assert row.state is State.SCHEDULED
        assert row.starts_at is not None
        assert (local(row.starts_at).date(), local(row.starts_at).hour) == (day, 19)


def test_another_time_that_makes_no_sense_stays_to_be_mended(app: Flask, make: Make) -> None:
    made = case(app, make, State.OFFERED)
    page = leader_of(app, make, made).get(f"/volunteer/orders/{made.order_id}")
    day = (today() + timedelta(days=2)).isoformat()
    form = page.form('form[action$="/accept"]')
    again = form.fill(day=day, starts="10:00", ends="09:00").submit(time="other")
    assert (again.status, again.value("starts")) == (422, "10:00")
    assert again.all("#ends-e")
    missing = again.form('form[action$="/accept"]').fill(ends="").submit(time="other")
    assert missing.status == 422
    done = missing.form('form[action$="/accept"]').fill(ends="11:00").submit(time="other")
    assert done.status == 200
    assert state_of(app, made) is State.SCHEDULED


def test_a_team_that_is_busy_then_ticks_that_it_can_do_both(app: Flask, make: Make) -> None:
    day = today() + timedelta(days=3)
    made = case(app, make, State.OFFERED, times=((day, PartOfDay.MORNING),))
    make.shift(make.occurrence(when=span(3, "08:00", "12:00")), team_id=made.team_id, role="摆摊")
    page = leader_of(app, make, made).get(f"/volunteer/orders/{made.order_id}")
    assert "摆摊" in page.one('form[action$="/accept"]').text()
    refused = page.form('form[action$="/accept"]').submit(time="1")
    assert refused.status == 409
    assert state_of(app, made) is State.OFFERED
    refused.form('form[action$="/accept"]').fill(anyway="1").submit(time="1")
    assert state_of(app, made) is State.SCHEDULED


def test_a_team_says_no_with_a_reason(app: Flask, make: Make) -> None:
    made = case(app, make, State.OFFERED)
    browser = leader_of(app, make, made)
    page = browser.get(f"/volunteer/orders/{made.order_id}")
    assert page.form('form[action$="/decline"]').submit().status == 422
    empty = page.form('form[action$="/decline"]').fill(why="other").submit()
    assert (empty.status, bool(empty.all("#words-e"))) == (422, True)
    done = page.form('form[action$="/decline"]').fill(why="people", words="都去比赛了").submit()
    assert done.path == "/volunteer/orders"
    assert state_of(app, made) is State.ADMITTED
    with app.app_context():
        offer = db.session.scalars(sa.select(Offer).where(Offer.order_id == made.order_id)).one()
        assert offer.status is OfferStatus.DECLINED
        assert "都去比赛了" in offer.reason
    assert "都去比赛了" in browser.get(f"/volunteer/orders/{made.order_id}").text


def test_who_is_too_late_reads_who_was_quicker(app: Flask, make: Make) -> None:
    made = case(app, make, State.OFFERED)
    browser = leader_of(app, make, made)
    page = browser.get(f"/volunteer/orders/{made.order_id}")
    with app.app_context():
        dispatching.redispatch(made.order_id, "换一队", made.office)
    late = page.form('form[action$="/accept"]').submit(time="later")
    assert late.status == 409
    assert made.office.name in late.text
    assert not late.all('form[action$="/accept"]')


def test_a_leader_settles_when_and_who_and_looks_first(app: Flask, make: Make) -> None:
    made = case(app, make, State.ACCEPTED)
    make.shift(make.occurrence(when=span(2, "08:00", "12:00")), role="摆摊")
    browser = leader_of(app, make, made)
    page = browser.get(f"/volunteer/orders/{made.order_id}/schedule")
    day = (today() + timedelta(days=2)).isoformat()
    form = page.form('form[action$="/schedule"]').fill(
        day=day, starts="09:00", ends="10:00", helpers=[str(made.member_id)], note="带上老花镜"
    )
    looked = form.submit(intent="look")
    assert (looked.status, looked.value("note")) == (200, "带上老花镜")
    assert state_of(app, made) is State.ACCEPTED
    done = looked.form('form[action$="/schedule"]').submit(intent="settle")
    assert done.path == f"/volunteer/orders/{made.order_id}"
    with app.app_context():
        name = db.session.get_one(Volunteer, made.member_id).name
    assert name in done.text
    assert state_of(app, made) is State.SCHEDULED


def test_a_report_says_who_served_for_how_long(app: Flask, make: Make, noon: time_machine.Traveller) -> None:
    made = case(app, make, State.SCHEDULED)
    noon.shift(timedelta(hours=4))
    browser = leader_of(app, make, made)
    assert "/report" in browser.get(f"/volunteer/orders/{made.order_id}").response.text
    page = browser.get(f"/volunteer/orders/{made.order_id}/report")
    assert page.value(f"h{made.member_id}") == "1.0"
    form = page.form('form[action$="/report"]')
    nobody = form.submit()
    assert (nobody.status, bool(nobody.all("#helpers-e"))) == (409, True) or nobody.status == 422
    wrong = {f"h{made.member_id}": "两小时"}
    faulty = form.fill(helpers=[str(made.member_id)], note="学会了", **wrong).submit()
    assert (faulty.status, faulty.value(f"h{made.member_id}")) == (422, "两小时")
    right = {f"h{made.member_id}": "1.5"}
    done = faulty.form('form[action$="/report"]').fill(**right).submit()
    assert done.status == 200
    again = faulty.form('form[action$="/report"]').fill(**right).submit()
    assert again.status == 200
    assert state_of(app, made) is State.RATING
    with app.app_context():
        acts = sa.select(OrderStep.act).where(OrderStep.order_id == made.order_id)
        assert list(db.session.scalars(acts)).count(Act.COMPLETE) == 1


def test_staff_report_for_the_team(
    app: Flask, make: Make, noon: time_machine.Traveller, sign_in: SignIn
) -> None:
    made = case(app, make, State.SCHEDULED)
    noon.shift(timedelta(hours=4))
    page = sign_in(Role.EDITOR, "s1").get(f"/staff/orders/{made.order_id}/report")
    page.form('form[action$="/report"]').fill(helpers=[str(made.member_id)]).submit(follow=False)
    assert state_of(app, made) is State.RATING
    assert sign_in(Role.EDITOR, "s2").get(f"/staff/orders/{made.order_id}/report").status == 404


def test_staff_make_an_activity_of_an_order(app: Flask, make: Make, sign_in: SignIn) -> None:
    made = case(app, make, State.SCHEDULED, people=9)
    browser = sign_in(Role.EDITOR, "s1")
    page = browser.get(f"/staff/orders/{made.order_id}").follow('a[href$="/occurrence"]')
    form = page.form('form[action$="/occurrence"]')
    wrong = form.fill(head_count="").submit()
    assert wrong.status == 422
    done = form.fill(head_count="2", room=str(make.room())).submit()
    assert done.path.startswith("/staff/occurrences/")
    assert form.submit().path == done.path
    assert browser.get(f"/staff/orders/{made.order_id}/occurrence").all('a[href^="/staff/occurrences/"]')


def test_those_named_see_what_and_when_and_the_address_the_day_before(
    app: Flask, make: Make, noon: time_machine.Traveller
) -> None:
    made = case(app, make, State.ACCEPTED, **SECRET)
    with app.app_context():
        begins = now() + timedelta(hours=50)
        serving.schedule(
            made.order_id,
            begins,
            begins + timedelta(hours=1),
            made.leader,
            made.leader_id,
            helpers=[made.member_id],
        )
    mine = enter(app, make, made.member_id)
    address = f"/volunteer/services/{made.order_id}"
    for page in ("/volunteer/", "/volunteer/shifts"):
        html = mine.get(page)
        assert html.all(f'a[href="{address}"]')
        assert "侨兴路" not in html.response.text
    assert "侨兴路" not in mine.get(address).response.text
    assert enter(app, make, make.volunteer(made.team_id)).get(address).status == 404
    noon.shift(timedelta(hours=12))
    mine = enter(app, make, made.member_id)  # the session was for twelve hours
    assert "侨兴路 8 巷 3 号" in mine.get(address).text
    assert "13912345678" not in mine.get(address).response.text
    gone = mine.get(address).form('form[action$="/leave"]').submit()
    assert gone.path == "/volunteer/"
    assert mine.get(address).status == 404
    assert not mine.get("/volunteer/").all(f'a[href="{address}"]')


def test_another_leader_and_a_member_find_nothing(app: Flask, make: Make) -> None:
    made = case(app, make, State.ACCEPTED)
    other = make.volunteer(leads=True)
    for who in (other, made.member_id):
        browser = enter(app, make, who)
        token = browser.token("/volunteer/")
        for part in ("", "/schedule", "/report"):
            assert browser.get(f"/volunteer/orders/{made.order_id}{part}").status == 404
        for part in ("accept", "decline", "phone", "schedule", "start", "report"):
            page = browser.post(f"/volunteer/orders/{made.order_id}/{part}", {"csrf_token": token})
            assert (part, page.status) == (part, 404)
        page = browser.post(f"/volunteer/services/{made.order_id}/leave", {"csrf_token": token})
        assert page.status == 404


def test_pages_cost_the_same_with_few_and_with_many(app: Flask, make: Make) -> None:
    made = case(app, make, State.OFFERED)
    browser, costs = leader_of(app, make, made), []
    held = case(app, make, State.ACCEPTED)
    with app.app_context(), transaction() as session:
        session.get_one(Team, held.team_id).leader_id = made.leader_id
    pages = (
        "/volunteer/",
        "/volunteer/orders",
        f"/volunteer/orders/{made.order_id}",
        f"/volunteer/orders/{held.order_id}/schedule",
    )
    for number in (1, 5):
        for _ in range(number):
            more = case(app, make, State.OFFERED)
            make.volunteer(held.team_id)
            with app.app_context(), transaction() as session:
                session.get_one(Team, more.team_id).leader_id = made.leader_id
        cost = {}
        for address in pages:
            browser.get(address)
            with counted(app) as statements:
                assert browser.get(address).status == 200
            cost[address.replace(str(made.order_id), "0")] = len(statements)
        costs.append(cost)
    assert costs[0] == costs[1]
    assert max(costs[0].values()) <= 12, costs[0]
