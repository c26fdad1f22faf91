"""Be the ground all forms stand on: token, idempotency key, tidy text, messages in the visitor's language."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any, ClassVar

from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    Field,
    HiddenField,
    IntegerField,
    RadioField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, Optional, ValidationError
from wtforms.widgets import HiddenInput

from portal.i18n import _
from portal.i18n import lazy_gettext as _l
from portal.web.text import UNSEEN, tidy, without_unseen

LONGEST_DAY = date(2100, 12, 31)
FIRST_DAY = date(2000, 1, 1)


class Form(FlaskForm):
    """A form with a token against forgery and, for what must happen once, a key."""

    form_errors: list[str]

    key = HiddenField(default=lambda: secrets.token_urlsafe(16), validators=[Length(max=64)])

    class Meta(FlaskForm.Meta):
        """Leave WTForms' own translations out: every message here is ours."""

        locales = False

    def refuse(self, field: str | None, message: str) -> None:
        """Put an action's refusal beside the field it speaks of."""
        target = self._fields.get(field or "")
        if target is None:
            self.form_errors = [*self.form_errors, message]
        else:
            target.errors = [*target.errors, message]

    def forgive(self) -> None:
        """Take all faults back, as of a form that nobody has sent yet."""
        self.form_errors = []
        for field in self:
            field.errors = ()

    @property
    def faults(self) -> list[tuple[str | None, str]]:
        """List (id of the field or None, message) in the order of the form."""
        found: list[tuple[str | None, str]] = [(None, message) for message in self.form_errors]
        for field in self:
            shown = None if isinstance(field.widget, HiddenInput) else field.id
            found += [(shown, str(message)) for message in field.errors]
        return found


def seen(form: Form, field: Field) -> None:
    """Refuse characters nobody can see, and take them out so that saving again works."""
    text = field.data or ""
    if UNSEEN.search(text):
        field.data = without_unseen(text)
        raise ValidationError(_("We took out characters that cannot be seen. Please check and save again."))


class WhiteSpaceCheck:
    """Demand more than white space."""

    field_flags = {"required": True}

    def __init__(self, message: Any) -> None:
        self.message = message

    def __call__(self, form: Form, field: Field) -> None:
        """Refuse an empty value."""
        if not field.data or not str(field.data).strip():
            raise ValidationError(str(self.message))


class Longest:
    """Limit the length of a text, saying by how much it is over; with `cut` browsers take no more."""

    def __init__(self, limit: int, cut: bool = True) -> None:
        self.limit = limit
        self.field_flags = {"maxlength": limit} if cut else {}

    def __call__(self, form: Form, field: Field) -> None:
        """Refuse what is longer than the limit."""
        length = len(field.data or "")
        if length > self.limit:
            raise ValidationError(
                _("Too long: %(length)s characters, at most %(limit)s.", length=length, limit=self.limit)
            )


class Tick(StringField):
    """A box to tick; its value is the version of the text agreed to, empty when it is not ticked."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Take the value of the box."""
        self.data = valuelist[0].strip()[:40] if valuelist else ""


class WhyShown(Form):
    """Why somebody looks at a full number, one of a feature's `reasons`; it is logged."""

    reasons: ClassVar[Mapping[str, Any]] = {}  # code → words
    reason = RadioField(_l("What for?"), validate_choice=False)

    def offer(self) -> None:
        """Fill in the reasons."""
        self.reason.choices = [(code, str(label)) for code, label in self.reasons.items()]

    def validate_reason(self, field: Field) -> None:
        """Demand one of the reasons."""
        if field.data not in self.reasons:
            raise ValidationError(_("Please say what for; it is logged."))


def line(label: Any, limit: int, required: Any = None, cut: bool = True, **kwargs: Any) -> StringField:
    """Make a field for one line of text; where `cut` is off, what is pasted comes whole and is refused."""
    checks: list[Any] = [WhiteSpaceCheck(required)] if required else []
    return StringField(
        label,
        filters=[lambda text: tidy(text).replace("\n", " ") if text else ""],
        validators=[seen, Longest(limit, cut), *checks],
        **kwargs,
    )


def paragraphs(label: Any, limit: int, **kwargs: Any) -> TextAreaField:
    """Make a field for a longer text."""
    return TextAreaField(
        label, filters=[lambda text: tidy(text) if text else ""], validators=[seen, Longest(limit)], **kwargs
    )


class WholeNumber(IntegerField):
    """A whole number, with our words for what is none."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Take digits, full-width ones too."""
        text = valuelist[0].strip() if valuelist else ""
        if not text:
            self.data = None
            return
        try:
            self.data = int(text)
        except ValueError:
            self.data = None
            raise ValueError(_("Please enter a whole number.")) from None


def count(label: Any, least: int, most: int, required: Any = None, **kwargs: Any) -> WholeNumber:
    """Make a field for a number of people or things between least and most."""

    def within(form: Form, field: Field) -> None:
        if field.data is not None and not least <= field.data <= most:
            raise ValidationError(_("Between %(least)s and %(most)s, please.", least=least, most=most))

    checks: list[Any] = [InputRequired(message=required)] if required else [Optional()]
    return WholeNumber(label, validators=[*checks, within], **kwargs)


class Day(DateField):
    """A date, with our words for what is none."""

    earliest = FIRST_DAY

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Take 2026-11-24, also written with slashes or dots."""
        text = valuelist[0].strip().replace("/", "-").replace(".", "-") if valuelist else ""
        if not text:
            self.data = None
            return
        try:
            self.data = date.fromisoformat("-".join(f"{int(part):02}" for part in text.split("-")))
        except ValueError:
            self.data = None
            raise ValueError(_("There is no such date. Write it like 2026-11-24.")) from None
        if not self.earliest <= self.data <= LONGEST_DAY:
            raise ValueError(_("That year is too far away."))


class Birthday(Day):
    """A day on which somebody alive may be born."""

    earliest = date(1900, 1, 1)


class WallTime(TimeField):
    """A time of day, with our words for what is none."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        """Take 9:30 or 09:30, with a full-width colon too."""
        text = valuelist[0].strip().replace("：", ":") if valuelist else ""
        if not text:
            self.data = None
            return
        try:
            hour, minute = text.split(":")[:2]
            self.data = time(int(hour), int(minute))
        except ValueError:
            self.data = None
            raise ValueError(_("There is no such time. Write it like 09:30.")) from None
