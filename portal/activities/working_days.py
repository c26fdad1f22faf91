"""Count in working days: official days off are none, make-up workdays are."""

from datetime import date, timedelta

from portal.activities.lunar import OfficialDay, official_day

A_DAY = timedelta(days=1)


def is_working_day(day: date) -> bool:
    """Say whether people work on this day; days off that are only expected count as off."""
    official = official_day(day)
    if official in (OfficialDay.OFF, OfficialDay.EXPECTED):
        return False
    return day.weekday() < 5 or official is OfficialDay.WORK


def working_days_after(day: date, number: int) -> date:
    """Return the day so many working days after; the day itself for none."""
    return _walk(day, number, A_DAY)


def working_days_before(day: date, number: int) -> date:
    """Return the day so many working days before; the day itself for none."""
    return _walk(day, number, -A_DAY)


def _walk(day: date, number: int, step: timedelta) -> date:
    while number > 0:
        day += step
        number -= is_working_day(day)
    return day
