"""Staff keep the registrations of a date: who rings, who waits, who moves, who came."""

from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from portal.access import Role
from portal.activities.models import CountSource, Occurrence
from portal.audit.models import AuditEntry
from portal.db import db, transaction
from portal.messages.models import Message
from portal.registrations.links import token_of
from portal.registrations.models import Registration, Status
from portal.registrations.party import Source
from tests.browser import Browser, Page
from tests.conftest import SignIn
from tests.make import Make, span

Clock = time_machine.Traveller
PHONE = "13800004321"
HOUR = 3600
STAYS, WAITS, CAME = Status.CONFIRMED, Status.WAITING, Status.ATTENDED


class Desk:
    """An editor of station s1 in a browser, and what the portal keeps of what they do."""

    def __init__(self, app: Flask, make: Make, editor: Browser) -> None:
        self.app, self.make, self.editor = app, make, editor

    def new(self, occurrence_id: int, people: int = 1, **what: Any) -> int:
        return self.make.registration(occurrence_id, people, **what).registration_id

    def party(self, party_id: int) -> Registration:
        with self.app.app_context():
            return db.session.get_one(Registration, party_id)

    def stands(self, *party_ids: int) -> list[Status]:
        return [self.party(party_id).status for party_id in party_ids]

    def date(self, occurrence_id: int) -> Occurrence:
        with self.app.app_context():
            return db.session.get_one(Occurrence, occurrence_id)

    def figures(self, occurrence_id: int) -> tuple[int, int]:
        """Return (seats taken, parties waiting)."""
        return self.date(occurrence_id).seats_taken, self.date(occurrence_id).parties_waiting

    def logged(self, action: str) -> list[tuple[int | None, str]]:
        """Return (object, reason) of what was logged under this action."""
        with self.app.app_context():
            found = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == action))
            return [(entry.object_id, entry.reason) for entry in found]

    def told(self, kind: str) -> list[str]:
        """Return whom the call list tells of this."""
        wanted = sa.select(Message.recipient).where(Message.kind == f"registration.{kind}")
        with self.app.app_context():
            return list(db.session.scalars(wanted.order_by(Message.id)))

    def send(self, address: str, action: str, press: str = "", **values: Any) -> Page:
        """Fill and send the form that leads there from a page; the answer is not followed."""
        form = self.editor.get(address).form(f'form[action*="{address}{action}"]').fill(**values)
        button: dict[str, Any] = dict([press.split("=")]) if press else {}
        return form.submit(follow=False, **button)

    def add(self, occurrence_id: int, name: str, **values: Any) -> Page:
        typed: dict[str, Any] = {"name": name, "consent": True} | values
        typed = {f"add_{key}": value for key, value in typed.items()}
        return self.send(of_date(occurrence_id), "/registrations", **typed)


@pytest.fixture
def desk(noon: Clock, app: Flask, make: Make, sign_in: SignIn) -> Desk:
    return Desk(app, make, sign_in())


def of_date(occurrence_id: int) -> str:
    return f"/staff/occurrences/{occurrence_id}"


def of_party(party_id: int) -> str:
    return f"/staff/registrations/{party_id}"


def found(page: Page) -> list[str]:
    return [node.text().strip() for node in page.all("tbody th")]


def test_who_rings_and_who_stands_there_is_written_down(desk: Desk, make: Make) -> None:
    occurrence_id = make.class_with_seats(10)
    family = {"adults": "2", "children": "6", "children_names": "豆豆 7", "note": "轮椅"}
    page = desk.add(occurrence_id, "王小明", phone="138 0000 4321", **family)
    assert (page.status, page.location) == (303, f"http://localhost{of_party(1)}")
    for _ in range(2):
        assert desk.add(occurrence_id, "林伯", source="desk").status == 303
    rang, *stood = (desk.party(number) for number in (1, 2, 3))
    assert (rang.phone, rang.source, rang.people, rang.note) == (PHONE, Source.PHONE, 8, "轮椅")
    assert (rang.entered_by[:6], bool(rang.consent)) == ("editor", True)
    # Without a number, two of one name are two people.
    assert [(one.name, one.phone, one.source) for one in stood] == [("林伯", None, Source.DESK)] * 2
    assert desk.figures(occurrence_id) == (10, 0)
    assert desk.add(occurrence_id, "陈姨").status == 303
    assert (desk.stands(4), desk.figures(occurrence_id)) == ([WAITS], (10, 1))


