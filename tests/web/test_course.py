"""Sign up for a whole course in a real browser, leave out one date, and leave it."""

import re
import sqlite3

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import Site, sign_in
from tests.web.test_registering import REFERENCE, width

pytestmark = pytest.mark.browser

# A date that does not begin while the test runs, and how many are to come: one about to begin is, too.
OF_COURSE = """
SELECT min(CASE WHEN o.starts_at > datetime('now', '+1 hour') THEN o.id END), count(*), s.slug
FROM occurrence o
JOIN activity a ON a.id = o.activity_id JOIN station s ON s.id = o.station_id
WHERE o.published AND o.status = 'planned' AND a.sign_up = ? AND o.starts_at > datetime('now')
"""


def course(site: Site, way: str) -> tuple[int, int, str]:
    """Return (id of a date, number of dates to come, station) of the course that is signed up for so."""
    with sqlite3.connect(site.instance / "portal.db") as data:
        occurrence_id, dates, slug = data.execute(OF_COURSE, (way,)).fetchone()
    return occurrence_id, dates, slug


def has_no_sideways(tab: Page) -> bool:
    return bool(tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_a_neighbour_comes_to_the_course_misses_a_date_and_leaves(tab: Page, site: Site) -> None:
    occurrence_id, dates, _slug = course(site, "course")
    tab.goto(f"/occurrences/{occurrence_id}")
    tab.get_by_role("link", name=f"报名整个课程（{dates} 场）").first.click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("报名整个课程")
    expect(tab.locator(".dates li")).to_have_count(dates)
    tab.get_by_label("姓名", exact=True).fill("课示例")
    tab.get_by_label("手机号").fill("138 0000")
    tab.get_by_label("大人").select_option("2")
    tab.get_by_label("同意把这些用来办这次报名").check()
    tab.get_by_role("button", name="报名整个课程").click()
    expect(tab.get_by_role("alert")).to_contain_text("手机号少了 4 位")
    expect(tab.locator(".dates li")).to_have_count(dates)
    tab.get_by_label("手机号").fill(f"138 0001 {width(tab):04}")
    tab.get_by_role("button", name="报名整个课程").click()

    expect(tab.locator("output#reference")).to_have_text(REFERENCE)
    expect(tab.locator("#dates .dates li")).to_have_count(dates)
    assert has_no_sideways(tab)
    link, reference = tab.url, tab.locator("#reference").inner_text()
    tab.goto("/mine")
    expect(tab.locator(".ev", has_text=reference)).to_have_count(1)
    expect(tab.locator(".ev", has_text=reference)).to_contain_text(f"整个课程，{dates} 场")
    tab.locator(".ev a", has_text=reference).click()

    tab.get_by_role("link", name="这一场来不了").first.click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("这一场真的不来了吗？")
    tab.get_by_role("button", name="这一场不来了").click()
    expect(tab.locator("#dates .pill", has_text="不来")).to_have_count(1)
    tab.get_by_role("button", name="还是来").click()
    expect(tab.locator("#dates .pill", has_text="不来")).to_have_count(0)

    tab.get_by_text("来的人少了").click()
    tab.get_by_label("大人").select_option("1")
    tab.get_by_role("button", name="就来这么多").click()
    expect(tab.locator("main")).to_contain_text("1 位大人")
    tab.get_by_role("link", name="打印凭条").click()
    expect(tab.locator(".slip .dates li")).to_have_count(dates)
    expect(tab.locator(".slip .ref")).to_have_text(reference)

    tab.goto(link)
    tab.get_by_role("link", name="退出整个课程").click()
    expect(tab.locator(".dates li")).to_have_count(dates)
    tab.get_by_role("button", name="确定退出").click()
    expect(tab.locator(".tick")).to_contain_text("已退出课程")
    assert has_no_sideways(tab)


def test_one_date_or_all_of_them_and_the_desk_does_the_same(tab: Page, site: Site) -> None:
    occurrence_id, dates, slug = course(site, "either")
    tab.goto(f"/occurrences/{occurrence_id}")
    expect(tab.get_by_role("link", name=f"报名整个课程（{dates} 场）").first).to_be_attached()
    tab.get_by_role("link", name="只报这一场").first.click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("报名")
    assert has_no_sideways(tab)

    sign_in(tab, site, slug)
    tab.goto(f"/staff/occurrences/{occurrence_id}")
    tab.get_by_label("姓名", exact=True).fill("柜示例")
    tab.get_by_label("报整个课程").check()
    tab.get_by_label("对方口头同意登记").check()
    tab.get_by_role("button", name=re.compile("加进来")).click()
    expect(tab.locator(".flash")).to_contain_text(f"共 {dates} 场")
    expect(tab.locator("#course li")).to_have_count(dates)
    tab.locator("#remove_reason").fill("来电说不来了")
    tab.get_by_label("整个课程都取消").check()
    tab.get_by_role("button", name="取消这次报名").click()
    expect(tab.locator("#course .pill", has_text="不来")).to_have_count(dates)
