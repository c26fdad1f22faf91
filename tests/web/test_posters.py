"""Posters out of a real browser: one page on either paper, a code to scan, fit for grey printers."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from threading import Thread

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import Image
from playwright.sync_api import Browser, Page
from werkzeug.serving import make_server

from portal.activities.models import Audience, Occurrence
from portal.db import transaction
from portal.stations.models import NetworkFact, Station
from portal.stations.shell import DEMO
from tests.conftest import settings
from tests.make import Make, each_week
from tests.web import qr
from tests.web.conftest import free_port

pytestmark = pytest.mark.browser
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

POINTS = {"a4": (595, 842), "a3": (842, 1191)}
PIXELS_PER_MM = 96 / 25.4
TITLES = (
    "写一封侨批",
    "银龄义诊：测血压、查血糖",
    "长" * 24,
    "侨乡老照片征集与展览：讲一讲照片里的人和事，看一看老房子",
    "长" * 80,
    "W" * 80,
    "Morning exercise for everyone under the banyan tree, with tea afterwards, bring a chair",
)
# The colours of all that holds text on paper.
TEXTS = """() => [...document.querySelectorAll('.a4 *')]
  .filter(one => [...one.childNodes].some(child => child.nodeType === 3 && child.data.trim()))
  .filter(one => !one.closest('.seal, .off'))
  .map(one => getComputedStyle(one).color)"""
# Whatever reaches out of its place, or over what stands beneath.
FAULTS = """() => {
  const box = one => one.getBoundingClientRect(), one = name => box(document.querySelector(name));
  const all = name => [...document.querySelectorAll(name)].filter(each => box(each).width);
  const name = each => `${each.tagName} ${each.className}`;
  const paper = one('.a4'), code = one('.go'), roofs = one('.roofs'), title = one('.vt'), rest = one('.lt');
  const apart = title.left >= rest.right - 1 || title.bottom <= rest.top + 1;
  return [
    ...all('.mid *')
      .filter(each => box(each).bottom > code.top + 1)
      .map(each => `on the code: ${name(each)}`),
    ...all('.mid *, .go *, .k-head *')
      .filter(each => box(each).right > paper.right - 20 || box(each).left < paper.left + 20)
      .map(each => `out of the paper: ${name(each)}`),
    ...all('.go *').filter(each => box(each).bottom > roofs.top).map(each => `over the roofs: ${name(each)}`),
    ...all('.lt, .lt dl, .when')
      .filter(each => each.scrollWidth > each.clientWidth + 1)
      .map(each => `too wide: ${name(each)}`),
    ...all('.k-head').filter(each => box(each).bottom > one('.mid').top).map(() => 'the head is too high'),
    ...(apart ? [] : ['the title stands on the facts']),
  ];
}"""


@pytest.fixture
def environ(instance: Path, built_assets: Path, database: str) -> dict[str, str]:
    """Return the settings of a portal that stands at an address of its own."""
    return settings(instance, built_assets, database) | {"PUBLIC_URL": f"http://127.0.0.1:{free_port()}"}


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Serve the portal of this test and return where."""
    url: str = app.config["PUBLIC_URL"]
    server = make_server("127.0.0.1", int(url.rsplit(":", 1)[1]), app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield url
    server.shutdown()
    thread.join()


@pytest.fixture
def tab(chromium: Browser, address: str) -> Iterator[Page]:
    context = chromium.new_context(base_url=address, viewport={"width": 1200, "height": 1300})
    yield context.new_page()
    context.close()


def pages(printed: bytes) -> list[tuple[int, int]]:
    """Return the size of each page of a PDF, in points."""
    boxes = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", printed)
    assert len(boxes) == len(re.findall(rb"/Type\s*/Page\b", printed))
    return [(round(float(width)), round(float(height))) for width, height in boxes]


def everything(make: Make, title: str) -> int:
    """Post as much as the form takes, each week, and return its first date."""
    with make.app.app_context(), transaction() as session:
        station = session.get_one(Station, make.station())
        station.phone, station.contact = "0660-000 0001 转 0002（早上）"[:30], "联" * 40
    activity_id = make.activity(
        title=title[:80],
        text="说" * 30 + "。" + "话" * 3000,
        audiences=tuple(one for one in Audience if one is not Audience.EVERYONE),
        cohosts=("s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9"),
        registration=True,
        seats=100_000,
        ages=(60, 120),
        place="地" * 60,
        repeats=each_week(8),
    )
    with make.app.app_context(), transaction() as session:
        session.execute(sa.update(Occurrence).values(place_address="址" * 120))
    return make.dates_of(activity_id)[0]


def grey(colour: str) -> float:
    """Return how light a colour is, 0 to 1, as a grey printer and WCAG see it."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@on_sqlite
@pytest.mark.parametrize("title", TITLES, ids=range(len(TITLES)))
def test_a_poster_is_one_page_whatever_stands_on_it(tab: Page, make: Make, title: str) -> None:
    full, short = everything(make, title), make.occurrence(title=title[:80])
    tab.emulate_media(media="print")
    for paper, size in POINTS.items():
        for asked in (
            f"{full}/poster?paper={paper}",
            f"{full}/poster?all=1&paper={paper}",
            f"{short}/poster?paper={paper}",
        ):
            tab.goto(f"/occurrences/{asked}")
            assert pages(tab.pdf(prefer_css_page_size=True)) == [size], asked
            assert tab.evaluate(FAULTS) == [], asked


@on_sqlite
@pytest.mark.parametrize("paper", POINTS)
def test_its_code_is_large_enough_and_leads_to_the_page(
    tab: Page, make: Make, address: str, paper: str
) -> None:
    occurrence_id = everything(make, "写一封侨批")
    tab.goto(f"/occurrences/{occurrence_id}/poster?paper={paper}")
    tab.emulate_media(media="print")
    code = tab.locator(".go .q")
    width = tab.evaluate("() => document.querySelector('.go .q path').getBoundingClientRect().width")
    assert width / PIXELS_PER_MM >= 35
    picture = Image.open(BytesIO(code.screenshot())).convert("L")
    assert qr.read(qr.of_picture(picture)) == f"{address}/occurrences/{occurrence_id}"
    quiet = (picture.width - 38 * PIXELS_PER_MM * (1.4142 if paper == "a3" else 1)) / 2
    assert quiet >= 4 * (width / 33)  # squares of white around it, of a code of version 4


@on_sqlite
def test_all_of_it_can_be_told_apart_in_grey(tab: Page, make: Make) -> None:
    tab.goto(f"/occurrences/{everything(make, '写一封侨批')}/poster")
    paper = grey("rgb(250, 246, 238)")
    colours = set(tab.evaluate(TEXTS))
    assert len(colours) >= 3
    assert {colour for colour in colours if (paper + 0.05) / (grey(colour) + 0.05) < 4.5} == set()


@on_sqlite
def test_the_banner_of_a_demonstration_does_not_make_a_second_page(tab: Page, make: Make) -> None:
    occurrence_id = make.occurrence()
    with make.app.app_context(), transaction() as session:
        session.add(NetworkFact(key=DEMO, value="since now"))
    for paper, size in POINTS.items():
        tab.goto(f"/occurrences/{occurrence_id}/poster?paper={paper}")
        assert "示例" in tab.locator(".banner").inner_text()
        assert pages(tab.pdf(prefer_css_page_size=True)) == [size]
