"""Let staff take people into teams, find volunteers, and describe the teams."""

from flask import Response, flash, request, url_for

from portal.access import STAFF, WRITERS, actor, only, scope
from portal.activities.staff import bp
from portal.clock import now, today
from portal.errors import Missing, Refused
from portal.i18n import _
from portal.stations import queries as stations
from portal.volunteers import ages, enrolment, leaving, queries, roll, shift_queries, team_actions
from portal.volunteers.forms import DecideForm, TeamForm
from portal.volunteers.labels import STANDINGS, WHOS
from portal.volunteers.models import Team
from portal.web.answers import go, page
from portal.web.text import without_unseen


@bp.get("/volunteers/", endpoint="volunteers")
@only(*STAFF)
def volunteers_page() -> Response:
    """Show who wants to join, the teams, and the people a search or a filter leaves."""
    narrowed = _narrowed()
    asked_page = request.args.get("page", "1")
    return page(
        "staff/volunteers.html",
        narrowed=narrowed,
        roll=roll.roll(narrowed, scope(), int(asked_page[:6]) if asked_page.isdecimal() else 1),
        wishes=queries.wishes(scope()),
        teams=queries.teams(scope=scope()),
        age_of=lambda born_on: ages.age_on(born_on, today()),
        standings=STANDINGS,
        whos=WHOS,
        may_write=actor().role in WRITERS,
        form=DecideForm(formdata=None),
    )


def _narrowed() -> roll.Narrowed:
    """Read the filters from the address; what is none of them is left out."""
    asked = request.args
    team = asked.get("team", "")
    return roll.Narrowed(
        words=without_unseen(asked.get("q", "")).strip()[:40],
        team_id=int(team) if team.isascii() and team.isdecimal() and len(team) < 19 else None,
        standing=next((one for one in roll.Standing if one == asked.get("status")), None),
        who=next((one for one in roll.Who if one == asked.get("who")), None),
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


@bp.get("/memberships/<int:membership_id>/end")
@only(*WRITERS)
def confirm_end(membership_id: int) -> Response:
    """Ask whether somebody is to leave a team: the shifts that go with it do not come back."""
    found = queries.membership(membership_id, scope())
    taken = shift_queries.taken_by_team(found.volunteer_id, now())
    return page("staff/membership_end.html", membership=found, shifts=taken.get(found.team_id, 0))


@bp.post("/memberships/<int:membership_id>/end")
@only(*WRITERS)
def end_membership(membership_id: int) -> Response:
    """Let somebody leave a team."""
    leaving.leave(membership_id, actor())
    flash(_("They have left the team; their shifts to come are free, their hours stay."))
    return go(url_for(".volunteers"))


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
