"""Read the network."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa
from flask import g
from sqlalchemy.orm import aliased, selectinload

from portal.access import Scope
from portal.db import db
from portal.errors import Missing
from portal.i18n import language
from portal.stations.hours import Stretch
from portal.stations.models import Cluster, ClusterMember, Level, NetworkFact, Room, Station, StationHours

MOST_SHOWN = 40  # stations that a page lists; a larger network is searched, not listed


class Seal(NamedTuple):
    """What a station's seal is drawn from."""

    shape: str
    tone: str
    character: str


@dataclass(frozen=True, slots=True)
class StationCard:
    """What lists and links show of a station."""

    id: int
    slug: str
    level: Level
    short_name: str
    name: str
    seal: Seal
    closed: bool


CARD_COLUMNS = (
    Station.id,
    Station.slug,
    Station.level,
    Station.short_name,
    Station.short_name_en,
    Station.name,
    Station.name_en,
    Station.seal_shape,
    Station.seal_tone,
    Station.seal_character,
    Station.closed,
)


def in_language(chinese: str, english: str) -> str:
    """Return the name in the language of this request; the Chinese one where there is no other."""
    return english if english and language() == "en" else chinese


def card(row: Any) -> StationCard:
    """Make a card of a row that holds CARD_COLUMNS."""
    return StationCard(
        id=row.id,
        slug=row.slug,
        level=row.level,
        short_name=in_language(row.short_name, row.short_name_en),
        name=in_language(row.name, row.name_en),
        seal=Seal(row.seal_shape, row.seal_tone, row.seal_character),
        closed=row.closed,
    )


def stations_shown() -> list[StationCard]:
    """List the open stations, in the network's order; at most MOST_SHOWN. Asked once a request."""
    if "stations_shown" not in g:
        rows = db.session.execute(
            sa.select(*CARD_COLUMNS)
            .where(Station.closed.is_(False))
            .order_by(Station.position, Station.id)
            .limit(MOST_SHOWN)
        )
        g.stations_shown = [card(row) for row in rows]
    found: list[StationCard] = g.stations_shown
    return found


def by_slug(slug: str) -> Station:
    """Return a station with its rooms and hours.

    Raises:
        Missing: there is none of that name.
    """
    station = db.session.scalar(
        sa.select(Station)
        .where(Station.slug == slug)
        .options(
            selectinload(Station.hours),
            selectinload(Station.rooms.and_(Room.retired.is_(False))).selectinload(Room.hours),
        )
    )
    if station is None:
        raise Missing
    return station


def successor_of(slug: str) -> str | None:
    """Return the name of the station that this one was merged into.

    Raises:
        Missing: there is no such station.
    """
    successor = aliased(Station)
    row = db.session.execute(
        sa.select(successor.slug)
        .select_from(Station)
        .outerjoin(successor, successor.id == Station.merged_into_id)
        .where(Station.slug == slug)
    ).first()
    if row is None:
        raise Missing
    slug_after: str | None = row.slug
    return slug_after


@dataclass(frozen=True, slots=True)
class Listed:
    """A station as the public list shows it."""

    card: StationCard
    address: str
    hours: tuple[Stretch, ...]


def listed() -> list[Listed]:
    """List the open stations with address and hours, in the network's order; at most MOST_SHOWN."""
    rows = db.session.execute(
        sa.select(*CARD_COLUMNS, Station.address)
        .where(Station.closed.is_(False))
        .order_by(Station.position, Station.id)
        .limit(MOST_SHOWN)
    ).all()
    weeks = _hours_of([row.id for row in rows])
    return [Listed(card(row), row.address, tuple(weeks[row.id])) for row in rows]


def _hours_of(station_ids: Sequence[int]) -> dict[int, list[Stretch]]:
    rows = db.session.execute(
        sa.select(StationHours.station_id, StationHours.weekday, StationHours.opens, StationHours.closes)
        .where(StationHours.station_id.in_(station_ids))
        .order_by(StationHours.weekday, StationHours.opens)
    )
    found: dict[int, list[Stretch]] = {station_id: [] for station_id in station_ids}
    for row in rows:
        found[row.station_id].append(Stretch(row.weekday, row.opens, row.closes))
    return found


def clusters_with_members() -> list[tuple[Cluster, list[StationCard]]]:
    """List the clusters that have open stations, each with them, its lead first."""
    rows = db.session.execute(
        sa.select(ClusterMember.cluster_id, *CARD_COLUMNS)
        .join(Station, Station.id == ClusterMember.station_id)
        .where(Station.closed.is_(False))
        .order_by(Station.position, Station.id)
    ).all()
    found = []
    for cluster in clusters_shown():
        members = [card(row) for row in rows if row.cluster_id == cluster.id]
        if members:
            found.append((cluster, sorted(members, key=lambda member: member.id != cluster.lead_id)))
    return found


def card_by_id(station_id: int) -> StationCard:
    """Return the card of a station; Missing if there is none."""
    row = db.session.execute(sa.select(*CARD_COLUMNS).where(Station.id == station_id)).first()
    if row is None:
        raise Missing
    return card(row)


def card_by_slug(slug: str) -> StationCard:
    """Return the card of a station; Missing if there is none."""
    row = db.session.execute(sa.select(*CARD_COLUMNS).where(Station.slug == slug)).first()
    if row is None:
        raise Missing
    return card(row)


