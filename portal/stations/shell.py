"""Tell every page whether this is a demonstration, and which seals it may draw."""

from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError

from portal.db import db
from portal.stations import queries
from portal.stations.models import SEAL_SHAPES

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


def init_app(app: Flask) -> None:
    """Give templates the network's helpers."""
    app.jinja_env.globals.update(is_demo=is_demo, SEAL_SHAPES=SEAL_SHAPES, in_language=queries.in_language)
