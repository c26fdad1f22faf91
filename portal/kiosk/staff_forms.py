"""Ask staff which screen stands before them, how it is set, and what is to stand on the boards."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any

from wtforms import HiddenField, SelectField
from wtforms.validators import ValidationError

from portal.clock import today
from portal.i18n import _, lazy_pgettext
from portal.i18n import lazy_gettext as _l
from portal.kiosk import notices, pairing
from portal.kiosk.models import NAME_MOST, NOTICE_MOST, Kiosk
from portal.stations.queries import StationCard
from portal.web.forms import Day, Form, WallTime, WhiteSpaceCheck, line
from portal.web.text import tidy

CODE = re.compile(f"[0-9]{{{pairing.DIGITS}}}")
QUIET = ("hours", "opening", "end")  # so long nobody is told; the last: tell again


class PairForm(Form):
    """The code on the screen, and where it stands."""

    code = line(_l("The six digits on the screen"), 20, required=_l("Which six digits does the screen show?"))
    name = line(_l("Where it stands"), NAME_MOST, required=_l("Where does it stand? As: service hall."))

    def validate_code(self, field: Any) -> None:
        """Demand six digits, however they are spaced."""
        if field.data and not CODE.fullmatch(pairing.read_code(field.data)):
            raise ValidationError(_("Six digits, as on the screen."))


class NoticeForm(Form):
    """What is to stand on the boards, until when and where."""

    # Half of a sentence would be on the wall before anybody sees it.
    text = line(_l("Text"), NOTICE_MOST, required=_l("What is to stand there?"), cut=False)
    until = Day(_l("Up to and including"), validators=[WhiteSpaceCheck(_l("Until which day?"))])
    station = SelectField(_l("On the boards of"), validate_choice=False)

    def offer(self, places: Sequence[StationCard]) -> None:
        """Fill in the stations to choose from."""
        self.station.choices = [(str(place.id), place.short_name) for place in places]

    def start(self, asked: Mapping[str, str]) -> None:
        """Begin with a week, or with what an address asks for: a notice that was taken down."""
        self.text.data = tidy(asked.get("text", ""))[:NOTICE_MOST]
        try:
            self.until.data = date.fromisoformat(asked.get("until", ""))
        except ValueError:
            self.until.data = today() + notices.USUAL
        self.station.data = asked.get("station")

    def validate_station(self, field: Any) -> None:
        """Accept only what is offered."""
        if field.data not in [value for value, _label in field.choices]:
            raise ValidationError(_("Please choose a station."))


class SettingsForm(Form):
    """Where a screen stands, and when it is bright."""

    name = line(_l("Where it stands"), NAME_MOST, required=_l("Where does it stand? As: service hall."))
    bright_from = WallTime(_l("Bright from"))
    bright_until = WallTime(lazy_pgettext("bright", "until"))

    def start(self, kiosk: Kiosk) -> None:
        """Begin with how it is set."""
        self.name.data = kiosk.name
        self.bright_from.data, self.bright_until.data = kiosk.bright_from, kiosk.bright_until

    def validate_bright_from(self, field: Any) -> None:
        """Demand both times or none."""
        self._both(field, self.bright_until)

    def validate_bright_until(self, field: Any) -> None:
        """Demand both times or none."""
        self._both(field, self.bright_from)

    def _both(self, field: Any, other: Any) -> None:
        if (
            field.data is None
            and (other.data is not None or other.process_errors)
            and not field.process_errors
        ):
            raise ValidationError(_("Both times, or none."))

    def bright(self) -> tuple[time, time] | None:
        """Return between which times it is bright; None: as its station is open."""
        begins, ends = self.bright_from.data, self.bright_until.data
        return None if begins is None or ends is None else (begins, ends)


class QuietForm(Form):
    """For how long nobody is to be told that a screen is silent."""

    n = HiddenField()

    def validate_n(self, field: Any) -> None:
        """Accept only what is offered."""
        if field.data not in QUIET:
            raise ValidationError(_("Please choose for how long."))
