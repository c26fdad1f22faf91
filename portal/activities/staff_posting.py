"""Let staff post an activity on one page, and change what they have posted."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Response, flash, request, url_for
from werkzeug.datastructures import MultiDict

from portal.access import WRITERS, actor, only, scope
from portal.activities import actions, helping, kept_forms, listing, lunar, queries, repeating, rescheduling
from portal.activities.address import coming_weekend
from portal.activities.dates import span_of
from portal.activities.forms import ContentForm
from portal.activities.helping import Team
from portal.activities.kept_forms import KeptForm
from portal.activities.models import Activity, ActivityStatus
from portal.activities.post_form import PostForm
from portal.activities.posting_look import Dates, dates_asked, look_at
from portal.activities.recurrence import Kind, expand
from portal.activities.recurrences import official, repeats_of
from portal.activities.rule_form import RULE_NAMES
from portal.activities.staff import bp
from portal.clock import local, today
from portal.errors import Missing, Refused
from portal.i18n import _, moment_label, ngettext
from portal.stations import queries as stations
from portal.stations.queries import StationCard
from portal.web.answers import go, page, show, wants_part
from portal.web.text import number_of

# What the preview repeats below the dates, so that it is seen there, too.
WHEN_FIELDS = (*("first_day", "last_day", "opens", "closes", "room"), *RULE_NAMES)
LOOKS = ("preview", "watch")  # intents that write nothing; the second is sent while somebody types


@bp.get("/activities/new")
@only(*WRITERS)
def new() -> Response:
    """Offer an empty form, one filled like an earlier activity (`?copy=`), or what was typed (`?kept=`)."""
    if "kept" in request.args:
        return _go_on(None)
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
    if copied is not None:
        form.show_team(helping.team_of(copied.id))
    if copied is None:
        form.first_day.data = coming_weekend()
        form.audiences.data = ["everyone"]
    return _form_page(form, station, copied=copied)


def _go_on(draft: Activity | None) -> Response:
    """Show a form as it was typed and kept, faults and all; nobody is told of them before sending it."""
    row = kept_forms.kept(
        number_of(request.args.get("kept")), actor(), draft.id if draft is not None else None
    )
    form = PostForm(formdata=MultiDict(row.pairs), meta={"csrf": False})
    station = _station(None, form.station.data) if draft is None else stations.card_by_id(draft.station_id)
    _offer(form, station, draft)
    form.station.data = str(station.id)
    dates = dates_asked(form) if form.validate() else None
    form.forgive()
    return _form_page(form, station, draft=draft, dates=dates, resumed=row)


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
    found = expand(after, day, day + repeating.HORIZON, official)
    meant = next((one.meant for one in found if one.skipped is None), None)
    if meant is not None and rule.kind is not Kind.DATES:
        form.offer_rules(after)
        form.show_rule(after)
        form.first_day.data = meant  # not where a day off moves it: the rule is read off this day


@bp.post("/activities/new")
@only(*WRITERS)
def post() -> Response:
    """Make the activity as a draft or published, or only show which dates it would have."""
    form = PostForm()
    station = _station(None, form.station.data)
    _offer(form, station)
    intent = _intent(form)
    valid = form.validate()
    dates = dates_asked(form)
    if intent in LOOKS:
        return _form_page(form, station, 200, dates=dates, looks=intent)
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
            publish_at=form.publish_at(),
        )
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        return _form_page(form, station, 409, dates=dates)
    return _on(form, intent, activity_id, dates)


def _intent(form: PostForm) -> str:
    """Return what was pressed; a room offered instead of the one that is taken is set, and looked at."""
    instead = request.form.get("take_room", "")
    if instead:
        form.room.data = instead
        return "preview"
    return request.form.get("intent", "draft")


def _on(form: PostForm, intent: str, activity_id: int, dates: Dates) -> Response:
    """Say what was done, and go on to the activity, or to its page as residents will see it."""
    moment = form.publish_at()
    if intent == "publish" and moment is not None:
        said = _("It goes out by itself on %(moment)s. Nobody sees it before.", moment=moment_label(moment))
    elif intent == "publish":
        said = ngettext("%(num)s date is published.", "%(num)s dates are published.", len(dates.held))
    else:
        said = _("Kept as a draft. Nobody sees it until you publish it.")
    flash(said)
    return go(url_for(".preview" if intent == "show" else ".activity", activity_id=activity_id))


@bp.get("/activities/<int:activity_id>/edit")
@only(*WRITERS)
def edit(activity_id: int) -> Response:
    """Offer all of a draft, or the words of what is published, for change."""
    found = queries.activity(activity_id, scope())
    station = stations.card_by_id(found.station_id)
    if found.status is not ActivityStatus.DRAFT:
        form_of_words = ContentForm(formdata=None)
        form_of_words.show_team(_offer_content(form_of_words, station, found))
        form_of_words.show_content(found)
        return page("staff/activity_words.html", form=form_of_words, activity=found, station=station)
    if "kept" in request.args:
        return _go_on(found)
    form = PostForm(formdata=None)
    form.show_team(_offer(form, station, found))
    form.station.data = str(found.station_id)
    form.show_content(found)
    form.show_place(found)
    form.show_publishing(found)
    _show_dates(form, found.id)
    return _form_page(form, station, draft=found, dates=dates_asked(form))


def _show_dates(form: PostForm, activity_id: int) -> None:
    rows = rescheduling.rules_of(activity_id)
    if rows:
        repeats = repeats_of(rows[0])
        form.offer_rules(repeats.rule)
        form.show_rule(repeats.rule)
        form.show_span(form.begins_with(repeats))
        return
    for card in listing.dates_of(activity_id, limit=1):
        form.show_span(span_of(card.starts_at, card.ends_at))


@bp.post("/activities/<int:activity_id>/edit")
@only(*WRITERS)
def save(activity_id: int) -> Response:
    """Save a draft with its dates, or the words of what is published."""
    found = queries.activity(activity_id, scope())
    station = stations.card_by_id(found.station_id)
    if found.status is not ActivityStatus.DRAFT:
        return _save_words(found, station)
    form = PostForm()
    _offer(form, station, found)
    form.station.data = str(found.station_id)
    intent = _intent(form)
    valid = form.validate()
    dates = dates_asked(form)
    if intent in LOOKS:
        return _form_page(form, station, 200, draft=found, dates=dates, looks=intent)
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
            publish_at=form.publish_at(),
            key=form.key.data or "",
        )
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        return _form_page(form, station, 409, draft=found, dates=dates)
    return _on(form, intent, activity_id, dates)


def _save_words(found: Activity, station: StationCard) -> Response:
    form = ContentForm()
    _offer_content(form, station, found)
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


def _offer(form: PostForm, station: StationCard, of: Activity | None = None) -> Team | None:
    form.station.choices = [(str(card.id), card.short_name) for card in stations.stations_in(scope())]
    form.offer_rules()
    form.offer_rooms(list(stations.rooms_of(station.id)))
    return _offer_content(form, station, of)


def _offer_content(form: ContentForm, station: StationCard, of: Activity | None = None) -> Team | None:
    """Fill in what there is to choose from; return the team that helps so far with an activity."""
    form.offer(
        series=[
            (str(series.id), stations.in_language(series.name, series.name_en))
            for series in queries.series_shown()
        ],
        cohosts=[
            (str(card.id), card.short_name) for card in stations.stations_shown() if card.id != station.id
        ],
        teams=[(str(team.id), team.name) for team in helping.choices(station.id)],
    )
    team = helping.team_of(of.id) if of is not None else None
    form.offer_team(team)
    return team


def _form_page(
    form: PostForm,
    station: StationCard,
    status: int = 200,
    draft: Activity | None = None,
    copied: Activity | None = None,
    dates: Dates | None = None,
    looks: str = "",
    resumed: KeptForm | None = None,
) -> Response:
    look = look_at(form, station, dates, draft.id if draft else None)
    swapped, took_room = bool(looks) and wants_part(), "take_room" in request.form
    return show(
        "staff/activity_form.html",
        "preview" if looks else "main",
        status,
        form=form,
        station=station,
        draft=draft,
        copied=copied,
        resumed=resumed,
        kept_version=resumed.version if resumed else number_of(request.form.get("kept_version")),
        look=look,
        swapped=swapped,
        # The list of rooms is swapped where it is another one, or another is chosen, and else let be.
        new_rooms=swapped and (took_room or request.form.get("rooms_of") != str(station.id)),
        took_room=took_room,
        faults=_faults(form, looks == "watch"),
        horizon=today() + repeating.HORIZON,
        publish_at=None if form.publish_day.errors else form.publish_at(),
        day_facts=lunar.day_facts,
        cell_label=lunar.cell_label,
        **({} if swapped else _beside(form, station, draft, bool(copied or resumed or form.faults))),
    )


def _faults(form: PostForm, quiet: bool) -> list[str]:
    """List what is wrong with the dates; while somebody types, not what is still empty."""
    return [
        message
        for name, message in form.faults
        if name in WHEN_FIELDS and not (quiet and not any(form[name].raw_data or ()))
    ]


def _beside(form: PostForm, station: StationCard, draft: Activity | None, begun: bool) -> dict[str, Any]:
    """Gather what the whole page offers around the form: where to begin, and titles used before."""
    anew = draft is None and not begun
    return {
        "unsent": [] if begun else kept_forms.kept_of(actor(), draft.id if draft else None),
        "recent": queries.activities_in(scope(), ActivityStatus.PUBLISHED, (), None, 3) if anew else [],
        "favourites": queries.favourites_in(scope()) if anew else [],
        "titles": queries.titles_of(station.id, form.category.data),
    }
