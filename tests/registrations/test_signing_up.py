"""A resident signs up on one plain form: who gets a seat, who waits, and what is said when it cannot be."""

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from portal.access import Role
from portal.activities import occurrences
from portal.activities.models import Occurrence
from portal.db import Model, db
from portal.messages.models import Message
from portal.once import Submission
from portal.registrations import actions, consent
from portal.registrations.models import Registration, RegistrationDevice, SeatEvent, Status
from portal.registrations.party import Source
from portal.registrations.views import BY_ADDRESS
from portal.web.limits import hit
from tests.browser import Browser, Form, Page
from tests.make import Make, span

pytestmark = pytest.mark.usefixtures("noon")

NAME, PHONE, KEPT = "王小明", "138 0000 4321", "13800004321"
FAMILY: dict[str, Any] = {
    "adults": "2",
    "children": "2",
    "children_names": "豆豆 7\n果果，9岁",
    "guardian": "王妈妈",
    "guardian_relation": "mother",
    "consent_guardian": True,
}
ONE_CHILD = FAMILY | {"adults": "0", "children": "1", "children_names": "豆豆 7"}
REFERENCE = re.compile(r"R-[0-9A-HJKMNP-TV-Z]{10}")
LINK = re.compile(r"http://localhost/registrations/[\w-]{43}")


def form(browser: Browser, occurrence_id: int, **values: Any) -> Form:
    """Fill the form as somebody who has everything right would, but for the values given."""
    typed: dict[str, Any] = {"name": NAME, "phone": PHONE, "consent": True} | values
    return browser.get(f"/occurrences/{occurrence_id}/register").form().fill(**typed)


def sign_up(browser: Browser, occurrence_id: int, **values: Any) -> Page:
    """Send that form; the answer is not followed."""
    return form(browser, occurrence_id, **values).submit(follow=False)


def forged(filled: Form, values: dict[str, Any]) -> Page:
    """Send values that the form may not even offer."""
    for name, value in values.items():
        filled.put(name, "yes" if value is True else value)
    return filled.submit(follow=False)


def rows(app: Flask) -> list[Registration]:
    with app.app_context():
        return list(db.session.scalars(sa.select(Registration).order_by(Registration.id)))


def traces(app: Flask) -> dict[str, int]:
    """Count whatever signing up may leave behind."""
    counts = {
        table.__tablename__: sa.select(sa.func.count()).select_from(table)
        for table in (Registration, RegistrationDevice, SeatEvent, Message, Submission)
    }
    counts |= {
        column.key: sa.select(sa.func.sum(column))
        for column in (Occurrence.seats_taken, Occurrence.parties_waiting)
    }
    with app.app_context():
        found = {name: int(db.session.scalar(count) or 0) for name, count in counts.items()}
    return {name: number for name, number in found.items() if number}


def kept(app: Flask) -> bytes:
    """Return all that a thief of the database and its files would have."""
    parts: list[bytes] = []
    with app.app_context():
        for table in Model.metadata.sorted_tables:
            for row in db.session.execute(sa.text(f'SELECT * FROM "{table.name}"')):
                parts += [bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in row]
    return b"\n".join(parts + [path.read_bytes() for path in Path(app.config["INSTANCE"]).glob("*.db*")])


def refused(page: Page, field: str) -> bool:
    """Say whether the page puts a fault beside this field, and on top of the form with a link to it."""
    assert page.one(f"#{field}-e").text().strip()
    assert page.all(f'.sum a[href="#{field}"]')
    return page.status == 422


# Who comes


def test_a_grown_up_signs_up_and_holds_a_reference(app: Flask, client: Browser, make: Make) -> None:
    answer = sign_up(client, make.class_with_seats(10), note="轮椅")
    assert (answer.status, bool(LINK.fullmatch(answer.location))) == (303, True)
    page = client.get(answer.location)
    [party] = rows(app)
    assert REFERENCE.fullmatch(party.reference)
    assert (page.status, page.one("output#reference").text()) == (200, party.reference)
    assert (party.name, party.phone, party.adults, party.children) == (NAME, KEPT, 1, 0)
    assert (party.status, party.source, party.note) == (Status.CONFIRMED, Source.WEB, "轮椅")
    assert list(traces(app).values()) == [1] * 6


