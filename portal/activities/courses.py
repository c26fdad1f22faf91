"""Say which dates of an activity make a course that one can sign up for as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal.activities.cards import Card, make_card, select_cards
from portal.activities.models import Activity, Occurrence, OccurrenceStatus, SignUp
from portal.activities.standing import Held, Standing, standing
from portal.clock import now
from portal.db import db

MOST_DATES = 60  # that one party signs up for at once; later ones can be joined when these are over


@dataclass(frozen=True, slots=True)
class CourseDate:
    """One date of a course, and how it stands for somebody who would like to come to all of them."""

    card: Card
    stands: Standing


@dataclass(frozen=True, slots=True)
class Course:
    """What can be signed up for at once: the dates that take registrations now, in order of their start."""

    sign_up: SignUp
    dates: Sequence[CourseDate]
    opens_at: datetime | None = None  # if nobody can sign up yet

    @property
    def only(self) -> bool:
        """Say whether nobody signs up for single dates."""
        return self.sign_up is SignUp.COURSE

    @property
    def full(self) -> int:
        """Return on how many of the dates one would queue."""
        return sum(date.stands is Standing.FULL for date in self.dates)


def coming(activity_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions on a date of a course: published, planned, and not begun yet."""
    return (
        Occurrence.activity_id == activity_id,
        Occurrence.published.is_(True),
        Occurrence.status == OccurrenceStatus.PLANNED,
        Occurrence.starts_at > now(),
    )


def has_opened(activity_id: int) -> sa.ColumnElement[bool]:
    """Say in SQL whether sign-up for a course has opened: with its first date, it opens for all of them."""
    first = aliased(Occurrence)
    return sa.exists().where(
        first.activity_id == activity_id,
        first.published.is_(True),
        sa.or_(first.opens_at.is_(None), first.opens_at <= now()),
    )


def has_several(activity_id: int) -> sa.ColumnElement[bool]:
    """Say in SQL whether an activity has more than one published date; one alone makes no course."""
    date = aliased(Occurrence)
    counted = sa.select(sa.func.count()).where(date.activity_id == activity_id, date.published.is_(True))
    return counted.scalar_subquery() > 1


def in_course(held: Held, opened: bool, moment: datetime) -> Standing:
    """Say how a date stands for somebody who signs up for the whole course."""
    return standing(replace(held, opens_at=None) if opened else held, moment)


def takes(stands: Standing, by_staff: bool) -> bool:
    """Say whether a date can be signed up for as it stands; staff may before it opens and after it closes."""
    return stands.takes_registrations or (by_staff and stands in (Standing.NOT_YET, Standing.CLOSED))


def course_of(activity: Activity, by_staff: bool = False) -> Course | None:
    """Return what can be signed up for at once; None for an activity whose dates stand each on its own."""
    if not activity.registration or activity.sign_up is SignUp.DATES:
        return None
    rows = _rows(activity.id)
    if rows and not rows[0].several:
        return None
    opens = [row.opens_at for row in rows if row.opens_at is not None and not row.opened]
    return Course(activity.sign_up, _dates(rows, by_staff), min(opens, default=None))


def dates_beside(activity: Activity, known: Sequence[int]) -> list[CourseDate]:
    """List the dates that can be signed up for and are none of those known."""
    return [date for date in _dates(_rows(activity.id), False) if date.card.id not in known]


def _rows(activity_id: int) -> Sequence[Any]:
    return db.session.execute(
        select_cards()
        .add_columns(
            has_opened(activity_id).label("opened"),
            has_several(activity_id).label("several"),
        )
        .where(*coming(activity_id))
        .limit(MOST_DATES)
    ).all()


def _dates(rows: Sequence[Any], by_staff: bool) -> list[CourseDate]:
    dates = [
        CourseDate(card, in_course(card.held, row.opened, now())) for row in rows for card in [make_card(row)]
    ]
    return [date for date in dates if takes(date.stands, by_staff)]
