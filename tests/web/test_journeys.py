"""What people come for, in a real browser: with a phone, at a desk, with and without JavaScript."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, expect

from portal.activities.lunar import OfficialDay
from portal.activities.recurrences import official
from portal.clock import today
from tests.web.conftest import Site, sign_in

pytestmark = pytest.mark.browser


def test_a_resident_finds_what_is_on_for_children_on_saturday(tab: Page) -> None:
    tab.goto("/")
    tab.get_by_role("link", name="整月日历").click()
    expect(tab).to_have_title(re.compile("日历"))
    tab.get_by_role("link", name="本周末").click()
    tab.get_by_role("link", name="适合孩子").click()
    expect(tab).to_have_url(re.compile("audience=children"))
    first = tab.locator(".ev a").first
    title = first.locator(".t").inner_text()
    first.click()
    expect(tab.get_by_role("heading", level=1)).to_have_text(title)
    expect(tab.locator(".facts")).to_contain_text("地点")


def test_a_resident_looks_for_a_word_and_shows_everything_again(tab: Page) -> None:
    tab.goto("/calendar")
    tab.locator("details.filter summary").click()
    tab.get_by_label("找一找").fill("书法")
    tab.get_by_role("button", name="显示").click()
    expect(tab).to_have_url(re.compile("q="))
    expect(tab.locator(".ev .t").first).to_contain_text("书法")
    tab.get_by_role("link", name="看全部").first.click()
    expect(tab).to_have_url(re.compile("/calendar$"))


def test_going_back_shows_the_list_as_it_was(tab: Page) -> None:
    tab.goto("/calendar?view=list")
    tab.get_by_role("link", name="无需报名", exact=True).click()
    expect(tab).to_have_url(re.compile("free=1"))
    tab.locator(".ev a").first.click()
    expect(tab).to_have_url(re.compile("/occurrences/"))
    tab.go_back()
    expect(tab).to_have_url(re.compile("free=1"))
    expect(tab.locator(".chip.on")).to_have_text("无需报名")


def test_a_resident_with_weak_eyes_makes_everything_larger(tab: Page) -> None:
    tab.goto("/calendar?view=list")
    tab.get_by_role("button", name="长者版").click()
    expect(tab).to_have_url(re.compile("/calendar"))
    expect(tab.locator("html")).to_have_class("elder")
    tab.get_by_role("button", name="标准版").click()
    expect(tab.locator("html")).not_to_have_class("elder")


def test_an_editor_posts_a_weekly_class_and_a_resident_sees_it(tab: Page, site: Site) -> None:
    name = f"示例折纸班 {tab.viewport_size['width'] if tab.viewport_size else ''}"
    sign_in(tab, site, "s5")
    tab.get_by_role("link", name="发活动").click()
    tab.get_by_label("名称").first.fill(name)
    tab.get_by_label("文化服务").check()
    day = today() + timedelta(days=9)
    tab.get_by_label("头一天").fill(day.isoformat())
    tab.get_by_label("几点开始").fill("06:30")
    tab.get_by_label("几点结束").fill("07:15")
    tab.get_by_label("办几次", exact=True).select_option("weekly")
    tab.get_by_label("碰上放假").select_option("keep")
    tab.get_by_label("办到哪天").fill((day + timedelta(weeks=3)).isoformat())
    tab.get_by_label("地点").select_option("elsewhere")
    tab.get_by_text("别的地方：名字和地址").click()
    tab.get_by_label("地方叫什么").fill("村口大榕树下（示例）")
    tab.get_by_role("button", name="看有哪几场").last.click()
    expect(tab.locator("#preview .s-dates li")).to_have_count(4)
    expect(tab.get_by_label("名称").first).to_have_value(name)
    tab.get_by_role("button", name=re.compile("^发布")).click()
    expect(tab.get_by_text("发布了 4 场。")).to_be_visible()
    tab.goto(f"/calendar?view=list&station=s5&on={day.isoformat()}")
    expect(tab.get_by_text(name).first).to_be_visible()


def test_an_editor_is_told_what_is_missing_and_loses_nothing(tab: Page, site: Site) -> None:
    sign_in(tab, site, "s5")
    tab.goto("/staff/activities/new")
    tab.get_by_label("名称").first.fill("只有名字的活动")
    tab.get_by_role("button", name=re.compile("^发布")).click()
    expect(tab.get_by_role("alert")).to_contain_text("没填对")
    expect(tab.get_by_label("名称").first).to_have_value("只有名字的活动")


def next_days_off() -> tuple[date, date]:
    """Return two days off to come that do not lie in the same week."""
    days = (today() + timedelta(days=number) for number in range(10, 390))
    off = [day for day in days if official(day) is OfficialDay.OFF]
    return off[0], next(day for day in off if day > off[0] + timedelta(days=8))


def test_a_class_skips_two_holidays_one_date_moves_and_the_rest_changes(tab: Page, site: Site) -> None:
    name = "示例合唱班"
    one, two = next_days_off()
    first = one - timedelta(days=7)
    sign_in(tab, site, "s6")
    tab.goto("/staff/activities/new")
    tab.get_by_label("名称").first.fill(name)
    tab.get_by_label("文化服务").check()
    tab.get_by_label("头一天").fill(first.isoformat())
    tab.get_by_label("几点开始").fill("06:30")
    tab.get_by_label("几点结束").fill("07:00")
    tab.get_by_label("办几次", exact=True).select_option("weekly")
    tab.get_by_label("办到哪天").fill((two + timedelta(days=6)).isoformat())
    tab.get_by_text("更多办法").click()
    for day in {one.weekday(), two.weekday()}:
        tab.locator(f'input[name="weekdays"][value="{day}"]').check()
    tab.get_by_label("地点").select_option("elsewhere")
    tab.get_by_text("别的地方：名字和地址").click()
    tab.get_by_label("地方叫什么").fill("河边榕树下（示例）")
    tab.get_by_role("button", name="看有哪几场").last.click()
    expect(tab.locator("#preview .s-dates .out", has_text="放假，不办").nth(1)).to_be_visible()
    tab.get_by_role("button", name=re.compile("^发布")).click()
    expect(tab.get_by_role("heading", name=name)).to_be_visible()
    activity = tab.url

    tab.locator(".s-dates a").nth(1).click()
    by_hand = tab.url
    tab.goto(f"{by_hand}/move")
    tab.get_by_label("几点开始").fill("12:10")
    tab.get_by_label("几点结束").fill("12:40")
    tab.locator('button[name="intent"][value="change"]').click()
    expect(tab.get_by_text("这一场改好了。")).to_be_visible()

    tab.goto(activity)
    tab.locator(".s-dates a").first.click()
    changed = tab.url
    tab.goto(f"{changed}/move")
    tab.get_by_label("几点开始").fill("06:45")
    tab.get_by_label("几点结束").fill("07:15")
    tab.locator('input[name="reach"][value="all"]').check()
    tab.get_by_role("button", name="看看会怎样").last.click()
    expect(tab.locator("#outlook")).to_contain_text("会挪")
    expect(tab.get_by_text("不动", exact=True).first).to_be_visible()
    tab.locator('button[name="intent"][value="change"]').click()
    expect(tab.get_by_role("heading", name=name)).to_be_visible()
    times = [text.strip() for text in tab.locator(".s-dates li").all_inner_texts()]
    assert sum("12:10" in text for text in times) == 1
    assert all("06:45" in text for text in times if "12:10" not in text)
    tab.goto(f"/occurrences/{changed.rsplit('/', 1)[1]}")
    expect(tab.get_by_text("06:45").first).to_be_visible()


def test_a_month_for_the_notice_board_is_one_sheet(tab: Page) -> None:
    month = (today().replace(day=1) + timedelta(days=32)).isoformat()
    for station in ("s2", "s4", "s8"):
        for paper in ("a4", "a3"):
            tab.goto(f"/stations/{station}/sheet?span=month&on={month}&paper={paper}")
            assert tab.locator(".w-days tr").count() > 10
            printed = tab.pdf(prefer_css_page_size=True)
            assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1, (station, paper)
