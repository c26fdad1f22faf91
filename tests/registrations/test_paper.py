"""What was signed on paper is keyed back by row codes; what would be noted is shown first."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.access import Role
from portal.activities.models import Occurrence
from portal.db import db, transaction
from portal.registrations import paper, queries, roll, rows
from portal.registrations.models import Registration, Status
from tests.browser import Browser, Form, Page
from tests.conftest import SignIn
from tests.make import Make, span

Clock = time_machine.Traveller


class Table:
    """A date that is going on, its parties by name with their codes, and who keys the paper back."""

    def __init__(self, app: Flask, make: Make, editor: Browser, seats: int | None, **parties: int) -> None:
        self.app, self.make, self.editor = app, make, editor
        self.date = make.class_with_seats(seats, span(0, "12:30", "13:30"))
        self.ids = {
            name: make.registration(self.date, people, name=name).registration_id
            for name, people in parties.items()
        }
        with app.app_context():
            codes = queries.codes_of(self.date)
        self.code = {name: codes[one] for name, one in self.ids.items()}
        self.address = f"/staff/occurrences/{self.date}"

    def form(self, typed: str, **ticked: bool) -> Form:
        form = self.editor.get(self.address).form("#paper form")
        return form.fill(paper_codes=typed, **{f"paper_{name}": value for name, value in ticked.items()})

    def compare(self, typed: str, part: bool = False, **ticked: bool) -> Page:
        return self.form(typed, **ticked).submit(part=part, follow=False)

    def came(self) -> dict[str, int | None]:
        with self.app.app_context():
            rows = db.session.execute(
                sa.select(Registration.name, Registration.came).where(
                    Registration.occurrence_id == self.date, Registration.status != Status.CANCELLED
                )
            )
            return {row.name: row.came for row in rows}

    def walk_ins(self) -> int:
        with self.app.app_context():
            return db.session.get_one(Occurrence, self.date).walk_ins


@pytest.fixture
def table(noon: Clock, app: Flask, make: Make, sign_in: SignIn) -> Table:
    found = Table(app, make, sign_in(), 10, 林阿妹=1, 黄文强=3, 陈惠玲=2, 郑小莲=1)
    noon.shift(3600)
    return found


def save(page: Page) -> Page:
    seal = page.one("#paper button[name=seal]").attributes["value"] or ""
    return page.form("#paper form").submit(follow=False, seal=seal)


def cells(page: Page) -> dict[str, list[str]]:
    """Return the lines of the comparison by their codes."""
    lines = page.all("#paper tbody tr")
    return {line.css("th")[0].text(): [cell.text().strip() for cell in line.css("td")] for line in lines}


READ = [
    ("A07 B12=3", {"A07": None, "B12": 3}, None),
    (
        "a07，ｂ１２＝3、C03 = 1\nE08;；G02。",
        {"A07": None, "B12": 3, "C03": 1, "E08": None, "G02": None},
        None,
    ),
    ("AO7 C0l", {"A07": None, "C01": None}, None),
    ("X=2 A07", {"A07": None}, 2),
    ("x x X", {}, 3),
    ("X1 X2=3 X1", {}, 4),
    ("A07=0 X=0", {"A07": 0}, 0),
    ("A07 A07", {"A07": None}, None),
    (" , ", {}, None),
]


@pytest.mark.parametrize(("typed", "people", "walk_ins"), READ)
def test_what_is_typed_is_read(typed: str, people: dict[str, int | None], walk_ins: int | None) -> None:
    read = paper.read(typed)
    assert (read.people, read.walk_ins, read.unread, read.twice) == (people, walk_ins, [], set())


def test_what_cannot_be_read_is_told() -> None:
    read = paper.read("林阿妹 A07=x B12=1234 A07 A07=1 12")
    assert (read.unread, read.twice) == (["林阿妹", "A07=X", "B12=1234", "12"], {"A07"})
    assert paper.mended("a07 g2o=3，G20 G201", "G20", "G02") == "A07 G02=3 G02 G201"


PEOPLE = st.dictionaries(st.integers(1, 999).map(rows.code_of), st.none() | st.integers(0, 999))


@settings(deadline=None)
@given(PEOPLE, st.none() | st.integers(0, 999), st.data())
def test_however_it_is_written_the_same_is_read(
    people: dict[str, int | None], walk_ins: int | None, data: st.DataObject
) -> None:
    entries = [code if count is None else f"{code}={count}" for code, count in people.items()]
    entries += [] if walk_ins is None else [f"X={walk_ins}"]
    between = data.draw(st.lists(st.sampled_from((" ", ",", "，", "、", "\n", "; ", "　"))))
    typed = "".join(
        entry + (between[at % len(between)] if between else " ") for at, entry in enumerate(entries)
    )
    wide = str.maketrans({chr(0x21 + n): chr(0xFF01 + n) for n in range(94)})
    for spelled in (typed, typed.lower(), typed.translate(wide)):
        read = paper.read(spelled)
        assert (read.people, read.walk_ins, read.unread) == (people, walk_ins, [])


@settings(deadline=None)
@given(st.text(max_size=60))
def test_whatever_is_typed_something_is_said_of_it(typed: str) -> None:
    read = paper.read(typed)
    known = bool(read.people or read.unread or read.walk_ins is not None)
    assert known == bool(paper.entries(typed))


def test_the_differences_are_shown_and_then_written_down(table: Table) -> None:
    code = table.code
    page = table.compare(f"{code['林阿妹']} {code['黄文强']}=2 x=2")
    assert (page.status, table.came(), table.walk_ins()) == (200, dict.fromkeys(table.ids), 0)
    shown = cells(page)
    assert list(shown) == [code["黄文强"], code["林阿妹"], "X"], "what differs stands first"
    assert shown[code["黄文强"]] == ["黄文强", "报 3 人，没点", "到 2 人", "记到 2 人"]
    assert page.value("paper_codes").startswith(code["林阿妹"])
    assert save(page).location.endswith(f"{table.address}#roll")
    assert table.came() == {"林阿妹": 1, "黄文强": 2, "陈惠玲": None, "郑小莲": None}
    assert table.walk_ins() == 2
    again = table.compare(f"{code['林阿妹']} {code['黄文强']}=2 X=2")
    assert (again.status, cells(again), again.all("#paper button[name=seal]")) == (200, {}, [])


def test_a_mistyped_code_is_marked_the_near_one_offered_and_nothing_saved(table: Table) -> None:
    code = table.code
    right = code["郑小莲"]
    wrong = right[0] + right[2] + right[1]
    typed = f"{code['林阿妹']} {wrong} {code['黄文强']}=5"
    page = table.compare(typed)
    assert (page.status, page.all("#paper button[name=seal]"), page.value("paper_codes")) == (422, [], typed)
    shown = cells(page)
    assert f"{right} 郑小莲" in shown[wrong][1]
    assert "X=2" in shown[code["黄文强"]][1], "more than are signed up are walk-ins"
    offered = {one.attributes["value"]: one for one in page.all("button[name=mend]")}
    page = page.form("#paper form").submit(follow=False, mend=f"{wrong}:{right}")
    assert f"{wrong}:{right}" in offered
    assert page.value("paper_codes") == f"{code['林阿妹']} {right} {code['黄文强']}=5"
    assert (page.status, next(iter(cells(page)))) == (422, code["黄文强"])
    form = page.form("#paper form").fill(paper_codes=f"{code['林阿妹']} {right}")
    # Saving what was never shown, or while something has to be mended, does not happen.
    assert form.put("seal", "0" * 32).submit(follow=False).status == 409
    assert table.came() == dict.fromkeys(table.ids)


def test_who_has_no_seat_is_no_party_to_call(table: Table, make: Make, app: Flask) -> None:
    gone, theirs = table.ids["陈惠玲"], table.ids["郑小莲"]
    other = make.class_with_seats(5, span(0, "14:30", "15:30"))
    with app.app_context(), transaction() as session:
        session.get_one(Registration, gone).status = Status.CANCELLED
        session.get_one(Registration, theirs).occurrence_id = other
        waits = session.get_one(Registration, table.ids["黄文强"])
        waits.status, waits.place = Status.WAITING, 1
    page = table.compare(" ".join(table.code.values()))
    said = {name: cells(page)[code][1] for name, code in table.code.items() if name != "林阿妹"}
    assert (page.status, page.all("#paper button[name=seal]")) == (422, [])
    assert ["X=3" in said["黄文强"], "X=2" in said["陈惠玲"], "别的日子" in said["郑小莲"]] == [True] * 3


def test_whoever_is_not_on_paper_is_absent_only_if_one_says_so(table: Table, make: Make) -> None:
    with table.app.app_context():
        roll.call_roll(table.date, {table.ids["陈惠玲"]: 2}, "", make.actor())
    page = table.compare(table.code["林阿妹"])
    assert list(cells(page)) == [table.code["林阿妹"]]
    page = table.compare(table.code["林阿妹"], others=True)
    shown = {line[0]: line[1:] for line in cells(page).values()}
    assert shown["黄文强"] == ["报 3 人，没点", "没有", "记没来"]
    assert shown["陈惠玲"] == ["到 2 人", "没有", "不动"], "who was called here stays so"
    assert save(page).status == 303
    assert table.came() == {"林阿妹": 1, "黄文强": 0, "陈惠玲": 2, "郑小莲": 0}
    with table.app.app_context():
        assert db.session.get_one(Occurrence, table.date).attended == 3


def test_what_changed_since_it_was_shown_is_shown_anew(table: Table, make: Make) -> None:
    code = table.code
    page = table.compare(f"{code['林阿妹']} {code['黄文强']}")
    with table.app.app_context():
        roll.call_roll(table.date, {table.ids["陈惠玲"]: 1}, "", make.actor())
    other = table.compare(f"{code['林阿妹']} {code['黄文强']}")
    assert save(other).status == 303, "what is not on this paper may change"
    refused = save(page)
    assert (refused.status, cells(refused)) == (409, {}), "both agree by now"
    page = table.compare(f"{code['郑小莲']}")
    with table.app.app_context():
        roll.call_roll(table.date, {table.ids["郑小莲"]: 0}, "", make.actor())
    refused = save(page)
    assert (refused.status, cells(refused)[code["郑小莲"]][1]) == (409, "没来")
    assert refused.value("paper_codes") == code["郑小莲"]
    assert table.came()["郑小莲"] == 0
    assert save(refused).status == 303
    assert table.came()["郑小莲"] == 1


def test_of_two_who_key_the_same_paper_at_once_one_saves(table: Table, sign_in: SignIn, app: Flask) -> None:
    code = table.code
    pages = []
    for people in (1, 2):
        table.editor = sign_in()
        pages.append(table.compare(f"{code['黄文强']}={people} X={people}"))
    start = threading.Barrier(2)

    def press(page: Page) -> int:
        start.wait(30)
        return save(page).status

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(press, pages))
    assert sorted(answers) == [303, 409]
    people = 1 + answers.index(303)
    assert (table.came()["黄文强"], table.walk_ins()) == (people, people), "all of one, nothing of the other"


def test_htmx_gets_the_section_alone(table: Table) -> None:
    page = table.compare("Q99", part=True)
    assert (page.status, len(page.all("section#paper")), page.all("main, h1")) == (422, 1, [])
    assert page.value("paper_codes") == "Q99"
    empty = table.compare("")
    assert (empty.status, bool(empty.one("#paper_codes-e").text())) == (422, True)


@pytest.mark.parametrize("typed", ["\x00", "A" * 9000, "<b>", "=", "X=999999", "A07=٣"])
def test_nonsense_is_answered_with_what_was_typed(table: Table, typed: str) -> None:
    page = table.compare(typed)
    assert page.status == 422
    assert page.value("paper_codes") == typed.replace("\x00", "")


def test_only_who_writes_here_and_only_once_it_begins(
    table: Table, sign_in: SignIn, make: Make, noon: Clock
) -> None:
    for role in (Role.REVIEWER, Role.AUDITOR):
        assert not sign_in(role).get(table.address).all("#paper")
    later = make.class_with_seats(5, span(1))
    sent: dict[str, Any] = {"csrf_token": table.editor.token("/staff/account"), "paper_codes": "A07"}
    assert not table.editor.get(f"/staff/occurrences/{later}").all("#paper")
    assert table.editor.post(f"/staff/occurrences/{later}/paper", sent).status == 409
    theirs = make.class_with_seats(5, span(0, "12:30", "13:30"), station="s2")
    assert table.editor.post(f"/staff/occurrences/{theirs}/paper", sent).status == 404
