"""What is sealed tells nothing to who has only the database, and is found again without being opened."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.fernet import InvalidToken
from flask import Flask
from sqlalchemy.exc import StatementError

from portal import create_app
from portal.db import db
from portal.registrations.models import Registration
from portal.sealed import Keys, Sealed, blind_index, derived_token
from tests.conftest import close
from tests.make import Make

PHONE, WORDS = "13800004321", "豆豆 7\n果果 9"


@pytest.fixture
def other(environ: dict[str, str], tmp_path: Path) -> Iterator[Flask]:
    """Build a second portal on the same database, whose keys are its own."""
    (tmp_path / "other").mkdir()
    url = environ["DATABASE_URL"] or f"sqlite:///{environ['INSTANCE']}/portal.db"
    app = create_app(environ | {"INSTANCE": str(tmp_path / "other"), "DATABASE_URL": url})
    yield app
    close(app)


def test_what_is_sealed_is_opened_again_and_looks_different_each_time() -> None:
    keys = Keys(["one"], "index")
    sealed = [keys.seal(WORDS) for _ in range(3)]
    assert [keys.open(one) for one in sealed] == [WORDS] * 3
    assert len(set(sealed)) == 3
    assert not [one for one in sealed if "豆豆".encode() in one]


def test_old_keys_open_and_the_first_one_seals() -> None:
    old, both, new = (Keys(names, "index") for names in (["old"], ["new", "old"], ["new"]))
    assert both.open(old.seal(WORDS)) == both.open(new.seal(WORDS)) == WORDS
    assert new.open(both.seal(WORDS)) == WORDS
    with pytest.raises(InvalidToken):
        old.open(both.seal(WORDS))


def test_what_was_tampered_with_does_not_open() -> None:
    keys = Keys(["one"], "index")
    seal = keys.seal(WORDS)
    another = b"B" if seal[30:31] == b"A" else b"A"
    for spoiled in (b"", seal[:-1], seal[:30] + another + seal[31:]):
        with pytest.raises(InvalidToken):
            keys.open(spoiled)


def test_a_digest_is_the_same_for_the_same_and_differs_by_purpose_and_by_key() -> None:
    keys = Keys(["one"], "index")
    one = keys.digest("phone", PHONE)
    assert (keys.digest("phone", PHONE), len(one)) == (one, 32)
    assert Keys(["another"], "index").digest("phone", PHONE) == one, "changing what seals finds all again"
    others = [
        keys.digest("phone", PHONE[:-1] + "2"),
        keys.digest("link", PHONE),
        keys.digest("phon", f"e{PHONE}"),
        Keys(["one"], "other index").digest("phone", PHONE),
    ]
    assert one not in others
    assert len(set(others)) == len(others)
    assert PHONE.encode() not in one


@pytest.mark.usefixtures("app_context")
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_index_is_short_and_a_token_long() -> None:
    assert (len(blind_index("phone", PHONE)), len(derived_token("link", PHONE))) == (16, 43)
    assert blind_index("phone", PHONE) == blind_index("phone", PHONE) != blind_index("link", PHONE)
    assert derived_token("link", "R-1") == derived_token("link", "R-1") != derived_token("link", "R-2")


@pytest.mark.usefixtures("app_context")
def test_the_empty_stays_empty_and_all_else_is_sealed(make: Make) -> None:
    full, empty = (
        make.registration(make.class_with_seats(), note=note, phone=phone).registration_id
        for note, phone in (("轮椅", PHONE), ("", ""))
    )
    raw = {
        row.id: [None if value is None else bytes(value) for value in (row.phone, row.note)]
        for row in db.session.execute(sa.text("SELECT id, phone, note FROM registration"))
    }
    assert raw[empty] == [None, b""]
    assert all(value and PHONE.encode() not in value and "轮椅".encode() not in value for value in raw[full])
    found = db.session.get_one(Registration, full)
    assert (found.phone, found.note) == (PHONE, "轮椅")
    assert (db.session.get_one(Registration, empty).phone, db.session.get_one(Registration, empty).note) == (
        None,
        "",
    )


def test_another_portals_key_opens_nothing_and_finds_nothing(app: Flask, other: Flask, make: Make) -> None:
    party_id = make.registration(make.class_with_seats(), phone=PHONE).registration_id
    with app.app_context():
        mine = blind_index("phone", PHONE)
    with other.app_context():
        assert blind_index("phone", PHONE) != mine
        with pytest.raises((InvalidToken, StatementError)):
            db.session.get_one(Registration, party_id)
    with app.app_context():
        assert db.session.get_one(Registration, party_id).phone == PHONE


def test_a_portal_keeps_its_keys_to_itself(app: Flask, environ: dict[str, str], make: Make) -> None:
    party_id = make.registration(make.class_with_seats(), phone=PHONE).registration_id
    kept = [Path(environ["INSTANCE"]) / name for name in ("data_key", "index_key")]
    assert [path.stat().st_mode & 0o777 for path in kept] == [0o600, 0o600]
    assert kept[0].read_text() != kept[1].read_text()
    again = create_app(environ)
    with again.app_context():
        assert db.session.get_one(Registration, party_id).phone == PHONE
    close(again)


def test_keys_may_come_from_the_settings(environ: dict[str, str], make: Make) -> None:
    def seen(**settings: str) -> str | None:
        portal = create_app(environ | settings)
        try:
            with portal.app_context():
                return db.session.get_one(Registration, party_id).phone
        finally:
            close(portal)

    portal = create_app(environ | {"DATA_KEYS": "old", "INDEX_KEY": "index"})
    party_id = Make(portal).registration(Make(portal).class_with_seats(), phone=PHONE).registration_id
    close(portal)
    assert seen(DATA_KEYS="new, old", INDEX_KEY="index") == PHONE
    with pytest.raises((InvalidToken, StatementError)):
        seen(DATA_KEYS="new", INDEX_KEY="index")


def test_nothing_is_sealed_without_its_column_saying_so() -> None:
    sealed = {column.name for column in Registration.__table__.columns if isinstance(column.type, Sealed)}
    assert sealed == {"phone", "children_names", "note"}
