"""Ask how often something repeats, in plain words; most of it follows from the first date."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from wtforms import SelectField, SelectMultipleField
from wtforms.validators import ValidationError

from portal.activities import lunar
from portal.activities.changes import next_meant
from portal.activities.dates import Span
from portal.activities.recurrence import LAST, MOST_TIMES, Holidays, Kind, MakeUp, Rule
from portal.activities.recurrences import Repeats
from portal.activities.rule_words import anchor_label
from portal.clock import today
from portal.errors import Refused
from portal.i18n import _, weekday_name
from portal.i18n import lazy_gettext as _l
from portal.web.forms import Day, count, paragraphs

ONCE = "once"
NAMED = "yearly_named"
LAST_DAY = "monthly_last"
LAST_WEEKDAY = "monthly_last_weekday"
BEGAN = timedelta(days=366)  # a rule begins at most so long ago
# At which field of the form stands what check() finds wrong in a rule.
FIELDS = {
    "starts_on": "first_day",
    "ends_on": "until",
    "count": "times",
    "dates": "listed",
    "offset_days": "offset",
}


RULE_NAMES = (
    "repeat",
    "interval",
    "weekdays",
    "named",
    "offset",
    "side",
    "before_weekday",
    "listed",
    "until",
    "times",
    "holidays",
    "make_up",
    "extra",
)


class LeaveOutFields:
    """On which days a date of a rule does not take place; joined into the forms that show its dates."""

    leave_out = SelectMultipleField(_l("Not on these days"), validate_choice=False)

    def days_left_out(self) -> frozenset[date]:
        """Return the days ticked as left out; whatever else was sent is no day."""
        found = set()
        for text in self.leave_out.data or ():
            try:
                found.add(date.fromisoformat(text))
            except ValueError:
                continue
        return frozenset(found)


class RuleFields(LeaveOutFields):
    """How often something takes place; joined into the forms that ask for it."""

    repeat = SelectField(_l("How often"), default=ONCE, validate_choice=False)
    interval = count(_l("Every so many weeks, months or years"), 1, 52, default=1)
    weekdays = SelectMultipleField(_l("On which weekdays"), validate_choice=False)
    named = SelectField(_l("Which festival or solar term"), default="", validate_choice=False)
    offset = count(_l("So many days"), 0, 60)
    side = SelectField(_l("before or after it"), default="before", validate_choice=False)
    before_weekday = SelectField(_l("Or the weekday before it"), default="", validate_choice=False)
    listed = paragraphs(_l("The dates, one in each line"), 4000)
    until = Day(_l("Until which day"))
    times = count(_l("Or how many times"), 1, MOST_TIMES)
    holidays = SelectField(_l("On a day off"), default=Holidays.SKIP.value, validate_choice=False)
    make_up = SelectField(_l("On a make-up workday"), default=MakeUp.KEEP.value, validate_choice=False)
    extra = paragraphs(_l("Also on these days, one in each line"), 2000)

    def offer_rules(self, rule: Rule | None = None) -> None:
        """Fill in what there is to choose from; a rule's own day is among it."""
        weekdays = [(str(day), weekday_name(date(2024, 1, 1 + day))) for day in range(7)]
        self.repeat.choices = [
            (ONCE, _("Just this once")),
            (Kind.WEEKLY.value, _("Every week")),
            (Kind.MONTHLY_DAY.value, _("Every month, on the same day")),
            (LAST_DAY, _("Every month, on the last day")),
            (Kind.MONTHLY_WEEKDAY.value, _("Every month, on the same weekday, as the second Tuesday")),
            (LAST_WEEKDAY, _("Every month, on the last such weekday")),
            (Kind.YEARLY_DAY.value, _("Every year, on the same day")),
            (Kind.YEARLY_LUNAR.value, _("Every year, on the same lunar day")),
            (NAMED, _("Every year, by a festival or solar term")),
            (Kind.DATES.value, _("On dates I list")),
        ]
        self.weekdays.choices = weekdays
        self.before_weekday.choices = [("", _("No"))] + [
            (value, _("the %(weekday)s before", weekday=name)) for value, name in weekdays
        ]
        self.side.choices = [("before", _("days before it")), ("after", _("days after it"))]
        self.named.choices = [("", _("Please choose")), *_named_days()]
        own = _anchor_of(rule) if rule is not None else None
        if rule is not None and own is not None and own not in dict(self.named.choices):
            self.named.choices.append((own, anchor_label(rule)))
        self.holidays.choices = [
            (Holidays.SKIP.value, _("it does not take place")),
            (Holidays.KEEP.value, _("it takes place all the same")),
            (Holidays.MOVE.value, _("it moves to the next free day")),
        ]
        self.make_up.choices = [
            (MakeUp.KEEP.value, _("it takes place")),
            (MakeUp.SKIP.value, _("it does not take place")),
        ]

    def validate_repeat(self, field: Any) -> None:
        """Accept only what is offered."""
        _offered(field)

    def validate_side(self, field: Any) -> None:
        """Accept only what is offered."""
        _offered(field)

    def validate_before_weekday(self, field: Any) -> None:
        """Accept only what is offered."""
        _offered(field)

    def validate_holidays(self, field: Any) -> None:
        """Accept only what is offered."""
        _offered(field)

    def validate_make_up(self, field: Any) -> None:
        """Accept only what is offered."""
        _offered(field)

    def validate_weekdays(self, field: Any) -> None:
        """Accept only weekdays."""
        if {*(field.data or ())} - {value for value, _label in field.choices}:
            raise ValidationError(_("Please choose one."))

    def validate_named(self, field: Any) -> None:
        """Demand a festival or a term where the rule goes by one."""
        if self.repeat.data == NAMED and (not field.data or field.data not in dict(field.choices)):
            raise ValidationError(_("Please choose one."))

    def validate_listed(self, field: Any) -> None:
        """Refuse lines that are no dates."""
        if self.repeat.data == Kind.DATES:
            _only_dates(field)

    def validate_extra(self, field: Any) -> None:
        """Refuse lines that are no dates."""
        _only_dates(field)

    @property
    def is_repeated(self) -> bool:
        """Say whether it takes place more than once."""
        return bool(self.repeat.data != ONCE)

    def repeats(self, one: Span) -> Repeats | None:
        """Return the rule with the first date's hours, or None with the fault beside its field."""
        if any(self[name].errors for name in RULE_NAMES):  # type: ignore[index]
            return None
        try:
            if one.first < today() - BEGAN:
                raise Refused(_("That is more than a year ago. Please check the year."), field="first_day")
            made = Repeats(self._rule(one), one.opens, one.closes, (one.last - one.first).days + 1)
            made.check()
        except Refused as refusal:
            self.refuse(FIELDS.get(refusal.field or "", refusal.field), refusal.message)  # type: ignore[attr-defined]
            return None
        return made

    def _rule(self, one: Span) -> Rule:
        first = one.first
        extra = frozenset(_days_in(self.extra.data)[0])
        rule = Rule(
            Kind.DATES,
            first,
            interval=self.interval.data or 1,
            ends_on=self.until.data,
            count=self.times.data,
            holidays=Holidays(self.holidays.data),
            make_up=MakeUp(self.make_up.data),
            exceptions=self.days_left_out() - extra,
            extra=extra,
        )
        wanted = self.repeat.data
        if wanted == Kind.WEEKLY:
            days = tuple(sorted(int(day) for day in self.weekdays.data or ())) or (first.weekday(),)
            return replace(rule, kind=Kind.WEEKLY, weekdays=days)
        if wanted in (Kind.MONTHLY_DAY, LAST_DAY):
            return replace(rule, kind=Kind.MONTHLY_DAY, month_day=LAST if wanted == LAST_DAY else first.day)
        if wanted in (Kind.MONTHLY_WEEKDAY, LAST_WEEKDAY):
            nth = LAST if wanted == LAST_WEEKDAY else (first.day + 6) // 7
            return replace(rule, kind=Kind.MONTHLY_WEEKDAY, nth=nth, weekday=first.weekday())
        if wanted == Kind.YEARLY_DAY:
            return replace(rule, kind=Kind.YEARLY_DAY, month=first.month, month_day=first.day)
        if wanted == Kind.YEARLY_LUNAR:
            found = lunar.lunar_date(first)
            # Not every such month has a thirtieth: who begins on it means the last day.
            day = LAST if found.day == 30 else found.day
            return replace(rule, kind=Kind.YEARLY_LUNAR, lunar_month=found.month, lunar_day=day)
        if wanted == NAMED:
            away = (self.offset.data or 0) * (-1 if self.side.data == "before" else 1)
            before = self.before_weekday.data
            return replace(
                rule,
                offset_days=away,
                before_weekday=int(before) if before else None,
                **_parts(self.named.data),
            )
        listed = tuple(sorted({first, *_days_in(self.listed.data)[0]}))
        return replace(rule, interval=1, ends_on=None, count=None, dates=listed, starts_on=listed[0])

    def begins_with(self, repeats: Repeats) -> Span:
        """Return the date from which the rule that is shown is read again as it is.

        That is the day meant, not that on which the first date is held: a day off may have moved it. A rule
        that was changed can count from a day that it does not mean; then it is the first that it does.
        """
        first = repeats.span_on(repeats.rule.starts_on)
        if self._rule(first) == repeats.rule:
            return first
        return repeats.span_on(next_meant(repeats.rule, first.first))

    def show_rule(self, rule: Rule) -> None:
        """Fill the fields with a rule; the first date is shown elsewhere."""
        self.repeat.data = rule.kind.value
        if rule.kind is Kind.MONTHLY_DAY and rule.month_day == LAST:
            self.repeat.data = LAST_DAY
        if rule.kind is Kind.MONTHLY_WEEKDAY and rule.nth == LAST:
            self.repeat.data = LAST_WEEKDAY
        if _anchor_of(rule) is not None:
            self.repeat.data = NAMED
            self.named.data = _anchor_of(rule)
            self.offset.data = abs(rule.offset_days) or None
            self.side.data = "after" if rule.offset_days > 0 else "before"
            self.before_weekday.data = "" if rule.before_weekday is None else str(rule.before_weekday)
        self.interval.data = rule.interval
        self.weekdays.data = [str(day) for day in rule.weekdays]
        self.listed.data = _lines(rule.dates)
        self.until.data, self.times.data = rule.ends_on, rule.count
        self.holidays.data, self.make_up.data = rule.holidays.value, rule.make_up.value
        self.extra.data = _lines(sorted(rule.extra))
        self.leave_out.data = [day.isoformat() for day in sorted(rule.exceptions)]


