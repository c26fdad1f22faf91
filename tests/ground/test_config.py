"""Settings come from the environment; what is missing is made, once, and kept to its owner."""

import multiprocessing
import stat
from pathlib import Path

import pytest
from flask import Flask, request

from portal import create_app
from portal.config import SETTINGS, database_url, flask_config, kept_key
from portal.db import db
from portal.web.answers import go


def test_without_any_setting_everything_lives_in_the_instance_folder(tmp_path: Path) -> None:
    config = flask_config({"INSTANCE": str(tmp_path / "new" / "instance")})
    instance = tmp_path / "new" / "instance"
    assert stat.S_IMODE(instance.stat().st_mode) == 0o750
    assert config["SQLALCHEMY_DATABASE_URI"] == f"sqlite:///{instance}/portal.db"
    assert config["SECRET_KEY"] == (instance / "secret_key").read_text()
    assert stat.S_IMODE((instance / "secret_key").stat().st_mode) == 0o600


def test_the_key_stays_the_same(tmp_path: Path) -> None:
    first = kept_key(tmp_path / "key")
    assert len(first) >= 43
    assert kept_key(tmp_path / "key") == first
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_of_several_starts_at_once_all_get_the_same_key(tmp_path: Path) -> None:
    with multiprocessing.get_context("forkserver").Pool(4) as pool:
        keys = pool.map(kept_key, [tmp_path / "key"] * 16, chunksize=1)
    assert len(set(keys)) == 1


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://u:p@h/n", "postgresql://u:p@h/n"),
        ("postgresql://u@h/n", "postgresql://u@h/n"),
        ("", "sqlite:////srv/portal.db"),
    ],
)
def test_where_the_data_is(given: str, used: str) -> None:
    assert database_url(given, Path("/srv")) == used


@pytest.mark.parametrize(
    ("public", "given", "secure"),
    [
        ("https://portal.example", "", True),
        ("http://127.0.0.1:8000", "", False),
        ("https://portal.example", "0", False),
        ("http://127.0.0.1:8000", "1", True),
    ],
)
def test_cookies_are_secure_where_the_portal_is(
    tmp_path: Path, public: str, given: str, secure: bool
) -> None:
    config = flask_config({"INSTANCE": str(tmp_path), "PUBLIC_URL": public, "SECURE_COOKIES": given})
    assert config["SESSION_COOKIE_SECURE"] is secure


def test_every_setting_is_told_what_it_means() -> None:
    assert len({setting.name for setting in SETTINGS}) == len(SETTINGS)
    assert all(setting.meaning for setting in SETTINGS)


@pytest.mark.parametrize(("proxies", "seen"), [("0", "127.0.0.1"), ("1", "203.0.113.7")])
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_only_a_proxy_of_ours_says_who_is_asking(environ: dict[str, str], proxies: str, seen: str) -> None:
    app = create_app(environ | {"PROXIES": proxies})
    addresses = []

    @app.before_request
    def note() -> None:
        addresses.append(request.remote_addr)

    app.test_client().get("/healthz", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.7"})
    assert addresses == [seen]
    with app.app_context():
        db.engine.dispose()


def test_go_answers_htmx_and_browsers_each_in_their_way(app: Flask) -> None:
    with app.test_request_context():
        answer = go("/staff/")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/staff/")
    with app.test_request_context(headers={"HX-Request": "true"}):
        answer = go("/staff/")
        assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/staff/")
