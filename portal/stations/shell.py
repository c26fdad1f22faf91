"""Tell every page whether this is a demonstration, and which seals it may draw."""

from collections.abc import Callable
from functools import lru_cache

from flask import Flask, current_app
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError

from portal.db import db
from portal.stations import queries
from portal.stations.models import SEAL_SHAPES
from portal.stations.queries import Seal

DEMO = "demo_since"


def is_demo() -> bool:
    """Say whether the network is a demonstration; asked of the database once per process."""
    extensions = current_app.extensions
    if "is_demo" not in extensions:
        try:
            extensions["is_demo"] = queries.fact(DEMO) is not None
        except SQLAlchemyError:  # the page that says the database is down needs a frame, too
            db.session.rollback()
            return False
    return bool(extensions["is_demo"])


def phone_channel() -> str:
    """Return the channel that reaches a resident's phone; empty if only a call does."""
    return "log" if is_demo() else str(current_app.config["PHONE_CHANNEL"])


def drawings(app: Flask) -> dict[str, Callable[..., Markup]]:
    """Return the drawings of templates/ui/art.html that pages repeat by the hundred, each drawn once."""

    @lru_cache(maxsize=1024)
    def draw_seal(seal: Seal, framed: bool = False) -> Markup:
        drawn: Markup = app.jinja_env.get_template("ui/art.html").module.seal(*seal, framed=framed)  # type: ignore[attr-defined]
        return drawn

    @lru_cache(maxsize=1)
    def seal_shapes() -> Markup:
        drawn: Markup = app.jinja_env.get_template("ui/art.html").module.seal_shapes(SEAL_SHAPES)  # type: ignore[attr-defined]
        return drawn

    return {"draw_seal": draw_seal, "seal_shapes": seal_shapes}


def init_app(app: Flask) -> None:
    """Give templates the network's helpers."""
    app.jinja_env.globals.update(is_demo=is_demo, in_language=queries.in_language, **drawings(app))