def test_the_same_form_of_staff_sent_twice_is_one_party(desk: Desk, make: Make) -> None:
    form = desk.editor.get(of_date(make.class_with_seats(10))).form('form[action*="/registrations"]')
    form.fill(add_name="林伯", add_consent=True)
    assert form.submit(follow=False).location == form.submit(follow=False).location
    assert desk.figures(1) == (1, 0)


def test_staff_may_be_early_or_late_but_not_once_it_has_begun(desk: Desk, make: Make, noon: Clock) -> None:
    early = make.class_with_seats(when=span(3), opens_days=1)
    late = make.class_with_seats(when=span(0, "12:30", "13:30"), closes_minutes=60)
    assert desk.add(early, "王小明").status == desk.add(late, "王小明").status == 303
    form = desk.editor.get(of_date(late)).form('form[action*="/registrations"]')
    noon.shift(HOUR / 2)
    page = form.fill(add_name="林伯", add_consent=True).submit(follow=False)
    assert (page.status, page.all("[name=add_name]"), desk.figures(late)) == (409, [], (1, 0))


MISTYPED = [("phone", "1380000432"), ("adults", "0"), ("adults", "51"), ("adults", "11")]  # of ten in all


@pytest.mark.parametrize(("field", "value"), [*MISTYPED, ("children_names", "豆豆"), ("consent", "")])
def test_what_staff_mistype_is_said_there(desk: Desk, make: Make, field: str, value: str) -> None:
    page = desk.add(occurrence_id := make.class_with_seats(10), "王小明", **{field: value})
    assert (page.status, page.value("add_name"), desk.figures(occurrence_id)) == (422, "王小明", (0, 0))
    assert page.one(f"#add_{field}-e").text().strip()


def test_staff_are_told_the_reference_of_who_is_signed_up_already(desk: Desk, make: Make) -> None:
    receipt = make.registration(occurrence_id := make.class_with_seats(10), name="王小明", phone=PHONE)
    page = desk.add(occurrence_id, "王 小明", phone=PHONE)
    assert (page.status, page.value("add_name")) == (409, "王 小明")
    assert receipt.reference in page.one(".sum").text()


def test_a_party_is_found_and_no_address_says_by_what(desk: Desk, make: Make) -> None:
    address = of_date(occurrence_id := make.class_with_seats(10))
    reference = make.registration(occurrence_id, name="王小明", phone=PHONE).reference
    desk.new(occurrence_id, name="林伯", phone="13800009999")
    for sought in ("小明", "王 小", "4321", reference, reference[2:].lower()):
        page = desk.send(address, "/find", q=sought)
        assert (found(page), page.path, page.value("q")) == (["王小明"], f"{address}/find#roll", sought)
        assert PHONE not in page.response.text
    for sought in ("小明", "138 0000 4321", reference):
        page = desk.send("/staff/registrations/", "", q=sought)
        assert (found(page), page.path) == (["王小明"], "/staff/registrations/")
        leads = [one.attributes.get("href") or one.attributes.get("action") for one in page.all("a, form")]
        assert not [lead for lead in leads if lead and ("4321" in lead or reference in lead)]
        assert ("138****4321" in page.text, PHONE in page.one("table").text()) == (True, False)
    assert not found(desk.editor.get("/staff/registrations/?q=小明"))
    assert not found(desk.send(address, "/find", q="没有"))
    page = desk.editor.get(address)
    assert ("4321" in page.one("table").text(), PHONE[:7] in page.response.text) == (True, False)


