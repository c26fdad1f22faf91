"""Ask staff what they do with an order, and whom they write down for one (代点单)."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from flask import request
from wtforms import HiddenField, RadioField, SelectField
from wtforms.validators import ValidationError

from portal.activities.labels import CATEGORIES
from portal.activities.models import Category
from portal.clock import at, local, today
from portal.contact import is_phone, mask_phone, name_key, phone_of, what_is_wrong
from portal.i18n import _, day_name, short_day
from portal.i18n import lazy_gettext as _l
from portal.orders.labels import FOR_WHOM, GRADES, PARTS, PLACES, SOURCES
from portal.orders.models import MOST_TIMES, ForWhom, Grade, Order, PartOfDay, Place, Source
from portal.orders.wishes import Wish
from portal.stations.queries import StationCard
from portal.web.forms import Day, Form, Tick, WallTime, count, line, paragraphs
from portal.web.text import number_of

DAYS_TO_CHOOSE = 60
MEMBERS_SHOWN = 12  # of a team; of a larger one those who were to come, the rest folded away
FREE_NEED = "0"  # what is chosen instead of an item

# What is asked when somebody does it, and how long the answer may be. By the table of portal.orders.flow
# some need an answer; the door demands it.
NOTES = {
    "back": _l("What do we need to know?"),
    "answer": _l("What they say"),
    "decline": _l("Why the team does not take it"),
    "redispatch": _l("Why another team?"),
    "withdraw": _l("Why they withdraw it, if they say so"),
    "cancel": _l("Why it is cancelled"),
    "hurry": _l("A word with it"),
    "note": _l("Note"),
    "call": _l("What was said, and what was agreed"),
    "reopen": _l("What is still to be done?"),
}
WHY_REFUSED = {
    "kind": _l("Not something volunteers can do"),
    "licence": _l("It takes a licensed professional"),
    "twice": _l("The same as another order"),
    "other": _l("Something else"),
}


def was_sent(form: Form) -> bool:
    """Say whether a form holds what was typed, not what we fill in."""
    return form.key.raw_data is not None


class NoteForm(Form):
    """A word with what is done."""

    note = paragraphs("", 500)


def note_form(name: str, filled: bool = True) -> NoteForm:
    """Make the form of one act, as sent (`filled`) or empty."""
    form = NoteForm(prefix=f"{name}_") if filled else NoteForm(formdata=None, prefix=f"{name}_")
    form.note.label.text = str(NOTES[name])
    return form


class AdmitForm(Form):
    """What a free need is called in public, and which kind of service it is; both known of an item."""

    title = line(_l("Title, shown in public"), 80)
    category = RadioField(_l("Which kind of service?"), validate_choice=False)
    note = line(_l("A word to the asker"), 200)

    def offer(self, order: Order) -> None:
        """Fill in what there is to choose from, and what stands there now."""
        self.free_need = order.item_id is None
        self.category.choices = [(code.value, str(label)) for code, label in CATEGORIES.items()]
        if not was_sent(self):
            self.title.data = order.title
            self.category.data = order.category.value if order.category else None

    def validate_title(self, field: Any) -> None:
        """Demand one that tells nobody's number."""
        if not self.free_need:
            return
        if not (field.data or "").strip():
            raise ValidationError(_("What is it called? A few words, without names."))
        if re.search(r"\d{7}", phone_of(field.data)):
            raise ValidationError(_("This is shown in public: no phone numbers here."))

    @property
    def kind(self) -> Category | None:
        """Return the category that was chosen."""
        return {one.value: one for one in Category}.get(self.category.data or "")


class RefuseForm(NoteForm):
    """Why an order cannot be done; only the asker reads it."""

    why = RadioField(_l("Reason"), validate_choice=False)

    def offer(self) -> None:
        """Fill in the reasons."""
        self.note.label.text = str(_l("How we tell the asker"))
        self.why.choices = [(code, str(label)) for code, label in WHY_REFUSED.items()]

    def validate_why(self, field: Any) -> None:
        """Demand one of the reasons."""
        if field.data not in WHY_REFUSED:
            raise ValidationError(_("Please choose one."))

    def validate_note(self, field: Any) -> None:
        """Demand words where the reason says nothing."""
        if self.why.data == "other" and not (field.data or "").strip():
            raise ValidationError(_("Please say why; only the asker reads it."))

    @property
    def told(self) -> str:
        """Return reason and words as the asker reads them."""
        words = self.note.data or ""
        if self.why.data == "other":
            return words
        reason = str(WHY_REFUSED[self.why.data])
        return _("%(reason)s. %(words)s", reason=reason, words=words).strip()


