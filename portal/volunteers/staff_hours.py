"""Let staff show the code of a date, call the roll of volunteers, approve hours and write them down."""

from collections import Counter

from flask import Response, current_app, flash, request, url_for

from portal.access import STAFF, WRITERS, actor, only, scope
from portal.activities import queries as activities
from portal.activities.models import Occurrence
from portal.activities.staff import bp
from portal.clock import local, now, today
from portal.errors import Forbidden, Missing, OutOfDate, Refused
from portal.i18n import _, ngettext, short_day
from portal.volunteers import days, hours, hours_due, hours_queries, presence, record_queries
from portal.volunteers.hours_forms import EntryForm, OutForm, RollForm, SettleForm
from portal.volunteers.shift_queries import also_attend
from portal.web.answers import go, page, show
from portal.web.qr import qr_path
from portal.web.text import number_of, tidy, without_unseen


@bp.get("/hours", endpoint="hours")
@only(*STAFF)
def hourshours_page() -> Response:
    """Show the hours that wait for somebody, missing check-outs and totals."""
    return hours_page(200)


def hours_page(
    status: int,
    fault: str = "",
    out: OutForm | None = None,
    presence_id: int = 0,
    settle: SettleForm | None = None,
    doubt_id: int = 0,
) -> Response:
    """Answer with the page of all that waits about hours; what is wrong stands where it was typed."""
    rows = hours_queries.waiting(scope())
    return page(
        "staff/hours.html",
        status,
        rows=rows,
        tenths=sum(row.tenths for row in rows),
        pairs=hours_queries.open_pairs(scope()),
        doubts=record_queries.open_doubts(scope()),
        unsettled=hours_due.unsettled(scope()),
        totals=hours_queries.totals(scope=scope()),
        year=today().year,
        fault=fault,
        out=out,
        presence_id=presence_id,
        settle=settle or SettleForm(formdata=None),
        doubt_id=doubt_id,
        may_write=actor().role in WRITERS,
    )


@bp.post("/hours")
@only(*WRITERS)
def decide_hours() -> Response:
    """Approve or return what is marked, each “h<id>” with 1 or 0; one's own stay for somebody else.

    Each is decided by itself: what cannot be, perhaps as a colleague was quicker, is said and stays as it is.
    """
    reason = without_unseen(tidy(request.form.get("reason", "")))[:120]
    marks = {number_of(name[1:]): value for name, value in request.form.items() if name.startswith("h")}
    marks = {row: value for row, value in marks.items() if row and value in ("0", "1")}
    if "0" in marks.values() and not reason:
        return hours_page(422, _("Please write why it is returned."))
    decided = own = late = 0
    refused: Counter[str] = Counter()
    for row, value in marks.items():
        try:
            hours.decide(row, value == "1", reason, actor())
            decided += 1
        except Forbidden:
            own += 1
        except OutOfDate:
            late += 1
        except Refused as refusal:
            refused[refusal.message] += 1
    flash(ngettext("%(num)s record is decided.", "%(num)s records are decided.", decided))
    if own:
        flash(_("What you wrote down yourself, somebody else has to approve."))
    if late:
        flash(
            ngettext(
                "%(num)s record waits no more, as somebody else was quicker; it stays as it is.",
                "%(num)s records wait no more, as somebody else was quicker; they stay as they are.",
                late,
            )
        )
    for why, number in refused.items():
        flash(
            ngettext(
                "%(num)s record still waits: %(why)s", "%(num)s records still wait: %(why)s", number, why=why
            )
        )
    return go(url_for(".hours"))


@bp.post("/presences/<int:presence_id>/out")
@only(*WRITERS)
def check_somebody_out(presence_id: int) -> Response:
    """Check a volunteer out: now, or at the time at which they went."""
    found = hours_queries.presence_in(presence_id, scope())
    form = OutForm()
    back = url_for(".check_in", occurrence_id=found.occurrence_id)
    if request.form.get("back") == "hours":
        back = url_for(".hours")
        if form.validate() and not form.out.data:
            form.refuse("out", _("Please write when they went."))
    if form.errors or not form.validate():
        return hours_page(422, out=form, presence_id=presence_id)
    try:
        presence.call_out(presence_id, form.moment_on(found.day), actor())
    except Refused as refusal:
        form.refuse("out", refusal.message)
        return hours_page(409, out=form, presence_id=presence_id)
    flash(_("Noted."))
    return go(back)