@pytest.mark.parametrize("sought", [".", "·", "%", "_", "\x00", " "])
def test_a_search_for_no_word_finds_nobody(desk: Desk, make: Make, sought: str) -> None:
    desk.new(make.class_with_seats(), name="王小明")
    assert not found(desk.send("/staff/registrations/", "", q=sought))


def test_the_whole_number_is_shown_for_a_logged_reason(desk: Desk, make: Make, sign_in: SignIn) -> None:
    address = of_party(desk.new(make.class_with_seats(), phone=PHONE))
    asked = desk.send(address, "/phone")
    assert (asked.status, PHONE in asked.response.text, desk.logged("phone.shown")) == (422, False, [])
    assert PHONE not in desk.editor.get(f"{address}?reason=change").response.text
    assert desk.editor.get(f"{address}/phone?reason=change").status == 405
    page = desk.send(address, "/phone", reason="change")
    assert (page.status, page.headers["Cache-Control"]) == (200, "no-store")
    assert page.all(f'a[href="tel:{PHONE}"]')
    for role in (Role.REVIEWER, Role.AUDITOR):
        reader = sign_in(role)
        assert not reader.get(address).all("main form")
        sent = {"csrf_token": reader.token("/staff/account"), "reason": "change"}
        assert reader.post(f"{address}/phone", sent).status == 403
    assert desk.logged("phone.shown") == [(1, "change")]
    with desk.app.app_context():
        assert PHONE not in str(db.session.execute(sa.text("SELECT * FROM audit_entry")).all())


def test_more_seats_go_to_the_queue_and_fewer_than_are_taken_are_refused(desk: Desk, make: Make) -> None:
    occurrence_id = make.class_with_seats(2)
    names = {"王小明": 2, "林伯": 2, "陈姨": 1}
    _first, *queue = (desk.new(occurrence_id, people, name=name) for name, people in names.items())

    def change(seats: str, reason: str) -> Page:
        return desk.send(of_date(occurrence_id), "/seats", new_seats=seats, new_reason=reason)

    assert change("4", "").status == 422
    assert change("4", "加了凳子").status == 303
    assert desk.stands(*queue) == [STAYS, WAITS]
    refused = change("3", "搬走了")
    assert (refused.status, refused.value("new_seats"), refused.value("new_reason")) == (409, "3", "搬走了")
    said = refused.one("#new_seats-e").text()
    assert [name in said for name in names] == [True, True, False], "who waits has no seat"
    assert desk.logged("occurrence.seats") == [(occurrence_id, "加了凳子")]
    assert change("", "室外").status == 303
    assert (desk.date(occurrence_id).seats, desk.figures(occurrence_id)) == (None, (5, 0))
    assert desk.told("promoted") == ["林伯", "陈姨"]


def test_more_or_fewer_of_a_party_come(desk: Desk, make: Make) -> None:
    occurrence_id = make.class_with_seats(5)
    first, second = desk.new(occurrence_id, 2), desk.new(occurrence_id, 2)

    def change(party_id: int, adults: str) -> int:
        return desk.send(of_party(party_id), "/people", adults=adults).status

    assert [change(first, adults) for adults in ("4", "6", "0")] == [409] * 3, "too many, or nobody"
    assert (change(first, "3"), desk.figures(occurrence_id)) == (303, (5, 0))
    third = desk.new(occurrence_id, 2)
    assert (change(second, "1"), desk.stands(third)) == (303, [WAITS])
    assert (change(second, "2"), desk.figures(occurrence_id)) == (409, (4, 1)), "others wait for that seat"
    assert (change(third, "1"), desk.stands(third), desk.figures(occurrence_id)) == (303, [STAYS], (5, 0))
    assert [number for number, _reason in desk.logged("registration.resized")] == [first, second, third]


def test_a_child_may_join_a_party_that_signed_up_online(desk: Desk, make: Make) -> None:
    party_id = desk.new(make.class_with_seats(5), 2)
    page = desk.send(of_party(party_id), "/people", adults="2", children="1")
    assert (page.status, desk.party(party_id).people) == (303, 3)


