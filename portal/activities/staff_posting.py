"""Let staff post an activity on one page, and change what they have posted."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from flask import Response, flash, request, url_for

from portal.access import WRITERS, actor, only, scope
from portal.activities import actions, listing, lunar, queries, repeating, rescheduling, room_queries, rooms
from portal.activities.address import coming_weekend
from portal.activities.dates import Span, span_of
from portal.activities.forms import ContentForm, PostForm
from portal.activities.models import Activity, ActivityStatus
from portal.activities.recurrence import Kind, Rule, Skip, expand, takes_place
from portal.activities.recurrences import Repeats, official, repeats_of
from portal.activities.rule_form import RULE_NAMES
from portal.activities.rule_words import words
from portal.activities.staff import bp
from portal.clock import local, today
from portal.db import db
from portal.errors import Missing, Refused
from portal.i18n import _, ngettext
from portal.stations import queries as stations
from portal.stations.queries import StationCard
from portal.web.answers import go, page, show
from portal.web.text import number_of

# What the preview repeats below the dates, so that it is seen there, too.
WHEN_FIELDS = (*("first_day", "last_day", "opens", "closes", "room"), *RULE_NAMES)


@bp.get("/activities/new")
@only(*WRITERS)
def new() -> Response:
    """Offer an empty form, or one filled like an earlier activity (`?copy=`)."""
    form = PostForm(formdata=None)
    station = _station(request.args.get("station"))
    form.station.data = str(station.id)
    copied = None
    if "copy" in request.args:
        copied = queries.activity(number_of(request.args["copy"]), scope())
        station = stations.card_by_id(copied.station_id)
        form.station.data = str(copied.station_id)
        form.show_content(copied)
        form.show_place(copied)
        _next_date(form, copied)
    _offer(form, station)
    if copied is None:
        form.first_day.data = coming_weekend()
        form.audiences.data = ["everyone"]
    return _form_page(form, station, copied=copied)


def _next_date(form: PostForm, like: Activity) -> None:
    """Suggest the same weekday and times as last time, on the first such day to come."""
    last = listing.last_date(like.id)
    if last is None:
        return
    begins, ends = local(last.starts_at), local(last.ends_at)
    day = max(today() + timedelta(days=1), begins.date() + timedelta(days=7))
    form.first_day.data = day + timedelta(days=(begins.weekday() - day.weekday()) % 7)
    form.opens.data, form.closes.data = begins.time(), ends.time()
    rows = rescheduling.rules_of(like.id)
    if not rows:
        return
    rule = repeats_of(rows[-1]).rule
    after = (
        rule
        if rule.kind is Kind.DATES
        else replace(rule, starts_on=day, ends_on=None, count=None, exceptions=frozenset(), extra=frozenset())
    )
    coming = takes_place(expand(after, day, day + repeating.HORIZON, official))
    if coming and rule.kind is not Kind.DATES:
        form.offer_rules(after)
        form.show_rule(after)
        form.first_day.data = coming[0]


@bp.post("/activities/new")
@only(*WRITERS)
def post() -> Response:
    """Make the activity as a draft or published, or only show which dates it would have."""
    form = PostForm()
    station = _station(None, form.station.data)
    _offer(form, station)
    intent = request.form.get("intent", "draft")
    valid = form.validate()
    dates = _dates(form)
    if intent == "preview":
        return _form_page(form, station, 200, dates=dates, asked=True)
    if not valid or dates is None or form.faults:
        return _form_page(form, station, 422, dates=dates)
    try:
        activity_id = actions.post(
            station.id,
            form.content(),
            form.where(),
            dates.spans,
            publish=intent == "publish",
            by=actor(),
            key=form.key.data or "",
            repeats=dates.repeats,
        )
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        return _form_page(form, station, 409, dates=dates)
    if intent == "publish":
        held = sum(entry.skipped is None for entry in dates.entries)
        flash(ngettext("%(num)s date is published.", "%(num)s dates are published.", held))
    else:
        flash(_("Kept as a draft. Nobody sees it until you publish it."))
    return go(url_for(".activity", activity_id=activity_id))


@bp.get("/activities/<int:activity_id>/edit")
@only(*WRITERS)
def edit(activity_id: int) -> Response:
    """Offer all of a draft, or the words of what is published, for change."""
    found = queries.activity(activity_id, scope())
    station = stations.card_by_id(found.station_id)
    if found.status is not ActivityStatus.DRAFT:
        form_of_words = ContentForm(formdata=None)
        _offer_content(form_of_words, station)
        form_of_words.show_content(found)
        return page("staff/activity_words.html", form=form_of_words, activity=found, station=station)
    form = PostForm(formdata=None)
    _offer(form, station)
    form.station.data = str(found.station_id)
    form.show_content(found)
    form.show_place(found)
    _show_dates(form, found.id)
    return _form_page(form, station, draft=found, dates=_dates(form))


def _show_dates(form: PostForm, activity_id: int) -> None:
    rows = rescheduling.rules_of(activity_id)
    cards = listing.dates_of(activity_id, limit=1)
    if rows:
        repeats = repeats_of(rows[0])
        first = repeats.rule.starts_on
        one = repeats.span_on(local(cards[0].starts_at).date() if cards else first)
        form.offer_rules(repeats.rule)
        form.show_rule(repeats.rule)
    elif cards:
        one = span_of(cards[0].starts_at, cards[0].ends_at)
    else:
        return
    form.show_span(one)


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


def _dates(form: PostForm) -> Dates | None:
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


@bp.post("/activities/<int:activity_id>/edit")
@only(*WRITERS)
def save(activity_id: int) -> Response:
    """Save a draft with its dates, or the words of what is published."""
    found = queries.activity(activity_id, scope())
    station = stations.card_by_id(found.station_id)
    if found.status is not ActivityStatus.DRAFT:
        return _save_words(found, station)
    form = PostForm()
    _offer(form, station)
    form.station.data = str(found.station_id)
    intent = request.form.get("intent", "draft")
    valid = form.validate()
    dates = _dates(form)
    if intent == "preview":
        return _form_page(form, station, 200, draft=found, dates=dates, asked=True)
    if not valid or dates is None or form.faults:
        return _form_page(form, station, 422, draft=found, dates=dates)
    try:
        actions.rewrite_draft(
            activity_id,
            number_of(form.version.data),
            form.content(),
            form.where(),
            dates.spans,
            publish=intent == "publish",
            by=actor(),
            repeats=dates.repeats,
        )
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        return _form_page(form, station, 409, draft=found, dates=dates)
    flash(_("Published.") if intent == "publish" else _("The draft is saved."))
    return go(url_for(".activity", activity_id=activity_id))


def _save_words(found: Activity, station: StationCard) -> Response:
    form = ContentForm()
    _offer_content(form, station)
    status = 422
    if form.validate():
        try:
            actions.change_content(found.id, number_of(form.version.data), form.content(), actor())
        except Refused as refusal:
            form.refuse(refusal.field, refusal.message)
            status = 409
        else:
            flash(_("Saved. Residents see it at once."))
            return go(url_for(".activity", activity_id=found.id))
    return page("staff/activity_words.html", status, form=form, activity=found, station=station)


def _goes_on(rule: Rule) -> bool:
    return rule.kind is not Kind.DATES and rule.ends_on is None and rule.count is None


def _station(slug: str | None, row_id: str | None = None) -> StationCard:
    """Return the station to post for: the one asked for if it is within the scope, else one's own."""
    choices = stations.stations_in(scope())
    for card in choices:
        if card.slug == slug or str(card.id) == row_id:
            return card
    if not choices:
        raise Missing
    return choices[0]


