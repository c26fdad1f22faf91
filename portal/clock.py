"""Tell the time in the portal's time zone; every “now” of the portal comes from here."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.config import TIME_ZONE

ZONE = ZoneInfo(TIME_ZONE)


def now() -> datetime:
    """Return this moment, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Return the date on the wall calendar at the stations."""
    return local(now()).date()


def local(moment: datetime) -> datetime:
    """Turn an aware moment into local wall time, still aware."""
    return moment.astimezone(ZONE)


def at(day: date, wall: time) -> datetime:
    """Return the moment at which the stations' clocks show this time on this day."""
    return datetime.combine(day, wall, ZONE).astimezone(UTC)


def start_of(day: date) -> datetime:
    """Return local midnight at the beginning of the day, in UTC."""
    return at(day, time.min)


def end_of(day: date) -> datetime:
    """Return local midnight at the end of the day, in UTC."""
    return start_of(day + timedelta(days=1))
