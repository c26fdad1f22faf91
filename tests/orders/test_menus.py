"""Editions of the menu are made, published, ended and copied, and their items kept in order."""

from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from portal.access import Actor, Role
from portal.activities.models import Category
from portal.audit.models import AuditEntry
from portal.clock import now, today
from portal.db import db, transaction
from portal.errors import Missing, OutOfDate, Refused
from portal.orders import menu_items, menus
from portal.orders import menu_queries as queries
from portal.orders.editions import following_period, following_title
from portal.orders.menu_items import Service, Way
from portal.orders.menu_models import Menu, MenuItem, MenuStatus
from portal.orders.menus import Edition
from portal.orders.models import Order
from portal.volunteers.models import Team
from tests.ground.crowd import crowd, failures
from tests.make import Make

pytestmark = pytest.mark.usefixtures("app_context")

SOON, LATER = today() + timedelta(days=10), today() + timedelta(days=100)
AUTUMN = Edition("第三期", SOON, LATER, "都不收费。")
HAIRCUT = Service("上门理发", Category.VOLUNTEERING, summary="每位 20 分钟左右", times=0b1)


def titles(menu_id: int, make: Make) -> list[str]:
    db.session.rollback()
    return [one.title for one in queries.items_of(queries.menu(menu_id, make.scope("center")))]


def status(menu_id: int) -> MenuStatus:
    db.session.rollback()
    return db.session.get_one(Menu, menu_id).status


def logged() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)))


def publish_one_of(drafts: list[int], by: Actor, number: int) -> None:
    menus.publish(drafts[number % len(drafts)], by)


def copy_it(menu_id: int, by: Actor, _number: int) -> int:
    return menus.copy(menu_id, by)


def order(make: Make, item_id: int) -> None:
    """Let an order of an item stand there, as a plain row."""
    with transaction() as session:
        session.add(
            Order(
                reference="D-0000000001",
                token_hash=b"0" * 32,
                state="submitted",
                item_id=item_id,
                category=Category.VOLUNTEERING,
                title="上门理发",
                for_whom="self",
                station_id=make.station("s1"),
                place="home",
                name="示例",
                name_key="示例",
                phone=None,
                phone_index=None,
                source="desk",
                consent="test",
                desk_id=make.station("s1"),
                created_at=now(),
                changed_at=now(),
            )
        )


def test_an_edition_is_a_draft_until_it_is_published_and_ends_for_good(make: Make) -> None:
    me = make.actor(Role.EDITOR, "s4")
    menu_id = menus.make(make.station("s4"), AUTUMN, me)
    assert status(menu_id) is MenuStatus.DRAFT
    with pytest.raises(Refused, match="还没有服务"):
        menus.publish(menu_id, me)
    with pytest.raises(Refused):
        menus.end(menu_id, me)
    menu_items.add(menu_id, HAIRCUT, me)
    menus.publish(menu_id, me)
    menus.publish(menu_id, me)
    assert status(menu_id) is MenuStatus.PUBLISHED
    with pytest.raises(Refused, match="只能结束"):
        menus.delete_draft(menu_id, me)
    menus.end(menu_id, me)
    menus.end(menu_id, me)
    assert status(menu_id) is MenuStatus.ENDED
    for again in (
        lambda: menus.publish(menu_id, me),
        lambda: menus.change(menu_id, 3, AUTUMN, me),
        lambda: menu_items.add(menu_id, HAIRCUT, me),
    ):
        with pytest.raises(Refused, match="已经结束"):
            again()
    assert logged() == ["menu.made", "menu.item_added", "menu.published", "menu.ended"]


def test_what_is_pressed_twice_is_made_once(make: Make) -> None:
    me = make.actor(Role.EDITOR, "s4")
    first = menus.make(make.station("s4"), AUTUMN, me, key="k")
    assert menus.make(make.station("s4"), AUTUMN, me, key="k") == first
    item = menu_items.add(first, HAIRCUT, me, key="l")
    assert menu_items.add(first, HAIRCUT, me, key="l") == item
    assert titles(first, make) == ["上门理发"]


