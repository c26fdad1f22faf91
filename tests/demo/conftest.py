"""Load the demonstration once for each moment and kind of database; each test gets a copy of its own."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from portal import create_app
from portal.demo.load import LOGINS_FILE, load
from tests.conftest import Template, close, settings
from tests.demo.moments import AFTERNOON

KEPT = ("data_key", "index_key", LOGINS_FILE)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A database with the demonstration in it, and the folder with its keys and logins."""

    database: str
    instance: Path


@pytest.fixture
def moment(request: pytest.FixtureRequest) -> datetime | None:
    """Return when the demonstration is loaded and looked at; None is now."""
    found: datetime | None = getattr(request, "param", AFTERNOON)
    return found


@pytest.fixture(scope="session")
def loaded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, built_assets: Path
) -> Callable[[str, datetime | None], Loaded]:
    """Return a function that gives the loaded database of a kind and a moment."""
    kept: dict[tuple[str, datetime | None], Loaded] = {}

    def give(kind: str, moment: datetime | None) -> Loaded:
        if (kind, moment) not in kept:
            instance = tmp_path_factory.mktemp("demo")
            empty = request.getfixturevalue(f"{kind}_template")
            if kind == "sqlite":
                shutil.copyfile(empty, instance / "portal.db")
                name, url = str(instance / "portal.db"), ""
            else:
                cluster = request.getfixturevalue("cluster")
                name = cluster.create(empty)
                url = cluster.url(name)
            app = create_app(settings(instance, built_assets, url))
            with pytest.MonkeyPatch.context() as patch, _stopped(moment), app.app_context():
                if moment is not None:  # nobody signs in there, and hashing is slow on purpose
                    patch.setattr("portal.demo.load.hash_password", lambda _password: "")
                assert load(instance)
            close(app)
            kept[kind, moment] = Loaded(name, instance)
        return kept[kind, moment]

    return give


@pytest.fixture
def template(
    request: pytest.FixtureRequest,
    template: Template,
    loaded: Callable[[str, datetime | None], Loaded],
    moment: datetime | None,
    instance: Path,
) -> Template:
    """Begin with the demonstration, its keys and its logins, if the test asks for it."""

    def give(kind: str) -> str:
        found = loaded(kind, moment)
        for file in KEPT:
            shutil.copy(found.instance / file, instance / file)
        return found.database

    return give if "demo" in request.fixturenames else template


@pytest.fixture
def demo(app: Flask, instance: Path, moment: datetime | None) -> Iterator[Path]:
    """Stand inside the demonstration, at its moment; return its instance folder."""
    if moment is None:
        yield instance
        return
    with _stopped(moment), app.app_context():
        yield instance


def _stopped(moment: datetime | None) -> time_machine.travel | nullcontext[None]:
    return nullcontext() if moment is None else time_machine.travel(moment, tick=False)
