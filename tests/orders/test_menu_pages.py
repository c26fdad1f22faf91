"""The menu as residents read it, and as staff keep it."""

import re
from datetime import timedelta
from typing import Any

import brotli
import pytest
from flask import Flask

from portal.access import Role
from portal.activities.models import Audience, Category
from portal.clock import today
from portal.orders import menu_items, menus
from tests.browser import Browser, Page
from tests.conftest import SignIn
from tests.make import Make

pytestmark = pytest.mark.usefixtures("noon")


def services(page: Page) -> list[str]:
    return [node.text() for node in page.all(".serve .t")]


def fill(make: Make) -> int:
    """Put the design's fifteen services or so on the centre's menu."""
    team_id = make.team(name="巧手理发队")
    for number, category in enumerate([*Category] * 3):
        columns: dict[str, Any] = {"times": 1 << number, "summary": "每位 20 分钟左右"}
        item_id = make.menu_item(title=f"服务项目{number}", category=category, teams=(team_id,), **columns)
    return item_id


def test_the_menu_is_read_by_edition_category_and_line(client: Browser, make: Make) -> None:
    team_id = make.team(name="巧手理发队")
    make.menu_item(make.menu(text="都不收费。"), teams=(team_id,), stations=("s4",), times=1 << 3 | 1 << 12)
    make.menu_item(title="写春联", category=Category.CULTURE)
    page = client.get("/menu")
    assert page.one("h1").text() == "服务菜单 第三期"
    assert "都不收费。" in page.text
    assert [node.text() for node in page.all(".cat h2")] == ["志愿服务1 项", "文化服务1 项"]
    assert page.all(".serve .m")[0].text() == "巧手理发队 · 第四社区 · 周二、周五上午"
    assert page.follow(".cat:first-of-type .serve a").one("h1").text() == "上门理发"


def test_several_editions_stand_one_under_the_other(client: Browser, make: Make) -> None:
    make.menu_item(title="全网的")
    make.menu_item(make.menu("s4", "小菜单"), "站里的")
    page = client.get("/menu")
    assert page.one("h1").text() == "服务菜单"
    heads = [node.text() for node in page.all("#results .two .rule h2")][:2]
    assert heads == ["第三期，中心", "小菜单，第四社区"]
    assert services(page) == ["全网的", "站里的"]
    assert services(client.get("/menu?station=s1")) == ["全网的"]


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("category=culture", ["乙"]),
        ("audience=children", ["甲", "乙"]),
        ("station=s4", ["甲", "乙"]),
        ("station=s1", ["乙"]),
        ("team={team}", ["甲"]),
        ("team={team}&category=culture", []),
    ],
)
def test_the_menu_is_narrowed_and_says_what_it_left(
    client: Browser, make: Make, query: str, left: list[str]
) -> None:
    team_id = make.team()
    make.menu_item(title="甲", stations=("s4",), teams=(team_id,), audience=Audience.CHILDREN)
    make.menu_item(title="乙", category=Category.CULTURE)
    address = "/menu?" + query.format(team=team_id)
    for part in (False, True):
        page = client.get(address, part=part)
        assert page.status == 200
        assert services(page) == left
    way_out = page.all('.empty a[href="/menu"]')
    assert len(way_out) == (0 if left else 1)


def test_a_filter_is_a_plain_form_and_chips_are_plain_links(client: Browser, make: Make) -> None:
    make.menu_item(title="甲", stations=("s4",))
    make.menu_item(title="乙", category=Category.CULTURE)
    page = client.get("/menu")
    chosen = page.follow('.chips a[href="/menu?category=culture"]')
    assert services(chosen) == ["乙"]
    assert len(chosen.all(".chips a")) == 2  # the way to the others stays
    narrowed = chosen.form("form.in1").fill(station="s4").submit()
    assert narrowed.path.endswith("station=s4&team=&audience=")
    assert services(narrowed) == ["乙"]
    assert services(narrowed.follow(".chips a.on")) == ["甲", "乙"]


