"""Let staff print the sign-in sheet of a date, and key back what was signed on it."""

from flask import Response, current_app, flash, request, url_for

from portal.access import STAFF, WRITERS, actor, only, scope
from portal.activities import lunar
from portal.activities import queries as activities
from portal.activities.models import Occurrence
from portal.activities.staff import bp
from portal.activities.staff_dates import occurrence_page
from portal.clock import local, now, today
from portal.errors import Refused
from portal.i18n import _, ngettext
from portal.registrations import paper, queries
from portal.registrations.forms import PaperForm
from portal.registrations.models import Registration, Status
from portal.registrations.staff import Keyed
from portal.web.answers import go, page, wants_part
from portal.web.qr import qr_path

WALK_INS = 4  # rows for whoever has not signed up
WALK_INS_ALONE = 16  # where nobody signs up


@bp.get("/occurrences/<int:occurrence_id>/sheet")
@only(*STAFF)
def sign_in_sheet(occurrence_id: int) -> Response:
    """Show the sheet to print: who is signed up, with row codes, and rows for whoever comes besides."""
    found = activities.occurrence(occurrence_id, scope())
    parties = queries.parties_of(found.id)
    seated = [party for party in parties if party.status.has_seat]
    waiting = [party for party in parties if party.status is Status.WAITING]
    day = local(found.starts_at).date()
    return page(
        "staff/sheet.html",
        occurrence=found,
        activity=found.activity,
        day=day,
        last_day=local(found.ends_at).date(),
        year=day.year if day.year == today().year else None,
        lunar_day=lunar.lunar_long_label(lunar.day_facts(day).lunar),
        seated=seated,
        waiting=waiting,
        people=sum(party.people for party in seated),
        codes=queries.codes_of(found.id),
        remarks=remarks,
        walk_ins=WALK_INS if parties else WALK_INS_ALONE,
        qr=qr_path(str(current_app.config["PUBLIC_URL"]) + paper_address(found.id)),
        moment=now(),
    )


def remarks(party: Registration) -> str:
    """Return what helps at the table; what the party wrote to the station is not for all who sign."""
    said = []
    if party.came == 0:
        said.append(_("noted as absent"))
    if party.late_minutes:
        said.append(_("about %(num)s minutes late", num=party.late_minutes))
    if party.children:
        said.append(ngettext("%(num)s child", "%(num)s children", party.children))
    if not party.phone:
        said.append(_("no phone"))
    return _(", ").join(said)


def paper_address(occurrence_id: int) -> str:
    """Return where the codes of a sheet are keyed in."""
    return url_for("staff.occurrence", occurrence_id=occurrence_id) + "#paper"


@bp.post("/occurrences/<int:occurrence_id>/paper")
@only(*WRITERS)
def key_paper(occurrence_id: int) -> Response:
    """Show how paper and roll differ; or, once that has been shown (`seal`), write it down."""
    found = activities.occurrence(occurrence_id, scope())
    form = PaperForm(prefix="paper_")
    if "mend" in request.form:
        wrong, _colon, right = request.form["mend"].partition(":")
        form.codes.data = paper.mended(form.codes.data or "", wrong, right)
    if not form.validate():
        return _keyed(found, Keyed(form), 422)
    typed, others, seal = form.codes.data or "", bool(form.others.data), request.form.get("seal", "")
    status = 200
    if seal:
        try:
            called = paper.key_in(occurrence_id, typed, others, seal, actor())
        except Refused as refusal:
            form.refuse(None, refusal.message)
            status = 409
            found = activities.occurrence(occurrence_id, scope())
        else:
            flash(_saved(called.left))
            return go(url_for(".occurrence", occurrence_id=occurrence_id) + "#roll")
    try:
        shown = paper.look(found, typed, others)
    except Refused as refusal:
        form.refuse(None, refusal.message)
        return _keyed(found, Keyed(form), 409)
    return _keyed(found, Keyed(form, shown), 422 if shown.faults and status == 200 else status)


def _saved(left: int) -> str:
    if not left:
        return _("Saved from paper. Everybody is called.")
    return ngettext(
        "Saved from paper. %(num)s party is not called yet.",
        "Saved from paper. %(num)s parties are not called yet.",
        left,
    )


def _keyed(found: Occurrence, keyed: Keyed, status: int) -> Response:
    """Answer with the section alone, or the whole page."""
    if wants_part():
        return page("staff/paper.html", status, occurrence=found, paper=keyed)
    return occurrence_page(found, status, paper=keyed)
