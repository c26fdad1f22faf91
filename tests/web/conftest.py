"""Start the portal as people do, with its one command, and drive a real Chromium against it."""

import csv
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from portal.config import ROOT
from tests.conftest import absent

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE = 90  # seconds for the demonstration to be there on a busy machine
SLOWEST = 45_000  # ms for a page there; who waits for less fails for want of a processor
expect.set_options(timeout=20_000)


@dataclass(frozen=True, slots=True)
class Site:
    """A running portal with the demonstration in it."""

    url: str
    instance: Path

    def password(self, username: str) -> str:
        """Return the password that the start printed for this login."""
        with (self.instance / "demo-logins.tsv").open() as file:
            return next(
                row["password"] for row in csv.DictReader(file, delimiter="\t") if row["username"] == username
            )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve the demonstration with the README's command."""
    instance, port = tmp_path_factory.mktemp("site"), free_port()
    url = f"http://127.0.0.1:{port}"
    settings = {
        "INSTANCE": str(instance),
        "BIND": f"127.0.0.1:{port}",
        "PUBLIC_URL": url,
        "WEB_CONCURRENCY": "2",
    }
    log = (instance / "log").open("w")
    process = subprocess.Popen(
        [sys.executable, "wsgi.py", "--demo"],
        cwd=ROOT,
        env={**os.environ, **settings, "DATABASE_URL": ""},
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        wait_for(url, process, instance / "log")
        yield Site(url, instance)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)
        log.close()


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"the portal ended while starting:\n{log.read_text()[-3000:]}")
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"the portal did not answer in {PATIENCE} s:\n{log.read_text()[-3000:]}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Run the installed Chromium."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        absent("no Chromium is installed for the browser tests")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=list(FLAGS))
        yield browser
        browser.close()


WINDOWS = ((360, True), (360, False), (1280, True), (1280, False))


@pytest.fixture(params=WINDOWS, ids=["phone", "phone without script", "desktop", "desktop without script"])
def context(request: pytest.FixtureRequest, chromium: Browser, site: Site) -> Iterator[BrowserContext]:
    """Open a window: a phone's and a desktop's width, with and without JavaScript."""
    width, script = request.param
    context = chromium.new_context(
        base_url=site.url,
        viewport={"width": width, "height": 800},
        java_script_enabled=script,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    context.set_default_timeout(SLOWEST)
    yield context
    context.close()


def is_fault(message: ConsoleMessage) -> bool:
    """Tell a fault from a form that was answered with 409 or 422, which browsers note as errors, too."""
    return message.type == "error" and not re.search(r"status of 4(09|22)", message.text)


@pytest.fixture
def tab(context: BrowserContext) -> Iterator[Page]:
    """Open a tab that must end without an error in its console."""
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if is_fault(message) else None)
    yield page
    assert faults == []


def sign_in(tab: Page, site: Site, username: str) -> None:
    """Sign in as one of the demonstration's people."""
    tab.goto("/login")
    tab.get_by_label("账号或手机号").fill(username)
    tab.get_by_label("密码").fill(site.password(username))
    tab.get_by_role("button", name="登录").click()
    expect(tab).to_have_url(re.compile("/staff/$"))
