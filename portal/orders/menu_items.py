"""Put items on an edition of the service menu, change, pause and move them, take them off."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.activities.models import Audience, Category
from portal.audit.actions import record
from portal.clock import now
from portal.db import lock, transaction
from portal.errors import Missing, OutOfDate, Refused
from portal.i18n import _
from portal.once import done, earlier
from portal.orders.menu_models import Menu, MenuItem, MenuItemStation, MenuItemTeam, MenuStatus, Where
from portal.orders.menu_queries import allowed_stations
from portal.orders.models import Order
from portal.stations.queries import is_in_scope
from portal.volunteers.models import Team


@dataclass(frozen=True, slots=True)
class Service:
    """What is said of an item; the columns are those of MenuItem, teams and stations are ids."""

    title: str
    category: Category
    summary: str = ""
    text: str = ""
    audience: Audience = Audience.EVERYONE
    place: Where = Where.EITHER
    times: int = 0
    lead_days: int = 2
    people_min: int = 1
    people_max: int | None = None
    skill: str = ""
    qualification: str = ""
    risk: str = ""
    bring: str = ""
    icon: str = ""
    teams: tuple[int, ...] = ()
    stations: tuple[int, ...] = ()


class Way(StrEnum):
    """Where an item goes within its category."""

    UP = "up"
    DOWN = "down"


RELATED = ("teams", "stations")
COLUMNS = tuple(name for name in Service.__dataclass_fields__ if name not in RELATED)


def add(menu_id: int, said: Service, by: Actor, key: str = "") -> int:
    """Put an item at the end of its category and return its id; once for a key.

    Raises:
        Missing: there is no such edition within the actor's scope, or no such team.
        Refused: the edition has ended, or a station lies outside its scope.
    """
    with transaction() as session:
        before = earlier(session, "menu.item_added", by, key)
        if before is not None:
            return int(before)
        menu = _locked_open(session, menu_id, by)
        last = session.scalar(sa.select(sa.func.max(MenuItem.position)).where(MenuItem.menu_id == menu_id))
        item = MenuItem(menu_id=menu_id, position=(last or 0) + 1)
        _fill(session, menu, item, said)
        record(session, by, "menu.item_added", "menu_item", item.id, menu.station_id, detail=said.title)
        done(session, "menu.item_added", by, key, str(item.id))
        return item.id


def change(item_id: int, version: int, said: Service, by: Actor) -> None:
    """Change all that is said of an item; orders of it stay as they are.

    Raises:
        Missing: there is no such item within the actor's scope, or no such team.
        OutOfDate: somebody else has changed it since version.
        Refused: the edition has ended, or a station lies outside its scope.
    """
    with transaction() as session:
        menu, item = _locked_item(session, item_id, by)
        if item.version != version:
            raise OutOfDate(
                _("Somebody else has changed the menu just now. Please look again; what you typed is kept.")
            )
        _fill(session, menu, item, said)
        item.version += 1
        record(session, by, "menu.item_changed", "menu_item", item_id, menu.station_id, detail=said.title)


def pause(item_id: int, paused: bool, by: Actor) -> None:
    """Let an item take no orders for now, or take them again; twice changes nothing.

    Raises:
        Missing: there is no such item within the actor's scope.
        Refused: the edition has ended.
    """
    with transaction() as session:
        menu, item = _locked_item(session, item_id, by)
        if item.paused is paused:
            return
        item.paused = paused
        menu.changed_at = now()
        action = "menu.item_paused" if paused else "menu.item_resumed"
        record(session, by, action, "menu_item", item_id, menu.station_id, detail=item.title)


def remove(item_id: int, by: Actor) -> int:
    """Take an item off its edition for good and return the edition's id.

    Raises:
        Missing: there is no such item within the actor's scope.
        Refused: it was ordered, or the edition has ended.
    """
    with transaction() as session:
        menu, item = _locked_item(session, item_id, by)
        if session.scalar(sa.select(sa.exists().where(Order.item_id == item_id))):
            raise Refused(_("It has been ordered, so it stays to be read. Pause it instead."))
        record(session, by, "menu.item_removed", "menu_item", item_id, menu.station_id, detail=item.title)
        session.execute(sa.delete(MenuItem).where(MenuItem.id == item_id))
        menu.changed_at = now()
        return menu.id


def move(item_id: int, way: Way, position: int, by: Actor) -> int:
    """Move an item one place within its category and return the edition's id.

    `position` is where it was seen: one press that comes twice moves it once.

    Raises:
        Missing: there is no such item within the actor's scope.
        Refused: the edition has ended.
    """
    with transaction() as session:
        menu, item = _locked_item(session, item_id, by)
        if item.position != position:
            return menu.id
        every = list(
            session.scalars(
                sa.select(MenuItem)
                .where(MenuItem.menu_id == menu.id)
                .order_by(MenuItem.position, MenuItem.id)
                .with_for_update()
            )
        )
        beside = [other for other in every if other.category is item.category]
        place = beside.index(item) + (-1 if way is Way.UP else 1)
        if 0 <= place < len(beside):
            here, there = every.index(item), every.index(beside[place])
            every[here], every[there] = every[there], every[here]
        for number, other in enumerate(every, start=1):
            other.position = number
        menu.changed_at = now()
        record(session, by, "menu.item_moved", "menu_item", item_id, menu.station_id, detail=way)
        return menu.id


def locked(session: Session, menu_id: int, by: Actor) -> Menu:
    """Lock an edition within the actor's scope.

    Raises:
        Missing: there is none.
    """
    menu = lock(session, Menu, menu_id)
    if menu is None or not is_in_scope(menu.station_id, by.scope):
        raise Missing
    return menu


def _locked_open(session: Session, menu_id: int, by: Actor) -> Menu:
    menu = locked(session, menu_id, by)
    if menu.status is MenuStatus.ENDED:
        raise OutOfDate(_("This edition has ended; it stays as it was. Copy it to go on."))
    return menu


def _locked_item(session: Session, item_id: int, by: Actor) -> tuple[Menu, MenuItem]:
    # The edition first, so that whoever changes its items stands in one row; an item never changes editions.
    menu_id = session.scalar(sa.select(MenuItem.menu_id).where(MenuItem.id == item_id))
    if menu_id is None:
        raise Missing
    menu = _locked_open(session, menu_id, by)
    item = lock(session, MenuItem, item_id)
    if item is None:
        raise Missing
    return menu, item


def _fill(session: Session, menu: Menu, item: MenuItem, said: Service) -> None:
    _check_teams(session, said.teams)
    allowed = set(session.scalars(allowed_stations(menu.station_id)))
    if not allowed.issuperset(said.stations):
        raise Refused(_("Only stations of this edition can be named."), field="stations")
    for name in COLUMNS:
        setattr(item, name, getattr(said, name))
    session.add(item)
    session.flush()
    session.execute(sa.delete(MenuItemTeam).where(MenuItemTeam.item_id == item.id))
    session.execute(sa.delete(MenuItemStation).where(MenuItemStation.item_id == item.id))
    session.add_all(MenuItemTeam(item_id=item.id, team_id=each) for each in sorted(set(said.teams)))
    session.add_all(MenuItemStation(item_id=item.id, station_id=each) for each in sorted(set(said.stations)))
    menu.changed_at = now()


def _check_teams(session: Session, teams: Iterable[int]) -> None:
    wanted = set(teams)
    is_open = sa.select(sa.func.count()).where(Team.id.in_(wanted), Team.closed.is_(False))
    if session.scalar(is_open) != len(wanted):
        raise Refused(_("One of the teams is no longer there. Please choose again."), field="teams")
