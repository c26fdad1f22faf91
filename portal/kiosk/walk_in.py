"""Let people sign up on a screen, with a number and without a name; nothing of it stays there."""

from collections.abc import Sequence

from flask import Response, current_app, request, url_for

from portal.access import NOBODY
from portal.activities import courses
from portal.activities.models import Occurrence
from portal.activities.standing import seats_left
from portal.clock import local
from portal.errors import Refused
from portal.i18n import _, clock_time, day_name, ngettext, short_day
from portal.kiosk import gate
from portal.kiosk.done import Done, done_page
from portal.kiosk.forms import WalkInForm
from portal.kiosk.touch import code_for
from portal.kiosk.views import bp, screen_page
from portal.registrations import actions, consent, course, course_queries, queries, rules
from portal.registrations.arrival import AlreadyRegistered
from portal.registrations.links import token_of
from portal.registrations.models import Registration, Status
from portal.registrations.own import own_link
from portal.registrations.party import Source
from portal.stations.queries import in_language
from portal.web.by_phone import number_within_limit
from portal.web.forms import Form
from portal.web.limits import hit
from portal.web.shell import setting

BY_SCREEN = "40 per 10 minutes"


def screen_within_limit(form: Form, what: str) -> bool:
    """Count one more form of a screen, which stands for the address of a phone; past the limit, say so."""
    if hit(BY_SCREEN, what, f"screen {gate.live_screen().id}"):
        return True
    form.refuse(
        None,
        _("This screen was used very often just now. Go on with your phone, or tell whoever is on duty."),
    )
    return False


@bp.get("/<slug:slug>/dates/<int:occurrence_id>/register")
@gate.on_screen
def register_form(slug: str, occurrence_id: int) -> Response:
    """Ask how many come and for a number, or say why nobody can sign up here."""
    found = queries.with_rules(occurrence_id)
    form = WalkInForm(formdata=None)
    form.about(found)
    return _form_page(found, form, 200)


@bp.post("/<slug:slug>/dates/<int:occurrence_id>/register")
@gate.on_screen
def register(slug: str, occurrence_id: int) -> Response:
    """Take a key, or sign the party up, or show what is wrong with it."""
    found = queries.with_rules(occurrence_id)
    form = WalkInForm()
    form.about(found)
    if form.press(request.form.getlist("key")) or form.turn(request.form.get("by", "")):
        return _form_page(found, form, 200)
    if form.limits.only_for_children:
        return _form_page(found, form, 409)
    if not screen_within_limit(form, "register"):
        return _form_page(found, form, 429)
    if not form.validate():
        return _form_page(found, form, 422)
    if not number_within_limit(form, "register", str(occurrence_id)):
        return _form_page(found, form, 429)
    try:
        reference = _sign_up(found, form)
    except Refused as refusal:
        if isinstance(refusal, AlreadyRegistered):
            # Here the name is the number, so a second one of the family looks like the first.
            refusal = Refused(
                _(
                    "This number is signed up for it already. If somebody else of yours comes, too: "
                    "on the phone, or tell whoever is on duty."
                ),
                field="phone",
            )
        at = refusal.field
        form.refuse(at, refusal.message)
        return _form_page(queries.with_rules(occurrence_id), form, 422 if at else 409)
    return _done_page(queries.by_token(token_of(reference)))


def _sign_up(found: Occurrence, form: WalkInForm) -> str:
    """Sign the party up for the date, or the course that has no single dates; return its reference."""
    party, agreed = form.registration()
    key = form.key.data or ""
    whole = courses.course_of(found.activity)
    if whole is not None and whole.only:
        receipt = course.register_course(found.id, party, agreed, Source.KIOSK, NOBODY, device="", key=key)
        return receipt.reference
    return actions.register(found.id, party, agreed, Source.KIOSK, NOBODY, device="", key=key).reference


def _form_page(found: Occurrence, form: WalkInForm, status: int) -> Response:
    slug = (request.view_args or {})["slug"]
    whole = courses.course_of(found.activity)
    whole = whole if whole is not None and whole.only else None
    stands = rules.standing(found, found.activity)
    reason = _why_not(found, form, whole)
    on_phone = form.limits.only_for_children and stands.takes_registrations
    endpoint = "registrations.register_form" if on_phone else "activities.occurrence"
    return screen_page(
        "kiosk/register.html",
        "form",
        status,
        form=form,
        activity=found.activity,
        occurrence=found,
        station_name=in_language(found.station.short_name, found.station.short_name_en),
        when=_when(found)[0],
        stands=stands,
        whole=whole,
        left=seats_left(found.seats, found.seats_taken),
        reason=reason,
        code=code_for(url_for(endpoint, occurrence_id=found.id)),
        back=url_for(".date", slug=slug, occurrence_id=found.id),
        sign_up=consent.SIGN_UP,
        privacy=current_app.config["PUBLIC_URL"] + url_for("registrations.privacy"),
        keep_days=current_app.config["KEEP_REGISTRATIONS_DAYS"],
    )


