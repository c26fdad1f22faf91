"""Let staff see one volunteer, give out a code, note what a guardian says, let somebody leave altogether."""

from flask import Response, flash, url_for

from portal.access import STAFF, WRITERS, actor, only, scope
from portal.activities.staff import bp
from portal.clock import now, today
from portal.contact import mask_phone
from portal.errors import Missing, Refused
from portal.i18n import _
from portal.registrations import consent
from portal.registrations.labels import RELATIONS
from portal.volunteers import ages, enrolment, guardians, leaving, queries, shift_queries
from portal.volunteers.forms import GuardianForm, LetGoForm
from portal.volunteers.models import Volunteer
from portal.web.answers import go, page


@bp.get("/volunteers/<int:volunteer_id>")
@only(*STAFF)
def volunteer(volunteer_id: int) -> Response:
    """Show one volunteer."""
    return _page(queries.volunteer(volunteer_id, scope()))


@bp.post("/volunteers/<int:volunteer_id>/code")
@only(*WRITERS)
def give_code(volunteer_id: int) -> Response:
    """Make a one-time code and show it once, to print or read out."""
    queries.volunteer(volunteer_id, scope())
    code = enrolment.give_code(volunteer_id, actor())
    return _page(queries.volunteer(volunteer_id, scope()), code=code)


@bp.post("/volunteers/<int:volunteer_id>/guardian")
@only(*WRITERS)
def note_guardian(volunteer_id: int) -> Response:
    """Write down what a guardian agreed to on paper or at the desk."""
    found, form, status = queries.volunteer(volunteer_id, scope()), GuardianForm(), 422
    form.born_on = found.born_on
    if form.validate():
        try:
            guardians.note_consent(volunteer_id, form.guardian_said(), actor())
        except Refused as refusal:
            form.refuse(refusal.field, refusal.message)
            status = 409
        else:
            flash(_("Noted: the guardian agrees."))
            return go(url_for(".volunteer", volunteer_id=volunteer_id))
    return _page(queries.volunteer(volunteer_id, scope()), status, guardian=form)


@bp.post("/volunteers/<int:volunteer_id>/guardian/withdraw")
@only(*WRITERS)
def take_back(volunteer_id: int) -> Response:
    """Note that a guardian takes back the consent."""
    form, status = LetGoForm(), 422
    queries.volunteer(volunteer_id, scope())
    if form.validate():
        try:
            left = guardians.take_back(volunteer_id, form.reason.data, actor())
        except Refused as refusal:
            form.refuse(refusal.field, refusal.message)
            status = 409
        else:
            flash(
                _("Noted. With the consent all that was kept of the child is deleted.")
                if left
                else _("Noted. Their shifts to come are free, and they take none until a guardian agrees.")
            )
            return go(url_for(".volunteer", volunteer_id=volunteer_id))
    return _page(queries.volunteer(volunteer_id, scope()), status, take_back=form)


@bp.get("/volunteers/<int:volunteer_id>/leave")
@only(*STAFF)
def let_go_form(volunteer_id: int) -> Response:
    """Say what goes and what stays when somebody leaves altogether, and ask why."""
    return _leave_page(queries.volunteer(volunteer_id, scope()), LetGoForm(formdata=None), 200)


@bp.post("/volunteers/<int:volunteer_id>/leave")
@only(*WRITERS)
def let_go(volunteer_id: int) -> Response:
    """Let somebody leave altogether."""
    form, status = LetGoForm(), 422
    queries.volunteer(volunteer_id, scope())
    if form.validate():
        try:
            leaving.let_go(volunteer_id, form.reason.data, actor())
        except Refused as refusal:
            form.refuse(refusal.field, refusal.message)
            status = 409
        else:
            flash(_("They have left. Name and number are deleted, the hours stay."))
            return go(url_for(".volunteer", volunteer_id=volunteer_id))
    return _leave_page(queries.volunteer(volunteer_id, scope()), form, status)


def _leave_page(found: Volunteer, form: LetGoForm, status: int) -> Response:
    if found.left_at is not None:
        raise Missing
    return page(
        "staff/volunteer_leave.html",
        status,
        volunteer=found,
        shifts=sum(shift_queries.taken_by_team(found.id, now()).values()),
        form=form,
        may_write=actor().role in WRITERS,
    )


def _page(
    found: Volunteer,
    status: int = 200,
    code: str = "",
    guardian: GuardianForm | None = None,
    take_back: LetGoForm | None = None,
) -> Response:
    response = page(
        "staff/volunteer.html",
        status,
        volunteer=found,
        phone=mask_phone(found.phone) if found.phone else "",
        guardian_phone=mask_phone(found.guardian_phone) if found.guardian_phone else "",
        age=ages.age_on(found.born_on, today()) if found.born_on else None,
        is_minor=ages.is_minor(found.born_on),
        is_child=ages.is_child(found.born_on),
        of_age=ages.of_age(),
        child=ages.child(),
        minor_version=consent.VOLUNTEER_MINOR,
        children_version=consent.CHILDREN,
        relations=RELATIONS,
        code=code,
        days=enrolment.CODE_GOOD.days,
        guardian=guardian or GuardianForm(formdata=None),
        take_back=take_back or LetGoForm(formdata=None),
        may_write=actor().role in WRITERS,
    )
    response.headers["Cache-Control"] = "no-store"
    return response