@bp.get("/occurrences/<int:occurrence_id>/check-in", endpoint="check_in")
@only(*STAFF)
def check_in_page(occurrence_id: int) -> Response:
    """Show the code of this moment, and who of the volunteers is in."""
    return _check_in_page(_published(occurrence_id), RollForm(formdata=None), 200)


@bp.post("/occurrences/<int:occurrence_id>/check-in")
@only(*WRITERS)
def check_somebody_in(occurrence_id: int) -> Response:
    """Check a volunteer in who stands before us."""
    found, form = _published(occurrence_id), RollForm()
    if not form.validate():
        return _check_in_page(found, form, 422)
    volunteer = hours_queries.by_number(form.number.data)
    if volunteer is None:
        form.refuse("number", _("Nobody has this number."))
        return _check_in_page(found, form, 422)
    name, volunteer_id = volunteer.name, volunteer.id
    try:
        presence.call_in(occurrence_id, volunteer_id, now(), actor())
    except Refused as refusal:
        form.refuse("number", refusal.message)
        return _check_in_page(_published(occurrence_id), form, 409)
    flash(_("%(name)s is in.", name=name))
    if also_attend(occurrence_id, [volunteer_id]):
        flash(_("They are signed up as a visitor, too: they count once on each side."))
    return go(url_for(".check_in", occurrence_id=occurrence_id))


def _published(occurrence_id: int) -> Occurrence:
    found = activities.occurrence(occurrence_id, scope())
    if not found.published:
        raise Missing
    return found


def _check_in_page(found: Occurrence, form: RollForm, status: int) -> Response:
    service = days.service_at(found)
    good = service.is_open(now())
    code = presence.code_at(found.id, now()) if good else ""
    place = url_for("volunteer_hours.check_in_form", code=code)
    return show(
        "staff/check_in.html",
        "code",
        status,
        occurrence=found,
        activity=found.activity,
        code=code,
        qr=qr_path(current_app.config["PUBLIC_URL"].rstrip("/") + place) if good else None,
        opens_at=service.opens_next,
        people=hours_queries.roll(found.id, today()),
        form=form,
        may_write=actor().role in WRITERS,
    )


@bp.get("/hours/new")
@only(*WRITERS)
def new_hours() -> Response:
    """Ask for hours to be written down by hand."""
    form = EntryForm(formdata=None)
    form.date.data = request.args.get("date", "")
    form.number.data = request.args.get("number", "")[:20]
    return _entry_page(form, 200)


@bp.post("/hours/new")
@only(*WRITERS)
def enter_hours() -> Response:
    """Write hours down by hand, for a second person to approve."""
    form = EntryForm()
    if not form.validate():
        return _entry_page(form, 422)
    found = activities.occurrence(number_of(form.date.data), scope())
    volunteer = hours_queries.by_number(form.number.data)
    team_id = hours_queries.team_for(volunteer.id, found.station_id) if volunteer else None
    if volunteer is None or team_id is None:
        form.refuse("number", _("Nobody in a team has this number."))
        return _entry_page(form, 422)
    day = form.day.data or local(found.starts_at).date()
    try:
        hours.enter(
            volunteer.id,
            found.id,
            team_id,
            day,
            form.tenths or 0,
            form.reason.data,
            form.evidence.data,
            actor(),
        )
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        return _entry_page(form, 422 if refusal.field else 409)
    flash(_("Written down. Somebody else has to approve it."))
    return go(url_for(".hours"))


def _entry_page(form: EntryForm, status: int) -> Response:
    form.date.choices = [
        (str(one.id), f"{short_day(local(one.starts_at).date())} {one.activity.title}")
        for one in hours_queries.dates_begun(scope())
    ]
    return page("staff/hours_new.html", status, form=form)
