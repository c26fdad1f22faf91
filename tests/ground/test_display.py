"""How a visitor likes to see the portal is kept in a cookie, and nothing else is."""

import pytest
from flask import Flask

from portal.web.display import Display, is_own_origin, read_cookie
from tests.browser import Browser, Page


def language(page: Page) -> str | None:
    assert page.html.root is not None
    return page.html.root.attributes["lang"]


def classes(page: Page) -> set[str]:
    assert page.html.root is not None
    return set((page.html.root.attributes.get("class") or "").split())


def test_a_choice_is_kept_and_leads_back_to_the_same_page(client: Browser) -> None:
    page = client.get("/calendar?view=list&q=a%26b").form("header .tools").submit(elder="1")
    assert (page.path, classes(page)) == ("/calendar?view=list&q=a%26b", {"elder"})
    page = page.form(".foot form").submit(lang="en")
    assert (language(page), classes(page)) == ("en", {"elder"})
    page = page.form(".foot form").submit(contrast="1")
    assert classes(page) == {"elder", "contrast"}
    page = page.form("header .tools").submit(elder="0")
    assert (language(page), classes(page)) == ("en", {"contrast"})
    assert client.cookie("form") is None, "no token is needed, so the page stays anybody's to cache"


def test_an_address_may_ask_for_a_language_without_a_cookie(client: Browser) -> None:
    assert language(client.get("/?lang=en")) == "en"
    assert language(client.get("/")) == "zh-Hans"
    assert language(client.get("/?lang=tlh")) == "zh-Hans"


@pytest.mark.parametrize(
    "header", [("Origin", "https://evil.example"), ("Origin", "null"), ("Sec-Fetch-Site", "cross-site")]
)
def test_another_site_cannot_choose(client: Browser, header: tuple[str, str]) -> None:
    page = client.open("POST", "/display", [("elder", "1")], part=False, follow=False, headers=dict([header]))
    assert (page.status, client.cookie("display")) == (403, None)


@pytest.mark.parametrize(
    ("origin", "site", "own"),
    [
        ("http://localhost", None, True),
        ("http://localhost:81", None, False),
        (None, None, True),
        ("http://localhost", "cross-site", False),
        (None, "same-origin", True),
        (None, "none", False),
    ],
)
def test_whose_form_it_is(app: Flask, origin: str | None, site: str | None, own: bool) -> None:
    with app.test_request_context():
        assert is_own_origin(origin, site) is own


@pytest.mark.parametrize(
    "sent", [{"lang": "xx"}, {"elder": "7"}, {"contrast": "<b>"}, {}, {"lang": "x" * 9999}]
)
def test_what_is_not_on_offer_changes_nothing(client: Browser, sent: dict[str, str]) -> None:
    assert classes(client.post("/display", sent)) == set()
    assert read_cookie(client.cookie("display") or "") == Display()


@pytest.mark.parametrize(
    "value", ["", "rubbish", "lang=%ff&elder=2", "elder=1&" * 300, "a" * 4000, "lang=en&lang=xx"]
)
def test_a_garbled_cookie_does_no_harm(client: Browser, value: str) -> None:
    client.client.set_cookie("display", value)
    assert client.get("/").status == 200


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", ""])
def test_a_choice_leads_nowhere_else(client: Browser, target: str) -> None:
    page = client.post("/display", {"elder": "1", "next": target}, follow=False)
    assert (page.status, page.headers["Location"]) == (303, "/")


def test_the_cookie_survives_its_own_round_trip() -> None:
    display = Display("en", elder=True, contrast=False)
    assert read_cookie(display.to_cookie()) == display
