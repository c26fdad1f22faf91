"""Write occurrences as iCalendar (RFC 5545): published, public fields only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from portal.activities.feed_rows import FeedRow
from portal.clock import ZONE, local
from portal.i18n import _

PAST = timedelta(days=30)
AHEAD = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the feed lives: domain of its UIDs (never changes) and address of its pages."""

    domain: str
    public_url: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of a calendar; `begins` and `ends` are the stations' local time."""

    uid: str
    changed_at: datetime  # the last change, not the time of asking
    sequence: int  # grows with each change
    begins: datetime
    ends: datetime
    title: str
    status: str  # CONFIRMED, TENTATIVE or CANCELLED
    location: str
    url: str
    text: str
    categories: tuple[str, ...] = ()


def feed(rows: Iterable[FeedRow], name: str, place: Place, demo: bool) -> bytes:
    """Return a calendar of these occurrences; each of several days is one event per day it opens."""
    return calendar(
        (
            _entry(row, begins, ends, number, place)
            for row in rows
            for number, (begins, ends) in enumerate(days_of(row.starts_at, row.ends_at))
        ),
        name,
        place,
        demo,
    )


def calendar(entries: Iterable[Entry], name: str, place: Place, demo: bool) -> bytes:
    """Return a calendar of these events."""
    import icalendar  # 68 ms to import: only feeds pay

    written: Any = icalendar.Calendar()
    written.add("prodid", f"-//{place.domain}//portal//ZH")
    written.add("version", "2.0")
    written.add("method", "PUBLISH")
    title = _("%(name)s (demonstration)", name=name) if demo else name
    written.add("name", _text(title))
    written.add("x-wr-calname", _text(title))
    written.add("x-wr-timezone", str(ZONE))
    written.add("refresh-interval", timedelta(hours=6), parameters={"value": "DURATION"})
    written.add("x-published-ttl", "PT6H")
    for entry in entries:
        written.add_component(_event(icalendar, entry))
    written.add_missing_timezones()
    text: bytes = written.to_ical()
    return text


def _event(icalendar: Any, entry: Entry) -> Any:
    event = icalendar.Event()
    event.add("uid", entry.uid)
    # An unchanged feed stays the same to the byte.
    event.add("dtstamp", entry.changed_at.replace(microsecond=0))
    event.add("last-modified", entry.changed_at.replace(microsecond=0))
    event.add("sequence", entry.sequence)
    event.add("dtstart", entry.begins)
    event.add("dtend", entry.ends)
    event.add("summary", _text(entry.title))
    event.add("status", entry.status)
    event.add("location", _text(entry.location))
    event.add("url", entry.url)
    event.add("description", _text(entry.text))
    if entry.categories:
        event.add("categories", list(entry.categories))
    return event


def _entry(row: FeedRow, begins: datetime, ends: datetime, number: int, place: Place) -> Entry:
    url = f"{place.public_url}/occurrences/{row.id}"
    about = [row.cancel_reason] if row.cancelled else []
    about += [row.text, f"{row.station_name} {row.phone}".strip(), url]
    return Entry(
        uid=f"occurrence-{row.id}{f'-{number + 1}' if number else ''}@{place.domain}",
        changed_at=row.changed_at,
        sequence=row.sequence,
        begins=begins,
        ends=ends,
        title=_("[Cancelled] %(title)s", title=row.title) if row.cancelled else row.title,
        status="CANCELLED" if row.cancelled else "CONFIRMED",
        location=row.location,
        url=url,
        text="\n".join(part for part in about if part),
        categories=(row.category_label,),
    )


def _text(text: str) -> str:
    # The library takes a typed \N for a line break before it escapes the \: a title would break in two.
    return text.replace("\\N", "\N{FULLWIDTH REVERSE SOLIDUS}N")


def days_of(starts_at: datetime, ends_at: datetime) -> list[tuple[datetime, datetime]]:
    """Cut an occurrence into its daily openings, in local time."""
    begins, ends = local(starts_at), local(ends_at)
    count = (ends.date() - begins.date()).days + 1
    found = []
    for number in range(count):
        day = begins.date() + timedelta(days=number)
        found.append(
            (
                datetime.combine(day, begins.time(), ZONE),
                datetime.combine(day, ends.time(), ZONE),
            )
        )
    return found
