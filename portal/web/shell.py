"""Give every page what stands around it: navigation, footer, helpers for templates."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from flask import Flask, current_app, g, request
from flask_login import current_user

from portal.i18n import lazy_gettext as _l
from portal.web.errors import advice_on, title_of
from portal.web.text import blocks, dial


@dataclass(frozen=True, slots=True)
class Door:
    """One entry of the main navigation."""

    endpoint: str
    icon: str
    label: object
    hint: object


# In the order of the navigation. A door whose feature is not there yet is not shown.
DOORS = (
    Door("home.page", "home", _l("Home"), ""),
    Door("activities.calendar", "cal", _l("Calendar"), _l("What is on this week")),
    Door("menu.page", "order", _l("Order"), _l("Ask for a hand")),
    Door("teams.index", "heart", _l("Volunteer"), _l("Lend a hand")),
    Door("stations.index", "pin", _l("Stations"), _l("Rooms and opening hours")),
    Door("stories.index", "news", _l("News"), ""),
    Door("registrations.mine", "me", _l("Mine"), _l("Cancel, check in")),
)


@dataclass(frozen=True, slots=True)
class StaffDoor:
    """One entry of the back office's rail; `section` is what a page says it belongs to."""

    endpoint: str
    section: str
    icon: str
    label: object


STAFF_DOORS = (
    StaffDoor("staff.today", "today", "chart", _l("Today's desk")),
    StaffDoor("staff.activities", "activities", "cal", _l("Activities")),
    StaffDoor("staff.orders", "orders", "order", _l("Orders")),
    StaffDoor("staff_rooms.index", "rooms", "clock", _l("Rooms")),
    StaffDoor("staff.find_form", "registrations", "who", _l("Find a registration")),
    StaffDoor("staff.volunteers", "volunteers", "heart", _l("Volunteers")),
    StaffDoor("staff.hours", "hours", "heart", _l("Volunteer hours")),
    StaffDoor("staff.menus", "menus", "order", _l("Service menu")),
    StaffDoor("staff_kiosks.index", "kiosks", "screen", _l("Screens")),
    StaffDoor("staff.holidays_form", "holidays", "plan", _l("Days off")),
    StaffDoor("staff_stations.index", "stations", "pin", _l("Stations and rooms")),
)


def staff_doors() -> list[StaffDoor]:
    """List the back office's doors that lead somewhere."""
    return [door for door in STAFF_DOORS if door.endpoint in current_app.view_functions]


def doors() -> list[Door]:
    """List the doors that lead somewhere."""
    return [door for door in DOORS if door.endpoint in current_app.view_functions]


def own_path() -> str:
    """Return the path of this page with its parameters, but for the language asked for in it."""
    if request.method != "GET":
        return "/"
    # Not url_for: to it, names that anybody may put into an address, as _scheme, mean something.
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return f"{quote(request.path)}?{urlencode(kept)}" if kept else quote(request.path)


def setting(name: str) -> str:
    """Return a setting for the footer."""
    return str(current_app.config[name])


def init_app(app: Flask) -> None:
    """Give templates their helpers."""
    app.jinja_env.filters.update(blocks=blocks, dial=dial)
    app.jinja_env.globals.update(
        doors=doors,
        staff_doors=staff_doors,
        current_user=current_user,
        field_value=lambda field: field._value(),
        own_path=own_path,
        setting=setting,
        title_of=title_of,
        advice_on=advice_on,
        display=lambda: g.display,
    )