def test_a_family_signs_up_on_one_form_and_children_alone_do(app: Flask, client: Browser, make: Make) -> None:
    occurrence_id = make.class_with_seats(10)
    assert sign_up(client, occurrence_id, **FAMILY).status == 303
    assert sign_up(client, occurrence_id, name="王二", **ONE_CHILD).status == 303
    come = [(one.adults, one.children, one.children_names) for one in rows(app)]
    assert come == [(2, 2, "豆豆 7\n果果 9"), (0, 1, "豆豆 7")]
    assert {(one.guardian, one.guardian_relation) for one in rows(app)} == {("王妈妈", "mother")}
    assert traces(app)["seats_taken"] == 5


def test_what_was_agreed_to_is_kept_by_version(app: Flask, client: Browser, make: Make) -> None:
    occurrence_id = make.class_with_seats(10)
    page = client.get(f"/occurrences/{occurrence_id}/register")
    assert not page.all("main input[checked]"), "nothing is ticked beforehand"
    sign_up(client, occurrence_id)
    sign_up(client, occurrence_id, name="王二", consent_photo=True, **FAMILY)
    agreed = [(one.consent, one.guardian_consent, one.photo_consent) for one in rows(app)]
    assert agreed == [(consent.SIGN_UP, "", False), (consent.SIGN_UP, consent.CHILDREN, True)]


def test_no_phone_link_or_child_is_readable_in_the_database(app: Flask, client: Browser, make: Make) -> None:
    answer = sign_up(client, make.class_with_seats(10), note="听力不好", **FAMILY)
    token, everything = answer.location.rsplit("/", 1)[1], kept(app)
    assert NAME.encode() in everything, "the search itself works"
    for secret in (KEPT, KEPT[-8:], token, "豆豆", "果果", "听力不好", client.cookie("device") or "none"):
        assert secret.encode() not in everything, secret
    assert rows(app)[0].token_hash == hashlib.sha256(token.encode()).digest()


TAKES_NONE = ("not yet", "closed", "begun", "over", "cancelled", "none needed")


def in_state(state: str, app: Flask, make: Make, clock: time_machine.Traveller) -> int:
    """Make a date that stands so at noon."""
    match state:
        case "not yet":
            return make.class_with_seats(when=span(3), opens_days=1)
        case "closed":
            return make.class_with_seats(when=span(0, "12:30", "13:30"), closes_minutes=60)
        case "begun":
            return make.class_with_seats(when=span(0, "11:30", "13:00"))
        case "none needed":
            return make.occurrence()
    clock.shift(-7200)
    occurrence_id = make.class_with_seats(when=span(0 if state == "over" else 1, "11:00", "12:00"))
    clock.shift(7200)
    if state == "cancelled":
        with app.app_context():
            occurrences.cancel(occurrence_id, "台风", make.actor(Role.EDITOR, "s1"))
    return occurrence_id


def test_the_form_says_how_many_places_are_left(app: Flask, client: Browser, make: Make) -> None:
    address = f"/occurrences/{(occurrence_id := make.class_with_seats(10))}/register"
    assert not client.get(address).all(".flash")
    for said in ("6", "2"):
        make.registration(occurrence_id, 4)
        warnings = [node.text() for node in client.get(address).all(".flash.warn")]
        assert [said in one for one in warnings] == ([True] if said == "2" else [])
    make.registration(occurrence_id, 3)
    make.registration(occurrence_id, 1)
    assert "3" in client.get(address).one(".flash.warn").text(), "a newcomer would be the third in the queue"
    answer = sign_up(client, occurrence_id)
    assert (answer.status, rows(app)[-1].status, rows(app)[-1].place) == (303, Status.WAITING, 3)
    page = client.get(address)
    assert answer.location.endswith(page.one(".flash:not(.warn) a").attributes["href"] or "none")
    assert page.form().node.css_first("[name=name]"), "somebody else may sign up here"


