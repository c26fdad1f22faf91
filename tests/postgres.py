"""Start a throwaway PostgreSQL cluster from the installed server binaries, for one run of the tests."""

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

START_WITHIN = 30.0  # seconds
CLUSTER = ("-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--locale=C.UTF-8")
SETTINGS = (
    "listen_addresses=",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=200",
)


def binaries() -> Path | None:
    """Return the folder of the newest server binaries, None if there is none."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if installed:
        return installed[-1].parent
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


class Cluster:
    """A running cluster; its databases are copies of one another."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)

    def url(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self._folder}"

    def create(self, template: str = "template0") -> str:
        """Make a database, a copy of the template, and return its name."""
        name = f"portal_{next(self._numbers)}"
        self._run("CREATE DATABASE {} TEMPLATE {}", name, template)
        return name

    def drop(self, name: str) -> None:
        self._run("DROP DATABASE {} WITH (FORCE)", name)

    def rename(self, name: str, to: str) -> None:
        self._run("ALTER DATABASE {} RENAME TO {}", name, to)

    def _run(self, statement: str, *names: str) -> None:
        query = sql.SQL(statement).format(*map(sql.Identifier, names))
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if statement.startswith("CREATE") and connection.info.server_version >= 150_000:
                query += sql.SQL(" STRATEGY FILE_COPY")  # twice as fast; before, it was the only way
            connection.execute(query)


@contextmanager
def running() -> Iterator[Cluster]:
    """Run a cluster on a socket of its own; stop it and leave nothing behind."""
    programs = binaries()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="portal-pg-"))
    become = _prefix(folder)
    data = folder / "data"
    try:
        make = [programs / "initdb", "-D", data, *CLUSTER]
        subprocess.run([*become, *map(str, make)], check=True, capture_output=True, cwd=folder)
        with (folder / "log").open("wb") as log:
            options = [part for setting in SETTINGS for part in ("-c", setting)]
            server = subprocess.Popen(
                [*become, programs / "postgres", "-D", data, "-k", folder, *options],
                stdout=log,
                stderr=log,
                cwd=folder,
            )
        try:
            cluster = Cluster(folder)
            _await(server, cluster, folder / "log")
            yield cluster
        finally:
            server.send_signal(signal.SIGQUIT)  # at once; nothing in it is worth keeping
            server.wait(timeout=30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _prefix(folder: Path) -> list[str]:
    # The server refuses root; whoever kills these tests takes the server down with them.
    if os.geteuid() != 0:
        return ["setpriv", "--pdeathsig", "QUIT"] if shutil.which("setpriv") else []
    user = pwd.getpwnam("postgres")
    os.chown(folder, user.pw_uid, user.pw_gid)
    identity = ["--reuid", str(user.pw_uid), "--regid", str(user.pw_gid), "--clear-groups"]
    return ["setpriv", *identity, "--pdeathsig", "QUIT"]


def _await(server: subprocess.Popen[bytes], cluster: Cluster, log: Path) -> None:
    deadline = time.monotonic() + START_WITHIN
    while True:
        try:
            psycopg.connect(cluster.url("postgres")).close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text()}") from None
            time.sleep(0.05)
        else:
            return
