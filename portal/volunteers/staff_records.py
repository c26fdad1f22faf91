"""Let staff look through records of hours, void one, answer doubts, and say what counts at all."""

from datetime import date

from flask import Response, flash, request, url_for

from portal.access import STAFF, WRITERS, actor, only, scope
from portal.activities import queries as activities
from portal.activities.staff import bp
from portal.activities.staff_dates import occurrence_page
from portal.errors import Refused
from portal.i18n import _, ngettext
from portal.stations import queries as stations
from portal.volunteers import counting, doubts, hours, hours_due, presence, record_queries
from portal.volunteers.hours_forms import CountsForm, SettleForm, VoidForm
from portal.volunteers.record_queries import Wanted
from portal.volunteers.shift_models import HoursSource, HoursStatus, ServiceRecord
from portal.volunteers.staff_hours import hours_page
from portal.web.answers import go, page, show
from portal.web.forms import FIRST_DAY, LONGEST_DAY
from portal.web.text import number_of, tidy, without_unseen

ON_A_PAGE = 50


@bp.get("/hours/records")
@only(*STAFF)
def hours_records() -> Response:
    """List the records of hours, the newest first, narrowed as asked, with what they add up to."""
    asked = {
        name: without_unseen(tidy(value))[:40].strip()
        for name, value in request.args.items()
        if value.strip()
    }
    month, fault = _month(asked.get("month", ""))
    found = activities.occurrence(number_of(asked["date"]), scope()) if "date" in asked else None
    wanted = Wanted(
        station_id=number_of(asked.get("station")) or None,
        team_id=number_of(asked.get("team")) or None,
        occurrence_id=found.id if found else None,
        number=asked.get("number", "").upper(),
        month=month,
        source={one.value: one for one in HoursSource}.get(asked.get("source", "")),
        status={one.value: one for one in HoursStatus}.get(asked.get("status", "")),
    )
    rows = record_queries.records(wanted, scope(), _before(asked.get("before", "")), ON_A_PAGE + 1)
    shown = rows[:ON_A_PAGE]
    return show(
        "staff/hours_records.html",
        "results",
        422 if fault else 200,
        rows=shown,
        sums=record_queries.sums(wanted, scope()),
        wanted=wanted,
        month=asked.get("month", ""),
        fault=fault,
        occurrence=found,
        missing=hours_due.without_hours(found.id) if found else [],
        stations=stations.stations_in(scope()),
        teams=record_queries.teams_with_hours(scope()),
        # What the links of this list carry on.
        query={name: asked[name] for name in FILTERS if name in asked},
        older=f"{shown[-1].day.isoformat()}_{shown[-1].id}" if len(rows) > ON_A_PAGE else None,
        may_write=actor().role in WRITERS,
    )


FILTERS = ("date", "station", "team", "number", "month", "source", "status")


def _month(text: str) -> tuple[date | None, str]:
    if not text:
        return None, ""
    try:
        year, month = text.replace("/", "-").replace(".", "-").split("-")
        found: date | None = date(int(year), int(month), 1)
    except ValueError:
        found = None
    if found is None or not FIRST_DAY <= found <= LONGEST_DAY:
        return None, _("There is no such month. Write it like 2026-11.")
    return found, ""


def _before(text: str) -> tuple[date, int] | None:
    day, _line, row_id = text.partition("_")
    try:
        return date.fromisoformat(day), number_of(row_id)
    except ValueError:
        return None


@bp.get("/hours/<int:record_id>")
@only(*STAFF)
def hours_record(record_id: int) -> Response:
    """Show one record: whose, what for, what it was computed from, and what was done about it."""
    found = record_queries.record(record_id, scope())
    return page(
        "staff/hours_record.html",
        record=found,
        pairs=record_queries.pairs_of(found),
        steps=record_queries.history(found.id),
        settle=SettleForm(formdata=None),
        may_write=actor().role in WRITERS,
    )


@bp.get("/hours/<int:record_id>/void")
@only(*WRITERS)
def confirm_void(record_id: int) -> Response:
    """Ask why hours shall count no more."""
    return _void_page(record_queries.record(record_id, scope()), VoidForm(formdata=None), 200)


@bp.post("/hours/<int:record_id>/void")
@only(*WRITERS)
def void(record_id: int) -> Response:
    """Let hours count no more; the record stays."""
    found, form = record_queries.record(record_id, scope()), VoidForm()
    if not form.validate():
        return _void_page(found, form, 422)
    try:
        hours.void(record_id, form.reason.data, actor())
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        return _void_page(record_queries.record(record_id, scope()), form, 409)
    flash(_("These hours count no more. The record stays, marked as void."))
    return go(url_for(".hours_record", record_id=record_id))


def _void_page(found: ServiceRecord, form: VoidForm, status: int) -> Response:
    return page("staff/hours_void.html", status, record=found, form=form)


@bp.post("/hours/doubts/<int:doubt_id>")
@only(*WRITERS)
def settle_doubt(doubt_id: int) -> Response:
    """Say what came of a doubt."""
    form = SettleForm()
    if form.validate():
        try:
            doubts.settle(doubt_id, form.note.data, actor())
        except Refused as refusal:
            form.refuse(refusal.field, refusal.message)
            return hours_page(409, settle=form, doubt_id=doubt_id)
        flash(_("Settled. The volunteer reads what you wrote."))
        return go(url_for(".hours"))
    record_queries.doubt_in(doubt_id, scope())
    return hours_page(422, settle=form, doubt_id=doubt_id)


@bp.post("/occurrences/<int:occurrence_id>/hours-count")
@only(*WRITERS)
def let_hours_count(occurrence_id: int) -> Response:
    """Say whether the hours of a date count as volunteer service."""
    found = activities.occurrence(occurrence_id, scope())
    form = CountsForm(prefix="counts_")
    form.offer()
    if not form.validate():
        return occurrence_page(found, 422, counts_form=form)
    counts = form.counts.data == "yes"
    try:
        dates = counting.let_count(occurrence_id, counts, form.reach.data == "following", actor())
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        return occurrence_page(activities.occurrence(occurrence_id, scope()), 409, counts_form=form)
    if counts:
        flash(ngettext("Hours count on %(num)s date.", "Hours count on %(num)s dates.", dates))
    else:
        flash(ngettext("Hours do not count on %(num)s date.", "Hours do not count on %(num)s dates.", dates))
    return go(url_for(".occurrence", occurrence_id=occurrence_id) + "#shifts")


@bp.post("/occurrences/<int:occurrence_id>/absent")
@only(*WRITERS)
def note_absent(occurrence_id: int) -> Response:
    """Note that somebody with a post did not come, or take that back."""
    activities.occurrence(occurrence_id, scope())
    volunteer_id, absent = number_of(request.form.get("volunteer")), request.form.get("absent") != "0"
    presence.note_absent(occurrence_id, volunteer_id, absent, actor())
    flash(_("Noted: did not come.") if absent else _("Taken back."))
    return go(url_for(".hours_records", date=occurrence_id))
