"""A page costs the same number of statements, however much there is."""

import pytest
from flask import Flask

from portal.access import Role
from portal.activities.room_requests import token_of
from tests.browser import Browser
from tests.conftest import SignIn
from tests.make import Make, each_week, span
from tests.statements import counted

pytestmark = pytest.mark.usefixtures("noon")

# Statements per page; a page that needs more has to say why here.
PUBLIC = {
    "/": 6,  # one of them for the menu
    "/calendar": 4,
    "/calendar?view=list": 5,
    "/calendar?view=week&open=1": 4,
    "/calendar?view=day": 4,
    "/calendar?q=书法&station=s1&cluster=s4": 7,  # which station, and whether it has neighbours
    "/calendar?station=s4&nearby=1": 6,
    "/calendar.ics": 2,  # what has changed, and only then the rows
    "/calendar.ics?station=s4&nearby=1": 4,
    "/calendar.atom": 2,
    "/stations/": 4,
    "/stations/s1": 9,  # one of them for the menu
    "/stations/s1/calendar.ics": 4,
    "/stations/s1/rooms": 6,
    "/stations/s1/rooms/{room}/ask?day=2026-06-11": 4,
    "/rooms/requests/{token}": 1,
    "/occurrences/{occurrence}": 7,  # one of them for the text to copy, one for the team that helps
    "/occurrences/{occurrence}.ics": 2,
}
STAFF = {
    "/staff/": 21,  # two of them for rooms, three for volunteers, three for orders, one for screens
    "/staff/activities/": 2,
    "/staff/activities/new": 11,  # what was being typed, what is used often, which teams help
    "/staff/activities/{activity}": 8,  # one of them for the team that helps
    "/staff/activities/{draft}/edit": 15,  # four for its dates, two for teams, one for what was being typed
    "/staff/activities/{draft}/preview": 12,  # the page of a date, and whose activity it is
    "/staff/activities/{row}": 10,
    "/staff/activities/{row}/repeat": 9,
    "/staff/activities/{row}/dates/new": 9,
    "/staff/occurrences/{dated}/move": 9,
    "/staff/occurrences/{occurrence}": 10,  # shifts, who is on them, who of them visits, teams to ask
    "/staff/rooms/": 9,
    "/staff/rooms/requests/{request}": 2,
    "/staff/rooms/{room}/book": 4,
    "/staff/stations/": 2,
    "/staff/stations/s1": 6,
}

LOOK = 18  # at what a change of a row would do, whom it concerns (three ask) and what has the room


def fill(make: Make, activities: int) -> dict[str, int | str]:
    """Post so many activities of three dates each at two stations, drafts and calls among them."""
    for number in range(activities):
        make.activity(
            station="s1" if number % 2 else "s4",
            title=f"书法班 {number}",
            spans=[span(0, "14:00", "15:00"), span(1), span(8)],
            cohosts=("s2",),
        )
        make.activity(station="s1", published=False)
        make.message("s1")
        make.room_request("s1", when=span(2 + activities + number, "12:00", "13:00"), by=make.actor())
        asked = make.room_request("s1", when=span(2 + number, "14:00", "15:00"))
    activity_id = make.activity(station="s1", spans=[span(1), span(8)])
    with make.app.app_context():
        token = token_of(asked.reference)
    row_id = make.activity(station="s1", repeats=each_week(6, count=6 if activities == 1 else 60))
    return {
        "activity": activity_id,
        "draft": make.activity(station="s1", published=False, spans=[span(1), span(8)]),
        "occurrence": make.dates_of(activity_id)[0],
        "row": row_id,
        "dated": make.dates_of(row_id)[0],
        "room": make.room(),
        "request": asked.request_id,
        "token": token,
    }


def cost_of_a_look(app: Flask, browser: Browser, address: str, **values: str) -> int:
    form = browser.get(address).form().fill(**values)
    with counted(app) as statements:
        looked = form.submit(intent="look")
    assert looked.status == 200
    assert looked.all("table")
    return len(statements)


def test_a_look_at_what_a_change_would_do_costs_the_same_for_six_dates_and_for_sixty(
    app: Flask, sign_in: SignIn, make: Make
) -> None:
    editor = sign_in(Role.EDITOR, "s1")
    room = str(make.room())
    costs = []
    for count in (6, 60):
        # The room is that of the new hours, where nothing has been yet: with people on every date.
        activity_id = make.activity(repeats=each_week(6, count=count), registration=True, seats=9)
        dates = make.dates_of(activity_id)
        for one in dates[:6]:
            make.registration(one)
        wanted = {"room": room, "opens": "19:00", "closes": "20:00"}
        costs.append(
            [
                cost_of_a_look(app, editor, f"/staff/occurrences/{dates[0]}/move", reach="all", **wanted),
                cost_of_a_look(app, editor, f"/staff/activities/{activity_id}/repeat", **wanted),
            ]
        )
    assert costs[0] == costs[1]
    assert max(costs[1]) <= LOOK


def cost(app: Flask, browser: Browser, address: str) -> int:
    browser.get(address)  # what is remembered per process is asked for once
    with counted(app) as statements:
        assert browser.get(address).status == 200
    return len(statements)


def test_public_pages_cost_what_the_table_says_with_little_and_with_much(
    app: Flask, client: Browser, make: Make
) -> None:
    few = fill(make, 1)
    little = {address: cost(app, client, address.format(**few)) for address in PUBLIC}
    many = fill(make, 40)
    much = {address: cost(app, client, address.format(**many)) for address in PUBLIC}
    assert little == much
    assert {address: count for address, count in much.items() if count > PUBLIC[address]} == {}


def test_staff_pages_cost_what_the_table_says_with_little_and_with_much(
    app: Flask, sign_in: SignIn, make: Make
) -> None:
    editor = sign_in(Role.EDITOR, "s1")
    few = fill(make, 1)
    little = {address: cost(app, editor, address.format(**few)) for address in STAFF}
    many = fill(make, 40)
    much = {address: cost(app, editor, address.format(**many)) for address in STAFF}
    assert little == much
    assert {address: count for address, count in much.items() if count > STAFF[address]} == {}
