"""Let staff see their day and their activities."""

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, flash, request, url_for

from portal.access import STAFF, WRITERS, Scope, actor, only, scope
from portal.activities import actions, calling_off, desk, helping, listing, lunar, queries, rescheduling
from portal.activities.forms import CancelForm
from portal.activities.models import Activity, ActivityStatus
from portal.activities.recurrences import repeats_of
from portal.activities.rule_words import words
from portal.clock import local, now, today
from portal.i18n import _, ngettext
from portal.messages import actions as messages
from portal.stations import queries as stations
from portal.web.answers import go, page, show
from portal.web.text import without_unseen

ON_A_PAGE = 30
MOST_SHOWN = 12  # tasks, before somebody asks for all


bp = Blueprint("staff", __name__, url_prefix="/staff")


@bp.get("/", endpoint="today")
@only(*STAFF)
def desk_page() -> Response:
    """Show what needs somebody now, and today's occurrences."""
    return show("staff/today.html", "tasks", **_desk(scope()))


def _desk(here: Scope) -> dict[str, Any]:
    writes = actor().role in WRITERS
    return {
        "day": today(),
        "facts": lunar.day_facts(today()),
        "lunar_long_label": lunar.lunar_long_label,
        "moment": local(now()),
        "may_write": writes,
        "opened": request.args.get("open", ""),
        "most": None if "all" in request.args else MOST_SHOWN,
        **desk.gathered(here, writes),
    }


@bp.post("/calls/<int:message_id>")
@only(*WRITERS)
def called(message_id: int) -> Response:
    """Tick off a call."""
    messages.mark_called(message_id, stations.ids_in(scope()), actor())
    flash(_("Noted: the call is made."))
    return go(url_for(".today"))


@bp.get("/activities/")
@only(*STAFF)
def activities() -> Response:
    """List the activities of the scope, the last changed first."""
    status = {one.value: one for one in ActivityStatus}.get(request.args.get("status", ""))
    asked = without_unseen(request.args.get("q", ""))[:200]
    rows = queries.activities_in(scope(), status, listing.words_of(asked), _before(), ON_A_PAGE + 1)
    shown = rows[:ON_A_PAGE]
    return show(
        "staff/activities.html",
        "results",
        rows=shown,
        standing=status,
        q=asked,
        older=f"{shown[-1].changed_at.isoformat()}_{shown[-1].id}" if len(rows) > ON_A_PAGE else None,
        may_write=actor().role in WRITERS,
    )


def _before() -> tuple[datetime, int] | None:
    moment, _line, row_id = request.args.get("before", "").partition("_")
    try:
        found = datetime.fromisoformat(moment)
        return (found, int(row_id[:18])) if found.tzinfo else None
    except ValueError:
        return None


@bp.get("/activities/<int:activity_id>")
@only(*STAFF)
def activity(activity_id: int) -> Response:
    """Show an activity with its dates and what can be done with it."""
    found = queries.activity(activity_id, scope())
    rows = rescheduling.rules_of(activity_id)
    dates = listing.dates_of(activity_id, ON_A_PAGE * 2 + 1, after=now() - timedelta(days=30))
    told = (card for card in dates if card.published and not card.cancelled and card.ends_at > now())
    return page(
        "staff/activity.html",
        activity=found,
        team=helping.team_of(activity_id),
        dates=dates[: ON_A_PAGE * 2],
        goes_on=len(dates) > ON_A_PAGE * 2,
        next_date=next(told, None),
        rule=words(repeats_of(rows[-1]).rule) if rows else "",
        blocked=rescheduling.blocked_days(rows),
        out_of_step=sum(row.out_of_step for row in rows),
        can_restore=listing.cancelled_today(activity_id),
        closed_today=calling_off.was_closed_today(found),
        can_unpublish=calling_off.is_fresh(found),
        cell_label=lunar.cell_label,
        day_facts=lunar.day_facts,
        may_write=actor().role in WRITERS,
        form=CancelForm(formdata=None),
    )


@bp.post("/activities/<int:activity_id>/publish")
@only(*WRITERS)
def publish(activity_id: int) -> Response:
    """Publish a draft."""
    actions.publish(activity_id, actor())
    flash(_("Published."))
    return go(url_for(".activity", activity_id=activity_id))


@bp.post("/activities/<int:activity_id>/unpublish")
@only(*WRITERS)
def unpublish(activity_id: int) -> Response:
    """Make a draft again of what was published today."""
    calling_off.unpublish(activity_id, actor())
    flash(_("It is a draft again. Nobody sees it until you publish it."))
    return go(url_for(".activity", activity_id=activity_id))


@bp.get("/activities/<int:activity_id>/delete")
@only(*WRITERS)
def confirm_delete(activity_id: int) -> Response:
    """Ask whether a draft should go for good."""
    found = queries.activity(activity_id, scope())
    return page("staff/activity_delete.html", activity=found, form=CancelForm(formdata=None))


@bp.post("/activities/<int:activity_id>/delete")
@only(*WRITERS)
def delete(activity_id: int) -> Response:
    """Delete a draft."""
    actions.delete_draft(activity_id, actor())
    flash(_("The draft is gone."))
    return go(url_for(".activities"))


@bp.get("/activities/<int:activity_id>/cancel")
@only(*WRITERS)
def confirm_cancel(activity_id: int) -> Response:
    """Ask why an activity with all its dates that are not over is called off."""
    found = queries.activity(activity_id, scope())
    return _cancel_page(found, CancelForm(formdata=None))


@bp.post("/activities/<int:activity_id>/cancel")
@only(*WRITERS)
def cancel(activity_id: int) -> Response:
    """Call off an activity with all its dates that are not over."""
    form = CancelForm()
    if not form.validate():
        return _cancel_page(queries.activity(activity_id, scope()), form, 422)
    gone = calling_off.cancel_all(activity_id, form.reason.data, actor())
    flash(ngettext("%(num)s date is cancelled.", "%(num)s dates are cancelled.", gone))
    return go(url_for(".activity", activity_id=activity_id))


def _cancel_page(found: Activity, form: CancelForm, status: int = 200) -> Response:
    coming = [card for card in listing.dates_of(found.id, None, after=now()) if not card.cancelled]
    shown = coming[: ON_A_PAGE * 2]
    return page(
        "staff/activity_cancel.html", status, activity=found, shown=shown, count=len(coming), form=form
    )
