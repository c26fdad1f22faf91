"""Every answer protects the visitor; what is personal is kept by no cache, what is public is small."""

import gzip

import brotli
import pytest
from flask import Flask

from portal import create_app
from portal.db import db
from portal.web.headers import CONTENT_POLICY
from tests.browser import Browser
from tests.conftest import SignIn


def test_nothing_foreign_and_nothing_inline_is_allowed() -> None:
    rules = dict(rule.split(" ", 1) for rule in CONTENT_POLICY.split("; "))
    assert rules.pop("default-src") == "'none'"
    assert rules.pop("img-src") == "'self' data:"
    assert set(rules.values()) == {"'self'", "'none'"}
    assert {rules[name] for name in ("frame-ancestors", "base-uri")} == {"'none'"}


def test_public_pages_are_anybodys_and_are_asked_for_again(client: Browser) -> None:
    for address in ("/", "/calendar", "/stations/", "/stations/s1", "/calendar.ics"):
        headers = client.get(address).headers
        assert headers["Cache-Control"] == "no-cache", address
        assert {"Cookie", "Accept-Encoding"} <= set(headers["Vary"].split(", ")), address
        assert "Set-Cookie" not in headers, address


def test_personal_pages_are_kept_by_nobody(sign_in: SignIn, client: Browser) -> None:
    pages = [
        client.get("/login"),
        *(sign_in().get(address) for address in ("/staff/", "/staff/activities/new")),
    ]
    assert {page.headers["Cache-Control"] for page in pages} == {"no-store"}


def test_a_page_that_differs_for_htmx_says_so(client: Browser) -> None:
    whole, part = client.get("/calendar"), client.get("/calendar", part=True)
    assert "HX-Request" in whole.headers["Vary"]
    assert "HX-Request" in part.headers["Vary"]
    assert len(part.response.text) < len(whole.response.text)
    boosted = client.get("/calendar", part=True, HX_Boosted="true")
    restored = client.get("/calendar", part=True, HX_History_Restore_Request="true")
    assert boosted.response.text.startswith("<!doctype") or "<html" in boosted.response.text
    assert "<html" in restored.response.text


@pytest.mark.parametrize("kind", ["br", "gzip"])
def test_a_public_page_travels_compressed(client: Browser, kind: str) -> None:
    plain = client.get("/calendar").response.data
    packed = client.client.get("/calendar", headers={"Accept-Encoding": kind})
    assert packed.headers["Content-Encoding"] == kind
    unpack = brotli.decompress if kind == "br" else gzip.decompress
    assert unpack(packed.data) == plain
    assert len(packed.data) * 3 < len(plain)
    refused = client.client.get("/calendar", headers={"Accept-Encoding": f"{kind};q=0"})
    assert "Content-Encoding" not in refused.headers


def test_a_page_with_a_token_travels_as_it_is(client: Browser) -> None:
    answer = client.client.get("/login", headers={"Accept-Encoding": "br, gzip"})
    assert "Content-Encoding" not in answer.headers


def test_over_https_cookies_and_browsers_stay_there(environ: dict[str, str]) -> None:
    app = create_app(environ | {"PUBLIC_URL": "https://portal.example"})
    answer = app.test_client().get("/login", base_url="https://portal.example")
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "Secure" in answer.headers["Set-Cookie"]
    assert "Strict-Transport-Security" not in app.test_client().get("/login").headers
    with app.app_context():
        db.engine.dispose()


def test_assets_are_good_for_ever_under_their_names(app: Flask, client: Browser) -> None:
    for path in app.extensions["assets"].values():
        answer = client.client.get(path, headers={"Accept-Encoding": "br"})
        assert answer.status_code == 200
        assert "immutable" in answer.headers["Cache-Control"]
        if path.endswith((".css", ".js")):
            assert answer.headers["Content-Encoding"] == "br"
        answer.close()
    assert client.client.get("/assets/../secret_key").status_code == 404
    assert client.client.get("/assets/manifest.txt").status_code == 404
