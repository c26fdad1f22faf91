"""Let volunteers change what they said of themselves, and hold the secret of their own calendar."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.access import Actor
from portal.accounts import actions as accounts
from portal.audit.actions import record
from portal.contact import phone_index
from portal.db import lock, transaction
from portal.errors import Missing, OutOfDate
from portal.i18n import _
from portal.once import done, earlier
from portal.sealed import derived_token
from portal.tokens import new_token, token_hash
from portal.volunteers.models import Volunteer

PARTS = 3  # morning, afternoon, evening
DAYS = 7


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says of themselves: skills in words, free times as Volunteer.free counts them."""

    skills: str
    free: int


def describe(volunteer_id: int, said: Said, by: Actor) -> None:
    """Keep what a volunteer can do and when they have time; shifts taken already stay taken.

    Raises:
        Missing: they have left.
    """
    with transaction() as session:
        volunteer = _locked(session, volunteer_id, by)
        volunteer.skills = " ".join(said.skills.split())
        volunteer.free = said.free
        record(session, by, "volunteer.described", "volunteer", volunteer_id, volunteer.station_id)


def change_phone(volunteer_id: int, phone: str, password: str, by: Actor) -> None:
    """Keep another phone number (normalised); it signs in, too, so the password is asked for.

    Raises:
        Missing: they have left.
        Refused: the password is wrong.
    """
    accounts.check_password(by.account_id or 0, password)
    with transaction() as session:
        volunteer = _locked(session, volunteer_id, by)
        volunteer.phone, volunteer.phone_index = phone, phone_index(phone)
        record(session, by, "volunteer.phone_changed", "volunteer", volunteer_id, volunteer.station_id)


def make_feed(volunteer_id: int, by: Actor, key: str = "") -> str:
    """Make the secret of somebody's own calendar and return it; an earlier one opens nothing any more.

    The same form again returns the same secret, which only this portal can make of the form's key.

    Raises:
        Missing: they have left.
        OutOfDate: what this form made has been replaced or switched off since.
    """
    form = f"feed.made:{volunteer_id}"
    secret = derived_token("volunteer feed", f"{volunteer_id} {key}") if key else new_token()
    with transaction() as session:
        before = earlier(session, form, by, key)
        volunteer = _locked(session, volunteer_id, by)
        if before is not None:
            if volunteer.feed_hash != token_hash(secret):
                raise OutOfDate(_("That link has been replaced or switched off since. Make a new one."))
            return secret
        volunteer.feed_hash = token_hash(secret)
        record(session, by, "volunteer.feed_made", "volunteer", volunteer_id, volunteer.station_id)
        done(session, form, by, key, "")
        return secret


def switch_feed_off(volunteer_id: int, by: Actor) -> None:
    """Let the secret of somebody's own calendar open nothing any more; twice changes nothing.

    Raises:
        Missing: they have left.
    """
    with transaction() as session:
        volunteer = _locked(session, volunteer_id, by)
        if volunteer.feed_hash is not None:
            volunteer.feed_hash = None
            record(session, by, "volunteer.feed_off", "volunteer", volunteer_id, volunteer.station_id)


def _locked(session: Session, volunteer_id: int, by: Actor) -> Volunteer:
    volunteer = lock(session, Volunteer, volunteer_id)
    if volunteer is None or volunteer.left_at is not None or volunteer.account_id != by.account_id:
        raise Missing
    return volunteer
