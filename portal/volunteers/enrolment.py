"""Take people into teams: enrol, let join with approval; activate a login with a one-time code."""

import secrets
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access import Actor, Role
from portal.accounts import passwords
from portal.accounts.actions import end_sessions
from portal.accounts.models import Account
from portal.audit.actions import record
from portal.clock import now, today
from portal.contact import phone_index
from portal.db import db, lock, take_name, transaction
from portal.errors import Missing, OutOfDate, Refused
from portal.i18n import _
from portal.once import done, earlier
from portal.stations.queries import is_in_scope
from portal.tokens import token_hash
from portal.volunteers import ages
from portal.volunteers.models import Membership, MembershipStatus, Team, Volunteer

CODE_DIGITS = 8
CODE_GOOD = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Guardian:
    """Who answers for somebody under age, and the versions of the texts they agreed to."""

    name: str = ""
    relation: str = ""  # a code of registrations' RELATIONS
    phone: str = ""  # normalised
    consent: str = ""
    children_consent: str = ""  # to the children's rules, for who is younger than ages.child()


NO_GUARDIAN = Guardian()


@dataclass(frozen=True, slots=True)
class Person:
    """Who would like to serve, as plain values."""

    name: str
    phone: str  # normalised; empty for none
    born_on: date
    skills: str = ""
    free: int = 0
    guardian: Guardian = NO_GUARDIAN


def ask_to_join(team_id: int, person: Person, consent: str, word: str, by: Actor, key: str = "") -> str:
    """Enrol somebody new, and put the wish before the team; return the volunteer number.

    Whoever is known by name, phone and birthday keeps their number. The same form again makes nothing twice.

    Raises:
        Missing: there is no such team, or it is closed.
        Refused: the team takes nobody at the moment, too young, or the guardian has not agreed.
    """
    with transaction() as session:
        before = earlier(session, "membership.asked", by, key)
        if before is not None:
            return before
        known = _known(session, person)  # locked before the team, as where somebody leaves
        team = lock(session, Team, team_id)
        if team is None or team.closed:
            raise Missing
        if not team.takes_people:
            raise Refused(_("This team takes nobody at the moment. Ask the station for another."))
        _check_age(person)
        volunteer = known or _enrol(session, person, team.station_id, consent)
        _ask(session, team, volunteer, word)
        record(session, by, "membership.asked", "team", team_id, team.station_id, detail=volunteer.number)
        done(session, "membership.asked", by, key, volunteer.number)
        return volunteer.number


def _check_age(person: Person) -> None:
    age = ages.age_on(person.born_on, today())
    if person.born_on > today() or age > 120:
        raise Refused(_("Please check the birthday."), field="born_on")
    if age < ages.youngest():
        raise Refused(
            _("Under %(age)s one helps together with one's parents: let a parent join.", age=ages.youngest()),
            field="born_on",
        )
    check_guardian(person.born_on, person.guardian)


def check_guardian(born_on: date, guardian: Guardian) -> None:
    """Refuse somebody under age whose guardian is not named, or has not agreed to all that is needed.

    Raises:
        Refused: with the field at fault.
    """
    if not ages.is_minor(born_on):
        return
    if not (guardian.name and guardian.phone and guardian.consent):
        raise Refused(
            _(
                "Under %(age)s a parent or guardian has to agree. Please write their name and phone.",
                age=ages.of_age(),
            ),
            field="guardian",
        )
    if ages.is_child(born_on) and not guardian.children_consent:
        raise Refused(
            _("Under %(age)s the guardian agrees to the rules for children's data.", age=ages.child()),
            field="consent_children",
        )


