"""Count the statements that a page costs."""

from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from typing import Any

from flask import Flask
from sqlalchemy import event

from portal.db import db


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """Collect the statements that the portal sends to its database meanwhile, transactions' edges apart."""
    with app.app_context():
        engine = db.engine
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "SET LOCAL")):
            seen.append(statement)

    due = app.extensions["holidays_due"]
    if due:  # a process looks anew once a minute, and on a slow machine that minute ends anywhere
        app.extensions["holidays_due"] = inf
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
        if due:
            app.extensions["holidays_due"] = due
