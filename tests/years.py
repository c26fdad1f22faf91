"""Fill the network with years of weekly dates, straight into the tables, for tests and measurements."""

from collections.abc import Iterator
from datetime import date, time, timedelta
from itertools import count
from typing import Any

import sqlalchemy as sa
from flask import Flask

from portal.activities.agenda import next_month
from portal.activities.models import (
    Activity,
    ActivityAudience,
    ActivityCohost,
    ActivityStatus,
    Audience,
    Category,
    CountSource,
    Occurrence,
    OccurrenceStatus,
    RoomBooking,
    Series,
)
from portal.clock import at, now, start_of, today
from portal.db import db, transaction
from portal.stations.models import Room, Station
from portal.web.text import fold

# The pages that must not grow; {name} stands for what Years.names() says.
PUBLIC = (
    "/",
    "/calendar",
    "/calendar?on={far}",
    "/calendar?view=week",
    "/calendar?view=day",
    "/calendar?view=list",
    "/calendar?view=list&station=s4",
    "/calendar?view=list&station=s4&nearby=1",
    "/calendar?view=list&cluster=s4",
    "/calendar?view=list&category=fitness",
    "/calendar?view=list&series=zhongqiu",
    "/calendar?view=list&audience=children",
    "/calendar?view=list&free=1",
    "/calendar?view=list&open=1",
    "/calendar?view=list&q=书法",
    "/calendar?view=list&q=没有的词",
    "/calendar.ics",
    "/calendar.ics?station=s4&nearby=1",
    "/calendar.atom",
    "/stations/",
    "/stations/s4",
    "/stations/s9",
    "/stations/s4/calendar.ics",
    "/stations/s4/sheet?span=month",
    "/festivals/",
    "/festivals/zhongqiu/{year}",
    "/occurrences/{occurrence}",
    "/occurrences/{occurrence}.ics",
    "/occurrences/{occurrence}/register",
)
STAFF = (
    "/staff/",
    "/staff/activities/",
    "/staff/activities/?q=书法",
    "/staff/activities/new",
    "/staff/activities/new?copy={activity}",
    "/staff/activities/{activity}",
    "/staff/activities/{activity}/edit",
    "/staff/activities/{activity}/cancel",
    "/staff/occurrences/{occurrence}",
    "/staff/occurrences/{occurrence}/move",
    "/staff/stations/s4",
)
WEEKLY = ("书法班", "八段锦", "少儿手工")  # go on for all the years; a fourth is new each month
CLOSED = "s9"  # closed long ago: what it did last lies far back
CLOSED_SINCE = timedelta(days=300)
HELD = dict.fromkeys(("place_name", "place_address", "place_directions", "cancel_reason", "counted_by"), "")


