"""A station editor's whole day at the desk, wide and narrow, with and without scripts."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from portal.access import Role
from portal.orders.flow import State
from tests.make import PASSWORD, Make, span
from tests.orders.cases import case
from tests.web.conftest import WINDOWS, is_fault
from tests.web.test_phone_journeys import address, clock, environ

__all__ = ["address", "clock", "environ"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]


@pytest.fixture(params=WINDOWS, ids=["phone", "phone without script", "desktop", "desktop without script"])
def tab(request: pytest.FixtureRequest, chromium: Browser, address: str) -> Iterator[Page]:
    """Open a window that must end without a fault and without overflowing sideways."""
    width, script = request.param
    context = chromium.new_context(
        base_url=address,
        viewport={"width": width, "height": 900},
        java_script_enabled=script,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if is_fault(message) else None)
    yield page
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert faults == []
    context.close()


def test_an_editor_does_the_day_from_the_desk(
    app: Flask, tab: Page, make: Make, clock: time_machine.Traveller
) -> None:
    row_id = make.occurrence(title="示例合唱", when=span(0, "08:40", "08:50"))
    make.message("s1")
    order_id = case(app, make, State.SUBMITTED, "s1").order_id
    later = make.occurrence(title="示例书法", when=span(2, "09:00", "10:00"))
    clock.shift(timedelta(minutes=25))
    editor = make.account(Role.EDITOR, "s1")
    tab.goto("/login")
    tab.get_by_label("账号或手机号").fill(editor.username)
    tab.get_by_label("密码").fill(PASSWORD)
    tab.get_by_role("button", name="登录").click()
    waiting = tab.locator("#tasks > ol > li")
    expect(waiting).to_have_count(3)

    # The phone first: it is noted on the desk.
    tab.get_by_role("button", name=re.compile("打过了")).click()
    expect(waiting).to_have_count(2)
    expect(tab.locator("#notices")).to_contain_text("电话")

    # How many came: mistyped once, the fault stands beside the field, what was typed is still there.
    tab.locator(f"#count-{row_id}").get_by_role("link", name=re.compile("记人数")).click()
    tab.locator("#count input[name=attended]").fill("十八")
    tab.locator("#count").get_by_role("button", name=re.compile("记下")).click()
    expect(tab.locator("#count .err")).to_be_visible()
    expect(tab.locator("#count input[name=attended]")).to_have_value("十八")
    tab.locator("#count input[name=attended]").fill("18")
    tab.locator("#count").get_by_role("button", name=re.compile("记下")).click()
    expect(tab.locator("#notices")).to_contain_text("18")

    # An order is admitted, in its row or on its page.
    tab.goto("/staff/")
    expect(waiting).to_have_count(1)
    tab.locator(f"#order-{order_id}").get_by_role("link", name=re.compile("受理")).click()
    tab.locator("#admit").get_by_text("教育服务").click()
    tab.locator("#admit").get_by_role("button", name=re.compile("受理")).first.click()
    expect(tab.locator("#notices")).not_to_be_empty()
    tab.goto("/staff/")
    expect(tab.get_by_role("link", name=re.compile("受理"))).to_have_count(0)

    # Posted by mistake, taken back from the desk, gone on with.
    tab.goto("/staff/activities/new")
    tab.locator("#title").fill("示例太极班")
    tab.locator('label:has(input[name="category"][value="fitness"])').first.click()
    tab.locator("#first_day").fill("2026-06-16")
    tab.locator("#opens").fill("07:30")
    tab.locator("#closes").fill("08:30")
    tab.locator('button[name="intent"][value="publish"]').last.click()
    expect(tab.locator("#notices")).to_contain_text("发布了 1 场")
    tab.goto("/staff/")
    tab.locator("#undo li", has_text="示例太极班").get_by_role("button").click()
    expect(tab.locator("#notices")).to_contain_text("草稿")
    draft = tab.locator("#tasks li", has_text="示例太极班")
    draft.get_by_role("link", name=re.compile("接着写")).click()
    expect(tab.locator("#title")).to_have_value("示例太极班")

    # Cancelled for rain, and it clears up.
    tab.goto(f"/staff/occurrences/{later}")
    tab.locator('form[action$="/cancel"] input[name=reason]').fill("要下大雨")
    tab.locator('form[action$="/cancel"] button.x').click()
    clock.shift(timedelta(minutes=20))
    tab.goto("/staff/")
    tab.locator("#undo li", has_text="示例书法").get_by_role("button").first.click()
    expect(tab.locator("#notices")).to_contain_text("照常举办")

    # The neighbours are told.
    tab.goto(f"/staff/occurrences/{later}")
    tab.get_by_role("link", name=re.compile("发出去")).click()
    expect(tab.locator("textarea").first).to_have_value(re.compile("示例书法"))
