"""Ask who comes; check what people can mistype."""

from typing import Any

from wtforms import HiddenField, RadioField, StringField
from wtforms.validators import ValidationError

from portal.contact import is_phone, name_key, phone_of, what_is_wrong
from portal.i18n import _, ngettext
from portal.i18n import lazy_gettext as _l
from portal.registrations import consent
from portal.registrations.labels import BANDS, RELATIONS, SHOW_REASONS, SOURCES
from portal.registrations.party import AgeBand, Consent, Limits, Party, Source, read_children
from portal.registrations.rules import bands
from portal.web.forms import Form, Tick, WhyShown, count, line, paragraphs, seen


class PartyForm(Form):
    """Who comes, and how many; the same for residents and at the desk."""

    name = line(_l("Full name"), 40, required=_l("What is your name?"))
    phone = line(_l("Phone number"), 40)
    adults = count(_l("Grown-ups"), 0, 50, default=1)
    children = count(_l("Children"), 0, 50, default=0)
    children_names = paragraphs(_l("What the children are called, and how old they are"), 600)
    guardian = line(_l("Guardian"), 40)
    guardian_relation = line(_l("Who that is to the child"), 20)
    note = line(_l("What we should know"), 120)

    def validate_name(self, field: Any) -> None:
        """Refuse a name that holds nothing a name is told by."""
        if field.data and not name_key(field.data):
            raise ValidationError(_("What is your name?"))

    def validate_phone(self, field: Any) -> None:
        """Refuse what is no telephone number, saying what is wrong with it."""
        digits = phone_of(field.data or "")
        if digits and not is_phone(digits):
            raise ValidationError(what_is_wrong(digits))

    def validate_children_names(self, field: Any) -> None:
        """Demand a line per child, each with an age."""
        if field.errors:
            return
        kids, faults = read_children(field.data or "")
        if faults:
            raise ValidationError(
                _(
                    "“%(line)s”: please write what the child is called and its age, as Ming 7.",
                    line=faults[0][:40],
                )
            )
        if kids and not self.children.data:
            raise ValidationError(_("How many children come? Please choose the number, too."))

    def party(self, age_band: AgeBand | None = None) -> Party:
        """Return what was entered, as plain values."""
        kids, _faults = read_children(self.children_names.data or "")
        with_children = bool(self.children.data)
        return Party(
            name=self.name.data,
            phone=phone_of(self.phone.data or ""),
            adults=self.adults.data or 0,
            children=self.children.data or 0,
            kids=tuple(kids) if with_children else (),
            guardian=(self.guardian.data or "") if with_children else "",
            guardian_relation=(self.guardian_relation.data or "") if with_children else "",
            age_band=age_band,
            note=self.note.data or "",
        )


class RegistrationForm(PartyForm):
    """What a resident fills in (product §7); everything on one page."""

    course = HiddenField()  # 1: for the whole of it
    age_band = RadioField(_l("Your age"), validate_choice=False)
    consent = Tick()
    consent_guardian = Tick()
    consent_photo = Tick()

    def offer(self, limits: Limits) -> None:
        """Fill in what there is to choose from."""
        self.limits = limits
        self.age_band.choices = [(band.value, str(BANDS[band])) for band in bands(limits)]
        self.relations = [(code, str(label)) for code, label in RELATIONS.items()]

    def validate_phone(self, field: Any) -> None:
        """Demand a number: without it nobody can be told of a change."""
        if not phone_of(field.data or ""):
            raise ValidationError(_("Your phone number, please. Without one, sign up at the station."))
        super().validate_phone(field)

    def validate_adults(self, field: Any) -> None:
        """Demand somebody."""
        if not field.errors and not (field.data or 0) + (self.children.data or 0):
            raise ValidationError(_("How many come? At least one, please."))

    @property
    def _hidden(self) -> set[str]:
        """Name the fields that this activity's form does not have."""
        hidden = set() if self.limits.asks_age else {"age_band"}
        if not self.limits.for_children:
            hidden |= {"children", "children_names", "guardian", "guardian_relation", "consent_guardian"}
        return hidden

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        """Check the fields; what is wrong with one that is not there is said on top."""
        valid: bool = super().validate(*args, **kwargs)
        for name in self._hidden:
            self.form_errors = [*self.form_errors, *map(str, self[name].errors)]
            self[name].errors = []
        return valid

    def refuse(self, field: str | None, message: str) -> None:
        """Put a refusal beside its field, or on top if the form has none."""
        super().refuse(None if field in self._hidden else field, message)

    @property
    def _asks_about_children(self) -> bool:
        # Who sends children to what is not for them hears so from the action: the form has no such fields.
        return bool(self.children.data) and self.limits.for_children

    def validate_children_names(self, field: Any) -> None:
        """Demand as many lines as children."""
        if not self.limits.for_children:
            return
        super().validate_children_names(field)
        kids, _faults = read_children(field.data or "")
        if self.children.data and len(kids) != self.children.data:
            raise ValidationError(
                ngettext(
                    "One line per child: there are %(lines)s for %(num)s child.",
                    "One line per child: there are %(lines)s for %(num)s children.",
                    self.children.data,
                    lines=len(kids),
                )
                if kids
                else _("What are the children called, and how old are they? One line each.")
            )

    def validate_guardian(self, field: Any) -> None:
        """Demand who answers for the children."""
        if self._asks_about_children and not (field.data or "").strip():
            raise ValidationError(_("Who is their guardian? Please write the name."))

    def validate_guardian_relation(self, field: Any) -> None:
        """Demand what the guardian is to them."""
        if self._asks_about_children and not (field.data or "").strip():
            raise ValidationError(_("What is the guardian to the child?"))

    def validate_age_band(self, field: Any) -> None:
        """Accept only a band there is; whether it may come, the action says."""
        if field.data and field.data not in {band.value for band in AgeBand}:
            raise ValidationError(_("Please choose one."))

    def validate_consent(self, field: Any) -> None:
        """Demand the tick, to the text of today."""
        if not consent.agreed(field.data, consent.SIGN_UP):
            raise ValidationError(_("Please tick that we may use this for your registration."))

    def validate_consent_guardian(self, field: Any) -> None:
        """Demand the guardian's tick when children come."""
        if self._asks_about_children and not consent.agreed(field.data, consent.CHILDREN):
            raise ValidationError(
                _("The guardian has to agree. If you would rather not, ring the station or drop in.")
            )

    def registration(self) -> tuple[Party, Consent]:
        """Return what was entered, as plain values."""
        band = AgeBand(self.age_band.data) if self.age_band.data else None
        with_children = bool(self.children.data)
        return self.party(band), Consent(
            version=consent.agreed(self.consent.data, consent.SIGN_UP),
            guardian_version=consent.agreed(self.consent_guardian.data, consent.CHILDREN)
            if with_children
            else "",
            photo=bool(self.consent_photo.data),
        )


