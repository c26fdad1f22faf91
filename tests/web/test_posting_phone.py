"""A newcomer posts a weekly class on a phone of 360 px: each tap and each field counts."""

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import BrowserContext, expect

from portal.access import Role
from portal.activities.kept_forms import KeptForm
from portal.activities.models import Activity, Occurrence
from portal.clock import local
from portal.db import db
from tests.make import PASSWORD, Make, span
from tests.web.test_phone_journeys import Phone, address, clock, environ, sign_in, windows

__all__ = ["address", "clock", "environ", "windows"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]
MOST = 12  # taps and fields


class Counted:
    """A phone on which every tap and every field filled in is written down."""

    def __init__(self, phone: Phone) -> None:
        self.phone = phone
        self.done: list[str] = []

    def tap(self, what: str, selector: str) -> None:
        self.done.append(f"tap {what}")
        self.phone.tab.locator(selector).first.click()

    def fill(self, what: str, selector: str, value: str) -> None:
        self.done.append(f"fill {what}: {value}")
        self.phone.tab.locator(selector).fill(value)

    def choose(self, what: str, selector: str, value: str) -> None:
        self.done.append(f"choose {what}: {value}")
        self.phone.tab.locator(selector).select_option(value)


def published(app: Flask) -> list[str]:
    with app.app_context():
        dates = sa.select(Occurrence.starts_at).join(Activity).where(Occurrence.published.is_(True))
        rows = db.session.scalars(dates.where(Activity.title == "示例太极班").order_by(Occurrence.starts_at))
        return [local(starts_at).date().isoformat() for starts_at in rows]


def test_a_weekly_class_is_posted_by_a_newcomer_in_a_dozen_taps(
    windows: list[BrowserContext], address: str, app: Flask, make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    editor = make.account(Role.EDITOR, "s1")
    phone = Phone(windows[0])
    sign_in(phone, editor.username, PASSWORD, "/staff/$")
    me = Counted(phone)
    me.tap("发一场活动", 'a[href="/staff/activities/new"]')
    phone.fits("/staff/activities/new$")
    me.fill("名称", "#title", "示例太极班")
    me.tap("健身体育", 'label:has(input[name="category"][value="fitness"])')
    me.fill("头一场", "#first_day", "2026-06-16")
    me.fill("几点开始", "#opens", "07:30")
    me.fill("几点结束", "#closes", "08:30")
    me.choose("每周", "#repeat", "weekly")
    me.fill("几次", "#times", "6")
    me.tap("发布", 'button[name="intent"][value="publish"]')
    phone.fits(r"/staff/activities/\d+$")
    with capsys.disabled():
        print("\n" + "\n".join(f"{number:2} {one}" for number, one in enumerate(me.done, 1)))
    assert len(me.done) <= MOST
    days = ["06-16", "06-23", "06-30", "07-07", "07-14", "07-21"]
    assert published(app) == [f"2026-{day}" for day in days]
    assert phone.faults == []


@pytest.mark.parametrize("windows", [True], indirect=True, ids=["with script"])
def test_the_page_looks_and_keeps_by_itself_and_leaves_the_fields_alone(
    windows: list[BrowserContext], address: str, app: Flask, make: Make
) -> None:
    make.activity(title="主题党日", room="道德讲堂", spans=[span(6, "07:00", "09:00")])
    editor = make.account(Role.EDITOR, "s1")
    phone = Phone(windows[0])
    tab = phone.tab
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    sign_in(phone, editor.username, PASSWORD, "/staff/$")
    phone.go("/staff/activities/new")
    asked.clear()
    tab.locator("#title").fill("示例太极班")
    tab.locator("#first_day").fill("2026-06-16")
    tab.locator("#opens").fill("07:30")
    tab.locator("#closes").fill("08:30")
    tab.locator("#room").select_option(str(make.room()))
    tab.locator("#seats").focus()
    expect(tab.locator("#room-clash .err")).to_contain_text("主题党日")
    expect(tab.locator("#said")).to_contain_text("1 场")
    expect(tab.locator("#seats")).to_be_focused()
    expect(tab.locator("#kept")).to_contain_text("存过")
    assert len(asked) <= 6, "a look and a keeping, not one for each field"
    tab.locator('button[name="take_room"]').first.click()
    expect(tab.locator("#room-clash .err")).to_have_count(0)
    expect(tab.locator("#room")).not_to_have_value(str(make.room()))
    expect(tab.locator("#room")).to_be_focused()
    expect(tab.locator("#title")).to_have_value("示例太极班")
    tab.locator("#repeat").select_option("weekly")
    tab.locator("#times").fill("3")
    tab.locator("#times").blur()
    expect(tab.locator("#go-out")).to_contain_text("3 场")
    box = tab.locator("input[name=leave_out]").first
    box.check()
    expect(tab.locator("#go-out")).to_contain_text("3 场")
    expect(tab.locator("input[name=leave_out]").first).to_be_focused()
    phone.fits("/staff/activities/new$")
    phone.go("/staff/activities/new")
    tab.locator('a[href*="kept="]').first.click()
    expect(tab.locator("#title")).to_have_value("示例太极班")
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(KeptForm)) == 1
    assert phone.faults == []
