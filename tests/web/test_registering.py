"""How people get a place, in a real browser: a family by phone, an elder through the station."""

import re
import sqlite3

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.conftest import Site, sign_in

pytestmark = pytest.mark.browser

REFERENCE = re.compile(r"^R-[0-9A-HJKMNP-TV-Z]{10}$")
ROOMY = """
SELECT o.id, s.slug FROM occurrence o
JOIN activity a ON a.id = o.activity_id JOIN station s ON s.id = o.station_id
WHERE o.published AND o.status = 'planned' AND a.registration AND o.starts_at > datetime('now', '+1 day')
  AND o.seats - o.seats_taken >= 5 AND o.parties_waiting = 0 AND o.opens_at IS NULL AND o.closes_at IS NULL
  AND a.sign_up = 'dates' AND a.min_age IS NULL AND a.max_age IS NULL AND a.party_max >= 4
ORDER BY o.seats - o.seats_taken DESC, o.id LIMIT 1
"""


def roomy(site: Site) -> tuple[int, str]:
    """Return (id, station) of a date to come with room for everybody."""
    with sqlite3.connect(site.instance / "portal.db") as data:
        occurrence_id, slug = data.execute(ROOMY).fetchone()
    return occurrence_id, slug


def width(tab: Page) -> int:
    return tab.viewport_size["width"] if tab.viewport_size else 0


def open_children(tab: Page) -> None:
    """Unfold what is asked about children, as a finger does."""
    if not tab.locator("#children_names").is_visible():
        tab.get_by_text("带孩子来，请填这里").click()


def test_a_family_of_four_gets_its_places_and_comes_as_three(tab: Page, site: Site) -> None:
    occurrence_id, _slug = roomy(site)
    tab.goto(f"/occurrences/{occurrence_id}")
    before = int(re.findall(r"已报 (\d+) 位", tab.locator("#seats").inner_text())[0])
    tab.get_by_role("link", name="报名", exact=True).first.click()
    tab.get_by_label("姓名", exact=True).fill("郑示例")
    tab.get_by_label("手机号").fill("138 0000 77")
    tab.get_by_label("大人").select_option("2")
    tab.get_by_label("孩子", exact=True).select_option("2")
    open_children(tab)
    tab.get_by_label("孩子的称呼和年龄").fill("小明 7")
    tab.get_by_role("button", name="报名", exact=True).click()

    # What is missing is said beside its field, and nothing typed is lost.
    expect(tab.get_by_role("alert")).to_contain_text("手机号少了 2 位")
    expect(tab.get_by_role("alert")).to_contain_text("一个孩子写一行")
    expect(tab.get_by_label("姓名", exact=True)).to_have_value("郑示例")
    tab.get_by_label("手机号").fill(f"138 0000 {width(tab):04}")
    tab.get_by_label("孩子的称呼和年龄").fill("小明 7\n小红 9")
    tab.get_by_label("监护人姓名").fill("郑示例")
    tab.get_by_label("是孩子的什么人").select_option(label="妈妈")
    tab.get_by_label("我是孩子的监护人").check()
    tab.get_by_label("同意把这些用来办这次报名").check()
    tab.get_by_role("button", name="报名", exact=True).click()

    expect(tab).to_have_url(re.compile("/registrations/[A-Za-z0-9_-]{43}$"))
    expect(tab.locator("output#reference")).to_have_text(REFERENCE)
    expect(tab.locator("main")).to_contain_text("2 位大人，2 个孩子")
    expect(tab.locator("main")).not_to_contain_text("小明")
    link, reference = tab.url, tab.locator("#reference").inner_text()

    tab.goto(f"/occurrences/{occurrence_id}")
    expect(tab.locator("#seats")).to_contain_text(f"已报 {before + 4} 位")
    tab.goto(f"/occurrences/{occurrence_id}/register")
    expect(tab.locator("main")).to_contain_text("郑*例已经报上名了")
    tab.goto("/mine")
    expect(tab.locator(".ev", has_text=reference)).to_contain_text("报上了，4 位")

    tab.goto(link)
    tab.get_by_text("来的人少了").click()
    tab.get_by_label("孩子", exact=True).select_option("1")
    tab.get_by_role("button", name="就来这么多").click()
    expect(tab.locator("main")).to_contain_text("2 位大人，1 个孩子")
    tab.get_by_role("link", name="点这里取消").click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("真的不去了吗？")
    tab.get_by_role("link", name="还是要去").click()
    expect(tab.locator("#reference")).to_have_text(reference)
    tab.get_by_role("link", name="点这里取消").click()
    tab.get_by_role("button", name="确定取消").click()
    expect(tab.get_by_role("link", name="重新报名")).to_be_visible()
    tab.goto(f"/occurrences/{occurrence_id}")
    expect(tab.locator("#seats")).to_contain_text(f"已报 {before} 位")


def test_an_elder_without_a_phone_is_signed_up_at_the_station(tab: Page, site: Site) -> None:
    occurrence_id, slug = roomy(site)
    sign_in(tab, site, slug)
    tab.goto(f"/staff/occurrences/{occurrence_id}")
    tab.get_by_label("姓名", exact=True).fill("蔡示例")
    tab.get_by_label("到站里报的").check()
    tab.get_by_role("button", name=re.compile("加进来")).click()
    expect(tab.get_by_role("alert")).to_contain_text("先问对方同不同意登记")
    expect(tab.get_by_label("姓名", exact=True)).to_have_value("蔡示例")
    tab.get_by_label("对方口头同意登记").check()
    tab.get_by_role("button", name=re.compile("加进来")).click()
    expect(tab.get_by_text("蔡示例报上名了")).to_be_visible()
    expect(tab.get_by_role("heading", level=1)).to_contain_text("报上了")
    tab.get_by_role("link", name="打印凭条").click()
    expect(tab.locator(".slip .ref")).to_have_text(REFERENCE)
    expect(tab.locator(".slip")).to_contain_text("蔡*例")
    reference = tab.locator(".slip .ref").inner_text()

    # Somebody rings for her later: found by the reference, and taken off the list.
    tab.goto("/staff/registrations/")
    tab.locator("#q").fill(reference.lower())
    tab.get_by_role("button", name="找", exact=True).click()
    tab.get_by_role("link", name="蔡示例").click()
    tab.locator("#remove_reason").fill("来电说不来了")
    tab.get_by_role("button", name="取消这次报名").click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text("已取消")


def test_the_seat_count_moves_while_somebody_looks(chromium: Browser, site: Site) -> None:
    occurrence_id, _slug = roomy(site)
    context = chromium.new_context(base_url=site.url, locale="zh-CN")
    looking = context.new_page()
    looking.clock.install()
    looking.goto(f"/occurrences/{occurrence_id}")
    seats = looking.locator("#seats")
    before = int(re.findall(r"已报 (\d+) 位", seats.inner_text())[0])

    other = context.new_page()
    other.goto(f"/occurrences/{occurrence_id}/register")
    other.get_by_label("姓名", exact=True).fill("看示例")
    other.get_by_label("手机号").fill("13800009999")
    other.get_by_label("同意把这些用来办这次报名").check()
    other.get_by_role("button", name="报名", exact=True).click()
    expect(other.locator("#reference")).to_have_text(REFERENCE)

    expect(seats).to_contain_text(f"已报 {before} 位")
    looking.clock.fast_forward(31_000)
    expect(seats).to_contain_text(f"已报 {before + 1} 位")
    context.close()
