"""Count working days by the official table: days off do not count, make-up workdays do."""

from datetime import date, timedelta

from portal.activities.lunar import OfficialDay, official_day


def is_working_day(day: date) -> bool:
    """Say whether offices work on a day; days off that the law lets expect count as off."""
    official = official_day(day)
    if official in (OfficialDay.OFF, OfficialDay.EXPECTED):
        return False
    return day.weekday() < 5 or official is OfficialDay.WORK


def working_days_after(day: date, number: int) -> date:
    """Return the day so many working days after; of 0 the day itself."""
    while number > 0:
        day += timedelta(days=1)
        number -= is_working_day(day)
    return day
