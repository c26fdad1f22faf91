"""Who may do what, as a table; every route stands in it, and every role gets what it says and no more."""

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.routing import Rule

from portal.access import STAFF, WRITERS, Role, guards
from portal.accounts.actions import invite
from portal.activities import room_requests
from portal.db import db, transaction
from portal.orders.flow import State
from portal.orders.models import Helper
from portal.registrations.links import token_of
from portal.volunteers.models import Team, Volunteer
from tests.browser import Browser
from tests.conftest import SignIn
from tests.make import Make, each_week
from tests.orders.cases import case, draft

RIGHTS = """
everybody  GET   /
everybody  GET   /calendar
everybody  GET   /calendar.atom
everybody  GET   /calendar.ics
everybody  POST  /display
everybody  GET   /festivals/
everybody  GET   /festivals/<code>/
everybody  GET   /festivals/<code>/<year>
everybody  GET   /healthz
everybody  GET   /invitation/<token>
everybody  POST  /invitation/<token>
everybody  GET   /kiosk/<slug>
everybody  POST  /kiosk/<slug>/code
everybody  GET   /kiosk/<slug>/offline
everybody  GET   /kiosk/sw.js
everybody  GET   /login
everybody  POST  /login
everybody  POST  /logout
everybody  GET   /menu
everybody  GET   /menu/<item_id>
everybody  GET   /occurrences/<occurrence_id>
everybody  GET   /mine
everybody  POST  /mine
everybody  POST  /mine/forget
everybody  GET   /occurrences/<occurrence_id>.ics
everybody  GET   /occurrences/<occurrence_id>/poster
everybody  GET   /occurrences/<occurrence_id>/register
everybody  POST  /occurrences/<occurrence_id>/register
everybody  GET   /occurrences/<occurrence_id>/seats
everybody  GET   /occurrences/<occurrence_id>/share.png
everybody  GET   /orders/
everybody  GET   /orders/new
everybody  POST  /orders/new
everybody  GET   /orders/<token>
everybody  POST  /orders/<token>/answer
everybody  POST  /orders/<token>/rating
everybody  POST  /orders/<token>/reopen
everybody  GET   /orders/<token>/slip
everybody  GET   /orders/<token>/withdraw
everybody  POST  /orders/<token>/withdraw
everybody  GET   /privacy
everybody  GET   /privacy/children
everybody  GET   /registrations/<token>
everybody  GET   /registrations/<token>/cancel
everybody  POST  /registrations/<token>/cancel
everybody  POST  /registrations/<token>/dates
everybody  POST  /registrations/<token>/late
everybody  POST  /registrations/<token>/people
everybody  GET   /registrations/<token>/slip
everybody  GET   /readyz
everybody  GET   /stations/
everybody  GET   /stations/<slug>
everybody  GET   /stations/<slug>/calendar.ics
everybody  GET   /stations/<slug>/menu
everybody  GET   /stations/<slug>/sheet
everybody  GET   /stations/<slug>/rooms
everybody  GET   /stations/<slug>/rooms/<room_id>/ask
everybody  POST  /stations/<slug>/rooms/<room_id>/ask
everybody  GET   /rooms/requests/<token>
everybody  GET   /rooms/requests/<token>/cancel
everybody  POST  /rooms/requests/<token>/cancel
everybody  GET   /teams/
everybody  GET   /teams/<team_id>
everybody  GET   /teams/<team_id>/join
everybody  POST  /teams/<team_id>/join
everybody  GET   /volunteer/feeds/<token>.ics
everybody  GET   /volunteer/activate
everybody  POST  /volunteer/activate

screens    POST  /kiosk/<slug>/beat
screens    GET   /kiosk/<slug>/calendar
screens    GET   /kiosk/<slug>/dates/<occurrence_id>
screens    GET   /kiosk/<slug>/dates/<occurrence_id>/register
screens    POST  /kiosk/<slug>/dates/<occurrence_id>/register
screens    GET   /kiosk/<slug>/stations
screens    GET   /kiosk/<slug>/stations/<other>
screens    GET   /kiosk/<slug>/menu
screens    GET   /kiosk/<slug>/menu/<item_id>
screens    GET   /kiosk/<slug>/menu/<item_id>/order
screens    POST  /kiosk/<slug>/menu/<item_id>/order
screens    GET   /kiosk/<slug>/help

staff      GET   /staff/
staff      GET   /staff/account
staff      POST  /staff/account
writers    POST  /staff/calls/<message_id>

staff      GET   /staff/activities/
writers    GET   /staff/activities/new
writers    POST  /staff/activities/new
writers    POST  /staff/activities/new/keep
writers    POST  /staff/activities/kept/<kept_id>/drop
writers    POST  /staff/activities/<activity_id>/favourite
writers    POST  /staff/activities/<activity_id>/hold
writers    POST  /staff/activities/<activity_id>/keep
staff      GET   /staff/activities/<activity_id>/preview
staff      GET   /staff/activities/<activity_id>
writers    GET   /staff/activities/<activity_id>/edit
writers    POST  /staff/activities/<activity_id>/edit
writers    POST  /staff/activities/<activity_id>/publish
writers    POST  /staff/activities/<activity_id>/unpublish
writers    GET   /staff/activities/<activity_id>/delete
writers    POST  /staff/activities/<activity_id>/delete
writers    GET   /staff/activities/<activity_id>/cancel
writers    POST  /staff/activities/<activity_id>/cancel
writers    POST  /staff/activities/<activity_id>/restore
writers    GET   /staff/activities/<activity_id>/repeat
writers    POST  /staff/activities/<activity_id>/repeat
writers    POST  /staff/activities/<activity_id>/blocked
writers    GET   /staff/activities/<activity_id>/dates/new
writers    POST  /staff/activities/<activity_id>/dates/new

staff      GET   /staff/occurrences/<occurrence_id>
writers    POST  /staff/occurrences/<occurrence_id>/count
writers    POST  /staff/occurrences/<occurrence_id>/cancel
writers    POST  /staff/occurrences/<occurrence_id>/restore
writers    GET   /staff/occurrences/<occurrence_id>/move
writers    POST  /staff/occurrences/<occurrence_id>/move
staff      GET   /staff/occurrences/<occurrence_id>/outputs

staff      GET   /staff/hours
writers    POST  /staff/hours
writers    GET   /staff/hours/new
writers    POST  /staff/hours/new
staff      GET   /staff/hours/records
staff      GET   /staff/hours/<record_id>
writers    GET   /staff/hours/<record_id>/void
writers    POST  /staff/hours/<record_id>/void
writers    POST  /staff/hours/doubts/<doubt_id>
writers    POST  /staff/occurrences/<occurrence_id>/absent
writers    POST  /staff/occurrences/<occurrence_id>/hours-count
staff      GET   /staff/occurrences/<occurrence_id>/check-in
writers    POST  /staff/occurrences/<occurrence_id>/check-in
writers    POST  /staff/presences/<presence_id>/out

volunteers GET   /volunteer/check-in
volunteers POST  /volunteer/check-in
volunteers GET   /volunteer/hours
volunteers POST  /volunteer/hours

staff      GET   /staff/holidays
writers    POST  /staff/holidays

writers    GET   /staff/occurrences/<occurrence_id>/door
writers    POST  /staff/occurrences/<occurrence_id>/door
staff      POST  /staff/occurrences/<occurrence_id>/find
staff      GET   /staff/occurrences/<occurrence_id>/history
writers    POST  /staff/occurrences/<occurrence_id>/paper
writers    POST  /staff/occurrences/<occurrence_id>/registrations
writers    POST  /staff/occurrences/<occurrence_id>/roll-call
writers    POST  /staff/occurrences/<occurrence_id>/seats
staff      GET   /staff/occurrences/<occurrence_id>/sheet
writers    POST  /staff/occurrences/<occurrence_id>/walk-ins

staff      GET   /staff/registrations/
staff      POST  /staff/registrations/
staff      GET   /staff/registrations/<registration_id>
writers    POST  /staff/registrations/<registration_id>/check-in
writers    POST  /staff/registrations/<registration_id>/erase
writers    POST  /staff/registrations/<registration_id>/move
writers    POST  /staff/registrations/<registration_id>/people
writers    POST  /staff/registrations/<registration_id>/phone
writers    POST  /staff/registrations/<registration_id>/promote
writers    POST  /staff/registrations/<registration_id>/remove
writers    POST  /staff/registrations/<registration_id>/take-back

staff      GET   /staff/orders
staff      POST  /staff/orders
writers    GET   /staff/orders/new
writers    POST  /staff/orders/new
writers    POST  /staff/orders/new/askers
writers    GET   /staff/orders/drafts/<draft_id>
writers    POST  /staff/orders/drafts/<draft_id>
writers    GET   /staff/orders/drafts/<draft_id>/discard
writers    POST  /staff/orders/drafts/<draft_id>/discard
staff      GET   /staff/orders/needs
staff      GET   /staff/orders/neighbours
writers    POST  /staff/orders/neighbours
staff      GET   /staff/orders/<order_id>
writers    POST  /staff/orders/<order_id>/accept
writers    POST  /staff/orders/<order_id>/admit
writers    POST  /staff/orders/<order_id>/answer
writers    POST  /staff/orders/<order_id>/back
writers    POST  /staff/orders/<order_id>/call
writers    POST  /staff/orders/<order_id>/cancel
writers    POST  /staff/orders/<order_id>/decline
writers    POST  /staff/orders/<order_id>/dispatch
writers    POST  /staff/orders/<order_id>/hurry
writers    POST  /staff/orders/<order_id>/note
writers    POST  /staff/orders/<order_id>/phone
writers    POST  /staff/orders/<order_id>/rate
writers    POST  /staff/orders/<order_id>/redispatch
writers    POST  /staff/orders/<order_id>/refuse
writers    POST  /staff/orders/<order_id>/reopen
writers    POST  /staff/orders/<order_id>/schedule
writers    POST  /staff/orders/<order_id>/withdraw
writers    GET   /staff/orders/<order_id>/report
writers    POST  /staff/orders/<order_id>/report
writers    GET   /staff/orders/<order_id>/occurrence
writers    POST  /staff/orders/<order_id>/occurrence
volunteers GET   /volunteer/orders
volunteers GET   /volunteer/orders/<order_id>
volunteers POST  /volunteer/orders/<order_id>/accept
volunteers POST  /volunteer/orders/<order_id>/decline
volunteers POST  /volunteer/orders/<order_id>/phone
volunteers GET   /volunteer/orders/<order_id>/schedule
volunteers POST  /volunteer/orders/<order_id>/schedule
volunteers POST  /volunteer/orders/<order_id>/start
volunteers GET   /volunteer/orders/<order_id>/report
volunteers POST  /volunteer/orders/<order_id>/report
volunteers GET   /volunteer/services/<order_id>
volunteers POST  /volunteer/services/<order_id>/leave

staff      GET   /staff/volunteers/
staff      GET   /staff/volunteers/<volunteer_id>
writers    POST  /staff/volunteers/<volunteer_id>/guardian
writers    POST  /staff/volunteers/<volunteer_id>/guardian/withdraw
staff      GET   /staff/volunteers/<volunteer_id>/leave
writers    POST  /staff/volunteers/<volunteer_id>/leave
staff      GET   /staff/organizations/
writers    GET   /staff/organizations/new
writers    POST  /staff/organizations/new
writers    GET   /staff/organizations/<organization_id>/edit
writers    POST  /staff/organizations/<organization_id>/edit
writers    POST  /staff/volunteers/<volunteer_id>/code
writers    POST  /staff/memberships/<membership_id>
writers    GET   /staff/memberships/<membership_id>/end
writers    POST  /staff/memberships/<membership_id>/end
writers    GET   /staff/teams/new
writers    POST  /staff/teams/new
writers    GET   /staff/teams/<team_id>/edit
writers    POST  /staff/teams/<team_id>/edit
writers    POST  /staff/occurrences/<occurrence_id>/shifts
staff      GET   /staff/shifts/<shift_id>
writers    POST  /staff/shifts/<shift_id>
writers    POST  /staff/shifts/<shift_id>/cancel
writers    POST  /staff/shifts/<shift_id>/posts
writers    POST  /staff/shifts/<shift_id>/withdraw

volunteers GET   /volunteer/
volunteers GET   /volunteer/feed
volunteers POST  /volunteer/feed
volunteers GET   /volunteer/leave
volunteers POST  /volunteer/leave
volunteers GET   /volunteer/leave-team
volunteers POST  /volunteer/leave-team
volunteers GET   /volunteer/me
volunteers POST  /volunteer/me
volunteers POST  /volunteer/me/phone
volunteers GET   /volunteer/shifts
volunteers GET   /volunteer/shifts/<shift_id>
volunteers POST  /volunteer/shifts/<shift_id>
volunteers POST  /volunteer/shifts/<shift_id>/withdraw
volunteers GET   /volunteer/teams/<team_id>
volunteers POST  /volunteer/teams/<team_id>/wishes/<membership_id>
volunteers GET   /volunteer/teams/<team_id>/members/<membership_id>
volunteers POST  /volunteer/teams/<team_id>/members/<membership_id>/phone
volunteers GET   /volunteer/teams/<team_id>/members/<membership_id>/end
volunteers POST  /volunteer/teams/<team_id>/members/<membership_id>/end
volunteers GET   /volunteer/teams/<team_id>/shifts/<shift_id>
volunteers GET   /volunteer/teams/<team_id>/shifts/<shift_id>/cover
volunteers POST  /volunteer/teams/<team_id>/shifts/<shift_id>/cover
volunteers GET   /volunteer/teams/<team_id>/dates/<occurrence_id>
volunteers POST  /volunteer/teams/<team_id>/dates/<occurrence_id>/in
volunteers POST  /volunteer/teams/<team_id>/presences/<presence_id>/out

staff      GET   /staff/menus/
writers    GET   /staff/menus/new
writers    POST  /staff/menus/new
staff      GET   /staff/menus/<menu_id>
staff      GET   /staff/menus/<menu_id>/preview
writers    GET   /staff/menus/<menu_id>/edit
writers    POST  /staff/menus/<menu_id>/edit
writers    POST  /staff/menus/<menu_id>/publish
writers    POST  /staff/menus/<menu_id>/copy
writers    GET   /staff/menus/<menu_id>/end
writers    POST  /staff/menus/<menu_id>/end
writers    GET   /staff/menus/<menu_id>/delete
writers    POST  /staff/menus/<menu_id>/delete
writers    GET   /staff/menus/<menu_id>/items/new
writers    POST  /staff/menus/<menu_id>/items/new
writers    GET   /staff/menu-items/<entry_id>
writers    POST  /staff/menu-items/<entry_id>
writers    POST  /staff/menu-items/<entry_id>/move
writers    POST  /staff/menu-items/<entry_id>/pause
writers    GET   /staff/menu-items/<entry_id>/remove
writers    POST  /staff/menu-items/<entry_id>/remove

staff      GET   /staff/kiosks/
writers    POST  /staff/kiosks/
staff      GET   /staff/kiosks/<kiosk_id>
writers    POST  /staff/kiosks/<kiosk_id>/quiet
writers    POST  /staff/kiosks/<kiosk_id>/reload
writers    GET   /staff/kiosks/<kiosk_id>/revoke
writers    POST  /staff/kiosks/<kiosk_id>/revoke
writers    POST  /staff/kiosks/<kiosk_id>/settings
writers    POST  /staff/kiosks/notices
writers    POST  /staff/kiosks/notices/<notice_id>/drop

staff      GET   /staff/rooms/
writers    GET   /staff/rooms/<room_id>/book
writers    POST  /staff/rooms/<room_id>/book
staff      GET   /staff/rooms/requests/<request_id>
writers    POST  /staff/rooms/requests/<request_id>/approve
writers    POST  /staff/rooms/requests/<request_id>/refuse
writers    POST  /staff/rooms/requests/<request_id>/undo
writers    POST  /staff/rooms/requests/<request_id>/cancel
writers    POST  /staff/rooms/requests/<request_id>/phone

staff      GET   /staff/stations/
staff      GET   /staff/stations/<slug>
writers    POST  /staff/stations/<slug>
writers    GET   /staff/stations/<slug>/rooms/new
writers    POST  /staff/stations/<slug>/rooms/new
writers    GET   /staff/stations/<slug>/rooms/<room_id>
writers    POST  /staff/stations/<slug>/rooms/<room_id>
writers    POST  /staff/stations/<slug>/rooms/<room_id>/retire
"""
EVERYBODY = tuple(Role)
WHO: dict[str, tuple[Role, ...]] = {
    "everybody": EVERYBODY,
    "staff": STAFF,
    "writers": WRITERS,
    "managers": (Role.MANAGER,),
    "volunteers": (Role.VOLUNTEER, Role.LEADER),
}
CONVERTER = re.compile(r"<\w+:")
TABLE = {(method, rule): who for who, method, rule in (line.split() for line in RIGHTS.split("\n") if line)}
# Something of a station for each name that stands in an address; a new name needs a line here.
THINGS: dict[str, Callable[[Make, str], object]] = {
    "activity_id": lambda make, station: make.activity(station, repeats=each_week()),
    "code": lambda _make, _station: "duanwu",
    "doubt_id": lambda make, station: make.doubt(make.record(station)),
    "entry_id": lambda make, station: make.menu_item(make.menu(station, published=False)),
    "kept_id": lambda make, station: make.kept_form(station),
    "item_id": lambda make, station: make.menu_item(make.menu(station)),
    "draft_id": lambda make, station: draft(make, station).order_id,
    "kiosk_id": lambda make, station: make.kiosk(station)[0],
    "membership_id": lambda make, station: make.membership(make.volunteer(station=station)),
    "menu_id": lambda make, station: make.menu(station, published=False),
    "message_id": lambda make, station: make.message(station),
    "notice_id": lambda make, station: make.board_notice(station),
    "occurrence_id": lambda make, station: make.occurrence(station),
    "organization_id": lambda make, station: make.organization(station),
    "order_id": lambda make, station: case(make.app, make, station=station).order_id,
    "other": lambda _make, _station: "s2",
    "presence_id": lambda make, station: make.presence(station),
    "record_id": lambda make, station: make.record(station),
    "registration_id": lambda make, station: (
        make.registration(make.class_with_seats(station=station)).registration_id
    ),
    "request_id": lambda make, station: make.room_request(station).request_id,
    "room_id": lambda make, station: make.room(station),
    "shift_id": lambda make, station: make.shift(station=station),
    "slug": lambda _make, station: station,
    "team_id": lambda make, station: make.team(station),
    "volunteer_id": lambda make, station: make.volunteer(station=station),
    "year": lambda _make, _station: 2026,
}
NOBODYS = 2**63 - 1


