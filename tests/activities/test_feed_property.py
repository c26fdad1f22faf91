"""Whatever stands in an occurrence, its feeds are read as it was written, and stay the same to the byte."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from portal import create_app
from portal.activities import atom, ical
from portal.activities.atom import lines_of
from portal.activities.feed_rows import FeedRow
from portal.clock import ZONE
from portal.web.text import UNSEEN, tidy
from tests import conftest
from tests.activities.readers import Event, entries_of, events_of

PLACE = ical.Place("huaqiao.example", "http://localhost")
NAME = "华侨管理区新时代文明实践中心"
SELF, PAGE = "http://localhost/calendar.atom", "http://localhost/calendar"
# What feeds have a use of their own for, and what must not be cut in two at the 75th octet.
TRICKY = st.sampled_from(
    [*"\\,;:\"&<>'=-^ \t", "\\n", "\\N", "书法", "广场舞", "𠮷", "👨‍👩‍👧", "é", "]]>", "&amp;"]
)
SOME = st.lists(st.one_of(TRICKY, st.characters(codec="utf-8")), max_size=60).map("".join)
YEARS = st.dates(date(2020, 1, 1), date(2090, 1, 1))


def as_typed(text: str) -> str:
    """Return what forms keep of a text of several lines."""
    return tidy(UNSEEN.sub("", tidy(text)))


def as_line(text: str) -> str:
    """Return what forms keep of a single line."""
    return as_typed(text.replace("\n", " ").replace("\t", " "))


LINE = SOME.map(as_line)
LINES = st.lists(SOME, max_size=4).map("\n".join).map(as_typed)


@st.composite
def rows(draw: st.DrawFn) -> list[FeedRow]:
    """Draw the rows of a feed, some of several days, some cancelled."""
    found = []
    for number in range(draw(st.integers(0, 4))):
        first, minute = draw(YEARS), draw(st.integers(0, 24 * 60 - 2))
        closes = draw(st.integers(minute + 1, 24 * 60 - 1))
        last = first + timedelta(days=draw(st.sampled_from([0, 0, 0, 1, 4])))
        cancelled = draw(st.booleans())
        found.append(
            FeedRow(
                id=10 * number + draw(st.integers(1, 9)),
                title=draw(LINE.filter(bool)),
                text=draw(LINES),
                category_label="文化服务",
                starts_at=datetime.combine(first, time(*divmod(minute, 60)), ZONE),
                ends_at=datetime.combine(last, time(*divmod(closes, 60)), ZONE),
                changed_at=datetime.combine(draw(YEARS), time(draw(st.integers(0, 23)), 30, 15), ZONE),
                sequence=draw(st.integers(0, 99)),
                cancelled=cancelled,
                cancel_reason=draw(LINE) if cancelled else "",
                station_name=draw(LINE.filter(bool)),
                location=draw(LINE.filter(bool)),
                phone=draw(st.sampled_from(["", "0660-0000000"])),
            )
        )
    return found


@pytest.fixture(scope="module", autouse=True)
def portal(tmp_path_factory: pytest.TempPathFactory, built_assets: Path) -> Iterator[Flask]:
    """Stand inside a portal, for its words; its database is never opened."""
    app = create_app(conftest.settings(tmp_path_factory.mktemp("words"), built_assets))
    with app.app_context():
        yield app
    conftest.close(app)


def shown(text: str) -> str:
    r"""Return a text as calendars show it: a typed \N would otherwise become a line break."""
    return text.replace("\\N", "＼N")


def expected(row: FeedRow) -> list[Event]:
    """Return the events that tell of a row: one for each day it opens."""
    days = (row.ends_at.date() - row.starts_at.date()).days + 1
    said = [row.cancel_reason, row.text, f"{row.station_name} {row.phone}".strip()]
    return [
        Event(
            uid=f"occurrence-{row.id}{f'-{day + 1}' if day else ''}@huaqiao.example",
            begins=row.starts_at + timedelta(days=day),
            ends=row.ends_at - timedelta(days=days - 1 - day),
            summary=shown(f"【取消】{row.title}" if row.cancelled else row.title),
            status="CANCELLED" if row.cancelled else "CONFIRMED",
            sequence=row.sequence,
            location=shown(row.location),
            description=shown("\n".join([*filter(None, said), f"http://localhost/occurrences/{row.id}"])),
            modified=row.changed_at,
            url=f"http://localhost/occurrences/{row.id}",
        )
        for day in range(days)
    ]


def odd(text: str) -> list[FeedRow]:
    """Return one row that says this text wherever a row says anything."""
    begins = datetime(2026, 6, 11, 10, tzinfo=ZONE)
    return [
        FeedRow(
            1,
            text,
            text,
            "文化服务",
            begins,
            begins + timedelta(hours=1),
            begins,
            0,
            True,
            text,
            text,
            text,
            "",
        )
    ]


@settings(max_examples=60, deadline=None)
@given(rows())
@example(odd("行\u2028段\u2029末"))
@example(odd("非字符\ufffe\uffff"))
@example(odd("长" * 80))
def test_both_readers_find_in_a_calendar_what_went_into_it(written: list[FeedRow]) -> None:
    written = [as_kept(row) for row in written]
    data = ical.feed(written, NAME, PLACE, demo=False)
    assert events_of(data) == sorted(event for row in written for event in expected(row))


@settings(max_examples=30, deadline=None)
@given(rows())
def test_a_calendar_keeps_its_form(written: list[FeedRow]) -> None:
    data = ical.feed(written, NAME, PLACE, demo=True)
    assert data.endswith(b"\r\n")
    lines = data.split(b"\r\n")
    assert [line for line in lines if len(line) > 75 or b"\n" in line or b"\r" in line] == []
    assert [line.decode() for line in lines], "no character is cut in two"
    with time_machine.travel(datetime(2031, 1, 1, tzinfo=ZONE), tick=False):
        assert ical.feed(list(written), NAME, PLACE, demo=True) == data


@settings(max_examples=30, deadline=None)
@given(rows().filter(bool))
def test_a_change_is_seen_by_its_number_and_its_moment(written: list[FeedRow]) -> None:
    row = written[0]
    after = replace(row, sequence=row.sequence + 1, changed_at=row.changed_at + timedelta(seconds=1))
    old, new = (events_of(ical.feed([one], NAME, PLACE, demo=False)) for one in (row, after))
    assert [one.uid for one in old] == [one.uid for one in new]
    assert all(a.sequence < b.sequence and a.modified < b.modified for a, b in zip(old, new, strict=True))


@settings(max_examples=60, deadline=None)
@given(rows())
@example(odd("行\u2028段\u2029末"))
@example(odd("非字符\ufffe\uffff"))
@example(odd("<b>粗</b> & &amp; <script>"))
def test_a_reader_of_news_finds_in_a_feed_what_went_into_it(written: list[FeedRow]) -> None:
    written = [as_kept(row) for row in written]
    assume(not any(is_mended(text) for row in written for text in (row.title, "\n".join(lines_of(row)))))
    data = atom.feed(written, NAME, PLACE, SELF, PAGE, demo=False)
    assert data == atom.feed(list(written), NAME, PLACE, SELF, PAGE, demo=False)
    assert [
        (entry.occurrence_id, entry.title, entry.updated, entry.summary) for entry in entries_of(data)
    ] == [
        (
            row.id,
            f"【取消】{row.title}" if row.cancelled else row.title,
            row.changed_at,
            "\n".join(lines_of(row)),
        )
        for row in written
    ]


def is_mended(text: str) -> bool:
    """Say whether feedparser takes a text for one that was encoded twice, and shows it another way."""
    try:
        return text.encode("iso-8859-1").decode("utf-8") != text
    except UnicodeError:
        return False


def as_kept(row: FeedRow) -> FeedRow:
    """Return the row with its texts as forms keep them."""
    return replace(
        row,
        title=as_line(row.title),
        text=as_typed(row.text),
        cancel_reason=as_line(row.cancel_reason),
        station_name=as_line(row.station_name),
        location=as_line(row.location),
    )
