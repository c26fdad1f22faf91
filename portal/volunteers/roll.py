"""List the volunteers of a scope for staff: narrowed, page by page."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from portal.access import Scope
from portal.clock import start_of, today
from portal.contact import is_phone, phone_index, phone_of
from portal.db import db, like
from portal.stations.queries import in_language, in_scope
from portal.volunteers import ages
from portal.volunteers.models import Membership, MembershipStatus, Volunteer
from portal.volunteers.shift_models import Post, Presence, ServiceRecord

EACH = 40  # people on a page
IDLE_YEARS = 3  # then one asks whether they would like to stay, and deletes nothing (product §5.4)


class Standing(StrEnum):
    """Where people stand; without one, all who have not left."""

    ASKED = "asked"
    MEMBER = "member"
    LEFT = "left"


class Who(StrEnum):
    """Whom the list is narrowed to."""

    MINOR = "minor"
    NO_LOGIN = "no_login"
    IDLE = "idle"


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What the list is narrowed by; `words` is a name, number, whole phone number or skill."""

    words: str = ""
    team_id: int | None = None
    standing: Standing | None = None
    who: Who | None = None


@dataclass(frozen=True, slots=True)
class VolunteerRow:
    """A volunteer as staff lists show it; `age` is None where nobody knows it."""

    id: int
    number: str
    name: str
    skills: str
    station_name: str
    teams: str
    has_login: bool
    age: int | None
    is_minor: bool
    has_left: bool


@dataclass(frozen=True, slots=True)
class Roll:
    """A page of the list: page `number` of `pages`, `total` people in all."""

    rows: list[VolunteerRow]
    total: int
    number: int
    pages: int


def roll(narrowed: Narrowed, scope: Scope, number: int = 1) -> Roll:
    """List a page of the volunteers of a scope, by number; beyond the last page stands the last one."""
    conditions = _conditions(narrowed, scope)
    total = db.session.scalar(sa.select(sa.func.count()).select_from(Volunteer).where(*conditions)) or 0
    pages = max(1, -(-total // EACH))
    number = min(max(1, number), pages)
    found = db.session.scalars(
        sa.select(Volunteer)
        .where(*conditions)
        .options(
            joinedload(Volunteer.station), selectinload(Volunteer.memberships).joinedload(Membership.team)
        )
        .order_by(Volunteer.number)
        .limit(EACH)
        .offset((number - 1) * EACH)
    )
    return Roll([_row(one, today()) for one in found], total, number, pages)


def _row(one: Volunteer, day: date) -> VolunteerRow:
    return VolunteerRow(
        one.id,
        one.number,
        one.name,
        one.skills,
        in_language(one.station.short_name, one.station.short_name_en),
        " ".join(each.team.name for each in one.memberships if each.status is MembershipStatus.MEMBER),
        one.account_id is not None,
        ages.age_on(one.born_on, day) if one.born_on else None,
        ages.is_minor(one.born_on),
        one.left_at is not None,
    )


def _conditions(narrowed: Narrowed, scope: Scope) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = [in_scope(Volunteer.station_id, scope)]
    left = narrowed.standing is Standing.LEFT
    found.append(Volunteer.left_at.is_not(None) if left else Volunteer.left_at.is_(None))
    if narrowed.team_id is not None or narrowed.standing in (Standing.ASKED, Standing.MEMBER):
        found.append(_belongs(narrowed.team_id, narrowed.standing))
    if narrowed.who is Who.MINOR:
        found.append(Volunteer.born_on > ages.last_birthday(ages.of_age(), today()))
    elif narrowed.who is Who.NO_LOGIN:
        found.append(Volunteer.account_id.is_(None))
    elif narrowed.who is Who.IDLE:
        found += _idle_since(ages.last_birthday(IDLE_YEARS, today()))
    digits = phone_of(narrowed.words)
    if is_phone(digits):
        found.append(Volunteer.phone_index == phone_index(digits))
    elif narrowed.words:
        found.append(
            sa.or_(
                like(Volunteer.name, narrowed.words),
                like(Volunteer.number, narrowed.words.upper()),
                like(Volunteer.skills, narrowed.words),
            )
        )
    return found


def _belongs(team_id: int | None, standing: Standing | None) -> sa.ColumnElement[bool]:
    states = {
        Standing.ASKED: [MembershipStatus.ASKED],
        Standing.MEMBER: [MembershipStatus.MEMBER],
        Standing.LEFT: list(MembershipStatus),
    }
    belongs = sa.exists().where(
        Membership.volunteer_id == Volunteer.id,
        Membership.status.in_(states[standing or Standing.MEMBER]),
    )
    return belongs if team_id is None else belongs.where(Membership.team_id == team_id)


def _idle_since(day: date) -> list[sa.ColumnElement[bool]]:
    """Say in SQL that somebody is here since before a day and has neither served nor taken a shift since."""
    moment = start_of(day + timedelta(days=1))
    return [
        Volunteer.created_at < moment,
        ~sa.exists().where(Presence.volunteer_id == Volunteer.id, Presence.day > day),
        ~sa.exists().where(ServiceRecord.volunteer_id == Volunteer.id, ServiceRecord.day > day),
        ~sa.exists().where(Post.volunteer_id == Volunteer.id, Post.changed_at >= moment),
    ]
