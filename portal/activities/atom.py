"""Write occurrences as an Atom feed (RFC 4287) for readers of news: published, public fields only."""

from collections.abc import Iterable
from datetime import UTC, datetime
from xml.etree import ElementTree as Xml

from portal.activities.feed_rows import FeedRow
from portal.activities.ical import Place
from portal.clock import local
from portal.i18n import _, clock_time, long_day

NAMESPACE = "http://www.w3.org/2005/Atom"
SINCE = 2023  # the year the tags of this domain are of (RFC 4151); never change it


def feed(rows: Iterable[FeedRow], name: str, place: Place, own: str, page: str, demo: bool) -> bytes:
    """Return the feed; `own` is its address, which its id follows, `page` the calendar it goes with."""
    Xml.register_namespace("", NAMESPACE)
    root = Xml.Element(_in("feed"))
    rows = list(rows)
    newest = max((row.changed_at for row in rows), default=datetime(SINCE, 1, 1, tzinfo=UTC))
    _text(root, "id", f"tag:{place.domain},{SINCE}:calendar{own[own.find('?') :] if '?' in own else ''}")
    _text(root, "title", _("%(name)s (demonstration)", name=name) if demo else name)
    _text(root, "updated", _stamp(newest))
    Xml.SubElement(root, _in("link"), rel="self", href=own, type="application/atom+xml")
    Xml.SubElement(root, _in("link"), rel="alternate", href=page, type="text/html")
    author = Xml.SubElement(root, _in("author"))
    _text(author, "name", name)
    for row in rows:
        _entry(root, row, place)
    written: bytes = Xml.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _entry(root: Xml.Element, row: FeedRow, place: Place) -> None:
    entry = Xml.SubElement(root, _in("entry"))
    title = _("[Cancelled] %(title)s", title=row.title) if row.cancelled else row.title
    _text(entry, "id", f"tag:{place.domain},{SINCE}:occurrence-{row.id}")
    _text(entry, "title", title)
    _text(entry, "updated", _stamp(row.changed_at))
    Xml.SubElement(
        entry,
        _in("link"),
        rel="alternate",
        href=f"{place.public_url}/occurrences/{row.id}",
        type="text/html",
    )
    Xml.SubElement(entry, _in("category"), term=row.category_label)
    _text(entry, "summary", "\n".join(lines_of(row)))


def lines_of(row: FeedRow) -> list[str]:
    """Say in a few lines of plain text what it is, when and where; as one would paste it into a chat."""
    begins, ends = local(row.starts_at), local(row.ends_at)
    when = _(
        "%(day)s %(begins)s–%(ends)s",
        day=long_day(begins.date()),
        begins=clock_time(row.starts_at),
        ends=clock_time(row.ends_at),
    )
    if ends.date() != begins.date():
        when += _(", until %(day)s", day=long_day(ends.date()))
    found = [when, row.location, f"{row.station_name} {row.phone}".strip()]
    if row.cancelled:
        found.insert(0, _("Cancelled: %(reason)s", reason=row.cancel_reason))
    return [line for line in found if line]


def _in(tag: str) -> str:
    return f"{{{NAMESPACE}}}{tag}"


def _text(parent: Xml.Element, tag: str, text: str) -> None:
    Xml.SubElement(parent, _in(tag)).text = text


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
