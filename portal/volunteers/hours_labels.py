"""Name where hours came from and where they stand; the templates read the same names."""

from flask import Flask

from portal.i18n import _, lazy_pgettext
from portal.volunteers.hours import PORTAL
from portal.volunteers.shift_models import CheckWay, HoursSource, HoursStatus, ServiceRecord

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


WAYS = {
    CheckWay.CODE: lazy_pgettext("check-in", "by the code"),
    CheckWay.ROLL_CALL: lazy_pgettext("check-in", "by roll call"),
    CheckWay.AFTERWARDS: lazy_pgettext("check-in", "written down later"),
}
# What the log calls what was done about a record.
STEPS = {
    "hours.counted": lazy_pgettext("hours", "computed"),
    "hours.recounted": lazy_pgettext("hours", "computed anew"),
    "hours.entered": lazy_pgettext("hours", "written down"),
    "hours.approved": lazy_pgettext("hours", "approved"),
    "hours.returned": lazy_pgettext("hours", "returned"),
    "hours.voided": lazy_pgettext("hours", "voided"),
    "hours.doubted": lazy_pgettext("hours", "the volunteer says it is wrong"),
    "hours.doubt_settled": lazy_pgettext("hours", "the doubt is settled"),
}


def in_hours(tenths: int) -> str:
    """Write tenths of an hour with one decimal, as 46.5."""
    return f"{tenths // 10}.{tenths % 10}"


def hours_text(tenths: int) -> str:
    """Write tenths of an hour with their unit, 46.5 小时."""
    return _("%(number)s hours", number=in_hours(tenths))


def hours_for(row: ServiceRecord) -> str:
    """Say what hours are for: an activity's title, or an order's, which is forgotten after a time."""
    return row.title or _("an order")


def recorder_name(name: str) -> str:
    """Name who recorded: the portal in the reader's language, a person as they are called."""
    return _("the portal") if name == PORTAL else name


def init_app(app: Flask) -> None:
    """Let the templates read the names."""
    app.jinja_env.globals.update(
        HOURS_SOURCES=SOURCES,
        HOURS_STATUSES=STATUSES,
        HOURS_STEPS=STEPS,
        CHECK_WAYS=WAYS,
        in_hours=in_hours,
        hours_text=hours_text,
        hours_for=hours_for,
        recorder_name=recorder_name,
    )