def path_of(rule: Rule) -> str:
    """Return a route's address as the table writes it."""
    return CONVERTER.sub("<", rule.rule)


def routes(app: Flask, method: str) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.methods and method in rule.methods]


def address(app: Flask, rule: Rule, make: Make, station: str) -> str:
    """Return where a route leads for things of this station."""
    things = THINGS
    if rule.rule.startswith("/volunteer/teams/"):
        things = led_things(app, make, station)
    elif rule.rule.startswith(("/volunteer/orders/", "/volunteer/services/")):
        things = THINGS | {"order_id": lambda make, station: held_order(app, make, station)}
    elif rule.rule.endswith("/report"):
        things = THINGS | {
            "order_id": lambda make, station: case(app, make, State.ACCEPTED, station).order_id
        }
    values = {name: things[name](make, station) for name in rule.arguments if name != "token"}
    if "token" in rule.arguments:
        with app.app_context():
            values["token"] = token_for(app, rule, make, station)
    return app.url_map.bind("localhost").build(rule.endpoint, values)


def signed_in_last(app: Flask) -> int | None:
    """Return the volunteer whose login was made last."""
    with app.app_context():
        signed_in = sa.select(Volunteer.id).where(Volunteer.account_id.is_not(None))
        return db.session.scalars(signed_in.order_by(Volunteer.account_id.desc())).first()


