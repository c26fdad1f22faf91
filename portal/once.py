"""Let a form that was sent twice happen once."""

import hashlib
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.access import Actor
from portal.clock import now
from portal.db import Model, take_name


class Submission(Model):
    """One form that was carried out, known by the key it carried, and what came of it."""

    __tablename__ = "submission"

    key_hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    result: Mapped[str]
    at: Mapped[datetime] = mapped_column(index=True)


def _hash(action: str, by: Actor, key: str) -> bytes:
    # Who and what belong to it, so that a key seen by somebody else opens nothing.
    return hashlib.sha256(f"{action}\0{by.account_id}\0{key}".encode()).digest()


def earlier(session: Session, action: str, by: Actor, key: str) -> str | None:
    """Return what came of this very form before, or None if it is new; call first in the action.

    Until the transaction ends, the same form sent in parallel waits here.
    """
    if not key:
        return None
    hashed = _hash(action, by, key)
    take_name(session, hashed.hex())
    found = session.get(Submission, hashed)
    return found.result if found else None


def done(session: Session, action: str, by: Actor, key: str, result: str) -> None:
    """Remember what came of the form."""
    if key:
        session.add(Submission(key_hash=_hash(action, by, key), result=result, at=now()))


def forget_before(session: Session, moment: datetime) -> int:
    """Drop keys older than the moment; a form that old is not sent again. Return how many."""
    deleted = session.execute(sa.delete(Submission).where(Submission.at < moment))
    return int(deleted.rowcount)  # type: ignore[attr-defined]
