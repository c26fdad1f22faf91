"""Office and centre choose teams: ranked, every part of the score shown, asked in turn; nobody by force."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.access import Role
from portal.clock import now
from portal.db import db, transaction
from portal.orders import dispatching, serving
from portal.orders.deadlines import keep_time
from portal.orders.flow import State
from portal.orders.models import Offer, OfferStatus, Order
from portal.stations.models import Cluster, ClusterMember
from tests.browser import Page
from tests.conftest import SignIn
from tests.make import Make
from tests.orders.cases import Case, case

pytestmark = pytest.mark.usefixtures("noon")


def offers(app: Flask, made: Case) -> list[tuple[int, OfferStatus]]:
    with app.app_context():
        rows = db.session.execute(
            sa.select(Offer.team_id, Offer.status).where(Offer.order_id == made.order_id).order_by(Offer.id)
        )
        return [(team_id, status) for team_id, status in rows]


def proposed(page: Page) -> list[int]:
    return [int(one.attributes["value"] or 0) for one in page.all(".s-cand input[name=team]")]


def join_cluster(app: Flask, make: Make, *slugs: str) -> None:
    """Put stations into one cluster."""
    with app.app_context(), transaction() as session:
        cluster = Cluster(slug="test", name="示例片", name_en="Sample", lead_id=make.station(slugs[0]))
        session.add(cluster)
        session.flush()
        for slug in slugs:
            session.add(ClusterMember(cluster_id=cluster.id, station_id=make.station(slug)))


def test_every_part_of_the_score_is_shown_with_words_and_adds_up(
    app: Flask, sign_in: SignIn, make: Make
) -> None:
    made = case(app, make, State.ADMITTED)
    page = sign_in(Role.EDITOR, "office").get(f"/staff/orders/{made.order_id}")
    first = page.all(".s-cand")[0]
    parts = [one.text().split("/") for one in first.css(".s-why em")]
    assert len(parts) == 6
    assert sum(int(most) for _points, most in parts) == 100
    assert sum(int(points) for points, _most in parts) == int(first.css(".sc b")[0].text())
    assert all(one.text().strip() for one in first.css(".s-why span"))
    assert "同站：第一社区" in first.text()
    assert "评价 0 份，不足 5 份，按中间算" in first.text()


def test_three_are_proposed_at_first_and_all_on_request(app: Flask, sign_in: SignIn, make: Make) -> None:
    made = case(app, make, State.ADMITTED)
    for _ in range(5):
        make.team("s9")
    office = sign_in(Role.EDITOR, "office")
    page = office.get(f"/staff/orders/{made.order_id}")
    assert len(proposed(page)) == 3
    assert proposed(page)[0] == made.team_id
    every = page.follow('a[href*="teams=all"]')
    assert len(proposed(every)) >= 6
    far = proposed(every)[-1]
    every.form('form[action*="/dispatch"]').fill(team=str(far)).submit()
    assert offers(app, made) == [(far, OfferStatus.ASKED)]


def test_a_team_is_asked_first_and_those_ticked_in_turn(app: Flask, sign_in: SignIn, make: Make) -> None:
    made = case(app, make, State.ADMITTED)
    second, third = make.team("s1"), make.team("s1")
    page = sign_in(Role.EDITOR, "office").get(f"/staff/orders/{made.order_id}")
    form = page.form('form[action*="/dispatch"]')
    form.fill(team=str(third), then=[str(made.team_id), str(third)], note="请说慢一点").submit()
    assert offers(app, made) == [(third, OfferStatus.ASKED), (made.team_id, OfferStatus.NEXT)]
    with app.app_context():
        scores = db.session.scalars(sa.select(Offer.score).where(Offer.order_id == made.order_id)).all()
        assert all(0 < score <= 100 for score in scores)
        serving.decline(made.order_id, "没空", made.office)
    assert offers(app, made) == [(third, OfferStatus.DECLINED), (made.team_id, OfferStatus.ASKED)]
    assert second not in [team_id for team_id, _status in offers(app, made)]


def test_the_first_two_at_one_press(app: Flask, sign_in: SignIn, make: Make) -> None:
    made = case(app, make, State.ADMITTED)
    make.team("s1")
    page = sign_in(Role.EDITOR, "office").get(f"/staff/orders/{made.order_id}")
    best = proposed(page)[:2]
    page.form('form[action*="/dispatch"]').submit(ask="two")
    assert offers(app, made) == [(best[0], OfferStatus.ASKED), (best[1], OfferStatus.NEXT)]


def test_whoever_said_no_comes_last_with_the_reason(app: Flask, sign_in: SignIn, make: Make) -> None:
    made = case(app, make, State.OFFERED)
    make.team("s9")
    with app.app_context():
        serving.decline(made.order_id, "人手不够", made.leader, made.leader_id)
    page = sign_in(Role.EDITOR, "office").get(f"/staff/orders/{made.order_id}?teams=all")
    assert proposed(page)[-1] == made.team_id
    assert "人手不够" in page.all(".s-cand")[-1].text()


def test_a_team_that_a_neighbour_offers_is_marked_however_it_ranks(
    app: Flask, sign_in: SignIn, make: Make
) -> None:
    join_cluster(app, make, "s1", "s9")
    made = case(app, make, State.ADMITTED)
    for _ in range(4):
        make.team("s1")
    theirs = make.team("s9")
    with app.app_context():
        dispatching.offer_help(made.order_id, theirs, "周六都行", make.actor(Role.EDITOR, "s9"))
    page = sign_in(Role.EDITOR, "office").get(f"/staff/orders/{made.order_id}")
    assert theirs in proposed(page)
    marked = next(one for one in page.all(".s-cand") if one.css(f'input[name=team][value="{theirs}"]'))
    assert "本站报了名" in marked.text()
    assert "周六都行" in marked.text()
    assert "同片" in marked.text()


@pytest.mark.parametrize("sent", [[], [("team", "99999999")], [("team", "x")], [("team", str(2**63))]])
def test_odd_choices_ask_nobody(app: Flask, sign_in: SignIn, make: Make, sent: list[tuple[str, str]]) -> None:
    made = case(app, make, State.ADMITTED)
    office = sign_in(Role.EDITOR, "office")
    token = office.token(f"/staff/orders/{made.order_id}")
    page = office.post(f"/staff/orders/{made.order_id}/dispatch", [("csrf_token", token), *sent])
    assert page.status in (404, 422)
    assert offers(app, made) == []


def test_a_station_cannot_dispatch_even_by_a_forged_form(app: Flask, sign_in: SignIn, make: Make) -> None:
    made = case(app, make, State.ADMITTED)
    editor = sign_in(Role.EDITOR, "s1")
    page = editor.get(f"/staff/orders/{made.order_id}")
    assert not page.all(".s-cand")
    token = page.all("input[name=csrf_token]")[0].attributes["value"] or ""
    for act in ("dispatch", "redispatch", "cancel"):
        sent = {"csrf_token": token, "team": str(made.team_id), f"{act}_note": "x"}
        assert editor.post(f"/staff/orders/{made.order_id}/{act}", sent).status == 403
    assert offers(app, made) == []


def test_what_nobody_answers_comes_back_and_what_is_late_goes_up(
    app: Flask, sign_in: SignIn, make: Make
) -> None:
    made = case(app, make, State.OFFERED)
    with app.app_context():
        with transaction() as session:
            session.get_one(Order, made.order_id).due_at = now() - timedelta(minutes=1)
        keep_time()
        with transaction() as session:
            session.get_one(Order, made.order_id).due_at = now() - timedelta(days=2)
        keep_time()
    centre = sign_in(Role.MANAGER, "center")
    page = centre.get(f"/staff/orders/{made.order_id}")
    assert "在中心手上" in page.text
    assert "没有回" in page.text or "没回" in page.text
    assert page.all('a[href="/staff/orders"]')
    assert centre.get("/staff/").all(f'a[href="/staff/orders/{made.order_id}#pick"]')
