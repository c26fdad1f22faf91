"""Say in words what an item of the menu has as numbers and codes; the templates read the same names."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from flask import Flask

from portal.activities.models import Category
from portal.i18n import _, lazy_pgettext, ngettext, pgettext, short_day, weekday_short
from portal.orders.labels import PARTS
from portal.orders.menu_models import Menu, MenuItem, MenuStatus, Where
from portal.orders.models import PartOfDay
from portal.stations.queries import in_language

STATUSES = {
    MenuStatus.DRAFT: lazy_pgettext("menu", "Draft"),
    MenuStatus.PUBLISHED: lazy_pgettext("menu", "Published"),
    MenuStatus.ENDED: lazy_pgettext("menu", "Ended"),
}
PLACES = {
    Where.HOME: lazy_pgettext("service place", "At your home"),
    Where.STATION: lazy_pgettext("service place", "At the station"),
    Where.EITHER: lazy_pgettext("service place", "At your home or at the station"),
}
CATEGORY_ICONS = {
    Category.VOLUNTEERING: "heart",
    Category.THEORY: "mic",
    Category.EDUCATION: "book",
    Category.CULTURE: "brush",
    Category.SCIENCE: "flask",
    Category.FITNESS: "ball",
}
# Drawings that staff choose from, as templates/ui/art.html names them.
ICONS = {
    "cut": lazy_pgettext("drawing", "scissors"),
    "plug": lazy_pgettext("drawing", "plug"),
    "walk": lazy_pgettext("drawing", "somebody walking"),
    "phone": lazy_pgettext("drawing", "mobile phone"),
    "bag": lazy_pgettext("drawing", "shopping bag"),
    "pulse": lazy_pgettext("drawing", "heartbeat"),
    "law": lazy_pgettext("drawing", "scales"),
    "child": lazy_pgettext("drawing", "child"),
    "tel": lazy_pgettext("drawing", "telephone"),
    "book": lazy_pgettext("drawing", "book"),
    "brush": lazy_pgettext("drawing", "brush"),
    "mic": lazy_pgettext("drawing", "microphone"),
    "flask": lazy_pgettext("drawing", "flask"),
    "ball": lazy_pgettext("drawing", "ball"),
    "heart": lazy_pgettext("drawing", "heart"),
}
MOST_NAMED = 3  # stations or teams that a line names; more of them are counted
WHOLE_DAY, DAYTIME = 0b111, 0b011


def icon_of(category: Category, icon: str) -> str:
    """Return the name of an item's drawing: its own, or its category's."""
    return icon if icon in ICONS else CATEGORY_ICONS[category]


def times_in_words(times: int) -> str:
    """Say when in the week something is on offer, as 周二、周五上午; nothing for by arrangement."""
    masks: dict[int, list[int]] = {}
    for weekday in range(7):
        mask = times >> (3 * weekday) & WHOLE_DAY
        if mask:
            masks.setdefault(mask, []).append(weekday)
    said = [
        pgettext("times of a service", "%(days)s %(parts)s", days=_days(days), parts=_parts(mask)).strip()
        for mask, days in masks.items()
    ]
    return pgettext("between times", "; ").join(said)


def _days(days: Sequence[int]) -> str:
    if len(days) == 7:
        return pgettext("times of a service", "every day")
    if days == [5, 6]:
        return pgettext("times of a service", "at weekends")
    if len(days) > 2 and all(after - before == 1 for before, after in pairwise(days)):
        first, last = weekday_short(days[0]), weekday_short(days[-1])
        return pgettext("times of a service", "%(first)s to %(last)s", first=first, last=last)
    return pgettext("between names", ", ").join(weekday_short(day) for day in days)


def _parts(mask: int) -> str:
    if mask == WHOLE_DAY:
        return ""
    if mask == DAYTIME:
        return pgettext("times of a service", "in the daytime")
    parts = [str(label) for bit, label in enumerate(PARTS.values()) if mask >> bit & 1]
    return pgettext("between names", ", ").join(parts)


def lead_in_words(days: int) -> str:
    """Say how long before one orders, as 提前两个工作日."""
    said = {
        0: _("on the same day if need be"),
        1: _("one working day ahead"),
        2: _("two working days ahead"),
        3: _("three working days ahead"),
    }
    return said.get(days) or ngettext("%(num)s working day ahead", "%(num)s working days ahead", days)


def people_in_words(least: int, most: int | None) -> str:
    """Say for how many people it is; nothing where any number will do."""
    if most is None:
        return "" if least == 1 else ngettext("from %(num)s person on", "from %(num)s people on", least)
    if least == most:
        return ngettext("%(num)s person", "%(num)s people", least)
    if least == 1:
        return ngettext("at most %(num)s person", "at most %(num)s people", most)
    return _("%(least)s to %(most)s people", least=least, most=most)


def dates_in_words(menu: Menu) -> str:
    """Say from when to when an edition is good."""
    return _("%(first)s – %(last)s", first=short_day(menu.starts_on), last=short_day(menu.ends_on))


def stations_in_words(item: MenuItem) -> str:
    """Say which stations an item names: by name, or how many; nothing where it names none."""
    if len(item.stations) > MOST_NAMED:
        return ngettext("%(num)s station", "%(num)s stations", len(item.stations))
    names = [in_language(station.short_name, station.short_name_en) for station in item.stations]
    return pgettext("between names", ", ").join(names)


def teams_in_words(item: MenuItem) -> str:
    """Say which teams serve an item: by name, or how many."""
    if len(item.teams) > MOST_NAMED:
        return ngettext("%(num)s team", "%(num)s teams", len(item.teams))
    return pgettext("between names", ", ").join(team.name for team in item.teams)


def line_of(item: MenuItem) -> str:
    """Say in one line who serves an item, where and when; its teams and stations have to be loaded."""
    when = times_in_words(item.times)
    said = [
        teams_in_words(item),
        stations_in_words(item),
        item.summary or when or lead_in_words(item.lead_days),
        when if item.summary else "",
    ]
    return " · ".join(part for part in said if part)


def time_in_words(day: date, part: PartOfDay) -> str:
    """Say one time at which something is on offer, as 11月27日 周五上午."""
    return pgettext(
        "time of a service",
        "%(day)s %(weekday)s %(part)s",
        day=short_day(day),
        weekday=weekday_short(day.weekday()),
        part=PARTS[part],
    )


def init_app(app: Flask) -> None:
    """Give templates the words."""
    app.jinja_env.globals.update(
        MENU_STATUSES=STATUSES,
        SERVICE_PLACES=PLACES,
        CATEGORY_ICONS=CATEGORY_ICONS,
        icon_of=icon_of,
        times_in_words=times_in_words,
        time_in_words=time_in_words,
        lead_in_words=lead_in_words,
        people_in_words=people_in_words,
        dates_in_words=dates_in_words,
        stations_in_words=stations_in_words,
        teams_in_words=teams_in_words,
        service_line=line_of,
    )
