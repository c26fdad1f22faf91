"""Let staff change a date, the rest of its row, or the rule of the row; and add dates of their own."""

from dataclasses import replace
from datetime import date

from flask import Response, flash, request, url_for

from portal.access import WRITERS, actor, only, scope
from portal.activities import (
    actions,
    calling_off,
    changes,
    lunar,
    occurrences,
    queries,
    remainders,
    repeating,
    rescheduling,
)
from portal.activities.changes import Fate
from portal.activities.dates import Span
from portal.activities.forms import DateForm, MoveForm, OutlookFields, RowForm
from portal.activities.models import Activity, ActivityStatus, Occurrence, OccurrenceStatus
from portal.activities.recurrences import Recurrence, repeats_of, where_of
from portal.activities.rescheduling import Outlook, Reach, Wish
from portal.activities.rule_form import FIELDS
from portal.activities.rule_words import words
from portal.activities.staff import bp
from portal.clock import local, now, today
from portal.errors import Missing, Refused
from portal.i18n import _, ngettext, short_day
from portal.stations import queries as stations
from portal.web.answers import go, page
from portal.web.text import number_of

SHOWN = 12  # dates in the open; the others are folded away


@bp.get("/occurrences/<int:occurrence_id>/move")
@only(*WRITERS)
def move_form(occurrence_id: int) -> Response:
    """Offer another time or place for one date, or for it and others."""
    found = queries.occurrence(occurrence_id, scope())
    form = MoveForm(formdata=None)
    form.offer_rooms(list(stations.rooms_of(found.station_id)))
    form.offer_reach(_in_a_row(found))
    form.show(found)
    return _move_page(form, found)


@bp.post("/occurrences/<int:occurrence_id>/move")
@only(*WRITERS)
def move(occurrence_id: int) -> Response:
    """Change one date; of a row, show first what would happen, then change it."""
    found = queries.occurrence(occurrence_id, scope())
    form = MoveForm()
    form.offer_rooms(list(stations.rooms_of(found.station_id)))
    form.offer_reach(_in_a_row(found))
    valid = form.validate()
    when = form.span()
    if not valid or when is None or form.faults:
        return _move_page(form, found, 422)
    look = request.form.get("intent") == "look"
    try:
        if form.reach.data == Reach.ONE:
            if look:
                return _move_page(form, found, 200, rescheduling.outlook_of_one(found, when, form.where()))
            moved = occurrences.move(
                occurrence_id,
                number_of(form.sequence.data),
                when,
                form.where(),
                actor(),
                form.word.data or "",
            )
            flash(_("This date is changed.") if moved else _("Nothing is other than it was; nobody is told."))
            return go(url_for(".occurrence", occurrence_id=occurrence_id))
        wish = _wish_to_move(form, found, when)
        seen = _seen(found.activity, wish)
        if look or seen.clashes or form.seen.data != seen.seen:
            return _move_page(form, found, 200 if look or not form.seen.data else 409, seen)
        _reschedule(found.activity, wish, seen, everywhere=form.reach.data == Reach.ALL)
        return go(url_for(".activity", activity_id=found.activity_id))
    except Refused as refusal:
        form.refuse(FIELDS.get(refusal.field or "", refusal.field), refusal.message)
        return _move_page(form, queries.occurrence(occurrence_id, scope()), 409)


def _in_a_row(found: Occurrence) -> bool:
    follows = found.status is OccurrenceStatus.PLANNED and not found.by_hand
    return found.published and found.recurrence_id is not None and follows


def _wish_to_move(form: MoveForm, found: Occurrence, when: Span) -> Wish:
    rows = rescheduling.rules_of(found.activity_id)
    since = found.meant_on
    if form.reach.data == Reach.ALL:
        since = rescheduling.first_to_come(rows)
    return _with_choices(rescheduling.moved_along(found, when, form.where(), since or today(), rows), form)


def _with_choices(wish: Wish, form: MoveForm | RowForm) -> Wish:
    return replace(
        wish,
        stay=form.ids_to_stay(),
        leave_out=form.days_left_out(),
        keep_people=form.people.data == "keep",
        word=form.word.data or "",
    )


