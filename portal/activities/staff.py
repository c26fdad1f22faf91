"""Let staff see their day, post activities, and write down who came."""

from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, flash, request, url_for

from portal.access import STAFF, WRITERS, actor, only, scope
from portal.activities import actions, lunar, queries, rooms
from portal.activities.address import coming_weekend
from portal.activities.dates import Span
from portal.activities.forms import CancelForm, ContentForm, CountForm, MoveForm, PostForm
from portal.activities.models import Activity, ActivityStatus, Occurrence, OccurrenceStatus
from portal.clock import local, now, today
from portal.db import db
from portal.errors import Missing, Refused
from portal.i18n import _, ngettext
from portal.messages import actions as messages
from portal.messages.queries import calls_to_make
from portal.stations import queries as stations
from portal.stations.queries import StationCard
from portal.web.answers import go, page, show
from portal.web.text import number_of, without_unseen

ON_A_PAGE = 30
UNCOUNTED_SINCE = timedelta(days=31)

bp = Blueprint("staff", __name__, url_prefix="/staff")


@bp.get("/", endpoint="today")
@only(*STAFF)
def desk_page() -> Response:
    """Show what needs somebody now, and today's occurrences."""
    return page("staff/today.html", 200, **desk())


def desk() -> dict[str, Any]:
    """Gather what the desk shows."""
    here = scope()
    form = CountForm(formdata=None)
    form.offer()
    return {
        "day": today(),
        "facts": lunar.day_facts(today()),
        "lunar_long_label": lunar.lunar_long_label,
        "moment": local(now()),
        "uncounted": queries.uncounted(here, now() - UNCOUNTED_SINCE),
        "drafts": queries.activities_in(here, ActivityStatus.DRAFT, (), None, 10),
        "calls": calls_to_make(stations.ids_in(here)),
        "cards": queries.of_day(today(), here),
        "tomorrow": queries.of_day(today() + timedelta(days=1), here),
        "may_write": actor().role in WRITERS,
        "form": form,
    }


@bp.post("/calls/<int:message_id>")
@only(*WRITERS)
def called(message_id: int) -> Response:
    """Tick off a call."""
    messages.mark_called(message_id, stations.ids_in(scope()), actor())
    flash(_("Noted: the call is made."))
    return go(url_for(".today"))


@bp.get("/activities/")
@only(*STAFF)
def activities() -> Response:
    """List the activities of the scope, the last changed first."""
    status = {one.value: one for one in ActivityStatus}.get(request.args.get("status", ""))
    asked = without_unseen(request.args.get("q", ""))[:200]
    rows = queries.activities_in(scope(), status, queries.words_of(asked), _before(), ON_A_PAGE + 1)
    shown = rows[:ON_A_PAGE]
    return show(
        "staff/activities.html",
        "results",
        rows=shown,
        standing=status,
        q=asked,
        older=f"{shown[-1].changed_at.isoformat()}_{shown[-1].id}" if len(rows) > ON_A_PAGE else None,
        may_write=actor().role in WRITERS,
    )


def _before() -> tuple[datetime, int] | None:
    moment, _line, row_id = request.args.get("before", "").partition("_")
    try:
        found = datetime.fromisoformat(moment)
        return (found, int(row_id[:18])) if found.tzinfo else None
    except ValueError:
        return None


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
    last = queries.last_date(like.id)
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


@bp.get("/activities/<int:activity_id>")
@only(*STAFF)
def activity(activity_id: int) -> Response:
    """Show an activity with its dates and what can be done with it."""
    found = queries.activity(activity_id, scope())
    return page(
        "staff/activity.html",
        activity=found,
        dates=queries.dates_of(activity_id, after=now() - timedelta(days=30)),
        cell_label=lunar.cell_label,
        day_facts=lunar.day_facts,
        may_write=actor().role in WRITERS,
        form=CancelForm(formdata=None),
    )


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
    cards = queries.dates_of(activity_id)
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


@bp.post("/activities/<int:activity_id>/publish")
@only(*WRITERS)
def publish(activity_id: int) -> Response:
    """Publish a draft."""
    actions.publish(activity_id, actor())
    flash(_("Published."))
    return go(url_for(".activity", activity_id=activity_id))


@bp.get("/activities/<int:activity_id>/delete")
@only(*WRITERS)
def confirm_delete(activity_id: int) -> Response:
    """Ask whether a draft should go for good."""
    found = queries.activity(activity_id, scope())
    return page("staff/activity_delete.html", activity=found, form=CancelForm(formdata=None))


@bp.post("/activities/<int:activity_id>/delete")
@only(*WRITERS)
def delete(activity_id: int) -> Response:
    """Delete a draft."""
    actions.delete_draft(activity_id, actor())
    flash(_("The draft is gone."))
    return go(url_for(".activities"))


@bp.get("/activities/<int:activity_id>/cancel")
@only(*WRITERS)
def confirm_cancel(activity_id: int) -> Response:
    """Ask why an activity with all its dates to come is called off."""
    found = queries.activity(activity_id, scope())
    return _cancel_page(found, CancelForm(formdata=None))


