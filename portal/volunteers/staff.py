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
"""Let staff keep the shifts of a date: the panel on its page, and what lacks people on the desk."""

from collections.abc import Mapping
from typing import Any

from flask import Response, flash, request, url_for

from portal.access import WRITERS, Scope, actor, only, scope
from portal.activities import queries as activities
from portal.activities.models import Occurrence, OccurrenceStatus
from portal.activities.panels import DeskPart, Panel
from portal.activities.staff import bp
from portal.activities.staff_dates import occurrence_page
from portal.clock import at, local, now, today
from portal.errors import Refused
from portal.i18n import _
from portal.i18n import lazy_gettext as _l
from portal.volunteers import posts, shift_queries, shifts
from portal.volunteers.shift_models import MOST_PEOPLE
from portal.web.answers import go
from portal.web.forms import Form, WallTime, count, line
from portal.web.text import number_of


class ShiftForm(Form):
    """A shift to add to a date; it lies on the day on which the date begins."""

    role = line(_l("What to do"), 40, required=_l("What is there to do?"))
    starts = WallTime(_l("From"))
    ends = WallTime(_l("Until"))
    head_count = count(_l("How many people"), 1, MOST_PEOPLE, required=_l("How many?"), default=2)
    skill = line(_l("Needed skill"), 40)
    word = line(_l("Where to meet, what to bring"), 120)


class PutOnForm(Form):
    """Somebody to put on a shift, by number or name."""

    who = line(_l("Name or volunteer number"), 40, required=_l("Who?"))
    overlap_reason = line(_l("If they have another shift then: why both?"), 120)


class ShiftReasonForm(Form):
    """Why a shift is cancelled."""

    reason = line(_l("Why? Those on it are told."), 120, required=_l("Please say why; they are told."))


def gather(found: Occurrence, given: Mapping[str, Any]) -> dict[str, Any] | None:
    """Gather the shifts of a published date and who is on them."""
    if not found.published:
        return None
    add = given.get("shift_form")
    if add is None:
        add = ShiftForm(formdata=None, prefix="shift_")
        add.starts.data, add.ends.data = local(found.starts_at).time(), local(found.ends_at).time()
    over = found.ends_at <= now()
    off = found.status is OccurrenceStatus.CANCELLED
    return {
        "shifts": shift_queries.shifts_of(found.id),
        "posts": shift_queries.posts_at(found.id),
        "add": add,
        "put_on": given.get("put_on") or PutOnForm(formdata=None, prefix="put_"),
        "chosen": given.get("chosen", 0),
        "cancel": given.get("cancel_shift") or ShiftReasonForm(formdata=None, prefix="off_"),
        "may_write": actor().role in WRITERS and not over and not off,
        "now": now(),
    }


PANEL = Panel("volunteers", "staff/volunteers_panel.html", gather)


def on_desk(here: Scope) -> dict[str, Any] | None:
    """Gather the shifts of the next days that lack people."""
    found = shift_queries.at_risk(here)
    return {"shifts": found, "today": today()} if found else None


DESK = DeskPart("staff/shifts_at_risk.html", on_desk)


def _page(occurrence_id: int, status: int, **given: Any) -> Response:
    return occurrence_page(activities.occurrence(occurrence_id, scope()), status, **given)


def _back(occurrence_id: int) -> Response:
    return go(url_for(".occurrence", occurrence_id=occurrence_id) + "#shifts")


@bp.post("/occurrences/<int:occurrence_id>/shifts")
@only(*WRITERS)
def add_shift(occurrence_id: int) -> Response:
    """Ask for volunteers at a date."""
    form = ShiftForm(prefix="shift_")
    day = local(activities.occurrence(occurrence_id, scope()).starts_at).date()
    if not form.validate() or form.starts.data is None or form.ends.data is None:
        if not form.faults:
            form.refuse("starts", _("From when until when?"))
        return _page(occurrence_id, 422, shift_form=form)
    wanted = shifts.Wanted(
        role=form.role.data,
        starts_at=at(day, form.starts.data),
        ends_at=at(day, form.ends.data),
        head_count=form.head_count.data or 0,
        skill=form.skill.data,
        word=form.word.data,
    )
    try:
        shifts.make(occurrence_id, wanted, actor(), form.key.data or "")
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        return _page(occurrence_id, 409, shift_form=form)
    flash(_("The shift is open; volunteers see it now."))
    return _back(occurrence_id)


@bp.post("/shifts/<int:shift_id>/posts")
@only(*WRITERS)
def put_on_shift(shift_id: int) -> Response:
    """Put somebody on a shift."""
    occurrence_id = shift_queries.shift(shift_id, scope()).occurrence_id
    form = PutOnForm(prefix="put_")
    if not form.validate():
        return _page(occurrence_id, 422, put_on=form, chosen=shift_id)
    found = shift_queries.search(form.who.data, scope())
    if len(found) != 1:
        several = _(", ").join(f"{one.name} {one.number}" for one in found)
        form.refuse(
            "who", _("Several: %(who)s. Write the number.", who=several) if found else _("Nobody found.")
        )
        return _page(occurrence_id, 422, put_on=form, chosen=shift_id)
    try:
        posts.take(shift_id, found[0].id, None, actor(), form.overlap_reason.data, form.key.data or "")
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        return _page(occurrence_id, 409, put_on=form, chosen=shift_id)
    flash(_("%(name)s is written down and will be told.", name=found[0].name))
    return _back(occurrence_id)


@bp.post("/shifts/<int:shift_id>/withdraw")
@only(*WRITERS)
def take_off_shift(shift_id: int) -> Response:
    """Take somebody off a shift."""
    occurrence_id = shift_queries.shift(shift_id, scope()).occurrence_id
    posts.withdraw(shift_id, number_of(request.form.get("volunteer")), actor())
    flash(_("Taken off. Whoever waits moves up."))
    return _back(occurrence_id)


@bp.post("/shifts/<int:shift_id>/cancel")
@only(*WRITERS)
def cancel_shift(shift_id: int) -> Response:
    """Cancel a shift."""
    occurrence_id = shift_queries.shift(shift_id, scope()).occurrence_id
    form = ShiftReasonForm(prefix="off_")
    if not form.validate():
        return _page(occurrence_id, 422, cancel_shift=form, chosen=shift_id)
    shifts.cancel(shift_id, form.reason.data, actor())
    flash(_("The shift is cancelled; those on it are told."))
    return _back(occurrence_id)
