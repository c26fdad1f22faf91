"""Show the teams to everybody, and let people ask to join; activate a volunteer's login."""

from flask import Blueprint, Response, flash, request, url_for

from portal.access import NOBODY, Role, public
from portal.accounts import actions as accounts
from portal.accounts import login
from portal.accounts.views import home_of
from portal.contact import phone_of
from portal.errors import Refused
from portal.i18n import _
from portal.registrations import consent
from portal.registrations.labels import RELATIONS
from portal.volunteers import ages, enrolment, queries
from portal.volunteers.forms import ActivateForm, JoinForm
from portal.volunteers.labels import KINDS
from portal.volunteers.models import Team
from portal.web.answers import go, page
from portal.web.form_session import begin_anew
from portal.web.limits import hit
from portal.web.text import number_of

JOINING = "10 per hour"  # from one phone number
SHOWN = 60  # teams on a page
ACTIVATING = "10 per 15 minutes"  # tries for one number: ten million codes, ten tries

bp = Blueprint("teams", __name__)


@bp.get("/teams/")
@public
def index() -> Response:
    """List the teams, all or of one kind, a page at a time."""
    asked, skip = request.args.get("kind", ""), number_of(request.args.get("skip"))
    kind = next((one for one in KINDS if one.value == asked), None)
    every = queries.count_teams()
    rows = queries.teams(kind, limit=SHOWN + 1, skip=skip)
    return page(
        "volunteers/teams.html",
        200 if kind is not None or not asked else 422,
        rows=rows[:SHOWN],
        more=skip + SHOWN if len(rows) > SHOWN else None,
        kind=kind,
        kinds=[one for one in KINDS if one in every.kinds],
        teams=every.teams,
        organizations=every.organizations,
        people=queries.count_members(),
    )


@bp.get("/teams/<int:team_id>")
@public
def team(team_id: int) -> Response:
    """Show one team."""
    found = queries.team(team_id)
    return page("volunteers/team.html", team=found, members=queries.count_members(team_id))


@bp.get("/teams/<int:team_id>/join")
@public
def join_form(team_id: int) -> Response:
    """Ask who would like to join."""
    return _join_page(queries.team(team_id), JoinForm(formdata=None))


@bp.post("/teams/<int:team_id>/join")
@public
def join(team_id: int) -> Response:
    """Put the wish before the team."""
    found = queries.team(team_id)
    form = JoinForm()
    if not form.validate():
        return _join_page(found, form, 422)
    if not hit(JOINING, "join", phone_of(form.phone.data)):
        form.refuse(None, _("That was often. Please try again later, or ring the station."))
        return _join_page(found, form, 429)
    agreed = consent.agreed(form.consent.data or "", consent.SIGN_UP)
    try:
        enrolment.ask_to_join(
            team_id, form.person(), agreed, form.word.data or "", NOBODY, form.key.data or ""
        )
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        return _join_page(found, form, 409)
    flash(_("Your wish is with the team. They ring you, and then you get your volunteer number."))
    return go(url_for(".team", team_id=team_id))


def _join_page(found: Team, form: JoinForm, status: int = 200) -> Response:
    return page(
        "volunteers/join.html",
        status,
        team=found,
        form=form,
        version=consent.SIGN_UP,
        of_age=ages.of_age(),
        child=ages.child(),
        youngest=ages.youngest(),
        minor_version=consent.VOLUNTEER_MINOR,
        children_version=consent.CHILDREN,
        relations=RELATIONS,
    )


@bp.get("/volunteer/activate")
@public
def activate_form() -> Response:
    """Ask for number, code and a password."""
    return page("volunteers/activate.html", form=ActivateForm(formdata=None))


@bp.post("/volunteer/activate")
@public
def activate() -> Response:
    """Make the login and sign it in."""
    form = ActivateForm()
    status = 422
    if form.validate():
        number, code = form.typed()
        if not hit(ACTIVATING, "activate", number):
            form.refuse(None, _("Too many tries. Please wait a quarter of an hour."))
            return page("volunteers/activate.html", 429, form=form)
        try:
            account_id = enrolment.activate(number, code, form.password.data)
        except Refused as refusal:
            form.refuse(refusal.field, refusal.message)
            status = 409
        else:
            token = accounts.sign_in(account_id, login.hours_of(Role.VOLUNTEER))
            begin_anew()
            return login.set_cookie(go(home_of(Role.VOLUNTEER)), token, Role.VOLUNTEER)
    return page("volunteers/activate.html", status, form=form)
