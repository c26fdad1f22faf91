"""Ask who would like to serve, what a team is, and for a code that activates a login."""

from typing import Any

from wtforms import BooleanField, PasswordField, SelectField, SelectMultipleField
from wtforms.validators import ValidationError

from portal.clock import today
from portal.i18n import _
from portal.i18n import lazy_gettext as _l
from portal.registrations.forms import Tick, what_is_wrong
from portal.registrations.party import is_phone, name_key, phone_of
from portal.volunteers.enrolment import OF_AGE, Person, age_on
from portal.volunteers.labels import KINDS
from portal.volunteers.models import Team, TeamKind
from portal.web.forms import Birthday, Form, WhiteSpaceCheck, line, paragraphs


class JoinForm(Form):
    """Who would like to join a team."""

    name = line(_l("Full name"), 40, required=_l("What is your name?"))
    phone = line(_l("Phone number"), 40, required=_l("Please leave a number to be reached at."))
    born_on = Birthday(_l("Birthday"), validators=[WhiteSpaceCheck(_l("Please fill in the birthday."))])
    skills = line(_l("What you are good at"), 80)
    word = line(_l("A word to the team"), 120)
    guardian = line(_l("Parent or guardian: name and phone"), 80)
    consent_guardian = Tick(_l("The guardian agrees"))
    consent = Tick(_l("I agree that you use this to take me in"))

    def validate_name(self, field: Any) -> None:
        """Refuse a name that holds nothing a name is told by."""
        if field.data and not name_key(field.data):
            raise ValidationError(_("What is your name?"))

    def validate_phone(self, field: Any) -> None:
        """Refuse what is no telephone number."""
        digits = phone_of(field.data or "")
        if field.data and not is_phone(digits):
            raise ValidationError(what_is_wrong(digits))

    def validate_guardian(self, field: Any) -> None:
        """Demand a guardian for whoever is under age."""
        if self.is_minor and not (field.data or "").strip():
            raise ValidationError(
                _(
                    "Under %(age)s a parent or guardian has to agree. Please write their name and phone.",
                    age=OF_AGE,
                )
            )

    def validate_consent_guardian(self, field: Any) -> None:
        """Demand the guardian's consent for whoever is under age."""
        if self.is_minor and not field.data:
            raise ValidationError(_("The guardian has to tick this."))

    def validate_consent(self, field: Any) -> None:
        """Demand consent."""
        if not field.data:
            raise ValidationError(_("Without this we may not keep your name and number."))

    @property
    def is_minor(self) -> bool:
        """Say whether the birthday is that of somebody under age."""
        return self.born_on.data is not None and age_on(self.born_on.data, today()) < OF_AGE

    def person(self) -> Person:
        """Return what was entered and found right, as plain values."""
        assert self.born_on.data is not None
        return Person(
            name=self.name.data,
            phone=phone_of(self.phone.data),
            born_on=self.born_on.data,
            skills=self.skills.data or "",
            guardian=self.guardian.data or "",
            guardian_consent=self.consent_guardian.data or "",
        )


class ActivateForm(Form):
    """Number, one-time code and a password of one's own."""

    number = line(_l("Volunteer number"), 20, required=_l("It stands on the slip, as V-00312."))
    code = line(_l("One-time code"), 20, required=_l("It stands on the slip, or the station reads it out."))
    password = PasswordField(
        _l("New password"), validators=[WhiteSpaceCheck(_l("Please choose a password."))]
    )

    def typed(self) -> tuple[str, str]:
        """Return (number, code) as they are kept, however they were typed."""
        number = (self.number.data or "").upper().replace(" ", "")
        digits = "".join(character for character in number if character.isdecimal())
        code = "".join(character for character in self.code.data or "" if character.isdecimal())
        return f"V-{digits:0>5}", code


class DecideForm(Form):
    """Whether somebody is taken into a team."""

    reason = line(_l("If not, why"), 80)


class TeamForm(Form):
    """What a team is and does."""

    name = line(_l("Name of the team"), 40, required=_l("What is the team called?"))
    organization = SelectField(_l("Organisation"), validate_choice=False)
    kind = SelectField(_l("Kind"), validate_choice=False)
    does = line(_l("What it does, in one line"), 60)
    text = paragraphs(_l("More about it"), 2000)
    skills = line(_l("Skills, with spaces between"), 80)
    times = line(_l("When it serves"), 60)
    serves = SelectMultipleField(_l("Which stations it serves"), validate_choice=False)
    leader = SelectField(_l("Leader"), validate_choice=False)
    takes_people = BooleanField(_l("Takes new people"), default=True)

    def offer(
        self,
        organizations: list[tuple[str, str]],
        stations: list[tuple[str, str]],
        members: list[tuple[str, str]],
    ) -> None:
        """Fill in what there is to choose from."""
        self.organization.choices = organizations
        self.kind.choices = [(kind.value, str(label)) for kind, label in KINDS.items()]
        self.serves.choices = stations
        self.leader.choices = [("", _("Nobody yet")), *members]

    def validate_organization(self, field: Any) -> None:
        """Accept only what is offered."""
        _one_of(field)

    def validate_kind(self, field: Any) -> None:
        """Accept only what is offered."""
        _one_of(field)

    def validate_leader(self, field: Any) -> None:
        """Accept only what is offered."""
        _one_of(field)

    def validate_serves(self, field: Any) -> None:
        """Accept only stations there are."""
        if {*(field.data or ())} - {value for value, _label in field.choices}:
            raise ValidationError(_("There is no such station."))

    def show(self, team: Team) -> None:
        """Fill the form with a team."""
        self.name.data, self.does.data, self.text.data = team.name, team.does, team.text
        self.organization.data, self.kind.data = str(team.organization_id), team.kind.value
        self.skills.data, self.times.data = team.skills, team.times
        self.serves.data = [str(station.id) for station in team.serves]
        self.leader.data = str(team.leader_id or "")
        self.takes_people.data = team.takes_people

    def kind_chosen(self) -> TeamKind:
        """Return the kind."""
        return TeamKind(self.kind.data)


def _one_of(field: Any) -> None:
    if field.data not in {value for value, _label in field.choices}:
        raise ValidationError(_("Please choose one."))