def _offer(form: PostForm, station: StationCard) -> None:
    form.station.choices = [(str(card.id), card.short_name) for card in stations.stations_in(scope())]
    form.offer_rules()
    form.offer_rooms(list(stations.rooms_of(station.id)))
    _offer_content(form, station)


def _offer_content(form: ContentForm, station: StationCard) -> None:
    form.offer(
        series=[
            (str(series.id), stations.in_language(series.name, series.name_en))
            for series in queries.series_shown()
        ],
        cohosts=[
            (str(card.id), card.short_name) for card in stations.stations_shown() if card.id != station.id
        ],
    )


def _form_page(
    form: PostForm,
    station: StationCard,
    status: int = 200,
    draft: Activity | None = None,
    copied: Activity | None = None,
    dates: Dates | None = None,
    asked: bool = False,
) -> Response:
    # A room that the form did not offer is not asked about: whose it is, is not theirs to learn.
    room_id = number_of(form.room.data) if form.room.data in dict(form.room.choices) else 0
    entries = dates.entries if dates else []
    taken: dict[date, str] = {}
    wanted: set[date] = set()  # somebody waits for an answer about the room
    if room_id and entries:
        spans = [entry.when for entry in entries if entry.skipped is None]
        found = rooms.clashes(db.session(), room_id, spans, draft.id if draft else None)
        taken = {when.first: title for when, title in found}
        wanted = room_queries.wanted_meanwhile(room_id, spans)
    return show(
        "staff/activity_form.html",
        "preview" if asked else "main",
        status,
        form=form,
        station=station,
        draft=draft,
        copied=copied,
        dates=entries,
        held=sum(entry.skipped is None for entry in entries),
        rule=words(dates.repeats.rule) if dates and dates.repeats else "",
        open_end=dates is not None and dates.repeats is not None and _goes_on(dates.repeats.rule),
        horizon=today() + repeating.HORIZON,
        taken=taken,
        wanted=wanted,
        WHEN_FIELDS=WHEN_FIELDS,
        day_facts=lunar.day_facts,
        cell_label=lunar.cell_label,
        recent=queries.activities_in(scope(), ActivityStatus.PUBLISHED, (), None, 3) if draft is None else [],
        titles=queries.titles_of(station.id),
    )
