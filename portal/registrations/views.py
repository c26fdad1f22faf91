"""Let residents sign up, see and change their own, and find it again."""

from typing import Any

from flask import Blueprint, Response, current_app, flash, request, url_for

from portal.access import NOBODY, STAFF, actor, public
from portal.activities import lunar, pills
from portal.activities.models import Occurrence
from portal.activities.standing import seats_left
from portal.clock import local, now, today
from portal.errors import Refused
from portal.i18n import _
from portal.registrations import actions, consent, device, queries, rules
from portal.registrations.forms import LookUpForm, RegistrationForm, ShrinkForm
from portal.registrations.links import phone_index, token_of
from portal.registrations.models import Registration, Status
from portal.registrations.party import Source, mask_name, mask_phone, phone_of
from portal.stations.queries import is_in_scope
from portal.web.answers import go, page
from portal.web.csrf import may_compress
from portal.web.limits import hit
from portal.web.qr import qr_path
from portal.web.text import number_of

# A village may stand behind one address; one number at one occurrence does not sign up a village.
BY_ADDRESS = "600 per minute"
BY_PHONE = "12 per 10 minutes"
LOOK_UPS = "10 per 15 minutes"  # of one number

bp = Blueprint("registrations", __name__)


@bp.after_request
def keep_private(response: Response) -> Response:
    """Let nobody keep, list or hand on what stands behind a private link."""
    if "token" in (request.view_args or {}):
        response.headers["Cache-Control"] = "no-store"
        response.headers["X-Robots-Tag"] = "noindex"
    return response


@bp.get("/occurrences/<int:occurrence_id>/register")
@public
def register_form(occurrence_id: int) -> Response:
    """Ask who comes, or say why nobody can sign up now."""
    form = RegistrationForm(formdata=None)
    found = queries.with_rules(occurrence_id)
    if rules.limits_of(found.activity).only_for_children:
        form.children.data = 1
    return _form_page(found, form, 200)


@bp.post("/occurrences/<int:occurrence_id>/register")
@public
def register(occurrence_id: int) -> Response:
    """Sign the party up, or show what is wrong with it."""
    found = queries.with_rules(occurrence_id)
    form = RegistrationForm()
    form.offer(rules.limits_of(found.activity))
    if not hit(BY_ADDRESS, "register", request.remote_addr or ""):
        form.refuse(None, _("Very many are signing up from where you are. Please try again in a minute."))
        return _form_page(found, form, 429)
    if not form.validate():
        return _form_page(found, form, 422)
    index = phone_index(phone_of(form.phone.data)) or b""
    if not hit(BY_PHONE, "register", str(occurrence_id), index.hex()):
        form.refuse(
            "phone",
            _("This number has been tried very often just now. Wait ten minutes, or ring the station."),
        )
        return _form_page(found, form, 429)
    party, agreed = form.registration()
    here = device.current_or_new()
    try:
        receipt = actions.register(
            occurrence_id, party, agreed, Source.WEB, NOBODY, device=here, key=form.key.data or ""
        )
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        return _form_page(queries.with_rules(occurrence_id), form, 422 if refusal.field else 409)
    if not receipt.new and receipt.status is not Status.CANCELLED:
        flash(_("This person was signed up already; nothing was done twice."))
    response = go(url_for(".registration", token=token_of(receipt.reference)))
    return device.remember(response, here)


def _form_page(found: Occurrence, form: RegistrationForm, status: int) -> Response:
    limits = rules.limits_of(found.activity)
    form.offer(limits)
    stands = rules.standing(found, found.activity)
    mine = queries.of_device_at(device.current(), found.id) if device.current() else []
    if status == 200 and not mine:
        may_compress()  # the form is empty: there is nothing of anybody's in it
    return page(
        "registrations/register.html",
        status,
        form=form,
        limits=limits,
        stands=stands,
        why_not="" if stands.takes_registrations else rules.why_not(stands, found),
        asked=status != 200,
        mine=[(mask_name(one.name), one.status, token_of(one.reference)) for one in mine],
        left=seats_left(found.seats, found.seats_taken),
        sign_up=consent.SIGN_UP,
        for_children=consent.CHILDREN,
        keep_days=current_app.config["KEEP_REGISTRATIONS_DAYS"],
        **_about(found),
    )


def _about(found: Occurrence) -> dict[str, Any]:
    day = local(found.starts_at).date()
    return {
        "occurrence": found,
        "activity": found.activity,
        "station": found.station,
        "day": day,
        "last_day": local(found.ends_at).date(),
    }


@bp.get("/registrations/<token>")
@public
def registration(token: str) -> Response:
    """Show one party its registration: reference, code, what happens next."""
    return _registration_page(token, queries.by_token(token), 200)


def _registration_page(
    token: str, found: Registration, status: int, form: ShrinkForm | None = None
) -> Response:
    occurrence = found.occurrence
    if form is None:
        form = ShrinkForm(formdata=None)
        form.adults.data, form.children.data = found.adults, found.children
    return page(
        "registrations/registration.html",
        status,
        token=token,
        registration=found,
        name=mask_name(found.name),
        phone=mask_phone(found.phone or ""),
        position=queries.position(found) if found.status is Status.WAITING else 0,
        free=seats_left(occurrence.seats, occurrence.seats_taken),
        begun=rules.begun(occurrence),
        may_change=found.status in (Status.CONFIRMED, Status.WAITING) and not rules.begun(occurrence),
        over=occurrence.ends_at <= now(),
        late_open=found.status is Status.CONFIRMED and rules.on_the_day(occurrence),
        late=actions.LATE,
        form=form,
        qr=qr_path(own_link(token)),
        for_staff=actor().role in STAFF and is_in_scope(occurrence.station_id, actor().scope),
        **_about(occurrence),
    )