class DeskForm(PartyForm):
    """A party that staff write down, on the phone or at the desk; a phone number is welcome, not needed."""

    source = RadioField(_l("How they asked"), default=Source.PHONE.value, validate_choice=False)
    course = Tick()
    consent = Tick()

    def offer(self) -> None:
        """Fill in what there is to choose from."""
        self.source.choices = [(code.value, str(SOURCES[code])) for code in (Source.PHONE, Source.DESK)]

    def validate_source(self, field: Any) -> None:
        """Accept only the two ways."""
        if field.data not in (Source.PHONE.value, Source.DESK.value):
            raise ValidationError(_("Please choose one."))

    def validate_adults(self, field: Any) -> None:
        """Demand somebody."""
        if not field.errors and not (field.data or 0) + (self.children.data or 0):
            raise ValidationError(_("How many come? At least one, please."))

    def validate_consent(self, field: Any) -> None:
        """Demand that they were asked."""
        if not field.data:
            raise ValidationError(_("Ask whether they agree to be written down, then tick."))


class ShrinkForm(Form):
    """How many come after all."""

    adults = count(_l("Grown-ups"), 0, 100, required=_l("How many?"))
    children = count(_l("Children"), 0, 100, default=0)


class LookUpForm(Form):
    """Phone number and reference, to find what was signed up or ordered on another device."""

    phone = line(_l("Phone number"), 40, required=_l("Your phone number, please."))
    code = line(_l("Its reference"), 40, required=_l("The reference, please. It begins with R- or D-."))


class ReasonForm(Form):
    """Why staff do something that others may ask about."""

    reason = line(_l("Why?"), 120, required=_l("Please say why; it stays in the history."))


class RemoveForm(ReasonForm):
    """Why a party is cancelled, and whether from all of its course."""

    whole = Tick(_l("From the whole course"))


class SeatsForm(ReasonForm):
    """Another number of seats."""

    seats = count(_l("Seats in all"), 1, 100_000)


class MoveForm(Form):
    """Another date for one party."""

    target = StringField(_l("To which date"))
    may_queue = Tick(_l("If it is full: into the queue there"))


class ShowPhoneForm(WhyShown):
    """Why somebody looks at a full number."""

    reasons = SHOW_REASONS


class FindForm(Form):
    """What staff search for; sent by POST, since names and numbers do not belong into addresses."""

    q = StringField(
        _l("Name, last four digits, reference"),
        filters=[lambda text: (text or "").strip()[:60]],
        validators=[seen],
    )


class DoorForm(Form):
    """Whom somebody at the door checks in."""

    q = line(
        _l("Row code, last four digits, reference"), 60, required=_l("Which code, or which last four digits?")
    )


class PaperForm(Form):
    """What was signed on paper, as row codes."""

    codes = paragraphs(_l("Row codes"), 8000)
    others = Tick(_l("Whoever is not on paper and not called yet did not come"))

    def validate_codes(self, field: Any) -> None:
        """Demand a code."""
        if not field.errors and not field.data:
            raise ValidationError(_("Type the row codes of those who signed."))
