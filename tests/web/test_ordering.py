"""How a resident orders and follows it, in a real browser."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.conftest import Site

pytestmark = pytest.mark.browser

REFERENCE = re.compile(r"^D-[0-9A-HJKMNP-TV-Z]{10}$")


def make_a_wish(tab: Page, phone: str) -> None:
    """Order in one's own words, for one's mother, at home."""
    tab.goto("/orders/new?station=s4")
    tab.get_by_label("想请我们帮什么忙？").fill("想请人教我妈用手机看视频（示例）")
    tab.get_by_label("家里人").check()
    tab.get_by_label("怎么称呼他（她）").fill("我妈")
    tab.get_by_label("地址").fill("示例巷3号")
    tab.get_by_label("姓名", exact=True).fill("看示例")
    tab.get_by_label("您的手机号").fill(phone)
    tab.get_by_label("同意为办这一单使用以上信息").check()


def test_a_daughter_orders_for_her_mother_and_withdraws(tab: Page) -> None:
    make_a_wish(tab, "1380000")  # too short
    tab.get_by_role("button", name="发出去").click()
    expect(tab.locator("#phone-e")).to_be_visible()
    expect(tab.get_by_label("怎么称呼他（她）")).to_have_value("我妈")
    tab.get_by_label("您的手机号").fill("13800004321")
    tab.get_by_role("button", name="发出去").click()
    expect(tab.locator("#reference")).to_have_text(REFERENCE)
    expect(tab.locator("main")).to_contain_text("下班前受理")
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    reference = tab.locator("#reference").inner_text()
    tab.goto("/mine")
    expect(tab.locator("main")).to_contain_text(reference)
    tab.get_by_role("link", name="看进度").first.click()
    tab.get_by_role("link", name="撤单").click()
    tab.get_by_role("button", name="撤单").click()
    expect(tab.locator("main")).to_contain_text("这一单撤了")


def test_the_page_of_an_order_moves_on_by_itself(chromium: Browser, site: Site) -> None:
    context = chromium.new_context(base_url=site.url, locale="zh-CN")
    looking = context.new_page()
    looking.clock.install()
    make_a_wish(looking, "13800005432")
    looking.get_by_role("button", name="发出去").click()
    expect(looking.locator("#reference")).to_have_text(REFERENCE)
    looking.evaluate("window.untouched = true")

    other = context.new_page()
    other.goto(f"{looking.url}/withdraw")
    other.get_by_role("button", name="撤单").click()
    expect(other.locator("main")).to_contain_text("这一单撤了")

    expect(looking.locator("main")).not_to_contain_text("这一单撤了")
    looking.clock.fast_forward(61_000)
    expect(looking.locator("main")).to_contain_text("这一单撤了")
    assert looking.evaluate("window.untouched")
    context.close()
