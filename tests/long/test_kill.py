"""The server is killed again and again while people sign up: whoever has seen a reference is signed up.

PORTAL_LONG=1 .venv/bin/python -m pytest -n 0 tests/long; PORTAL_KILLS says how often (20).
"""

import itertools
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from http.cookiejar import CookieJar
from pathlib import Path
from random import Random
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, build_opener

import pytest
import sqlalchemy as sa
from flask import Flask
from selectolax.lexbor import LexborHTMLParser

from portal.config import ROOT
from portal.db import db
from portal.registrations.models import Registration, Status
from tests.make import Make, span
from tests.registrations.test_race import ill_told, wrongs
from tests.web.conftest import free_port, wait_for

KILLS = int(os.environ.get("PORTAL_KILLS", "20"))
MASTER = 5  # each so many kills it is the master that goes, and the portal is started anew
CLIENTS = 6
DATES, SEATS, WAVE = 40, 20, 50  # so many visitors come for one date, then they come for the next
PATIENCE = 60  # seconds for an answer or for a start


class Server:
    """The portal as the README starts it."""

    def __init__(self, environ: dict[str, str], log: Path) -> None:
        self.url = environ["PUBLIC_URL"]
        self._environ = environ
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._killed: set[int] = set()

    def start(self) -> None:
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "wsgi.py"],
                cwd=ROOT,
                env={**os.environ, **self._environ},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        wait_for(self.url, self._process, self._log)

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(PATIENCE)

    def workers(self) -> list[int]:
        assert self._process is not None
        master = self._process.pid
        return [int(child) for child in Path(f"/proc/{master}/task/{master}/children").read_text().split()]

    def kill_worker(self, chance: Random) -> None:
        """Kill a worker, perhaps one that has only just been started."""
        while not (alive := [worker for worker in self.workers() if worker not in self._killed]):
            time.sleep(0.05)
        victim = chance.choice(alive)
        self._killed.add(victim)
        os.kill(victim, signal.SIGKILL)

    def kill_master(self) -> None:
        """Kill it, let its orphaned workers find that out, and start again."""
        assert self._process is not None
        orphans = self.workers()
        self._process.kill()
        self._process.wait(PATIENCE)
        deadline = time.monotonic() + PATIENCE
        while any(Path(f"/proc/{worker}").exists() for worker in orphans):
            assert time.monotonic() < deadline, "workers live on without their master"
            time.sleep(0.05)
        self.start()


@dataclass
class Seen:
    """What all visitors together have seen."""

    references: dict[str, int] = field(default_factory=dict)  # shown to the visitor of this number
    cancelled: set[str] = field(default_factory=set)  # and shown to be so
    cut: int = 0  # requests that were under way when their worker was killed
    kept: int = 0  # forms sent again whose registration was there already: only the answer had been lost
    refused: Counter[int] = field(default_factory=Counter)  # by status
    lock: threading.Lock = field(default_factory=threading.Lock)


class Visitor:
    """Somebody with a browser, who presses again when nothing comes back."""

    def __init__(self, url: str, number: int, seen: Seen) -> None:
        self.url = url
        self.number = number
        self.seen = seen
        self.browser = build_opener(HTTPCookieProcessor(CookieJar()))
        # Behind a proxy each has an address of their own; one address would be asked to slow down.
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        self.browser.addheaders = [("X-Forwarded-For", address)]

    def ask(self, address: str, fields: dict[str, str] | None = None) -> tuple[str, LexborHTMLParser]:
        """Open an address or send a form, again and again until a page comes; return where and what it is."""
        body = None if fields is None else urlencode(fields).encode()
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                with self.browser.open(urljoin(self.url, address), body, timeout=PATIENCE) as answer:
                    return answer.url, LexborHTMLParser(answer.read().decode())
            except HTTPError as error:
                error.close()
                with self.seen.lock:
                    self.seen.refused[error.code] += 1
                if error.code != 503:
                    raise
            except (OSError, HTTPException) as error:
                refused = isinstance(getattr(error, "reason", error), ConnectionRefusedError)
                with self.seen.lock:
                    self.seen.cut += not refused
            time.sleep(0.1)
        raise TimeoutError(f"no answer from {address}")

    def sign_up(self, occurrence_id: int) -> None:
        address = f"/occurrences/{occurrence_id}/register"
        _, form = self.ask(address)
        page, shown = self.ask(
            address,
            {
                "csrf_token": value(form, "csrf_token"),
                "key": value(form, "key"),
                "name": f"示例{self.number}",
                "phone": f"139{self.number:08}",
                "adults": str(1 + self.number % 3),
                "children": "0",
                "consent": value(form, "consent"),
            },
        )
        reference = shown.css("output#reference")[0].text()
        with self.seen.lock:
            self.seen.references[reference] = self.number
            self.seen.kept += bool(shown.css("main .flash"))
        if self.number % 4 == 0:
            self.cancel(page, reference)

    def cancel(self, page: str, reference: str) -> None:
        _, form = self.ask(f"{page}/cancel")
        self.ask(f"{page}/cancel", {"csrf_token": value(form, "csrf_token"), "key": value(form, "key")})
        with self.seen.lock:
            self.seen.cancelled.add(reference)


