"""Say a rule of repetition in plain words."""

from datetime import date

from portal.activities import lunar
from portal.activities.lunar import LunarDate
from portal.activities.recurrence import LAST, Holidays, Kind, MakeUp, Rule, lunar_day
from portal.i18n import _, ngettext, pgettext, short_day, weekday_name

_MONTHLY = (Kind.MONTHLY_DAY, Kind.MONTHLY_WEEKDAY)


def words(rule: Rule) -> str:
    """Say a checked rule in plain words: “Every Tuesday, until 30 Jun, not on days off”."""
    said = [repetition(rule)]
    if rule.ends_on is not None:
        said.append(_("until %(day)s", day=short_day(rule.ends_on)))
    if rule.count is not None:
        said.append(ngettext("%(num)s time", "%(num)s times", rule.count))
    if rule.holidays is Holidays.SKIP:
        said.append(_("not on days off"))
    if rule.holidays is Holidays.MOVE:
        said.append(_("moved to the next free day when on a day off"))
    if rule.make_up is MakeUp.SKIP:
        said.append(_("not on make-up workdays"))
    if rule.exceptions:
        said.append(ngettext("without %(num)s date", "without %(num)s dates", len(rule.exceptions)))
    if rule.extra:
        said.append(ngettext("and %(num)s date more", "and %(num)s dates more", len(rule.extra)))
    return _(", ").join(said)


def repetition(rule: Rule) -> str:
    """Say only how it repeats: “Every Tuesday”."""
    num = rule.interval
    if rule.kind is Kind.DATES:
        return ngettext("On %(num)s chosen date", "On %(num)s chosen dates", len({*rule.dates}))
    if rule.kind is Kind.WEEKLY:
        if num == 1 and len({*rule.weekdays}) == 7:
            return _("Every day")
        days = _weekdays(sorted({*rule.weekdays}))
        if num > 1:
            return _("Every %(num)s weeks on %(days)s", num=num, days=days)
        return _("Every %(days)s", days=days)
    if rule.kind in _MONTHLY:
        day = _("the last day") if rule.month_day == LAST else _("day %(day)s", day=rule.month_day)
        if rule.kind is Kind.MONTHLY_WEEKDAY:
            # Translators: six words with spaces between.
            places = pgettext("nth weekday", "first second third fourth fifth last").split()
            place = places[LAST if rule.nth == LAST else _known(rule.nth) - 1]
            day = _("the %(nth)s %(weekday)s", nth=place, weekday=_weekday(rule.weekday))
        if num > 1:
            return _("Every %(num)s months on %(day)s", num=num, day=day)
        return _("On %(day)s of each month", day=day)
    day, away = anchor_label(rule), abs(rule.offset_days)
    if rule.offset_days < 0:
        day = ngettext("%(num)s day before %(day)s", "%(num)s days before %(day)s", away, day=day)
    if rule.offset_days > 0:
        day = ngettext("%(num)s day after %(day)s", "%(num)s days after %(day)s", away, day=day)
    if rule.before_weekday is not None:
        day = _("the %(weekday)s before %(day)s", weekday=_weekday(rule.before_weekday), day=day)
    if num > 1:
        return _("Every %(num)s years: %(day)s", num=num, day=day)
    return _("Each year: %(day)s", day=day)


def _weekday(number: int | None) -> str:
    return weekday_name(date(2024, 1, 1 + _known(number)))  # 1 January 2024 was a Monday


def _weekdays(numbers: list[int]) -> str:
    names = [_weekday(number) for number in numbers]
    if len(names) > 2 and numbers[-1] - numbers[0] == len(names) - 1:
        return _("%(first)s to %(last)s", first=names[0], last=names[-1])
    but_last = pgettext("between days", ", ").join(names[:-1])
    return pgettext("between the last two days", " and ").join([but_last, names[-1]] if but_last else names)


def anchor_label(rule: Rule) -> str:
    """Name the day of the year that a yearly rule goes by."""
    if rule.kind is Kind.YEARLY_TERM:
        return lunar.term_label(rule.term or "")
    if rule.kind is Kind.YEARLY_DAY:
        # Translators: twelve words with spaces between, for the %(month)s of “%(day)s %(month)s”.
        months = pgettext("months", "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec").split()
        month = months[_known(rule.month) - 1]
        if rule.month_day == LAST:
            return _("the last day of %(month)s", month=month)
        return pgettext("each year", "%(day)s %(month)s", day=rule.month_day, month=month)
    number, day = _known(rule.lunar_month), _known(rule.lunar_day)
    days = [lunar_day(year, number, day) for year in range(2020, 2030)]
    festive = [set(lunar.festivals(one)) if one else set() for one in days]
    if always := set.intersection(*festive):
        return lunar.festival_label(always.pop())
    if day != LAST:
        return lunar.lunar_long_label(LunarDate(2024, number, day, False, 30))
    months = pgettext("lunar months", "1 2 3 4 5 6 7 8 9 10 11 12").split()
    return _("the last day of lunar month %(month)s", month=months[number - 1])


def _known(part: int | None) -> int:
    if part is None:
        raise ValueError("a part of the rule is missing, it was not checked")
    return part
