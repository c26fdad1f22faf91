"""Ask what somebody would like to have done, where and for whom; check what people can mistype."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from wtforms import RadioField, SelectField, SelectMultipleField
from wtforms.validators import ValidationError

from portal.clock import today
from portal.contact import is_phone, name_key, phone_of, what_is_wrong
from portal.i18n import _
from portal.i18n import lazy_gettext as _l
from portal.orders import consent
from portal.orders.labels import FOR_WHOM, GRADES, PLACES
from portal.orders.menu_models import MenuItem, Where
from portal.orders.menu_queries import next_days
from portal.orders.models import MOST_TIMES, ForWhom, Grade, PartOfDay, Place
from portal.orders.wishes import Wish
from portal.registrations.consent import agreed
from portal.stations.queries import StationCard
from portal.web.forms import Form, Tick, count, line, paragraphs

NEXT_TIMES = 6  # that the form offers
DAYS_OF_A_NEED = 3  # from tomorrow on, mornings and afternoons
MOST_PEOPLE = 1000
MOST_LISTED = 20  # more people than these are typed, not chosen
ANY = "any"
Time = tuple[date, PartOfDay]


def write_time(day: date, part: PartOfDay) -> str:
    """Write a part of a day as the form sends it, 2026-11-27.morning."""
    return f"{day.isoformat()}.{part.value}"


def read_time(typed: str) -> Time | None:
    """Read what write_time() wrote; None for anything else."""
    day, _dot, part = typed.partition(".")
    try:
        found = date.fromisoformat(day), PartOfDay(part)
    except ValueError:
        return None
    return found if write_time(*found) == typed else None


def times_to_offer(item: MenuItem | None) -> list[Time]:
    """List the next times of an item, or for a free need the mornings and afternoons of the next days."""
    if item is not None:
        return next_days(item, today(), NEXT_TIMES)
    days = [today() + timedelta(days=1 + away) for away in range(DAYS_OF_A_NEED)]
    return [(day, part) for day in days for part in (PartOfDay.MORNING, PartOfDay.AFTERNOON)]


class OrderForm(Form):
    """An order, from an item of the menu or in free words; everything on one page."""

    text = paragraphs(_l("What shall we help with?"), 500)
    who = RadioField(_l("For whom"), default=ForWhom.SELF.value, validate_choice=False)
    for_name = line(_l("What do we call him or her?"), 60)
    people = count(_l("For how many people"), 1, MOST_PEOPLE)
    place = RadioField(_l("Where"), default=Place.HOME.value, validate_choice=False)
    station = SelectField(_l("Which station is near?"), default="", validate_choice=False)
    address = line(_l("Address"), 120)
    times = SelectMultipleField(_l("When would it suit?"), name="t", validate_choice=False)
    name = line(_l("Your name"), 40, required=_l("What is your name?"))
    phone = line(_l("Your phone number"), 40)
    consent = Tick()

    def offer(self, item: MenuItem | None, stations: Sequence[StationCard], known: dict[str, int]) -> None:
        """Fill in what there is to choose from: of an item or a free need, at these of the known stations.

        `known` maps the names of all open stations in addresses to their ids.
        """
        self.item = item
        self.known = known
        if item is not None:
            self.text.label.text = _("To tell the team")
        self.who.choices = [(code.value, str(label)) for code, label in FOR_WHOM.items()]
        self.place.choices = [(code.value, str(label)) for code, label in PLACES.items()]
        self.station.choices = [(card.slug, card.short_name) for card in stations]
        if len(stations) != 1:
            self.station.choices = [("", _("please choose")), *self.station.choices]
        if self.station.data and self.station.data not in dict(self.station.choices):
            self.station.choices += [(self.station.data, self.station.data[:40])]  # what was sent stays seen
        self.offer_times(times_to_offer(item))
        if self.people.raw_data is None:  # nothing was sent yet
            self.people.data = self.least

    def offer_times(self, times: Sequence[Time]) -> None:
        """Offer these times, and what was ticked before, even if it cannot be had any more."""
        ticked = [read_time(typed) for typed in self.times.data or ()]
        shown = sorted({*times, *(one for one in ticked if one)}, key=_moment)
        self.times.choices = [*((write_time(*one), "") for one in shown), (ANY, "")]
        self.shown = [(write_time(*one), *one) for one in shown]

    @property
    def least(self) -> int:
        """Return the fewest people it is for."""
        return self.item.people_min if self.item else 1

    @property
    def most(self) -> int:
        """Return the most people it is for."""
        return (self.item.people_max if self.item else None) or MOST_PEOPLE

    @property
    def asks_people(self) -> bool:
        """Say whether it leaves open how many it is for."""
        return self.most > self.least

    @property
    def lists_people(self) -> bool:
        """Say whether that is chosen from a list, and not typed."""
        return self.most <= MOST_LISTED

    @property
    def asks_place(self) -> bool:
        """Say whether it leaves open where."""
        return self.item is None or self.item.place is Where.EITHER

    @property
    def goes_home(self) -> bool:
        """Say whether they may come to the asker, so that an address is asked for."""
        return self.item is None or self.item.place is not Where.STATION

    @property
    def chosen_place(self) -> Place:
        """Return where it is wanted."""
        if self.item is not None and self.item.place is not Where.EITHER:
            return Place(self.item.place.value)
        return Place(self.place.data) if self.place.data in {*Place} else Place.HOME

    @property
    def _hidden(self) -> set[str]:
        """Name the fields that this form does not have."""
        hidden = set() if self.asks_people else {"people"}
        if not self.asks_place:
            hidden.add("place")
        if not self.goes_home:
            hidden.add("address")
        return hidden

    def refuse(self, field: str | None, message: str) -> None:
        """Put a refusal beside its field, or on top if the form has none."""
        super().refuse(None if field in self._hidden else field, message)

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Check the fields; what is wrong with one that is not there is said on top."""
        valid: bool = super().validate(*args, **kwargs)
        for name in self._hidden:
            self.form_errors = [*self.form_errors, *map(str, self[name].errors)]
            self[name].errors = []
        if self.asks_people and self.people.data is None and not self.people.errors:
            self.people.errors = [_("For how many people? Please write a number.")]
            return False
        return valid

    def validate_text(self, field: Any) -> None:
        """Demand words of a free need."""
        if self.item is None and not field.data and not field.errors:
            raise ValidationError(_("What would you like? A sentence is enough."))

    def validate_who(self, field: Any) -> None:
        """Accept only the choices there are, and not a name of somebody else for oneself."""
        if field.data not in {*ForWhom}:
            raise ValidationError(_("Please choose one."))
        if field.data == ForWhom.SELF and self.for_name.data:
            raise ValidationError(_("You wrote another name below. Is it for family, or for a neighbour?"))

    def validate_for_name(self, field: Any) -> None:
        """Demand to know whom one orders for."""
        if self.who.data in (ForWhom.FAMILY, ForWhom.OTHER) and not field.data and not field.errors:
            raise ValidationError(_("What do we call whoever it is for? As “my mother, Ms Li”."))

    def validate_place(self, field: Any) -> None:
        """Accept only the choices there are."""
        if self.asks_place and field.data not in {*Place}:
            raise ValidationError(_("Please choose one."))

    def validate_station(self, field: Any) -> None:
        """Demand a station; whether it has this on offer, the action says."""
        if field.data not in self.known:
            raise ValidationError(_("Which station is near? Please choose one."))

    def validate_address(self, field: Any) -> None:
        """Demand to know where to go."""
        home = self.goes_home and self.chosen_place is Place.HOME
        if home and not field.data and not field.errors:
            raise ValidationError(_("Where shall they go? Please write the address."))

    def validate_times(self, field: Any) -> None:
        """Accept as many times as there may be; whether they can be had, the action says."""
        ticked = [typed for typed in field.data or () if typed != ANY]
        if len(ticked) > MOST_TIMES:
            raise ValidationError(_("Up to %(most)s different times, please.", most=MOST_TIMES))
        if not all(map(read_time, ticked)):
            raise ValidationError(_("Please choose from these times."))

    def validate_name(self, field: Any) -> None:
        """Refuse a name that holds nothing a name is told by."""
        if field.data and not name_key(field.data):
            raise ValidationError(_("What is your name?"))

    def validate_phone(self, field: Any) -> None:
        """Demand a number: without it nobody can settle a time."""
        digits = phone_of(field.data or "")
        if field.errors:
            return
        if not digits:
            raise ValidationError(
                _("Your phone number, please: they ring about the time. Without one, order at the station.")
            )
        if not is_phone(digits):
            raise ValidationError(what_is_wrong(digits))

    def validate_consent(self, field: Any) -> None:
        """Demand the tick, to the text of today."""
        if not agreed(field.data, consent.ORDER):
            raise ValidationError(_("Please tick that we may use this for your order."))

    def wish(self) -> Wish:
        """Return what was entered, as plain values."""
        who = ForWhom(self.who.data)
        times = [read_time(typed) for typed in self.times.data or ()]
        return Wish(
            station_id=self.known[self.station.data],
            name=self.name.data,
            phone=phone_of(self.phone.data),
            item_id=self.item.id if self.item else None,
            text=self.text.data or "",
            people=(self.people.data if self.asks_people else None) or self.least,
            for_whom=who,
            for_name=self.for_name.data or "",
            place=self.chosen_place,
            address=self.address.data or "",
            times=tuple(dict.fromkeys(one for one in times if one)),
        )


def _moment(time: Time) -> tuple[date, int]:
    return time[0], [*PartOfDay].index(time[1])


class AnswerForm(Form):
    """The word more that was asked for."""

    answer = paragraphs(_l("Your answer"), 500)

    def validate_answer(self, field: Any) -> None:
        """Demand an answer."""
        if not field.data and not field.errors:
            raise ValidationError(_("Please write a word in answer."))


class RatingForm(Form):
    """How it was (评单)."""

    grade = RadioField(_l("Were you satisfied?"), validate_choice=False)
    words = paragraphs(_l("A word about it, if you like"), 300)

    def offer(self) -> None:
        """Fill in the grades."""
        self.grade.choices = [(code.value, str(label)) for code, label in GRADES.items()]

    def validate_grade(self, field: Any) -> None:
        """Demand one of the grades."""
        if field.data not in {*Grade}:
            raise ValidationError(_("Please tick one of the five."))


class ReopenForm(Form):
    """Why an order that is closed is to be taken up again."""

    why = line(_l("What is not right yet?"), 200, required=_l("Please write what is not right yet."))
