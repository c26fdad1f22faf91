"""Choose what takes turns beside the list: notices, the next festival, tomorrow, services, the month."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from portal.activities import home
from portal.activities.models import Occurrence, OccurrenceStatus
from portal.clock import now, start_of, today
from portal.db import db
from portal.kiosk import queries
from portal.kiosk.board import Board, BoardDay, Row
from portal.kiosk.models import BoardNotice, Kiosk
from portal.orders import menu_queries
from portal.orders.flow import State
from portal.orders.menu_queries import Teaser
from portal.orders.models import Order
from portal.stations.queries import above
from portal.volunteers.shift_models import HoursStatus, ServiceRecord

ROWS = 5  # of the next day
SERVICES = 4
NOTICES = 3
FEWEST = 5  # volunteers of whom figures are shown; fewer might be told apart


@dataclass(frozen=True, slots=True)
class NextDay:
    """What is on, seen from one day, on the next day that has anything."""

    seen_from: date
    day: date
    rows: Sequence[Row]
    more: int


@dataclass(frozen=True, slots=True)
class Month:
    """What the network did since the first of the month."""

    last: date  # until which “this month” holds
    held: int
    volunteers: int
    tenths: int  # of an hour
    orders: int  # that came in


@dataclass(frozen=True, slots=True)
class Slides:
    """Everything that takes turns; what is empty is left out."""

    notices: Sequence[BoardNotice]
    festival: home.Festival | None
    next_days: Sequence[NextDay]
    services: Sequence[Teaser]
    month: Month | None
    poem: tuple[str, str, str] | None


def gather(kiosk: Kiosk, board: Board) -> Slides:
    """Gather what takes turns on a screen."""
    own = None if kiosk.station.parent_id is None else kiosk.station_id
    return Slides(
        notices=_notices(kiosk),
        festival=home.next_festival(),
        next_days=[seen for at in range(len(board.days)) if (seen := _next_day(board.days[at:]))],
        services=menu_queries.teasers(own, SERVICES),
        month=_month(),
        poem=home.poem(today()),
    )


def _notices(kiosk: Kiosk) -> Sequence[BoardNotice]:
    """Return the latest notices for a screen; one place is kept for its own station."""
    standing = queries.notices_on(above(kiosk.station_id), today())
    shown, rest = standing[:NOTICES], standing[NOTICES:]
    if any(one.station_id == kiosk.station_id for one in shown):
        return shown
    own = [one for one in rest if one.station_id == kiosk.station_id][:1]
    return [*shown[: NOTICES - len(own)], *own]


def _next_day(days: Sequence[BoardDay]) -> NextDay | None:
    for day in days[1:]:
        rows = sorted((row for row in day.rows if row.state != "cancelled"), key=lambda row: row.turn)
        if rows:
            first = sorted(rows[:ROWS], key=lambda row: row.begins)
            return NextDay(days[0].date, day.date, first, len(rows) - len(first))
    return None


def _month() -> Month | None:
    first = today().replace(day=1)
    begins = start_of(first)
    hours = db.session.execute(
        sa.select(
            sa.func.count(ServiceRecord.volunteer_id.distinct()),
            sa.func.coalesce(sa.func.sum(ServiceRecord.tenths), 0),
        ).where(ServiceRecord.status == HoursStatus.VALID, ServiceRecord.day >= first)
    ).one()
    volunteers, tenths = int(hours[0]), int(hours[1])
    if volunteers < FEWEST:
        return None
    last = first.replace(day=monthrange(first.year, first.month)[1])
    return Month(last, _held(begins), volunteers, tenths, _ordered(begins))


def _held(since: datetime) -> int:
    return (
        db.session.scalar(
            sa.select(sa.func.count()).where(
                Occurrence.published.is_(True),
                Occurrence.status == OccurrenceStatus.PLANNED,
                Occurrence.starts_at >= since,
                Occurrence.starts_at < now(),
                Occurrence.ends_at <= now(),
            )
        )
        or 0
    )


def _ordered(since: datetime) -> int:
    return (
        db.session.scalar(
            sa.select(sa.func.count()).where(Order.created_at >= since, Order.state != State.DRAFT)
        )
        or 0
    )
