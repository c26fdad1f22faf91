"""Log what was asked and what went wrong, without names, phones or tokens."""

import logging
import re
import secrets
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, g, request

PHONE = re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)")
SECRET = re.compile(r"[A-Za-z0-9_-]{20,}")
# PostgreSQL quotes the row that it refuses, with all that people wrote into it.
DETAIL = re.compile(
    r"^DETAIL:.*?(?=^\[SQL:|^The above exception|^During handling|\Z)", re.MULTILINE | re.DOTALL
)
STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")

access = logging.getLogger("portal.access")
StartResponse = Callable[..., Any]


class Cleaner(logging.Formatter):
    """Format a record so that it holds no full phone number and stays on its own lines."""

    def format(self, record: logging.LogRecord) -> str:
        """Mask phone numbers and escape characters that could fake a line of log."""
        lines = super().format(record).split("\n")
        return "\n  ".join(clean(line) for line in lines)

    def formatException(self, fault: Any) -> str:
        """Leave out of a traceback what the database says of the row it refused."""
        return DETAIL.sub("DETAIL: left out\n", super().formatException(fault))

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Keep the message itself on one line; only a traceback may have several."""
        return clean(super().formatMessage(record))


def clean(text: str) -> str:
    """Mask phone numbers and steering characters."""
    text = STEERING.sub(lambda found: f"\\x{ord(found.group()):02x}", text)
    return PHONE.sub(r"\1****\2", text)


def path_for_log(path: str) -> str:
    """Return a path whose long segments, which may be private links, are left out."""
    return SECRET.sub("…", path)[:200]


class AccessLog:
    """Log each request around the whole application, cached answers and files included."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Serve and log one request."""
        begun = time.perf_counter()
        status = "-"

        def note(line: str, *rest: Any) -> Any:
            nonlocal status
            status = line[:3]
            return start_response(line, *rest)

        environ["portal.request_id"] = secrets.token_hex(6)
        try:
            return self._application(environ, note)
        finally:
            access.info(
                "%s %s %s %.0fms %s",
                environ.get("REQUEST_METHOD", "-"),
                path_for_log(environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8", "replace")),
                status,
                (time.perf_counter() - begun) * 1000,
                environ["portal.request_id"],
            )


def init_app(app: Flask) -> None:
    """Number the requests and log them; call last, so that the log stands around everything."""
    app.wsgi_app = AccessLog(app.wsgi_app)  # type: ignore[method-assign]

    @app.before_request
    def number_request() -> None:
        g.request_id = request.environ.get("portal.request_id", "")


def set_up() -> None:
    """Send the portal's logs to standard output."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(Cleaner("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger("portal")
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    root.propagate = False
