"""Sign up on a screen, key by key: a number, no name, and nothing of it stays there."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from time_machine import Traveller

from portal.activities.models import Occurrence
from portal.db import db, transaction
from portal.registrations.links import token_of
from portal.registrations.models import Registration, Status
from portal.registrations.party import AgeBand, Source
from portal.web.qr import qr_path
from tests.browser import Browser, Page
from tests.kiosk.pressing import PHONE, agree_and_send, press
from tests.make import Make, span

pytestmark = pytest.mark.usefixtures("noon")
Screen = Callable[..., Browser]


def rows(app: Flask) -> list[Registration]:
    with app.app_context():
        return list(db.session.scalars(sa.select(Registration).order_by(Registration.id)))


def reference(page: Page) -> str:
    assert page.status == 200
    return page.one("output#reference").text()


def open_form(browser: Browser, occurrence_id: int) -> Page:
    return browser.get(f"/kiosk/s1/dates/{occurrence_id}/register")


def test_somebody_signs_up_key_by_key(app: Flask, screen: Screen, make: Make) -> None:
    occurrence_id = make.class_with_seats(5, party_max=4)
    page = open_form(screen(), occurrence_id)
    assert page.one("form[method=post]").attributes["autocomplete"] == "off"
    assert page.all("input[checked]") == []
    page = page.form().submit(by="1")
    page = press(page, *"1390")
    assert " ".join(page.one("output.slot").text().split()) == "139 0 还差 7 位"
    page = press(page, "clear", *"1381", "del", *"00")
    assert page.value("phone") == "13800"
    page = press(page, *"135678", "9")  # one too many is not taken
    assert page.value("phone") == PHONE
    assert "hidden" in page.one("output.slot .left").attributes
    done = agree_and_send(page)
    held = rows(app)[0]
    assert (held.phone, held.name, held.adults) == (PHONE, "尾号5678", 2)
    assert (held.source, held.status) == (Source.KIOSK, Status.CONFIRMED)
    assert held.consent
    assert reference(done) == held.reference
    with app.app_context():
        link = f"http://localhost/registrations/{token_of(held.reference)}"
    assert qr_path(link).path in done.response.text
    assert token_of_is_only_in_the_code(app, done, held.reference)
    assert PHONE not in done.response.text
    assert done.path == f"/kiosk/s1/dates/{occurrence_id}/register"
    assert done.headers["Cache-Control"] == "no-store"
    assert "60 秒后清空" in done.text


def token_of_is_only_in_the_code(app: Flask, page: Page, found: str) -> bool:
    with app.app_context():
        token = token_of(found)
    return token not in page.response.text and "Set-Cookie" not in page.headers


def test_plus_and_minus_stay_within_what_is_allowed(screen: Screen, make: Make) -> None:
    page = open_form(screen(), make.class_with_seats(5, party_max=3))
    for by, people in (("1", "2"), ("1", "3"), ("-1", "2"), ("-1", "1")):
        page = page.form().submit(by=by)
        assert page.value("adults") == people
    form = page.form().put("adults", "99")
    assert form.submit(by="1").value("adults") == "3"
    few = open_form(screen(), make.class_with_seats(2, party_max=4))
    assert few.form().submit(by="1").all("button[disabled]")[0].attributes["value"] == "1"


def test_a_wrong_number_is_kept_and_what_is_wrong_said(app: Flask, screen: Screen, make: Make) -> None:
    page = press(open_form(screen(), make.class_with_seats(5)), *"1380013")
    page = agree_and_send(page)
    assert page.status == 422
    assert "手机号少了 4 位" in page.one(".k-ask.bad .err").text()
    assert page.value("phone") == "1380013"
    assert len(page.all("input[name=consent][checked]")) == 1
    assert rows(app) == []
    assert reference(press(page, *"5678").form().submit(do="send")) == rows(app)[0].reference


def test_nothing_goes_without_the_tick(app: Flask, screen: Screen, make: Make) -> None:
    page = press(open_form(screen(), make.class_with_seats(5)), *PHONE)
    page = page.form().submit(do="send")
    assert page.status == 422
    assert len(page.all(".k-ask.bad")) == 1
    assert page.value("phone") == PHONE
    assert rows(app) == []


def test_whoever_finds_it_full_waits_in_turn(app: Flask, screen: Screen, make: Make) -> None:
    occurrence_id = make.class_with_seats(1)
    make.registration(occurrence_id)
    make.registration(occurrence_id)
    page = open_form(screen(), occurrence_id)
    assert "排第 2 位" in page.text
    done = agree_and_send(press(page, *PHONE))
    assert reference(done)
    assert "第 2 位" in done.one(".k-state").text()
    assert rows(app)[-1].status is Status.WAITING


def test_the_same_form_twice_is_one_registration(app: Flask, screen: Screen, make: Make) -> None:
    page = press(open_form(screen(), make.class_with_seats(5)), *PHONE)
    form = page.form().fill(consent=True)
    first, second = form.submit(do="send"), form.submit(do="send")
    assert reference(first) == reference(second)
    assert len(rows(app)) == 1


def test_the_same_number_again_hears_no_reference(app: Flask, screen: Screen, make: Make) -> None:
    occurrence_id = make.class_with_seats(5)
    browser = screen()
    done = agree_and_send(press(open_form(browser, occurrence_id), *PHONE))
    page = agree_and_send(press(open_form(browser, occurrence_id), *PHONE))
    assert page.status == 422
    assert page.one(".k-ask.bad .err").text()
    assert reference(done) not in page.response.text
    assert page.all("output#reference") == []
    assert len(rows(app)) == 1


def test_a_number_that_is_tried_often_is_slowed_down(app: Flask, screen: Screen, make: Make) -> None:
    browser, occurrence_id = screen(), make.class_with_seats(30)
    page = press(open_form(browser, occurrence_id), *PHONE)
    for _ in range(12):
        assert page.form().fill(consent=True).submit(do="send").status in (200, 422)
    late = page.form().fill(consent=True).submit(do="send")
    assert late.status == 429
    assert late.one(".k-ask.bad .err").text()


def test_a_screen_that_sends_very_often_is_slowed_down_and_others_are_not(screen: Screen, make: Make) -> None:
    browser, occurrence_id = screen(), make.class_with_seats(30)
    page = open_form(browser, occurrence_id)
    for _ in range(40):
        assert page.form().submit(do="send").status == 422
    assert page.form().submit(do="send").status == 429
    assert press(page, "1").value("phone") == "1"  # keys cost nothing
    other = open_form(screen(name="门口"), occurrence_id)
    assert other.form().submit(do="send").status == 422


def test_where_ages_are_asked_one_presses_ones_own(app: Flask, screen: Screen, make: Make) -> None:
    page = open_form(screen(), make.class_with_seats(5, ages=(60, None)))
    page = press(page, *PHONE)
    page = agree_and_send(page)
    assert page.status == 422
    assert len(page.all("fieldset.bad .err")) == 1
    young = page.form().fill(age_band=AgeBand.FROM_18.value).submit(do="send")
    assert (young.status, rows(app)) == (422, [])
    assert len(young.all('input[value="18_59"][checked]')) == 1
    assert reference(young.form().fill(age_band=AgeBand.FROM_60.value).submit(do="send"))
    assert rows(app)[0].age_band is AgeBand.FROM_60


def test_what_is_for_children_goes_on_on_the_phone(app: Flask, screen: Screen, make: Make) -> None:
    occurrence_id = make.class_with_seats(5, ages=(6, 12))
    browser = screen()
    page = open_form(browser, occurrence_id)
    assert page.status == 200
    assert page.all("form[method=post]") == []
    assert "监护人" in page.one(".k-why").text()
    assert qr_path(f"http://localhost/occurrences/{occurrence_id}/register").path in page.response.text
    sent = {"csrf_token": browser_token(browser, make), "phone": PHONE, "adults": "1", "consent": "2026-11"}
    assert browser.post(f"/kiosk/s1/dates/{occurrence_id}/register", sent).status == 409
    assert rows(app) == []


def browser_token(browser: Browser, make: Make) -> str:
    return open_form(browser, make.class_with_seats(5)).value("csrf_token")


def test_a_course_is_joined_as_a_whole(app: Flask, screen: Screen, make: Make) -> None:
    dates = make.course(3)
    page = open_form(screen(), dates[1])
    assert "3 次" in page.text
    done = agree_and_send(press(page, *PHONE))
    assert reference(done)
    assert "3 次" in done.text
    assert "第一次：6 月 11 日 明天 " in done.text
    assert [row.status for row in rows(app)] == [Status.CONFIRMED] * 3


def test_who_has_a_seat_at_one_date_of_a_course_is_not_told_to_wait(
    app: Flask, screen: Screen, make: Make
) -> None:
    dates = make.course(2, seats=1)
    make.course_registration(dates[0])
    with app.app_context(), transaction() as session:
        session.get_one(Occurrence, dates[1]).seats = 2
    browser = screen()
    done = agree_and_send(press(open_form(browser, dates[0]), *PHONE))
    assert [row.status for row in rows(app)[2:]] == [Status.WAITING, Status.CONFIRMED]
    assert done.one(".k-state").text().strip() == "报上了"
    assert "还在排队的，轮到您了我们告诉您" in done.one(".k-next").text()
    other = make.course(2, seats=1)
    make.course_registration(other[0])
    waiting = agree_and_send(press(open_form(browser, other[0]), *PHONE))
    assert "排上候补了" in waiting.one(".k-state").text()


def test_what_goes_on_for_days_says_until_when(screen: Screen, make: Make) -> None:
    page = open_form(screen(), make.class_with_seats(5, replace(span(1), last=span(5).last)))
    assert "6 月 11 日到 6 月 15 日" in page.one(".lead").text()
    done = agree_and_send(press(page, *PHONE))
    assert "6 月 11 日到 6 月 15 日" in done.one(".facts").text()


def test_a_fixed_line_lacks_no_digits_and_is_written_with_its_area_code(screen: Screen, make: Make) -> None:
    page = press(open_form(screen(), make.class_with_seats(5)), *"0660123")
    assert "hidden" in page.one("output.slot .left").attributes
    assert page.one("output.slot .digits").text() == "0660 123"
    assert press(page, "clear", *"020123").one("output.slot .digits").text() == "020 123"


def test_where_nobody_can_sign_up_it_says_why(screen: Screen, make: Make, noon: Traveller) -> None:
    over, free = make.class_with_seats(5, span(0, "12:30", "13:00")), make.occurrence()
    noon.shift(timedelta(hours=2))
    for occurrence_id in (over, free):
        page = open_form(screen(), occurrence_id)
        assert page.status == 200
        assert page.one(".k-why").text()
        assert page.all("form[method=post]") == []
        assert page.follow(".k-doors .back").path == f"/kiosk/s1/dates/{occurrence_id}"


def test_what_closes_while_somebody_types_is_refused(
    app: Flask, screen: Screen, make: Make, noon: Traveller
) -> None:
    occurrence_id = make.class_with_seats(5, span(0, "13:00", "14:00"))
    page = press(open_form(screen(), occurrence_id), *PHONE)
    noon.shift(timedelta(hours=1, minutes=1))
    late = agree_and_send(page)
    assert late.status == 409
    assert late.one(".k-why").text()
    assert rows(app) == []


def test_no_page_tells_of_whoever_was_there_before(screen: Screen, make: Make) -> None:
    browser, occurrence_id, item_id = screen(), make.class_with_seats(5), make.menu_item()
    done = agree_and_send(press(open_form(browser, occurrence_id), *PHONE))
    secret = (PHONE, "5678", reference(done))
    for address in (
        "/calendar",
        f"/dates/{occurrence_id}",
        f"/dates/{occurrence_id}/register",
        "/stations/s1",
        "/menu",
        f"/menu/{item_id}/order",
        "/help",
    ):
        page = browser.get("/kiosk/s1" + address)
        assert [word for word in secret if word in page.text] == [], address
        assert not page.all(f'input[value="{PHONE}"]')


def test_other_browsers_cannot_send_the_form(app: Flask, client: Browser, make: Make) -> None:
    occurrence_id = make.class_with_seats(5)
    sent = {"csrf_token": client.token(), "phone": PHONE, "adults": "1", "consent": "2026-11"}
    assert client.post(f"/kiosk/s1/dates/{occurrence_id}/register", sent).status == 403
    assert rows(app) == []
