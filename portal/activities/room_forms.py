"""Ask who wants a room, when and what for; check what people can mistype."""

from datetime import date
from typing import Any

from wtforms.validators import ValidationError

from portal.activities import room_consent
from portal.activities.room_free import Wish
from portal.activities.room_rules import Asker
from portal.contact import is_phone, name_key, phone_of, what_is_wrong
from portal.i18n import _, lazy_pgettext
from portal.i18n import lazy_gettext as _l
from portal.web.forms import Day, Form, Tick, WallTime, WhiteSpaceCheck, WhyShown, count, line

SHOW_REASONS = {
    "answer": _l("to tell of the answer"),
    "change": _l("to tell of a change"),
    "check": _l("to check the number with them"),
}


class RoomForm(Form):
    """When, what for, how many, and who; the same for residents and at the desk."""

    day = Day(_l("Day"), validators=[WhiteSpaceCheck(_l("On which day?"))])
    opens = WallTime(_l("From"), validators=[WhiteSpaceCheck(_l("From when on?"))])
    closes = WallTime(_l("Until"), validators=[WhiteSpaceCheck(_l("Until when?"))])
    purpose = line(_l("What for"), 120, required=_l("What do you need the room for?"))
    people = count(lazy_pgettext("room request", "How many people"), 1, 100_000, _l("How many of you?"))
    name = line(_l("Full name"), 40, required=_l("What is your name?"))
    phone = line(_l("Phone number"), 40)

    def start(self, day: date | None) -> None:
        """Begin with a day that was chosen before."""
        self.day.data = day

    def validate_name(self, field: Any) -> None:
        """Refuse a name that holds nothing a name is told by."""
        if field.data and not name_key(field.data):
            raise ValidationError(_("What is your name?"))

    def validate_phone(self, field: Any) -> None:
        """Refuse what is no telephone number, saying what is wrong with it."""
        digits = phone_of(field.data or "")
        if digits and not is_phone(digits):
            raise ValidationError(what_is_wrong(digits))

    def wish(self) -> Wish:
        """Return what is wanted, as plain values; the form has been found valid."""
        day, opens, closes, people = self.day.data, self.opens.data, self.closes.data, self.people.data
        assert day is not None
        assert opens is not None
        assert closes is not None
        assert people is not None
        return Wish(day, opens, closes, self.purpose.data or "", people)

    def asker(self) -> Asker:
        """Return who wants it, as plain values."""
        return Asker(name=self.name.data, phone=phone_of(self.phone.data or ""))


class AskForm(RoomForm):
    """What a resident fills in; everything on one page."""

    consent = Tick()

    def validate_phone(self, field: Any) -> None:
        """Demand a number: without it nobody can be told the answer."""
        if not phone_of(field.data or ""):
            raise ValidationError(_("Your phone number, please. Without one, ask at the station."))
        super().validate_phone(field)

    def validate_consent(self, field: Any) -> None:
        """Demand the tick, to the text of today."""
        if not room_consent.agreed(field.data):
            raise ValidationError(_("Please tick that we may use this for your request."))


class DeskRoomForm(RoomForm):
    """What staff write down for whoever rings or drops in; a phone number is welcome, not needed."""

    consent = Tick(_l("Read out, and they agree to be written down"))

    def validate_consent(self, field: Any) -> None:
        """Demand that they were asked."""
        if not field.data:
            raise ValidationError(_("Ask whether they agree to be written down, then tick."))


class WhyForm(Form):
    """Why they cannot have the room; they read it."""

    reason = line(_l("Why?"), 120, required=_l("Please say why; they read it."))


class ShowRoomPhoneForm(WhyShown):
    """Why somebody looks at a full number of who asked for a room."""

    reasons = SHOW_REASONS