def _why_not(found: Occurrence, form: WalkInForm, whole: courses.Course | None) -> str:
    """Say why nobody can sign up on this screen; empty if one can."""
    stands = rules.standing(found, found.activity)
    if whole is not None and whole.dates:
        takes = True
    elif not stands.takes_registrations:
        return rules.why_not(stands, found)
    else:
        takes = whole is None
    if not takes:
        return _("No date of this course takes people now.")
    if form.limits.only_for_children:
        return _(
            "This one is for children. We need their names and a guardian, so please do it on your phone."
        )
    return ""


def _done_page(held: Registration) -> Response:
    occurrence, station = held.occurrence, held.occurrence.station
    parts = _dates_of_course(held)
    waits = all(part.status is Status.WAITING for part in parts)
    room = occurrence.room
    place = in_language(room.name, room.name_en) if room else occurrence.place_name
    phone = occurrence.activity.phone or station.phone or setting("HELP_PHONE")
    when = _of_course(parts) if held.leads_course else _when(occurrence)
    return done_page(
        Done(
            heading=_heading(held, parts),
            waits=waits,
            what=occurrence.activity.title,
            reference=held.reference,
            called=_("Reference"),
            link=own_link(token_of(held.reference)),
            facts=[
                ("clock", _("When"), when),
                ("pin", _("Where"), [in_language(station.name, station.name_en), place]),
                (
                    "who",
                    _("Who"),
                    [held.name, ngettext("%(num)s person", "%(num)s people", held.people)],
                ),
            ],
            next=[
                _("Scan the code with your phone, or take a picture of it."),
                _("You need not do anything. When it is your turn, we tell you.")
                if waits
                else _("Come on the dates that are yours; for the others we tell you when it is your turn.")
                if any(part.status is Status.WAITING for part in parts)
                else _("When you come, show this code or say the last four digits of your number."),
                _("If anything changes, we tell you."),
            ],
            undo=_(
                "You cannot come? Cancel on your own page, the code leads there; or ring %(phone)s.",
                phone=phone,
            )
            if phone
            else _("You cannot come? Cancel on your own page, the code leads there."),
        )
    )


def _when(occurrence: Occurrence) -> list[str]:
    """Say when a date is: day and time, then the date; for several days all in one."""
    first, last = local(occurrence.starts_at).date(), local(occurrence.ends_at).date()
    opens, closes = clock_time(occurrence.starts_at), clock_time(occurrence.ends_at)
    if first == last:
        return [f"{day_name(first)} {opens}–{closes}", short_day(first)]
    return [
        _(
            "%(first)s to %(last)s, each day %(opens)s–%(closes)s",
            first=short_day(first),
            last=short_day(last),
            opens=opens,
            closes=closes,
        )
    ]


def _heading(held: Registration, parts: Sequence[Registration]) -> str:
    if all(part.status is Status.CANCELLED for part in parts):
        return _("Cancelled")
    if all(part.status is Status.WAITING for part in parts):
        return _("In the queue, number %(place)s", place=queries.position(held))
    return _("You are signed up")


def _dates_of_course(held: Registration) -> list[Registration]:
    """Return what was held at the dates still to come of a course, where it is one; else this alone."""
    if not held.leads_course:
        return [held]
    return [part.registration for part in course_queries.parts_of(held.id) if part.may_change] or [held]


def _of_course(parts: Sequence[Registration]) -> list[str]:
    waiting = sum(part.status is Status.WAITING for part in parts)
    first = min(parts, key=lambda part: (part.status is Status.WAITING, part.occurrence.starts_at))
    said = [ngettext("%(num)s date of the course", "%(num)s dates of the course", len(parts))]
    said.append(_("the first: %(when)s", when=" ".join(reversed(_when(first.occurrence)))))
    if waiting:
        said.append(ngettext("in the queue at %(num)s of them", "in the queue at %(num)s of them", waiting))
    return said