def id_of(slug: str) -> int | None:
    """Return the id of the station of that name."""
    return db.session.scalar(sa.select(Station.id).where(Station.slug == slug))


def root_id() -> int:
    """Return the id of the centre."""
    return db.session.scalars(sa.select(Station.id).where(Station.parent_id.is_(None))).one()


def above(station_id: int) -> sa.Select[Any]:
    """Select the ids of a station and of all stations above it."""
    chain = (
        sa.select(Station.id, Station.parent_id).where(Station.id == station_id).cte("chain", recursive=True)
    )
    chain = chain.union(sa.select(Station.id, Station.parent_id).join(chain, Station.id == chain.c.parent_id))
    return sa.select(chain.c.id)


def below(station_id: int) -> sa.Select[Any]:
    """Select the ids of a station and of all stations below it."""
    tree = sa.select(Station.id).where(Station.id == station_id).cte("tree", recursive=True)
    tree = tree.union(sa.select(Station.id).join(tree, Station.parent_id == tree.c.id))
    return sa.select(tree.c.id)


def ids_in(scope: Scope | None) -> sa.Select[Any] | None:
    """Select the ids within a scope; None means that the scope has no limit.

    Raises:
        Missing: there is no scope at all.
    """
    if scope is None:
        raise Missing
    return None if scope.everything else below(scope.station_id)


def in_scope(
    column: sa.ColumnElement[int] | sa.orm.InstrumentedAttribute[int], scope: Scope | None
) -> sa.ColumnElement[bool]:
    """Say in SQL that a station id lies within a scope."""
    ids = ids_in(scope)
    return sa.true() if ids is None else column.in_(ids)


def is_in_scope(station_id: int, scope: Scope | None) -> bool:
    """Say whether a station lies within a scope."""
    if scope is None:
        return False
    if scope.everything or scope.station_id == station_id:
        return True
    return db.session.scalar(sa.select(sa.literal(station_id).in_(below(scope.station_id)))) is True


def stations_in(scope: Scope) -> list[StationCard]:
    """List the open stations within a scope, its own first; at most MOST_SHOWN."""
    rows = db.session.execute(
        sa.select(*CARD_COLUMNS)
        .where(Station.closed.is_(False), in_scope(Station.id, scope))
        .order_by(Station.id != scope.station_id, Station.position, Station.id)
        .limit(MOST_SHOWN)
    )
    return [card(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Completeness:
    """A station, and which of the things residents look for it has not told yet."""

    card: StationCard
    no_address: bool
    no_hours: bool
    no_phone: bool


def completeness(scope: Scope) -> list[Completeness]:
    """List the stations of a scope, its own first, with what is missing; at most MOST_SHOWN."""
    has_hours = sa.exists().where(StationHours.station_id == Station.id)
    rows = db.session.execute(
        sa.select(*CARD_COLUMNS, Station.address, Station.phone, has_hours.label("has_hours"))
        .where(in_scope(Station.id, scope))
        .order_by(Station.id != scope.station_id, Station.position, Station.id)
        .limit(MOST_SHOWN)
    )
    return [
        Completeness(
            card(row), no_address=not row.address, no_hours=not row.has_hours, no_phone=not row.phone
        )
        for row in rows
    ]


def clusters_shown() -> Sequence[Cluster]:
    """List the clusters."""
    return db.session.scalars(sa.select(Cluster).order_by(Cluster.id).limit(MOST_SHOWN)).all()


def cluster_by_slug(slug: str) -> Cluster | None:
    """Return the cluster of that name."""
    return db.session.scalar(sa.select(Cluster).where(Cluster.slug == slug))


def members_of(cluster_id: int) -> sa.Select[Any]:
    """Select the ids of a cluster's stations."""
    return sa.select(ClusterMember.station_id).where(ClusterMember.cluster_id == cluster_id)


def _shares_a_cluster(station_id: int) -> sa.ColumnElement[bool]:
    mine = sa.select(ClusterMember.cluster_id).where(ClusterMember.station_id == station_id)
    return Station.id.in_(sa.select(ClusterMember.station_id).where(ClusterMember.cluster_id.in_(mine)))


def _is_neighbour(station_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(Station.id != station_id, Station.closed.is_(False), _shares_a_cluster(station_id))


def neighbours(station_id: int) -> list[StationCard]:
    """List the open stations that share a cluster with this one."""
    rows = db.session.execute(
        sa.select(*CARD_COLUMNS)
        .where(_is_neighbour(station_id))
        .order_by(Station.position, Station.id)
        .limit(MOST_SHOWN)
    )
    return [card(row) for row in rows]


def has_neighbours(station_id: int) -> bool:
    """Say whether any open station shares a cluster with this one."""
    return db.session.scalar(sa.select(sa.exists().where(_is_neighbour(station_id)))) is True


def with_neighbours(station_id: int) -> sa.Select[Any]:
    """Select the ids of a station and of those that share a cluster with it."""
    return sa.select(Station.id).where(sa.or_(Station.id == station_id, _shares_a_cluster(station_id)))


def rooms_of(station_id: int) -> Sequence[Room]:
    """List the rooms in use at a station."""
    return db.session.scalars(
        sa.select(Room)
        .where(Room.station_id == station_id, Room.retired.is_(False))
        .order_by(Room.position, Room.id)
    ).all()


def fact(key: str) -> str | None:
    """Return what the network remembers under this key."""
    return db.session.scalar(sa.select(NetworkFact.value).where(NetworkFact.key == key))
