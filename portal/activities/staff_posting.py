"""Let staff post an activity on one page, and change what they have posted."""

from datetime import date, timedelta

from flask import Response, flash, request, url_for

from portal.access import WRITERS, actor, only, scope
from portal.activities import actions, listing, lunar, queries, rooms
from portal.activities.address import coming_weekend
from portal.activities.dates import Span
from portal.activities.forms import ContentForm, PostForm
from portal.activities.models import Activity, ActivityStatus
from portal.activities.staff import bp
from portal.clock import local, today
from portal.db import db
from portal.errors import Missing, Refused
from portal.i18n import _, ngettext
from portal.stations import queries as stations
from portal.stations.queries import StationCard
from portal.web.answers import go, page, show
from portal.web.text import number_of


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


@bp.post("/activities/new")
@only(*WRITERS)
def post() -> Response:
    """Make the activity as a draft or published, or only show which dates it would have."""
    form = PostForm()
    station = _station(None, form.station.data)
    _offer(form, station)
    intent = request.form.get("intent", "draft")
    valid = form.validate()
    spans = form.spans()
    if intent == "preview":
        return _form_page(form, station, 200, spans=spans, asked=True)
    if not valid or not spans or form.faults:
        return _form_page(form, station, 422, spans=spans)
    try:
        activity_id = actions.post(
            station.id,
            form.content(),
            form.where(),
            spans,
            publish=intent == "publish",
            by=actor(),
            key=form.key.data or "",
        )
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        return _form_page(form, station, 409, spans=spans)
    if intent == "publish":
        flash(ngettext("%(num)s date is published.", "%(num)s dates are published.", len(spans)))
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
        words = ContentForm(formdata=None)
        _offer_content(words, station)
        words.show_content(found)
        return page("staff/activity_words.html", form=words, activity=found, station=station)
    form = PostForm(formdata=None)
    _offer(form, station)
    form.station.data = str(found.station_id)
    form.show_content(found)
    form.show_place(found)
    _show_dates(form, found.id)
    return _form_page(form, station, draft=found, spans=form.spans())


def _show_dates(form: PostForm, activity_id: int) -> None:
    cards = listing.dates_of(activity_id)
    if not cards:
        return
    begins, ends = local(cards[0].starts_at), local(cards[0].ends_at)
    form.first_day.data = begins.date()
    form.last_day.data = None if begins.date() == ends.date() else ends.date()
    form.opens.data, form.closes.data = begins.time(), ends.time()
    if len(cards) > 1:
        form.repeat.data = "weekly"
        form.until.data = local(cards[-1].starts_at).date()


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
    spans = form.spans()
    if intent == "preview":
        return _form_page(form, station, 200, draft=found, spans=spans, asked=True)
    if not valid or not spans or form.faults:
        return _form_page(form, station, 422, draft=found, spans=spans)
    try:
        actions.rewrite_draft(
            activity_id,
            number_of(form.version.data),
            form.content(),
            form.where(),
            spans,
            publish=intent == "publish",
            by=actor(),
        )
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        return _form_page(form, station, 409, draft=found, spans=spans)
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
    form.repeat.choices = [("once", _("Just this once")), ("weekly", _("Every week on that weekday"))]
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
    spans: list[Span] | None = None,
    asked: bool = False,
) -> Response:
    # A room that the form did not offer is not asked about: whose it is, is not theirs to learn.
    room_id = number_of(form.room.data) if form.room.data in dict(form.room.choices) else 0
    spans = spans or []
    taken: dict[date, str] = {}
    if room_id and spans:
        found = rooms.clashes(db.session(), room_id, spans, draft.id if draft else None)
        taken = {when.first: title for when, title in found}
    return show(
        "staff/activity_form.html",
        "preview" if asked else "main",
        status,
        form=form,
        station=station,
        draft=draft,
        copied=copied,
        spans=spans,
        taken=taken,
        day_facts=lunar.day_facts,
        cell_label=lunar.cell_label,
        recent=queries.activities_in(scope(), ActivityStatus.PUBLISHED, (), None, 3) if draft is None else [],
        titles=queries.titles_of(station.id),
    )