class TimesForm(NoteForm):
    """When a team comes."""

    day = Day(_l("Day"))
    starts = WallTime(_l("From"))
    ends = WallTime(_l("Until"))
    needed = True

    def offer(self, order: Order) -> None:
        """Fill in when it is settled for, or the first wish."""
        self.note.label.text = str(_l("A word to the asker"))
        if was_sent(self):
            return
        if order.starts_at is not None and order.ends_at is not None:
            self.day.data = local(order.starts_at).date()
            self.starts.data, self.ends.data = local(order.starts_at).time(), local(order.ends_at).time()
        elif self.needed and order.times and order.times[0].day >= today():
            self.day.data = order.times[0].day

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Demand day and hours: all of them, or none where none are needed."""
        valid: bool = super().validate(*args, **kwargs)
        told = [field for field in (self.day, self.starts, self.ends) if field.data is not None]
        if len(told) == 3 or (not told and not self.needed):
            return valid
        for field in (self.day, self.starts, self.ends):
            if field.data is None and not field.errors:
                field.errors = [_("Please fill in day, from and until.")]
        return False

    @property
    def span(self) -> tuple[datetime | None, datetime | None]:
        """Return from when until when; none if no day was given."""
        if self.day.data is None or self.starts.data is None or self.ends.data is None:
            return None, None
        return at(self.day.data, self.starts.data), at(self.day.data, self.ends.data)


class AcceptForm(TimesForm):
    """When a team comes that has said yes on the phone, if it knows already."""

    needed = False


class RateForm(Form):
    """What an asker says on the phone (评单)."""

    grade = RadioField(_l("How was it?"), validate_choice=False)
    words = paragraphs(_l("In their words"), 500)

    def offer(self) -> None:
        """Fill in the grades."""
        self.grade.choices = [(code.value, str(label)) for code, label in GRADES.items()]

    def validate_grade(self, field: Any) -> None:
        """Demand one."""
        if field.data not in {one.value for one in Grade}:
            raise ValidationError(_("Please choose one."))


class DispatchForm(NoteForm):
    """Which team is asked first, and which in turn after it."""

    team = HiddenField()

    def offer(self) -> None:
        """Read what was chosen."""
        self.note.label.text = str(_l("A word to the leader, if you like"))
        self.first = number_of(self.team.data or "")
        self.then = [number_of(one) for one in request.form.getlist("then")] if was_sent(self) else []


class HelpForm(Form):
    """Which team of one's own could go to a neighbour."""

    order_id = HiddenField()
    team = SelectField(_l("Our team"), validate_choice=False)
    word = line(_l("A word with it"), 120)

    def offer(self, teams: Sequence[tuple[int, str]]) -> None:
        """Fill in the teams there are."""
        self.team.choices = [(str(team_id), name) for team_id, name in teams]

    def validate_team(self, field: Any) -> None:
        """Demand one of them."""
        if field.data not in {value for value, _name in self.team.choices}:
            raise ValidationError(_("Which team? Please choose one."))