def test_who_cannot_sign_up_is_told_why_each_in_its_own_words(
    app: Flask, client: Browser, make: Make, noon: time_machine.Traveller
) -> None:
    said = {}
    for state in TAKES_NONE:
        page = client.get(f"/occurrences/{in_state(state, app, make, noon)}/register")
        assert page.status == 200
        assert not page.all("main form")
        assert page.all('main a[href="/calendar"]')
        said[state] = page.one(".flash.warn").text().strip()
    assert len(set(said.values())) == len(TAKES_NONE)
    assert "6 月 12 日 08:00" in said["not yet"]


def test_what_is_sent_at_the_wrong_time_is_refused_and_kept_on_the_page(
    app: Flask, client: Browser, make: Make, noon: time_machine.Traveller
) -> None:
    sent = {"csrf_token": client.token(), "name": NAME, "phone": PHONE, "adults": "2", "consent": "x"}
    for state in TAKES_NONE:
        page = client.post(f"/occurrences/{in_state(state, app, make, noon)}/register", sent, follow=False)
        typed = {name: page.value(name) for name in ("name", "phone", "adults")}
        assert (state, page.status, traces(app)) == (state, 409, {})
        assert typed.items() <= sent.items()
    draft = f"/occurrences/{make.class_with_seats(published=False)}/register"
    assert (client.get(draft).status, client.post(draft, sent).status, traces(app)) == (404, 404, {})


# What is not right

WRONG_NUMBERS = ("1380000432", "138000043210", "1380000abcd", "3251234", "12800004321", "", "13٠١٢٣٤٥٦٧٨")
SAME_NUMBER = (PHONE, KEPT, "+86 138-0000-4321", "008613800004321", "１３８００００４３２１")


@pytest.mark.parametrize("wrong", WRONG_NUMBERS)
def test_a_number_that_is_none_is_refused_beside_its_field_and_kept(
    app: Flask, client: Browser, make: Make, wrong: str
) -> None:
    page = sign_up(client, make.class_with_seats(10), phone=wrong)
    assert (page.status, traces(app)) == (422, {})
    assert refused(page, "phone")
    assert page.one("#phone").attributes["aria-invalid"] == "true"
    assert (page.value("phone"), page.value("name")) == (wrong, NAME)


def test_a_number_is_the_same_however_it_is_written(app: Flask, client: Browser, make: Make) -> None:
    occurrence_id = make.class_with_seats(10)
    for number, written in enumerate(SAME_NUMBER):
        assert sign_up(client, occurrence_id, name=f"家人{number}", phone=written).status == 303
    assert {one.phone for one in rows(app)} == {KEPT}
    assert len({one.phone_index for one in rows(app)}) == 1
    assert sign_up(client, occurrence_id, phone="(0660) 325 1234").status == 303
    assert rows(app)[-1].phone == "06603251234"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"adults": "0"}, "adults"),
        ({"adults": "5"}, "adults"),  # more than at a time
        ({"adults": "4"}, "adults"),  # more than there are in all
        ({"adults": "-1"}, "adults"),
        ({"adults": "9" * 30}, "adults"),
        ({"adults": "zwei"}, "adults"),
        ({"name": ""}, "name"),
        ({"name": "长" * 10_000}, "name"),
        ({"name": "王\x00小明"}, "name"),
        ({"name": "王\u202e小明"}, "name"),
        ({"note": "\x07"}, "note"),
        ({"note": "长" * 121}, "note"),
        ({"consent": ""}, "consent"),
        (ONE_CHILD | {"consent_guardian": ""}, "consent_guardian"),
        (ONE_CHILD | {"guardian": ""}, "guardian"),
        (ONE_CHILD | {"guardian_relation": ""}, "guardian_relation"),
        (ONE_CHILD | {"children": "0", "adults": "1"}, "children_names"),
        (ONE_CHILD | {"children": "2"}, "children_names"),
        (ONE_CHILD | {"children_names": ""}, "children_names"),
        (ONE_CHILD | {"children_names": "豆豆 7\n果果 9"}, "children_names"),
        (ONE_CHILD | {"children_names": "豆豆"}, "children_names"),
        (ONE_CHILD | {"children_names": "豆豆 18"}, "children_names"),
    ],
)
def test_what_is_not_right_is_said_beside_its_field_and_nothing_is_stored(
    app: Flask, client: Browser, make: Make, values: dict[str, Any], field: str
) -> None:
    page = forged(form(client, make.class_with_seats(3, party_max=4)), values)
    assert refused(page, field)
    assert traces(app) == {}
    assert field == "name" or page.value("name") == NAME