def _offered(field: Any) -> None:
    if field.data not in {value for value, _label in field.choices}:
        raise ValidationError(_("Please choose one."))


def _lines(days: Sequence[date]) -> str:
    return "\n".join(day.isoformat() for day in days)


def _days_in(text: str | None) -> tuple[list[date], list[str]]:
    """Read a text of dates; return the dates, and the words that are none."""
    days, faults = [], []
    for word in (text or "").split():
        parts = word.replace("/", "-").replace(".", "-").split("-")
        try:
            year, month, day = map(int, parts)
            days.append(date(year, month, day))
        except ValueError:
            faults.append(word[:20])
    return days, faults


def _only_dates(field: Any) -> None:
    _days, faults = _days_in(field.data)
    if faults:
        raise ValidationError(_("“%(word)s” is no date. Write it like 2026-11-24.", word=faults[0]))


def _named_days() -> list[tuple[str, str]]:
    festivals = [
        (_written("lunar", *parts), lunar.festival_label(code)) for code, parts in _lunar_days().items()
    ]
    terms = [(_written("term", code), lunar.term_label(code)) for code in lunar.TERMS]
    fixed = [
        (_written("day", *parts), lunar.festival_label(code)) for code, parts in lunar.FIXED_FESTIVALS.items()
    ]
    return festivals + terms + fixed


