"""Tell a supervisor whether the portal lives, and whether it can do its work."""

import shutil

import sqlalchemy as sa
from flask import Blueprint, Response, current_app, jsonify
from sqlalchemy.exc import SQLAlchemyError

from portal.access import public
from portal.clock import now
from portal.db import db, transaction
from portal.errors import Busy
from portal.once import Submission
from portal.web.limits import hit

LEAST_DISK = 200 * 1024 * 1024  # bytes

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def alive() -> Response:
    """Say that the process answers."""
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
@public
def ready() -> tuple[Response, int]:
    """Say which parts are ready: database reads, database writes, disk; 503 when one is not."""
    checks = {"database": _reads(), "writes": _writes(), "disk": _has_room()}
    return jsonify(checks), 200 if all(checks.values()) else 503


def _reads() -> bool:
    try:
        db.session.execute(sa.select(Submission.at).limit(1))
    except SQLAlchemyError:
        db.session.rollback()
        return False
    return True


class _NothingKept(Exception):
    """Undo the trial write."""


def _writes() -> bool:
    if not hit("60 per minute", "readyz"):  # a write turn is too dear to be had without limit
        return True
    try:
        with transaction() as session:
            session.add(Submission(key_hash=b"readiness".ljust(32), result="", at=now()))
            session.flush()
            raise _NothingKept
    except _NothingKept:
        return True
    except (SQLAlchemyError, Busy):
        return False


def _has_room() -> bool:
    return shutil.disk_usage(current_app.config["INSTANCE"]).free > LEAST_DISK
