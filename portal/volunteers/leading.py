"""Let whoever leads a team see to it: who would like to join, its members, shifts, the roll of the day."""

from flask import Response, flash, request, url_for

from portal.access import actor, only
from portal.activities.models import OccurrenceStatus
from portal.clock import local, now, today
from portal.contact import mask_phone
from portal.errors import Missing, Refused
from portal.i18n import _, clock_time, ngettext
from portal.registrations.forms import ShowPhoneForm
from portal.stations.queries import card
from portal.volunteers import (
    cover,
    days,
    enrolment,
    leading_queries,
    leaving,
    presence,
    queries,
    shift_queries,
)
from portal.volunteers.leading_forms import CallForm, RefuseForm
from portal.volunteers.models import MembershipStatus, Team
from portal.volunteers.own import VOLUNTEERS, bp
from portal.volunteers.presence import Checked, Outcome
from portal.volunteers.shift_models import ShiftStatus
from portal.web.answers import go, page
from portal.web.forms import Form
from portal.web.text import number_of


def _led(team_id: int) -> tuple[int, Team]:
    me = queries.me().id
    return me, leading_queries.team(team_id, me)


@bp.get("/teams/<int:team_id>", endpoint="led_team")
@only(*VOLUNTEERS)
def team_page(team_id: int) -> Response:
    """Show a team to who leads it."""
    me, team = _led(team_id)
    return _team_page(me, team, 200)


def _team_page(me: int, team: Team, status: int, refuse: RefuseForm | None = None, wish: int = 0) -> Response:
    return page(
        "volunteers/lead_team.html",
        status,
        me=me,
        team=team,
        wishes=leading_queries.memberships(team.id, MembershipStatus.ASKED),
        members=leading_queries.memberships(team.id, MembershipStatus.MEMBER),
        shifts=leading_queries.coming_shifts(team.id),
        today=today(),
        station_card=card,
        form=Form(formdata=None),
        refuse=refuse,
        wish_refused=wish,
    )


@bp.post("/teams/<int:team_id>/wishes/<int:membership_id>")
@only(*VOLUNTEERS)
def decide_wish(team_id: int, membership_id: int) -> Response:
    """Take somebody into the team, or not."""
    me, team = _led(team_id)
    leading_queries.membership(team_id, membership_id)
    take, form = request.form.get("intent") == "take", RefuseForm()
    if not take and request.form.get("intent") != "refuse":
        raise Missing
    if not take and not form.validate():
        return _team_page(me, team, 422, form, membership_id)
    enrolment.decide(membership_id, take, form.reason.data or "", actor(), leads=me)
    flash(_("Taken in. The station gives them their code.") if take else _("Noted: not taken."))
    return go(url_for(".led_team", team_id=team_id))


@bp.get("/teams/<int:team_id>/members/<int:membership_id>", endpoint="led_member")
@only(*VOLUNTEERS)
def member_page(team_id: int, membership_id: int) -> Response:
    """Show a member, the phone number masked."""
    return _member_page(team_id, membership_id, 200)


