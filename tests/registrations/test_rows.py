"""Row codes: each party has its own, and one slip never makes it another's."""

from string import ascii_uppercase, digits

from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.registrations import desk, queries, rows
from portal.registrations.actions import cancel
from tests.make import Make

MOST = 999
CODES = {rows.code_of(number): number for number in range(1, MOST + 1)}


def slips(code: str) -> set[str]:
    """Return all that comes of a code by one character mistyped, missing or surplus."""
    signs = ascii_uppercase + digits
    made = {code[:at] + sign + code[at + 1 :] for at in range(len(code)) for sign in signs}
    made |= {code[:at] + code[at + 1 :] for at in range(len(code))}
    made |= {code[:at] + sign + code[at:] for at in range(len(code) + 1) for sign in signs}
    return made - {code}


def test_a_code_is_a_letter_and_two_digits_and_nobody_elses() -> None:
    assert len(CODES) == MOST
    assert all(rows.is_code(code) for code in CODES)
    assert {len(code) for code, number in CODES.items() if number < 100} == {3}
    assert not {code[0] for code in CODES} & set("ILOUX"), "misread, or the letter of walk-ins"


def test_one_slip_never_makes_the_code_of_another_party() -> None:
    assert {code: found for code in CODES if (found := slips(code) & CODES.keys())} == {}


def test_two_digits_in_the_wrong_order_are_noticed_among_the_first_hundred() -> None:
    swapped = {code: code[0] + code[2] + code[1] for code in CODES if len(code) == 3}
    assert [one for code, one in swapped.items() if one != code and one in CODES] == []


@settings(deadline=None, max_examples=50)
@given(st.integers(1, MOST), st.data())
def test_after_one_slip_the_party_meant_is_among_the_nearest(number: int, data: st.DataObject) -> None:
    code = rows.code_of(number)
    typed = data.draw(st.sampled_from(sorted(slips(code))))
    assert rows.distance(typed, code) == 1
    assert all(rows.distance(typed, near) == 1 for near in rows.nearest(typed, CODES))
    assert rows.nearest(typed, [code]) == [code]


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=8), st.text(max_size=8))
def test_a_distance_is_one(one: str, other: str) -> None:
    away = rows.distance(one, other)
    assert away == rows.distance(other, one)
    assert (away == 0) == (one == other)
    assert abs(len(one) - len(other)) <= away <= max(len(one), len(other))


def test_what_is_typed_by_hand_is_read() -> None:
    assert [rows.plain(typed) for typed in ("m07", "Ｍ０７", "MO7", " e1l ")] == ["M07", "M07", "M07", "E11"]
    assert rows.nearest("郑小莲", CODES) == []


def test_a_party_keeps_its_code_whoever_leaves_or_moves(app: Flask, make: Make) -> None:
    date, other = make.class_with_seats(4), make.class_with_seats(4)
    ids = [make.registration(date).registration_id for _ in range(4)]
    with app.app_context():
        before = queries.codes_of(date)
        assert [before[one] for one in ids] == [rows.code_of(number) for number in (1, 2, 3, 4)]
        cancel(ids[0])
        desk.move(ids[1], other, False, make.actor())
        desk.remove(ids[3], "x", make.actor())
        last = make.registration(date).registration_id
        desk.move(ids[1], date, False, make.actor())
        after = queries.codes_of(date)
        assert {one: after[one] for one in ids} == before
        assert after[last] == rows.code_of(5), "a code given to somebody is never given again"
        assert queries.codes_of(other)[ids[1]] == rows.code_of(1)
