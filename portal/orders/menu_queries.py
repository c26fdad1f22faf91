"""Read the service menu: its editions, what is on offer where, and when it can be had."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload, subqueryload

from portal.access import Scope
from portal.activities.models import Audience, Category
from portal.activities.working_days import working_days_after
from portal.clock import local, now, today
from portal.db import db
from portal.errors import Missing
from portal.i18n import _, short_day
from portal.orders.menu_models import Menu, MenuItem, MenuItemStation, MenuItemTeam, MenuStatus
from portal.orders.models import Order, PartOfDay
from portal.stations.models import ClusterMember, Station
from portal.stations.queries import CARD_COLUMNS, StationCard, above, below, card, in_scope, is_in_scope
from portal.volunteers.models import Team

# 志愿服务 leads the menu, then the five platforms.
ORDER = (
    Category.VOLUNTEERING,
    Category.THEORY,
    Category.EDUCATION,
    Category.CULTURE,
    Category.SCIENCE,
    Category.FITNESS,
)
PARTS = tuple(PartOfDay)
UNTIL = {PartOfDay.MORNING: 12, PartOfDay.AFTERNOON: 18, PartOfDay.EVENING: 22}  # the hour each is over
BY_ARRANGEMENT = (PartOfDay.MORNING, PartOfDay.AFTERNOON)
FARTHEST = 60  # days that are looked at for the next times


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What the menu is narrowed to; empty means everything."""

    station_id: int | None = None
    category: Category | None = None
    team_id: int | None = None
    audience: Audience | None = None


@dataclass(frozen=True, slots=True)
class Teaser:
    """What a page that only points to the menu shows of an item."""

    id: int
    title: str
    category: Category
    icon: str
    summary: str
    times: int


def allowed_stations(station_id: int) -> sa.Select[Any]:
    """Select the ids of the stations that items of a station's edition may name.

    They are the open ones within its scope and those that share a cluster with one of them.
    """
    inside = below(station_id)
    mine, theirs = aliased(ClusterMember), aliased(ClusterMember)
    beside = (
        sa.select(theirs.station_id)
        .join(mine, mine.cluster_id == theirs.cluster_id)
        .where(mine.station_id.in_(inside))
    )
    return sa.select(Station.id).where(
        Station.closed.is_(False), sa.or_(Station.id.in_(inside), Station.id.in_(beside))
    )


def covers(station_id: int) -> sa.ColumnElement[bool]:
    """Say in SQL that an item, joined with its edition, can be ordered at a station."""
    names = sa.exists().where(MenuItemStation.item_id == MenuItem.id)
    names_it = sa.exists().where(
        MenuItemStation.item_id == MenuItem.id, MenuItemStation.station_id == station_id
    )
    return sa.or_(names_it, sa.and_(~names, Menu.station_id.in_(above(station_id))))


def _conditions(narrowed: Narrowed) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if narrowed.station_id is not None:
        found.append(covers(narrowed.station_id))
    if narrowed.category is not None:
        found.append(MenuItem.category == narrowed.category)
    if narrowed.team_id is not None:
        serves = sa.exists().where(
            MenuItemTeam.item_id == MenuItem.id, MenuItemTeam.team_id == narrowed.team_id
        )
        found.append(serves)
    if narrowed.audience is not None:
        found.append(MenuItem.audience.in_([narrowed.audience, Audience.EVERYONE]))
    return found


def _is_out(day: date) -> sa.ColumnElement[bool]:
    return sa.and_(Menu.status == MenuStatus.PUBLISHED, Menu.starts_on <= day, Menu.ends_on >= day)


def offered(narrowed: Narrowed = Narrowed(), day: date | None = None) -> list[MenuItem]:
    """List what can be ordered on a day (today), editions of the upper levels first, by category and place.

    Each comes with its edition and its station, its open teams and the open stations it names.
    """
    wanted = (
        sa.select(MenuItem)
        .join(Menu, Menu.id == MenuItem.menu_id)
        .join(Station, Station.id == Menu.station_id)
        .where(_is_out(day or today()), MenuItem.paused.is_(False), *_conditions(narrowed))
        .options(
            contains_eager(MenuItem.menu).contains_eager(Menu.station),
            # Not selectinload, which asks again for every five hundred.
            subqueryload(MenuItem.teams.and_(Team.closed.is_(False))),
            subqueryload(MenuItem.stations.and_(Station.closed.is_(False))),
        )
        .order_by(Station.position, Menu.id, MenuItem.position, MenuItem.id)
    )
    found = db.session.scalars(wanted).unique()
    return sorted(found, key=lambda one: (one.menu.station.position, one.menu_id, ORDER.index(one.category)))