@bp.post("/activities/<int:activity_id>/cancel")
@only(*WRITERS)
def cancel(activity_id: int) -> Response:
    """Call off an activity with all its dates to come."""
    form = CancelForm()
    if not form.validate():
        return _cancel_page(queries.activity(activity_id, scope()), form, 422)
    gone = actions.cancel(activity_id, form.reason.data, actor())
    flash(ngettext("%(num)s date is cancelled.", "%(num)s dates are cancelled.", gone))
    return go(url_for(".activity", activity_id=activity_id))


def _cancel_page(found: Activity, form: CancelForm, status: int = 200) -> Response:
    coming = [card for card in queries.dates_of(found.id, after=now()) if not card.cancelled]
    return page("staff/activity_cancel.html", status, activity=found, coming=coming, form=form)


@bp.get("/occurrences/<int:occurrence_id>")
@only(*STAFF)
def occurrence(occurrence_id: int) -> Response:
    """Show one date: its figures, and what can be done with it."""
    return _occurrence_page(queries.occurrence(occurrence_id, scope()))


def _occurrence_page(
    found: Occurrence, status: int = 200, count: CountForm | None = None, cancel: CancelForm | None = None
) -> Response:
    if count is None:
        count = CountForm(formdata=None)
        count.attended.data, count.minors.data, count.elderly.data = (
            found.attended,
            found.minors,
            found.elderly,
        )
        if found.count_source is not None:
            count.source.data = found.count_source.value
    count.offer()
    day = local(found.starts_at).date()
    cancelled = found.status is OccurrenceStatus.CANCELLED
    return page(
        "staff/occurrence.html",
        status,
        occurrence=found,
        activity=found.activity,
        day=day,
        last_day=local(found.ends_at).date(),
        facts=lunar.day_facts(day),
        lunar_long_label=lunar.lunar_long_label,
        count=count,
        cancel=cancel or CancelForm(formdata=None),
        cancelled=cancelled,
        begun=found.starts_at <= now(),
        over=found.ends_at <= now(),
        can_restore=cancelled
        and found.cancelled_at is not None
        and local(found.cancelled_at).date() == today()
        and found.starts_at > now(),
        may_write=actor().role in WRITERS,
    )


@bp.post("/occurrences/<int:occurrence_id>/count")
@only(*WRITERS)
def count(occurrence_id: int) -> Response:
    """Write down how many came; from the desk or from the occurrence's page."""
    form = CountForm()
    form.offer()
    if form.validate():
        try:
            actions.count_attendance(
                occurrence_id,
                form.attended.data or 0,
                form.minors.data,
                form.elderly.data,
                form.source.data,
                actor(),
            )
        except Refused as refusal:
            form.refuse(refusal.field, refusal.message)
        else:
            flash(_("Noted: %(count)s came.", count=form.attended.data))
            from_desk = request.form.get("back") == "desk"
            return go(url_for(".today") if from_desk else url_for(".occurrence", occurrence_id=occurrence_id))
    return _occurrence_page(queries.occurrence(occurrence_id, scope()), 422, count=form)


@bp.post("/occurrences/<int:occurrence_id>/cancel")
@only(*WRITERS)
def cancel_occurrence(occurrence_id: int) -> Response:
    """Call off one date."""
    form = CancelForm()
    if not form.validate():
        return _occurrence_page(queries.occurrence(occurrence_id, scope()), 422, cancel=form)
    actions.cancel_occurrence(occurrence_id, form.reason.data, actor())
    flash(_("This date is cancelled. You can take it back today."))
    return go(url_for(".occurrence", occurrence_id=occurrence_id))


@bp.post("/occurrences/<int:occurrence_id>/restore")
@only(*WRITERS)
def restore_occurrence(occurrence_id: int) -> Response:
    """Take back a cancellation of today."""
    actions.restore_occurrence(occurrence_id, actor())
    flash(_("It takes place after all."))
    return go(url_for(".occurrence", occurrence_id=occurrence_id))


@bp.get("/occurrences/<int:occurrence_id>/move")
@only(*WRITERS)
def move_form(occurrence_id: int) -> Response:
    """Offer another time, place or number of seats for one date."""
    found = queries.occurrence(occurrence_id, scope())
    form = MoveForm(formdata=None)
    form.offer_rooms(list(stations.rooms_of(found.station_id)))
    form.show(found)
    return page("staff/occurrence_move.html", form=form, occurrence=found, activity=found.activity)


@bp.post("/occurrences/<int:occurrence_id>/move")
@only(*WRITERS)
def move(occurrence_id: int) -> Response:
    """Give one date another time, place or number of seats."""
    found = queries.occurrence(occurrence_id, scope())
    form = MoveForm()
    form.offer_rooms(list(stations.rooms_of(found.station_id)))
    valid = form.validate()
    when = form.span()
    status = 422
    if valid and when is not None and not form.faults:
        try:
            actions.move_occurrence(occurrence_id, form.sequence.data or 0, when, form.where(), actor())
        except Refused as refusal:
            form.refuse(refusal.field, refusal.message)
            status = 409
            found = queries.occurrence(occurrence_id, scope())
        else:
            flash(_("This date is changed."))
            return go(url_for(".occurrence", occurrence_id=occurrence_id))
    return page("staff/occurrence_move.html", status, form=form, occurrence=found, activity=found.activity)


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
    room_id = number_of(form.room.data)
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
