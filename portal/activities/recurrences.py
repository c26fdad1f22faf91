"""Keep by which rules the dates of activities are made: typed columns, read back as rules."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from itertools import pairwise

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from portal.activities import lunar
from portal.activities.content import Where
from portal.activities.dates import Span
from portal.activities.lunar import OfficialDay
from portal.activities.models import Activity
from portal.activities.recurrence import Holidays, Kind, MakeUp, Rule, check, expand, takes_place
from portal.db import Model
from portal.errors import Refused
from portal.i18n import _
from portal.stations.models import Room

KIND_HAS_ITS_PARTS = """
CASE kind
  WHEN 'weekly' THEN weekdays > 0
  WHEN 'monthly_day' THEN month_day IS NOT NULL
  WHEN 'monthly_weekday' THEN nth IS NOT NULL AND weekday IS NOT NULL
  WHEN 'yearly_day' THEN month IS NOT NULL AND month_day IS NOT NULL
  WHEN 'yearly_lunar' THEN lunar_month IS NOT NULL AND lunar_day IS NOT NULL
  WHEN 'yearly_term' THEN term <> ''
  ELSE kind = 'dates'
END
"""


class DayRole(StrEnum):
    """What a day has to do with a rule of repetition.

    `listed`: one of the dates chosen one by one; `exception`: it does not take place then; `extra`: it does,
    whatever the rule says; `blocked`: the room was taken when the date was to be made, so it was not.
    """

    LISTED = "listed"
    EXCEPTION = "exception"
    EXTRA = "extra"
    BLOCKED = "blocked"


class Recurrence(Model):
    """By which rule the dates of an activity are made, at which hours, and where.

    The parts of the rule are those of portal.activities.recurrence.Rule; weekdays as bits, 1 for Monday. A
    rule that changes from some date on ends before it, and another row goes on.
    """

    __tablename__ = "recurrence"
    __table_args__ = (
        CheckConstraint('"interval" BETWEEN 1 AND 52', name="interval_sensible"),
        CheckConstraint("weekdays BETWEEN 0 AND 127", name="weekdays_are_bits"),
        CheckConstraint("month_day BETWEEN -1 AND 31 AND month_day <> 0", name="month_day_sensible"),
        CheckConstraint("nth BETWEEN -1 AND 5 AND nth <> 0", name="nth_sensible"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_sensible"),
        CheckConstraint("month BETWEEN 1 AND 12", name="month_sensible"),
        CheckConstraint("lunar_month BETWEEN 1 AND 12", name="lunar_month_sensible"),
        CheckConstraint("lunar_day BETWEEN -1 AND 30 AND lunar_day <> 0", name="lunar_day_sensible"),
        CheckConstraint("before_weekday BETWEEN 0 AND 6", name="before_weekday_sensible"),
        CheckConstraint(KIND_HAS_ITS_PARTS, name="kind_has_its_parts"),
        CheckConstraint("count BETWEEN 1 AND 200", name="count_sensible"),
        CheckConstraint("opens < closes", name="opens_before_closes"),
        CheckConstraint("days BETWEEN 1 AND 92", name="days_sensible"),
        CheckConstraint("(room_id IS NULL) <> (place_name = '')", name="room_or_place"),
        CheckConstraint("seats BETWEEN 1 AND 100000", name="seats_sensible"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    activity_id: Mapped[int] = mapped_column(ForeignKey(Activity.id, ondelete="CASCADE"), index=True)
    kind: Mapped[Kind]
    interval: Mapped[int]
    weekdays: Mapped[int]
    month_day: Mapped[int | None]
    nth: Mapped[int | None]
    weekday: Mapped[int | None]
    month: Mapped[int | None]
    lunar_month: Mapped[int | None]
    lunar_day: Mapped[int | None]
    term: Mapped[str] = mapped_column(default="")
    offset_days: Mapped[int]
    before_weekday: Mapped[int | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    count: Mapped[int | None]
    holidays: Mapped[Holidays]
    make_up: Mapped[MakeUp]
    cut_on: Mapped[date | None]  # what is meant from this day on was called off, and can be taken back
    opens: Mapped[time]
    closes: Mapped[time]
    days: Mapped[int]  # that each date goes on for
    room_id: Mapped[int | None] = mapped_column(ForeignKey(Room.id), index=True)
    place_name: Mapped[str]
    place_address: Mapped[str]
    place_directions: Mapped[str]
    seats: Mapped[int | None]
    made_until: Mapped[date]  # dates are made up to this day
    out_of_step: Mapped[int] = mapped_column(default=0)  # dates made that no longer fit the days off

    listed: Mapped[list["RecurrenceDay"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="RecurrenceDay.day"
    )


class RecurrenceDay(Model):
    """One day that is named beside a rule."""

    __tablename__ = "recurrence_day"

    recurrence_id: Mapped[int] = mapped_column(
        ForeignKey(Recurrence.id, ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[date] = mapped_column(primary_key=True)
    role: Mapped[DayRole] = mapped_column(primary_key=True)


@dataclass(frozen=True, slots=True)
class Repeats:
    """A rule with the hours at which each of its dates opens, and for how many days it goes on."""

    rule: Rule
    opens: time
    closes: time
    days: int = 1

    def span_on(self, day: date) -> Span:
        """Return when the date that begins on this day takes place."""
        return Span(day, day + timedelta(days=self.days - 1), self.opens, self.closes)

    def check(self) -> None:
        """Refuse what makes no sense.

        Raises:
            Refused: the rule does not hold together, or one date would still go on when the next begins.
        """
        check(self.rule)
        if self.days > 1:
            first = self.rule.starts_on
            days = takes_place(expand(self.rule, first, first + timedelta(days=3 * 366), official))
            if any((later - day).days < self.days for day, later in pairwise(days)):
                raise Refused(_("One date would still go on when the next begins."), field="last_day")


def official(day: date) -> OfficialDay | None:
    """Return what a day is to a rule: what the law lets expect is off; make-up days are never guessed."""
    named = lunar.official_day(day)
    return OfficialDay.OFF if named is OfficialDay.EXPECTED else named


def repeats_of(row: Recurrence, blocked: bool = True) -> Repeats:
    """Read a row, with its days loaded; `blocked`: where the room was taken there is no date."""
    named: dict[DayRole, list[date]] = {role: [] for role in DayRole}
    for one in row.listed:
        named[one.role].append(one.day)
    ends_on = row.ends_on
    if row.cut_on is not None:
        ends_on = min(row.cut_on - timedelta(days=1), ends_on or date.max)
    rule = Rule(
        row.kind,
        row.starts_on,
        row.interval,
        tuple(day for day in range(7) if row.weekdays >> day & 1),
        row.month_day,
        row.nth,
        row.weekday,
        row.month,
        row.lunar_month,
        row.lunar_day,
        row.term or None,
        row.offset_days,
        row.before_weekday,
        tuple(named[DayRole.LISTED]),
        ends_on,
        row.count,
        row.holidays,
        row.make_up,
        frozenset(named[DayRole.EXCEPTION] + (named[DayRole.BLOCKED] if blocked else [])),
        frozenset(named[DayRole.EXTRA]),
    )
    return Repeats(rule, row.opens, row.closes, row.days)


def where_of(row: Recurrence) -> Where:
    """Return where the dates of a row take place."""
    return Where(row.room_id, row.place_name, row.place_address, row.place_directions, row.seats)


def store(
    session: Session,
    activity_id: int,
    repeats: Repeats,
    where: Where,
    made_until: date,
) -> Recurrence:
    """Write a checked rule down as a new row."""
    rule = repeats.rule
    row = Recurrence(
        activity_id=activity_id,
        kind=rule.kind,
        interval=rule.interval,
        weekdays=sum(1 << day for day in {*rule.weekdays}),
        month_day=rule.month_day,
        nth=rule.nth,
        weekday=rule.weekday,
        month=rule.month,
        lunar_month=rule.lunar_month,
        lunar_day=rule.lunar_day,
        term=rule.term or "",
        offset_days=rule.offset_days,
        before_weekday=rule.before_weekday,
        starts_on=rule.starts_on,
        ends_on=rule.ends_on,
        count=rule.count,
        holidays=rule.holidays,
        make_up=rule.make_up,
        cut_on=None,
        opens=repeats.opens,
        closes=repeats.closes,
        days=repeats.days,
        room_id=where.room_id,
        place_name="" if where.room_id else where.place_name,
        place_address=where.place_address,
        place_directions=where.place_directions,
        seats=where.seats,
        made_until=made_until,
    )
    roles = (
        (DayRole.LISTED, rule.dates),
        (DayRole.EXCEPTION, rule.exceptions),
        (DayRole.EXTRA, rule.extra),
    )
    row.listed = [RecurrenceDay(day=day, role=role) for role, days in roles for day in sorted({*days})]
    session.add(row)
    session.flush()
    return row