def teasers(station_id: int | None, number: int) -> list[Teaser]:
    """List so many services on offer today, of the whole network or at a station, a category each in turn."""
    wanted = (
        sa.select(
            MenuItem.id, MenuItem.title, MenuItem.category, MenuItem.icon, MenuItem.summary, MenuItem.times
        )
        .join(Menu, Menu.id == MenuItem.menu_id)
        .join(Station, Station.id == Menu.station_id)
        .where(_is_out(today()), MenuItem.paused.is_(False), *_conditions(Narrowed(station_id=station_id)))
        .order_by(Station.position, Menu.id, MenuItem.position, MenuItem.id)
    )
    rows = [Teaser(*row) for row in db.session.execute(wanted)]
    turns: dict[Category, int] = {}
    ranked = []
    for row in rows:
        turn = turns[row.category] = turns.get(row.category, 0) + 1
        ranked.append((turn, ORDER.index(row.category), row))
    return [row for _turn, _place, row in sorted(ranked, key=lambda one: one[:2])[:number]]


def item(item_id: int) -> MenuItem:
    """Return an item that is or was to be ordered, with edition, its station, open teams and open stations.

    Those of ended editions come too: their page says so.

    Raises:
        Missing: there is none, or its edition is a draft.
    """
    found = db.session.scalar(
        sa.select(MenuItem)
        .join(Menu, Menu.id == MenuItem.menu_id)
        .where(MenuItem.id == item_id, Menu.status != MenuStatus.DRAFT)
        .options(
            contains_eager(MenuItem.menu).joinedload(Menu.station),
            selectinload(MenuItem.teams.and_(Team.closed.is_(False))),
            selectinload(MenuItem.stations.and_(Station.closed.is_(False))),
        )
    )
    if found is None:
        raise Missing
    return found


def orderable(item: MenuItem, day: date) -> str:
    """Say why an item, loaded with its edition, cannot be ordered on a day; nothing when it can."""
    menu = item.menu
    if menu.status is MenuStatus.DRAFT:
        return _("This edition is not out yet.")
    if menu.status is MenuStatus.ENDED or menu.ends_on < day:
        return _("This edition has ended.")
    if menu.starts_on > day:
        return _("This edition begins on %(day)s.", day=short_day(menu.starts_on))
    if item.paused:
        return _("This is not on offer just now.")
    return ""


def stations_of(item: MenuItem) -> list[StationCard]:
    """List the open stations at which an item, loaded with its edition, can be ordered, in their order."""
    named = sa.select(MenuItemStation.station_id).where(MenuItemStation.item_id == item.id)
    rows = db.session.execute(
        sa.select(*CARD_COLUMNS)
        .where(
            Station.closed.is_(False),
            sa.or_(
                Station.id.in_(named),
                sa.and_(~sa.exists(named), Station.id.in_(below(item.menu.station_id))),
            ),
        )
        .order_by(Station.position, Station.id)
    )
    return [card(row) for row in rows]


def next_days(item: MenuItem, day: date, number: int) -> list[tuple[date, PartOfDay]]:
    """List the next times at which an item, loaded with its edition, is on offer, asked for on a day.

    They begin so many working days after it as the item needs (its lead days), not before the edition does.
    By arrangement (no times) it is the mornings and afternoons, weekends among them.
    """
    first = working_days_after(max(day, item.menu.starts_on), item.lead_days)
    found: list[tuple[date, PartOfDay]] = []
    for away in range(FARTHEST):
        on = first + timedelta(days=away)
        found += [(on, part) for part in _parts_on(item.times, on) if not _is_over(on, part)]
        if len(found) >= number:
            break
    return found[:number]


def _parts_on(times: int, day: date) -> Sequence[PartOfDay]:
    if not times:
        return BY_ARRANGEMENT
    return [part for bit, part in enumerate(PARTS) if times >> (3 * day.weekday() + bit) & 1]


def _is_over(day: date, part: PartOfDay) -> bool:
    moment = local(now())
    return day == moment.date() and moment.hour >= UNTIL[part]


def teams_offering(day: date | None = None) -> list[Team]:
    """List the open teams that serve something on offer on a day (today), to choose from."""
    serving = (
        sa.select(MenuItemTeam.team_id)
        .join(MenuItem, MenuItem.id == MenuItemTeam.item_id)
        .join(Menu, Menu.id == MenuItem.menu_id)
        .where(_is_out(day or today()), MenuItem.paused.is_(False))
    )
    wanted = sa.select(Team).where(Team.closed.is_(False), Team.id.in_(serving)).order_by(Team.id)
    return list(db.session.scalars(wanted))


@dataclass(frozen=True, slots=True)
class MenuRow:
    """An edition as the staff's list shows it."""

    menu: Menu
    items: int