@pytest.mark.parametrize("name", ["station", "team", "category", "audience"])
def test_what_makes_no_sense_is_said_and_left_out(client: Browser, make: Make, name: str) -> None:
    make.menu_item(title="甲")
    page = client.get(f"/menu?{name}=nonsense")
    assert page.status == 422
    assert page.one("[role=alert]")
    assert services(page) == ["甲"]


def test_without_an_edition_the_page_says_so_and_leads_on(client: Browser, make: Make) -> None:
    make.menu_item(make.menu(starts_on=today() + timedelta(days=3)))
    page = client.get("/menu")
    assert "眼下没有服务菜单" in page.text
    assert page.one('.empty a[href="/stations/"]')
    assert not page.all(".filter")
    assert not client.get("/").all(".menu")


def test_a_service_tells_all_there_is_to_know(client: Browser, make: Make) -> None:
    columns: dict[str, Any] = {
        "summary": "每位 20 分钟左右",
        "text": "卧床的老人也可以理。",
        "times": 0b1000,
        "lead_days": 2,
        "people_max": 3,
        "qualification": "理发师证",
        "risk": "志愿者上了意外险",
        "bring": "一条毛巾",
        "audience": Audience.ELDERLY,
    }
    item_id = make.menu_item(teams=(make.team(name="巧手理发队"),), stations=("s4",), **columns)
    page = client.get(f"/menu/{item_id}")
    for said in (
        *("每位 20 分钟左右", "卧床的老人也可以理。", "周二上午", "提前两个工作日", "最多 3 人", "理发师证"),
        *("志愿者上了意外险", "一条毛巾", "老年人", "第四社区", "6 月 16 日周二上午"),
    ):
        assert said in page.text, said
    assert page.follow('.facts a[href^="/teams/"]').one("h1").text() == "巧手理发队"


def test_an_ended_edition_leads_on_to_the_menu_of_today(client: Browser, make: Make) -> None:
    menu_id = make.menu("s4", "第二期")
    item_id = make.menu_item(menu_id)
    with client.app.app_context():
        menus.end(menu_id, make.actor(Role.EDITOR, "s4"))
    page = client.get(f"/menu/{item_id}")
    assert "这一期已经结束" in page.one(".flash").text()
    assert page.follow(".flash a").path == "/menu"
    assert not page.all(".btn[href^='/orders/new']")
    assert client.get(f"/menu/{make.menu_item(make.menu(published=False))}").status == 404


def test_the_sheet_to_pin_up_has_what_a_station_offers(client: Browser, make: Make) -> None:
    make.menu_item(title="各站", times=0b1000, teams=(make.team(name="巧手理发队"),))
    make.menu_item(title="别处", stations=("s9",))
    page = client.get("/stations/s4/menu")
    rows = page.all(".w-days tr")
    assert len(rows) == 1
    for said in ("各站", "巧手理发队", "周二上午", "提前两个工作日"):
        assert said in rows[0].text()
    assert page.one("svg.qr")
    assert page.text.endswith("http://localhost/menu?station=s4")
    assert not page.all(".dense")
    for number in range(13):
        make.menu_item(title=f"第{number}项")
    assert client.get("/stations/s4/menu").all(".dense")


def test_home_and_station_pages_point_to_the_menu(client: Browser, make: Make) -> None:
    item_id = make.menu_item(title="各站", times=0b1000)
    make.menu_item(title="别处", stations=("s9",))
    home = client.get("/")
    assert [node.text() for node in home.all(".menu a")] == ["各站", "别处"]
    assert home.follow(".menu a:first-of-type").path == f"/menu/{item_id}"
    station = client.get("/stations/s4")
    assert [node.text() for node in station.all(".menu a")] == ["各站周二上午"]
    assert station.follow('.rule a[href="/menu?station=s4"]').status == 200


