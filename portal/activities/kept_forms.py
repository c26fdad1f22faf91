"""Keep what is being typed into the form of an activity, as it was typed, so that nothing is lost.

Each window has a row of its own, known by the key of its form; two windows that go on with the same one
take turns, the newest wins and is told so.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.access import Actor
from portal.accounts.models import Account
from portal.activities.models import Activity
from portal.clock import now
from portal.db import Model, db, transaction
from portal.errors import Missing, OutOfDate, Refused
from portal.i18n import _
from portal.once import done, earlier
from portal.stations.queries import is_in_scope

KEPT = timedelta(days=14)
MOST = 5  # of one account; the oldest makes room
LONGEST = 40_000  # characters of one form, written down
SENT = "form.sent"  # what a form that was sent is remembered under

Pairs = Sequence[tuple[str, str]]


class KeptForm(Model):
    """What somebody has typed into the form of an activity and not sent yet."""

    __tablename__ = "kept_form"
    __table_args__ = (
        CheckConstraint("length(fields) <= 40000", name="fields_length"),
        UniqueConstraint("account_id", "key", name="uq_kept_form_account_id_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id))
    activity_id: Mapped[int | None] = mapped_column(  # the draft it changes; None: a new activity
        ForeignKey(Activity.id, ondelete="CASCADE"), index=True
    )
    key: Mapped[str]
    title: Mapped[str]
    fields: Mapped[str]  # [name, value] pairs as JSON
    version: Mapped[int]
    kept_at: Mapped[datetime] = mapped_column(index=True)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Return (name, value) of each field as it was typed."""
        return [(name, value) for name, value in json.loads(self.fields)]


@dataclass(frozen=True, slots=True)
class Kept:
    """That a form was kept; `overtook` is when another window had kept the same one meanwhile."""

    id: int
    version: int
    at: datetime
    overtook: datetime | None


def keep(key: str, title: str, pairs: Pairs, activity_id: int | None, seen: int, by: Actor) -> Kept:
    """Keep what is typed; `seen` is the version that this window has kept last, 0 for none.

    Raises:
        Missing: the draft is not within the actor's scope.
        Refused: it is too much to be kept.
        OutOfDate: this very form has been sent.
    """
    fields = json.dumps(pairs, ensure_ascii=False, separators=(",", ":"))
    if len(fields) > LONGEST:
        raise Refused(_("That is too long to be kept by itself. Please press “Keep as a draft”."))
    if by.account_id is None:
        raise Missing
    with transaction() as session:
        if not key or earlier(session, SENT, by, key) is not None:
            raise OutOfDate(_("This form has been sent already, so nothing more is kept of it."))
        if activity_id is not None:
            _check_draft(session, activity_id, by)
        row = session.scalar(
            sa.select(KeptForm).where(KeptForm.account_id == by.account_id, KeptForm.key == key)
        )
        overtook = row.kept_at if row is not None and row.version != seen else None
        if row is None:
            row = KeptForm(account_id=by.account_id, activity_id=activity_id, key=key, version=0)
            session.add(row)
        row.title, row.fields = title[:80], fields
        row.version += 1
        row.kept_at = now()
        session.flush()
        _make_room(session, by.account_id)
        return Kept(row.id, row.version, row.kept_at, overtook)


def _check_draft(session: Session, activity_id: int, by: Actor) -> None:
    station_id = session.scalar(sa.select(Activity.station_id).where(Activity.id == activity_id))
    if station_id is None or not is_in_scope(station_id, by.scope):
        raise Missing


def _make_room(session: Session, account_id: int) -> None:
    newest = (
        sa.select(KeptForm.id)
        .where(KeptForm.account_id == account_id)
        .order_by(KeptForm.kept_at.desc(), KeptForm.id.desc())
        .limit(MOST)
    )
    session.execute(
        sa.delete(KeptForm)
        .where(KeptForm.account_id == account_id, KeptForm.id.not_in(newest))
        .execution_options(synchronize_session=False)
    )


def sent(session: Session, by: Actor, key: str) -> None:
    """Let go of a form that is being sent, in the transaction that does; what comes late is not kept."""
    if by.account_id is None or not key:
        return
    if earlier(session, SENT, by, key) is None:
        done(session, SENT, by, key, "")
    session.execute(sa.delete(KeptForm).where(KeptForm.account_id == by.account_id, KeptForm.key == key))


def drop(kept_id: int, by: Actor) -> int | None:
    """Let go of what was kept, since its owner begins anew; return the id of the draft it was of.

    Raises:
        Missing: the actor has kept no such form.
    """
    with transaction() as session:
        row = session.get(KeptForm, kept_id)
        if row is None or row.account_id != by.account_id:
            raise Missing
        activity_id = row.activity_id
        session.delete(row)
        return activity_id


def kept_of(by: Actor, activity_id: int | None) -> Sequence[KeptForm]:
    """List what the actor has kept of a draft, or of new activities; the newest first."""
    about = KeptForm.activity_id.is_(None) if activity_id is None else KeptForm.activity_id == activity_id
    return db.session.scalars(
        sa.select(KeptForm)
        .where(KeptForm.account_id == by.account_id, about, KeptForm.kept_at > now() - KEPT)
        .order_by(KeptForm.kept_at.desc(), KeptForm.id.desc())
        .limit(MOST)
    ).all()


def kept(kept_id: int, by: Actor, activity_id: int | None) -> KeptForm:
    """Return one form that the actor has kept.

    Raises:
        Missing: there is none of theirs.
    """
    row = db.session.get(KeptForm, kept_id)
    if row is None or row.account_id != by.account_id or row.activity_id != activity_id:
        raise Missing
    return row


def forget_old() -> None:
    """Drop what was kept two weeks ago and never sent."""
    with transaction() as session:
        session.execute(sa.delete(KeptForm).where(KeptForm.kept_at < now() - KEPT))