def test_a_party_moves_up_out_of_turn_only_for_a_reason_and_into_free_seats(desk: Desk, make: Make) -> None:
    occurrence_id = make.class_with_seats(4)
    _seated, large, small = (desk.new(occurrence_id, people) for people in (3, 3, 1))
    assert desk.send(of_party(small), "/promote").status == 422
    page = desk.send(of_party(large), "/promote", promote_reason="带老人")
    assert (page.status, page.value("promote_reason"), desk.stands(large)) == (409, "带老人", [WAITS])
    assert desk.send(of_party(small), "/promote", promote_reason="带婴儿").status == 303
    assert (desk.stands(large, small), desk.figures(occurrence_id)) == ([WAITS, STAYS], (4, 1))
    assert desk.logged("registration.promoted") == [(small, "带婴儿")]
    history = desk.editor.get(f"{of_date(occurrence_id)}/history")
    assert ("带婴儿" in history.all("tbody tr")[-1].text(), history.all("[role=alert]")) == (True, [])


def test_a_party_moves_to_another_date_with_reference_and_link(desk: Desk, make: Make) -> None:
    source, full = make.class_with_seats(1), make.class_with_seats(2, title="合唱")
    receipt = make.registration(source, name="王小明", phone=PHONE)
    moving, waiting, _fills = receipt.registration_id, desk.new(source), desk.new(full, 2)
    refused = desk.send(of_party(moving), "/move", target=str(full))
    assert (refused.status, bool(refused.one("#target-e").text())) == (409, True)
    assert refused.value("target") == str(full)
    assert desk.send(of_party(moving), "/move", target=str(full), may_queue=True).status == 303
    moved = desk.party(moving)
    assert (moved.occurrence_id, moved.status, moved.reference) == (full, WAITS, receipt.reference)
    assert desk.stands(waiting) == [STAYS], "the seat it left goes to the queue"
    assert (desk.figures(source), desk.figures(full)) == ((1, 0), (2, 1))
    assert (desk.told("moved"), desk.told("promoted")) == (["王小明"], [desk.party(waiting).name])
    with desk.app.app_context():
        link = f"/registrations/{token_of(receipt.reference)}"
    assert Browser(desk.app).get(link).one("h1").text() == "合唱"
    again = desk.new(make.class_with_seats(3), name="王 小明", phone=PHONE)
    refused = desk.send(of_party(again), "/move", target=str(full), may_queue=True)
    assert (refused.status, bool(refused.one("#target-e").text())) == (409, True), "that person is there"
    assert [number for number, _reason in desk.logged("registration.moved")] == [moving]


def test_the_station_cancels_for_a_reason_and_erases_for_good(desk: Desk, make: Make) -> None:
    occurrence_id = make.class_with_seats(1)
    removed, erased, last = (desk.new(occurrence_id, name=name) for name in ("王小明", "林伯", "陈姨"))
    for party_id, action in ((removed, "remove"), (erased, "erase")):
        assert desk.send(of_party(party_id), f"/{action}").status == 422
        assert desk.send(of_party(party_id), f"/{action}", **{f"{action}_reason": "重复"}).status == 303
        assert desk.logged(f"registration.{action}d") == [(party_id, "重复")]
    assert (desk.told("removed"), desk.stands(removed, last)) == (["王小明"], [Status.CANCELLED, STAYS])
    gone = desk.party(erased)
    assert (gone.name, gone.phone, gone.phone_index, gone.people) == ("", None, None, 1)
    with desk.app.app_context():
        assert "林伯" not in str(db.session.execute(sa.text("SELECT recipient, text FROM message")).all())
    for address in (of_party(erased), f"{of_date(occurrence_id)}/history"):
        assert desk.editor.get(address).status == 200


