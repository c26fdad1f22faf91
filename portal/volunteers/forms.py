"""Ask who would like to serve, what a team is, and for a code that activates a login."""

from datetime import date
from typing import Any

from wtforms import BooleanField, PasswordField, SelectField, SelectMultipleField
from wtforms.validators import ValidationError

from portal.contact import is_phone, name_key, phone_of, what_is_wrong
from portal.i18n import _
from portal.i18n import lazy_gettext as _l
from portal.registrations import consent
from portal.registrations.labels import RELATIONS
from portal.volunteers import ages
from portal.volunteers.enrolment import NO_GUARDIAN, Guardian, Person
from portal.volunteers.labels import KINDS
from portal.volunteers.models import Organization, Team, TeamKind
from portal.web.forms import Birthday, Form, Tick, WhiteSpaceCheck, line, paragraphs


class GuardianChecks:
    """Check who answers for somebody under age; forms put the fields where they belong among theirs."""

    guardian: Any
    guardian_relation: Any
    guardian_phone: Any
    consent_guardian: Any
    consent_children: Any

    @property
    def is_minor(self) -> bool:
        """Say whether it is for somebody under age."""
        raise NotImplementedError

    @property
    def is_child(self) -> bool:
        """Say whether the children's rules hold for them."""
        raise NotImplementedError

    def validate_guardian(self, field: Any) -> None:
        """Demand a guardian for whoever is under age."""
        if self.is_minor and not name_key(field.data or ""):
            raise ValidationError(
                _(
                    "Under %(age)s a parent or guardian has to agree. Please write their name and phone.",
                    age=ages.of_age(),
                )
            )

    def validate_guardian_relation(self, field: Any) -> None:
        """Demand what the guardian is to them."""
        if self.is_minor and field.data not in RELATIONS:
            raise ValidationError(_("What is the guardian to them?"))

    def validate_guardian_phone(self, field: Any) -> None:
        """Demand a number at which the guardian is reached."""
        digits = phone_of(field.data or "")
        if self.is_minor and not digits:
            raise ValidationError(_("At which number is the guardian reached?"))
        if self.is_minor and not is_phone(digits):
            raise ValidationError(what_is_wrong(digits))

    def validate_consent_guardian(self, field: Any) -> None:
        """Demand the guardian's consent for whoever is under age."""
        if self.is_minor and not field.data:
            raise ValidationError(_("The guardian has to tick this."))

    def validate_consent_children(self, field: Any) -> None:
        """Demand consent to the children's rules for whom they hold."""
        if self.is_child and not field.data:
            raise ValidationError(
                _("Under %(age)s the guardian agrees to the rules for children's data.", age=ages.child())
            )

    def guardian_said(self) -> Guardian:
        """Return who answers for them and to which texts they agreed; nobody for who is of age."""
        if not self.is_minor:
            return NO_GUARDIAN
        return Guardian(
            name=self.guardian.data or "",
            relation=self.guardian_relation.data or "",
            phone=phone_of(self.guardian_phone.data or ""),
            consent=consent.agreed(self.consent_guardian.data or "", consent.VOLUNTEER_MINOR),
            children_consent=consent.agreed(self.consent_children.data or "", consent.CHILDREN),
        )


class GuardianForm(GuardianChecks, Form):
    """What a guardian agreed to on paper or at the desk."""

    guardian = line(_l("Parent or guardian: name"), 40)
    guardian_relation = line(_l("Who that is to them"), 20)
    guardian_phone = line(_l("Phone of the guardian"), 40)
    consent_guardian = Tick(_l("I am the guardian and agree to this"))
    consent_children = Tick(_l("I have read the rules for children's data and agree to them"))
    born_on: date | None = None  # set by the view: of whom it is

    @property
    def is_minor(self) -> bool:
        """Say whether it is for somebody under age."""
        return ages.is_minor(self.born_on)

    @property
    def is_child(self) -> bool:
        """Say whether the children's rules hold for them."""
        return ages.is_child(self.born_on)


class JoinForm(GuardianChecks, Form):
    """Who would like to join a team."""

    name = line(_l("Full name"), 40, required=_l("What is your name?"))
    phone = line(_l("Phone number"), 40, required=_l("Please leave a number to be reached at."))
    born_on = Birthday(_l("Birthday"), validators=[WhiteSpaceCheck(_l("Please fill in the birthday."))])
    skills = line(_l("What you are good at"), 80)
    word = line(_l("A word to the team"), 120)
    guardian = line(_l("Parent or guardian: name"), 40)
    guardian_relation = line(_l("Who that is to them"), 20)
    guardian_phone = line(_l("Phone of the guardian"), 40)
    consent_guardian = Tick(_l("I am the guardian and agree to this"))
    consent_children = Tick(_l("I have read the rules for children's data and agree to them"))
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

    def validate_consent(self, field: Any) -> None:
        """Demand consent."""
        if not field.data:
            raise ValidationError(_("Without this we may not keep your name and number."))

    @property
    def is_minor(self) -> bool:
        """Say whether the birthday is that of somebody under age."""
        return ages.is_minor(self.born_on.data)

    @property
    def is_child(self) -> bool:
        """Say whether the children's rules hold for somebody with this birthday."""
        return ages.is_child(self.born_on.data)

    def person(self) -> Person:
        """Return what was entered and found right, as plain values."""
        assert self.born_on.data is not None
        return Person(
            name=self.name.data,
            phone=phone_of(self.phone.data),
            born_on=self.born_on.data,
            skills=self.skills.data or "",
            guardian=self.guardian_said(),
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


class OrganizationForm(Form):
    """What an organisation is, and how it is reached."""

    name = line(_l("Name of the organisation"), 40, required=_l("What is it called?"))
    registered = BooleanField(_l("Legally registered as a volunteer organisation"))
    station = SelectField(_l("Which station looks after it"), validate_choice=False)
    contact = line(_l("Contact"), 40)
    phone = line(_l("Phone"), 40)

    def validate_station(self, field: Any) -> None:
        """Accept only what is offered."""
        _one_of(field)

    def validate_phone(self, field: Any) -> None:
        """Refuse what is no telephone number."""
        digits = phone_of(field.data or "")
        if field.data and not is_phone(digits):
            raise ValidationError(what_is_wrong(digits))

    def show(self, body: Organization) -> None:
        """Fill the form with an organisation."""
        self.name.data, self.registered.data = body.name, body.registered
        self.contact.data, self.phone.data = body.contact, body.phone
        self.station.data = str(body.station_id)


class LetGoForm(Form):
    """Why somebody leaves altogether, or why a guardian takes back the consent."""

    reason = line(_l("Why"), 120, required=_l("Please write why; it stays in the log."))


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