def _seen(activity: Activity, wish: Wish) -> Outlook:
    return rescheduling.outlook(activity, wish, rescheduling.rules_of(activity.id))


def _reschedule(activity: Activity, wish: Wish, seen: Outlook, everywhere: bool) -> None:
    done = rescheduling.reschedule(activity.id, wish, seen.seen, actor(), everywhere)
    told = done.told(Fate.MOVES, Fate.GONE)
    changed = len(done.of(Fate.MOVES, Fate.GONE, Fate.NEW))
    flash(ngettext("%(num)s date is changed.", "%(num)s dates are changed.", changed))
    if told.by_call:
        flash(
            ngettext(
                "%(num)s party is to be called: it stands on your desk.",
                "%(num)s parties are to be called: they stand on your desk.",
                told.by_call,
            )
        )


def _move_page(form: MoveForm, found: Occurrence, status: int = 200, seen: Outlook | None = None) -> Response:
    return page(
        "staff/occurrence_move.html",
        status,
        form=form,
        occurrence=found,
        occurrence_day=local(found.starts_at).date(),
        activity=found.activity,
        **_shown(form, seen),
    )


def _shown(form: OutlookFields, seen: Outlook | None) -> dict[str, object]:
    """Gather what ui of an outlook needs: the steps that somebody has to look at, and how they add up."""
    steps = [] if seen is None else [step for step in seen.steps if step.fate is not Fate.STAYS]
    open_ones = [
        step for step in steps if not step.was or step.fate is not Fate.BY_HAND or step.was.ends_at > now()
    ]
    return {
        "outlook": seen,
        "steps": open_ones[:SHOWN],
        "folded": open_ones[SHOWN:],
        "ticked": form.ids_to_stay(),
        "Fate": Fate,
        "day_facts": lunar.day_facts,
        "cell_label": lunar.cell_label,
    }


@bp.get("/activities/<int:activity_id>/repeat")
@only(*WRITERS)
def repeat_form(activity_id: int) -> Response:
    """Offer another rule for the dates to come; show at once where days off have overtaken the old one."""
    found, rows = _repeated(activity_id)
    row = rows[-1]
    form = RowForm(formdata=None)
    repeats = repeats_of(row, blocked=False)
    form.offer_rooms(list(stations.rooms_of(found.station_id)))
    form.offer_rules(repeats.rule)
    form.offer_outlook()
    form.show_rule(repeats.rule)
    first = rescheduling.first_to_come(rows[-1:]) or max(today(), row.starts_on)
    first = changes.next_meant(repeats.rule, first)
    form.show_span(repeats.span_on(first))
    left = form.times.data = remainders.times_left(rows, first)
    form.show_place(row)
    left_out = remainders.left_out(rows, first)
    form.leave_out.data = [day.isoformat() for day in sorted(left_out)]
    seen = None
    if row.out_of_step:
        rule = replace(repeats.rule, starts_on=first, count=left, exceptions=left_out)
        seen = _seen(found, Wish(first, replace(repeats, rule=rule), where_of(row), _same))
    return _row_page(form, found, rows, 200, seen)


@bp.post("/activities/<int:activity_id>/repeat")
@only(*WRITERS)
def repeat(activity_id: int) -> Response:
    """Show what another rule would do, then let it hold."""
    found, rows = _repeated(activity_id)
    form = RowForm()
    form.offer_rooms(list(stations.rooms_of(found.station_id)))
    form.offer_rules(repeats_of(rows[-1]).rule)
    form.offer_outlook()
    valid = form.validate()
    one = form.span()
    if one is not None and one.first < today():
        form.refuse("first_day", _("What is over stays as it was. Please choose today or a later day."))
    repeats = form.repeats(one) if valid and one is not None and form.is_repeated else None
    if not form.is_repeated:
        form.refuse("repeat", _("To end it, choose a last day, or cancel the dates from one on."))
    if not valid or one is None or repeats is None or form.faults:
        return _row_page(form, found, rows, 422)
    wish = _with_choices(Wish(one.first, repeats, form.where(), _same), form)
    look = request.form.get("intent") == "look"
    try:
        seen = _seen(found, wish)
        if look or seen.clashes or form.seen.data != seen.seen:
            return _row_page(form, found, rows, 200 if look or not form.seen.data else 409, seen)
        _reschedule(found, wish, seen, everywhere=True)
    except Refused as refusal:
        form.refuse(FIELDS.get(refusal.field or "", refusal.field), refusal.message)
        return _row_page(form, found, rows, 409)
    return go(url_for(".activity", activity_id=activity_id))


