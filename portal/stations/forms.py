"""Ask where a station is, when it is open and how to reach it."""

import re
from datetime import time
from typing import Any

from wtforms import HiddenField
from wtforms.validators import ValidationError

from portal.errors import Refused
from portal.i18n import _, weekday_short
from portal.i18n import lazy_gettext as _l
from portal.stations import hours
from portal.stations.actions import Details, RoomDetails
from portal.stations.hours import Stretch
from portal.stations.models import Room, Station
from portal.web.forms import Form, count, line, paragraphs

PHONE = re.compile(r"^[0-9 +()\-－转#]{3,30}$")
STRETCH = re.compile(r"(\d{1,2})[:：.](\d{2})\s*[-–—~－到至]\s*(\d{1,2})[:：.](\d{2})")


def phone_check(form: Form, field: Any) -> None:
    """Refuse what cannot be a telephone number."""
    if field.data and not PHONE.match(field.data):
        raise ValidationError(_("A phone number has digits, spaces, - and + only."))


class HoursFields:
    """One line a weekday: “08:30–11:30, 14:30–17:00”, empty when closed."""

    day0 = line("", 60)
    day1 = line("", 60)
    day2 = line("", 60)
    day3 = line("", 60)
    day4 = line("", 60)
    day5 = line("", 60)
    day6 = line("", 60)

    def days(self) -> list[Any]:
        """List the seven fields, each labelled with its weekday."""
        found = []
        for number in range(7):
            field = self[f"day{number}"]  # type: ignore[index]
            field.label.text = weekday_short(number)
            found.append(field)
        return found

    def show_hours(self, stretches: tuple[Stretch, ...]) -> None:
        """Fill in the hours there are."""
        for number, field in enumerate(self.days()):
            field.data = ", ".join(
                f"{one.opens:%H:%M}–{one.closes:%H:%M}" for one in stretches if one.weekday == number
            )

    def stretches(self) -> tuple[Stretch, ...] | None:
        """Return the hours typed, or None with the fault beside its day."""
        found: list[Stretch] = []
        sound = True
        for number, field in enumerate(self.days()):
            text = (field.data or "").strip()
            try:
                found += [
                    Stretch(number, time(int(a), int(b)), time(int(c), int(d)))
                    for a, b, c, d in STRETCH.findall(text)
                ]
                left = STRETCH.sub("", text).strip(" ,，;；、")
                if left:
                    raise ValueError(left)
            except ValueError:
                sound = False
                self.refuse(f"day{number}", _("Write it like 08:30–11:30, 14:30–17:00."))  # type: ignore[attr-defined]
        if not sound:
            return None
        try:
            hours.check(found)
        except Refused as refusal:
            self.refuse(refusal.field, refusal.message)  # type: ignore[attr-defined]
            return None
        return tuple(sorted(found))


class StationForm(Form, HoursFields):
    """What residents need to know of a station."""

    version = HiddenField()
    address = line(_l("Address"), 120)
    directions = line(_l("How to find it"), 200)
    phone = line(_l("Phone"), 30)
    contact = line(_l("Who to ask"), 40)
    intro = paragraphs(_l("About the station"), 2000)

    def validate_phone(self, field: Any) -> None:
        """Refuse what cannot be a telephone number."""
        phone_check(self, field)

    def show(self, station: Station) -> None:
        """Fill the form with a station."""
        self.version.data = str(station.version)
        self.address.data = station.address
        self.directions.data = station.directions
        self.phone.data = station.phone
        self.contact.data = station.contact
        self.intro.data = station.intro
        self.show_hours(hours.stretches_of(station.hours))

    def details(self) -> Details:
        """Return what was entered, as plain values."""
        return Details(
            address=self.address.data or "",
            directions=self.directions.data or "",
            phone=self.phone.data or "",
            contact=self.contact.data or "",
            intro=self.intro.data or "",
        )


class RoomForm(Form, HoursFields):
    """A room and when it is open."""

    name = line(_l("Name"), 40, required=_l("Please give it a name."))
    name_en = line(_l("Name in English"), 60)
    seats = count(_l("Seats"), 1, 5000)

    def show(self, room: Room) -> None:
        """Fill the form with a room."""
        self.name.data = room.name
        self.name_en.data = room.name_en
        self.seats.data = room.seats
        self.show_hours(hours.stretches_of(room.hours))

    def details(self) -> RoomDetails:
        """Return what was entered, as plain values."""
        return RoomDetails(name=self.name.data, name_en=self.name_en.data or "", seats=self.seats.data)
