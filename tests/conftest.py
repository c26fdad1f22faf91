"""Give each test a portal of its own, on SQLite and on PostgreSQL."""

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import NoReturn

import pytest
import time_machine
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from werkzeug.routing import Rule
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from portal import create_app
from portal.access import Role
from portal.accounts.actions import sign_in as open_session
from portal.clock import ZONE
from portal.db import db
from portal.start import prepare
from portal.web import assets
from tests import postgres
from tests.browser import Browser
from tests.make import Make
from tests.postgres import Cluster

SignIn = Callable[..., Browser]
Template = Callable[[str], str]  # from a kind of database to the one to copy: a file's path or a name
MEMORY, ENOUGH = "/dev/shm", 4 << 30  # bytes
FORBID_SKIPS = os.environ.get("PORTAL_FORBID_SKIPS") == "1"


def absent(what: str) -> NoReturn:
    """Skip for want of something installed, or fail where that is forbidden."""
    if FORBID_SKIPS:
        pytest.fail(f"{what}, and PORTAL_FORBID_SKIPS=1 forbids to skip")
    pytest.skip(what)


def remember_builders() -> None:
    """Compile how the address of a rule is built once, not for each of a thousand portals.

    It is most of what making a portal costs, and depends on nothing but the rule (Werkzeug 3.1).
    """
    compiled: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}
    fresh = Rule._compile_builder

    def kept(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (rule.rule, tuple(rule._trace), str(rule.defaults), append_unknown)
        if key not in compiled:
            compiled[key] = fresh(rule, append_unknown)
        return compiled[key]

    Rule._compile_builder = kept  # type: ignore[method-assign, assignment]


def write_to_memory() -> None:
    """Let the tests write to memory where there is plenty of it: each has a database of its own.

    A copy of a PostgreSQL database takes 20 ms there, and up to 500 ms on a slow disk.
    """
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK | os.X_OK):
        return
    available = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if min(shutil.disk_usage(MEMORY).free, available) > ENOUGH:
        os.environ["TMPDIR"], tempfile.tempdir = MEMORY, None


remember_builders()
write_to_memory()


