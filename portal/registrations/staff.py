"""Let staff keep the registrations of a date: the panel on its page, and a page per party."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, flash, request, url_for

from portal.access import STAFF, WRITERS, actor, only, scope
from portal.activities import courses
from portal.activities import queries as activities
from portal.activities.models import Occurrence, OccurrenceStatus
from portal.activities.panels import Panel
from portal.activities.staff import bp
from portal.activities.staff_dates import occurrence_page
from portal.activities.standing import seats_left
from portal.contact import mask_phone
from portal.errors import Missing, Refused
from portal.i18n import _, ngettext
from portal.registrations import actions, consent, course, desk, history, queries, roll, rules
from portal.registrations.forms import DeskForm, DoorForm, FindForm, PaperForm, SeatsForm
from portal.registrations.links import token_of
from portal.registrations.models import Registration, Status
from portal.registrations.paper import Comparison
from portal.registrations.party import Consent, Source
from portal.web.answers import go, page, show
from portal.web.text import number_of


@dataclass(frozen=True, slots=True)
class Keyed:
    """What was typed of a sheet, and how it compares with the roll once somebody has asked."""

    form: PaperForm
    found: Comparison | None = None


def gather(found: Occurrence, given: Mapping[str, Any]) -> dict[str, Any] | None:
    """Gather the registrations of a date for its page; nothing for a date that takes none."""
    if not found.published or not (found.activity.registration or found.seats_taken or found.parties_waiting):
        return None
    parties = queries.parties_of(found.id)
    seated = [party for party in parties if party.status.has_seat]
    sought = given.get("sought", "")
    codes = queries.codes_of(found.id)
    shown = queries.matching(seated, sought, codes)
    whole = courses.course_of(found.activity, by_staff=True)
    add = given.get("add")
    if add is None:
        add = DeskForm(formdata=None, prefix="add_")
        add.course.data = "1" if whole is not None and whole.only else ""
    add.offer()
    change = given.get("seats")
    if change is None:
        change = SeatsForm(formdata=None, prefix="new_")
        change.seats.data = found.seats
    here = [party for party in seated if party.came is not None and party.came > 0]
    return {
        "occurrence": found,
        "shown": (given.get("only") and [one for one in shown if one.came is None]) or shown,
        "seated": seated,
        "codes": codes,
        "queue": [party for party in parties if party.status is Status.WAITING],
        "sought": sought,
        "find": given.get("find") or FindForm(formdata=None),
        "came": sum(party.came or 0 for party in here),
        "uncalled": sum(party.came is None for party in seated),
        "absent": sum(party.people - (party.came or 0) for party in seated if party.came is not None),
        "left": seats_left(found.seats, found.seats_taken),
        "add": add,
        "course": whole,
        "seats_form": change,
        "roll_open": rules.roll_is_open(found) and found.status is OccurrenceStatus.PLANNED,
        "begun": rules.begun(found),
        "cancelled": found.status is OccurrenceStatus.CANCELLED,
        "may_write": actor().role in WRITERS,
        "marked_today": rules.marked_today,
        "door": given.get("door") or DoorForm(formdata=None, prefix="door_"),
        "paper": given.get("paper") or Keyed(PaperForm(formdata=None, prefix="paper_")),
    }


PANEL = Panel("registrations", "staff/registrations_panel.html", gather)


def _found(occurrence_id: int) -> Occurrence:
    return activities.occurrence(occurrence_id, scope())


@bp.post("/occurrences/<int:occurrence_id>/find")
@only(*STAFF)
def find_party(occurrence_id: int) -> Response:
    """Show the parties of a date that fit what is searched for."""
    form = FindForm()
    form.validate()
    return occurrence_page(_found(occurrence_id), 200, find=form, sought=form.q.data or "")


@bp.post("/occurrences/<int:occurrence_id>/registrations")
@only(*WRITERS)
def add_party(occurrence_id: int) -> Response:
    """Write down a party that rings or stands at the desk."""
    form = DeskForm(prefix="add_")
    form.offer()
    if not form.validate():
        return occurrence_page(_found(occurrence_id), 422, add=form)
    party, source = form.party(), Source(form.source.data)
    agreed = Consent(version=f"{consent.SIGN_UP}, {source}", guardian_version="", photo=False)
    key = form.key.data or ""
    try:
        if form.course.data:
            whole = course.register_course(occurrence_id, party, agreed, source, actor(), key=key)
            flash(_told(party.name, whole))
            return go(url_for(".registration", registration_id=whole.registration_id))
        receipt = actions.register(occurrence_id, party, agreed, source, actor(), key=key)
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        return occurrence_page(_found(occurrence_id), 422 if refusal.field else 409, add=form)
    if receipt.status is Status.WAITING:
        flash(
            _(
                "%(name)s is in the queue. Reference %(reference)s.",
                name=party.name,
                reference=receipt.reference,
            )
        )
    else:
        flash(
            _("%(name)s is signed up. Reference %(reference)s.", name=party.name, reference=receipt.reference)
        )
    return go(url_for(".registration", registration_id=receipt.registration_id))


def _told(name: str, whole: course.CourseReceipt) -> str:
    """Say how a party came into a course."""
    said = ngettext(
        "%(name)s is signed up for the course, %(num)s date. Reference %(reference)s.",
        "%(name)s is signed up for the course, %(num)s dates. Reference %(reference)s.",
        whole.dates,
        name=name,
        reference=whole.reference,
    )
    if not whole.waiting:
        return said
    return f"{said} " + ngettext(
        "On %(num)s of them it is in the queue.", "On %(num)s of them it is in the queue.", whole.waiting
    )


@bp.post("/occurrences/<int:occurrence_id>/roll-call")
@only(*WRITERS)
def call_roll(occurrence_id: int) -> Response:
    """Write down who of those signed up came."""
    rest = request.form.get("rest", "")
    called = roll.call_roll(occurrence_id, _marks(), rest if rest in ("came", "absent") else "", actor())
    if called.left:
        flash(
            ngettext(
                "Saved. %(num)s party is not called yet.",
                "Saved. %(num)s parties are not called yet.",
                called.left,
            )
        )
    elif called.counted:
        flash(_("Saved. Everybody is called; the figure is written down."))
    else:
        flash(_("Saved. Everybody is called."))
    if called.gone:
        flash(
            ngettext(
                "%(num)s party has no seat here any more, so its mark is left aside: %(names)s.",
                "%(num)s parties have no seat here any more, so their marks are left aside: %(names)s.",
                len(called.gone),
                names=_(", ").join(called.gone),
            )
        )
    return go(url_for(".occurrence", occurrence_id=occurrence_id) + "#roll")


def _marks() -> dict[int, int | None]:
    """Read “r<id>” (1 came, 0 did not, no: not called) and, for larger parties, “n<id>”, how many of them.

    “b<id>” is what stood there when the page was drawn: what nobody has touched says nothing, so that a page
    left open does not undo what others have called since.
    """
    marks: dict[int, int | None] = {}
    for name, value in request.form.items():
        party = number_of(name.removeprefix("r")) if name.startswith("r") else 0
        if not party or value not in ("0", "1", "no"):
            continue
        before, people = request.form.get(f"b{party}", ""), request.form.get(f"n{party}", "")
        if value == "0" and before != "0":
            marks[party] = 0
        elif value == "1" and (before in ("", "0") or people not in ("", before)):
            marks[party] = number_of(people) or 100
        elif value == "no":
            marks[party] = None
    return marks


@bp.post("/occurrences/<int:occurrence_id>/walk-ins")
@only(*WRITERS)
def count_walk_ins(occurrence_id: int) -> Response:
    """Count one more or one less who came without having signed up."""
    change = {"1": 1, "-1": -1, "5": 5}.get(request.form.get("change", ""), 0)
    roll.count_walk_ins(occurrence_id, change, actor())
    found = _found(occurrence_id)
    if not found.published:
        raise Missing
    return show_walk_ins(found)


def show_walk_ins(found: Occurrence) -> Response:
    """Answer with the counter alone, or the whole page."""
    if request.headers.get("HX-Request") == "true":
        return page("staff/walk_ins.html", occurrence=found, roll_open=True, may_write=True)
    return go(url_for(".occurrence", occurrence_id=found.id) + "#walk")


@bp.post("/occurrences/<int:occurrence_id>/seats")
@only(*WRITERS)
def set_seats(occurrence_id: int) -> Response:
    """Give a date more or fewer seats."""
    form = SeatsForm(prefix="new_")
    if form.validate():
        try:
            desk.set_seats(occurrence_id, form.seats.data, form.reason.data, actor())
        except Refused as refusal:
            form.refuse(refusal.field, refusal.message)
            return occurrence_page(_found(occurrence_id), 409, seats=form)
        flash(_("The number of seats is changed. Whoever waited and fits has moved up."))
        return go(url_for(".occurrence", occurrence_id=occurrence_id) + "#queue")
    return occurrence_page(_found(occurrence_id), 422, seats=form)


@bp.get("/occurrences/<int:occurrence_id>/history")
@only(*STAFF)
def seat_history(occurrence_id: int) -> Response:
    """Replay the seat history of a date, for who complains."""
    found = _found(occurrence_id)
    return page(
        "staff/seat_history.html",
        occurrence=found,
        activity=found.activity,
        replay=history.replay(queries.steps_of(occurrence_id)),
    )


@bp.get("/registrations/")
@only(*STAFF)
def find_form() -> Response:
    """Ask whom to look for."""
    return page(
        "staff/registrations_find.html", form=FindForm(formdata=None), rows=None, mask_phone=mask_phone
    )


@bp.post("/registrations/")
@only(*STAFF)
def find() -> Response:
    """Find registrations by reference, whole number or name; by POST, so that no address holds them."""
    form = FindForm()
    valid = form.validate()
    rows = queries.search(form.q.data or "", scope()) if valid else []
    return show(
        "staff/registrations_find.html",
        "results",
        200 if valid else 422,
        form=form,
        rows=rows,
        mask_phone=mask_phone,
    )


def link_of(party: Registration) -> str:
    """Return the address of a party's private page."""
    return url_for("registrations.registration", token=token_of(party.party_reference))
