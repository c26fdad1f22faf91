"""Whoever holds the link sees one registration and changes it; whoever holds phone and reference finds it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from portal.access import Role
from portal.activities import occurrences
from portal.activities.models import Occurrence
from portal.db import db
from portal.registrations import actions, desk, retention, roll
from portal.registrations.actions import Receipt
from portal.registrations.links import token_of
from portal.registrations.models import Registration, RegistrationDevice, SeatEvent, Status
from portal.registrations.party import Child
from portal.tokens import new_token
from tests.browser import Browser, Page
from tests.conftest import SignIn
from tests.make import Make, span

pytestmark = pytest.mark.usefixtures("noon")

PHONE = "13800004321"
DAYS_180 = 180 * 24 * 3600
Link = Callable[[Receipt], str]


@pytest.fixture
def link(app: Flask) -> Link:
    """Return a function that gives the private address of a registration."""

    def address(receipt: Receipt) -> str:
        with app.app_context():
            return f"/registrations/{token_of(receipt.reference)}"

    return address


def party(app: Flask, receipt: Receipt) -> Registration:
    with app.app_context():
        return db.session.get_one(Registration, receipt.registration_id)


def figures(app: Flask, occurrence_id: int) -> tuple[int, int]:
    """Return (seats taken, parties waiting)."""
    with app.app_context():
        row = db.session.get_one(Occurrence, occurrence_id)
        return row.seats_taken, row.parties_waiting


def steps(app: Flask) -> int:
    with app.app_context():
        return db.session.scalars(sa.select(sa.func.count()).select_from(SeatEvent)).one()


def of_device(app: Flask, secret: str = "") -> Browser:
    """Return a browser that the portal knows by this secret."""
    browser = Browser(app)
    if secret:
        browser.client.set_cookie("device", secret, httponly=True, samesite="Lax")
    return browser


def family(make: Make, occurrence_id: int, device: str = "") -> Receipt:
    kids = (Child("豆豆", 7), Child("果果", 9))
    who: dict[str, Any] = {"guardian": "王妈妈", "guardian_relation": "mother", "kids": kids}
    return make.registration(occurrence_id, 2, device, children=2, name="欧阳小明", phone=PHONE, **who)


# What the page shows


def test_the_link_shows_ones_own_and_hides_who_it_is(client: Browser, make: Make, link: Link) -> None:
    receipt = family(make, make.class_with_seats(10))
    for below in ("", "/slip", "/cancel"):
        page = client.get(link(receipt) + below)
        assert page.status == 200
        assert receipt.reference in page.text
        for hidden in (PHONE, PHONE[2:8], "欧阳小明", "阳小", "豆豆", "果果", "王妈妈"):
            assert hidden not in page.response.text, (below, hidden)
    page = client.get(link(receipt))
    assert page.one("output#reference").text() == receipt.reference
    assert "欧**明 138****4321" in page.text


@pytest.mark.parametrize("below", ["", "/slip", "/cancel"])
def test_no_cache_and_no_search_engine_keeps_it(client: Browser, make: Make, link: Link, below: str) -> None:
    page = client.get(link(make.registration(make.class_with_seats(10))) + below)
    assert page.headers["Cache-Control"] == "no-store"
    assert page.all("meta[name=robots][content=noindex]")


def test_the_slip_and_the_page_draw_a_code_of_the_link(client: Browser, make: Make, link: Link) -> None:
    receipts = [make.registration(make.class_with_seats(10)) for _ in range(2)]
    drawn = [
        {client.get(link(receipt) + below).all("svg.qr path")[-1].attributes["d"] for below in ("", "/slip")}
        for receipt in receipts
    ]
    assert [len(paths) for paths in drawn] == [1, 1]
    assert drawn[0] != drawn[1]


def test_a_link_that_is_none_opens_nothing(
    app: Flask, client: Browser, make: Make, link: Link, noon: time_machine.Traveller
) -> None:
    occurrence_id = make.class_with_seats(10)
    receipt, erased = (make.registration(occurrence_id) for _ in range(2))
    with app.app_context():
        retention.erase(erased.registration_id, "asked", make.actor(Role.EDITOR, "s1"))
    sent = {"csrf_token": client.token(), "adults": "1", "children": "0", "minutes": "10"}
    forms = ("/people", "/cancel", "/late")

    def answers(address: str) -> set[int]:
        pages = [client.get(address + below, follow=False) for below in ("", "/slip", "/cancel")]
        pages += [client.post(address + below, sent, follow=False) for below in forms]
        return {page.status for page in pages}

    number = f"/registrations/{receipt.registration_id}"
    for none in (number, f"/registrations/{receipt.reference}", f"/registrations/{new_token()}"):
        assert answers(none) == {404}
    assert answers(link(receipt)[:-1]) == answers(link(receipt) + "A") == {404}
    assert answers(link(erased)) == {404}
    before = figures(app, occurrence_id), steps(app)
    noon.shift((30 * 24 + 23) * 3600)  # thirty days after its end, to the hour
    assert client.get(link(receipt)).status == 200
    noon.shift(1)
    assert answers(link(receipt)) == {404}
    assert (figures(app, occurrence_id), steps(app)) == before


# What can be changed


def test_fewer_may_come_and_the_queue_moves_up(app: Flask, client: Browser, make: Make, link: Link) -> None:
    occurrence_id = make.class_with_seats(4)
    receipt, waiting = family(make, occurrence_id), make.registration(occurrence_id, 2)
    page = client.get(link(receipt)).form('form[action$="/people"]').fill(adults="1", children="1").submit()
    assert page.status == 200
    assert (party(app, receipt).people, party(app, waiting).status) == (2, Status.CONFIRMED)
    assert figures(app, occurrence_id) == (4, 0)
    for adults, children in (("2", "1"), ("1", "2"), ("0", "0"), ("-1", "2"), ("", "1"), ("9" * 30, "1")):
        form = page.form('form[action$="/people"]').put("adults", adults).put("children", children)
        refused = form.submit(follow=False)
        assert (refused.status, bool(refused.one(".sum").text())) == (422, True)
    assert (party(app, receipt).people, figures(app, occurrence_id)) == (2, (4, 0))


def test_when_no_child_comes_any_more_nothing_of_them_is_kept(
    app: Flask, client: Browser, make: Make, link: Link
) -> None:
    receipt = family(make, make.class_with_seats(10))
    client.get(link(receipt)).form('form[action$="/people"]').fill(children="0").submit()
    found = party(app, receipt)
    assert (found.children_names, found.guardian, found.guardian_relation) == ("", "", "")
    assert (found.name, found.people) == ("欧阳小明", 2)


def test_cancelling_asks_first_and_happens_once(app: Flask, client: Browser, make: Make, link: Link) -> None:
    occurrence_id = make.class_with_seats(4)
    receipt, waiting = family(make, occurrence_id), make.registration(occurrence_id, 3)
    asked, other_tab = (client.get(link(receipt) + "/cancel") for _ in range(2))
    assert (party(app, receipt).status, figures(app, occurrence_id)) == (Status.CONFIRMED, (4, 1))
    page = asked.form().submit()
    assert page.path == link(receipt)
    assert page.all(f'a[href="/occurrences/{occurrence_id}/register"]'), "one may sign up again"
    after = steps(app)
    assert other_tab.form().submit().path == link(receipt)
    assert client.get(link(receipt) + "/cancel").path == link(receipt), "there is nothing to ask any more"
    assert (party(app, receipt).status, party(app, waiting).status) == (Status.CANCELLED, Status.CONFIRMED)
    assert (figures(app, occurrence_id), steps(app)) == ((3, 0), after)
    assert party(app, receipt).children_names == party(app, receipt).guardian == ""


def test_one_is_late_only_on_the_day_and_by_what_is_offered(
    app: Flask, client: Browser, sign_in: SignIn, make: Make, link: Link, noon: time_machine.Traveller
) -> None:
    occurrence_id = make.class_with_seats(1, span(1, "15:00", "16:00"))
    receipt, waiting = (make.registration(occurrence_id) for _ in range(2))
    address = link(receipt) + "/late"
    sent = {"csrf_token": client.token(), "minutes": "20"}
    assert not client.get(link(receipt)).all('form[action$="/late"]')
    assert client.post(address, sent, follow=False).status == 409
    noon.shift(24 * 3600)
    assert client.post(link(waiting) + "/late", sent, follow=False).status == 409, "without a seat"
    for minutes in ("15", "0", "-10", "1e1", "9" * 30, ""):
        assert client.post(address, sent | {"minutes": minutes}, follow=False).status == 404
    assert party(app, receipt).late_minutes is None
    page = client.get(link(receipt)).form('form[action$="/late"]').submit(minutes="20")
    assert (page.status, party(app, receipt).late_minutes) == (200, 20)
    assert "20" in sign_in().get(f"/staff/occurrences/{occurrence_id}").one("tbody td.fw b").text()
    noon.shift(4 * 3600)
    assert client.post(address, sent, follow=False).status == 409


def test_who_waits_sees_the_place_and_moves_up(app: Flask, client: Browser, make: Make, link: Link) -> None:
    occurrence_id = make.class_with_seats(2)
    seated, first, second, third = (make.registration(occurrence_id, people) for people in (2, 2, 1, 1))

    def places() -> list[str]:
        pages = [client.get(link(one)) for one in (first, second, third)]
        return [re.sub(r"\D", "", page.one(".st0").text()) for page in pages]

    assert places() == ["1", "2", "3"]
    client.get(link(second) + "/cancel").form().submit()
    assert places() == ["1", "", "2"]
    client.get(link(seated) + "/cancel").form().submit()
    assert places() == ["", "", "1"]
    assert [party(app, one).status for one in (first, third)] == [Status.CONFIRMED, Status.WAITING]


def test_after_it_has_begun_nothing_can_be_changed(
    app: Flask, client: Browser, make: Make, link: Link, noon: time_machine.Traveller
) -> None:
    occurrence_id = make.class_with_seats(4)
    receipt, waiting = family(make, occurrence_id), make.registration(occurrence_id)
    page, asked = client.get(link(receipt)), client.get(link(receipt) + "/cancel")
    noon.shift(22 * 3600)  # to the minute
    assert page.form('form[action$="/people"]').fill(adults="1").submit(follow=False).status == 409
    assert asked.form().submit(follow=False).status == 409
    assert not client.get(link(receipt)).all('form[action$="/people"]')
    asked = client.get(link(receipt) + "/cancel")
    assert (asked.status, asked.headers["Cache-Control"]) == (200, "no-store")
    assert not asked.all("main form")
    assert (party(app, receipt).people, figures(app, occurrence_id)) == (4, (4, 1))
    assert party(app, waiting).status is Status.WAITING


def test_whom_the_roll_call_has_seen_cannot_cancel_from_a_page_left_open(
    app: Flask, client: Browser, make: Make, link: Link, noon: time_machine.Traveller
) -> None:
    occurrence_id = make.class_with_seats(4)
    receipt = make.registration(occurrence_id)
    asked = client.get(link(receipt) + "/cancel")
    noon.shift(21.5 * 3600)
    with app.app_context():
        roll.call_roll(occurrence_id, {receipt.registration_id: 1}, "", make.actor(Role.EDITOR, "s1"))
    assert asked.form().submit(follow=False).status == 409
    assert party(app, receipt).status is Status.ATTENDED


def test_a_party_that_was_moved_keeps_reference_and_link(
    app: Flask, client: Browser, make: Make, link: Link
) -> None:
    receipt, target = make.registration(make.class_with_seats(4)), make.class_with_seats(4, title="合唱")
    with app.app_context():
        desk.move(receipt.registration_id, target, False, make.actor(Role.EDITOR, "s1"))
    page = client.get(link(receipt))
    assert (page.status, page.one("h1").text()) == (200, "合唱")
    assert page.one("output#reference").text() == receipt.reference


def test_the_page_of_a_cancelled_date_says_so(app: Flask, client: Browser, make: Make, link: Link) -> None:
    receipt = make.registration(occurrence_id := make.class_with_seats(4))
    with app.app_context():
        occurrences.cancel(occurrence_id, "台风停办", make.actor(Role.EDITOR, "s1"))
    page = client.get(link(receipt))
    assert "台风停办" in page.one("[role=alert]").text()
    assert not page.all('a[href$="/cancel"]')


# Mine


def listed(page: Page) -> list[str]:
    return [node.attributes["href"] or "" for node in page.all("main ol a[href^='/registrations/']")]


def test_a_device_lists_its_own_and_forgets_them(
    app: Flask, make: Make, link: Link, noon: time_machine.Traveller
) -> None:
    mine, hers = new_token(), new_token()
    over = make.registration(make.class_with_seats(when=span(0, "13:00", "14:00")), device=mine)
    noon.shift(3 * 3600)
    own = [make.registration(make.class_with_seats(when=span(day)), device=mine) for day in (3, 2)]
    with app.app_context():
        actions.cancel(own[0].registration_id)
    make.registration(make.class_with_seats(), device=hers)
    make.registration(make.class_with_seats())
    browser = of_device(app, mine)
    page = browser.get("/mine")
    assert page.headers["Cache-Control"] == "no-store"
    assert sorted(listed(page)) == sorted(map(link, [*own, over]))
    assert [node.attributes["href"] for node in page.all(".day a")] == [link(own[1])], "what is to come"
    page = page.form('form[action="/mine/forget"]').submit()
    assert (page.path, listed(page), browser.cookie("device")) == ("/mine", [], None)
    assert listed(of_device(app, mine).get("/mine")) == [], "the cookie alone brings nothing back"
    assert len(listed(of_device(app, hers).get("/mine"))) == 1
    assert browser.get(link(own[1])).status == 200
    assert party(app, own[1]).status is Status.CONFIRMED


def test_the_cookie_of_a_device_says_nothing_and_lasts_half_a_year(
    app: Flask, client: Browser, make: Make
) -> None:
    form = client.get(f"/occurrences/{make.class_with_seats()}/register").form()
    answer = form.fill(name="王小明", phone=PHONE, consent=True).submit(follow=False)
    [cookie] = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("device=")]
    assert {"HttpOnly", "SameSite=Lax", f"Max-Age={DAYS_180}", "Path=/"} <= set(cookie.split("; "))
    assert re.fullmatch(r"[\w-]{43}", client.cookie("device") or "")
    first = client.cookie("device")
    form = client.get(f"/occurrences/{make.class_with_seats()}/register").form()
    form.fill(name="王小明", phone=PHONE, consent=True).submit()
    assert client.cookie("device") == first
    assert len(listed(client.get("/mine"))) == 2


def test_pages_without_a_registration_set_no_cookie(client: Browser, make: Make) -> None:
    occurrence_id = make.class_with_seats(2)
    for address in ("/", "/calendar", f"/occurrences/{occurrence_id}", "/stations/", "/privacy"):
        assert "Set-Cookie" not in client.get(address).headers, address
    client.get(f"/occurrences/{occurrence_id}/register")
    client.get("/mine")
    assert client.cookie("device") is None


# Phone and reference


def look_up(browser: Browser, phone: str, code: str) -> Page:
    form = browser.get("/mine").form("form:has([name=code])")
    return form.fill(phone=phone, code=code).submit(follow=False)


def test_phone_and_reference_find_it_however_they_are_typed(app: Flask, make: Make, link: Link) -> None:
    receipt = make.registration(make.class_with_seats(), phone=PHONE)
    plain = receipt.reference.removeprefix("R-")
    misread = plain.replace("0", "O").replace("1", "l")
    wide = "".join(chr(ord(one) + 0xFEE0) for one in receipt.reference)
    typed = [receipt.reference, plain, plain.lower(), f" r - {misread[:5]} {misread[5:]} ", wide]
    for code, phone in zip(typed, (PHONE, "138 0000 4321", "+8613800004321", PHONE, PHONE), strict=True):
        browser = Browser(app)
        answer = look_up(browser, phone, code)
        assert (answer.status, answer.location) == (303, f"http://localhost{link(receipt)}"), code
        assert listed(browser.get("/mine")) == [link(receipt)], "this device lists it from now on"
    with app.app_context():
        assert len(db.session.scalars(sa.select(RegistrationDevice)).all()) == len(typed)


def answered(page: Page, *typed: str) -> tuple[int, list[tuple[str, str]], str]:
    """Return an answer without what differs from one request to the next, or was typed."""
    text = page.response.text
    hidden = [node.attributes["value"] or "" for node in page.all("input[type=hidden]")]
    for one in (*typed, *hidden):
        text = text.replace(f'value="{one}"', "")
    headers = [(name, value) for name, value in page.headers if name not in ("Set-Cookie", "Content-Length")]
    return page.status, headers, text


def test_a_miss_tells_nothing_about_number_or_reference(app: Flask, make: Make, link: Link) -> None:
    occurrence_id = make.class_with_seats()
    receipt = make.registration(occurrence_id, phone=PHONE)
    make.registration(occurrence_id, phone="13800009999")
    by_hand = make.registration(occurrence_id, phone="")
    unknown = "R-0000000000"
    tries = [
        (PHONE, unknown),
        ("13800009999", receipt.reference),
        ("13800007777", receipt.reference),
        ("13800007777", unknown),
        ("13800007777", by_hand.reference),
        ("nonsense", "nonsense"),
    ]
    answers = [answered(look_up(Browser(app), *typed), *typed) for typed in tries]
    assert answers[0][0] == 422
    assert all(answer == answers[0] for answer in answers)


def test_what_is_long_over_or_erased_is_not_found(
    app: Flask, client: Browser, make: Make, noon: time_machine.Traveller
) -> None:
    old, erased = (make.registration(make.class_with_seats(), phone=PHONE) for _ in range(2))
    with app.app_context():
        retention.erase(erased.registration_id, "asked", make.actor(Role.EDITOR, "s1"))
    assert look_up(client, PHONE, erased.reference).status == 422
    assert look_up(client, PHONE, old.reference).status == 303
    noon.shift(32 * 24 * 3600)
    assert look_up(client, PHONE, old.reference).status == 422


def test_the_eleventh_try_of_a_number_is_refused(
    app: Flask, client: Browser, make: Make, noon: time_machine.Traveller
) -> None:
    receipt = make.registration(make.class_with_seats(), phone=PHONE)
    other = make.registration(make.class_with_seats(), phone="13800009999")
    assert [look_up(client, PHONE, "R-0000000000").status for _ in range(10)] == [422] * 10
    page = look_up(Browser(app), "138 0000 4321", receipt.reference)
    assert (page.status, page.value("code")) == (429, receipt.reference), "right or wrong, from wherever"
    assert look_up(client, "13800009999", other.reference).status == 303
    noon.shift(15 * 60 + 1)
    assert look_up(client, PHONE, receipt.reference).status == 303


def test_who_forgets_to_type_a_number_is_not_counted_with_others_who_do(client: Browser) -> None:
    assert [look_up(client, "", "R-0000000000").status for _ in range(11)] == [422] * 11
