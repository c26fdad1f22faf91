"""Let volunteers check in and out by the code of the place, and see their hours."""

from flask import Blueprint, Response, flash, request, url_for

from portal.access import Role, actor, only
from portal.clock import today
from portal.errors import Refused
from portal.i18n import _, clock_time
from portal.volunteers import doubts, hours_queries, presence, queries, record_queries
from portal.volunteers.hours_forms import CodeForm, DoubtForm
from portal.volunteers.presence import Checked, Outcome
from portal.volunteers.shift_queries import also_attend
from portal.web.answers import go, page
from portal.web.limits import forgive, hit

bp = Blueprint("volunteer_hours", __name__, url_prefix="/volunteer")

VOLUNTEERS = (Role.VOLUNTEER, Role.LEADER)
# A code has a million values and lives four minutes: so few tries find none.
TRIES = "10 per 10 minutes"


@bp.get("/check-in")
@only(*VOLUNTEERS)
def check_in_form() -> Response:
    """Ask for the six digits; a scanned code has filled them in."""
    queries.me()
    form = CodeForm(formdata=None)
    form.code.data = request.args.get("code", "")[:6]
    return page("volunteers/check_in.html", form=form)


@bp.post("/check-in")
@only(*VOLUNTEERS)
def check_in() -> Response:
    """Check in, or out."""
    form, volunteer_id = CodeForm(), queries.me().id
    if not hit(TRIES, "check-in", str(volunteer_id)):
        form.refuse(None, _("Too many tries. Ask who leads here to call you in."))
        return page("volunteers/check_in.html", 429, form=form)
    if not form.validate():
        return page("volunteers/check_in.html", 422, form=form)
    try:
        checked = presence.check(form.code.data, volunteer_id, actor())
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        return page("volunteers/check_in.html", 422 if refusal.field == "code" else 409, form=form)
    forgive(TRIES, "check-in", str(volunteer_id))
    flash(_told(checked))
    came = checked.outcome in (Outcome.IN, Outcome.STILL_IN)
    if came and also_attend(checked.occurrence_id, [volunteer_id]):
        flash(_("You are signed up as a visitor, too. You count once on each side."))
    return go(url_for(".check_in_form"))


def _told(checked: Checked) -> str:
    time = clock_time(checked.since)
    return {
        Outcome.IN: _("You are checked in. It is %(time)s.", time=time),
        Outcome.OUT: _("You are checked out. It is %(time)s. Thank you.", time=time),
        Outcome.STILL_IN: _("You are checked in since %(time)s.", time=time),
        Outcome.STILL_OUT: _("You are checked out since %(time)s.", time=time),
    }[checked.outcome]


@bp.get("/hours", endpoint="hours")
@only(*VOLUNTEERS)
def own_hours() -> Response:
    """Show one's own hours and where each came from."""
    return _hours_page(DoubtForm(formdata=None), 200)


@bp.post("/hours")
@only(*VOLUNTEERS)
def doubt() -> Response:
    """Tell the station that a record is wrong."""
    form, volunteer_id = DoubtForm(), queries.me().id
    if not form.validate():
        return _hours_page(form, 422)
    try:
        doubts.ask(form.record.data, form.words.data, volunteer_id, actor(), form.key.data or "")
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        return _hours_page(form, 409)
    flash(_("Noted. The station looks into it; what comes of it will stand beside the record."))
    return go(url_for(".hours"))


def _hours_page(form: DoubtForm, status: int) -> Response:
    me = queries.me()
    return page(
        "volunteers/hours.html",
        status,
        me=me,
        totals=hours_queries.totals(me.id),
        records=hours_queries.records_of(me.id),
        doubts=record_queries.doubts_of(me.id),
        year=today().year,
        form=form,
    )