def _member_page(
    team_id: int, membership_id: int, status: int, reveal: ShowPhoneForm | None = None, number: str = ""
) -> Response:
    me, team = _led(team_id)
    found = leading_queries.membership(team_id, membership_id, MembershipStatus.MEMBER)
    if reveal is None:
        reveal = ShowPhoneForm(formdata=None)
        reveal.offer()
    response = page(
        "volunteers/lead_member.html",
        status,
        me=me,
        team=team,
        membership=found,
        volunteer=found.volunteer,
        coming=leading_queries.coming_posts(team_id, found.volunteer_id),
        masked=mask_phone(found.volunteer.phone or ""),
        number=number,
        reveal=reveal,
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.post("/teams/<int:team_id>/members/<int:membership_id>/phone")
@only(*VOLUNTEERS)
def show_member_phone(team_id: int, membership_id: int) -> Response:
    """Show the full number of a member, after why has been logged."""
    me, _team = _led(team_id)
    found = leading_queries.membership(team_id, membership_id, MembershipStatus.MEMBER)
    form = ShowPhoneForm()
    form.offer()
    if not form.validate():
        return _member_page(team_id, membership_id, 422, form)
    number = found.volunteer.phone or ""
    enrolment.log_phone_shown(membership_id, form.reason.data, actor(), leads=me)
    return _member_page(team_id, membership_id, 200, form, number)


@bp.get("/teams/<int:team_id>/members/<int:membership_id>/end")
@only(*VOLUNTEERS)
def end_member_form(team_id: int, membership_id: int) -> Response:
    """Ask whether somebody really leaves the team."""
    me, team = _led(team_id)
    found = leading_queries.membership(team_id, membership_id, MembershipStatus.MEMBER)
    if found.volunteer_id == me:  # who leads it hands it on at the station first
        raise Missing
    return page(
        "volunteers/lead_end.html",
        team=team,
        membership=found,
        coming=leading_queries.coming_posts(team_id, found.volunteer_id),
        form=Form(formdata=None),
    )


@bp.post("/teams/<int:team_id>/members/<int:membership_id>/end")
@only(*VOLUNTEERS)
def end_member(team_id: int, membership_id: int) -> Response:
    """Let somebody leave the team."""
    me, _team = _led(team_id)
    found = leading_queries.membership(team_id, membership_id)
    if found.volunteer_id == me:
        raise Missing
    leaving.leave(membership_id, actor(), leads=me)
    flash(_("They have left the team; their hours stay."))
    return go(url_for(".led_team", team_id=team_id))


@bp.get("/teams/<int:team_id>/shifts/<int:shift_id>", endpoint="led_shift")
@only(*VOLUNTEERS)
def shift_page(team_id: int, shift_id: int) -> Response:
    """Show a shift of the team: who comes, who waits, who withdrew, how many are missing."""
    _me, team = _led(team_id)
    found = leading_queries.shift(team_id, shift_id)
    people = leading_queries.people(team_id, found)
    off = found.status is ShiftStatus.CANCELLED or found.occurrence.status is OccurrenceStatus.CANCELLED
    stretches = [] if off else [days.Stretch(found.starts_at, found.ends_at)]
    return page(
        "volunteers/lead_shift.html",
        team=team,
        shift=found,
        occurrence=found.occurrence,
        day=local(found.starts_at).date(),
        station=card(found.occurrence.station),
        people=people,
        attend=shift_queries.also_attend(
            found.occurrence_id, [post.volunteer_id for post in people if post.is_live]
        ),
        off=off,
        lacking=0 if off else max(found.head_count - found.taken, 0),
        may_ask=not off and found.starts_at > now(),
        roll_today=today() in days.Service(found.occurrence, stretches).days,
    )


@bp.get("/teams/<int:team_id>/shifts/<int:shift_id>/cover", endpoint="cover")
@only(*VOLUNTEERS)
def cover_form(team_id: int, shift_id: int) -> Response:
    """Show who could step in, before they are asked."""
    return _cover_page(team_id, shift_id, 200)


def _cover_page(team_id: int, shift_id: int, status: int, problem: str = "") -> Response:
    me, team = _led(team_id)
    found = leading_queries.shift(team_id, shift_id)
    people = leading_queries.to_ask(team_id, found, me)
    off = found.status is ShiftStatus.CANCELLED or found.occurrence.status is OccurrenceStatus.CANCELLED
    reached = sum(cover.is_reached(one) for one in people)
    return page(
        "volunteers/lead_cover.html",
        status,
        team=team,
        shift=found,
        day=local(found.starts_at).date(),
        people=people,
        reached=reached,
        lacking=0 if off or found.starts_at <= now() else max(found.head_count - found.taken, 0),
        again=leading_queries.asked_again_from(found),
        problem=problem,
        form=Form(formdata=None),
    )


@bp.post("/teams/<int:team_id>/shifts/<int:shift_id>/cover")
@only(*VOLUNTEERS)
def ask_for_cover(team_id: int, shift_id: int) -> Response:
    """Ask those who could step in."""
    me, _team = _led(team_id)
    form = Form()
    form.validate()
    try:
        asked = cover.ask(team_id, shift_id, me, actor(), form.key.data or "")
    except Refused as refusal:
        return _cover_page(team_id, shift_id, 409, refusal.message)
    flash(ngettext("%(num)s person is asked.", "%(num)s people are asked.", asked.people))
    if asked.by_call:
        flash(
            ngettext(
                "The station rings %(num)s of them.", "The station rings %(num)s of them.", asked.by_call
            )
        )
    return go(url_for(".led_shift", team_id=team_id, shift_id=shift_id))


@bp.get("/teams/<int:team_id>/dates/<int:occurrence_id>", endpoint="led_roll")
@only(*VOLUNTEERS)
def roll_page(team_id: int, occurrence_id: int) -> Response:
    """Show who of the team is here today."""
    return _roll_page(team_id, occurrence_id, 200)


def _roll_page(
    team_id: int, occurrence_id: int, status: int, call: CallForm | None = None, called: int = 0
) -> Response:
    me, team = _led(team_id)
    found = leading_queries.occurrence(team_id, occurrence_id)
    service = days.service_at(found)
    people = leading_queries.roll(team_id, occurrence_id, today())
    return page(
        "volunteers/lead_roll.html",
        status,
        me=me,
        team=team,
        occurrence=found,
        activity=found.activity,
        today=today(),
        is_today=today() in service.days,
        good=service.is_open(now()),
        opens_at=service.opens_next,
        people=people,
        here=sum(one.open is not None for one in people),
        call=call or CallForm(formdata=None),
        called=called,
    )


@bp.post("/teams/<int:team_id>/dates/<int:occurrence_id>/in")
@only(*VOLUNTEERS)
def call_in(team_id: int, occurrence_id: int) -> Response:
    """Check somebody of the team in: now, or at the time at which they came."""
    me, _team = _led(team_id)
    leading_queries.occurrence(team_id, occurrence_id)
    form, volunteer_id = CallForm(), number_of(request.form.get("volunteer"))
    if not form.validate():
        return _roll_page(team_id, occurrence_id, 422, form, volunteer_id)
    try:
        checked = presence.call_in(
            occurrence_id, volunteer_id, form.moment_on(today()) or now(), actor(), leads=me
        )
    except Refused as refusal:
        form.refuse("time", refusal.message)
        return _roll_page(team_id, occurrence_id, 409, form, volunteer_id)
    _say(checked, volunteer_id)
    return go(url_for(".led_roll", team_id=team_id, occurrence_id=occurrence_id))


@bp.post("/teams/<int:team_id>/presences/<int:presence_id>/out")
@only(*VOLUNTEERS)
def call_out(team_id: int, presence_id: int) -> Response:
    """Check somebody of the team out: now, or at the time at which they went."""
    me, _team = _led(team_id)
    found = leading_queries.presence(team_id, presence_id)
    occurrence_id, volunteer_id, day = found.occurrence_id, found.volunteer_id, found.day
    leading_queries.occurrence(team_id, occurrence_id)
    form = CallForm()
    if not form.validate():
        return _roll_page(team_id, occurrence_id, 422, form, volunteer_id)
    try:
        checked = presence.call_out(presence_id, form.moment_on(day), actor(), leads=me)
    except Refused as refusal:
        form.refuse("time", refusal.message)
        return _roll_page(team_id, occurrence_id, 409, form, volunteer_id)
    _say(checked, volunteer_id)
    return go(url_for(".led_roll", team_id=team_id, occurrence_id=occurrence_id))


def _say(checked: Checked, volunteer_id: int) -> None:
    time = clock_time(checked.since)
    came = checked.outcome in (Outcome.IN, Outcome.STILL_IN)
    flash(_("In since %(time)s.", time=time) if came else _("Out at %(time)s.", time=time))
    if came and shift_queries.also_attend(checked.occurrence_id, [volunteer_id]):
        flash(_("They are signed up as a visitor, too: they count once on each side."))
