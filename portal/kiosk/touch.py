"""Let people look on a screen what is on; each date with a code to go on with on the phone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import Response, current_app, request, url_for
from werkzeug.datastructures import MultiDict

from portal.activities import agenda, courses, listing, lunar, pills
from portal.activities import queries as activities
from portal.activities.cards import card_of
from portal.activities.models import Occurrence
from portal.activities.standing import Standing, standing
from portal.clock import local, now, today
from portal.i18n import _, ngettext
from portal.kiosk import gate
from portal.kiosk.views import bp, screen_page
from portal.registrations import rules
from portal.stations import queries as stations
from portal.stations.queries import StationCard
from portal.web.qr import Qr, qr_path

STRIP = timedelta(days=13)  # two weeks, with today
OPEN = timedelta(days=6)  # a week of what one can sign up for


def code_for(address: str) -> Qr:
    """Draw the code that opens one of the portal's addresses on a phone."""
    return qr_path(current_app.config["PUBLIC_URL"] + address)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address of a screen's calendar asks for, and what of it made no sense."""

    on: date
    station: StationCard | None
    open: bool  # only what one can sign up for now, a week of it
    faults: Sequence[str] = ()


def read(arguments: MultiDict[str, str]) -> Wanted:
    """Understand an address of the calendar; what makes no sense is left out and said."""
    faults = []
    slug = arguments.get("station", "")
    station = next((card for card in stations.stations_shown() if card.slug == slug), None)
    if slug and station is None:
        faults.append(_("There is no such station; these are all of them."))
    day = _day(arguments.get("on", ""))
    if day is None:
        faults.append(_("Only the next two weeks are here. This is today."))
    return Wanted(day or today(), station, arguments.get("open", "") == "1", faults)


def _day(text: str) -> date | None:
    """Read one of the days of the strip, today where none is said."""
    if not text:
        return today()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if today() <= day <= today() + STRIP else None


@bp.get("/<slug:slug>/calendar")
@gate.on_screen
def calendar(slug: str) -> Response:
    """List what is on, day by day (`on`), at a station (`station`), what one can sign up for (`open`)."""
    wanted = read(request.args)
    return screen_page(
        "kiosk/calendar.html",
        "form",
        wanted=wanted,
        days=_open_days(wanted) if wanted.open else _one_day(wanted),
        strip=[lunar.day_facts(today() + timedelta(days=away)) for away in range(STRIP.days + 1)],
        chosen=lunar.day_facts(wanted.on),
        stations=stations.stations_shown(),
        is_day_off=agenda.is_day_off,
        cell_label=lunar.cell_label,
        lunar_long_label=lunar.lunar_long_label,
        pill=pills.exact_pill,
    )


def _narrowed(wanted: Wanted) -> listing.Filter:
    return listing.Filter(station_id=wanted.station.id if wanted.station else None)


def _one_day(wanted: Wanted) -> list[agenda.Day]:
    cards = listing.published_between(wanted.on, wanted.on, _narrowed(wanted))
    return agenda.days(cards, wanted.on, wanted.on)


def _open_days(wanted: Wanted) -> list[agenda.Day]:
    first, last = today(), today() + OPEN
    cards = listing.published_between(first, last, _narrowed(wanted))
    taking = [card for card in cards if standing(card.held, now()).takes_registrations]
    return agenda.days(taking, first, last)


@bp.get("/<slug:slug>/dates/<int:occurrence_id>", endpoint="date")
@gate.on_screen
def one_date(slug: str, occurrence_id: int) -> Response:
    """Show one date, with a code to go on with on the phone and the way to sign up here."""
    found = activities.occurrence(occurrence_id)
    day = local(found.starts_at).date()
    course = courses.course_of(found.activity)
    said = pills.seats_context(card_of(found), max(day, today()))
    for_children = rules.limits_of(found.activity).only_for_children
    return screen_page(
        "kiosk/date.html",
        "form",
        occurrence=found,
        activity=found.activity,
        station=found.station,
        day=day,
        last_day=local(found.ends_at).date(),
        facts=lunar.day_facts(day),
        pill=said["pill"],
        takes=not for_children
        and (said["stands"].takes_registrations or bool(course and course.only and course.dates)),
        stands=said["stands"],
        how=how_to_come(found, said["stands"], course),
        back=_back(slug, day),
        code=code_for(url_for("activities.occurrence", occurrence_id=found.id)),
        lunar_long_label=lunar.lunar_long_label,
    )


def how_to_come(found: Occurrence, stands: Standing, course: courses.Course | None) -> str:
    """Say in a sentence how one comes to a date."""
    if stands.takes_registrations and rules.limits_of(found.activity).only_for_children:
        return _("This one is for children: scan the code and sign them up, or tell whoever is on duty.")
    if course is not None and course.only and course.dates:
        return ngettext(
            "This is a course: you sign up for its %(num)s date.",
            "This is a course: you sign up for all its %(num)s dates at once.",
            len(course.dates),
        )
    if stands is Standing.FULL:
        return _("It is full. You can queue; when somebody stays away, whoever waits longest moves up.")
    if stands.takes_registrations:
        return _("Sign up here with your phone number, or scan the code and do it on your phone.")
    return rules.why_not(stands, found)


def _back(slug: str, day: date) -> str:
    """Return where the list of dates was: that of the day, or what one can sign up for."""
    day = max(day, today())
    return url_for(
        ".calendar",
        slug=slug,
        on=day.isoformat() if today() < day <= today() + STRIP and not request.args.get("open") else None,
        station=request.args.get("station", "")[:40] or None,
        open="1" if request.args.get("open") == "1" else None,
    )