class Scheduling(LoadScopeScheduling):
    """Give each test to the next idle worker, but all that share a loaded demonstration to the same one."""

    def _split_scope(self, nodeid: str) -> str:
        demo = re.match(r"tests/demo/.*(sqlite|postgresql)", nodeid)
        return f"demo on {demo[1]}" if demo else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling:
    """Schedule by the nodeids: the groups of pytest-xdist 3.8 are without effect under pytest 9.2."""
    return Scheduling(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what was not tested."""
    reasons = {report.longrepr[2] for report in terminalreporter.stats.get("skipped", ())}
    for reason in sorted(reasons):
        terminalreporter.write_line(f"NOT TESTED: {reason.removeprefix('Skipped: ')}", red=True, bold=True)


@pytest.fixture(scope="session")
def built_assets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the files browsers load once; every test's instance links to them."""
    folder = tmp_path_factory.mktemp("built")
    assets.build(folder)
    return folder / "assets"


def settings(instance: Path, built: Path, url: str = "") -> dict[str, str]:
    """Return the environment of a portal for tests."""
    instance.mkdir(exist_ok=True)
    if not (instance / "assets").exists():
        (instance / "assets").symlink_to(built)
    return {
        "INSTANCE": str(instance),
        "DATABASE_URL": url,
        "SECRET_KEY": "known to the tests",
        "PUBLIC_URL": "http://localhost",
        "JOBS": "external",
        "THREADS": "8",
    }


def prepared(environ: dict[str, str]) -> None:
    """Bring a new database to today's version, with the network in it."""
    app = create_app(environ)
    prepare(app)
    close(app)


def close(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory, built_assets: Path) -> str:
    """Return the path of a migrated SQLite file to copy."""
    instance = tmp_path_factory.mktemp("template")
    prepared(settings(instance, built_assets))
    return str(instance / "portal.db")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Run a PostgreSQL cluster for this worker."""
    if postgres.binaries() is None:
        absent("PostgreSQL's server (initdb) is not installed")
    with postgres.running() as running:
        yield running


@pytest.fixture(scope="session")
def postgresql_template(
    cluster: Cluster, tmp_path_factory: pytest.TempPathFactory, built_assets: Path
) -> str:
    """Return the name of a migrated PostgreSQL database to copy."""
    name = cluster.create()
    prepared(settings(tmp_path_factory.mktemp("template"), built_assets, cluster.url(name)))
    return name


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    return tmp_path / "instance"


@pytest.fixture
def template(request: pytest.FixtureRequest) -> Template:
    """Return a function that says, by its kind, which database a test begins with."""
    return lambda kind: str(request.getfixturevalue(f"{kind}_template"))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(
    request: pytest.FixtureRequest, instance: Path, built_assets: Path, template: Template
) -> Iterator[str]:
    """Make a database with the network in it and return its DATABASE_URL; each test sees both kinds."""
    instance.mkdir()
    if request.param == "sqlite":
        shutil.copyfile(template("sqlite"), instance / "portal.db")
        yield ""
        return
    running: Cluster = request.getfixturevalue("cluster")
    name = running.create(template("postgresql"))
    yield running.url(name)
    running.drop(name)


@pytest.fixture
def empty_environ(
    request: pytest.FixtureRequest, database: str, tmp_path: Path, built_assets: Path
) -> Iterator[dict[str, str]]:
    """Return the settings of a portal whose database, of the same kind, has not a single table."""
    if not database:
        yield settings(tmp_path / "empty", built_assets)
        return
    running: Cluster = request.getfixturevalue("cluster")
    name = running.create()
    yield settings(tmp_path / "empty", built_assets, running.url(name))
    running.drop(name)


@pytest.fixture
def environ(instance: Path, built_assets: Path, database: str) -> dict[str, str]:
    """Return the settings of this test's portal."""
    return settings(instance, built_assets, database)


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Keep templates compiled from test to test."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def app(environ: dict[str, str], compiled_templates: FileSystemBytecodeCache) -> Iterator[Flask]:
    """Build the portal of this test."""
    app = create_app(environ)
    app.jinja_env.bytecode_cache = compiled_templates
    yield app
    close(app)


@pytest.fixture
def app_context(app: Flask) -> Iterator[None]:
    """Stand inside the portal, to call actions and queries; pages are asked for outside of it."""
    with app.app_context():
        yield


@pytest.fixture
def make(app: Flask) -> Make:
    return Make(app)


@pytest.fixture
def client(app: Flask) -> Browser:
    """Return the browser of somebody who is not signed in."""
    return Browser(app)


@pytest.fixture
def sign_in(app: Flask, make: Make) -> SignIn:
    """Return a function that makes an account and a browser signed in to it."""

    def enter(role: Role = Role.EDITOR, station: str = "s1") -> Browser:
        if role in (Role.VOLUNTEER, Role.LEADER):  # each of them is a person with a number, too
            login = make.volunteer_login(make.volunteer(station=station), role)
        else:
            login = make.account(role, station)
        with app.app_context():
            token = open_session(login.id, hours=12)
        browser = Browser(app)
        browser.client.set_cookie("login", token, httponly=True, samesite="Lax")
        return browser

    return enter


@pytest.fixture
def screen(app: Flask, make: Make) -> Callable[..., Browser]:
    """Return a function that pairs a screen of a station and returns its browser."""

    def pair(station: str = "s1", name: str = "服务大厅") -> Browser:
        _kiosk_id, secret = make.kiosk(station, name)
        browser = Browser(app)
        browser.client.set_cookie("kiosk", secret, httponly=True, samesite="Lax")
        return browser

    return pair


@pytest.fixture
def noon() -> Iterator[time_machine.Traveller]:
    """Stop the clocks at noon of a Wednesday, 10 June 2026, at the stations."""
    with time_machine.travel(datetime(2026, 6, 10, 12, tzinfo=ZONE), tick=False) as traveller:
        yield traveller
