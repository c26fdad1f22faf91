"""Keep what staff are typing; show, time and mark what they post."""

from flask import Response, flash, request, url_for

from portal.access import STAFF, WRITERS, actor, only, scope
from portal.activities import actions, kept_forms, listing, queries
from portal.activities.post_form import PostForm
from portal.activities.staff import bp
from portal.activities.views import context_of
from portal.errors import Missing, Refused
from portal.i18n import _
from portal.web.answers import go, page, wants_part
from portal.web.text import number_of


@bp.post("/activities/new/keep")
@only(*WRITERS)
def keep() -> Response:
    """Keep the form of a new activity as it is typed."""
    return _keep(None)


@bp.post("/activities/<int:activity_id>/keep")
@only(*WRITERS)
def keep_changes(activity_id: int) -> Response:
    """Keep the form of a draft as it is typed."""
    return _keep(queries.activity(activity_id, scope()).id)


def _keep(activity_id: int | None) -> Response:
    form = PostForm()
    typed = [pair for pair in request.form.items(multi=True) if pair[0] in form and pair[0] != "csrf_token"]
    title = form.title.data or ""
    seen = number_of(request.form.get("kept_version"))
    try:
        done = kept_forms.keep(form.key.data or "", title, typed, activity_id, seen, actor())
    except Refused as refusal:
        # Nobody has pressed anything: it is said where it would be said that it was kept.
        return page("staff/kept.html", kept=None, why=refusal.message, version=seen)
    if not wants_part():
        if activity_id is None:
            return go(url_for(".new", kept=done.id))
        return go(url_for(".edit", activity_id=activity_id, kept=done.id))
    return page("staff/kept.html", kept=done, why="", version=done.version)


@bp.post("/activities/kept/<int:kept_id>/drop")
@only(*WRITERS)
def begin_anew(kept_id: int) -> Response:
    """Let go of what was typed and kept."""
    row_of = kept_forms.drop(kept_id, actor())
    flash(_("What was typed is gone."))
    if row_of is None:
        return go(url_for(".new"))
    return go(url_for(".edit", activity_id=row_of))


@bp.get("/activities/<int:activity_id>/preview")
@only(*STAFF)
def preview(activity_id: int) -> Response:
    """Show a draft as residents will see its first date."""
    cards = listing.dates_of(queries.activity(activity_id, scope()).id, limit=1)
    if not cards:
        raise Missing
    return page("staff/activity_preview.html", **context_of(queries.occurrence(cards[0].id, scope())))


@bp.post("/activities/<int:activity_id>/hold")
@only(*WRITERS)
def hold_back(activity_id: int) -> Response:
    """Let a draft no longer go out by itself."""
    actions.hold_back(activity_id, actor())
    flash(_("It no longer goes out by itself."))
    return go(url_for(".activity", activity_id=activity_id))


@bp.post("/activities/<int:activity_id>/favourite")
@only(*WRITERS)
def like(activity_id: int) -> Response:
    """Put an activity among those the station copies often, or take it out."""
    favourite = request.form.get("favourite") == "yes"
    actions.like(activity_id, favourite, actor())
    flash(_("It is offered when you post the next one.") if favourite else _("It is offered no more."))
    return go(url_for(".activity", activity_id=activity_id))