def test_a_class_for_children_takes_those_of_its_ages_with_their_grown_ups(
    app: Flask, client: Browser, make: Make
) -> None:
    occurrence_id = make.class_with_seats(20, ages=(7, 12))
    assert client.get(f"/occurrences/{occurrence_id}/register").value("children") == "1"
    for of_age in ("豆豆 6", "豆豆 13"):
        page = sign_up(client, occurrence_id, **ONE_CHILD | {"children_names": of_age})
        assert refused(page, "children_names")
    assert refused(sign_up(client, occurrence_id, adults="1", children="0"), "children")
    assert traces(app) == {}
    assert sign_up(client, occurrence_id, **ONE_CHILD | {"adults": "1"}).status == 303
    page = sign_up(client, occurrence_id, name="王二", **ONE_CHILD | {"children_names": "果果 12"})
    assert (page.status, [one.adults for one in rows(app)]) == (303, [1, 0])


def test_a_meal_for_the_elderly_asks_how_old_one_is(app: Flask, client: Browser, make: Make) -> None:
    occurrence_id = make.class_with_seats(20, ages=(60, None))
    assert not client.get(f"/occurrences/{occurrence_id}/register").all("[name=children]")
    assert refused(sign_up(client, occurrence_id), "age_band")
    assert refused(sign_up(client, occurrence_id, age_band="18_59"), "age_band")
    assert traces(app) == {}
    assert sign_up(client, occurrence_id, age_band="60_up").status == 303
    assert rows(app)[0].age_band == "60_up"
    for_all = client.get(f"/occurrences/{make.class_with_seats(20)}/register")
    assert not for_all.all("[name=age_band]"), "only where it matters"


@pytest.mark.parametrize("youngest", [18, 60])
def test_what_is_for_grown_ups_refuses_children(
    app: Flask, client: Browser, make: Make, youngest: int
) -> None:
    filled = form(client, make.class_with_seats(20, ages=(youngest, None)), age_band="60_up")
    page = forged(filled, FAMILY)
    assert (page.status, traces(app)) == (422, {})
    assert page.one(".sum").text().strip()


def test_the_same_form_sent_twice_makes_one_registration(app: Flask, client: Browser, make: Make) -> None:
    filled = form(client, make.class_with_seats(10))
    first, second = filled.submit(follow=False), filled.submit(follow=False)
    assert (first.status, second.status, first.location) == (303, 303, second.location)
    assert list(traces(app).values()) == [1] * 6
    client.client.delete_cookie("device")  # as if the first answer had never arrived
    third = filled.submit(follow=False)
    assert (third.status, third.location, len(rows(app))) == (303, first.location, 1)


def test_a_form_whose_first_answer_was_lost_is_listed_as_ones_own(client: Browser, make: Make) -> None:
    filled = form(client, make.class_with_seats(10))
    filled.submit()
    client.client.delete_cookie("device")
    link = filled.submit().path
    assert [one.attributes["href"] for one in client.get("/mine").all("main ol a")] == [link]


