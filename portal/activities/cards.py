"""Make cards of occurrences: plain rows for agendas, grids and desks, never objects that surprise."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from portal.activities.models import Activity, Category, Occurrence, OccurrenceStatus
from portal.activities.standing import Held
from portal.clock import local
from portal.stations.models import Room, Station
from portal.stations.queries import Seal, in_language


@dataclass(frozen=True, slots=True)
class Card:
    """What lists show of an occurrence; its times are in the stations' time zone."""

    id: int
    activity_id: int
    title: str
    category: Category
    starts_at: datetime
    ends_at: datetime
    cancelled: bool
    cancel_reason: str
    registration: bool
    seats: int | None
    station_slug: str
    station_name: str
    seal: Seal
    place: str
    attended: int | None
    published: bool
    station_id: int
    seats_taken: int
    parties_waiting: int
    opens_at: datetime | None
    closes_at: datetime | None

    @property
    def first_day(self) -> date:
        """Return the local date it begins on."""
        return self.starts_at.date()

    @property
    def last_day(self) -> date:
        """Return the local date it ends on."""
        return self.ends_at.date()

    @property
    def several_days(self) -> bool:
        """Say whether it spans more than one date."""
        return self.first_day != self.last_day

    @property
    def held(self) -> Held:
        """Return what its standing is read from."""
        return Held(
            self.cancelled,
            self.registration,
            self.starts_at,
            self.ends_at,
            self.opens_at,
            self.closes_at,
            self.seats,
            self.seats_taken,
            self.parties_waiting,
        )

    def begins_on(self, day: date) -> datetime:
        """Return when it opens on this day: at the same wall time on each of its days."""
        return self.starts_at.replace(year=day.year, month=day.month, day=day.day)

    def ends_on(self, day: date) -> datetime:
        """Return when it closes on this day."""
        return self.ends_at.replace(year=day.year, month=day.month, day=day.day)

    def state(self, day: date, moment: datetime) -> str:
        """Say how it stands on this day at this moment: cancelled, past, running or coming."""
        if self.cancelled:
            return "cancelled"
        if self.ends_on(day) <= moment:
            return "past"
        return "running" if self.begins_on(day) <= moment else "coming"


COLUMNS = (
    Occurrence.id,
    Occurrence.activity_id,
    Activity.title,
    Activity.category,
    Occurrence.starts_at,
    Occurrence.ends_at,
    Occurrence.status,
    Occurrence.cancel_reason,
    Activity.registration,
    Occurrence.seats,
    Occurrence.station_id,
    Station.slug,
    Station.short_name,
    Station.short_name_en,
    Station.seal_shape,
    Station.seal_tone,
    Station.seal_character,
    Room.name.label("room_name"),
    Room.name_en.label("room_name_en"),
    Occurrence.place_name,
    Occurrence.attended,
    Occurrence.published,
    Occurrence.seats_taken,
    Occurrence.parties_waiting,
    Occurrence.opens_at,
    Occurrence.closes_at,
)


def select_cards() -> Any:
    """Select what cards are made of, in order of the start."""
    return (
        sa.select(*COLUMNS)
        .join(Activity, Activity.id == Occurrence.activity_id)
        .join(Station, Station.id == Occurrence.station_id)
        .outerjoin(Room, Room.id == Occurrence.room_id)
        .order_by(Occurrence.starts_at, Occurrence.id)
    )


def make_card(row: Any) -> Card:
    """Make a card of a row of select_cards()."""
    room = in_language(row.room_name, row.room_name_en) if row.room_name else row.place_name
    return Card(
        id=row.id,
        activity_id=row.activity_id,
        title=row.title,
        category=row.category,
        starts_at=local(row.starts_at),
        ends_at=local(row.ends_at),
        cancelled=row.status is OccurrenceStatus.CANCELLED,
        cancel_reason=row.cancel_reason,
        registration=row.registration,
        seats=row.seats,
        station_slug=row.slug,
        station_name=in_language(row.short_name, row.short_name_en),
        seal=Seal(row.seal_shape, row.seal_tone, row.seal_character),
        place=room,
        attended=row.attended,
        published=row.published,
        station_id=row.station_id,
        seats_taken=row.seats_taken,
        parties_waiting=row.parties_waiting,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
    )


def card_of(found: Occurrence) -> Card:
    """Make the card of an occurrence that occurrence() returned."""
    room = found.room
    return Card(
        id=found.id,
        activity_id=found.activity_id,
        title=found.activity.title,
        category=found.activity.category,
        starts_at=local(found.starts_at),
        ends_at=local(found.ends_at),
        cancelled=found.status is OccurrenceStatus.CANCELLED,
        cancel_reason=found.cancel_reason,
        registration=found.activity.registration,
        seats=found.seats,
        station_slug=found.station.slug,
        station_name=in_language(found.station.short_name, found.station.short_name_en),
        seal=Seal(found.station.seal_shape, found.station.seal_tone, found.station.seal_character),
        place=in_language(room.name, room.name_en) if room else found.place_name,
        attended=found.attended,
        published=found.published,
        station_id=found.station_id,
        seats_taken=found.seats_taken,
        parties_waiting=found.parties_waiting,
        opens_at=found.opens_at,
        closes_at=found.closes_at,
    )
