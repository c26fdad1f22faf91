"""What subscribers read is what the page shows, for every filter; by readers of other people."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from xml.etree import ElementTree as Xml

import pytest
import time_machine
from flask import Flask

from portal.activities import actions, calling_off, occurrences
from portal.activities.content import Content, Where
from portal.activities.models import Activity, Audience, Category
from portal.clock import ZONE
from portal.db import db
from tests.activities.readers import Event, entries_of, events_of
from tests.browser import Browser
from tests.make import Make, span

pytestmark = pytest.mark.usefixtures("noon")
FILTERS = (
    "",
    "station=s1",
    "station=s2",
    "station=s4&nearby=1",
    "cluster=s4",
    "category=fitness",
    "audience=children",
    "free=1",
    "open=1",
    "q=书法",
    "station=s1&category=culture&q=书",
    "series=zhongqiu",
    "station=s9",
)
LONG = "一封侨批，两地牵挂；" * 60 + "\n\n- 自带毛笔, 墨水; 纸由站里备\n- C:\\下载\n\n末行"
MARK = "【取消】"


@dataclass(frozen=True, slots=True, order=True)
class Shown:
    """One opening of an occurrence as page or feed say it."""

    occurrence_id: int
    begins: datetime
    ends: datetime
    title: str
    cancelled: bool


@pytest.fixture
def filled(app: Flask, make: Make, noon: time_machine.Traveller) -> dict[str, int]:
    """Post something for each filter, with whatever is hard to write in a calendar."""
    room = make.activity(
        title="侨批；书写, 一封信", text=LONG, room="农家书屋", spans=[span(1), span(8, "14:00", "15:45")]
    )
    make.activity(title="长" * 80, station="s2", place="村口, 大榕树下; 右手边", cohosts=("s1",))
    make.activity(title="展览", spans=[span(2, "08:30", "11:30", lasts=3)], station="s4")
    make.activity(
        title="八段锦", category=Category.FITNESS, audiences=(Audience.ELDERLY,), spans=[span(3), span(63)]
    )
    make.class_with_seats(2, title="少儿书法", audiences=(Audience.CHILDREN,), station="s8")
    off = make.occurrence(station="s1", title="广场舞", when=span(5, "19:00", "20:30"))
    shut = make.activity(station="s3", title="亲子营", spans=[span(6, "09:00", "11:00", lasts=2)])
    moved = make.occurrence(station="s1", title="书法班", when=span(7))
    make.occurrence(station="s1", title="没人看见的草稿", published=False)
    by = make.actor()
    with app.app_context():
        occurrences.cancel(off, "台风, 停电; 改期\\另告", by)
        occurrences.move(moved, 0, span(9, "15:00", "16:00"), Where(None, "村口", "", "", None), by)
        calling_off.cancel_all(shut, "教师生病", make.actor(station="s3"))
    return {"room": make.dates_of(room)[0], "cancelled": off, "moved": moved, "camp": make.dates_of(shut)[0]}


def as_shown(event: Event) -> Shown:
    """Return what an event says, its mark of being cancelled told apart from the title."""
    cancelled = event.status == "CANCELLED"
    assert event.summary.startswith(MARK) is cancelled
    return Shown(event.occurrence_id, event.begins, event.ends, event.summary.removeprefix(MARK), cancelled)


def on_the_page(client: Browser, narrowed: str) -> list[Shown]:
    """Read the whole list, page by page, as a visitor would."""
    found, address = [], f"/calendar?view=list&on=2026-06-10&{narrowed}"
    while address:
        page = client.get(address)
        assert page.status == 200
        for day in page.all(".day"):
            date = (day.attributes["id"] or "")[1:]
            for card in day.css(".ev"):
                [link], [time], [ends], [title] = (card.css(what) for what in ("a", "time", "small", ".t"))
                closes = datetime.strptime(date + ends.text(), "%Y%m%d–%H:%M").replace(tzinfo=ZONE)
                begins = datetime.fromisoformat(time.attributes["datetime"] or "").replace(tzinfo=ZONE)
                assert begins.strftime("%Y%m%d") == date
                found.append(
                    Shown(
                        int((link.attributes["href"] or "").rpartition("/")[2]),
                        begins,
                        closes,
                        title.text(),
                        "void" in (card.attributes["class"] or "").split(),
                    )
                )
        later = page.all(".pager a")
        address = (later[0].attributes["href"] or "") if later else ""
    return sorted(found)


@pytest.mark.usefixtures("filled")
def test_a_calendar_says_what_the_page_shows_whatever_the_filter(client: Browser) -> None:
    sizes = {}
    for narrowed in FILTERS:
        read = sorted(map(as_shown, events_of(client.get(f"/calendar.ics?{narrowed}").response.data)))
        assert read == on_the_page(client, narrowed), narrowed
        sizes[narrowed] = len(read)
    assert sizes[""] == 13
    assert [narrowed for narrowed, size in sizes.items() if not size] == ["series=zhongqiu", "station=s9"]


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("slug", ["s1", "s2", "s3", "s4", "s9"])
def test_a_station_s_calendar_says_what_its_page_shows(client: Browser, slug: str) -> None:
    read = sorted(map(as_shown, events_of(client.get(f"/stations/{slug}/calendar.ics").response.data)))
    assert read == on_the_page(client, f"station={slug}")


def test_one_occurrence_says_what_its_page_shows(client: Browser, filled: dict[str, int]) -> None:
    for what, occurrence_id in filled.items():
        page = client.get(f"/occurrences/{occurrence_id}")
        found = events_of(client.get(f"/occurrences/{occurrence_id}.ics").response.data)
        assert len(found) == (2 if what == "camp" else 1)
        for event in found:
            shown = as_shown(event)
            assert page.one("h1").text() == shown.title
            assert f"{shown.begins:%H:%M}–{shown.ends:%H:%M}" in page.text
            assert all(word in page.text for word in event.location.split()), event.location
            assert ("这一场取消了" in page.text) is shown.cancelled
            assert event.url == f"http://localhost{page.path}"
            # What it says at length, line by line; on the page “- ” makes a list.
            for line in filter(None, event.description.split("\n")):
                if line != event.url:
                    assert " ".join(line.removeprefix("- ").split()) in page.text
    [event] = events_of(client.get(f"/occurrences/{filled['room']}.ics").response.data)
    assert LONG in event.description


def test_whoever_subscribes_learns_of_each_change(
    client: Browser, app: Flask, make: Make, noon: time_machine.Traveller
) -> None:
    activity_id = make.activity(title="剪纸", text="一")
    [row_id] = make.dates_of(activity_id)
    by = make.actor()

    def words(**other: object) -> Callable[[], None]:
        def change() -> None:
            found = db.session.get_one(Activity, activity_id)
            said = Content(
                title=found.title,
                text=found.text,
                category=found.category,
                series_id=None,
                audiences=(Audience.EVERYONE,),
                cohost_ids=(),
                registration=False,
                party_max=4,
                min_age=None,
                max_age=None,
                contact="",
                phone="",
            )
            actions.change_content(activity_id, found.version, replace(said, **other), by)  # type: ignore[arg-type]

        return change

    steps: list[tuple[str, Callable[[], object], int]] = [
        ("text", words(text="二"), 0),
        ("title", words(title="剪窗花"), 1),
        ("time", lambda: occurrences.move(row_id, 1, span(3), Where(None, "榕树下", "", "", None), by), 1),
        ("place", lambda: occurrences.move(row_id, 2, span(3), Where(None, "村口", "", "", None), by), 1),
        ("cancelled", lambda: occurrences.cancel(row_id, "下雨", by), 1),
        ("restored", lambda: occurrences.restore(row_id, by), 1),
    ]
    before = client.get("/calendar.ics")
    for name, change, raised in steps:
        noon.shift(60)
        with app.app_context():
            change()
        after = client.get("/calendar.ics", If_None_Match=before.headers["ETag"])
        assert after.status == 200, name
        [old], [new] = (events_of(page.response.data) for page in (before, after))
        assert old.uid == new.uid
        assert new.sequence - old.sequence == raised, name
        assert new.modified > old.modified, name
        before = after
    assert (new.summary, new.status, new.location) == ("剪窗花", "CONFIRMED", "村口")


def test_what_was_cancelled_stays_for_thirty_days_and_what_comes_is_there_half_a_year_before(
    client: Browser, app: Flask, make: Make, noon: time_machine.Traveller
) -> None:
    gone = make.occurrence(title="广场舞", when=span(0, "14:00", "15:00"))
    make.occurrence(title="以后", when=span(180))
    make.occurrence(title="更晚", when=span(181))
    with app.app_context():
        occurrences.cancel(gone, "下雨", make.actor())

    def seen() -> list[tuple[str, str]]:
        return [(one.summary, one.status) for one in events_of(client.get("/calendar.ics").response.data)]

    assert seen() == [(MARK + "广场舞", "CANCELLED"), ("以后", "CONFIRMED")]
    noon.shift(timedelta(days=30))
    assert (MARK + "广场舞", "CANCELLED") in seen()
    assert ("更晚", "CONFIRMED") in seen()
    noon.shift(timedelta(days=1))
    assert [title for title, _status in seen()] == ["以后", "更晚"]


# News


@pytest.mark.usefixtures("filled")
def test_news_say_what_the_page_shows_whatever_the_filter(client: Browser) -> None:
    for narrowed in FILTERS:
        found = entries_of(client.get(f"/calendar.atom?{narrowed}").response.data)
        ahead = datetime(2026, 8, 10, tzinfo=ZONE)  # sixty days
        first = {
            one.occurrence_id: one for one in reversed(on_the_page(client, narrowed)) if one.begins < ahead
        }
        assert {entry.occurrence_id: entry.title for entry in found} == {
            one.occurrence_id: f"{MARK if one.cancelled else ''}{one.title}" for one in first.values()
        }
        for entry in found:
            one = first[entry.occurrence_id]
            assert entry.link == f"http://localhost/occurrences/{one.occurrence_id}"
            assert f"{one.begins:%H:%M}–{one.ends:%H:%M}" in entry.summary
            assert f"{one.begins.month} 月 {one.begins.day} 日" in entry.summary


@pytest.mark.usefixtures("filled")
def test_news_have_all_that_the_standard_demands(client: Browser) -> None:
    """RFC 4287: feed and entries have id, title and updated once, author, link; ids are all different."""
    atom = "{http://www.w3.org/2005/Atom}"
    stamp = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
    ids = []
    for narrowed in FILTERS:
        text = client.get(f"/calendar.atom?{narrowed}").response.text
        feed = Xml.fromstring(text)
        assert feed.tag == f"{atom}feed"
        entries = feed.findall(f"{atom}entry")
        for one in (feed, *entries):
            for name in ("id", "title", "updated"):
                [element] = one.findall(f"{atom}{name}")
                assert element.text
            assert stamp.fullmatch(one.findtext(f"{atom}updated") or "")
            assert (one.findtext(f"{atom}id") or "").startswith("tag:huaqiao.example,2023:")
            assert [link.get("href") for link in one.findall(f"{atom}link") if link.get("rel") == "alternate"]
        assert feed.findtext(f"{atom}author/{atom}name")
        [own] = [link.get("href") or "" for link in feed.findall(f"{atom}link") if link.get("rel") == "self"]
        assert client.get(own.removeprefix("http://localhost")).response.text == text
        ids.append(feed.findtext(f"{atom}id"))
        within = [entry.findtext(f"{atom}id") for entry in entries]
        assert len(within) == len(set(within))
    assert len(ids) == len(set(ids)), "a reader that knows one feed would not take up the other"