def _same(day: date) -> date:
    return day


def _repeated(activity_id: int) -> tuple[Activity, list[Recurrence]]:
    found = queries.activity(activity_id, scope())
    rows = rescheduling.rules_of(activity_id)
    if not rows or found.status is not ActivityStatus.PUBLISHED:
        raise Missing
    return found, rows


def _row_page(
    form: RowForm,
    found: Activity,
    rows: list[Recurrence],
    status: int = 200,
    seen: Outlook | None = None,
) -> Response:
    days = sorted({*form.days_left_out()})
    form.leave_out.choices = [(day.isoformat(), short_day(day)) for day in days]
    return page(
        "staff/activity_repeat.html",
        status,
        form=form,
        activity=found,
        rule=words(repeats_of(rows[-1]).rule),
        **_shown(form, seen),
    )


@bp.get("/activities/<int:activity_id>/dates/new")
@only(*WRITERS)
def date_form(activity_id: int) -> Response:
    """Offer one more date, filled in like the last; `?instead=` for a day on which the room was taken."""
    found = _published(activity_id)
    form = DateForm(formdata=None)
    form.offer_rooms(list(stations.rooms_of(found.station_id)))
    form.show_place(found)
    rows = rescheduling.rules_of(activity_id)
    if rows:
        form.show_place(rows[-1])
        form.show_span(repeats_of(rows[-1]).span_on(_instead() or today()))
    if _instead() is None:
        form.first_day.data = form.last_day.data = None
    return _date_page(form, found)


@bp.post("/activities/<int:activity_id>/dates/new")
@only(*WRITERS)
def add_date(activity_id: int) -> Response:
    """Add one more date."""
    found = _published(activity_id)
    form = DateForm()
    form.offer_rooms(list(stations.rooms_of(found.station_id)))
    valid = form.validate()
    when = form.span()
    if not valid or when is None or form.faults:
        return _date_page(form, found, 422)
    try:
        added = actions.add_date(activity_id, when, form.where(), actor(), form.key.data or "", _instead())
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        return _date_page(form, found, 409)
    flash(_("One more date: %(day)s.", day=short_day(when.first)))
    return go(url_for(".occurrence", occurrence_id=added))


def _published(activity_id: int) -> Activity:
    found = queries.activity(activity_id, scope())
    if found.status is not ActivityStatus.PUBLISHED:
        raise Missing
    return found


def _instead() -> date | None:
    try:
        return date.fromisoformat(request.values.get("instead", ""))
    except ValueError:
        return None


def _date_page(form: DateForm, found: Activity, status: int = 200) -> Response:
    return page("staff/date_new.html", status, form=form, activity=found, instead=_instead())


@bp.post("/activities/<int:activity_id>/blocked")
@only(*WRITERS)
def leave_out(activity_id: int) -> Response:
    """Let a day on which the room was taken pass without a date."""
    queries.activity(activity_id, scope())
    day = _instead()
    if day is None:
        raise Missing
    repeating.leave_out(activity_id, day, actor())
    flash(_("Noted: nothing on %(day)s.", day=short_day(day)))
    return go(url_for(".activity", activity_id=activity_id))


@bp.post("/activities/<int:activity_id>/restore")
@only(*WRITERS)
def restore_activity(activity_id: int) -> Response:
    """Take back what was cancelled today."""
    back = calling_off.restore_all(activity_id, actor())
    flash(
        ngettext("%(num)s date takes place after all.", "%(num)s dates take place after all.", back)
        if back
        else _("The activity is no longer cancelled.")
    )
    return go(url_for(".activity", activity_id=activity_id))
