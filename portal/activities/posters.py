"""Print a date as a poster, and hand out its picture to share."""

import unicodedata
from dataclasses import dataclass, replace
from math import ceil, inf

from flask import Blueprint, Response, request

from portal.access import public
from portal.activities import announcements, listing, lunar, picture, queries, rescheduling
from portal.activities.announcements import link_to, phone_of
from portal.activities.cards import Card, card_of
from portal.activities.models import Occurrence
from portal.activities.recurrences import repeats_of
from portal.activities.rule_words import repetition, words
from portal.clock import local, now
from portal.errors import Missing
from portal.i18n import _
from portal.stations import queries as stations
from portal.web import pictures
from portal.web.answers import page
from portal.web.qr import qr_path
from portal.web.text import blocks, phrases

# Titles stand upright in columns of so many squares, so many columns, at this size; or lie in lines of them.
UPRIGHT = ((6, 2, "v1"), (7, 3, "v2"), (9, 3, "v3"))
LYING = ((10, 3, "h1"), (12, 4, "h2"), (16, 5, "h3"))  # what is longer, or not Chinese
TAGLINE = 30  # squares; the first sentence of the text stands on the poster if it is that short
CROWDED = ((6, ""), (11, " crowded"))  # lines of facts that find room at this size
NEXT_DATES = 6

bp = Blueprint("posters", __name__)


def squares(text: str) -> float:
    """Return how much room a text takes, in squares of a Chinese character."""
    return sum(1 if unicodedata.east_asian_width(character) in "WFA" else 0.6 for character in text)


def title_class(title: str) -> str:
    """Return how the title is set: upright (v…) or lying (h…), and how large (1 is the largest)."""
    room = squares(title)
    chinese = sum(unicodedata.east_asian_width(character) in "WF" for character in title)
    for steps in (UPRIGHT, LYING) if chinese * 2 >= room else (LYING,):
        for deep, most, name in steps:
            if columns(title, deep) <= most:
                return name
        for deep, most, name in steps:  # rather smaller than torn, rather torn than lying
            if ceil(room / deep) <= most:
                return f"{name} torn"
    return "h3 torn"


def columns(title: str, deep: int) -> float:
    """Return how many columns a title takes if no phrase is torn; infinity if one is longer than a column."""
    found, left = 1, float(deep)
    for phrase in phrases(title):
        needed = squares(phrase)
        if needed > deep:
            return inf
        if needed > left:
            found, left = found + 1, float(deep)
        left -= needed + 0.3  # a space, or what the setting adds
    return found


def crowd_class(facts: list[str], title: str) -> str:
    """Return how tightly what stands beside the title is set; beneath one that lies there is less room."""
    lines = sum(1 + int(squares(fact) / 17) for fact in facts if fact) + (4 if title[0] == "h" else 0)
    return next((name for most, name in CROWDED if lines <= most), " crowded packed")


def tagline(text: str) -> str:
    """Return the first sentence of a description if it is short enough to go with the title."""
    for block in blocks(text)[:1]:
        line = block.lines[0]
        end = min((line.find(mark) for mark in "。！？!?" if mark in line), default=len(line))
        if squares(line[: end + 1]) <= TAGLINE:
            return line[: end + 1].removesuffix("。")
    return ""


@dataclass(frozen=True, slots=True)
class Row:
    """The row a date belongs to, as the poster of all its dates says it."""

    rule: str
    more: str  # how long it goes on, and on which days it does not
    dates: list[Card]


def row_of(found: Occurrence) -> Row | None:
    """Return the rule and the next dates of the activity; None if this is its only one."""
    others = listing.other_dates(found.activity_id, found.id, NEXT_DATES)
    if not others:
        return None
    rules = rescheduling.rules_of(found.activity_id)
    cards = sorted([card_of(found), *others], key=lambda card: card.starts_at)
    coming = [card for card in cards if not card.cancelled and card.ends_at > now()]
    if not rules:
        return Row("", "", coming[:NEXT_DATES])
    # The dates beneath it show which ones are left out.
    rule = replace(repeats_of(rules[-1]).rule, exceptions=frozenset(), extra=frozenset())
    said = repetition(rule)
    return Row(said, words(rule).removeprefix(said).removeprefix(_(", ")), coming[:NEXT_DATES])


@bp.get("/occurrences/<int:occurrence_id>/poster")
@public
def poster(occurrence_id: int) -> Response:
    """Show the poster of a date: `paper` is a4 or a3; `all=1` shows all dates of its activity instead."""
    paper = request.args.get("paper", "a4")
    whole = request.args.get("all", "")
    if paper not in ("a4", "a3") or whole not in ("", "1"):
        raise Missing
    found = queries.occurrence(occurrence_id)
    row = row_of(found) if whole else None
    activity, station, day = found.activity, found.station, local(found.starts_at).date()
    setting = title_class(activity.title)
    place = stations.in_language(found.room.name, found.room.name_en) if found.room else found.place_name
    where = station.address if found.room else found.place_address
    audience = announcements.audience_words(activity)
    return page(
        "activities/poster.html",
        occurrence=found,
        activity=activity,
        station=station,
        name=stations.in_language(station.name, station.name_en),
        day=day,
        last_day=local(found.ends_at).date(),
        facts=lunar.day_facts(day),
        lunar_long_label=lunar.lunar_long_label,
        festival_label=lunar.festival_label,
        paper=paper,
        whole=whole,
        row=row,
        setting=setting,
        crowd=crowd_class([place, where, audience, "sign up", "age"], setting),
        phrases=phrases,
        tagline=tagline(activity.text),
        place=place,
        address=where,
        audience=audience,
        how=announcements.how_words(activity, found.seats),
        phone=phone_of(found),
        link=link_to(found),
        qr=qr_path(link_to(found)),
    )


@bp.get("/occurrences/<int:occurrence_id>/share.png")
@public
def share(occurrence_id: int) -> Response:
    """Hand out the picture of a date; under the address that pages link to (`v`), it never changes."""
    said = announcements.announcement(queries.occurrence(occurrence_id))
    state = picture.state_of(said)
    if request.if_none_match.contains_weak(state):
        response = Response(status=304)
    else:
        body = pictures.kept(str(occurrence_id), state, lambda: picture.draw(said))
        response = Response(body, content_type="image/png")
    lasts = request.args.get("v", "") == state[:12]
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if lasts else "no-cache"
    response.set_etag(state)
    return response