def editions(scope: Scope, limit: int = 60) -> list[MenuRow]:
    """List the editions of the scope, drafts too, and what others have published; the latest first."""
    items = sa.select(sa.func.count()).where(MenuItem.menu_id == Menu.id).scalar_subquery()
    rows = db.session.execute(
        sa.select(Menu, items)
        .join(Station, Station.id == Menu.station_id)
        .where(_may_look(scope))
        .options(contains_eager(Menu.station))
        .order_by(Menu.starts_on.desc(), Station.position, Menu.id.desc())
        .limit(limit)
    )
    return [MenuRow(menu, count) for menu, count in rows]


def _may_look(scope: Scope) -> sa.ColumnElement[bool]:
    return sa.or_(Menu.status != MenuStatus.DRAFT, in_scope(Menu.station_id, scope))


def menu(menu_id: int, scope: Scope, to_change: bool = False) -> Menu:
    """Return an edition with all its items, their teams and stations, in the order of the menu.

    What is out may be looked at by all staff; drafts, and what is to be changed, only within the scope.

    Raises:
        Missing: there is none to be seen by this scope.
    """
    allowed = in_scope(Menu.station_id, scope) if to_change else _may_look(scope)
    found = db.session.scalar(
        sa.select(Menu)
        .where(Menu.id == menu_id, allowed)
        .options(
            joinedload(Menu.station),
            selectinload(Menu.items).options(subqueryload(MenuItem.teams), subqueryload(MenuItem.stations)),
        )
    )
    if found is None:
        raise Missing
    return found


def items_of(menu: Menu) -> list[MenuItem]:
    """Put the loaded items of an edition in the order of the menu."""
    # Codes of categories sort by their names in the database; people read them in the network's order.
    return sorted(menu.items, key=lambda one: (ORDER.index(one.category), one.position, one.id))


def item_to_change(item_id: int, scope: Scope) -> MenuItem:
    """Return an item with its edition, teams and stations, for those who may change it.

    Raises:
        Missing: there is none within the scope.
    """
    found = db.session.scalar(
        sa.select(MenuItem)
        .join(Menu, Menu.id == MenuItem.menu_id)
        .where(MenuItem.id == item_id, in_scope(Menu.station_id, scope))
        .options(
            contains_eager(MenuItem.menu).joinedload(Menu.station),
            selectinload(MenuItem.teams),
            selectinload(MenuItem.stations),
        )
    )
    if found is None:
        raise Missing
    return found


def may_change(menu: Menu, scope: Scope) -> bool:
    """Say whether an edition lies within a scope."""
    return is_in_scope(menu.station_id, scope)


def was_ordered(item_id: int) -> bool:
    """Say whether anybody has ordered an item."""
    return db.session.scalar(sa.select(sa.exists().where(Order.item_id == item_id))) is True


def last_edition(station_id: int) -> Menu | None:
    """Return the latest edition of a station, drafts too."""
    wanted = sa.select(Menu).where(Menu.station_id == station_id)
    return db.session.scalars(wanted.order_by(Menu.ends_on.desc(), Menu.id.desc())).first()


def draft_after(menu_id: int) -> int | None:
    """Return the draft that was copied from an edition and is not out yet."""
    wanted = sa.select(Menu.id).where(Menu.copied_from_id == menu_id, Menu.status == MenuStatus.DRAFT)
    return db.session.scalars(wanted.order_by(Menu.id)).first()


def stations_to_name(station_id: int) -> list[StationCard]:
    """List the stations that items of a station's edition may name."""
    rows = db.session.execute(
        sa.select(*CARD_COLUMNS)
        .where(Station.id.in_(allowed_stations(station_id)))
        .order_by(Station.position, Station.id)
    )
    return [card(row) for row in rows]


def teams_to_name() -> list[Team]:
    """List the open teams, by kind and name."""
    wanted = sa.select(Team).where(Team.closed.is_(False)).order_by(Team.kind, Team.name, Team.id)
    return list(db.session.scalars(wanted))


def by_category(items: Sequence[MenuItem]) -> list[tuple[Category, list[MenuItem]]]:
    """Sort items into their categories, in the order they come."""
    found: dict[Category, list[MenuItem]] = {}
    for one in items:
        found.setdefault(one.category, []).append(one)
    return list(found.items())


def editions_out(items: Sequence[MenuItem]) -> list[tuple[Menu, list[tuple[Category, list[MenuItem]]]]]:
    """Sort offered items into their editions and these into categories, in the order they come."""
    found: dict[int, list[MenuItem]] = {}
    for one in items:
        found.setdefault(one.menu_id, []).append(one)
    return [(those[0].menu, by_category(those)) for those in found.values()]