def test_what_is_over_is_not_published(make: Make) -> None:
    me = make.actor(Role.EDITOR, "s4")
    past = make.menu("s4", ends_on=today() - timedelta(days=1), published=False)
    make.menu_item(past)
    with pytest.raises(Refused, match="已经过了") as refused:
        menus.publish(past, me)
    assert refused.value.field == "ends_on"
    last_day = make.menu("s4", ends_on=today(), published=False)
    make.menu_item(last_day)
    menus.publish(last_day, me)


@pytest.mark.parametrize(("first", "last", "free"), [(-9, 30, False), (60, 70, False), (61, 70, True)])
def test_no_two_editions_of_a_station_are_out_on_one_day(
    make: Make, first: int, last: int, free: bool
) -> None:
    me = make.actor(Role.EDITOR, "s4")
    out = make.menu("s4")  # up to the sixtieth day from now
    make.menu_item(out)
    dates = {"starts_on": today() + timedelta(days=first), "ends_on": today() + timedelta(days=last)}
    menu_id = make.menu("s4", "第四期", published=False, **dates)
    make.menu_item(menu_id)
    if free:
        menus.publish(menu_id, me)
        with pytest.raises(Refused, match="第三期"):  # nor are they moved onto each other
            menus.change(menu_id, 2, Edition("第四期", today(), LATER), me)
        return
    with pytest.raises(Refused, match="第三期") as refused:
        menus.publish(menu_id, me)
    assert refused.value.field == "starts_on"
    menus.end(out, me)
    menus.publish(menu_id, me)


def test_editions_of_different_stations_do_not_mind_each_other(make: Make) -> None:
    make.menu_item(make.menu("center"))
    menu_id = make.menu("s4", published=False)
    make.menu_item(menu_id)
    menus.publish(menu_id, make.actor(Role.EDITOR, "s4"))


def test_of_two_published_at_once_one_is_refused(environ: dict[str, str], make: Make) -> None:
    drafts = [make.menu("s4", f"第{number}期", published=False) for number in (3, 4)]
    for draft in drafts:
        make.menu_item(draft)
    publish = partial(publish_one_of, drafts, make.actor(Role.EDITOR, "s4"))
    db.session.rollback()
    results = crowd(environ, publish, processes=2, threads=2)
    assert {one.kind for one in failures(results)} == {"Refused"}
    assert sorted(status(draft) for draft in drafts) == [MenuStatus.DRAFT, MenuStatus.PUBLISHED]


def test_of_two_editors_the_second_is_told(make: Make) -> None:
    me = make.actor(Role.EDITOR, "s4")
    menu_id = menus.make(make.station("s4"), AUTUMN, me)
    item_id = menu_items.add(menu_id, HAIRCUT, me)
    menus.change(menu_id, 1, AUTUMN, me)
    menu_items.change(item_id, 1, HAIRCUT, me)
    with pytest.raises(OutOfDate):
        menus.change(menu_id, 1, AUTUMN, me)
    with pytest.raises(OutOfDate):
        menu_items.change(item_id, 1, HAIRCUT, me)


@pytest.mark.parametrize("theirs", ["s1", "office", "center"])
def test_only_those_in_whose_scope_an_edition_lies_change_it(make: Make, theirs: str) -> None:
    menu_id = make.menu(theirs, published=False)
    item_id = make.menu_item(menu_id)
    foreign = make.actor(Role.MANAGER, "s4")
    for act in (
        lambda: menus.make(make.station(theirs), AUTUMN, foreign),
        lambda: menus.change(menu_id, 1, AUTUMN, foreign),
        lambda: menus.publish(menu_id, foreign),
        lambda: menus.end(menu_id, foreign),
        lambda: menus.copy(menu_id, foreign),
        lambda: menus.delete_draft(menu_id, foreign),
        lambda: menu_items.add(menu_id, HAIRCUT, foreign),
        lambda: menu_items.change(item_id, 1, HAIRCUT, foreign),
        lambda: menu_items.pause(item_id, True, foreign),
        lambda: menu_items.move(item_id, Way.UP, 1, foreign),
        lambda: menu_items.remove(item_id, foreign),
    ):
        with pytest.raises(Missing):
            act()
    menus.publish(menu_id, make.actor(Role.EDITOR, "center"))


