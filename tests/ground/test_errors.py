"""What goes wrong says what to do next, in the visitor's language."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from flask import Flask

from portal import create_app
from portal import db as ground
from portal.access import Role, public
from portal.activities import calling_off
from portal.db import db
from portal.web.errors import advice_on, title_of
from tests.browser import Browser, Page
from tests.conftest import SignIn
from tests.ground.test_db import somebody_else_writes
from tests.make import Make

LANGUAGES = ("zh-Hans", "en")


def words(app: Flask, page: Page, status: int) -> tuple[str, str]:
    """Return heading and advice of this status in the language of the page."""
    assert page.html.root is not None
    language = page.html.root.attributes["lang"]
    with app.test_request_context(f"/?lang={language}"):
        app.preprocess_request()
        return title_of(status), advice_on(status)


def is_told(app: Flask, page: Page, status: int, language: str) -> None:
    assert page.status == status
    assert page.html.root is not None
    assert page.html.root.attributes["lang"] == language
    assert page.one("h1").text() == words(app, page, status)[0]
    assert page.all(".acts a"), "a way on"


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest, client: Browser) -> str:
    chosen: str = request.param
    client.client.set_cookie("display", f"lang={chosen}")
    return chosen


def speaking(browser: Browser, language: str) -> Browser:
    browser.client.set_cookie("display", f"lang={language}")
    return browser


def test_a_page_that_is_not_there(app: Flask, client: Browser, language: str) -> None:
    for address in (
        "/nonsense",
        "/occurrences/999999",
        "/occurrences/x",
        "/stations/nowhere",
        "/invitation/x",
    ):
        is_told(app, client.get(address), 404, language)


def test_a_page_for_others(app: Flask, sign_in: SignIn, language: str) -> None:
    browser = speaking(sign_in(Role.AUDITOR), language)
    is_told(app, browser.get("/staff/activities/new"), 403, language)


def test_a_method_that_does_nothing_here(app: Flask, client: Browser, language: str) -> None:
    page = client.get("/logout")
    is_told(app, page, 405, language)
    assert "POST" in page.headers["Allow"]


def test_what_the_rules_of_the_moment_forbid(app: Flask, sign_in: SignIn, make: Make, language: str) -> None:
    activity_id = make.activity()
    with app.app_context():
        calling_off.cancel_all(activity_id, "台风", make.actor())
    browser = speaking(sign_in(), language)
    token = browser.token("/staff/activities/new")
    page = browser.post(f"/staff/activities/{activity_id}/publish", {"csrf_token": token})
    is_told(app, page, 409, language)
    assert page.one(".lost p").text() != words(app, page, 409)[1], "the action's own words"


def test_what_is_too_large(app: Flask, client: Browser, language: str) -> None:
    is_told(app, client.post("/login", {"username": "x" * 3_000_000}), 413, language)


def test_too_many_writing_at_once(
    app: Flask, client: Browser, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ground, "QUEUE_PATIENCE", 0.2)
    form = client.get("/login").form().fill(username="nobody", password="wrong")
    with everything_is_held(app):
        page = form.submit()
    is_told(app, page, 503, language)
    assert page.headers["Retry-After"] == "5"


@contextmanager
def everything_is_held(app: Flask) -> Iterator[None]:
    """Hold the queue on SQLite; on PostgreSQL, where there is none, the table that will be written to."""
    with app.app_context():
        engine = db.engine
    if engine.dialect.name == "sqlite":
        with somebody_else_writes(app):
            yield
        return
    with engine.connect() as connection:
        connection.execute(sa.text("LOCK TABLE audit_entry IN ACCESS EXCLUSIVE MODE"))
        yield


def test_a_fault_of_ours_tells_a_number_and_nothing_more(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    @app.get("/broken")
    @public
    def broken() -> str:
        raise ZeroDivisionError("13812345678")

    answer = app.test_client().get("/broken")
    assert answer.status_code == 500
    assert "ZeroDivision" not in answer.text
    assert "13812345678" not in answer.text
    incident = next(record for record in caplog.records if record.message.startswith("incident"))
    assert incident.args is not None
    assert str(incident.args[0]) in answer.text  # type: ignore[index]


def test_a_view_without_a_guard_is_not_served(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    answer = app.test_client().get("/forgotten")
    assert (answer.status_code, "secret" in answer.text) == (500, False)
    assert "wears no guard" in caplog.text


@pytest.mark.parametrize(("address", "status"), [("/nonsense", 404), ("/logout", 405)])
def test_htmx_gets_a_notice_instead_of_a_page(client: Browser, address: str, status: int) -> None:
    page = client.get(address, part=True)
    assert (page.status, len(page.all("[role=alert]")), page.all("h1")) == (status, 1, [])
    assert "HX-Request" in page.headers["Vary"]


def test_a_host_that_is_not_ours_is_refused(environ: dict[str, str]) -> None:
    app = create_app(environ | {"TRUSTED_HOSTS": "portal.example, www.portal.example"})
    client = app.test_client()
    assert client.get("/healthz", headers={"Host": "portal.example"}).status_code == 200
    assert client.get("/healthz", headers={"Host": "evil.example"}).status_code == 400
    with app.app_context():
        db.engine.dispose()