def own_link(token: str) -> str:
    """Return the full address of a private link."""
    return str(current_app.config["PUBLIC_URL"]) + url_for("registrations.registration", token=token)


@bp.get("/registrations/<token>/slip")
@public
def slip(token: str) -> Response:
    """Show the slip to print: large type, reference, code."""
    found = queries.by_token(token)
    return page(
        "registrations/slip.html",
        token=token,
        registration=found,
        name=mask_name(found.name),
        position=queries.position(found) if found.status is Status.WAITING else 0,
        qr=qr_path(own_link(token)),
        **_about(found.occurrence),
    )


@bp.post("/registrations/<token>/people")
@public
def shrink(token: str) -> Response:
    """Let fewer come."""
    found = queries.by_token(token)
    form = ShrinkForm()
    if not form.validate():
        return _registration_page(token, found, 422, form)
    try:
        actions.shrink(found.id, form.adults.data or 0, form.children.data or 0)
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        return _registration_page(token, queries.by_token(token), 422 if refusal.field else 409, form)
    flash(_("Noted. Thank you for telling us."))
    return go(url_for(".registration", token=token))


@bp.get("/registrations/<token>/cancel")
@public
def confirm_cancel(token: str) -> Response:
    """Ask whether the party really stays away."""
    found = queries.by_token(token)
    if found.status not in (Status.CONFIRMED, Status.WAITING):
        return go(url_for(".registration", token=token))
    return page(
        "registrations/cancel.html",
        token=token,
        registration=found,
        form=ShrinkForm(formdata=None),
        begun=rules.begun(found.occurrence),
        **_about(found.occurrence),
    )


@bp.post("/registrations/<token>/cancel")
@public
def cancel(token: str) -> Response:
    """Let the party leave."""
    actions.cancel(queries.by_token(token).id)
    flash(_("Cancelled. The place goes to whoever waits."))
    return go(url_for(".registration", token=token))


@bp.post("/registrations/<token>/late")
@public
def be_late(token: str) -> Response:
    """Take the note that the party comes later."""
    actions.be_late(queries.by_token(token).id, number_of(request.form.get("minutes")))
    flash(_("We tell who receives you. Take your time on the way."))
    return go(url_for(".registration", token=token))


@bp.get("/mine")
@public
def mine() -> Response:
    """List what was signed up on this device, and offer to find the rest."""
    return _mine_page(LookUpForm(formdata=None), 200)


def _mine_page(form: LookUpForm, status: int) -> Response:
    rows = queries.of_device(device.current()) if device.current() else []
    coming = [
        row for row in reversed(rows) if row.card.ends_at > now() and row.status is not Status.CANCELLED
    ]
    past = [row for row in rows if row not in coming]
    return page(
        "registrations/mine.html",
        status,
        coming=coming,
        past=past,
        token_of=token_of,
        moment=now(),
        today=today(),
        form=form,
        known=bool(device.current()),
        cell_label=lunar.cell_label,
        day_facts=lunar.day_facts,
        pill=own_pill,
    )


def own_pill(row: queries.Mine) -> tuple[str, str]:
    """Return (class, words) of the pill that says how a registration stands."""
    if row.status is Status.CANCELLED:
        return "over", _("You cancelled")
    if row.card.cancelled:
        return "gone", pills.cancelled_words(row.card.cancel_reason)
    if row.status is Status.WAITING:
        return "full", _("Number %(place)s in the queue", place=row.ahead + 1)
    if row.status is Status.ATTENDED:
        return "over", _("You were there")
    if row.status is Status.ABSENT or row.card.ends_at <= now():
        return "over", _("Over")
    return "", _("Signed up, %(num)s", num=row.people)


@bp.post("/mine")
@public
def look_up() -> Response:
    """Find a registration by phone number and reference; a miss tells nothing about either."""
    form = LookUpForm()
    if not form.validate():
        return _mine_page(form, 422)
    whom = (phone_index(phone_of(form.phone.data)) or b"").hex()
    if not (hit(BY_ADDRESS, "look-up", request.remote_addr or "") and hit(LOOK_UPS, "look-up", whom)):
        form.refuse(None, _("Too many tries in a row. Wait a quarter of an hour, or ring the station."))
        return _mine_page(form, 429)
    found = queries.by_phone_and_reference(form.phone.data, form.code.data)
    if found is None:
        form.refuse(
            "code", _("Nothing fits this number and reference. Please check both, or ring the station.")
        )
        return _mine_page(form, 422)
    here = device.current_or_new()
    token = token_of(found.reference)
    actions.adopt(found.id, here)
    return device.remember(go(url_for(".registration", token=token)), here)


@bp.post("/mine/forget")
@public
def forget() -> Response:
    """Let this device list nothing any more; the registrations stay."""
    if device.current():
        actions.forget_device(device.current())
    flash(_("This device has forgotten. What you signed up for stays good."))
    return device.forget(go(url_for(".mine")))


@bp.get("/privacy")
@public
def privacy() -> Response:
    """Say what is kept of whom, what for and how long."""
    return _privacy_page("privacy/page.html", consent.SIGN_UP)


@bp.get("/privacy/children")
@public
def privacy_children() -> Response:
    """Say the same for children under 14 and their guardians."""
    return _privacy_page("privacy/children.html", consent.CHILDREN)


def _privacy_page(template: str, version: str) -> Response:
    return page(template, version=version, keep_days=current_app.config["KEEP_REGISTRATIONS_DAYS"])
