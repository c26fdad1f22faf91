"""Let volunteers see and change what is kept of them, leave a team, or leave altogether."""

from flask import Blueprint, Response, flash, request, url_for

from portal.access import Role, actor, only
from portal.accounts import login
from portal.clock import now
from portal.contact import mask_phone, phone_of
from portal.errors import Refused
from portal.i18n import _
from portal.volunteers import leaving, personal, queries, shift_queries
from portal.volunteers.models import MembershipStatus
from portal.volunteers.own_forms import LeaveForm, LeaveTeamForm, PhoneForm, SaidForm
from portal.web.answers import go, page
from portal.web.form_session import begin_anew
from portal.web.limits import forgive, hit

VOLUNTEERS = (Role.VOLUNTEER, Role.LEADER)
TRIES = "5 per 15 minutes"  # of the present password

bp = Blueprint("volunteer_me", __name__, url_prefix="/volunteer")


@bp.get("/me")
@only(*VOLUNTEERS)
def me() -> Response:
    """Show what is kept of oneself."""
    return _me_page(200)


@bp.post("/me")
@only(*VOLUNTEERS)
def describe() -> Response:
    """Keep skills and free times."""
    form = SaidForm()
    if not form.validate():
        return _me_page(422, said=form)
    personal.describe(queries.me().id, form.said(), actor())
    flash(_("Kept. What fits you is shown first."))
    return go(url_for(".me"))


@bp.post("/me/phone")
@only(*VOLUNTEERS)
def change_phone() -> Response:
    """Keep another phone number."""
    form, mine = PhoneForm(), queries.me().id
    if not form.validate():
        return _me_page(422, phone=form)
    if not hit(TRIES, "own-password", str(mine)):
        form.refuse(None, _("Too many tries. Please wait a quarter of an hour."))
        return _me_page(429, phone=form)
    try:
        personal.change_phone(mine, phone_of(form.phone.data), form.password.data, actor())
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        return _me_page(409, phone=form)
    forgive(TRIES, "own-password", str(mine))
    flash(_("Your new number is kept; you can sign in with it."))
    return go(url_for(".me"))


def _me_page(status: int, said: SaidForm | None = None, phone: PhoneForm | None = None) -> Response:
    mine = queries.me()
    if said is None:
        said = SaidForm(formdata=None)
        said.show(mine)
    return page(
        "volunteers/me.html",
        status,
        me=mine,
        phone=mask_phone(mine.phone) if mine.phone else "",
        guardian_phone=mask_phone(mine.guardian_phone) if mine.guardian_phone else "",
        memberships=queries.own_memberships(mine.id),
        said=said,
        new_phone=phone or PhoneForm(formdata=None),
        days=personal.DAYS,
        parts=personal.PARTS,
    )


@bp.get("/leave-team")
@only(*VOLUNTEERS)
def leave_team_form() -> Response:
    """Ask which team, and say what becomes of the shifts."""
    form = LeaveTeamForm(formdata=None)
    form.membership.data = request.args.get("membership", "")
    return _leave_team_page(form, 200)


@bp.post("/leave-team")
@only(*VOLUNTEERS)
def leave_team() -> Response:
    """Leave a team."""
    form, mine = LeaveTeamForm(), queries.me().id
    _offer(form, mine)
    if not form.validate():
        return _leave_team_page(form, 422)
    leaving.leave(int(form.membership.data), actor(), own=mine)
    flash(_("You have left the team. Thank you for all you did there."))
    return go(url_for(".me"))


def _offer(form: LeaveTeamForm, volunteer_id: int) -> None:
    form.membership.choices = [
        (str(one.id), one.team.name if one.status is MembershipStatus.MEMBER else _asked(one.team.name))
        for one in queries.own_memberships(volunteer_id)
    ]


def _asked(name: str) -> str:
    return _("%(team)s (asked to join)", team=name)


def _leave_team_page(form: LeaveTeamForm, status: int) -> Response:
    mine = queries.me().id
    _offer(form, mine)
    return page(
        "volunteers/leave_team.html",
        status,
        form=form,
        taken=shift_queries.taken_by_team(mine, now()),
    )


@bp.get("/leave")
@only(*VOLUNTEERS)
def leave_form() -> Response:
    """Say what goes and what stays, and ask."""
    return _leave_page(LeaveForm(formdata=None), 200)


@bp.post("/leave")
@only(*VOLUNTEERS)
def leave() -> Response:
    """Leave altogether; whoever was signed in is not any more."""
    form, mine = LeaveForm(), queries.me().id
    if not form.validate():
        return _leave_page(form, 422)
    if not hit(TRIES, "own-password", str(mine)):
        form.refuse(None, _("Too many tries. Please wait a quarter of an hour."))
        return _leave_page(form, 429)
    try:
        leaving.leave_service(mine, form.password.data, actor())
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        return _leave_page(form, 409)
    begin_anew()
    flash(_("You have left. Your name and number are deleted, your hours stay. Thank you for everything!"))
    return login.drop_cookie(go(url_for("teams.index")))


def _leave_page(form: LeaveForm, status: int) -> Response:
    mine = queries.me()
    return page(
        "volunteers/leave.html",
        status,
        form=form,
        me=mine,
        shifts=sum(shift_queries.taken_by_team(mine.id, now()).values()),
        teams=len(queries.own_memberships(mine.id)),
    )
