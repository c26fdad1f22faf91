"""Let volunteers see what they could do, take shifts and withdraw; phone first, without JavaScript."""

from collections.abc import Sequence

from flask import Blueprint, Response, flash, url_for
from wtforms import RadioField

from portal.access import Role, actor, only
from portal.clock import local, now
from portal.errors import Refused
from portal.i18n import _, moment_label
from portal.i18n import lazy_gettext as _l
from portal.stations.queries import card
from portal.volunteers import engaged, leading_queries, posts, queries, shift_queries
from portal.volunteers.models import Team
from portal.volunteers.shift_models import PostStatus
from portal.volunteers.shift_rules import unfit, withdraw_until
from portal.web.answers import go, page
from portal.web.forms import Form
from portal.web.text import number_of

VOLUNTEERS = (Role.VOLUNTEER, Role.LEADER)
NEXT = 3  # of one's own shifts, on the first page

bp = Blueprint("volunteer", __name__, url_prefix="/volunteer")


class TakeForm(Form):
    """For which of one's teams a shift is taken; asked only where several fit."""

    team = RadioField(_l("For which team?"), validate_choice=False)

    def offer(self, teams: Sequence[Team]) -> None:
        """Fill in the teams, the nearest first and chosen."""
        self.team.choices = [(str(team.id), team.name) for team in teams]
        if teams and self.team.data not in {value for value, _label in self.team.choices}:
            self.team.data = str(teams[0].id)


@bp.get("/")
@only(*VOLUNTEERS)
def home() -> Response:
    """Show one's next shifts, and what one could do."""
    me = queries.me()
    own = shift_queries.own_posts(me.id, now())
    return page(
        "volunteers/home.html",
        me=me,
        own=own[:NEXT],
        more=max(len(own) - NEXT, 0),
        positions=shift_queries.positions(own),
        led=leading_queries.led_by(me.id),
        offers=shift_queries.offers(me, own),
        engagements=engaged.gathered(me.id, at_home=True),
        station_card=card,
        form=Form(formdata=None),
    )


@bp.get("/shifts")
@only(*VOLUNTEERS)
def shifts() -> Response:
    """List one's shifts to come."""
    me = queries.me()
    own = shift_queries.own_posts(me.id, now())
    return page(
        "volunteers/shifts.html",
        own=own,
        positions=shift_queries.positions(own),
        engagements=engaged.gathered(me.id, at_home=False),
        station_card=card,
    )


@bp.get("/shifts/<int:shift_id>")
@only(*VOLUNTEERS)
def shift(shift_id: int) -> Response:
    """Show a shift: what, where, when, who to ask, and the one thing to do about it."""
    return _shift_page(shift_id)


def _shift_page(
    shift_id: int, status: int = 200, problem: str = "", form: TakeForm | None = None
) -> Response:
    me = queries.me()
    found = shift_queries.shift(shift_id)
    form = form or TakeForm(formdata=None)
    form.offer(shift_queries.fitting_teams(found, found.occurrence.station_id, me.id))
    post = shift_queries.post_of(shift_id, me.id)
    waits = post is not None and post.status is PostStatus.WAITING
    may_withdraw = found.starts_at > now() and (waits or withdraw_until(found) >= now())
    return page(
        "volunteers/shift.html",
        status,
        shift=found,
        occurrence=found.occurrence,
        activity=found.occurrence.activity,
        day=local(found.starts_at).date(),
        station=card(found.occurrence.station),
        phone=found.occurrence.activity.phone or found.occurrence.station.phone,
        post=post,
        position=shift_queries.position(post) if post is not None and waits else 0,
        off="cancelled" in (found.status.value, found.occurrence.status.value),
        begun=found.starts_at <= now(),
        full=found.waiting > 0 or found.taken >= found.head_count,
        unfit=unfit(found, me),
        may_withdraw=may_withdraw,
        until=moment_label(withdraw_until(found)),
        attends=bool(shift_queries.also_attend(found.occurrence_id, [me.id])),
        problem=problem,
        form=form,
    )


@bp.post("/shifts/<int:shift_id>")
@only(*VOLUNTEERS)
def take(shift_id: int) -> Response:
    """Take a shift, or a place in its queue."""
    form, me = TakeForm(), queries.me().id
    form.validate()
    team_id = number_of(form.team.data) if form.team.data else None
    try:
        taken = posts.take(shift_id, me, team_id, actor(), key=form.key.data or "")
    except Refused as refusal:
        return _shift_page(shift_id, 409, refusal.message, form)
    if taken.new and taken.status is PostStatus.WAITING:
        flash(_("You are in the queue. We tell you when a place comes free."))
    elif taken.new:
        flash(_("The shift is yours. Thank you!"))
    if taken.new and taken.attends:
        flash(_("You are signed up for this activity as a visitor, too. Only if you want both, keep both."))
    return go(url_for(".shift", shift_id=shift_id))


@bp.post("/shifts/<int:shift_id>/withdraw")
@only(*VOLUNTEERS)
def withdraw(shift_id: int) -> Response:
    """Withdraw from a shift, or leave its queue."""
    try:
        posts.withdraw(shift_id, queries.me().id, actor())
    except Refused as refusal:
        return _shift_page(shift_id, 409, refusal.message)
    flash(_("You are off this shift. Thank you for saying so."))
    return go(url_for(".shift", shift_id=shift_id))
