"""Ask leaders whether their team takes an order, when it comes and who, and how it was."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from flask import request
from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField
from wtforms.validators import ValidationError

from portal.clock import at, local
from portal.i18n import _
from portal.i18n import lazy_gettext as _l
from portal.orders.models import Order
from portal.orders.serving import MOST_SERVED
from portal.volunteers.hours_forms import tenths_of_text
from portal.volunteers.hours_labels import in_hours
from portal.web.forms import Day, Form, WallTime, count, line, paragraphs
from portal.web.text import number_of

WHY_NOT = {
    "people": _l("Not enough people"),
    "time": _l("The time does not suit us"),
    "skill": _l("We cannot do that"),
    "far": _l("Too far for us"),
    "other": _l("Something else"),
}


class TimeForm(Form):
    """A day, and from when until when."""

    day = Day(_l("Day"))
    starts = WallTime(_l("From"))
    ends = WallTime(_l("Until"))

    def moments(self) -> tuple[datetime, datetime] | None:
        """Return beginning and end; None, with what is missing at its field, when they are not all there."""
        day, starts, ends = self.day.data, self.starts.data, self.ends.data
        if day is not None and starts is not None and ends is not None:
            return at(day, starts), at(day, ends)
        for field in (self.day, self.starts, self.ends):
            if field.data is None and not field.errors:
                self.refuse(field.name, _("Please fill this in."))
        return None

    def show(self, starts_at: datetime | None, ends_at: datetime | None) -> None:
        """Fill in a time."""
        if starts_at is not None and ends_at is not None:
            self.day.data = local(starts_at).date()
            self.starts.data, self.ends.data = local(starts_at).time(), local(ends_at).time()


class AcceptForm(TimeForm):
    """Another time than those wished, and whether the team does two things at once."""

    anyway = BooleanField(_l("Our team can do both"))


class DeclineForm(Form):
    """Why a team does not take an order; the dispatcher reads it."""

    why = RadioField(_l("Why not?"), validate_choice=False)
    words = line(_l("In your own words"), 120)

    def offer(self) -> None:
        """Fill in the reasons."""
        self.why.choices = [(code, str(label)) for code, label in WHY_NOT.items()]

    def validate_why(self, field: Any) -> None:
        """Demand one of the reasons."""
        if field.data not in WHY_NOT:
            raise ValidationError(_("Please choose one."))

    def validate_words(self, field: Any) -> None:
        """Demand words where the reason says nothing."""
        if self.why.data == "other" and not (field.data or "").strip():
            raise ValidationError(_("Please say in a few words why."))

    @property
    def reason(self) -> str:
        """Return reason and words as the dispatcher reads them."""
        words: str = self.words.data or ""
        if self.why.data == "other":
            return words
        return _(": ").join(filter(None, (str(WHY_NOT[self.why.data]), words)))


class ScheduleForm(TimeForm):
    """When the team comes and who, with a word to the asker."""

    helpers = SelectMultipleField(_l("Who goes"), validate_choice=False)
    overlap_reason = line(_l("If somebody has something else then: why both?"), 120)
    note = line(_l("A word to the asker"), 120)

    @property
    def ticked(self) -> list[int]:
        """Return the ids of those who go."""
        return [one for one in map(number_of, self.helpers.data or ()) if one]


class ReportForm(TimeForm):
    """How many were served, when it was, who served for how long."""

    served = count(_l("How many people were served"), 0, MOST_SERVED, required=_l("How many were served?"))
    helpers = SelectMultipleField(_l("Who served"), validate_choice=False)
    note = paragraphs(_l("How it went"), 500)

    typed: dict[int, str]  # hours as they stand in the fields, by volunteer

    def show_report(self, order: Order, ids: Iterable[int]) -> None:
        """Fill in what is expected: as scheduled, those who were named."""
        self.show(order.starts_at, order.ends_at)
        self.served.data = order.people
        self.helpers.data = [str(one) for one in ids]

    def read_hours(self, usual: str) -> None:
        """Take the hours as typed, each “h<id>”; the usual ones where nothing was."""
        found = {
            number_of(name[1:]): value.strip()[:8]
            for name, value in request.form.items()
            if name.startswith("h") and name[1:].isdecimal()
        }
        self.typed = _Usual(usual, found)

    def hours(self, names: dict[int, str]) -> dict[int, int]:
        """Return tenths of hours for each who is ticked; what is no number of hours is said at the list."""
        found = {}
        for one in self.ticked:
            tenths = tenths_of_text(self.typed[one])
            if tenths is None or not 1 <= tenths <= 240:
                self.refuse(
                    "helpers",
                    _("%(name)s: write hours like 2 or 2.5.", name=names.get(one, _("Somebody"))),
                )
            else:
                found[one] = tenths
        return found

    @property
    def ticked(self) -> list[int]:
        """Return the ids of those who served."""
        return [one for one in map(number_of, self.helpers.data or ()) if one]


class _Usual(dict[int, str]):
    """Hours by volunteer, the usual ones for whom none are typed."""

    def __init__(self, usual: str, given: dict[int, str]) -> None:
        super().__init__(given)
        self.usual = usual

    def __missing__(self, key: int) -> str:
        return self.usual


def usual_hours(order: Order) -> str:
    """Return the scheduled length of an order in hours, with one decimal; an hour where none is settled."""
    if order.starts_at is None or order.ends_at is None:
        return in_hours(10)
    return in_hours(max(int((order.ends_at - order.starts_at).total_seconds()) // 360, 1))


class DateForm(Form):
    """Where an activity made of an order takes place, and how many of the team it takes."""

    room = SelectField(_l("Room"), validate_choice=False)
    head_count = count(_l("How many of the team"), 1, 200, required=_l("How many?"))

    def offer(self, rooms: Sequence[tuple[str, str]]) -> None:
        """Fill in the rooms of the station."""
        self.room.choices = [("", _("No room in particular")), *rooms]

    def validate_room(self, field: Any) -> None:
        """Accept only what is offered."""
        if (field.data or "") not in {value for value, _label in field.choices}:
            raise ValidationError(_("Please choose one."))
