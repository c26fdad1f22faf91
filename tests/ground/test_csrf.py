"""A form's token never looks the same twice, so that a compressed page gives nothing away."""

import pytest
from flask import Flask

from portal.web.csrf import unmask
from tests.browser import Browser
from tests.make import Make

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def tokens(browser: Browser, address: str = "/login") -> list[str]:
    fields = browser.get(address).all("input[name=csrf_token]")
    return [field.attributes["value"] or "" for field in fields]


def test_the_token_is_the_same_and_never_looks_it(client: Browser) -> None:
    first, second = tokens(client)[0], tokens(client)[0]
    assert first != second
    assert unmask(first).split(".")[0] == unmask(second).split(".")[0]
    assert unmask(first).split(".")[0] not in first


@pytest.mark.parametrize("forged", ["m.", "m.%%%", "m.AAAA", "m.AAA", "m.🙈", "x", ""])
def test_a_forged_mask_is_no_token(client: Browser, forged: str) -> None:
    client.get("/login")
    assert client.post("/login", {"csrf_token": forged, "username": "a", "password": "b"}).status == 400


def test_the_empty_form_to_sign_up_is_compressed_and_ones_own_pages_are_not(app: Flask, make: Make) -> None:
    occurrence_id = make.class_with_seats()
    client = app.test_client()
    asking = {"Accept-Encoding": "br"}
    form = client.get(f"/occurrences/{occurrence_id}/register", headers=asking)
    assert form.headers.get("Content-Encoding") == "br"
    assert client.get("/mine", headers=asking).headers.get("Content-Encoding") is None
    make.registration(occurrence_id, device="mine")
    client.set_cookie("device", "mine")
    own = client.get(f"/occurrences/{occurrence_id}/register", headers=asking)
    assert own.headers.get("Content-Encoding") is None
