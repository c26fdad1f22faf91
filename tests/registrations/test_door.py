"""Whoever comes is checked in with one tap, by a scanned link or a typed code; mistakes go back."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from portal.access import Role
from portal.activities.models import Occurrence
from portal.activities.occurrences import cancel as call_off
from portal.audit.models import AuditEntry
from portal.db import db
from portal.registrations import actions, desk, queries
from portal.registrations.links import token_of
from portal.registrations.models import Registration, Status
from tests.browser import Browser, Page
from tests.conftest import SignIn
from tests.make import Make, span

Clock = time_machine.Traveller
HOUR = 3600


class Door:
    """A date that begins in half an hour, and an editor with a phone."""

    def __init__(self, app: Flask, make: Make, phone: Browser) -> None:
        self.app, self.make, self.phone = app, make, phone
        self.date = make.class_with_seats(6, span(0, "12:30", "13:30"))
        self.address = f"/staff/occurrences/{self.date}/door"

    def link(self, registration_id: int) -> str:
        with self.app.app_context():
            party = db.session.get_one(Registration, registration_id)
            return f"/registrations/{token_of(party.reference)}"

    def party(self, registration_id: int) -> Registration:
        with self.app.app_context():
            return db.session.get_one(Registration, registration_id)

    def attended(self) -> int | None:
        with self.app.app_context():
            return db.session.get_one(Occurrence, self.date).attended

    def type(self, typed: str, page: Page | None = None) -> Page:
        """Type a code at the door, or on another page that asks for one."""
        form = (page or self.phone.get(self.address)).form('form[action$="/door"]')
        return form.fill(door_q=typed).submit()


@pytest.fixture
def door(noon: Clock, app: Flask, make: Make, sign_in: SignIn) -> Door:
    return Door(app, make, sign_in())


def buttons(page: Page) -> list[str]:
    return [one.text().strip() for one in page.all('form[action$="/check-in"] button')]


def test_whoever_scans_the_link_at_the_door_checks_the_party_in_with_one_tap(
    door: Door, make: Make, sign_in: SignIn
) -> None:
    one = make.registration(door.date, 3, name="郑小莲").registration_id
    link = door.link(one)
    for other in (Browser(door.app), sign_in(Role.EDITOR, "s2"), sign_in(Role.VOLUNTEER)):
        page = other.get(link)
        assert not page.all('main [href^="/staff"], main [action^="/staff"]')
        assert "郑小莲" not in page.text
    reader = sign_in(Role.AUDITOR).get(link)
    assert (buttons(reader), len(reader.all('main a[href^="/staff"]'))) == ([], 1)
    page = door.phone.get(link)
    assert (page.headers["Cache-Control"], buttons(page)) == (
        "no-store",
        ["到了 3 人", "只来 2 人", "只来 1 人"],
    )
    form = page.form('form[action$="/check-in"]')
    page = form.submit(people="2")
    assert (page.path, page.status) == (f"{door.address}?party={one}", 200)
    assert "郑小莲" in page.one("[role=status].box").text()
    assert (door.party(one).came, door.party(one).status) == (2, Status.ATTENDED)
    # Scanned again, nothing changes; it can be corrected, or taken back.
    assert buttons(door.phone.get(link)) == []
    page = page.form('form[action$="/check-in"]').submit(people="3")
    assert door.party(one).came == 3
    page = page.form('form[action$="/take-back"]').submit()
    assert (door.party(one).came, door.party(one).status) == (None, Status.CONFIRMED)
    assert "到了 3 人" in buttons(page)
    with door.app.app_context():
        logged = db.session.execute(
            sa.select(AuditEntry.action, AuditEntry.object_id).order_by(AuditEntry.id)
        )
        assert [tuple(row) for row in logged if row.action.startswith("roll.")] == [
            ("roll.called", door.date),
            ("roll.called", door.date),
            ("roll.taken_back", one),
            ("roll.called", door.date),
        ]


def test_a_code_a_reference_or_the_last_four_digits_check_in(door: Door, make: Make) -> None:
    first = make.registration(door.date, 2, name="王小明", phone="13800004321")
    second = make.registration(door.date, name="林伯", phone="13900004321")
    third = make.registration(door.date, name="陈姨")
    fourth = make.registration(door.date, name="陈伯")
    with door.app.app_context():
        code = queries.codes_of(door.date)[third.registration_id]
    page = door.type(code.lower(), door.phone.get(f"/staff/occurrences/{door.date}"))
    assert "陈姨" in page.one("[role=status].box").text()
    page = door.type(fourth.reference, page)
    assert [door.party(one.registration_id).came for one in (third, fourth)] == [1, 1]
    page = door.type("4321", page)
    assert (page.status, len(page.all(".s-rows li"))) == (200, 2)
    assert door.party(first.registration_id).came is None, "two have this number: one is asked which"
    page = page.form(f'form[action$="/{second.registration_id}/check-in"]').submit()
    assert door.party(second.registration_id).came == 1
    page = door.type("王小", page)
    assert (page.status, buttons(page)) == (200, ["到了 2 人：王小明"]), "a name alone checks nobody in"
    page = page.form(f'form[action$="/{first.registration_id}/check-in"]').submit(people="2")
    page = page.form('form[action$="/check-in"]').submit(people="1")
    page = door.type(first.reference, page)
    assert door.party(first.registration_id).came == 1, "scanned once more, fewer stay fewer"
    before = door.party(second.registration_id).changed_at
    page = door.type(second.reference, page)
    assert ("again=1" in page.path, door.party(second.registration_id).changed_at) == (True, before)


@pytest.mark.parametrize("typed", ["", "9999", "Z99", "没有这人", "R-0000000000", "\x00", "%"])
def test_what_nobody_has_is_told_and_stays_in_its_field(door: Door, make: Make, typed: str) -> None:
    make.registration(door.date, name="王小明", phone="13800004321")
    page = door.type(typed)
    assert (page.status, bool(page.one("#door_q-e").text())) == (422, True)
    assert page.value("door_q") == typed.replace("\x00", "")


def test_after_a_slip_the_near_one_is_offered_and_nobody_checked_in(door: Door, make: Make) -> None:
    one = make.registration(door.date, name="郑小莲").registration_id
    with door.app.app_context():
        code = queries.codes_of(door.date)[one]
    page = door.type(code[0] + code[2] + code[1])
    assert (page.status, buttons(page)) == (422, ["到了 1 人：郑小莲"])
    assert door.party(one).came is None


def test_when_nobody_can_be_checked_in_it_says_why_and_has_no_button(
    door: Door, make: Make, noon: Clock
) -> None:
    early = make.class_with_seats(1, span(0, "14:00", "15:00"))
    seated, waiting = (make.registration(early).registration_id for _ in range(2))
    gone = make.registration(door.date).registration_id
    off = make.class_with_seats(1, span(0, "12:45", "13:30"))
    called_off = make.registration(off).registration_id
    over = make.registration(door.date).registration_id
    with door.app.app_context():
        actions.cancel(gone)
        call_off(off, "停电", make.actor())
    token = door.phone.token("/staff/account")

    def said(registration_id: int) -> str:
        page = door.phone.get(door.link(registration_id))
        assert buttons(page) == []
        sent = {"csrf_token": token, "people": "1"}
        answer = door.phone.post(f"/staff/registrations/{registration_id}/check-in", sent)
        words = page.all("section.box p")[0].text()
        assert (answer.status, words in answer.text) == (409, True)
        return words

    words = [said(seated), said(gone), said(called_off)]
    noon.shift(1.5 * HOUR)
    words += [said(waiting), said(over)]
    assert len(set(words)) == 5
    assert [door.party(one).came for one in (seated, waiting, gone, called_off, over)] == [None] * 5


def test_of_a_course_todays_date_is_checked_in(door: Door, make: Make, noon: Clock, sign_in: SignIn) -> None:
    dates = make.course(spans=[span(days, "12:30", "13:30") for days in (0, 1, 3)])
    one = make.course_registration(dates[0], 2)
    link = door.link(one.registration_id)
    with door.app.app_context():
        wanted = sa.select(Registration.id).where(Registration.course_id == one.registration_id)
        ids = list(db.session.scalars(wanted.order_by(Registration.occurrence_id)))
    for days in (0, 1):
        phone = sign_in()
        phone.get(link).form('form[action$="/check-in"]').submit(people="2")
        assert [door.party(each).came for each in ids] == [2, 2 if days else None, None]
        assert buttons(phone.get(link)) == [], "noted already, and not for another date"
        noon.shift(24 * HOUR)
    page = sign_in().get(link)
    assert (buttons(page), len(page.all("section.box"))) == ([], 1), "no date of it is today"


def test_a_figure_of_the_roll_goes_with_a_mark_taken_back_and_one_written_down_stays(
    door: Door, make: Make, noon: Clock
) -> None:
    first, second = (make.registration(door.date).registration_id for _ in range(2))
    noon.shift(HOUR)
    address = f"/staff/occurrences/{door.date}"
    form = door.phone.get(address).form('form[action$="/roll-call"]')
    form.fill(**{f"r{first}": "1", f"r{second}": "0"}).submit()
    assert door.attended() == 1
    form = door.phone.get(address).form('form[action$="/roll-call"]')
    form.fill(**{f"r{second}": "no"}).submit()
    assert (door.party(second).came, door.attended()) == (None, None), "not everybody is called any more"
    door.phone.get(address).form('form[action$="/roll-call"]').fill(**{f"r{second}": "1"}).submit()
    assert door.attended() == 2
    count = door.phone.get(address).form('form[action$="/count"], form[action$="/count#count"]')
    count.fill(attended="9", source="counted").submit()
    door.phone.get(f"{door.address}?party={second}").form('form[action$="/take-back"]').submit()
    assert (door.party(second).came, door.attended()) == (None, 9)


def test_a_mark_of_yesterday_stays(door: Door, make: Make, noon: Clock, sign_in: SignIn) -> None:
    one = make.registration(door.date).registration_id
    door.phone.get(door.link(one)).form('form[action$="/check-in"]').submit()
    noon.shift(24 * HOUR)
    door.phone = sign_in()
    page = door.phone.get(f"/staff/registrations/{one}")
    assert not page.all(f"button[name=r{one}][value=no]")
    sent = {"csrf_token": door.phone.token("/staff/account")}
    assert door.phone.post(f"/staff/registrations/{one}/take-back", sent).status == 409
    assert door.party(one).came == 1


def test_who_signed_up_once_more_meanwhile_is_not_called_back(door: Door, make: Make) -> None:
    one = make.registration(door.date, name="王小明", phone="13800004321").registration_id
    page = door.phone.get(door.link(one)).form('form[action$="/check-in"]').submit()
    make.registration(door.date, name="王小明", phone="13800004321")
    refused = page.form('form[action$="/take-back"]').submit(follow=False)
    assert (refused.status, door.party(one).came) == (409, 1)


def test_a_page_left_open_does_not_undo_what_others_called(door: Door, make: Make, sign_in: SignIn) -> None:
    first, second = (make.registration(door.date, 2).registration_id for _ in range(2))
    address = f"/staff/occurrences/{door.date}"
    door.phone.get(address).form('form[action$="/roll-call"]').fill(**{f"r{first}": "1"}).submit()
    left_open = door.phone.get(address).form('form[action$="/roll-call"]')
    other = sign_in().get(f"{door.address}?party={first}")
    other.form('form[action$="/check-in"]').submit(people="1")
    left_open.fill(**{f"r{second}": "0"}).submit()
    assert [door.party(one).came for one in (first, second)] == [1, 0]


def test_who_cancels_while_the_roll_is_called_keeps_no_mark_from_being_saved(
    door: Door, make: Make, noon: Clock
) -> None:
    first, second, gone, moved = (make.registration(door.date).registration_id for _ in range(4))
    left_open = door.phone.get(f"/staff/occurrences/{door.date}").form('form[action$="/roll-call"]')
    Browser(door.app).get(f"{door.link(gone)}/cancel").form().submit()
    with door.app.app_context():
        desk.move(moved, make.class_with_seats(), False, make.actor())
    noon.shift(HOUR)
    page = left_open.fill(**{f"r{first}": "1", f"r{second}": "0", f"r{gone}": "1", f"r{moved}": "1"}).submit()
    assert [door.party(one).came for one in (first, second, gone, moved)] == [1, 0, None, None]
    assert [door.party(one).status for one in (gone, moved)] == [Status.CANCELLED, Status.CONFIRMED]
    assert door.attended() == 1
    said = page.all(".flash")[-1].text()
    named = [door.party(one).name in said for one in (first, second, gone, moved)]
    assert named == [False, False, True, True]
    sent = {"csrf_token": door.phone.token("/staff/account")}
    back = door.phone.post(f"/staff/registrations/{gone}/take-back", sent)
    assert back.status == 404, "no mark of theirs to take back"


def test_two_phones_that_scan_the_same_party_note_it_once(door: Door, make: Make, sign_in: SignIn) -> None:
    one = make.registration(door.date, 2)
    forms = [
        sign_in().get(door.address).form('form[action$="/door"]').fill(door_q=one.reference) for _ in range(2)
    ]
    start = threading.Barrier(2)

    def press(number: int) -> str:
        start.wait(30)
        return forms[number].submit(follow=False).location

    with ThreadPoolExecutor(2) as pool:
        went = list(pool.map(press, range(2)))
    assert sorted("again" in each for each in went) == [False, True]
    assert door.party(one.registration_id).came == 2


def test_what_another_station_keeps_is_not_there(door: Door, make: Make) -> None:
    theirs = make.class_with_seats(5, span(0, "12:30", "13:30"), station="s2")
    one = make.registration(theirs)
    sent = {"csrf_token": door.phone.token("/staff/account"), "door_q": one.reference, "people": "1"}
    answers = [door.phone.get(f"/staff/occurrences/{theirs}/{page}").status for page in ("door", "sheet")]
    addresses = [f"/staff/registrations/{one.registration_id}/{what}" for what in ("check-in", "take-back")]
    addresses += [f"/staff/occurrences/{theirs}/{what}" for what in ("door", "paper")]
    answers += [door.phone.post(address, sent).status for address in addresses]
    assert (answers, door.party(one.registration_id).came) == ([404] * 6, None)
    # A party of theirs is not shown on our page either.
    assert not door.phone.get(f"{door.address}?party={one.registration_id}").all("[role=status].box")
    assert door.type(one.reference).status == 422
