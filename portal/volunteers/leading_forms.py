"""Ask a leader what they decide about the people of their team."""

from datetime import date, datetime

from wtforms import StringField
from wtforms.validators import ValidationError

from portal.clock import at
from portal.i18n import _
from portal.i18n import lazy_gettext as _l
from portal.web.forms import Form, WallTime, line


class RefuseForm(Form):
    """Why somebody is not taken into the team."""

    reason = line(_l("If not, why"), 80, required=_l("Please write why not, in a line."))


class CallForm(Form):
    """At what time somebody came or went: now, unless the form asks for a time."""

    by = StringField()
    time = WallTime(_l("At what time"))

    def validate_time(self, field: WallTime) -> None:
        """Demand a time where one is asked for; an empty field does not mean now."""
        if self.by.data == "time" and field.data is None and not field.errors:
            raise ValidationError(_("At what time? Write it like 09:30."))

    def moment_on(self, day: date) -> datetime | None:
        """Return the moment of that day, or None for now."""
        return at(day, self.time.data) if self.time.data else None
