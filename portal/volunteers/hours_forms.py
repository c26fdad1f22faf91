"""Ask for codes, times and hours; check what people can mistype."""

import unicodedata
from datetime import date, datetime

from wtforms import RadioField, SelectField, StringField
from wtforms.validators import ValidationError

from portal.clock import at
from portal.i18n import _
from portal.i18n import lazy_gettext as _l
from portal.web.forms import Day, Form, WallTime, line, seen
from portal.web.text import number_of


def _digits(text: str | None) -> str:
    return unicodedata.normalize("NFKC", text or "").replace(" ", "").strip()[:60]


class CodeForm(Form):
    """The six digits shown at the place."""

    code = StringField(_l("Six digits"), filters=[_digits], validators=[seen])

    def validate_code(self, field: StringField) -> None:
        """Take six digits and nothing else."""
        if len(field.data) != 6 or not (field.data.isascii() and field.data.isdecimal()):
            raise ValidationError(_("Six digits, please, as shown at the place."))


class DoubtForm(Form):
    """What is wrong with a record."""

    record = StringField(filters=[number_of])
    words = line(_l("What is wrong?"), 120, required=_l("Please write what is wrong."))


class SettleForm(Form):
    """What came of a doubt."""

    note = line(
        _l("What came of it"), 120, required=_l("Please write what came of it; the volunteer reads it.")
    )


class VoidForm(Form):
    """Why hours count no more."""

    reason = line(_l("Why?"), 120, required=_l("Please write why."))


class CountsForm(Form):
    """Whether the hours of a date count, of this one or of those after it, too."""

    counts = RadioField(_l("Hours of volunteers"), default="yes", validate_choice=False)
    reach = RadioField(_l("Which dates"), default="one", validate_choice=False)

    def offer(self) -> None:
        """Fill in what there is to choose from."""
        self.counts.choices = [
            ("yes", _("counted: it is volunteer service")),
            ("no", _("not counted")),
        ]
        self.reach.choices = [
            ("one", _("Only this date")),
            ("following", _("This one and those after it")),
        ]

    def validate_counts(self, field: RadioField) -> None:
        """Accept yes or no."""
        if field.data not in ("yes", "no"):
            raise ValidationError(_("Please choose one."))

    def validate_reach(self, field: RadioField) -> None:
        """Accept only what is offered."""
        if field.data not in ("one", "following"):
            raise ValidationError(_("Please choose one."))


class RollForm(Form):
    """Who has come; by volunteer number."""

    number = line(_l("Volunteer number"), 20, required=_l("Please write the volunteer number."))


class OutForm(Form):
    """When somebody went; empty for now."""

    out = WallTime(_l("Went at"))

    def moment_on(self, day: date) -> datetime | None:
        """Return the moment of that day, or None where no time was given."""
        return at(day, self.out.data) if self.out.data else None


class EntryForm(Form):
    """Hours written down by hand."""

    number = line(_l("Volunteer number"), 20, required=_l("Please write the volunteer number."))
    date = SelectField(_l("Activity"), validate_choice=False)
    day = Day(_l("Day"))
    hours = line(_l("Hours"), 5, required=_l("Please write how many hours."))
    reason = line(_l("Why by hand?"), 120, required=_l("Please write why."))
    evidence = line(_l("What shows it?"), 120, required=_l("Please write what shows it."))

    def validate_hours(self, field: StringField) -> None:
        """Take hours with at most one decimal."""
        if self.tenths is None:
            raise ValidationError(_("Write hours like 2 or 2.5."))

    @property
    def tenths(self) -> int | None:
        """Return the hours in tenths."""
        return tenths_of_text(self.hours.data)


def tenths_of_text(text: str | None) -> int | None:
    """Read hours with at most one decimal, as 2 or 2.5, in tenths; None if it is something else."""
    whole, _point, rest = _digits(text).partition(".")
    good = whole.isascii() and whole.isdecimal() and (not rest or (rest.isascii() and rest.isdecimal()))
    return int(whole) * 10 + int(rest or 0) if good and len(rest) <= 1 else None