def test_all_of_it_is_there_in_english_too(client: Browser, make: Make) -> None:
    item_id = make.menu_item(times=0b111 << 15 | 0b111 << 18, people_min=6)
    assert "Service menu" in client.get("/menu?lang=en").one("h1").text()
    page = client.get(f"/menu/{item_id}?lang=en")
    assert "at weekends" in page.text
    assert "from 6 people on" in page.text


def test_a_first_view_is_light(client: Browser, make: Make, app: Flask) -> None:
    item_id = fill(make)

    def weigh(path: str) -> tuple[int, str]:
        with app.test_client().get(path, headers={"Accept-Encoding": "br"}) as answer:
            assert answer.headers["Content-Encoding"] == "br", path
            return len(answer.data), brotli.decompress(answer.data).decode()

    for address, requests, most in (("/menu", 3, 30_000), (f"/menu/{item_id}", 2, 16_000)):
        weight, html = weigh(address)
        files = set(re.findall(r'(?:href|src)="(/assets/[^"]+[.](?:css|js))"', html))
        assert 1 + len(files) == requests
        assert weight + sum(weigh(path)[0] for path in files) <= most


def test_the_public_pages_know_no_person(client: Browser, make: Make, sign_in: SignIn) -> None:
    team_id = make.team("s4")
    leader = make.volunteer(team_id, leads=True, name="梁小芳")
    assert leader
    browser = sign_in(Role.EDITOR, "s4")
    menu_id = make.menu("s4", published=False)
    item_id = make.menu_item(menu_id, teams=(team_id,))
    done = browser.get(f"/staff/menus/{menu_id}").form('form[action$="/publish"]').submit()
    assert "of s4" in done.text  # staff see who published it
    for address in ("/menu", f"/menu/{item_id}", "/stations/s4/menu"):
        page = client.get(address)
        assert "上门理发" in page.text
        assert "of s4" not in page.text
        assert "梁小芳" not in page.text


def test_from_an_empty_edition_to_one_that_is_out(sign_in: SignIn, client: Browser, make: Make) -> None:
    team_id = make.team("s4", name="巧手理发队")
    editor = sign_in(Role.EDITOR, "s4")
    form = editor.get("/staff/menus/").follow('a[href="/staff/menus/new"]').form("main form")
    wrong = form.fill(title="", starts_on="2026-06-30", ends_on="2026-06-01").submit()
    assert wrong.status == 422
    assert {node.attributes["href"] for node in wrong.all(".sum a")} == {"#title", "#ends_on"}
    right = wrong.form("main form").fill(title="第一期", starts_on="2026-06-01", ends_on="2026-06-30")
    page = right.submit()
    assert not page.all('form[action$="/publish"]')  # there is nothing on it yet
    form = page.follow('p a[href$="/items/new"]').form("main form")
    wrong = form.fill(title="", lead_days="x", people_min="5", people_max="2", bring="一条毛巾").submit()
    assert wrong.status == 422
    assert {node.attributes["href"] for node in wrong.all(".sum a")} == {
        "#title",
        "#lead_days",
        "#people_max",
    }
    form = wrong.form("main form")
    assert dict(form.fields)["bring"] == "一条毛巾"
    form = form.fill(title="上门理发", lead_days="1", people_max="", times=["3", "12"], teams=[str(team_id)])
    page = form.fill(icon="cut", category="volunteering").submit()
    assert "巧手理发队 · 周二、周五上午" in page.text
    assert services(page.follow('a[href$="/preview"]')) == ["上门理发"]
    assert services(client.get("/menu")) == []
    page = page.form('form[action$="/publish"]').submit()
    assert "这一期发布了" in page.text
    assert services(client.get("/menu")) == ["上门理发"]
    change = page.follow('.s-rows a[href^="/staff/menu-items/"]').form("main form")
    assert [value for name, value in change.fields if name == "times"] == ["3", "12"]
    page = change.fill(title="上门理发、修面").submit()
    assert services(client.get("/menu")) == ["上门理发、修面"]
    page = page.form('form[action$="/pause"]').submit(intent="pause")
    assert services(client.get("/menu")) == []
    page = page.form('form[action$="/pause"]').submit(intent="resume")
    copied = page.form('form[action$="/copy"]').submit()
    assert copied.one("h1").text().startswith("第二期")
    assert "7 月 1 日" in copied.text
    ended = page.follow('a[href$="/end"]').form("main form").submit()
    assert "不再接单" in ended.text
    assert services(client.get("/menu")) == []
    gone = copied.follow('a[href$="/delete"]').form("main form").submit()
    assert gone.path == "/staff/menus/"
    assert len(gone.all("tbody tr")) == 1


