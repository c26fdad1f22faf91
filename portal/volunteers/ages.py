"""Say how old somebody is, and from which age on what holds (product §5.4); the ages are settings."""

from datetime import date

from flask import current_app

from portal.clock import today


def of_age() -> int:
    """Return the age, in years, below which a guardian's consent is needed."""
    return int(current_app.config["VOLUNTEER_OF_AGE"])


def child() -> int:
    """Return the age, in years, below which the children's rules hold."""
    return int(current_app.config["VOLUNTEER_CHILD"])


def youngest() -> int:
    """Return the age, in years, below which one only comes along with a parent, without a number."""
    return int(current_app.config["VOLUNTEER_YOUNGEST"])


def age_on(born_on: date, day: date) -> int:
    """Return how old somebody is on a day, in years."""
    return day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))


def is_minor(born_on: date | None) -> bool:
    """Say whether somebody is under age today; whose birthday nobody knows is taken for grown up."""
    return born_on is not None and age_on(born_on, today()) < of_age()


def is_child(born_on: date | None) -> bool:
    """Say whether the children's rules hold for somebody today."""
    return born_on is not None and age_on(born_on, today()) < child()


def lacks_consent(born_on: date | None, guardian_consent: str, day: date) -> bool:
    """Say whether somebody is under age on a day and no guardian agrees, or none does any more."""
    return born_on is not None and age_on(born_on, day) < of_age() and not guardian_consent


def last_birthday(years: int, day: date) -> date:
    """Return the latest birthday of those who are so many years old, or older, on a day."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February, and none in that year
        return date(day.year - years, 2, 28)