def test_others_look_at_what_is_out_but_not_at_drafts(make: Make) -> None:
    out, draft = make.menu("s1"), make.menu("s1", "第四期", published=False)
    scope = make.scope("s4")
    assert queries.menu(out, scope).title == "第三期"
    assert [row.menu.id for row in queries.editions(scope)] == [out]
    with pytest.raises(Missing):
        queries.menu(out, scope, to_change=True)
    with pytest.raises(Missing):
        queries.menu(draft, scope)
    assert {row.menu.id for row in queries.editions(make.scope("office"))} == {out, draft}


def test_a_draft_goes_with_all_that_is_on_it(make: Make) -> None:
    menu_id = make.menu("s4", published=False)
    make.menu_item(menu_id, stations=("s4",), teams=(make.team(),))
    menus.delete_draft(menu_id, make.actor(Role.EDITOR, "s4"))
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(MenuItem)) == 0
    assert logged() == ["menu.deleted"]


def test_an_edition_is_copied_whole_and_once(make: Make) -> None:
    me = make.actor(Role.EDITOR, "center")
    closed, served = make.team("s1"), make.team("s4")
    with transaction() as session:
        session.get_one(Team, closed).closed = True
    begins, ends = today() - timedelta(days=30), today() + timedelta(days=61)
    menu_id = make.menu(starts_on=begins, ends_on=ends, text="都不收费。")
    columns: dict[str, Any] = {
        "times": 5,
        "lead_days": 4,
        "people_min": 2,
        "people_max": 9,
        "bring": "毛巾",
        "icon": "cut",
    }
    make.menu_item(menu_id, stations=("s4", "s1"), teams=(closed, served), paused=True, **columns)
    make.menu_item(menu_id, "陪同就医")
    copied = menus.copy(menu_id, me)
    assert menus.copy(menu_id, me) == copied
    db.session.rollback()
    menu = queries.menu(copied, make.scope("center"))
    assert (menu.title, menu.text, menu.status) == ("第四期", "都不收费。", MenuStatus.DRAFT)
    if begins.day > 1:
        assert (menu.starts_on, menu.ends_on - menu.starts_on) == (ends + timedelta(days=1), ends - begins)
    first, second = queries.items_of(menu)
    assert {name: getattr(first, name) for name in columns} == columns
    assert (first.title, second.title, first.paused) == ("上门理发", "陪同就医", True)
    assert [team.id for team in first.teams] == [served]
    assert [station.slug for station in first.stations] == ["s1", "s4"]
    with pytest.raises(Refused, match="草稿"):
        menus.copy(copied, me)
    menus.publish(copied, me)
    assert menus.copy(menu_id, me) != copied  # that one is out, so this is another
    assert logged().count("menu.copied") == 2


def test_two_who_copy_at_once_get_one_draft(environ: dict[str, str], make: Make) -> None:
    menu_id = make.menu("s4")
    make.menu_item(menu_id)
    copy = partial(copy_it, menu_id, make.actor(Role.EDITOR, "s4"))
    db.session.rollback()
    results = crowd(environ, copy, processes=2, threads=2)
    assert len(set(results)) == 1
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Menu)) == 2


@pytest.mark.parametrize(
    ("title", "next_one"),
    [
        ("第三期", "第四期"),
        ("第九期", "第十期"),
        ("第十期", "第十一期"),
        ("第十九期", "第二十期"),
        ("2026 年第12期菜单", "2026 年第13期菜单"),
        ("第九十九期", "第九十九期"),
        ("第十十期", "第十十期"),
        ("第一一期", "第一一期"),
        ("秋季菜单", "秋季菜单"),
        ("第9期" + "长" * 37, "第9期" + "长" * 37),
    ],
)
def test_a_title_is_counted_on(title: str, next_one: str) -> None:
    assert following_title(title) == next_one


@pytest.mark.parametrize(
    ("first", "last", "begins", "ends"),
    [
        (date(2026, 10, 1), date(2026, 12, 31), date(2027, 1, 1), date(2027, 3, 31)),
        (date(2027, 1, 1), date(2027, 1, 31), date(2027, 2, 1), date(2027, 2, 28)),
        (date(2026, 7, 1), date(2027, 6, 30), date(2027, 7, 1), date(2028, 6, 30)),
        (date(2026, 10, 5), date(2026, 10, 18), date(2026, 10, 19), date(2026, 11, 1)),
        (date(2026, 10, 1), date(2026, 10, 14), date(2026, 10, 15), date(2026, 10, 28)),
    ],
)
def test_the_period_after_is_as_long_and_leaves_no_gap(
    first: date, last: date, begins: date, ends: date
) -> None:
    assert following_period(first, last) == (begins, ends)


