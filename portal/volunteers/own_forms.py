"""Ask volunteers what they can do and when, for another phone number, and whether they really leave."""

from typing import Any

from wtforms import BooleanField, PasswordField, RadioField, SelectMultipleField
from wtforms.validators import ValidationError

from portal.contact import is_phone, phone_of, what_is_wrong
from portal.i18n import _
from portal.i18n import lazy_gettext as _l
from portal.volunteers.models import Volunteer
from portal.volunteers.personal import DAYS, PARTS, Said
from portal.web.forms import Form, WhiteSpaceCheck, line


class SaidForm(Form):
    """Skills, and the parts of the week that are free: each is the number of its bit."""

    skills = line(_l("What you are good at"), 80)
    free = SelectMultipleField(_l("When you have time"), validate_choice=False)

    def show(self, volunteer: Volunteer) -> None:
        """Fill the form with what is kept."""
        self.skills.data = volunteer.skills
        self.free.data = [str(part) for part in range(DAYS * PARTS) if volunteer.free >> part & 1]

    def validate_free(self, field: Any) -> None:
        """Accept only parts of the week."""
        if {*(field.data or ())} - {str(part) for part in range(DAYS * PARTS)}:
            raise ValidationError(_("Please choose one."))

    def said(self) -> Said:
        """Return what was entered, as plain values."""
        return Said(self.skills.data or "", sum(1 << int(part) for part in {*(self.free.data or ())}))


class PhoneForm(Form):
    """Another phone number; it signs in, too."""

    phone = line(_l("New phone number"), 40, required=_l("Which number?"))
    password = PasswordField(
        _l("Present password"), validators=[WhiteSpaceCheck(_l("Please type your present password."))]
    )

    def validate_phone(self, field: Any) -> None:
        """Refuse what is no telephone number."""
        digits = phone_of(field.data or "")
        if field.data and not is_phone(digits):
            raise ValidationError(what_is_wrong(digits))


class LeaveTeamForm(Form):
    """Which team one leaves."""

    membership = RadioField(_l("Which team?"), validate_choice=False)

    def validate_membership(self, field: Any) -> None:
        """Accept only one's own."""
        if field.data not in {value for value, _label in field.choices}:
            raise ValidationError(_("Please choose one."))


class LeaveForm(Form):
    """That one leaves altogether."""

    sure = BooleanField(_l("I know that this cannot be taken back"))
    password = PasswordField(
        _l("Present password"), validators=[WhiteSpaceCheck(_l("Please type your present password."))]
    )

    def validate_sure(self, field: Any) -> None:
        """Demand the tick."""
        if not field.data:
            raise ValidationError(_("Please tick this if you are sure."))