def _lunar_days() -> dict[str, tuple[int, int]]:
    return {"chuxi": (12, LAST), **lunar.LUNAR_FESTIVALS}


def _written(*parts: object) -> str:
    return ":".join(map(str, parts))


def _parts(value: str) -> dict[str, Any]:
    """Read which day of the year a rule goes by."""
    kind, *rest = value.split(":")
    if kind == "term":
        return {"kind": Kind.YEARLY_TERM, "term": rest[0]}
    month, day = map(int, rest)
    if kind == "lunar":
        return {"kind": Kind.YEARLY_LUNAR, "lunar_month": month, "lunar_day": day}
    return {"kind": Kind.YEARLY_DAY, "month": month, "month_day": day}


def _anchor_of(rule: Rule) -> str | None:
    """Write the day of the year that a rule goes by, where its dates alone do not tell."""
    if rule.kind is Kind.YEARLY_TERM:
        return _written("term", rule.term)
    shifted = bool(rule.offset_days) or rule.before_weekday is not None
    if rule.kind is Kind.YEARLY_LUNAR:
        parts = (rule.lunar_month, rule.lunar_day)
        return _written("lunar", *parts) if shifted or parts in _lunar_days().values() else None
    if rule.kind is Kind.YEARLY_DAY:
        parts = (rule.month, rule.month_day)
        return _written("day", *parts) if shifted or parts in lunar.FIXED_FESTIVALS.values() else None
    return None
