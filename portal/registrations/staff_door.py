"""Let staff check in whoever comes, with a phone in one hand: by a scanned link, or by a code typed in."""

from typing import Any

from flask import Response, request, url_for

from portal.access import WRITERS, actor, only, scope
from portal.activities import queries as activities
from portal.activities.models import Occurrence
from portal.activities.staff import bp
from portal.errors import Refused
from portal.i18n import _
from portal.registrations import queries, roll, rows, rules
from portal.registrations.forms import DoorForm
from portal.registrations.models import Registration
from portal.web.answers import go, page
from portal.web.text import number_of


@bp.get("/occurrences/<int:occurrence_id>/door")
@only(*WRITERS)
def door(occurrence_id: int) -> Response:
    """Show who was checked in last (`party`), and ask for the next."""
    found = activities.occurrence(occurrence_id, scope())
    return _door_page(found, 200, last_id=number_of(request.args.get("party")), again="again" in request.args)


def _door_page(
    found: Occurrence,
    status: int,
    form: DoorForm | None = None,
    hits: tuple[Registration, ...] = (),
    last_id: int = 0,
    again: bool = False,
    refused: str = "",
) -> Response:
    parties = queries.parties_of(found.id, cancelled=True)
    seated = [party for party in parties if party.status.has_seat]
    return page(
        "staff/door.html",
        status,
        occurrence=found,
        activity=found.activity,
        form=form or DoorForm(formdata=None, prefix="door_"),
        hits=hits,
        codes=queries.codes_of(found.id),
        last=next((party for party in parties if party.id == last_id), None),
        again=again,
        refused=refused,
        here=sum(party.came or 0 for party in seated),
        awaited=sum(party.came is None for party in seated),
        why_not=rules.why_no_check_in,
        marked_today=rules.marked_today,
        closed=rules.why_no_roll(found),
    )


@bp.post("/occurrences/<int:occurrence_id>/door")
@only(*WRITERS)
def find_at_the_door(occurrence_id: int) -> Response:
    """Check in the party whose code, reference or last four digits these are; of several, ask which."""
    found = activities.occurrence(occurrence_id, scope())
    form = DoorForm(prefix="door_")
    if not form.validate():
        return _door_page(found, 422, form)
    typed = form.q.data or ""
    parties = queries.parties_of(found.id, cancelled=True)
    codes = queries.codes_of(found.id)
    sure = queries.exactly(parties, typed, codes)
    if len(sure) == 1:
        return _check_in(sure[0].id, found, None)
    hits = sure or queries.matching(parties, typed, codes)
    if hits:
        return _door_page(found, 200, form, hits=tuple(hits))
    near = rows.nearest(rows.plain(typed), [codes[one.id] for one in parties if one.id in codes])
    form.refuse("q", _("Nobody here has this code, number or name. Look once more."))
    meant = tuple(one for one in parties if codes.get(one.id) in near)
    return _door_page(found, 422, form, hits=meant)


@bp.post("/registrations/<int:registration_id>/check-in")
@only(*WRITERS)
def check_in_party(registration_id: int) -> Response:
    """Check in a party: all of it, or as many as `people` says."""
    party = queries.registration(registration_id, scope())
    people = request.form.get("people")
    return _check_in(registration_id, party.occurrence, None if people is None else number_of(people))


def _check_in(registration_id: int, found: Occurrence, people: int | None) -> Response:
    try:
        done = roll.check_in(registration_id, people, actor())
    except Refused as refusal:
        found = activities.occurrence(found.id, scope())
        return _door_page(found, 409, last_id=registration_id, refused=refusal.message)
    how: dict[str, Any] = {"again": 1} if done.again and people is None else {}
    return go(url_for(".door", occurrence_id=done.occurrence_id, party=registration_id, **how))


@bp.post("/registrations/<int:registration_id>/take-back")
@only(*WRITERS)
def take_back_mark(registration_id: int) -> Response:
    """Let a party be not called, after a mistake of today."""
    party = queries.registration(registration_id, scope())
    try:
        occurrence_id = roll.take_back(registration_id, actor())
    except Refused as refusal:
        found = activities.occurrence(party.occurrence_id, scope())
        return _door_page(found, 409, last_id=registration_id, refused=refusal.message)
    return go(url_for(".door", occurrence_id=occurrence_id, party=registration_id))
