"""Hold what people agree to who ask for a room, by version: whoever changes the text gives it a new one.

The text stands in templates/privacy/page.html, and in short beside the tick; a request keeps which version
was shown. Sources: PIPL Art. 13, 17.
"""

from flask import Flask

ROOM = "2026-11"
PAST = frozenset[str]()  # versions that were shown once; a form that agrees to one asks again


def agreed(ticked: str) -> str:
    """Return the version agreed to by a tick; empty if there is none, or it was to a text of the past."""
    return "" if not ticked or ticked in PAST else ROOM


def init_app(app: Flask) -> None:
    """Let the pages that show the text say which version it is."""
    app.jinja_env.globals["ROOM_CONSENT"] = ROOM