def test_items_name_stations_of_the_edition_and_its_clusters_only(make: Make) -> None:
    me = make.actor(Role.EDITOR, "s4")  # its cluster: s2 and s3
    menu_id = menus.make(make.station("s4"), AUTUMN, me)
    scope = {card.slug for card in queries.stations_to_name(make.station("s4"))}
    assert scope == {"s4", "s2", "s3"}
    near, far = (Service("理发", Category.CULTURE, stations=(make.station(slug),)) for slug in ("s2", "s9"))
    menu_items.add(menu_id, near, me)
    with pytest.raises(Refused) as refused:
        menu_items.add(menu_id, far, me)
    assert refused.value.field == "stations"


def test_items_name_open_teams_only(make: Make) -> None:
    me = make.actor(Role.EDITOR, "s4")
    menu_id, team_id = make.menu("s4"), make.team("s9")  # any team of the network
    item_id = menu_items.add(menu_id, Service("理发", Category.CULTURE, teams=(team_id,)), me)
    with transaction() as session:
        session.get_one(Team, team_id).closed = True
    for gone in (team_id, 2**40):
        with pytest.raises(Refused) as refused:
            menu_items.change(item_id, 1, Service("理发", Category.CULTURE, teams=(gone,)), me)
        assert refused.value.field == "teams"


def test_items_are_moved_within_their_category_one_place_a_press(make: Make) -> None:
    me = make.actor(Role.EDITOR, "s4")
    menu_id = make.menu("s4")
    for title in "甲乙丙":
        menu_items.add(menu_id, Service(title, Category.VOLUNTEERING), me)
        menu_items.add(menu_id, Service(f"文{title}", Category.CULTURE), me)
    assert titles(menu_id, make) == ["甲", "乙", "丙", "文甲", "文乙", "文丙"]
    third = db.session.scalars(sa.select(MenuItem.id).where(MenuItem.title == "丙")).one()
    position = db.session.get_one(MenuItem, third).position
    menu_items.move(third, Way.UP, position, me)
    menu_items.move(third, Way.UP, position, me)  # the same press again
    assert titles(menu_id, make)[:3] == ["甲", "丙", "乙"]
    menu_items.move(third, Way.UP, db.session.get_one(MenuItem, third).position, me)
    menu_items.move(third, Way.UP, db.session.get_one(MenuItem, third).position, me)  # it is first already
    assert titles(menu_id, make) == ["丙", "甲", "乙", "文甲", "文乙", "文丙"]
    menu_items.move(third, Way.DOWN, db.session.get_one(MenuItem, third).position, me)
    assert titles(menu_id, make)[:3] == ["甲", "丙", "乙"]


def test_what_was_ordered_stays_and_can_only_be_paused(make: Make) -> None:
    me = make.actor(Role.EDITOR, "center")
    item_id, other = make.menu_item(), make.menu_item(title="陪同就医")
    order(make, item_id)
    assert queries.was_ordered(item_id)
    with pytest.raises(Refused, match="暂停"):
        menu_items.remove(item_id, me)
    menu_items.remove(other, me)
    menu_items.pause(item_id, True, me)
    menu_items.pause(item_id, True, me)
    assert queries.offered() == []
    menu_items.pause(item_id, False, me)
    assert [one.id for one in queries.offered()] == [item_id]
    assert logged() == ["menu.item_removed", "menu.item_paused", "menu.item_resumed"]


def test_the_log_of_the_menu_names_nobody_but_who_acts(make: Make) -> None:
    me = make.actor(Role.EDITOR, "s4")
    menu_id = menus.make(make.station("s4"), AUTUMN, me)
    menu_items.add(menu_id, HAIRCUT, me)
    menus.publish(menu_id, me)
    for entry in db.session.scalars(sa.select(AuditEntry)):
        assert entry.who == me.name
        assert entry.station_id == make.station("s4")
        assert entry.detail in ("第三期", "上门理发")
