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


def feed(rows: Iterable[FeedRow], name: str, place: Place, demo: bool) -> bytes:
    """Return a calendar of these occurrences; each of several days is one event per day it opens."""
    import icalendar  # 68 ms to import: only feeds pay

    calendar: Any = icalendar.Calendar()
    calendar.add("prodid", f"-//{place.domain}//portal//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    title = _("%(name)s (demonstration)", name=name) if demo else name
    calendar.add("name", _text(title))
    calendar.add("x-wr-calname", _text(title))
    calendar.add("x-wr-timezone", str(ZONE))
    calendar.add("refresh-interval", timedelta(hours=6), parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", "PT6H")
    for row in rows:
        for number, (begins, ends) in enumerate(days_of(row.starts_at, row.ends_at)):
            calendar.add_component(_event(icalendar, row, begins, ends, number, place))
    calendar.add_missing_timezones()
    written: bytes = calendar.to_ical()
    return written


def _event(icalendar: Any, row: FeedRow, begins: datetime, ends: datetime, number: int, place: Place) -> Any:
    event = icalendar.Event()
    event.add("uid", f"occurrence-{row.id}{f'-{number + 1}' if number else ''}@{place.domain}")
    # The last change, not the time of asking: an unchanged feed stays the same to the byte.
    event.add("dtstamp", row.changed_at.replace(microsecond=0))
    event.add("last-modified", row.changed_at.replace(microsecond=0))
    event.add("sequence", row.sequence)
    event.add("dtstart", begins)
    event.add("dtend", ends)
    title = _("[Cancelled] %(title)s", title=row.title) if row.cancelled else row.title
    event.add("summary", _text(title))
    event.add("status", "CANCELLED" if row.cancelled else "CONFIRMED")
    event.add("location", _text(row.location))
    event.add("url", f"{place.public_url}/occurrences/{row.id}")
    about = [row.cancel_reason] if row.cancelled and row.cancel_reason else []
    about += [row.text, f"{row.station_name} {row.phone}".strip(), f"{place.public_url}/occurrences/{row.id}"]
    event.add("description", _text("\n".join(part for part in about if part)))
    event.add("categories", [row.category_label])
    return event


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
