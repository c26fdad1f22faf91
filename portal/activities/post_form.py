"""Ask for all of a new activity on one page."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from wtforms import RadioField, SelectField
from wtforms.validators import ValidationError

from portal.activities.content import Content, Where
from portal.activities.forms import ContentForm, PlaceFields, TimeFields
from portal.activities.models import Activity, Occurrence
from portal.activities.recurrences import Recurrence
from portal.activities.rule_form import RuleFields
from portal.clock import at, local, now
from portal.i18n import _
from portal.i18n import lazy_gettext as _l
from portal.web.forms import Day, WallTime, count

LATEST = timedelta(days=60)  # so far ahead something can be told to go out by itself
MORNING = time(8)


class PostForm(ContentForm, PlaceFields, TimeFields, RuleFields):
    """All of a new activity on one page."""

    seats = count(_l("How many can come"), 1, 100_000)
    counts_hours = RadioField(_l("Hours of volunteers"), default="yes", validate_choice=False)
    station = SelectField(_l("Which station leads"), validate_choice=False)
    publish_day = Day(_l("On which day"))
    publish_time = WallTime(_l("At what time"))

    def validate_station(self, field: Any) -> None:
        """Accept only a station within the scope."""
        if field.data not in {value for value, _label in field.choices}:
            raise ValidationError(_("Please choose the station."))

    def offer(
        self,
        series: list[tuple[str, str]],
        cohosts: list[tuple[str, str]],
        teams: list[tuple[str, str]],
    ) -> None:
        """Fill in what there is to choose from."""
        super().offer(series, cohosts, teams)
        self.counts_hours.choices = [
            ("yes", _("counted: it is volunteer service")),
            ("no", _("not counted")),
        ]

    def validate_counts_hours(self, field: Any) -> None:
        """Accept yes or no."""
        if field.data not in ("yes", "no"):
            raise ValidationError(_("Please choose one."))

    def content(self) -> Content:
        """Return what was entered, with whether hours count."""
        return replace(super().content(), counts_hours=self.counts_hours.data == "yes")

    def show_content(self, activity: Activity) -> None:
        """Fill the form with an activity, with whether hours count."""
        super().show_content(activity)
        self.counts_hours.data = "yes" if activity.counts_hours else "no"

    def where(self) -> Where:
        """Return where it takes place, and how many find room there."""
        return replace(super().where(), seats=self.seats.data)

    def show_place(self, place: Activity | Occurrence | Recurrence) -> None:
        """Fill in the place with its seats, too."""
        super().show_place(place)
        self.seats.data = place.seats

    def validate_publish_day(self, field: Any) -> None:
        """Accept a moment to come, not too far ahead."""
        if self.publish_time.data and not field.data:
            raise ValidationError(_("On which day should it go out?"))
        moment = self.publish_at()
        if moment is None:
            return
        if moment <= now():
            raise ValidationError(_("That moment has passed. Leave both empty to publish at once."))
        if moment > now() + LATEST:
            raise ValidationError(_("It can wait for %(days)s days at most.", days=LATEST.days))

    def publish_at(self) -> datetime | None:
        """Return when it goes out by itself: in the morning if no time is said; None for at once."""
        if not self.publish_day.data:
            return None
        return at(self.publish_day.data, self.publish_time.data or MORNING)

    def show_publishing(self, activity: Activity) -> None:
        """Fill in when a draft goes out by itself."""
        if activity.publish_at is not None:
            moment = local(activity.publish_at)
            self.publish_day.data, self.publish_time.data = moment.date(), moment.time()
