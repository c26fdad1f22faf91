"""Let staff take people into teams, find volunteers, give out codes, and describe the teams."""

from flask import Response, flash, request, url_for

from portal.access import STAFF, WRITERS, actor, only, scope
from portal.activities.staff import bp
from portal.clock import today
from portal.errors import Missing, Refused
from portal.i18n import _
from portal.registrations.party import mask_phone
from portal.stations import queries as stations
from portal.volunteers import enrolment, queries, team_actions
from portal.volunteers.enrolment import age_on
from portal.volunteers.forms import DecideForm, TeamForm
from portal.volunteers.models import Team, Volunteer
from portal.web.answers import go, page
from portal.web.text import without_unseen


@bp.get("/volunteers/", endpoint="volunteers")
@only(*STAFF)
def volunteers_page() -> Response:
    """Show who wants to join, the teams, and whom a search finds."""
    asked = without_unseen(request.args.get("q", ""))[:40]
    return page(
        "staff/volunteers.html",
        q=asked,
        found=queries.volunteers(asked, scope()),
        wishes=queries.wishes(scope()),
        teams=queries.teams(scope=scope()),
        people=queries.count_members(),
        age_of=lambda born_on: age_on(born_on, today()),
        may_write=actor().role in WRITERS,
        form=DecideForm(formdata=None),
    )


@bp.post("/memberships/<int:membership_id>")
@only(*WRITERS)
def decide(membership_id: int) -> Response:
    """Take somebody into a team, or not."""
    form = DecideForm()
    take = request.form.get("intent") == "take"
    if not take and request.form.get("intent") != "refuse":
        raise Missing
    enrolment.decide(membership_id, take, form.reason.data or "", actor())
    flash(_("Taken in. Give them their code, then they can sign in.") if take else _("Noted: not taken."))
    return go(url_for(".volunteers"))


@bp.post("/memberships/<int:membership_id>/end")
@only(*WRITERS)
def end_membership(membership_id: int) -> Response:
    """Let somebody leave a team."""
    enrolment.leave(membership_id, actor())
    flash(_("They have left the team; their hours stay."))
    return go(url_for(".volunteers"))


@bp.get("/volunteers/<int:volunteer_id>")
@only(*STAFF)
def volunteer(volunteer_id: int) -> Response:
    """Show one volunteer."""
    return _volunteer_page(queries.volunteer(volunteer_id, scope()))


def _volunteer_page(found: Volunteer, code: str = "") -> Response:
    response = page(
        "staff/volunteer.html",
        volunteer=found,
        phone=mask_phone(found.phone) if found.phone else "",
        code=code,
        days=enrolment.CODE_GOOD.days,
        may_write=actor().role in WRITERS,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/volunteers/<int:volunteer_id>/code")
@only(*WRITERS)
def give_code(volunteer_id: int) -> Response:
    """Make a one-time code and show it once, to print or read out."""
    queries.volunteer(volunteer_id, scope())
    code = enrolment.give_code(volunteer_id, actor())
    return _volunteer_page(queries.volunteer(volunteer_id, scope()), code)


@bp.get("/teams/new")
@only(*WRITERS)
def new_team() -> Response:
    """Offer an empty form for a team."""
    form = TeamForm(formdata=None)
    _offer(form)
    return page("staff/team.html", form=form, team=None)


@bp.post("/teams/new")
@only(*WRITERS)
def add_team() -> Response:
    """Make a team at one's own station."""
    form = TeamForm()
    _offer(form)
    return _save(form, None)


@bp.get("/teams/<int:team_id>/edit")
@only(*WRITERS)
def edit_team(team_id: int) -> Response:
    """Offer a team for change."""
    found = queries.team(team_id, scope())
    form = TeamForm(formdata=None)
    _offer(form, found)
    form.show(found)
    return page("staff/team.html", form=form, team=found)


@bp.post("/teams/<int:team_id>/edit")
@only(*WRITERS)
def save_team(team_id: int) -> Response:
    """Keep what a team is."""
    found = queries.team(team_id, scope())
    form = TeamForm()
    _offer(form, found)
    return _save(form, found)


def _save(form: TeamForm, found: Team | None) -> Response:
    status = 422
    if form.validate():
        try:
            team_actions.save(
                found.id if found else None,
                team_actions.Described(
                    name=form.name.data,
                    organization_id=int(form.organization.data),
                    kind=form.kind_chosen(),
                    does=form.does.data or "",
                    text=form.text.data or "",
                    skills=form.skills.data or "",
                    times=form.times.data or "",
                    serves=tuple(sorted(int(value) for value in form.serves.data or ())),
                    leader_id=int(form.leader.data) if form.leader.data else None,
                    takes_people=bool(form.takes_people.data),
                ),
                actor(),
                form.key.data or "",
            )
        except Refused as refusal:
            form.refuse(refusal.field, refusal.message)
            status = 409
        else:
            flash(_("The team is kept as described."))
            return go(url_for(".volunteers"))
    return page("staff/team.html", status, form=form, team=found)


def _offer(form: TeamForm, found: Team | None = None) -> None:
    form.offer(
        organizations=[(str(one.id), one.name) for one in queries.organizations_in(scope())],
        stations=[(str(card.id), card.short_name) for card in stations.stations_shown()],
        members=[(str(one.id), f"{one.name} {one.number}") for one in queries.members_of(found.id)]
        if found
        else [],
    )