def test_two_tabs_of_one_device_make_one_registration(app: Flask, client: Browser, make: Make) -> None:
    occurrence_id = make.class_with_seats(10)
    one, other = form(client, occurrence_id), form(client, occurrence_id)
    assert dict(one.fields)["key"] != dict(other.fields)["key"]
    assert one.submit(follow=False).location == other.submit(follow=False).location
    assert list(traces(app).values()) == [1] * 6


def test_going_back_and_changing_the_name_signs_up_another(app: Flask, client: Browser, make: Make) -> None:
    filled = form(client, make.class_with_seats(10))
    mine = filled.submit(follow=False).location
    hers = filled.fill(name="王大妈").submit(follow=False).location
    assert mine != hers
    assert [one.name for one in rows(app)] == [NAME, "王大妈"]
    assert filled.fill(name=NAME).submit(follow=False).location == mine


@pytest.mark.parametrize(
    ("first", "again"),
    [(NAME, NAME), (NAME, " 王 小　明 "), ("古丽·买买提", "古丽•买买提"), ("Anna Li", "ａｎｎａ　ＬＩ")],
)
def test_from_elsewhere_the_same_person_is_told_nothing_but_that(
    app: Flask, client: Browser, make: Make, first: str, again: str
) -> None:
    answer = sign_up(client, occurrence_id := make.class_with_seats(10), name=first)
    before, stranger = traces(app), Browser(app)
    page = sign_up(stranger, occurrence_id, name=again)
    assert (page.status, traces(app), stranger.cookie("device")) == (409, before, None)
    assert page.one(".sum").text().strip()
    for secret in (rows(app)[0].reference, answer.location.rsplit("/", 1)[1], "/registrations/"):
        assert secret not in page.response.text + str(page.headers)


def test_who_cancelled_may_sign_up_again(app: Flask, client: Browser, make: Make) -> None:
    first = sign_up(client, occurrence_id := make.class_with_seats(10)).location
    with app.app_context():
        actions.cancel(rows(app)[0].id)
    again = sign_up(Browser(app), occurrence_id)
    assert (again.status, again.location != first) == (303, True)
    assert [one.status for one in rows(app)] == [Status.CANCELLED, Status.CONFIRMED]


def test_eight_parties_share_a_number_and_the_ninth_rings(app: Flask, client: Browser, make: Make) -> None:
    occurrence_id = make.class_with_seats(3)  # most of them wait
    for number in range(8):
        assert sign_up(client, occurrence_id, name=f"家人{number}").status == 303
    assert refused(sign_up(client, occurrence_id, name="家人8"), "phone")
    assert len(rows(app)) == 8
    assert sign_up(client, make.class_with_seats(3), name="家人8").status == 303


def test_the_thirteenth_try_of_a_number_within_ten_minutes_is_refused(
    app: Flask, client: Browser, make: Make, noon: time_machine.Traveller
) -> None:
    filled = form(client, make.class_with_seats(10))
    assert [filled.submit(follow=False).status for _ in range(12)] == [303] * 12
    page = filled.fill(adults="2", note="轮椅").submit(follow=False)
    assert (page.status, bool(page.one("#phone-e").text().strip())) == (429, True)
    assert [page.value(name) for name in ("name", "phone", "adults", "note")] == [NAME, PHONE, "2", "轮椅"]
    assert page.all("#consent[checked]")
    assert sign_up(client, make.class_with_seats(10)).status == 303, "another date is not concerned"
    noon.shift(601)
    assert filled.submit(follow=False).status == 303
    assert len(rows(app)) == 2


def test_six_hundred_a_minute_may_sign_up_from_one_address(app: Flask, client: Browser, make: Make) -> None:
    filled = form(client, make.class_with_seats(10))
    with app.app_context():
        assert all(hit(BY_ADDRESS, "register", "127.0.0.1") for _ in range(599))
    assert filled.submit(follow=False).status == 303
    page = filled.fill(name="王二").submit(follow=False)
    assert (page.status, page.value("name"), page.value("phone"), len(rows(app))) == (429, "王二", PHONE, 1)