def held_order(app: Flask, make: Make, station: str) -> int:
    """Make an order scheduled by a team that the volunteer who signed in last leads, and goes for."""
    me = signed_in_last(app)
    made = case(app, make, State.SCHEDULED, station)
    with app.app_context(), transaction() as session:
        session.get_one(Team, made.team_id).leader_id = me
        if me is not None:
            session.add(Helper(order_id=made.order_id, volunteer_id=me, tenths=None))
    return made.order_id


def led_things(app: Flask, make: Make, station: str) -> dict[str, Callable[[Make, str], object]]:
    """Make a team led by the volunteer who signed in last, with a member and a shift, for leaders' pages."""
    team_id = make.team(station)
    member = make.volunteer(team_id, station)
    occurrence_id = make.occurrence(station)
    shift_id = make.shift(occurrence_id, team_id=team_id)
    leader_id = signed_in_last(app)
    with app.app_context(), transaction() as session:
        session.get_one(Team, team_id).leader_id = leader_id
    made = {"team_id": team_id, "membership_id": make.membership(member), "shift_id": shift_id}
    made |= {"occurrence_id": occurrence_id}
    return THINGS | {name: lambda _make, _station, one=one: one for name, one in made.items()}


def token_for(app: Flask, rule: Rule, make: Make, station: str) -> str:
    """Return a secret that opens the private address of this route."""
    if rule.rule.startswith("/registrations/"):
        return token_of(make.registration(make.class_with_seats(station=station)).reference)
    if rule.rule.startswith("/rooms/requests/"):
        return room_requests.token_of(make.room_request(station).reference)
    if rule.rule.startswith("/orders/"):
        return case(app, make, station=station).token
    if rule.rule.startswith("/volunteer/feeds/"):
        return make.feed(make.volunteer(station=station))
    return invite(Role.EDITOR, make.station(station), 1, make.actor(Role.MANAGER, "center"))


