"""Speak the visitor's language: which one it is, and how it writes dates, times and numbers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from functools import lru_cache

from babel.dates import format_date as babel_date
from babel.numbers import format_decimal
from flask import Flask, g, has_request_context, request
from flask_babel import Babel, force_locale, get_locale, lazy_gettext, lazy_pgettext
from flask_babel import gettext as babel_gettext
from flask_babel import ngettext as babel_ngettext
from flask_babel import pgettext as babel_pgettext

from portal.clock import local, today

# Flask-Babel has no types; these are its functions with what they return.
_: Callable[..., str] = babel_gettext
ngettext: Callable[..., str] = babel_ngettext
pgettext: Callable[..., str] = babel_pgettext
__all__ = ["_", "lazy_gettext", "lazy_pgettext", "ngettext", "pgettext"]

# What stands in ?lang=, in the cookie and in <html lang>, with Babel's name and its own name for itself.
LANGUAGES = {
    "zh-Hans": ("zh_Hans", "简体中文", "简"),
    "en": ("en", "English", "EN"),
}
DEFAULT_LANGUAGE = "zh-Hans"

babel = Babel()


def language() -> str:
    """Return the language of this request, one of LANGUAGES."""
    if not has_request_context():
        return DEFAULT_LANGUAGE
    if "language" not in g:
        from_address = request.args.get("lang", "")
        chosen = from_address if from_address in LANGUAGES else g.display.language
        g.language = chosen if chosen in LANGUAGES else DEFAULT_LANGUAGE
    found: str = g.language
    return found


def _babel_locale() -> str:
    return LANGUAGES[language()][0]


@contextmanager
def in_default_language() -> Iterator[None]:
    """Speak the default language for a while: what is told to residents does not depend on who tells it."""
    with force_locale(LANGUAGES[DEFAULT_LANGUAGE][0]):
        yield


def init_app(app: Flask) -> None:
    """Connect gettext to the language of the request and give templates the formatters."""
    babel.init_app(app, locale_selector=_babel_locale)
    app.jinja_env.globals.update(
        LANGUAGES=LANGUAGES,
        language=language,
        day_name=day_name,
        long_day=long_day,
        short_day=short_day,
        month_name=month_name,
        month_and_year=month_and_year,
        weekday_name=weekday_name,
        weekday_letter=weekday_letter,
        weekday_short=weekday_short,
        clock_time=clock_time,
        day_of=day_of,
        number=number,
        moment_label=moment_label,
    )


@lru_cache(maxsize=4096)
def _formatted(day: date, pattern: str, locale: str) -> str:
    return babel_date(day, pattern, locale=locale)


def _format(day: date, pattern: str) -> str:
    return _formatted(day, pattern, str(get_locale()))


def long_day(day: date) -> str:
    """Write a day in full, 11 月 23 日 星期一; with its year unless it is this year's."""
    if day.year != today().year:
        return _format(day, pgettext("date pattern", "EEEE d MMMM y"))
    return _format(day, pgettext("date pattern", "EEEE d MMMM"))


def short_day(day: date) -> str:
    """Write a day without its weekday, 11 月 23 日; with its year unless it is this year's."""
    if day.year != today().year:
        return _format(day, pgettext("date pattern", "d MMM y"))
    return _format(day, pgettext("date pattern", "d MMM"))


def month_name(day: date) -> str:
    """Write the month's name, 十一月."""
    return _format(day, "LLLL")


def month_and_year(day: date) -> str:
    """Write a month with its year, 2026 年 11 月."""
    return _format(day, pgettext("date pattern", "MMMM y"))


def weekday_name(day: date) -> str:
    """Write the weekday in full, 星期一."""
    return _format(day, "EEEE")


def weekday_letter(day: date) -> str:
    """Write the weekday as short as a calendar's head does, 一."""
    return _format(day, pgettext("date pattern", "EEE"))


def weekday_short(number: int) -> str:
    """Write a weekday's short name, 周一; 0 is Monday."""
    return _format(date(2024, 1, 1 + number), "EEE")  # 1 January 2024 was a Monday


def day_name(day: date) -> str:
    """Say today, tomorrow, or the short weekday, 周二."""
    away = (day - today()).days
    if away == 0:
        return _("Today")
    if away == 1:
        return _("Tomorrow")
    return _format(day, "EEE")


def clock_time(moment: datetime) -> str:
    """Write a moment's wall time, 14:05."""
    return local(moment).strftime("%H:%M")


def day_of(moment: datetime) -> date:
    """Return the day of a moment at the stations."""
    return local(moment).date()


def wall_time(wall: time) -> str:
    """Write a time of day as a sign at the door does, 8:30."""
    return f"{wall.hour}:{wall.minute:02}"


def moment_label(moment: datetime) -> str:
    """Write a moment as day and wall time, 11 月 23 日 14:05."""
    return _("%(day)s %(time)s", day=short_day(local(moment).date()), time=clock_time(moment))


def number(value: int) -> str:
    """Write a whole number with its thousands apart."""
    return format_decimal(value, locale=str(get_locale()))
