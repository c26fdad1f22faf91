"""Say what somebody wishes for, and whether it is on offer so."""

from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.activities.working_days import working_days_after
from portal.clock import today
from portal.db import lock
from portal.errors import Missing, Refused
from portal.i18n import _, ngettext, short_day
from portal.orders.menu_models import Menu, MenuItem, MenuItemStation, MenuStatus, Where
from portal.orders.models import MOST_TIMES, ForWhom, PartOfDay, Place
from portal.stations.models import Station
from portal.stations.queries import below

FURTHEST = timedelta(days=120)  # a wished time lies within
PART_OF_WEEK = {PartOfDay.MORNING: 0, PartOfDay.AFTERNOON: 1, PartOfDay.EVENING: 2}


def bit_of(day: date, part: PartOfDay) -> int:
    """Return the bit of a part of the week, as MenuItem.times and Volunteer.free have them."""
    return 1 << (day.weekday() * 3 + PART_OF_WEEK[part])


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody orders, as plain values; `item_id` None is a free need (微心愿)."""

    station_id: int
    name: str
    phone: str  # normalised; empty when staff write down somebody without one
    item_id: int | None = None
    text: str = ""
    people: int = 1
    for_whom: ForWhom = ForWhom.SELF
    for_name: str = ""
    place: Place = Place.STATION
    address: str = ""
    times: tuple[tuple[date, PartOfDay], ...] = ()  # none: any time


def check(session: Session, wish: Wish, by_staff: bool = False) -> MenuItem | None:
    """Demand that what is wished for is on offer so; return the item, locked against changes, if it is one.

    Raises:
        Missing: there is no such item or station.
        Refused: it is not offered so; `field` names the field at fault.
    """
    station = session.get(Station, wish.station_id)
    if station is None or station.closed:
        raise Missing
    if wish.place is Place.HOME and not wish.address:
        raise Refused(_("Where shall they go? Please write the address."), field="address")
    _check_times(wish)
    if wish.item_id is None:
        if not wish.text:
            raise Refused(_("What would you like? A sentence is enough."), field="text")
        return None
    item = lock(session, MenuItem, wish.item_id)
    menu = session.get_one(Menu, item.menu_id) if item else None
    if item is None or menu is None or menu.status is MenuStatus.DRAFT:
        raise Missing
    if menu.status is MenuStatus.ENDED or menu.ends_on < today():
        raise Refused(_("This edition of the menu is over. Please look at the present one."))
    if menu.starts_on > today():
        raise Refused(_("It can be ordered from %(day)s on.", day=short_day(menu.starts_on)))
    if item.paused:
        raise Refused(_("This takes no orders just now. Please ask the station."))
    if not _covers(session, item, menu, wish.station_id):
        raise Refused(_("It is not offered at this station. Please choose another."), field="station")
    _check_item(item, wish, by_staff)
    return item


def _covers(session: Session, item: MenuItem, menu: Menu, station_id: int) -> bool:
    named = session.scalars(
        sa.select(MenuItemStation.station_id).where(MenuItemStation.item_id == item.id)
    ).all()
    if named:
        return station_id in named
    return bool(session.scalar(sa.select(sa.literal(station_id).in_(below(menu.station_id)))))


def _check_item(item: MenuItem, wish: Wish, by_staff: bool) -> None:
    if item.place is not Where.EITHER and item.place.value != wish.place.value:
        raise Refused(
            _("For this one comes to the station.")
            if item.place is Where.STATION
            else _("For this they come to you; please write the address."),
            field="place",
        )
    if wish.people < item.people_min:
        raise Refused(
            ngettext(
                "It is for %(num)s person or more.", "It is for %(num)s people or more.", item.people_min
            ),
            field="people",
        )
    if item.people_max is not None and wish.people > item.people_max:
        raise Refused(
            ngettext("At most %(num)s person.", "At most %(num)s people.", item.people_max), field="people"
        )
    earliest = working_days_after(today(), item.lead_days)
    for day, part in wish.times:
        if day < earliest and not by_staff:
            raise Refused(
                _("Please order ahead: %(day)s is the first day possible.", day=short_day(earliest)),
                field="times",
            )
        if item.times and not item.times & bit_of(day, part) and not by_staff:
            raise Refused(_("It is not on offer at that time. Please choose another."), field="times")


def _check_times(wish: Wish) -> None:
    if len(wish.times) > MOST_TIMES or len(set(wish.times)) != len(wish.times):
        raise Refused(_("Up to %(most)s different times, please.", most=MOST_TIMES), field="times")
    for day, _part in wish.times:
        if day < today():
            raise Refused(_("%(day)s is over. Please choose another day.", day=short_day(day)), field="times")
        if day > today() + FURTHEST:
            raise Refused(_("That is too far ahead. Please choose a day within four months."), field="times")
