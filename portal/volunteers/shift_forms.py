"""Ask what a shift is to be, who is put on or taken off, and why one is cancelled."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from wtforms import BooleanField, SelectField
from wtforms.validators import ValidationError

from portal.activities.models import Occurrence
from portal.clock import at, local
from portal.i18n import _, day_name, short_day
from portal.i18n import lazy_gettext as _l
from portal.volunteers.models import Team
from portal.volunteers.shift_models import MOST_PEOPLE, Shift
from portal.volunteers.shifts import Wanted
from portal.web.forms import Form, WallTime, count, line
from portal.web.text import number_of

MOST_CUT_OFF = 336  # hours, two weeks
MOST_AGE = 120


class ShiftForm(Form):
    """A shift of a date: what, when, for whom; on one of its days where it spans several."""

    role = line(_l("What to do"), 40, required=_l("What is there to do?"))
    day = SelectField(_l("On which day"), validate_choice=False)
    starts = WallTime(_l("From"))
    ends = WallTime(_l("Until"))
    head_count = count(_l("How many people"), 1, MOST_PEOPLE, required=_l("How many?"), default=2)
    team = SelectField(_l("Which team"), validate_choice=False)
    min_age = count(_l("From which age"), 0, MOST_AGE)
    cut_off_hours = count(
        _l("Withdraw until so many hours before"),
        0,
        MOST_CUT_OFF,
        required=_l("How many hours before?"),
        default=2,
    )
    skill = line(_l("Needed skill"), 40)
    word = line(_l("Where to meet, what to bring"), 120)
    anyway = BooleanField(_l("Ask for it all the same"))

    def offer(self, occurrence: Occurrence, teams: Iterable[Team], shift: Shift | None = None) -> None:
        """Fill in the days and teams to choose from; those of the shift as it is among them.

        The eve and the day after are, too, to set up and to clear away.
        """
        self.usual = f"{local(occurrence.starts_at).date()}"
        days = {*_days(occurrence)} | ({local(shift.starts_at).date()} if shift is not None else set())
        self.day.choices = [(f"{day}", f"{short_day(day)} {day_name(day)}") for day in sorted(days)]
        named = {team.id: team.name for team in teams}
        if shift is not None and shift.team is not None:
            named.setdefault(shift.team.id, shift.team.name)
        self.team.choices = [("", _("Any team")), *((str(team_id), name) for team_id, name in named.items())]

    def begin(self, occurrence: Occurrence) -> None:
        """Suggest the hours of the date, on its first day."""
        self.day.data = f"{local(occurrence.starts_at).date()}"
        self.starts.data, self.ends.data = (
            local(occurrence.starts_at).time(),
            local(occurrence.ends_at).time(),
        )

    def show(self, shift: Shift) -> None:
        """Fill the form with a shift as it is."""
        self.role.data, self.skill.data, self.word.data = shift.role, shift.skill, shift.word
        self.day.data = f"{local(shift.starts_at).date()}"
        self.starts.data, self.ends.data = local(shift.starts_at).time(), local(shift.ends_at).time()
        self.head_count.data, self.min_age.data = shift.head_count, shift.min_age
        self.cut_off_hours.data, self.team.data = shift.cut_off_hours, str(shift.team_id or "")

    def validate_day(self, field: Any) -> None:
        """Accept a day on offer; without any it is the first of the date."""
        field.data = field.data or self.usual
        if field.data not in [value for value, _label in field.choices]:
            raise ValidationError(_("Please choose one."))

    def validate_team(self, field: Any) -> None:
        """Accept only a team on offer."""
        if (field.data or "") not in {value for value, _label in field.choices}:
            raise ValidationError(_("Please choose one."))

    def validate_starts(self, field: Any) -> None:
        """Demand both times; what is no time has been said already."""
        mistyped = field.process_errors or self.ends.process_errors
        if not mistyped and (field.data is None or self.ends.data is None):
            raise ValidationError(_("From when until when?"))

    @property
    def clashes(self) -> bool:
        """Say whether the tick has to be shown: the team is busy then, or somebody has ticked it."""
        return bool(self.anyway.errors or self.anyway.data)

    def wanted(self) -> Wanted:
        """Return what was entered and found right, as plain values."""
        assert self.starts.data is not None
        assert self.ends.data is not None
        day = date.fromisoformat(self.day.data)
        return Wanted(
            role=self.role.data,
            starts_at=at(day, self.starts.data),
            ends_at=at(day, self.ends.data),
            head_count=self.head_count.data or 0,
            team_id=number_of(self.team.data) or None,
            min_age=self.min_age.data,
            skill=self.skill.data,
            word=self.word.data,
            cut_off_hours=self.cut_off_hours.data or 0,
            anyway=bool(self.anyway.data),
        )


def _days(occurrence: Occurrence) -> list[date]:
    first = local(occurrence.starts_at).date() - timedelta(days=1)
    last = local(occurrence.ends_at).date() + timedelta(days=1)
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


class PutOnForm(Form):
    """Somebody to put on a shift, by number or name."""

    who = line(_l("Name or volunteer number"), 40, required=_l("Who?"))
    overlap_reason = line(_l("If they have another shift then: why both?"), 120)


class TakeOffForm(Form):
    """Why somebody is taken off a shift."""

    reason = line(_l("Why? They are told."), 120, required=_l("Please say why; they are told."))


class ShiftReasonForm(Form):
    """Why a shift is cancelled."""

    reason = line(_l("Why? Those on it are told."), 120, required=_l("Please say why; they are told."))