def test_the_roll_is_called_and_the_figure_follows(desk: Desk, make: Make, noon: Clock) -> None:
    address = of_date(occurrence_id := make.class_with_seats(10, span(0, "14:00", "15:00")))
    family, couple, alone, absent = parties = [desk.new(occurrence_id, people) for people in (4, 2, 1, 1)]
    assert not desk.editor.get(address).all(f"[name=r{alone}], #walk button")
    sent = {"csrf_token": desk.editor.token("/staff/account"), f"r{alone}": "1", "change": "1"}
    for action in ("roll-call", "walk-ins"):
        assert desk.editor.post(f"{address}/{action}", sent).status == 409, "earlier than an hour before"
    noon.shift(HOUR)
    marks = {f"r{family}": "1", f"n{family}": "3", f"r{absent}": "0"}
    assert desk.send(address, "/roll-call", **marks).status == 303
    assert desk.send(address, "/walk-ins", "change=5").status == 303
    noon.shift(HOUR)
    assert desk.send(address, "/roll-call", **{f"r{couple}": "1"}).status == 303
    assert desk.date(occurrence_id).attended is None, "one party is not called"
    assert desk.send(address, "/roll-call", "rest=came").status == 303
    assert [desk.party(each).came for each in parties] == [3, 2, 1, 0]
    assert desk.stands(*parties) == [CAME, CAME, CAME, Status.ABSENT]
    row = desk.date(occurrence_id)
    assert (row.attended, row.walk_ins, row.seats_taken) == (11, 5, 8)
    assert row.count_source is CountSource.ROLL_CALL
    desk.send(address, "/roll-call", **{f"r{absent}": "1"})
    assert desk.date(occurrence_id).attended == 12, "who came late after all"
    foreign = desk.new(make.class_with_seats())
    assert desk.editor.post(f"{address}/roll-call", sent | {f"r{foreign}": "1"}).status == 404
    assert desk.stands(foreign) == [STAYS]


def test_nobody_is_told_of_a_figure_that_is_not_there_yet(desk: Desk, make: Make, noon: Clock) -> None:
    address = of_date(occurrence_id := make.class_with_seats(10, span(0, "12:30", "13:30")))
    mark = {f"r{desk.new(occurrence_id)}": "1"}
    said = []
    for figure in (None, 1):
        page = desk.editor.get(address).form('form[action$="/roll-call"]').fill(**mark).submit()
        said.append(page.one(".flash").text())
        assert desk.date(occurrence_id).attended == figure, "not before it has begun"
        noon.shift(HOUR)
    assert said[0] != said[1]


@pytest.mark.parametrize("source", ["counted", "roll_call"])
def test_a_figure_written_down_stays(desk: Desk, make: Make, noon: Clock, source: str) -> None:
    address = of_date(occurrence_id := make.class_with_seats(10, span(0, "12:30", "13:30")))
    called, not_called = desk.new(occurrence_id), desk.new(occurrence_id)
    noon.shift(HOUR)
    desk.send(address, "/count", attended="26", source=source)
    desk.send(address, "/walk-ins", "change=1")
    desk.send(address, "/roll-call", **{f"r{called}": "0"})
    assert desk.stands(called, not_called) == [Status.ABSENT, STAYS]
    assert desk.date(occurrence_id).attended == 26 + (source == "roll_call"), "as it was, and the walk-in"
    if source == "counted":
        desk.send(address, "/roll-call", "rest=absent")
        assert (desk.stands(not_called), desk.date(occurrence_id).attended) == ([Status.ABSENT], 26)


def test_walk_ins_are_counted_beside_the_seats(desk: Desk, make: Make, noon: Clock) -> None:
    occurrence_id = make.class_with_seats(1, span(0, "12:30", "13:30"))
    desk.new(occurrence_id)
    form, counts = desk.editor.get(of_date(occurrence_id)).form("#walk form"), []
    for change in ("1", "5", "-1", "-1"):
        part = form.submit(part=True, change=change)
        assert (part.status, len(part.all("h1, main")), len(part.all("section#walk"))) == (200, 0, 1)
        counts.append(part.one("output").text())
    assert counts == ["1", "6", "5", "4"]
    assert [form.submit(change="-1").one("#walk output").text() for _ in range(5)] == [*"32100"]
    assert (desk.date(occurrence_id).walk_ins, desk.figures(occurrence_id)) == (0, (1, 0))


