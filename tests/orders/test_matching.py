"""Every part of a team's score by itself, and the order in which teams are proposed."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from portal.activities.models import Category
from portal.clock import now, today
from portal.db import db, transaction
from portal.orders.flow import State
from portal.orders.matching import MOST, Facts, Near, Part, judge, ranked
from portal.orders.matching_queries import facts_about_teams
from portal.orders.models import Grade, Order, PartOfDay, RatedBy
from portal.orders.queries import order
from portal.orders.wishes import bit_of
from portal.stations.models import Cluster, ClusterMember
from portal.volunteers.models import TeamKind, TeamStation
from tests.make import Make
from tests.orders.cases import case

BEST = Facts(
    team_id=1,
    name="示例队",
    kind=TeamKind.HEALTH,
    named=True,
    near=Near.HERE,
    members=9,
    skilled=3,
    asks_skill=True,
    free=2,
    asks_time=True,
    tell_time=5,
    in_hand=0,
    rated=12,
    satisfied=12,
)


def test_whoever_fits_in_everything_has_a_hundred() -> None:
    assert judge(BEST, Category.FITNESS).score == 100 == sum(MOST.values())


@pytest.mark.parametrize(
    ("part", "change", "category", "points"),
    [
        (Part.KIND, {"named": False}, Category.FITNESS, 25),
        (Part.KIND, {"named": False, "kind": TeamKind.EDUCATION}, Category.FITNESS, 12),
        (Part.KIND, {"named": False, "kind": TeamKind.LAW}, Category.FITNESS, 0),
        (Part.KIND, {"named": False}, None, 10),
        (Part.SKILL, {"asks_skill": False, "skilled": 0}, Category.FITNESS, 20),
        (Part.SKILL, {"skilled": 2}, Category.FITNESS, 16),
        (Part.SKILL, {"skilled": 1}, Category.FITNESS, 12),
        (Part.SKILL, {"skilled": 0}, Category.FITNESS, 0),
        (Part.NEAR, {"near": Near.CLUSTER}, Category.FITNESS, 12),
        (Part.NEAR, {"near": Near.ELSEWHERE}, Category.FITNESS, 5),
        (Part.FREE, {"asks_time": False, "free": 0}, Category.FITNESS, 15),
        (Part.FREE, {"free": 1}, Category.FITNESS, 10),
        (Part.FREE, {"free": 0}, Category.FITNESS, 0),
        (Part.FREE, {"free": 0, "tell_time": 0}, Category.FITNESS, 8),
        (Part.LOAD, {"in_hand": 2}, Category.FITNESS, 2),
        (Part.LOAD, {"in_hand": 7}, Category.FITNESS, 0),
        (Part.RATINGS, {"rated": 4, "satisfied": 0}, Category.FITNESS, 3),
        (Part.RATINGS, {"rated": 10, "satisfied": 5}, Category.FITNESS, 2),
        (Part.RATINGS, {"rated": 10, "satisfied": 0}, Category.FITNESS, 0),
    ],
)
def test_each_part_counts_by_itself(
    part: Part, change: dict[str, object], category: Category | None, points: int
) -> None:
    one = judge(replace(BEST, **change), category)  # type: ignore[arg-type]
    assert one.points(part) == points
    if category is not None:
        rest = {other: MOST[other] for other in Part if other is not part}
        assert {other: one.points(other) for other in rest} == rest


def test_those_of_the_cluster_come_first_then_by_score() -> None:
    teams = [
        replace(BEST, team_id=1, near=Near.ELSEWHERE),
        replace(BEST, team_id=2, near=Near.CLUSTER, in_hand=3),
        replace(BEST, team_id=3, near=Near.HERE, in_hand=1),
        replace(BEST, team_id=4, near=Near.CLUSTER),
        replace(BEST, team_id=5, near=Near.CLUSTER),
    ]
    assert [one.facts.team_id for one in ranked(teams, Category.FITNESS)] == [3, 4, 5, 2, 1]


def _facts(make: Make, order_id: int, team_id: int) -> Facts:
    found = order(order_id, make.scope("center"))
    return next(one for one in facts_about_teams(found) if one.team_id == team_id)


def test_what_is_counted_of_a_team(app_context: None, app: Flask, make: Make) -> None:
    day = today() + timedelta(days=3)
    team_id = make.team("s3")
    item_id = make.menu_item(title="理发", skill="理发 烫发", teams=[team_id])
    morning = bit_of(day, PartOfDay.MORNING)
    for skills, free in (
        ("理发", morning),
        ("烫发，唱歌", 0),
        ("唱歌", 0),
        ("", bit_of(day, PartOfDay.EVENING)),
    ):
        make.volunteer(team_id, "s3", skills=skills, free=free)
    make.volunteer(team_id, "s3", skills="理发", free=morning, left_at=now())
    made = case(app, make, item_id=item_id, times=((day, PartOfDay.MORNING),), station="s1")
    found = _facts(make, made.order_id, team_id)
    assert (found.named, found.members, found.skilled, found.asks_skill) == (True, 4, 2, True)
    assert (found.free, found.tell_time, found.asks_time) == (1, 2, True)
    assert (found.in_hand, found.rated, found.satisfied, found.near) == (0, 0, 0, Near.ELSEWHERE)


def test_where_a_team_is_at_home_and_whom_it_serves(app_context: None, app: Flask, make: Make) -> None:
    made = case(app, make, station="s1")
    serving, elsewhere, beside = make.team("s2"), make.team("s2"), make.team("s9")
    with transaction() as session:
        session.add(TeamStation(team_id=serving, station_id=make.station("s1")))
        cluster = session.scalars(sa.select(Cluster)).first()
        assert cluster is not None
        held = set(
            session.scalars(sa.select(ClusterMember.station_id).where(ClusterMember.cluster_id == cluster.id))
        )
        for slug in ("s1", "s9"):
            if make.station(slug) not in held:
                session.add(ClusterMember(cluster_id=cluster.id, station_id=make.station(slug)))
        in_it = make.station("s2") in held
    assert _facts(make, made.order_id, made.team_id).near is Near.HERE
    assert _facts(make, made.order_id, serving).near is Near.HERE
    assert _facts(make, made.order_id, beside).near is Near.CLUSTER
    assert _facts(make, made.order_id, elsewhere).near is (Near.CLUSTER if in_it else Near.ELSEWHERE)


def test_what_is_in_hand_and_how_it_was_rated(app_context: None, app: Flask, make: Make) -> None:
    busy = case(app, make, State.ACCEPTED)
    rated = [case(app, make, State.CLOSED) for _ in range(2)]
    asked = case(app, make)
    with transaction() as session:
        for one, grade in zip(rated, (Grade.GOOD, Grade.BAD), strict=True):
            row = session.get_one(Order, one.order_id)
            row.team_id, row.grade, row.rated_by = busy.team_id, grade, RatedBy.LINK
    db.session.expire_all()
    found = _facts(make, asked.order_id, busy.team_id)
    assert (found.in_hand, found.rated, found.satisfied) == (1, 2, 1)
    assert _facts(make, busy.order_id, busy.team_id).in_hand == 0  # the order itself is no load


def test_a_closed_team_is_not_proposed(app_context: None, app: Flask, make: Make) -> None:
    made = case(app, make)
    closed = make.team("s1", closed=True)
    found = order(made.order_id, make.scope("center"))
    assert closed not in {one.team_id for one in facts_about_teams(found)}
