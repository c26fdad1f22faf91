"""Name where hours came from and where they stand; the templates read the same names."""

from flask import Flask

from portal.i18n import _, lazy_pgettext
from portal.volunteers.shift_models import HoursSource, HoursStatus

SOURCES = {
    HoursSource.SYSTEM: lazy_pgettext("hours", "checked in"),
    HoursSource.MANUAL: lazy_pgettext("hours", "written down by hand"),
}
STATUSES = {
    HoursStatus.WAITING: lazy_pgettext("hours", "to be approved"),
    HoursStatus.VALID: lazy_pgettext("hours", "valid"),
    HoursStatus.RETURNED: lazy_pgettext("hours", "returned"),
    HoursStatus.VOID: lazy_pgettext("hours", "void"),
}


def in_hours(tenths: int) -> str:
    """Write tenths of an hour with one decimal, as 46.5."""
    return f"{tenths // 10}.{tenths % 10}"


def hours_text(tenths: int) -> str:
    """Write tenths of an hour with their unit, 46.5 小时."""
    return _("%(number)s hours", number=in_hours(tenths))


def init_app(app: Flask) -> None:
    """Let the templates read the names."""
    app.jinja_env.globals.update(
        HOURS_SOURCES=SOURCES, HOURS_STATUSES=STATUSES, in_hours=in_hours, hours_text=hours_text
    )