class Years:
    """The network over years: at each station four activities a week, and a festival each autumn."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._numbers = count(1)
        with app.app_context(), transaction() as session:
            stations = session.scalars(sa.select(Station).order_by(Station.id)).all()
            self._stations = [station.id for station in stations]
            closed = next(station for station in stations if station.slug == CLOSED)
            closed.closed = True
            self._closed = closed.id
            self._rooms = {
                room.station_id: room.id
                for room in session.scalars(sa.select(Room).where(Room.name == "文化活动室"))
            }
            self._series = session.scalars(sa.select(Series.id).where(Series.code == "zhongqiu")).one()
            self._going_on = {
                (station_id, title): self._activity(station_id, title)
                for station_id in self._stations
                for title in WEEKLY
            }

    def _activity(self, station_id: int, title: str, series_id: int | None = None) -> int:
        session = db.session()
        room_id = self._rooms.get(station_id) if title == WEEKLY[0] else None
        activity = Activity(
            station_id=station_id,
            series_id=series_id,
            title=title,
            category=Category.FITNESS if title == WEEKLY[1] else Category.CULTURE,
            registration=title == WEEKLY[0],
            seats=20,
            room_id=room_id,
            place_name="" if room_id else "榕树下",
            status=ActivityStatus.PUBLISHED,
            published_at=now() - timedelta(days=1),
            created_at=now(),
            changed_at=now(),
            search=fold(title),
        )
        session.add(activity)
        session.flush()
        audience = Audience.CHILDREN if title == WEEKLY[2] else Audience.EVERYONE
        session.add(ActivityAudience(activity_id=activity.id, audience=audience))
        if title == WEEKLY[0]:
            other = self._stations[(self._stations.index(station_id) + 1) % len(self._stations)]
            session.add(ActivityCohost(activity_id=activity.id, station_id=other))
        return activity.id

    def add(self, first: date, last: date) -> None:
        """Hold everything weekly from one date to another."""
        with self._app.app_context(), transaction() as session:
            taken = session.scalar(sa.select(sa.func.max(Occurrence.id))) or 0
            rows = [row | {"id": taken + number} for number, row in enumerate(self._dates(first, last), 1)]
            session.execute(sa.insert(Occurrence), rows)
            booked = [row for row in rows if row["room_id"] and row["status"] is OccurrenceStatus.PLANNED]
            session.execute(
                sa.insert(RoomBooking),
                [
                    {
                        "room_id": row["room_id"],
                        "occurrence_id": row["id"],
                        "starts_at": row["starts_at"],
                        "ends_at": row["ends_at"],
                    }
                    for row in booked
                ],
            )
            if db.engine.dialect.name == "postgresql":  # ids were given; the next one comes after them
                session.execute(
                    sa.text("SELECT setval('occurrence_id_seq', (SELECT max(id) FROM occurrence))")
                )
        self._look_again()

    def _look_again(self) -> None:
        # PostgreSQL does so by itself, a while later; nobody does on SQLite.
        with self._app.app_context():
            if db.engine.dialect.name == "postgresql":
                with db.engine.connect() as connection:
                    connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")

    def _dates(self, first: date, last: date) -> Iterator[dict[str, Any]]:
        for station_id in self._stations:
            until = min(last, today() - CLOSED_SINCE) if station_id == self._closed else last
            for weekday, title in enumerate(WEEKLY):
                going_on = self._going_on[station_id, title]
                yield from self._weekly(going_on, station_id, first, until, weekday * 2)
            month = first
            while month <= until:  # a fourth that is posted anew each month
                ends = min(until, next_month(month) - timedelta(days=1))
                another = self._activity(station_id, f"剪纸 {month.year}-{month.month}")
                yield from self._weekly(another, station_id, month, ends, 5)
                if month.month == 9:
                    festival = self._activity(station_id, f"中秋 {month.year}", self._series)
                    yield from self._weekly(festival, station_id, month, ends, 6)
                month = next_month(month)

    def _weekly(
        self, activity_id: int, station_id: int, first: date, last: date, weekday: int
    ) -> Iterator[dict[str, Any]]:
        room_id = (
            self._rooms.get(station_id) if activity_id == self._going_on[station_id, WEEKLY[0]] else None
        )
        day = first + timedelta(days=(weekday - first.weekday()) % 7)
        while day <= last:
            yield self._date(activity_id, station_id, day, room_id)
            day += timedelta(days=7)

    def _date(self, activity_id: int, station_id: int, day: date, room_id: int | None) -> dict[str, Any]:
        cancelled = next(self._numbers) % 10 == 0
        counted = not cancelled and day < today() - timedelta(days=5)
        moment = start_of(day)
        return HELD | {
            "activity_id": activity_id,
            "station_id": station_id,
            "starts_at": at(day, time(9)),
            "ends_at": at(day, time(10, 30)),
            "room_id": room_id,
            "place_name": "" if room_id else "榕树下",
            "seats": 20,
            "status": OccurrenceStatus.CANCELLED if cancelled else OccurrenceStatus.PLANNED,
            "cancelled_at": min(moment, now()) - timedelta(days=1) if cancelled else None,
            "published": True,
            "changed_at": moment,
            "sequence": int(cancelled),
            "attended": 12 if counted else None,
            "count_source": CountSource.COUNTED if counted else None,
            "counted_at": moment if counted else None,
        }

    def names(self) -> dict[str, str]:
        """Return what stands in the pages' addresses: an activity of all these years, and its next date."""
        activity_id = self._going_on[self._stations[3], WEEKLY[0]]
        with self._app.app_context():
            occurrence_id = db.session.scalars(
                sa.select(Occurrence.id)
                .where(
                    Occurrence.activity_id == activity_id,
                    Occurrence.starts_at > now(),
                    Occurrence.status == OccurrenceStatus.PLANNED,
                )
                .order_by(Occurrence.starts_at)
            ).first()
        far = today() + timedelta(days=90)
        return {
            "activity": str(activity_id),
            "occurrence": str(occurrence_id),
            "year": str(today().year),
            "far": far.isoformat(),
        }
