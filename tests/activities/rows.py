"""Help to test rows of dates that a rule makes: make them, change them, read what came of it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from portal.activities import (
    occurrences,
    rescheduling,
)
from portal.activities.content import Where
from portal.activities.dates import Span
from portal.activities.holidays import Named
from portal.activities.lunar import OfficialDay
from portal.activities.models import Activity, Occurrence, OccurrenceStatus, RoomBooking
from portal.activities.recurrences import Recurrence, Repeats
from portal.activities.rescheduling import Outlook, Reach, Wish
from portal.clock import local
from portal.db import db
from portal.messages.models import Message
from tests.make import Make, span

inside = pytest.mark.usefixtures("noon", "app_context")
Clock = time_machine.Traveller
HERE = Where(None, "榕树下", "", "", None)
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
TUESDAY_16 = 6  # days from the tests' noon


def on(text: str) -> date:
    return date.fromisoformat(f"2026-{text}" if len(text) == 5 else text)


def hour(day: str, opens: str = "10:00") -> Span:
    """Return one hour on a day."""
    return span(first=on(day), opens=opens, closes=f"{int(opens[:2]) + 1:02}{opens[2:]}")


def hall(make: Make) -> Where:
    return Where(make.room(), "", "", "", None)


def rows_of(activity_id: int) -> list[Occurrence]:
    db.session.rollback()
    wanted = sa.select(Occurrence).where(Occurrence.activity_id == activity_id)
    return list(db.session.scalars(wanted.order_by(Occurrence.starts_at, Occurrence.id)))


def said(activity_id: int, most: int = 20) -> list[str]:
    """Write dates down as “06-16 10:00”, with “off” and “hand” behind."""
    return [
        " ".join(
            [f"{local(one.starts_at):%m-%d %H:%M}"]
            + ["off"] * (one.status is OccurrenceStatus.CANCELLED)
            + ["hand"] * one.by_hand
        )
        for one in rows_of(activity_id)[:most]
    ]


def days(activity_id: int) -> list[str]:
    return [f"{local(one.starts_at):%m-%d}" for one in rows_of(activity_id)]


def row(occurrence_id: int) -> Occurrence:
    db.session.rollback()
    return db.session.get_one(Occurrence, occurrence_id)


def booked(activity_id: int) -> list[str]:
    """List the hours for which the activity has rooms."""
    found = db.session.scalars(
        sa.select(RoomBooking.starts_at)
        .join(Occurrence, Occurrence.id == RoomBooking.occurrence_id)
        .where(Occurrence.activity_id == activity_id)
        .order_by(RoomBooking.starts_at)
    )
    return [f"{local(moment):%m-%d %H:%M}" for moment in found]


def rules(activity_id: int) -> list[Recurrence]:
    db.session.rollback()
    return rescheduling.rules_of(activity_id)


def wish(occurrence_id: int, when: Span, reach: Reach = Reach.ALL, where: Where = HERE) -> Wish:
    one = row(occurrence_id)
    since = rescheduling.first_to_come(rules(one.activity_id)) if reach is Reach.ALL else one.meant_on
    assert since is not None
    return rescheduling.moved_along(one, when, where, since, rules(one.activity_id))


def look(activity_id: int, wanted: Wish) -> Outlook:
    return rescheduling.outlook(db.session.get_one(Activity, activity_id), wanted, rules(activity_id))


def change(make: Make, activity_id: int, wanted: Wish, everywhere: bool = False) -> Outlook:
    seen = look(activity_id, wanted).seen
    return rescheduling.reschedule(activity_id, wanted, seen, make.actor(), everywhere)


def move_row(
    make: Make, occurrence_id: int, when: Span, reach: Reach = Reach.ALL, **parts: object
) -> Outlook:
    wanted = replace(wish(occurrence_id, when, reach), **parts)  # type: ignore[arg-type]
    return change(make, row(occurrence_id).activity_id, wanted)


def by_rule(make: Make, activity_id: int, repeats: Repeats, **parts: object) -> Outlook:
    """Change how it repeats, as the page of a row does."""
    wanted = Wish(repeats.rule.starts_on, repeats, HERE, lambda day: day)
    return change(make, activity_id, replace(wanted, **parts))  # type: ignore[arg-type]


def move_by_hand(make: Make, occurrence_id: int, when: Span, where: Where = HERE) -> None:
    occurrences.move(occurrence_id, row(occurrence_id).sequence, when, where, make.actor())


def told(kind: str) -> list[str]:
    return list(db.session.scalars(sa.select(Message.text).where(Message.kind == kind).order_by(Message.id)))


def notice(off: str = "", work: str = "", year: int = 2026) -> list[Named]:
    """Write a notice of days off beside those that are known."""
    return [Named(on(day), OfficialDay.OFF, "台风") for day in off.split()] + [
        Named(on(day), OfficialDay.WORK, "补班") for day in work.split()
    ]
