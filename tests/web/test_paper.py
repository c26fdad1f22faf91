"""In a real browser: the sheet as it is printed, a link scanned at the door, paper keyed back."""

import re
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from portal import create_app
from portal.access import NOBODY
from portal.db import db
from portal.registrations import queries
from portal.registrations.actions import register
from portal.registrations.links import token_of
from portal.registrations.party import Consent, Party, Source
from tests.web import qr
from tests.web.conftest import SLOWEST, Site, sign_in

pytestmark = pytest.mark.browser

# A date to come of a station that anybody may sign up for; the tests let it begin a moment ago.
FREE = """
SELECT o.id, s.slug FROM occurrence o
JOIN activity a ON a.id = o.activity_id JOIN station s ON s.id = o.station_id
WHERE o.published AND o.status = 'planned' AND a.registration AND o.starts_at > datetime('now', '+2 day')
  AND a.sign_up = 'dates' AND a.min_age IS NULL AND a.max_age IS NULL AND s.level = 'station'
  AND NOT EXISTS (SELECT 1 FROM registration r WHERE r.occurrence_id = o.id AND r.name LIKE '纸%')
ORDER BY o.seats_taken, o.id LIMIT 1
"""


class Evening:
    """A date of the demonstration that has begun, with parties of this test only."""

    def __init__(self, site: Site, parties: int) -> None:
        with sqlite3.connect(site.instance / "portal.db") as data:
            self.id, self.slug = data.execute(FREE).fetchone()
            data.execute("UPDATE occurrence SET seats = NULL, opens_at = NULL WHERE id = ?", (self.id,))
        self.codes, self.links = [], []
        app = create_app({"INSTANCE": str(site.instance), "PUBLIC_URL": site.url, "JOBS": "external"})
        with app.app_context():
            ids = []
            for number in range(parties):
                party = Party(name=f"纸示例{number}", phone=f"139{self.id:04}{number:04}", adults=2)
                receipt = register(self.id, party, Consent("test"), Source.WEB, NOBODY)
                ids.append(receipt.registration_id)
                self.links.append(f"/registrations/{token_of(receipt.reference)}")
            given = queries.codes_of(self.id)
            self.codes = [given[one] for one in ids]
            self.others = len(queries.parties_of(self.id)) - parties
            db.session.remove()
            db.engine.dispose()

    def begin(self, site: Site) -> None:
        """Let it have begun five minutes ago."""
        now = datetime.now(UTC).replace(tzinfo=None)
        starts, ends = now - timedelta(minutes=5), now + timedelta(hours=1)
        with sqlite3.connect(site.instance / "portal.db") as data:
            data.execute(
                "UPDATE occurrence SET starts_at = ?, ends_at = ? WHERE id = ?",
                (f"{starts}", f"{ends}", self.id),
            )


def pages_of(pdf: bytes) -> int:
    """Count the pages of a PDF as Chromium writes it."""
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


@pytest.fixture
def office(chromium: Browser, site: Site) -> Iterator[BrowserContext]:
    """Open a window like that of a station's computer."""
    context = chromium.new_context(base_url=site.url, viewport={"width": 1280, "height": 800}, locale="zh-CN")
    context.set_default_timeout(SLOWEST)
    yield context
    context.close()


@pytest.mark.parametrize(("parties", "pages"), [(10, 1), (60, 3)])
def test_the_sheet_is_printed_on_as_many_pages_as_it_takes(
    office: BrowserContext, site: Site, tmp_path: Path, parties: int, pages: int
) -> None:
    evening = Evening(site, parties)
    tab = office.new_page()
    sign_in(tab, site, evening.slug)
    tab.goto(f"/staff/occurrences/{evening.id}/sheet")
    tab.emulate_media(media="print")
    rows = tab.locator("article tbody tr")
    expect(rows).to_have_count(parties + evening.others + 4)
    words = tab.locator("article").inner_text()
    assert "农历" in words
    assert all(code in words for code in evening.codes)
    assert not re.search(r"1[3-9]\d{9}", words), "no whole number"
    head = tab.locator("article thead")
    assert head.evaluate("one => getComputedStyle(one).display") == "table-header-group"
    drawn = tab.locator("article svg.q")
    box = drawn.bounding_box()
    assert box is not None
    size = int(drawn.get_attribute("viewBox").split()[2]) - 8  # type: ignore[union-attr]
    assert box["width"] * size / (size + 8) >= 25 / 25.4 * 96, "25 mm without its quiet zone"
    path = drawn.locator("path").last.get_attribute("d") or ""
    assert qr.read(qr.modules(path, size)) == f"{site.url}/staff/occurrences/{evening.id}#paper"
    pdf = tab.pdf(prefer_css_page_size=True)
    assert pages_of(pdf) == pages


def test_from_the_scanned_link_to_the_paper_keyed_back_on_a_phone(chromium: Browser, site: Site) -> None:
    for script in (True, False):
        evening = Evening(site, 5)
        evening.begin(site)
        context = chromium.new_context(
            base_url=site.url,
            viewport={"width": 360, "height": 740},
            java_script_enabled=script,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
        )
        context.set_default_timeout(SLOWEST)
        tab = context.new_page()
        sign_in(tab, site, evening.slug)
        tab.goto(evening.links[0])
        tab.get_by_role("button", name="到了 2 人").click()
        expect(tab).to_have_url(re.compile(rf"/staff/occurrences/{evening.id}/door\?party="))
        expect(tab.locator("[role=status].box")).to_contain_text("纸示例0，到了 2 人")
        no_sideways(tab)
        tab.get_by_role("button", name="记错了，撤回").click()
        expect(tab.locator("[role=status].box")).to_contain_text("没点")
        tab.locator("#door_q").fill(evening.codes[1].lower())
        tab.locator("#door_q").press("Enter")
        expect(tab.locator("[role=status].box")).to_contain_text("纸示例1，到了 2 人")

        tab.goto(f"/staff/occurrences/{evening.id}#paper")
        one, _checked_in, three, four, _absent = evening.codes
        wrong = four[0] + four[2] + four[1]
        tab.locator("#paper_codes").fill(f"{one} {three}=1，{wrong} x=2")
        tab.get_by_role("button", name="对一对").click()
        expect(tab.locator("#paper")).to_contain_text("没有这个行码")
        expect(tab.get_by_role("button", name="没错，记进去")).to_have_count(0)
        tab.get_by_role("button", name=f"{four} 纸示例3").click()
        expect(tab.locator("#paper")).to_contain_text("到 1 人")
        no_sideways(tab)
        expect(tab.locator("#paper_codes")).to_have_value(re.compile(four))
        tab.get_by_role("button", name="没错，记进去").click()
        expect(tab.get_by_text("纸上的记好了")).to_be_visible()
        expect(tab.locator("#walk output")).to_have_text("2")
        with sqlite3.connect(site.instance / "portal.db") as data:
            came = data.execute(
                "SELECT name, came FROM registration WHERE occurrence_id = ? AND name LIKE '纸%' ORDER BY id",
                (evening.id,),
            ).fetchall()
        assert [row[1] for row in came] == [2, 2, 1, 2, None]
        context.close()


def no_sideways(tab: Page) -> None:
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
