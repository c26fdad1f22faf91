"""Ask what is offered, when and where; check what people can mistype."""

from datetime import timedelta
from typing import Any

from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField
from wtforms.validators import ValidationError

from portal.activities import dates
from portal.activities.content import Content, Where
from portal.activities.helping import Team
from portal.activities.labels import AUDIENCES, CATEGORIES, SIGN_UPS, SOURCES
from portal.activities.models import Activity, Audience, Category, CountSource, Occurrence, SignUp
from portal.activities.recurrences import Recurrence
from portal.activities.rescheduling import Reach
from portal.activities.rule_form import LeaveOutFields, RuleFields
from portal.clock import today
from portal.errors import Refused
from portal.i18n import _, ngettext, pgettext
from portal.i18n import lazy_gettext as _l
from portal.stations.forms import phone_check
from portal.stations.models import Room
from portal.web.forms import Day, Form, WallTime, WhiteSpaceCheck, count, line, paragraphs
from portal.web.text import number_of

ELSEWHERE = "elsewhere"
OPENS_DAYS = (1, 3, 7, 14, 30)
CLOSES_MINUTES = (30, 60, 120, 1440, 2880, 4320)
FARTHEST = timedelta(days=3 * 366)


def before(minutes: int) -> str:
    """Say how long before it begins."""
    if minutes < 60:
        return _("%(num)s minutes before", num=minutes)
    if minutes < 1440:
        return ngettext("%(num)s hour before", "%(num)s hours before", minutes // 60)
    return ngettext("%(num)s day before", "%(num)s days before", minutes // 1440)


REACHES = [
    (Reach.ONE.value, _l("Only this date")),
    (Reach.FOLLOWING.value, _l("This one and those after it")),
    (Reach.ALL.value, _l("All that are still to come")),
]


class ContentForm(Form):
    """What is offered and to whom."""

    version = HiddenField()
    title = line(_l("Title"), 80, required=_l("Please give it a title."))
    category = RadioField(_l("Which platform"), validate_choice=False)
    series = SelectField(_l("Series"), validate_choice=False)
    audiences = SelectMultipleField(_l("For whom"), validate_choice=False)
    cohosts = SelectMultipleField(_l("Held together with"), validate_choice=False)
    registration = RadioField(_l("Sign up first?"), default="yes", validate_choice=False)
    sign_up = RadioField(
        _l("If there are several dates, one signs up for"), default=SignUp.DATES.value, validate_choice=False
    )
    team = SelectField(_l("Which team helps"), default="", validate_choice=False)
    party_max = count(_l("At most how many at a time"), 1, 20, default=4)
    min_age = count(_l("From what age"), 0, 120)
    max_age = count(_l("Up to what age"), 0, 120)
    opens_days = SelectField(_l("Sign-up opens"), default="", validate_choice=False)
    closes_minutes = SelectField(_l("Sign-up closes"), default="0", validate_choice=False)
    text = paragraphs(_l("A word to residents"), 4000)
    contact = line(_l("Who to ask"), 40)
    phone = line(_l("Phone"), 30)

    def offer(
        self,
        series: list[tuple[str, str]],
        cohosts: list[tuple[str, str]],
        teams: list[tuple[str, str]],
    ) -> None:
        """Fill in what there is to choose from."""
        self.team.choices = [("", _("None")), *teams]
        self.category.choices = [(code.value, str(label)) for code, label in CATEGORIES.items()]
        self.audiences.choices = [(code.value, str(label)) for code, label in AUDIENCES.items()]
        self.series.choices = [("", _("None")), *series]
        self.cohosts.choices = cohosts
        self.registration.choices = [("yes", _("Yes, and queue when it is full")), ("no", _("Just come"))]
        self.sign_up.choices = [(code.value, str(label)) for code, label in SIGN_UPS.items()]
        self.opens_days.choices = [("", _("as soon as it is published"))] + [
            (str(days), ngettext("%(num)s day before, at 8:00", "%(num)s days before, at 8:00", days))
            for days in OPENS_DAYS
        ]
        self.closes_minutes.choices = [("0", _("when it begins"))] + [
            (str(minutes), before(minutes)) for minutes in CLOSES_MINUTES
        ]

    def validate_opens_days(self, field: Any) -> None:
        """Accept only what is offered."""
        if field.data not in {"", *map(str, OPENS_DAYS)}:
            raise ValidationError(_("Please choose one."))

    def validate_closes_minutes(self, field: Any) -> None:
        """Accept only what is offered."""
        if field.data not in {"0", *map(str, CLOSES_MINUTES)}:
            raise ValidationError(_("Please choose one."))

    def validate_category(self, field: Any) -> None:
        """Demand one of the categories."""
        if field.data not in {code.value for code in Category}:
            raise ValidationError(_("Please choose one."))

    def validate_series(self, field: Any) -> None:
        """Accept only a series there is."""
        if field.data and field.data not in {value for value, _label in field.choices}:
            raise ValidationError(_("There is no such series."))

    def validate_team(self, field: Any) -> None:
        """Accept only a team that is offered."""
        if field.data and field.data not in {value for value, _label in field.choices}:
            raise ValidationError(_("Please choose one."))

    def validate_audiences(self, field: Any) -> None:
        """Accept only audiences there are."""
        if set(field.data or ()) - {code.value for code in Audience}:
            raise ValidationError(_("There is no such choice."))

    def validate_cohosts(self, field: Any) -> None:
        """Accept only stations there are."""
        if set(field.data or ()) - {value for value, _label in field.choices}:
            raise ValidationError(_("There is no such station."))

    def validate_registration(self, field: Any) -> None:
        """Accept yes or no."""
        if field.data not in ("yes", "no"):
            raise ValidationError(_("Please choose one."))

    def validate_sign_up(self, field: Any) -> None:
        """Accept only a way there is."""
        if field.data not in {code.value for code in SignUp}:
            raise ValidationError(_("Please choose one."))

    def validate_max_age(self, field: Any) -> None:
        """Refuse ages in the wrong order."""
        if field.data is not None and self.min_age.data is not None and field.data < self.min_age.data:
            raise ValidationError(_("“Up to” is less than “from”. Please check both ages."))

    def validate_phone(self, field: Any) -> None:
        """Refuse what cannot be a telephone number."""
        phone_check(self, field)

    def content(self) -> Content:
        """Return what was entered, as plain values."""
        return Content(
            title=self.title.data,
            text=self.text.data or "",
            category=Category(self.category.data),
            series_id=int(self.series.data) if self.series.data else None,
            audiences=tuple(
                Audience(code) for code in sorted(self.audiences.data or [Audience.EVERYONE.value])
            ),
            cohost_ids=tuple(int(value) for value in self.cohosts.data or ()),
            registration=self.registration.data == "yes",
            party_max=self.party_max.data or 4,
            min_age=self.min_age.data,
            max_age=self.max_age.data,
            contact=self.contact.data or "",
            phone=self.phone.data or "",
            opens_days=int(self.opens_days.data) if self.opens_days.data else None,
            closes_minutes=int(self.closes_minutes.data),
            sign_up=SignUp(self.sign_up.data),
            team_id=int(self.team.data) if self.team.data else None,
        )

    def offer_team(self, team: Team | None) -> None:
        """Let the team stay that helps so far, though it may be closed by now."""
        if team is not None and str(team.id) not in dict(self.team.choices):
            self.team.choices.append((str(team.id), team.name))

    def show_team(self, team: Team | None) -> None:
        """Fill in who helps, if that team is offered."""
        if team is not None and str(team.id) in dict(self.team.choices):
            self.team.data = str(team.id)

    def show_content(self, activity: Activity) -> None:
        """Fill the form with an activity."""
        self.version.data = str(activity.version)
        self.title.data = activity.title
        self.text.data = activity.text
        self.category.data = activity.category.value
        self.series.data = str(activity.series_id or "")
        self.audiences.data = [entry.audience.value for entry in activity.audiences]
        self.cohosts.data = [str(station.id) for station in activity.cohosts]
        self.registration.data = "yes" if activity.registration else "no"
        self.sign_up.data = activity.sign_up.value
        self.party_max.data = activity.party_max
        self.opens_days.data = "" if activity.opens_days is None else str(activity.opens_days)
        self.closes_minutes.data = str(activity.closes_minutes)
        self.min_age.data = activity.min_age
        self.max_age.data = activity.max_age
        self.contact.data = activity.contact
        self.phone.data = activity.phone


class PlaceFields:
    """Where it takes place; joined into the forms that ask for it."""

    room = SelectField(_l("Where"), validate_choice=False)
    place_name = line(_l("Name of the place"), 60)
    place_address = line(_l("Address"), 120)
    place_directions = line(_l("How to find it"), 200)
    room_names: dict[str, str]

    def offer_rooms(self, rooms: list[Room]) -> None:
        """Fill in the station's rooms, and the choice of a place elsewhere."""
        self.room_names = {str(room.id): room.name for room in rooms}
        self.room.choices = [
            (
                str(room.id),
                _("%(room)s (%(seats)s seats)", room=room.name, seats=room.seats)
                if room.seats
                else room.name,
            )
            for room in rooms
        ] + [(ELSEWHERE, pgettext("place", "Somewhere else"))]

    def validate_room(self, field: Any) -> None:
        """Accept only a room of the station, or a place elsewhere."""
        if field.data not in {value for value, _label in field.choices}:
            raise ValidationError(_("Please choose a room, or “somewhere else”."))

    def validate_place_name(self, field: Any) -> None:
        """Demand a name for a place elsewhere."""
        if self.room.data == ELSEWHERE and not (field.data or "").strip():
            raise ValidationError(_("Please name the place, so that people find it."))

    def where(self) -> Where:
        """Return what was entered, as plain values."""
        elsewhere = self.room.data == ELSEWHERE
        return Where(
            room_id=None if elsewhere else int(self.room.data),
            place_name=self.place_name.data if elsewhere else "",
            place_address=self.place_address.data if elsewhere else "",
            place_directions=self.place_directions.data or "",
        )

    def show_place(self, place: Activity | Occurrence | Recurrence) -> None:
        """Fill the fields with where something takes place."""
        self.room.data = str(place.room_id) if place.room_id else ELSEWHERE
        self.place_name.data = place.place_name
        self.place_address.data = place.place_address
        self.place_directions.data = place.place_directions


class TimeFields:
    """When it takes place; joined into the forms that ask for it."""

    first_day = Day(_l("First day"), validators=[WhiteSpaceCheck(_l("Please choose the day."))])
    last_day = Day(_l("Last day, if there are several"))
    opens = WallTime(_l("Begins"), validators=[WhiteSpaceCheck(_l("When does it begin?"))])
    closes = WallTime(_l("Ends"), validators=[WhiteSpaceCheck(_l("When does it end?"))])

    def span(self) -> dates.Span | None:
        """Return when it takes place, or None with the fault beside its field."""
        if not (self.first_day.data and self.opens.data and self.closes.data):
            return None
        if self.first_day.data > today() + FARTHEST:
            self.refuse("first_day", _("That is more than three years ahead. Please check the year."))  # type: ignore[attr-defined]
            return None
        try:
            return dates.span(self.first_day.data, self.last_day.data, self.opens.data, self.closes.data)
        except Refused as refusal:
            self.refuse(refusal.field, refusal.message)  # type: ignore[attr-defined]
            return None

    def show_span(self, one: dates.Span) -> None:
        """Fill the fields with when something takes place."""
        self.first_day.data = one.first
        self.last_day.data = None if one.first == one.last else one.last
        self.opens.data, self.closes.data = one.opens, one.closes


class OutlookFields:
    """What somebody says who has looked at what a change would do; joined into the forms that change rows."""

    seen = HiddenField()
    stay = SelectMultipleField(_l("Leave as they are"), validate_choice=False)
    people = RadioField(_l("Where people are signed up"), default="keep", validate_choice=False)
    word = line(_l("A word to those who are told"), 60)

    def offer_outlook(self) -> None:
        """Fill in the choices."""
        self.people.choices = [
            ("keep", _("hold that date all the same")),
            ("cancel", _("cancel it and tell them")),
        ]

    def validate_people(self, field: Any) -> None:
        """Accept only what is offered."""
        if field.data not in ("keep", "cancel"):
            raise ValidationError(_("Please choose one."))

    def ids_to_stay(self) -> frozenset[int]:
        """Return the ids of the dates ticked to be left as they are."""
        return frozenset(number_of(value) for value in self.stay.data or () if value.isdecimal())


class MoveForm(Form, PlaceFields, TimeFields, LeaveOutFields, OutlookFields):
    """Another time or place for one date, or for it and others of its row."""

    sequence = HiddenField()
    reach = RadioField(_l("Which dates"), default=Reach.ONE.value, validate_choice=False)

    def offer_reach(self, in_a_row: bool) -> None:
        """Fill in which dates a change can reach: only this one where no rule has made it."""
        self.reach.choices = REACHES if in_a_row else REACHES[:1]
        self.offer_outlook()

    def validate_reach(self, field: Any) -> None:
        """Accept only what is offered."""
        if field.data not in dict(self.reach.choices):
            raise ValidationError(_("Please choose one."))

    def show(self, occurrence: Occurrence) -> None:
        """Fill the form with an occurrence."""
        self.sequence.data = str(occurrence.sequence)
        self.show_span(dates.span_of(occurrence.starts_at, occurrence.ends_at))
        self.show_place(occurrence)


class RowForm(Form, PlaceFields, TimeFields, RuleFields, OutlookFields):
    """Another rule for the dates to come."""


class DateForm(Form, PlaceFields, TimeFields):
    """One more date."""


class CancelForm(Form):
    """Why something does not take place; of a row, this date or all that follow."""

    reach = RadioField(_l("Which dates"), default=Reach.ONE.value, validate_choice=False)
    reason = line(_l("Why? Everybody can read it"), 60, required=_l("Please say why; people will ask."))

    def offer_reach(self) -> None:
        """Fill in which dates it can be."""
        self.reach.choices = REACHES[:2]

    def validate_reach(self, field: Any) -> None:
        """Accept only what is offered."""
        if field.data not in (Reach.ONE, Reach.FOLLOWING):
            raise ValidationError(_("Please choose one."))


class CountForm(Form):
    """How many came."""

    attended = count(_l("Came"), 0, 100_000, required=_l("How many came? If nobody did, write 0."))
    minors = count(_l("of them minors"), 0, 100_000)
    elderly = count(_l("of them 60 and older"), 0, 100_000)
    source = RadioField(_l("How do you know"), default=CountSource.COUNTED.value, validate_choice=False)

    def offer(self) -> None:
        """Fill in the ways to know."""
        self.source.choices = [(code.value, str(label)) for code, label in SOURCES.items()]

    def validate_source(self, field: Any) -> None:
        """Accept only a way there is."""
        if field.data not in {code.value for code in CountSource}:
            raise ValidationError(_("Please choose one."))
