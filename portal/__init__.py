"""The station portal: activities, services and volunteers of a network of community stations.

create_app() is its table of contents.
"""

import os
from collections.abc import Mapping

from flask import Flask
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import BaseConverter, IntegerConverter

from portal import access, cli, config, db, i18n, sealed
from portal.accounts import login
from portal.accounts import views as accounts
from portal.activities import (
    beside,
    desk,
    feeds,
    festivals,
    followers,
    helping,
    holidays,
    home,
    labels,
    panels,
    pills,
    posters,
    room_consent,
    room_desk,
    room_labels,
    room_pages,
    sheets,
    staff_dates,
    staff_drafts,
    staff_holidays,
    staff_outputs,
    staff_posting,
    staff_rooms,
    staff_rows,
    station_pages,
    tasks,
)
from portal.activities import staff as activities_staff
from portal.activities import views as activities
from portal.kiosk import around as kiosk_around
from portal.kiosk import desk as kiosk_desk
from portal.kiosk import gate as kiosk_gate
from portal.kiosk import ordering as kiosk_ordering
from portal.kiosk import staff as kiosk_staff
from portal.kiosk import touch as kiosk_touch
from portal.kiosk import views as kiosk
from portal.kiosk import walk_in as kiosk_walk_in
from portal.orders import consent as orders_consent
from portal.orders import dates as orders_dates
from portal.orders import desk as orders_desk
from portal.orders import labels as orders_labels
from portal.orders import (
    leading as orders_leading,
)
from portal.orders import leading_service as orders_leading_service
from portal.orders import (
    menu_labels,
    menu_views,
    service_pages,
    service_queries,
    staff_acts,
    staff_dispatch,
    staff_menus,
    staff_needs,
    staff_new,
    staff_serving,
)
from portal.orders import own as orders_own
from portal.orders import staff as orders_staff
from portal.orders import views as orders
from portal.registrations import following, kept, own, staff_door, staff_paper, staff_parties, undoing
from portal.registrations import labels as registrations_labels
from portal.registrations import staff as registrations_staff
from portal.registrations import views as registrations
from portal.stations import shell as stations_shell
from portal.stations import staff as stations_staff
from portal.stations import views as stations
from portal.volunteers import (
    activity_teams,
    engaged,
    hours_labels,
    leading,
    own_data,
    own_feed,
    own_hours,
    shifts,
    staff_hours,
    staff_organizations,
    staff_people,
    staff_records,
    staff_shifts,
    teams,
)
from portal.volunteers import desk as volunteers_desk
from portal.volunteers import labels as volunteers_labels
from portal.volunteers import own as volunteers_own
from portal.volunteers import staff as volunteers_staff
from portal.web import (
    assets,
    compress,
    csrf,
    display,
    errors,
    form_session,
    headers,
    health,
    in_place,
    limits,
    logs,
    shell,
)

# These hang their views on the blueprint of activities_staff.
STAFF_VIEWS = (
    staff_posting,
    staff_drafts,
    staff_dates,
    staff_rows,
    staff_outputs,
    staff_holidays,
    registrations_staff,
    staff_parties,
    staff_paper,
    staff_door,
    volunteers_staff,
    staff_people,
    staff_organizations,
    staff_shifts,
    staff_hours,
    staff_records,
    staff_menus,
    staff_serving,
    orders_staff,
    staff_acts,
    staff_dispatch,
    staff_new,
    staff_needs,
)
# And these on those of registrations, volunteers, orders and kiosk.
OWN_VIEWS = (own, leading, orders_own, orders_leading_service)
KIOSK_VIEWS = (kiosk_touch, kiosk_around, kiosk_walk_in, kiosk_ordering)
BLUEPRINTS = (
    health.bp,
    stations.bp,
    stations_staff.bp,
    accounts.bp,
    home.bp,
    activities.bp,
    feeds.bp,
    festivals.bp,
    station_pages.bp,
    sheets.bp,
    posters.bp,
    activities_staff.bp,
    room_pages.bp,
    staff_rooms.bp,
    registrations.bp,
    teams.bp,
    volunteers_own.bp,
    orders_leading.bp,
    service_pages.bp,
    own_hours.bp,
    menu_views.bp,
    own_data.bp,
    own_feed.bp,
    orders.bp,
    kiosk.bp,
    kiosk_staff.bp,
)


class RowId(IntegerConverter):
    """A row's id in an address; beyond 64 bits there is no such row, so no such page."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **{"max": 2**63 - 1, **kwargs})  # type: ignore[arg-type]


class Slug(BaseConverter):
    """The name of a station in an address; whatever else stands there is no station's."""

    regex = "[a-z0-9-]{1,40}"


def create_app(environ: Mapping[str, str] = os.environ) -> Flask:
    """Build the portal from the settings in the environment; the database must have been prepared."""
    app = Flask(
        "portal",
        root_path=str(config.ROOT / "portal"),
        template_folder=str(config.ROOT / "templates"),
        static_folder=None,
        instance_path=str((config.ROOT / config.read_settings(environ)["INSTANCE"]).resolve()),
    )
    app.config.update(config.flask_config(environ))
    app.url_map.converters.update(int=RowId, slug=Slug)
    app.session_interface = form_session.FormSession()
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.undefined = StrictUndefined

    # the ground
    sealed.init_app(app)
    db.init_app(app)
    limits.init_app(app)
    display.init_app(app)
    i18n.init_app(app)
    access.init_app(app)
    forms = csrf.init_app(app)
    forms.exempt(display.bp)
    forms.exempt(kiosk.beat)  # a script of ours sends it; it looks at the origin itself
    errors.init_app(app)
    headers.init_app(app)
    compress.init_app(app)
    assets.init_app(app)
    shell.init_app(app)

    # the features, each standing on those before it
    stations_shell.init_app(app)
    holidays.init_app(app)
    labels.init_app(app)
    pills.init_app(app)
    room_labels.init_app(app)
    room_consent.init_app(app)
    registrations_labels.init_app(app)
    volunteers_labels.init_app(app)
    hours_labels.init_app(app)
    orders_labels.init_app(app)
    orders_consent.init_app(app)
    menu_labels.init_app(app)
    followers.init_app(app, [following.Parties(), shifts.Posts(), orders_dates.Services()])
    helping.init_app(app, activity_teams.HELPING, [service_queries.busy_teams_orders])
    engaged.init_app(app, [service_pages.ENGAGEMENT])
    panels.init_app(
        app,
        [registrations_staff.PANEL, staff_shifts.PANEL],
    )
    tasks.init_app(
        app,
        [desk.PART, room_desk.PART, undoing.PART, volunteers_desk.PART, orders_desk.PART, kiosk_desk.PART],
    )
    in_place.init_app(app)
    kept.init_app(app, [orders_own.KEPT])
    beside.init_app(app, [menu_views.PART])
    kiosk_gate.init_app(app)
    login.init_app(app)
    app.register_error_handler(access.SignedOut, accounts.ask_to_sign_in)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    cli.init_app(app)

    if app.config["PROXIES"]:
        hops = app.config["PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    logs.init_app(app)
    return app