def back_office(app: Flask, method: str) -> list[Rule]:
    open_doors = ("everybody", "screens")
    return [rule for rule in routes(app, method) if TABLE.get((method, path_of(rule))) not in open_doors]


def for_screens(app: Flask, method: str) -> list[Rule]:
    return [rule for rule in routes(app, method) if TABLE.get((method, path_of(rule))) == "screens"]


def may(method: str, rule: Rule, role: Role) -> bool:
    return role in WHO[TABLE[method, path_of(rule)]]


@pytest.fixture
def with_token(app: Flask, sign_in: SignIn) -> Callable[..., tuple[Browser, str]]:
    """Return a function that makes a browser signed in to a role, and a form token good for it."""

    def enter(role: Role | None, station: str = "s1") -> tuple[Browser, str]:
        browser = Browser(app)
        token = browser.token()
        if role is not None:
            browser.client.set_cookie("login", sign_in(role, station).cookie("login") or "")
        return browser, token

    return enter


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_table_lists_every_route_and_each_wears_the_guard_it_says(app: Flask) -> None:
    worn = guards(app)
    assert None not in worn.values()
    said = {"everybody": "public", "screens": "screens"} | {
        who: roles for who, roles in WHO.items() if who != "everybody"
    }
    found = {
        (method, path_of(rule)): worn[rule.endpoint]
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert found == {key: said[who] for key, who in TABLE.items()}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_only_get_and_post_are_used(app: Flask) -> None:
    methods = {method for rule in app.url_map.iter_rules() for method in rule.methods or ()}
    assert methods == {"GET", "HEAD", "OPTIONS", "POST"}


def test_the_signed_out_are_asked_to_sign_in(app: Flask, client: Browser, make: Make) -> None:
    token = client.token()
    for rule in back_office(app, "GET"):
        page = client.get(address(app, rule, make, "s1"), follow=False)
        assert (path_of(rule), page.status) == (path_of(rule), 303)
        assert page.headers["Location"].startswith("/login?next=/" + path_of(rule).split("/")[1])
    for rule in back_office(app, "POST"):
        page = client.post(address(app, rule, make, "s1"), {"csrf_token": token})
        assert (path_of(rule), page.status) == (path_of(rule), 401)


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_what_the_table_says(app: Flask, sign_in: SignIn, make: Make, role: Role) -> None:
    browser = sign_in(role, "s1")
    for rule in back_office(app, "GET"):
        page = browser.get(address(app, rule, make, "s1"), follow=False)
        assert (path_of(rule), page.status) == (path_of(rule), 200 if may("GET", rule, role) else 403)


@pytest.mark.parametrize("role", [None, *Role])
def test_what_is_everybodys_opens_for_each_role(
    app: Flask, sign_in: SignIn, client: Browser, make: Make, role: Role | None
) -> None:
    browser = sign_in(role, "s1") if role else client
    for rule in routes(app, "GET"):
        if TABLE["GET", path_of(rule)] == "everybody":
            page = browser.get(address(app, rule, make, "s1"), follow=False)
            leads_on = ["/occurrences/<occurrence_id>/seats", "/festivals/<code>/"] + ["/login"] * bool(role)
            wanted = 303 if path_of(rule) in leads_on else 200
            assert (path_of(rule), page.status) == (path_of(rule), wanted)


@pytest.mark.parametrize("role", [role for role in Role if role not in WRITERS])
def test_each_role_does_only_what_the_table_says(
    app: Flask, with_token: Callable[..., tuple[Browser, str]], make: Make, role: Role
) -> None:
    browser, token = with_token(role)
    for rule in back_office(app, "POST"):
        if not may("POST", rule, role):
            page = browser.post(address(app, rule, make, "s1"), {"csrf_token": token})
            assert (path_of(rule), page.status) == (path_of(rule), 403)


@pytest.mark.parametrize("role", STAFF)
@pytest.mark.parametrize("theirs", ["s2", "office"])
def test_what_belongs_to_others_is_not_there(
    app: Flask, with_token: Callable[..., tuple[Browser, str]], make: Make, role: Role, theirs: str
) -> None:
    browser, token = with_token(role, "s1")
    tried = 0
    for method in ("GET", "POST"):
        for rule in back_office(app, method):
            if rule.arguments and may(method, rule, role):
                data = [("csrf_token", token)] if method == "POST" else None
                page = browser.open(method, address(app, rule, make, theirs), data, False, False, {})
                assert (method, path_of(rule), page.status) == (method, path_of(rule), 404)
                tried += 1
    assert tried >= (3 if role not in WRITERS else 19)


@pytest.mark.parametrize("at", ["office", "center"])
def test_what_stands_above_a_station_reaches_down_to_it(
    app: Flask, sign_in: SignIn, make: Make, at: str
) -> None:
    browser = sign_in(Role.MANAGER, at)
    for rule in back_office(app, "GET"):
        if not may("GET", rule, Role.MANAGER):
            continue
        page = browser.get(address(app, rule, make, "s2"), follow=False)
        wanted = 200 if may("GET", rule, Role.MANAGER) else 403
        assert (path_of(rule), page.status) == (path_of(rule), wanted)


@pytest.mark.parametrize("role", [Role.MANAGER, Role.VOLUNTEER])
def test_what_is_nowhere_is_not_there(
    app: Flask, with_token: Callable[..., tuple[Browser, str]], make: Make, role: Role
) -> None:
    browser, token = with_token(role, "center")
    bound = app.url_map.bind("localhost")
    for method in ("GET", "POST"):
        for rule in routes(app, method):
            who = TABLE[method, path_of(rule)]
            if who == "screens" or (who != "everybody" and not may(method, rule, role)):
                continue
            for number in (0, NOBODYS) if rule.arguments - {"token"} else ():
                values = {
                    name: number if name.endswith("_id") or name == "year" else f"none{number}"
                    for name in rule.arguments
                }
                data = [("csrf_token", token)] if method == "POST" else None
                page = browser.open(method, bound.build(rule.endpoint, values), data, False, False, {})
                assert (method, path_of(rule), page.status) == (method, path_of(rule), 404)


def with_screen(app: Flask, make: Make, station: str) -> tuple[Browser, str]:
    """Pair a screen whose browser has a form token."""
    browser = Browser(app)
    token = browser.token()
    browser.client.set_cookie("kiosk", make.kiosk(station)[1])
    return browser, token


def test_a_screen_opens_what_is_for_screens_and_nothing_else(app: Flask, make: Make) -> None:
    browser, token = with_screen(app, make, "s1")
    for method in ("GET", "POST"):
        for rule in routes(app, method):
            if rule.endpoint.split(".")[0] in ("kiosk", "health"):
                continue
            data = [("csrf_token", token)] if method == "POST" else None
            page = browser.open(method, address(app, rule, make, "s1"), data, False, False, {})
            assert (path_of(rule), page.status) == (path_of(rule), 303 if method == "GET" else 403)
            if method == "GET":
                assert page.headers["Location"] == "/kiosk/s1"
    for rule in for_screens(app, "GET"):
        page = browser.get(address(app, rule, make, "s1"), follow=False)
        assert (path_of(rule), page.status) == (path_of(rule), 200)


def test_what_is_for_screens_is_for_nobody_else(
    app: Flask, with_token: Callable[..., tuple[Browser, str]], make: Make
) -> None:
    for browser, token in (
        with_token(None),
        with_token(Role.MANAGER, "center"),
        with_screen(app, make, "s2"),
    ):
        for rule in for_screens(app, "GET"):
            page = browser.get(address(app, rule, make, "s1"), follow=False)
            assert (path_of(rule), page.status) == (path_of(rule), 303)
            assert page.headers["Location"] == "/kiosk/s1"
        for rule in for_screens(app, "POST"):
            page = browser.post(address(app, rule, make, "s1"), {"csrf_token": token})
            assert (path_of(rule), page.status) == (path_of(rule), 403)


def test_a_room_of_another_station_is_not_there_under_ones_own(
    app: Flask, with_token: Callable[..., tuple[Browser, str]], make: Make
) -> None:
    browser, token = with_token(Role.EDITOR, "s1")
    for rule in back_office(app, "GET") + back_office(app, "POST"):
        if {"slug", "room_id"} <= rule.arguments:
            values = {"slug": "s1", "room_id": make.room("s2")}
            place = app.url_map.bind("localhost").build(rule.endpoint, values)
            method = "POST" if "POST" in (rule.methods or ()) else "GET"
            data = [("csrf_token", token)] if method == "POST" else None
            assert browser.open(method, place, data, False, False, {}).status == 404, path_of(rule)


@pytest.mark.parametrize("sent", [{}, {"csrf_token": "forged"}])
def test_nothing_is_done_without_a_token(
    app: Flask, sign_in: SignIn, make: Make, sent: dict[str, str]
) -> None:
    browser = sign_in(Role.MANAGER, "center")
    for rule in routes(app, "POST"):
        # These look at the Origin instead.
        if rule.endpoint not in ("display.set_display", "kiosk.beat"):
            page = browser.post(address(app, rule, make, "s1"), sent)
            assert (path_of(rule), page.status) == (path_of(rule), 400)


def test_a_token_of_another_visitor_is_worth_nothing(app: Flask, sign_in: SignIn) -> None:
    foreign = Browser(app).token()
    browser = sign_in()
    browser.token("/staff/account")
    page = browser.post("/staff/account", {"csrf_token": foreign, "old": "x", "new": "y"})
    assert page.status == 400
