"""Read a feed with readers that share nothing with what writes it (icalendar, ElementTree)."""

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import feedparser
import vobject
from ical.calendar_stream import IcsCalendarStream

from portal.clock import local


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """One event as a reader understood it; times are the stations' own."""

    uid: str
    begins: datetime
    ends: datetime
    summary: str
    status: str
    sequence: int
    location: str
    description: str
    modified: datetime
    url: str

    @property
    def occurrence_id(self) -> int:
        """Return the id of the occurrence that the event is a day of."""
        return int(self.uid.partition("@")[0].split("-")[1])


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a news feed as its reader understood it."""

    id: str
    title: str
    updated: datetime
    link: str
    summary: str

    @property
    def occurrence_id(self) -> int:
        """Return the id of the occurrence that the entry tells of."""
        return int(self.id.rpartition("-")[2])


def by_vobject(data: bytes) -> list[Event]:
    """Read a calendar with vobject, which takes time zones from the calendar itself."""
    found = vobject.readOne(data.decode())
    assert found.validate(raiseException=True)
    return sorted(map(_of_vobject, found.contents.get("vevent", ())))


def _of_vobject(event: Any) -> Event:
    def value(name: str) -> Any:
        [line] = event.contents[name]
        return line.value

    return Event(
        uid=value("uid"),
        begins=local(value("dtstart")),
        ends=local(value("dtend")),
        summary=value("summary"),
        status=value("status"),
        sequence=int(value("sequence")),
        location=value("location"),
        description=value("description"),
        modified=value("last-modified").astimezone(UTC),
        url=value("url"),
    )


def by_ical(data: bytes) -> list[Event]:
    """Read a calendar with ical, which is strict about types and knows time zones by name."""
    found = IcsCalendarStream.calendar_from_ics(data.decode())
    return sorted(map(_of_ical, found.events))


def _of_ical(event: Any) -> Event:
    return Event(
        uid=event.uid,
        begins=local(event.dtstart),
        ends=local(event.dtend),
        summary=event.summary,
        status=event.status.value,
        sequence=event.sequence,
        location=event.location,
        description=event.description,
        modified=event.last_modified.astimezone(UTC),
        url=str(event.url),
    )


READERS: tuple[Callable[[bytes], list[Event]], ...] = (by_vobject, by_ical)


def events_of(data: bytes) -> list[Event]:
    """Read a calendar with every reader; they must understand the same."""
    first, *others = (read(data) for read in READERS)
    assert [other for other in others if other != first] == []
    return first


def entries_of(data: bytes) -> list[Entry]:
    """Read a news feed with feedparser, which says when a feed is not well formed."""
    found = feedparser.parse(data)
    assert (found.bozo, found.version) == (False, "atom10"), found.get("bozo_exception")
    return [
        Entry(
            id=entry.id,
            title=entry.title,
            updated=datetime.fromtimestamp(calendar.timegm(entry.updated_parsed), UTC),
            link=entry.link,
            summary=entry.summary,
        )
        for entry in found.entries
    ]