class DeskOrderForm(Form):
    """An order that staff write down, on the phone or at the desk; a phone number is welcome, not needed."""

    phone = line(_l("Phone number"), 40)
    name = line(_l("Full name"), 40)
    no_phone = Tick(_l("No mobile; we ring or tell them in person"))
    asker = HiddenField()  # an earlier order of theirs, from which name and number were taken
    item = RadioField(_l("From this menu"), validate_choice=False)
    text = paragraphs(_l("In their own words"), 600)
    people = count(_l("For how many people"), 1, 1000, required=_l("For how many people?"), default=1)
    for_whom = RadioField(_l("For whom"), default=ForWhom.SELF.value, validate_choice=False)
    for_name = line(_l("What they are called, and what helpers should know"), 60)
    station = SelectField(_l("Station"), validate_choice=False)
    place = RadioField(_l("Where"), default=Place.HOME.value, validate_choice=False)
    address = line(_l("Address"), 120)
    day1 = SelectField(_l("Day"), validate_choice=False)
    part1 = SelectField(_l("Part of the day"), validate_choice=False)
    day2 = SelectField(_l("Or on"), validate_choice=False)
    part2 = SelectField(_l("Part of the day"), validate_choice=False)
    day3 = SelectField(_l("Or on"), validate_choice=False)
    part3 = SelectField(_l("Part of the day"), validate_choice=False)
    times = HiddenField()  # refusals of the wished times stand here
    source = RadioField(_l("How they asked"), default=Source.PHONE.value, validate_choice=False)
    consent = Tick(_l("Read out, and they agree to be written down"))

    def offer(self, stations: Sequence[StationCard], items: Mapping[int, str], earlier: Order | None) -> None:
        """Fill in what there is to choose from."""
        self.earlier = earlier
        self.station.choices = [(str(one.id), one.short_name) for one in stations]
        self.item.choices = [(str(item_id), title) for item_id, title in items.items()]
        self.item.choices.append((FREE_NEED, _("Not on the menu (a wish)")))
        self.for_whom.choices = [(code.value, str(label)) for code, label in FOR_WHOM.items()]
        self.place.choices = [(code.value, str(label)) for code, label in PLACES.items()]
        self.source.choices = [(code.value, str(SOURCES[code])) for code in (Source.PHONE, Source.DESK)]
        days = [today() + timedelta(days=away) for away in range(DAYS_TO_CHOOSE)]
        shown = [(day.isoformat(), f"{short_day(day)} {day_name(day)}") for day in days]
        parts = [(code.value, str(label)) for code, label in PARTS.items()]
        for number in range(1, MOST_TIMES + 1):
            kept = self[f"day{number}"].data
            other = [] if not kept or kept in dict(shown) else [(kept, kept)]
            self[f"day{number}"].choices = [("", _("any day")), *other, *shown]
            self[f"part{number}"].choices = parts

    def take(self, earlier: Order) -> None:
        """Fill in who ordered before; the number stays masked unless it was typed."""
        self.earlier = earlier
        self.asker.data = str(earlier.id)
        self.name.data = earlier.name
        if phone_of(self.phone.data or "") != (earlier.phone or ""):
            self.phone.data = mask_phone(earlier.phone or "")
        self.no_phone.data = "" if earlier.phone else "1"
        self.address.data = earlier.address or self.address.data
        self.station.data = str(earlier.station_id)
        self.place.data = earlier.place.value
        self.for_whom.data, self.for_name.data = earlier.for_whom.value, earlier.for_name

    def fill(self, draft: Order) -> None:
        """Fill in a draft that is gone on with."""
        self.take(draft)
        self.phone.data = mask_phone(draft.phone or "")
        self.item.data = str(draft.item_id or FREE_NEED)
        self.text.data, self.people.data = draft.text, draft.people
        self.source.data = draft.source.value
        for wished in draft.times:
            self[f"day{wished.position}"].data = wished.day.isoformat()
            self[f"part{wished.position}"].data = wished.part.value

    def validate_name(self, field: Any) -> None:
        """Demand a name."""
        if not name_key(field.data or ""):
            raise ValidationError(_("What are they called?"))

    def validate_phone(self, field: Any) -> None:
        """Demand a number, or the tick that there is none."""
        digits = self._number()
        if digits and not is_phone(digits):
            raise ValidationError(what_is_wrong(digits))
        if digits and self.no_phone.data:
            raise ValidationError(_("There is a number, and “no mobile” is ticked: which is it?"))
        if not digits and not self.no_phone.data:
            raise ValidationError(_("Their number, or the tick that they have no mobile."))

    def validate_item(self, field: Any) -> None:
        """Demand one of the items, or a free need."""
        if field.data != FREE_NEED and not number_of(field.data):
            raise ValidationError(_("What do they want? Please choose."))

    def validate_station(self, field: Any) -> None:
        """Demand one of the stations of the scope."""
        if field.data not in dict(self.station.choices):
            raise ValidationError(_("Please choose one."))

    def validate_consent(self, field: Any) -> None:
        """Demand that they were asked, unless it stays a draft."""
        if not field.data and request.form.get("intent") != "draft":
            raise ValidationError(_("Ask whether they agree to be written down, then tick."))

    def _number(self) -> str:
        typed = (self.phone.data or "").strip()
        if self.earlier is not None and self.earlier.phone and typed == mask_phone(self.earlier.phone):
            return self.earlier.phone
        return phone_of(typed)

    def _one_of(self, kind: type[Any], value: str | None, otherwise: Any) -> Any:
        return {one.value: one for one in kind}.get(value or "", otherwise)

    @property
    def how(self) -> Source:
        """Return how they asked."""
        return Source.DESK if self.source.data == Source.DESK.value else Source.PHONE

    def wish(self) -> Wish:
        """Return what was entered, as plain values."""
        return Wish(
            station_id=number_of(self.station.data),
            name=self.name.data or "",
            phone=self._number(),
            item_id=number_of(self.item.data) or None,
            text=self.text.data or "",
            people=self.people.data or 1,
            for_whom=self._one_of(ForWhom, self.for_whom.data, ForWhom.SELF),
            for_name=self.for_name.data or "",
            place=self._one_of(Place, self.place.data, Place.HOME),
            address=self.address.data or "",
            times=self._times(),
        )

    def _times(self) -> tuple[tuple[date, PartOfDay], ...]:
        found = []
        for number in range(1, MOST_TIMES + 1):
            try:
                day = date.fromisoformat(self[f"day{number}"].data or "")
            except ValueError:
                continue
            found.append((day, self._one_of(PartOfDay, self[f"part{number}"].data, PartOfDay.MORNING)))
        return tuple(found)
