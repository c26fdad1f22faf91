"""Make editions of the service menu, publish, copy and end them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.audit.actions import record
from portal.clock import now, today
from portal.db import take_name, transaction
from portal.errors import Missing, OutOfDate, Refused
from portal.i18n import _, short_day
from portal.once import done, earlier
from portal.orders.editions import following_period, following_title
from portal.orders.menu_items import COLUMNS, locked
from portal.orders.menu_models import Menu, MenuItem, MenuItemStation, MenuItemTeam, MenuStatus
from portal.stations.models import Station
from portal.stations.queries import is_in_scope
from portal.volunteers.models import Team


@dataclass(frozen=True, slots=True)
class Edition:
    """What is said of an edition."""

    title: str
    starts_on: date
    ends_on: date
    text: str = ""


def make(station_id: int, said: Edition, by: Actor, key: str = "") -> int:
    """Begin an edition as a draft and return its id; once for a key.

    Raises:
        Missing: the station is closed or not within the actor's scope.
    """
    with transaction() as session:
        before = earlier(session, "menu.made", by, key)
        if before is not None:
            return int(before)
        station = session.get(Station, station_id)
        if station is None or station.closed or not is_in_scope(station_id, by.scope):
            raise Missing
        menu = _begin(session, station_id, said)
        record(session, by, "menu.made", "menu", menu.id, station_id, detail=said.title)
        done(session, "menu.made", by, key, str(menu.id))
        return menu.id


def change(menu_id: int, version: int, said: Edition, by: Actor) -> None:
    """Change title, words and dates of an edition.

    Raises:
        Missing: there is no such edition within the actor's scope.
        OutOfDate: somebody else has changed it since version, or it has ended.
        Refused: published, it would be over or overlap another one of its station.
    """
    with transaction() as session:
        menu = locked(session, menu_id, by)
        if menu.version != version:
            raise OutOfDate(
                _("Somebody else has changed the menu just now. Please look again; what you typed is kept.")
            )
        if menu.status is MenuStatus.ENDED:
            raise OutOfDate(_("This edition has ended; it stays as it was. Copy it to go on."))
        menu.title, menu.text = said.title, said.text
        menu.starts_on, menu.ends_on = said.starts_on, said.ends_on
        if menu.status is MenuStatus.PUBLISHED:
            _check_dates(session, menu)
        menu.version += 1
        menu.changed_at = now()
        record(session, by, "menu.changed", "menu", menu_id, menu.station_id, detail=said.title)


def publish(menu_id: int, by: Actor) -> None:
    """Show a draft to everybody from its first day on; publishing twice changes nothing.

    Raises:
        Missing: there is no such edition within the actor's scope.
        Refused: it has no items, has ended, its dates are over, or they overlap another published edition
            of its station.
    """
    with transaction() as session:
        menu = locked(session, menu_id, by)
        if menu.status is MenuStatus.PUBLISHED:
            return
        if menu.status is MenuStatus.ENDED:
            raise Refused(_("This edition has ended; it stays as it was. Copy it to go on."))
        if not session.scalar(sa.select(sa.exists().where(MenuItem.menu_id == menu_id))):
            raise Refused(_("There is nothing on it yet. Add what can be ordered, then publish."))
        _check_dates(session, menu)
        menu.status = MenuStatus.PUBLISHED
        menu.published_at = menu.changed_at = now()
        menu.published_by = by.name
        menu.version += 1
        record(session, by, "menu.published", "menu", menu_id, menu.station_id, detail=menu.title)


def end(menu_id: int, by: Actor) -> None:
    """End a published edition now: it takes no orders any more; ending twice changes nothing.

    Raises:
        Missing: there is no such edition within the actor's scope.
        Refused: it was never published.
    """
    with transaction() as session:
        menu = locked(session, menu_id, by)
        if menu.status is MenuStatus.ENDED:
            return
        if menu.status is MenuStatus.DRAFT:
            raise Refused(_("Nobody has seen this edition yet. A draft can be deleted."))
        menu.status = MenuStatus.ENDED
        menu.ended_at = menu.changed_at = now()
        menu.version += 1
        record(session, by, "menu.ended", "menu", menu_id, menu.station_id, detail=menu.title)


def delete_draft(menu_id: int, by: Actor) -> None:
    """Delete an edition that was never published, with its items.

    Raises:
        Missing: there is no such edition within the actor's scope.
        Refused: it was published; then it can only be ended.
    """
    with transaction() as session:
        menu = locked(session, menu_id, by)
        if menu.status is not MenuStatus.DRAFT:
            raise Refused(_("It was published, so people may have ordered from it. It can only be ended."))
        record(session, by, "menu.deleted", "menu", menu_id, menu.station_id, detail=menu.title)
        session.execute(sa.delete(MenuItem).where(MenuItem.menu_id == menu_id))
        session.execute(sa.delete(Menu).where(Menu.id == menu_id))


def copy(menu_id: int, by: Actor) -> int:
    """Copy an edition, items and all, into a draft for the period after it, and return the draft's id.

    While such a draft is there, copying again leads to it. Teams closed meanwhile are left out.

    Raises:
        Missing: there is no such edition within the actor's scope.
        Refused: it is a draft itself.
    """
    with transaction() as session:
        menu = locked(session, menu_id, by)
        if menu.status is MenuStatus.DRAFT:
            raise Refused(_("This one is a draft itself. Publish it first."))
        there = sa.select(Menu.id).where(
            Menu.copied_from_id == menu_id,
            Menu.status == MenuStatus.DRAFT,
            Menu.station_id == menu.station_id,
        )
        earlier_copy = session.scalars(there.order_by(Menu.id)).first()
        if earlier_copy is not None:
            return earlier_copy
        first, last = following_period(menu.starts_on, menu.ends_on)
        said = Edition(following_title(menu.title), first, last, menu.text)
        copied = _begin(session, menu.station_id, said, copied_from_id=menu_id)
        _copy_items(session, menu_id, copied.id)
        record(session, by, "menu.copied", "menu", copied.id, menu.station_id, detail=copied.title)
        return copied.id


def _copy_items(session: Session, from_id: int, to_id: int) -> None:
    teams = sa.select(MenuItemTeam.item_id, MenuItemTeam.team_id).join(Team, Team.id == MenuItemTeam.team_id)
    teams = teams.join(MenuItem, MenuItem.id == MenuItemTeam.item_id)
    teams = teams.where(MenuItem.menu_id == from_id, Team.closed.is_(False))
    places = sa.select(MenuItemStation.item_id, MenuItemStation.station_id)
    places = places.join(MenuItem, MenuItem.id == MenuItemStation.item_id).where(MenuItem.menu_id == from_id)
    copies: dict[int, MenuItem] = {}
    for item in session.scalars(sa.select(MenuItem).where(MenuItem.menu_id == from_id).order_by(MenuItem.id)):
        copies[item.id] = MenuItem(
            menu_id=to_id,
            position=item.position,
            paused=item.paused,
            **{name: getattr(item, name) for name in COLUMNS},
        )
    session.add_all(copies.values())
    session.flush()
    for item_id, team_id in session.execute(teams):
        session.add(MenuItemTeam(item_id=copies[item_id].id, team_id=team_id))
    for item_id, station_id in session.execute(places):
        session.add(MenuItemStation(item_id=copies[item_id].id, station_id=station_id))


def _begin(session: Session, station_id: int, said: Edition, **more: Any) -> Menu:
    menu = Menu(
        station_id=station_id,
        title=said.title,
        text=said.text,
        starts_on=said.starts_on,
        ends_on=said.ends_on,
        status=MenuStatus.DRAFT,
        created_at=now(),
        changed_at=now(),
        **more,
    )
    session.add(menu)
    session.flush()
    return menu


def _check_dates(session: Session, menu: Menu) -> None:
    # No row stands for “what this station has published”, so its name is held meanwhile.
    take_name(session, f"menus of {menu.station_id}")
    if menu.ends_on < today():
        raise Refused(_("Its last day is over. Please choose dates to come."), field="ends_on")
    other = session.scalars(
        sa.select(Menu)
        .where(
            Menu.station_id == menu.station_id,
            Menu.id != menu.id,
            Menu.status == MenuStatus.PUBLISHED,
            Menu.starts_on <= menu.ends_on,
            Menu.ends_on >= menu.starts_on,
        )
        .order_by(Menu.starts_on)
    ).first()
    if other is not None:
        raise Refused(
            _(
                "In this time “%(title)s” (%(first)s – %(last)s) is out. Choose other dates, or end it.",
                title=other.title,
                first=short_day(other.starts_on),
                last=short_day(other.ends_on),
            ),
            field="starts_on",
        )
