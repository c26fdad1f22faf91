"""Sign people in and out, invite them, make their accounts."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access import NOBODY, Actor, Role
from portal.accounts import passwords
from portal.accounts.models import USERNAME_LEAST, USERNAME_MOST, Account, Invitation, LoginSession
from portal.audit.actions import record
from portal.clock import now
from portal.db import db, transaction
from portal.errors import Missing, Refused
from portal.i18n import _
from portal.tokens import new_token, token_hash

SEEN_EVERY = timedelta(minutes=5)  # how exactly the last click is kept


def sign_in(account_id: int, hours: int) -> str:
    """Open a session for the account and return its token, good for so many hours at most."""
    token = new_token()
    with transaction() as session:
        account = session.get_one(Account, account_id)
        session.add(
            LoginSession(
                token_hash=token_hash(token),
                account_id=account_id,
                created_at=now(),
                seen_at=now(),
                expires_at=now() + timedelta(hours=hours),
            )
        )
        by = Actor(account.id, account.name, account.role, None)
        record(session, by, "session.opened", "account", account.id, account.station_id)
    return token


def log_failed_sign_in(account_id: int | None) -> None:
    """Log that somebody tried a wrong password; the name typed stays out of the log."""
    with transaction() as session:
        record(session, NOBODY, "session.refused", "account", account_id)


def sign_out(session_hash: bytes, by: Actor) -> None:
    """End a session; its cookie opens nothing any more."""
    with transaction() as session:
        session.execute(sa.delete(LoginSession).where(LoginSession.token_hash == session_hash))
        record(session, by, "session.closed", "account", by.account_id)


def end_sessions(session: Session, account_id: int, keep: bytes = b"") -> None:
    """Sign an account out everywhere, but for the session with this hash."""
    session.execute(
        sa.delete(LoginSession).where(LoginSession.account_id == account_id, LoginSession.token_hash != keep)
    )


def note_seen(session_hash: bytes) -> None:
    """Keep that the session is in use."""
    with transaction() as session:
        session.execute(
            sa.update(LoginSession).where(LoginSession.token_hash == session_hash).values(seen_at=now())
        )


def drop_dead_sessions() -> None:
    """Delete the sessions that have run out."""
    with transaction() as session:
        session.execute(sa.delete(LoginSession).where(LoginSession.expires_at < now()))


def invite(role: Role, station_id: int, hours: int, by: Actor) -> str:
    """Make a one-time link's token for a new account with this role and scope."""
    token = new_token()
    with transaction() as session:
        session.add(
            Invitation(
                token_hash=token_hash(token),
                role=role,
                station_id=station_id,
                created_at=now(),
                expires_at=now() + timedelta(hours=hours),
            )
        )
        record(session, by, "account.invited", "station", station_id, station_id, detail=role)
    return token


def accept_invitation(token: str, username: str, name: str, password: str) -> int:
    """Make the account that the invitation promises and return its id.

    Raises:
        Missing: the link is unknown, used or too old.
        Refused: the user name is taken, too short or too long, or the password too easy to guess.
    """
    problem = passwords.fault(password, [username, name])
    if problem:
        raise Refused(problem, field="password")
    hashed = passwords.hash_password(password)
    with transaction() as session:
        invitation = session.get(Invitation, token_hash(token), with_for_update=True)
        if invitation is None or invitation.used_at is not None or invitation.expires_at <= now():
            raise Missing
        username = username.casefold()  # which may be longer than what was typed
        if not USERNAME_LEAST <= len(username) <= USERNAME_MOST:
            raise Refused(_("A user name has 2 to 40 characters."), field="username")
        if session.scalar(sa.select(Account.id).where(Account.username == username)) is not None:
            raise Refused(_("That user name is taken. Please choose another."), field="username")
        account = Account(
            username=username,
            name=name,
            password_hash=hashed,
            role=invitation.role,
            station_id=invitation.station_id,
            created_at=now(),
            disabled_at=None,
        )
        invitation.used_at = now()
        session.add(account)
        session.flush()
        by = Actor(account.id, account.name, account.role, None)
        record(session, by, "account.made", "account", account.id, account.station_id, detail=account.role)
        return account.id


def change_password(account_id: int, old: str, new: str, keep: bytes, by: Actor) -> None:
    """Set a new password and end every other session of the account.

    Raises:
        Refused: the old password is wrong, or the new one too easy to guess.
    """
    with transaction() as session:
        account = session.get_one(Account, account_id)
        hashed, own_words = account.password_hash, [account.username, account.name]
    if not passwords.matches(old, hashed):
        raise Refused(_("That is not your present password."), field="old")
    problem = passwords.fault(new, own_words)
    if problem:
        raise Refused(problem, field="new")
    fresh = passwords.hash_password(new)
    with transaction() as session:
        account = session.get_one(Account, account_id, with_for_update=True)
        if account.password_hash != hashed:
            raise Refused(_("Your password was changed elsewhere just now."), field="old")
        account.password_hash = fresh
        end_sessions(session, account_id, keep)
        record(session, by, "account.password_changed", "account", account_id, account.station_id)


def check_password(account_id: int, password: str) -> None:
    """Make sure that it is really they; call before the transaction, as checking takes its time.

    Raises:
        Refused: the password is not that of the account.
    """
    hashed = db.session.scalar(sa.select(Account.password_hash).where(Account.id == account_id))
    if not passwords.matches(password, hashed):
        raise Refused(_("That is not your present password."), field="password")


def close(account_id: int, name: str, by: Actor) -> None:
    """Close an account for good: its sessions end, nobody signs in again, `name` stands for who it was."""
    with transaction() as session:
        account = session.get_one(Account, account_id, with_for_update=True)
        account.disabled_at = now()
        account.password_hash = ""
        account.name = name
        session.execute(sa.delete(LoginSession).where(LoginSession.account_id == account_id))
        record(session, by, "account.closed", "account", account_id, account.station_id)
