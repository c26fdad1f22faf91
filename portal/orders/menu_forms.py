"""Ask what is said of an edition of the menu and of its items; check what people can mistype."""

from itertools import groupby
from typing import Any

from wtforms import HiddenField, RadioField, SelectField, SelectMultipleField
from wtforms.validators import ValidationError

from portal.activities.labels import AUDIENCES, CATEGORIES
from portal.activities.models import Audience, Category
from portal.i18n import _, pgettext
from portal.i18n import lazy_gettext as _l
from portal.orders.menu_items import Service
from portal.orders.menu_labels import ICONS, PLACES
from portal.orders.menu_models import Menu, MenuItem, Where
from portal.orders.menu_queries import ORDER
from portal.orders.menus import Edition
from portal.stations.queries import StationCard
from portal.volunteers.labels import KINDS
from portal.volunteers.models import Team, TeamKind
from portal.web.forms import Day, Form, WhiteSpaceCheck, count, line, paragraphs

BITS = 21  # parts of a week


class MenuForm(Form):
    """What is said of an edition."""

    version = HiddenField()
    station = SelectField(_l("Whose menu it is"), validate_choice=False)
    title = line(_l("Which edition"), 40, required=_l("Please give it a title, like “third edition”."))
    starts_on = Day(_l("First day"), validators=[WhiteSpaceCheck(_l("When does it begin?"))])
    ends_on = Day(_l("Last day"), validators=[WhiteSpaceCheck(_l("When does it end?"))])
    text = line(_l("One sentence on top"), 120)

    def offer(self, stations: list[StationCard]) -> None:
        """Fill in the stations one may make an edition for."""
        self.station.choices = [(str(card.id), card.short_name) for card in stations]

    def validate_station(self, field: Any) -> None:
        """Accept only what is offered; asked for once, when the edition is made."""
        if field.choices and field.data not in {value for value, _label in field.choices}:
            raise ValidationError(_("There is no such station."))

    def validate_ends_on(self, field: Any) -> None:
        """Refuse dates in the wrong order."""
        if field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError(_("The last day lies before the first. Please check both."))

    def edition(self) -> Edition:
        """Return what was entered, as plain values."""
        assert self.starts_on.data is not None
        assert self.ends_on.data is not None
        return Edition(self.title.data, self.starts_on.data, self.ends_on.data, self.text.data or "")

    def show(self, menu: Menu) -> None:
        """Fill the form with an edition."""
        self.version.data = str(menu.version)
        self.title.data, self.text.data = menu.title, menu.text
        self.starts_on.data, self.ends_on.data = menu.starts_on, menu.ends_on


