"""Let residents sign up, and find again what they have signed up for."""

from typing import Any

from flask import Blueprint, Response, current_app, flash, request, url_for

from portal.access import NOBODY, public
from portal.activities import courses, lunar, pills
from portal.activities.models import Occurrence
from portal.activities.standing import Standing, seats_left
from portal.clock import local, now, today
from portal.contact import mask_name, phone_index, phone_of
from portal.errors import Refused
from portal.i18n import _, moment_label
from portal.registrations import actions, consent, course, device, kept, queries, rules
from portal.registrations.forms import LookUpForm, RegistrationForm
from portal.registrations.links import token_of
from portal.registrations.models import Status
from portal.registrations.party import Source
from portal.web.answers import go, page
from portal.web.by_phone import number_within_limit
from portal.web.csrf import may_compress
from portal.web.headers import keep_private
from portal.web.limits import hit

# A village may stand behind one address; one number at one occurrence does not sign up a village.
BY_ADDRESS = "600 per minute"
LOOK_UPS = "10 per 15 minutes"  # of one number

bp = Blueprint("registrations", __name__)
bp.after_request(keep_private)


@bp.get("/occurrences/<int:occurrence_id>/register")
@public
def register_form(occurrence_id: int) -> Response:
    """Ask who comes, to this date or to the whole course, or say why nobody can sign up now."""
    form = RegistrationForm(formdata=None)
    found = queries.with_rules(occurrence_id)
    form.course.data = request.args.get("course", "")
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
    if not number_within_limit(form, "register", str(occurrence_id)):
        return _form_page(found, form, 429)
    here = device.current_or_new()
    try:
        reference, news = _sign_up(found, form, here)
    except Refused as refusal:
        form.refuse(refusal.field, refusal.message)
        return _form_page(queries.with_rules(occurrence_id), form, 422 if refusal.field else 409)
    if not news:
        flash(_("This person was signed up already; nothing was done twice."))
    response = go(url_for(".registration", token=token_of(reference)))
    return device.remember(response, here)


def _sign_up(found: Occurrence, form: RegistrationForm, here: str) -> tuple[str, bool]:
    """Sign the party up for the date or the course; return its reference, and whether that is news."""
    party, agreed = form.registration()
    key = form.key.data or ""
    if _whole(found, form) is not None:
        whole = course.register_course(found.id, party, agreed, Source.WEB, NOBODY, device=here, key=key)
        return whole.reference, whole.new or not whole.dates
    receipt = actions.register(found.id, party, agreed, Source.WEB, NOBODY, device=here, key=key)
    return receipt.reference, receipt.new or receipt.status is Status.CANCELLED


def _whole(found: Occurrence, form: RegistrationForm) -> courses.Course | None:
    """Return the course that a form is about, None if it is about the date alone."""
    whole = courses.course_of(found.activity)
    return whole if whole is not None and (whole.only or form.course.data == "1") else None


def _form_page(found: Occurrence, form: RegistrationForm, status: int) -> Response:
    limits = rules.limits_of(found.activity)
    form.offer(limits)
    whole = _whole(found, form)
    form.course.data = "1" if whole else ""
    stands = rules.standing(found, found.activity)
    mine = queries.of_device_at(device.current(), found.id) if device.current() else []
    if status == 200 and not mine:
        may_compress()  # the form is empty: there is nothing of anybody's in it
    return page(
        "registrations/register.html",
        status,
        form=form,
        limits=limits,
        whole=whole,
        stands=stands,
        takes=bool(whole.dates) if whole else stands.takes_registrations,
        why_not=_why_not(found, stands, whole),
        asked=status != 200,
        mine=[(mask_name(one.name), one.status, token_of(one.party_reference)) for one in mine],
        left=seats_left(found.seats, found.seats_taken),
        sign_up=consent.SIGN_UP,
        for_children=consent.CHILDREN,
        keep_days=current_app.config["KEEP_REGISTRATIONS_DAYS"],
        **about(found),
    )


def _why_not(found: Occurrence, stands: Standing, whole: courses.Course | None) -> str:
    """Say why nobody can sign up now; empty if one can."""
    if whole is None:
        return "" if stands.takes_registrations else rules.why_not(stands, found)
    if whole.dates:
        return ""
    if whole.opens_at is not None:
        return _("Sign-up opens on %(moment)s. Please come back then.", moment=moment_label(whole.opens_at))
    if stands.takes_registrations:
        return _("No date of this course takes people now.")
    return rules.why_not(stands, found)


def about(found: Occurrence) -> dict[str, Any]:
    """Return what every page about a date shows of it."""
    return {"activity": found.activity, "station": found.station, **dates_of(found)}


def dates_of(found: Occurrence) -> dict[str, Any]:
    """Return a date and the days on which it begins and ends."""
    return {
        "occurrence": found,
        "day": local(found.starts_at).date(),
        "last_day": local(found.ends_at).date(),
    }


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
        parts=kept.gathered(device.current()),
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
    """Find what was signed up or ordered by phone number and reference; a miss tells nothing of either."""
    form = LookUpForm()
    if not form.validate():
        return _mine_page(form, 422)
    whom = (phone_index(phone_of(form.phone.data)) or b"").hex()
    if not (hit(BY_ADDRESS, "look-up", request.remote_addr or "") and hit(LOOK_UPS, "look-up", whom)):
        form.refuse(None, _("Too many tries in a row. Wait a quarter of an hour, or ring the station."))
        return _mine_page(form, 429)
    here = device.current_or_new()
    found = queries.by_phone_and_reference(form.phone.data, form.code.data)
    elsewhere = kept.find(form.phone.data, form.code.data, here)  # asked in any case: a miss takes as long
    if elsewhere:
        return device.remember(go(elsewhere), here)
    if found is None:
        form.refuse(
            "code", _("Nothing fits this number and reference. Please check both, or ring the station.")
        )
        return _mine_page(form, 422)
    token = token_of(found.party_reference)
    actions.adopt(found.id, here)
    return device.remember(go(url_for(".registration", token=token)), here)


@bp.post("/mine/forget")
@public
def forget() -> Response:
    """Let this device list nothing any more; registrations and orders stay."""
    if device.current():
        actions.forget_device(device.current())
        kept.forget(device.current())
    flash(_("This device has forgotten. What you signed up for and ordered stays good."))
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