# The number of the step, and how it is changed.
TAMPERED = [(1, "seats_taken = 1"), (1, "people = 1"), (3, "parties_waiting = 1"), (6, "what = 'queued'")]
TAMPERED += [(6, "people = 9"), (7, "seats = 1"), (8, "what = 'promoted_early'")]


def test_the_history_shows_every_step_and_tells_when_one_was_tampered_with(desk: Desk, make: Make) -> None:
    address = of_date(occurrence_id := make.class_with_seats(2))
    seated, first, second = (make.registration(occurrence_id, people) for people in (2, 1, 1))
    desk.send(of_party(first.registration_id), "/people", adults="2")
    desk.send(of_party(seated.registration_id), "/remove", remove_reason="重复")
    desk.send(address, "/seats", new_seats="3", new_reason="加凳子")
    page = desk.editor.get(f"{address}/history")
    steps = [seated.reference, first.reference, second.reference, first.reference, seated.reference]
    steps += [first.reference, "加凳子", second.reference]
    lines = [node.text() for node in page.all("tbody tr")]
    assert [word in line for word, line in zip(steps, lines, strict=True)] == [True] * 8
    assert not page.all("[role=alert]")
    missed = []
    for number, change in TAMPERED:
        with desk.app.app_context(), transaction() as session:
            rows = session.execute(sa.text("SELECT * FROM seat_event ORDER BY id")).mappings().all()
            before = dict(rows[number - 1])
            session.execute(sa.text(f"UPDATE seat_event SET {change} WHERE id = {before['id']}"))
        alert = [one.text() for one in desk.editor.get(f"{address}/history").all("[role=alert]")]
        missed += [] if alert and str(number) in alert[0] else [change]
        with desk.app.app_context(), transaction() as session:
            kept = ", ".join(f"{name} = :{name}" for name in before)
            session.execute(sa.text(f"UPDATE seat_event SET {kept} WHERE id = :id"), before)
    assert not desk.editor.get(f"{address}/history").all("[role=alert]")
    assert missed == []


def test_what_another_station_keeps_is_not_there(desk: Desk, make: Make) -> None:
    theirs, ours = make.class_with_seats(station="s2"), make.class_with_seats()
    foreign, own = desk.new(theirs, name="王小明", phone=PHONE), desk.new(ours)
    sent = {"csrf_token": desk.editor.token("/staff/account"), "target": str(ours), "reason": "change"}
    sent |= {"adults": "1", "children": "0", "q": "王小明", "change": "1", "new_seats": "9", "rest": "came"}
    sent |= {f"{name}_reason": "x" for name in ("new", "promote", "remove", "erase")}
    sent |= {"add_name": "林伯", "add_adults": "1", "add_source": "desk", "add_consent": "1"}
    dates = ("find", "registrations", "roll-call", "walk-ins", "seats")
    parties = ("phone", "people", "promote", "remove", "move", "erase")
    answers = [desk.editor.get(f"{of_date(theirs)}{below}").status for below in ("", "/history")]
    answers += [desk.editor.get(of_party(foreign)).status]
    answers += [desk.editor.post(f"{of_date(theirs)}/{action}", sent).status for action in dates]
    answers += [desk.editor.post(f"{of_party(foreign)}/{action}", sent).status for action in parties]
    answers += [desk.editor.post(f"{of_party(own)}/move", sent | {"target": str(theirs)}).status]
    assert answers == [404] * len(answers)
    assert not found(desk.send("/staff/registrations/", "", q=PHONE))
    assert not desk.editor.get(of_party(own)).all(f'#target option[value="{theirs}"]')
    assert (desk.figures(theirs), desk.figures(ours), desk.stands(foreign)) == ((1, 0), (1, 0), [STAYS])