def value(page: LexborHTMLParser, name: str) -> str:
    return page.css(f'main [name="{name}"]')[0].attributes["value"] or ""


@contextmanager
def visitors(url: str, dates: list[int], seen: Seen) -> Iterator[None]:
    """Let visitor after visitor come, several at a time, until the block ends and the last are served."""
    numbers = itertools.count(1)
    done = threading.Event()
    faults: list[BaseException] = []

    def come() -> None:
        while not done.is_set():
            number = next(numbers)
            try:
                Visitor(url, number, seen).sign_up(dates[number // WAVE % len(dates)])
            except BaseException as fault:
                faults.append(fault)
                return

    threads = [threading.Thread(target=come) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        done.set()
        for thread in threads:
            thread.join(2 * PATIENCE)
    assert faults == []


def test_whoever_has_seen_a_reference_is_signed_up_whatever_is_killed(
    app: Flask,
    environ: dict[str, str],
    make: Make,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    dates = [make.class_with_seats(SEATS, span(2)) for _ in range(DATES)]
    bind = f"127.0.0.1:{free_port()}"
    here = {"BIND": bind, "PUBLIC_URL": f"http://{bind}", "WEB_CONCURRENCY": "2", "PROXIES": "1"}
    server, seen, chance = Server(environ | here, tmp_path / "log"), Seen(), Random(1)
    server.start()
    try:
        with visitors(server.url, dates, seen):
            for kill in range(1, KILLS + 1):
                time.sleep(chance.uniform(0.3, 2.5))
                if kill % MASTER:
                    server.kill_worker(chance)
                else:
                    server.kill_master()
            time.sleep(2)
    finally:
        server.stop()
    with app.app_context():
        stands = {
            row.reference: (row.name, row.status)
            for row in db.session.execute(
                sa.select(Registration.reference, Registration.name, Registration.status)
            )
        }
        found = {date: bad for date in dates if (bad := wrongs(date) + ill_told(date))}
        if db.engine.dialect.name == "sqlite":
            assert db.session.execute(sa.text("PRAGMA integrity_check")).scalar_one() == "ok"
    lost = [
        reference
        for reference, number in seen.references.items()
        if stands.get(reference, ("",))[0] != f"示例{number}"
    ]
    with capsys.disabled():
        print(
            f"\n{KILLS} kills, {len(seen.references)} references shown, {len(lost)} lost; "
            f"{len(stands)} rows, {len(seen.cancelled)} cancelled, {seen.cut} requests cut off, "
            f"{seen.kept} of them when all but the answer was done, refused {dict(seen.refused)}"
        )
    assert lost == []
    assert found == {}
    assert {stands[reference][1] for reference in seen.cancelled} <= {Status.CANCELLED}
    # Whoever pressed again after a kill is signed up once.
    assert [name for name, times in Counter(name for name, _ in stands.values()).items() if times > 1] == []
    assert seen.refused.keys() <= {503}
    assert len(seen.references) > KILLS
    assert not re.search(r"incident|damaged", (tmp_path / "log").read_text())
