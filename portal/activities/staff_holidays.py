"""Let the centre enter the State Council's notice: paste it, look, take it over."""

from collections.abc import Sequence
from typing import Any

from flask import Response, flash, request, url_for
from wtforms import RadioField
from wtforms.validators import ValidationError

from portal.access import STAFF, WRITERS, actor, only, scope
from portal.activities import holidays, lunar
from portal.activities.holidays import Named
from portal.activities.staff import bp
from portal.clock import today
from portal.errors import Forbidden
from portal.i18n import _
from portal.i18n import lazy_gettext as _l
from portal.web.answers import go, page
from portal.web.forms import Form, count, paragraphs

YEARS_AHEAD = 3


class NoticeForm(Form):
    """A year, and what its notice says."""

    year = count(_l("Year"), 2005, 2099, required=_l("Of which year is it?"))
    way = RadioField(_l("What you paste"), default="notice", validate_choice=False)
    text = paragraphs(_l("The notice"), 8000)

    def offer(self) -> None:
        """Fill in the ways."""
        self.way.choices = [
            ("notice", _("the text of the notice")),
            ("csv", _("lines: date, off or work, name")),
        ]

    def validate_way(self, field: Any) -> None:
        """Accept only the two ways."""
        if field.data not in ("notice", "csv"):
            raise ValidationError(_("Please choose one."))

    def validate_text(self, field: Any) -> None:
        """Demand a text."""
        if not (field.data or "").strip():
            raise ValidationError(_("Please paste the notice."))

    def read(self) -> tuple[list[Named], list[str]]:
        """Return the days it names, and what could not be read."""
        read = holidays.read_csv if self.way.data == "csv" else holidays.read_notice
        return read(self.text.data, self.year.data or 0)


@bp.get("/holidays")
@only(*STAFF)
def holidays_form() -> Response:
    """Show which years are known, and offer to enter another."""
    form = NoticeForm(formdata=None)
    form.year.data = next(
        (year for year in range(today().year, today().year + YEARS_AHEAD) if not known(year)), None
    )
    return _page(form, 200)


@bp.post("/holidays")
@only(*WRITERS)
def enter_holidays() -> Response:
    """Show what a notice says, or take it over."""
    if not scope().everything:
        raise Forbidden
    form = NoticeForm()
    form.offer()
    if not form.validate():
        return _page(form, 422)
    days, faults = form.read()
    if faults or not days:
        form.refuse("text", _("Some of it was not understood. Nothing was taken over."))
        return _page(form, 422, days, faults)
    if request.form.get("intent") != "take":
        return _page(form, 200, days, looked=True)
    holidays.take_over(form.year.data or 0, days, actor())
    flash(_("Taken over. Calendars show it within a minute."))
    return go(url_for(".holidays_form"))


def known(year: int) -> bool:
    """Say whether the notice of a year is known here."""
    return lunar.holidays_published(year)


def _page(
    form: NoticeForm,
    status: int,
    days: Sequence[Named] = (),
    faults: Sequence[str] = (),
    looked: bool = False,
) -> Response:
    form.offer()
    first = today().year - 1
    return page(
        "staff/holidays.html",
        status,
        form=form,
        days=days,
        faults=faults,
        looked=looked,
        years=[(year, known(year)) for year in range(first, first + YEARS_AHEAD + 1)],
        may_enter=actor().role in WRITERS and scope().everything,
        day_facts=lunar.day_facts,
        cell_label=lunar.cell_label,
    )
