"""Work out what a form would post, before anything is written: its dates, clashes, the row residents see."""

from dataclasses import dataclass, field
from datetime import date

from portal.activities import helping, repeating, room_queries, rooms
from portal.activities.cards import Card
from portal.activities.dates import Span
from portal.activities.forms import ELSEWHERE
from portal.activities.models import Category
from portal.activities.post_form import PostForm
from portal.activities.recurrence import Kind, Rule, Skip, expand
from portal.activities.recurrences import Repeats, official
from portal.activities.rule_words import words
from portal.activities.standing import window
from portal.clock import local, today
from portal.db import db
from portal.i18n import _
from portal.stations.queries import StationCard
from portal.web.text import number_of


@dataclass(frozen=True, slots=True)
class Entry:
    """One date that the preview lists: when, why it does not take place, and the day that was meant."""

    when: Span
    skipped: Skip | None
    meant: date


@dataclass(frozen=True, slots=True)
class Dates:
    """What an activity will have: spans of its own, or a rule with what becomes of it up to the horizon."""

    spans: list[Span]
    repeats: Repeats | None
    entries: list[Entry]

    @property
    def held(self) -> list[Span]:
        """Return when it takes place."""
        return [entry.when for entry in self.entries if entry.skipped is None]


@dataclass(frozen=True, slots=True)
class Look:
    """What the preview shows of a form."""

    dates: list[Entry] = field(default_factory=list)
    held: int = 0
    rule: str = ""
    open_end: bool = False
    taken: dict[date, str] = field(default_factory=dict)  # first day of a date → what has the room then
    wanted: set[date] = field(default_factory=set)  # first days on which somebody has asked for the room
    free: list[tuple[str, str]] = field(default_factory=list)  # (id, name) of rooms free on all of them
    engaged: dict[date, str] = field(default_factory=dict)  # first day → what the team has to do then
    card: Card | None = None  # the first date as residents see it


def dates_asked(form: PostForm) -> Dates | None:
    """Return the dates the form asks for, or None with the fault beside its field."""
    one = form.span()
    if one is None:
        return None
    if not form.is_repeated:
        return Dates([one], None, [Entry(one, None, one.first)])
    repeats = form.repeats(one)
    if repeats is None:
        return None
    found = expand(repeats.rule, repeats.rule.starts_on, today() + repeating.HORIZON, official)
    entries = [Entry(repeats.span_on(each.day), each.skipped, each.meant) for each in found]
    if not any(entry.skipped is None for entry in entries):
        form.refuse("repeat", _("Not a single date comes of this. Please check the days."))
    return Dates([], repeats, entries[: repeating.MOST_MADE])


def look_at(form: PostForm, station: StationCard, dates: Dates | None, draft_id: int | None) -> Look:
    """Return what would be made: one statement for the room's clashes, one more where there are any."""
    if dates is None:
        return Look()
    held = dates.held
    # A room that the form did not offer is not asked about: whose it is, is not theirs to learn.
    offered = [(value, label) for value, label in form.room.choices if number_of(value)]
    room_id = number_of(form.room.data) if form.room.data in dict(offered) else 0
    taken: dict[date, str] = {}
    wanted: set[date] = set()
    free: list[tuple[str, str]] = []
    if room_id and held:
        found = rooms.clashes(db.session(), room_id, held, draft_id)
        taken = {when.first: title for when, title in found}
        wanted = room_queries.wanted_meanwhile(room_id, held)
    if taken:
        others = [number_of(value) for value, _label in offered if number_of(value) != room_id]
        open_to = rooms.free_throughout(db.session(), others, held, draft_id)
        free = [(value, label) for value, label in offered if number_of(value) in open_to]
    team_id = number_of(form.team.data) if form.team.data in dict(form.team.choices) else 0
    return Look(
        dates=dates.entries,
        held=len(held),
        rule=words(dates.repeats.rule) if dates.repeats else "",
        open_end=dates.repeats is not None and _goes_on(dates.repeats.rule),
        taken=taken,
        wanted=wanted,
        free=free,
        engaged={when.first: what for when, what in helping.busy(team_id, held, draft_id)},
        card=_card(form, station, held[0]) if held else None,
    )


def _goes_on(rule: Rule) -> bool:
    return rule.kind is not Kind.DATES and rule.ends_on is None and rule.count is None


def _card(form: PostForm, station: StationCard, when: Span) -> Card:
    """Make the card that the first date will have; it has no id yet."""
    known = {code.value: code for code in Category}
    days = number_of(form.opens_days.data)
    opens_at, closes_at = window(when, days or None, number_of(form.closes_minutes.data))
    elsewhere = form.room.data == ELSEWHERE
    place = form.place_name.data or "" if elsewhere else form.room_names.get(form.room.data, "")
    return Card(
        id=0,
        activity_id=0,
        title=form.title.data or _("No title yet"),
        category=known.get(form.category.data, Category.CULTURE),
        starts_at=local(when.starts_at),
        ends_at=local(when.ends_at),
        cancelled=False,
        cancel_reason="",
        registration=form.registration.data == "yes",
        seats=form.seats.data,
        station_slug=station.slug,
        station_name=station.short_name,
        seal=station.seal,
        place=place,
        attended=None,
        published=False,
        station_id=station.id,
        seats_taken=0,
        parties_waiting=0,
        opens_at=opens_at,
        closes_at=closes_at,
    )
