"""Count attempts across all workers, so that “five in a quarter of an hour” means five.

The count lives in a small SQLite file of its own, outside the data and its transactions.
"""

import os
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import limits
from flask import Flask, current_app
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter

SCHEMA = "CREATE TABLE IF NOT EXISTS hit (key TEXT PRIMARY KEY, hits INTEGER NOT NULL, ends REAL NOT NULL)"
COUNT = """
INSERT INTO hit (key, hits, ends) VALUES (:key, :amount, :now + :lasts)
ON CONFLICT (key) DO UPDATE SET
  hits = CASE WHEN ends <= :now THEN excluded.hits ELSE hits + excluded.hits END,
  ends = CASE WHEN ends <= :now THEN excluded.ends ELSE ends END
RETURNING hits
"""


class FileStorage(Storage):
    """Keep fixed-window counts in one SQLite file shared by all workers of a machine."""

    STORAGE_SCHEME = ["portalfile"]

    def __init__(self, path: Path) -> None:
        self._path = path
        self._own = threading.local()
        super().__init__()

    @property
    def base_exceptions(self) -> type[Exception]:
        """Name what can go wrong underneath."""
        return sqlite3.Error

    def _file(self) -> sqlite3.Connection:
        # One connection per thread, and per process after a fork.
        mine: tuple[int, sqlite3.Connection] | None = getattr(self._own, "file", None)
        if mine is None or mine[0] != os.getpid():
            connection = sqlite3.connect(self._path, timeout=5, isolation_level=None)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=OFF")  # a count may be lost with the power
            connection.execute(SCHEMA)
            mine = self._own.file = (os.getpid(), connection)
        return mine[1]

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count one more and return the count of the running window."""
        values = {"key": key, "amount": amount, "now": time.time(), "lasts": expiry}
        return int(self._file().execute(COUNT, values).fetchone()[0])

    def get(self, key: str) -> int:
        """Return the count of the running window."""
        row = (
            self._file()
            .execute("SELECT hits FROM hit WHERE key = ? AND ends > ?", (key, time.time()))
            .fetchone()
        )
        return int(row[0]) if row else 0

    def get_expiry(self, key: str) -> float:
        """Return when the running window ends, in seconds since 1970."""
        row = self._file().execute("SELECT ends FROM hit WHERE key = ?", (key,)).fetchone()
        return float(row[0]) if row else time.time()

    def check(self) -> bool:
        """Say whether the file answers."""
        return bool(self._file().execute("SELECT 1").fetchone())

    def reset(self) -> int:
        """Forget everything."""
        return self._file().execute("DELETE FROM hit").rowcount

    def clear(self, key: str) -> None:
        """Forget one count."""
        self._file().execute("DELETE FROM hit WHERE key = ?", (key,))

    def drop_ended(self) -> None:
        """Delete the windows that are over."""
        self._file().execute("DELETE FROM hit WHERE ends < ?", (time.time(),))


def init_app(app: Flask) -> None:
    """Open the counts of this app."""
    storage = FileStorage(Path(app.config["INSTANCE"]) / "limits.db")
    app.extensions["limits"] = FixedWindowRateLimiter(storage)


def _limiter() -> FixedWindowRateLimiter:
    limiter: FixedWindowRateLimiter = current_app.extensions["limits"]
    return limiter


def hit(rule: str, *whom: str) -> bool:
    """Count an attempt under the rule (“5 per 15 minutes”); say whether it is still within it."""
    return bool(_limiter().hit(limits.parse(rule), *whom))


def left(rule: str, *whom: str) -> tuple[int, int]:
    """Return how many attempts are left, and the seconds until the count begins anew."""
    stats: Any = _limiter().get_window_stats(limits.parse(rule), *whom)
    return max(0, int(stats.remaining)), max(0, round(stats.reset_time - time.time()))


def forgive(rule: str, *whom: str) -> None:
    """Forget the attempts counted so far."""
    _limiter().clear(limits.parse(rule), *whom)


def drop_ended() -> None:
    """Delete the counts that are over."""
    storage = _limiter().storage
    if isinstance(storage, FileStorage):
        storage.drop_ended()
