"""A supervisor learns whether the portal lives, and whether it can do its work."""

from pathlib import Path

import pytest
from flask import Flask

from portal.db import db
from portal.once import Submission
from portal.web import health
from tests.browser import Browser
from tests.postgres import Cluster


def test_a_portal_at_work_says_so(app: Flask, client: Browser) -> None:
    assert client.get("/healthz").response.text == "ok\n"
    answer = client.get("/readyz")
    assert (answer.status, answer.json) == (200, {"database": True, "writes": True, "disk": True})
    with app.app_context():
        assert db.session.query(Submission).count() == 0, "the trial leaves nothing behind"


def test_asking_often_costs_no_write_turns(client: Browser) -> None:
    assert {client.get("/readyz").status for _ in range(70)} == {200}


def test_a_full_disk_is_said(client: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LEAST_DISK", 2**63)
    answer = client.get("/readyz")
    assert (answer.status, answer.json["disk"]) == (503, False)


def break_database(app: Flask, environ: dict[str, str], request: pytest.FixtureRequest) -> None:
    with app.app_context():
        name = db.engine.url.database
        db.engine.dispose()
    if not environ["DATABASE_URL"]:
        Path(environ["INSTANCE"], "portal.db").unlink()
        Path(environ["INSTANCE"], "portal.db").mkdir()
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    cluster.rename(str(name), "elsewhere")
    request.addfinalizer(lambda: cluster.rename("elsewhere", str(name)))


def test_without_its_database_the_portal_lives_but_is_not_ready(
    app: Flask, environ: dict[str, str], client: Browser, request: pytest.FixtureRequest
) -> None:
    client.get("/")
    break_database(app, environ, request)
    assert client.get("/healthz").status == 200
    answer = client.get("/readyz")
    assert answer.status == 503
    assert answer.json["database"] is False
    page = client.get("/")
    assert (page.status, page.headers["Retry-After"]) == (503, "5")