def test_several_services_are_added_in_a_row_and_moved_and_taken_off(sign_in: SignIn, make: Make) -> None:
    menu_id = make.menu("s4", published=False)
    editor = sign_in(Role.EDITOR, "s4")
    page = editor.get(f"/staff/menus/{menu_id}/items/new")
    for title in "甲乙":
        page = page.form("main form").fill(title=title).submit(intent="another")
        assert page.path == f"/staff/menus/{menu_id}/items/new"
    page = editor.get(f"/staff/menus/{menu_id}")
    moved = page.form('li:nth-of-type(2) form[action$="/move"]').submit(way="up")
    assert [
        node.text().removeprefix("志愿服务")[:1] for node in moved.all(".s-rows li>span:first-child>b")
    ] == [
        "乙",
        "甲",
    ]
    asked = moved.follow('li:nth-of-type(1) a[href^="/staff/menu-items/"]').follow('a[href$="/remove"]')
    page = asked.form("main form").submit()
    assert "已经从菜单上拿下" in page.text
    assert [node.text()[:1] for node in page.all(".s-rows li>span:first-child>b")] == ["甲"]


def test_what_cannot_be_done_is_said_on_the_page(sign_in: SignIn, make: Make) -> None:
    make.menu_item(make.menu("s4", "第二期"))
    menu_id = make.menu("s4", published=False)
    make.menu_item(menu_id)
    editor = sign_in(Role.EDITOR, "s4")
    page = editor.get(f"/staff/menus/{menu_id}").form('form[action$="/publish"]').submit()
    assert page.status == 409
    assert "第二期" in page.one(".flash[role=alert]").text()


def test_a_second_editor_keeps_what_was_typed(app: Flask, sign_in: SignIn, make: Make) -> None:
    menu_id = make.menu("s4")
    item_id = make.menu_item(menu_id)
    editor = sign_in(Role.EDITOR, "s4")
    form = editor.get(f"/staff/menu-items/{item_id}").form("main form").fill(summary="我写的一句")
    with app.app_context():
        said = menu_items.Service("上门理发", Category.VOLUNTEERING, summary="别人写的")
        menu_items.change(item_id, 1, said, make.actor(Role.EDITOR, "s4"))
    page = form.submit()
    assert page.status == 409
    assert page.one("#summary").attributes["value"] == "我写的一句"
    assert "别人" in page.one(".sum").text()


def test_others_look_at_an_edition_and_change_nothing(sign_in: SignIn, make: Make) -> None:
    menu_id = make.menu("s1")
    make.menu_item(menu_id)
    foreign = sign_in(Role.EDITOR, "s4")
    page = foreign.get("/staff/menus/").follow(f'a[href="/staff/menus/{menu_id}"]')
    assert "上门理发" in page.text
    assert page.all("main form") == []
    assert page.all('main a[href$="/edit"], main a[href^="/staff/menu-items/"]') == []
    assert foreign.get(f"/staff/menus/{menu_id}/edit").status == 404
    auditor = sign_in(Role.AUDITOR, "s1").get(f"/staff/menus/{menu_id}")
    assert auditor.all("main form") == []
