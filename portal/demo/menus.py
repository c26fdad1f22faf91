"""Write the demo's two editions of the service menu."""

from datetime import date, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.clock import at, today
from portal.demo.texts.menu import ABOUT, DISHES, EDITIONS, PUBLISHER
from portal.orders.menu_models import Menu, MenuItem, MenuItemStation, MenuItemTeam, MenuStatus
from portal.stations.models import Station
from portal.volunteers.models import Team

FIRST_LASTED, SECOND_LASTS, BEGAN = 182, 180, 95  # days; the second began so long ago


def second_began() -> date:
    """Return the first day of the edition that is on now; the day before is the last of the one before."""
    return today() - timedelta(days=BEGAN)


def write_menus(session: Session, stations: dict[str, Station]) -> None:
    """Write an edition that is over, of which little was ordered, and the one that is on."""
    teams = {team.name: team for team in session.scalars(sa.select(Team))}
    began = second_began()
    first = _edition(
        "第一期", stations["center"], began - timedelta(days=FIRST_LASTED), began - timedelta(days=1)
    )
    first.status, first.ended_at = MenuStatus.ENDED, at(began, time(8, 0))
    session.add(first)
    session.flush()
    second = _edition(EDITIONS[1], stations["center"], began, began + timedelta(days=SECOND_LASTS - 1))
    second.copied_from_id = first.id
    session.add(second)
    session.flush()
    for menu in (first, second):
        for position, dish in enumerate(DISHES):
            if menu is first and not dish.first_edition:
                continue
            item = MenuItem(
                menu_id=menu.id,
                category=dish.category,
                title=dish.title,
                summary=dish.summary,
                text=dish.text,
                audience=dish.audience,
                place=dish.place,
                times=dish.times,
                lead_days=dish.lead_days,
                people_min=dish.people_min,
                people_max=dish.people_max,
                skill=dish.skill,
                qualification=dish.qualification,
                risk=dish.risk,
                bring=dish.bring,
                position=position,
            )
            session.add(item)
            session.flush()
            session.add_all(MenuItemTeam(item_id=item.id, team_id=teams[name].id) for name in dish.teams)
            session.add_all(
                MenuItemStation(item_id=item.id, station_id=stations[slug].id) for slug in dish.stations
            )
    session.flush()


def _edition(title: str, centre: Station, first: date, last: date) -> Menu:
    published = at(first - timedelta(days=3), time(9, 30))
    return Menu(
        station_id=centre.id,
        title=title,
        text=ABOUT,
        starts_on=first,
        ends_on=last,
        status=MenuStatus.PUBLISHED,
        published_at=published,
        published_by=PUBLISHER,
        ended_at=None,
        copied_from_id=None,
        created_at=published,
        changed_at=published,
    )