class ItemForm(Form):
    """What is said of one service."""

    version = HiddenField()
    title = line(_l("What is on offer"), 40, required=_l("What is on offer? A few words will do."))
    category = RadioField(_l("Which platform"), default=Category.VOLUNTEERING.value, validate_choice=False)
    summary = line(_l("In one line: how long, what comes with it"), 60)
    text = paragraphs(_l("More about it"), 2000)
    audience = SelectField(_l("For whom"), default=Audience.EVERYONE.value, validate_choice=False)
    place = RadioField(_l("Where it can be had"), default=Where.EITHER.value, validate_choice=False)
    times = SelectMultipleField(_l("When it is on offer"), validate_choice=False)
    lead_days = count(
        _l("Order so many working days ahead"),
        0,
        60,
        required=_l("How many days? 0 is the same day."),
        default=2,
    )
    people_min = count(_l("From how many people on"), 1, 1000, default=1)
    people_max = count(_l("Up to how many people"), 1, 1000)
    teams = SelectMultipleField(_l("Which teams serve it"), validate_choice=False)
    stations = SelectMultipleField(_l("At which stations"), validate_choice=False)
    skill = line(_l("Skill that is needed"), 40)
    qualification = line(_l("Papers that whoever serves must have"), 60)
    risk = paragraphs(_l("Risk and insurance"), 300)
    bring = line(_l("What to get ready"), 120)
    icon = SelectField(_l("Drawing"), default="", validate_choice=False)

    kinds: list[tuple[str, list[tuple[str, str]]]]

    def offer(self, stations: list[StationCard], teams: list[Team]) -> None:
        """Fill in what there is to choose from; teams are sorted by kind."""
        self.category.choices = [(code.value, str(CATEGORIES[code])) for code in ORDER]
        self.audience.choices = [(code.value, str(label)) for code, label in AUDIENCES.items()]
        self.place.choices = [(code.value, str(label)) for code, label in PLACES.items()]
        self.times.choices = [(str(bit), str(bit)) for bit in range(BITS)]
        self.stations.choices = [(str(card.id), card.short_name) for card in stations]
        self.teams.choices = [(str(team.id), team.name) for team in teams]
        self.icon.choices = [
            ("", pgettext("drawing", "that of the platform")),
            *((name, str(label)) for name, label in ICONS.items()),
        ]
        order = list(KINDS)
        ranked = sorted(teams, key=lambda team: order.index(team.kind))
        self.kinds = [
            (str(KINDS[TeamKind(kind)]), [(str(team.id), team.name) for team in those])
            for kind, those in groupby(ranked, key=lambda team: team.kind)
        ]

    def validate_category(self, field: Any) -> None:
        """Accept only what is offered."""
        _one_of(field)

    def validate_audience(self, field: Any) -> None:
        """Accept only what is offered."""
        _one_of(field)

    def validate_place(self, field: Any) -> None:
        """Accept only what is offered."""
        _one_of(field)

    def validate_icon(self, field: Any) -> None:
        """Accept only what is offered."""
        _one_of(field)

    def validate_times(self, field: Any) -> None:
        """Accept only parts of a week."""
        _some_of(field, _("There is no such time."))

    def validate_teams(self, field: Any) -> None:
        """Accept only open teams."""
        _some_of(field, _("One of the teams is no longer there. Please choose again."))

    def validate_stations(self, field: Any) -> None:
        """Accept only stations of the edition."""
        _some_of(field, _("Only stations of this edition can be named."))

    def validate_people_max(self, field: Any) -> None:
        """Refuse numbers in the wrong order."""
        if field.data is not None and field.data < (self.people_min.data or 1):
            raise ValidationError(_("“Up to” is less than “from”. Please check both numbers."))

    def service(self) -> Service:
        """Return what was entered, as plain values."""
        return Service(
            title=self.title.data,
            category=Category(self.category.data),
            summary=self.summary.data or "",
            text=self.text.data or "",
            audience=Audience(self.audience.data),
            place=Where(self.place.data),
            times=sum(1 << int(bit) for bit in set(self.times.data or ())),
            lead_days=self.lead_days.data or 0,
            people_min=self.people_min.data or 1,
            people_max=self.people_max.data,
            skill=self.skill.data or "",
            qualification=self.qualification.data or "",
            risk=self.risk.data or "",
            bring=self.bring.data or "",
            icon=self.icon.data or "",
            teams=_ids(self.teams),
            stations=_ids(self.stations),
        )

    def show(self, item: MenuItem) -> None:
        """Fill the form with an item."""
        self.version.data = str(item.version)
        for name in ("title", "summary", "text", "skill", "qualification", "risk", "bring", "icon"):
            self[name].data = getattr(item, name)
        for name in ("lead_days", "people_min", "people_max"):
            self[name].data = getattr(item, name)
        for name in ("category", "audience", "place"):
            self[name].data = getattr(item, name).value
        self.times.data = [str(bit) for bit in range(BITS) if item.times >> bit & 1]
        self.teams.data = [str(team.id) for team in item.teams]
        self.stations.data = [str(station.id) for station in item.stations]


def _one_of(field: Any) -> None:
    if field.data not in {value for value, _label in field.choices}:
        raise ValidationError(_("Please choose one."))


def _some_of(field: Any, message: str) -> None:
    if {*(field.data or ())} - {value for value, _label in field.choices}:
        raise ValidationError(message)


def _ids(field: Any) -> tuple[int, ...]:
    return tuple(sorted({int(value) for value in field.data or ()}))