def _known(session: Session, person: Person) -> Volunteer | None:
    if not person.phone:
        return None
    return session.scalar(
        sa.select(Volunteer)
        .where(
            Volunteer.phone_index == phone_index(person.phone),
            Volunteer.name == person.name,
            Volunteer.born_on == person.born_on,
            Volunteer.left_at.is_(None),
        )
        .order_by(Volunteer.id)
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _enrol(session: Session, person: Person, station_id: int, consent: str) -> Volunteer:
    take_name(session, "volunteer number")
    last = session.scalar(sa.select(sa.func.max(Volunteer.id))) or 0
    guardian = person.guardian if ages.is_minor(person.born_on) else NO_GUARDIAN
    volunteer = Volunteer(
        number=f"V-{last + 1:05}",
        account_id=None,
        station_id=station_id,
        name=person.name,
        phone=person.phone or None,
        phone_index=phone_index(person.phone),
        born_on=person.born_on,
        skills=person.skills,
        free=person.free,
        guardian_consent_at=None,
        guardian_withdrew_at=None,
        consent=consent,
        code_hash=None,
        code_until=None,
        feed_hash=None,
        created_at=now(),
        left_at=None,
        anonymised_at=None,
    )
    write_guardian(volunteer, guardian)
    session.add(volunteer)
    session.flush()
    return volunteer


def write_guardian(volunteer: Volunteer, guardian: Guardian) -> None:
    """Keep who answers for somebody, and when they agreed; NO_GUARDIAN for who is of age."""
    volunteer.guardian, volunteer.guardian_relation = guardian.name, guardian.relation
    volunteer.guardian_phone = guardian.phone or None
    volunteer.guardian_consent = guardian.consent
    volunteer.guardian_consent_at = now() if guardian.consent else None
    volunteer.children_consent = guardian.children_consent if ages.is_child(volunteer.born_on) else ""
    volunteer.guardian_withdrew_at = None


def _ask(session: Session, team: Team, volunteer: Volunteer, word: str) -> None:
    live = session.scalar(
        sa.select(Membership).where(
            Membership.team_id == team.id,
            Membership.volunteer_id == volunteer.id,
            Membership.status.in_((MembershipStatus.ASKED, MembershipStatus.MEMBER)),
        )
    )
    if live is None:
        session.add(
            Membership(
                team_id=team.id,
                volunteer_id=volunteer.id,
                status=MembershipStatus.ASKED,
                word=word,
                asked_at=now(),
                decided_at=None,
            )
        )
        session.flush()


def decide(membership_id: int, take: bool, reason: str, by: Actor, leads: int | None = None) -> None:
    """Take somebody into a team, or not; staff of the team's station do, or its leader (`leads`: their id).

    Raises:
        Missing: there is no such wish, or not for this actor.
        OutOfDate: somebody has decided already.
    """
    with transaction() as session:
        membership, team = found_membership(session, membership_id, by, leads)
        if membership.status is not MembershipStatus.ASKED:
            raise OutOfDate(
                _("%(who)s has decided this already.", who=membership.decided_by or _("Somebody"))
            )
        membership.status = MembershipStatus.MEMBER if take else MembershipStatus.REFUSED
        membership.reason = "" if take else reason
        membership.decided_at = now()
        membership.decided_by = by.name
        what = "membership.taken" if take else "membership.refused"
        record(session, by, what, "team", team.id, team.station_id, reason=membership.reason)


def log_phone_shown(membership_id: int, reason: str, by: Actor, leads: int) -> None:
    """Log that a leader (`leads`: their id) looks at the full number of a member, before it is shown.

    Raises:
        Missing: there is no such member in a team of theirs.
    """
    with transaction() as session:
        membership, team = found_membership(session, membership_id, by, leads)
        if membership.status is not MembershipStatus.MEMBER:
            raise Missing
        record(
            session, by, "phone.shown", "volunteer", membership.volunteer_id, team.station_id, reason=reason
        )


def found_membership(
    session: Session, membership_id: int, by: Actor, leads: int | None, own: int | None = None
) -> tuple[Membership, Team]:
    """Lock the team of a membership; return both as they stand now.

    Raises:
        Missing: there is none, or it is neither one's own (`own`), nor the leader's, nor within the scope.
    """
    membership = session.get(Membership, membership_id)
    team = lock(session, Team, membership.team_id) if membership else None
    if membership is None or team is None:
        raise Missing
    session.refresh(membership)
    led = leads is not None and team.leader_id == leads
    mine = own is not None and membership.volunteer_id == own
    staff = leads is None and own is None and is_in_scope(team.station_id, by.scope)
    if not (led or mine or staff):
        raise Missing
    return membership, team


def give_code(volunteer_id: int, by: Actor) -> str:
    """Make a one-time code that activates somebody's login, to print or read out; an earlier one is void.

    Raises:
        Missing: there is no such volunteer within the actor's scope.
        Refused: they have left.
    """
    with transaction() as session:
        volunteer = lock(session, Volunteer, volunteer_id)
        if volunteer is None or not is_in_scope(volunteer.station_id, by.scope):
            raise Missing
        if volunteer.left_at is not None:
            raise Refused(_("This volunteer has left."))
        code = "".join(secrets.choice("0123456789") for _digit in range(CODE_DIGITS))
        volunteer.code_hash = _code_hash(volunteer.number, code)
        volunteer.code_until = now() + CODE_GOOD
        record(session, by, "volunteer.code_given", "volunteer", volunteer_id, volunteer.station_id)
        return code


def _code_hash(number: str, code: str) -> bytes:
    return token_hash(f"volunteer code {number} {code}")


def activate(number: str, code: str, password: str) -> int:
    """Give a volunteer a login with this password, or a new password; return the account's id.

    Raises:
        Refused: number and code do not belong together or the code is too old; the password is too easy.
    """
    # Read, checked and hashed before the transaction: all of that takes its time.
    found = db.session.execute(
        sa.select(Volunteer.id, Volunteer.name).where(Volunteer.number == number)
    ).first()
    problem = passwords.fault(password, [number, found.name] if found else [])
    if problem:
        raise Refused(problem, field="password")
    hashed = passwords.hash_password(password)
    with transaction() as session:
        volunteer = lock(session, Volunteer, found.id) if found else None
        good = (
            volunteer is not None
            and volunteer.code_hash is not None
            and secrets.compare_digest(volunteer.code_hash, _code_hash(number, code))
            and volunteer.code_until is not None
            and volunteer.code_until > now()
        )
        if volunteer is None or not good:
            raise Refused(_("Number and code do not go together, or the code is too old."), field="code")
        volunteer.code_hash = volunteer.code_until = None
        account = session.get(Account, volunteer.account_id) if volunteer.account_id else None
        if account is None:
            account = Account(
                username=volunteer.number.casefold(),
                name=volunteer.name,
                password_hash=hashed,
                role=Role.VOLUNTEER,
                station_id=volunteer.station_id,
                created_at=now(),
                disabled_at=None,
            )
            session.add(account)
            session.flush()
            volunteer.account_id = account.id
        account.password_hash = hashed
        account.disabled_at = None
        end_sessions(session, account.id)  # whoever lost their phone asks for a code
        by = Actor(account.id, account.name, account.role, None)
        record(session, by, "account.made", "account", account.id, account.station_id, detail=account.role)
        return account.id
