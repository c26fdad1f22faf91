"""Ask where a station is, when it is open and how to reach it."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import product
from typing import Any, TypeVar

from wtforms import HiddenField
from wtforms.validators import ValidationError

from portal.errors import Refused
from portal.i18n import _, weekday_short
from portal.i18n import lazy_gettext as _l
from portal.stations import hours
from portal.stations.actions import Details, RoomDetails
from portal.stations.hours import Stretch
from portal.stations.models import Room, Station
from portal.web.forms import Form, WallTime, count, line, paragraphs

PHONE = re.compile(r"^[0-9 +()\-－转#]{3,30}$")
TURNS = (1, 2, 3)  # stretches of one day: morning, afternoon, evening

F = TypeVar("F", bound="HoursFields")


def phone_check(form: Form, field: Any) -> None:
    """Refuse what cannot be a telephone number; full-width digits count as digits."""
    field.data = unicodedata.normalize("NFKC", field.data or "")
    if field.data and not PHONE.match(field.data):
        raise ValidationError(_("A phone number has digits, spaces, - and + only."))


class HoursFields:
    """Up to three stretches a weekday, each from one time to another; a day left empty is closed."""

    def times(self, day: int, turn: int) -> tuple[Any, Any]:
        """Return the two fields of a weekday's first, second or third stretch: (opens, closes)."""
        return self[f"opens_{day}_{turn}"], self[f"closes_{day}_{turn}"]  # type: ignore[index]

    def week(self) -> list[tuple[str, list[tuple[Any, Any]]]]:
        """List the weekdays: name, and the fields of each stretch."""
        return [(weekday_short(day), [self.times(day, turn) for turn in TURNS]) for day in range(hours.WEEK)]

    def show_hours(self, stretches: Sequence[Stretch]) -> None:
        """Fill in the hours there are."""
        for day in range(hours.WEEK):
            of_day = [one for one in stretches if one.weekday == day]
            for turn, one in zip(TURNS, of_day, strict=False):
                opens, closes = self.times(day, turn)
                opens.data, closes.data = one.opens, one.closes

    def repeat_first_day(self) -> None:
        """Fill the other days in as Monday is."""
        for day in range(1, hours.WEEK):
            for turn in TURNS:
                for field, first in zip(self.times(day, turn), self.times(0, turn), strict=True):
                    field.data, field.raw_data = first.data, first.raw_data

    def stretches(self) -> tuple[Stretch, ...] | None:
        """Return the hours typed, or None with each fault beside its time; call after validate()."""
        found: list[Stretch] = []
        sound = True
        for day in range(hours.WEEK):
            of_day: list[Stretch] = []
            for turn in TURNS:
                fields = self.times(day, turn)
                self._take(day, *fields, of_day)
                for field in fields:
                    field.errors = [
                        _("%(day)s: %(fault)s", day=weekday_short(day), fault=fault) for fault in field.errors
                    ]
                    sound = sound and not field.errors
            found += of_day
        return tuple(sorted(found)) if sound else None

    def _take(self, day: int, opens: Any, closes: Any, of_day: list[Stretch]) -> None:
        if opens.errors or closes.errors or (opens.data is None and closes.data is None):
            return
        if opens.data is None or closes.data is None:
            empty = opens if opens.data is None else closes
            self.refuse(empty.name, _("Fill in both times, or leave both empty."))  # type: ignore[attr-defined]
            return
        one = Stretch(day, opens.data, closes.data)
        try:
            hours.check([*of_day, one])
        except Refused as refusal:
            self.refuse(closes.name, refusal.message)  # type: ignore[attr-defined]
        else:
            of_day.append(one)


def with_week(form: type[F]) -> type[F]:
    """Add the fields of HoursFields to a form, after its own."""
    for day, turn, edge in product(range(hours.WEEK), TURNS, ("opens", "closes")):
        setattr(form, f"{edge}_{day}_{turn}", WallTime())
    return form


@with_week
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


@with_week
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
