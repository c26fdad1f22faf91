"""Check volunteers in and out: by the rotating code of an occurrence, by roll call, or written down later."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session, contains_eager

from portal.access import Actor
from portal.activities.models import Occurrence, OccurrenceStatus
from portal.audit.actions import record
from portal.clock import end_of, local, now, start_of, today
from portal.db import db, lock, transaction
from portal.errors import Missing, Refused
from portal.i18n import _, clock_time
from portal.sealed import keys
from portal.stations.queries import is_in_scope
from portal.volunteers import ages, days, hours
from portal.volunteers.days import EARLY
from portal.volunteers.models import Membership, MembershipStatus, Team, Volunteer
from portal.volunteers.shift_models import CheckWay, Post, PostStatus, Presence, Shift
from portal.volunteers.shift_rules import nearness

STEP = timedelta(minutes=2)
MOST_PAIRS = 3
# A code is shown for one step and taken for another: so long the same code may come twice.
AGAIN = 2 * STEP
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


class Outcome(StrEnum):
    """What came of a code."""

    IN = "in"
    OUT = "out"
    STILL_IN = "still_in"
    STILL_OUT = "still_out"


@dataclass(frozen=True, slots=True)
class Checked:
    """What stands now, and since when; only IN and OUT have changed anything."""

    outcome: Outcome
    presence_id: int
    occurrence_id: int
    since: datetime


def code_at(occurrence_id: int, moment: datetime, back: int = 0) -> str:
    """Return the six digits of an occurrence at a moment, or so many steps before."""
    step = (moment - EPOCH) // STEP - back
    # With the day in it, so that no code of yesterday is one of today.
    text = f"{occurrence_id} {local(moment).date()} {step}"
    return f"{int.from_bytes(keys().digest('check-in code', text)[:8]) % 1_000_000:06}"


def _meant(session: Session, code: str, moment: datetime) -> Occurrence:
    """Return the one occurrence whose code this is now.

    Raises:
        Refused: it is none's, or by chance two have the same.
    """
    day = local(moment).date()
    rows = session.scalars(
        sa.select(Occurrence)
        .where(
            Occurrence.published.is_(True),
            Occurrence.status == OccurrenceStatus.PLANNED,
            sa.or_(
                sa.and_(Occurrence.starts_at < end_of(day), Occurrence.ends_at >= start_of(day)),
                days.has_shift_between(start_of(day), end_of(day)),
            ),
        )
        .order_by(Occurrence.id)
    ).all()
    found = [
        one.occurrence
        for one in days.services_at(rows)
        if one.is_open(moment)
        and any(hmac.compare_digest(code_at(one.occurrence.id, moment, back), code) for back in (0, 1))
    ]
    if not found:
        raise Refused(_("This code is not good now. Type the one that is shown at the place."), field="code")
    if len(found) > 1:
        raise Refused(_("Please wait two minutes and type the next code."), field="code")
    return found[0]


def check(code: str, volunteer_id: int, by: Actor) -> Checked:
    """Check a volunteer in, or out if a pair is open; the same code again changes nothing.

    Raises:
        Missing: there is no such volunteer.
        Refused: the code is not good, three pairs are full, they are in no team, or the clock has jumped.
    """
    with transaction() as session:
        volunteer, occurrence, pairs = _by_code(session, code, volunteer_id)
        last = pairs[-1] if pairs else None
        if last is not None and last.out_at is None:
            if timedelta(0) <= now() - last.in_at < AGAIN:
                return _stands(last)
            return _leave(session, volunteer, last, now(), CheckWay.CODE, by)
        if last is not None and last.out_at is not None and timedelta(0) <= now() - last.out_at < AGAIN:
            return _stands(last)
        return _come(session, volunteer, occurrence, pairs, now(), CheckWay.CODE, by)


def check_in(code: str, volunteer_id: int, by: Actor) -> Checked:
    """Check a volunteer in; who is in stays so.

    Raises:
        Missing, Refused: as check().
    """
    with transaction() as session:
        volunteer, occurrence, pairs = _by_code(session, code, volunteer_id)
        if pairs and pairs[-1].out_at is None:
            return _stands(pairs[-1])
        return _come(session, volunteer, occurrence, pairs, now(), CheckWay.CODE, by)


def check_out(code: str, volunteer_id: int, by: Actor) -> Checked:
    """Check a volunteer out; who is out stays so.

    Raises:
        Missing, Refused: as check(), or they never checked in today.
    """
    with transaction() as session:
        volunteer, _occurrence, pairs = _by_code(session, code, volunteer_id)
        if not pairs:
            raise Refused(_("You are not checked in here today."), field="code")
        if pairs[-1].out_at is not None:
            return _stands(pairs[-1])
        return _leave(session, volunteer, pairs[-1], now(), CheckWay.CODE, by)


def call_in(
    occurrence_id: int, volunteer_id: int, moment: datetime, by: Actor, leads: int | None = None
) -> Checked:
    """Check somebody in by roll call at a moment of today or before; by staff, or their leader (`leads`).

    Raises:
        Missing: it is not this actor's to call.
        Refused: the moment is no moment of the occurrence, or overlaps a pair; three pairs are full.
    """
    with transaction() as session:
        occurrence = _to_call(session, occurrence_id, by, leads)
        volunteer, pairs = _of(session, volunteer_id, occurrence_id, local(moment).date())
        _check_led(session, volunteer, leads)
        if pairs and pairs[-1].out_at is None:
            return _stands(pairs[-1])
        if not days.service_at(occurrence).is_open(moment):
            raise Refused(_("The activity was not on at that time."), field="at")
        way = CheckWay.ROLL_CALL if now() - moment < EARLY else CheckWay.AFTERWARDS
        return _come(session, volunteer, occurrence, pairs, moment, way, by)


def call_out(presence_id: int, moment: datetime | None, by: Actor, leads: int | None = None) -> Checked:
    """Check somebody out: now, or at the moment at which they went, which is marked as written down later.

    Raises:
        Missing: it is not this actor's to call.
        Refused: that is before they came, still to come, or on another day.
    """
    with transaction() as session:
        known = session.get(Presence, presence_id)
        if known is None:
            raise Missing
        _to_call(session, known.occurrence_id, by, leads)
        volunteer, pairs = _of(session, known.volunteer_id, known.occurrence_id, known.day)
        _check_led(session, volunteer, leads)
        pair = next(pair for pair in pairs if pair.id == presence_id)
        if pair.out_at is not None:
            return _stands(pair)
        way = CheckWay.ROLL_CALL if moment is None else CheckWay.AFTERWARDS
        return _leave(session, volunteer, pair, moment or now(), way, by)


def note_absent(occurrence_id: int, volunteer_id: int, absent: bool, by: Actor) -> None:
    """Note that somebody with a post did not come, or take that back; then nobody waits for their hours.

    Raises:
        Missing: there is no such post within the actor's scope.
        Refused: the shift is not over yet, or they were checked in.
    """
    with transaction() as session:
        occurrence = _to_call(session, occurrence_id, by, None)
        if lock(session, Volunteer, volunteer_id) is None:
            raise Missing
        rows = session.scalars(
            sa.select(Post)
            .join(Post.shift)
            .options(contains_eager(Post.shift))
            .where(
                Shift.occurrence_id == occurrence_id,
                Post.volunteer_id == volunteer_id,
                Post.status == PostStatus.CONFIRMED,
            )
        ).all()
        if not rows:
            raise Missing
        if max(occurrence.ends_at, *(post.shift.ends_at for post in rows)) > now():
            raise Refused(_("It is not over yet."))
        came = sa.exists().where(
            Presence.volunteer_id == volunteer_id, Presence.occurrence_id == occurrence_id
        )
        if absent and session.scalar(sa.select(came)):
            raise Refused(_("They were checked in, so they came."))
        for post in rows:
            post.absent_at = now() if absent else None
        what = "post.absent" if absent else "post.not_absent"
        record(session, by, what, "post", rows[0].id, occurrence.station_id)


def _by_code(session: Session, code: str, volunteer_id: int) -> tuple[Volunteer, Occurrence, list[Presence]]:
    occurrence = _held(session, _meant(session, code, now()).id)
    if occurrence is None or not days.service_at(occurrence).is_open(now()):
        raise Refused(_("This code is not good now. Type the one that is shown at the place."), field="code")
    volunteer, pairs = _of(session, volunteer_id, occurrence.id, today())
    return volunteer, occurrence, pairs


def _held(session: Session, occurrence_id: int) -> Occurrence | None:
    """Return a date as it stays until we are done; many may check in at once, before their own lock."""
    shared = {"read": True}
    return session.get(Occurrence, occurrence_id, with_for_update=shared, populate_existing=True)


def _of(
    session: Session, volunteer_id: int, occurrence_id: int, day: date
) -> tuple[Volunteer, list[Presence]]:
    volunteer = lock(session, Volunteer, volunteer_id)  # two devices at once: one after the other
    if volunteer is None or volunteer.left_at is not None:
        raise Missing
    pairs = session.scalars(
        sa.select(Presence)
        .where(
            Presence.volunteer_id == volunteer_id,
            Presence.occurrence_id == occurrence_id,
            Presence.day == day,
        )
        .order_by(Presence.number)
        .execution_options(populate_existing=True)
    )
    return volunteer, list(pairs)


def _to_call(session: Session, occurrence_id: int, by: Actor, leads: int | None) -> Occurrence:
    occurrence = _held(session, occurrence_id)
    if occurrence is None or not occurrence.published:
        raise Missing
    if leads is None and not is_in_scope(occurrence.station_id, by.scope):
        raise Missing
    if leads is not None and not may_lead(occurrence_id, leads):
        raise Missing
    return occurrence


def may_lead(occurrence_id: int, volunteer_id: int) -> bool:
    """Say whether a team that this volunteer leads has a shift, or somebody there, at an occurrence."""
    led = sa.select(Team.id).where(Team.leader_id == volunteer_id, Team.closed.is_(False))
    shift = sa.exists().where(Shift.occurrence_id == occurrence_id, Shift.team_id.in_(led))
    posted = sa.exists().where(
        Post.shift_id == Shift.id,
        Shift.occurrence_id == occurrence_id,
        Post.team_id.in_(led),
        Post.status == PostStatus.CONFIRMED,
    )
    there = sa.exists().where(Presence.occurrence_id == occurrence_id, Presence.team_id.in_(led))
    return bool(db.session.scalar(sa.select(sa.or_(shift, posted, there))))


def _check_led(session: Session, volunteer: Volunteer, leads: int | None) -> None:
    if leads is None:
        return
    if volunteer.id == leads:
        raise Refused(_("Type the code for yourself; you call the roll for the others."))
    led = sa.select(Membership.id).join(Team, Team.id == Membership.team_id).where(
        Team.leader_id == leads,
        Membership.volunteer_id == volunteer.id,
        Membership.status == MembershipStatus.MEMBER,
    )  # fmt: skip
    if session.scalar(led.limit(1)) is None:
        raise Missing


def _stands(pair: Presence) -> Checked:
    if pair.out_at is None:
        return Checked(Outcome.STILL_IN, pair.id, pair.occurrence_id, pair.in_at)
    return Checked(Outcome.STILL_OUT, pair.id, pair.occurrence_id, pair.out_at)


def _come(
    session: Session,
    volunteer: Volunteer,
    occurrence: Occurrence,
    pairs: Sequence[Presence],
    moment: datetime,
    way: CheckWay,
    by: Actor,
) -> Checked:
    if moment > now():
        raise Refused(_("That time is still to come."), field="at")
    if ages.lacks_consent(volunteer.born_on, volunteer.guardian_consent, local(moment).date()):
        raise Refused(
            _("Under %(age)s a parent or guardian has to agree first. Ask the station.", age=ages.of_age())
        )
    if len(pairs) >= MOST_PAIRS:
        raise Refused(_("Three times in and out a day is the most. Ask the station to write it down."))
    last = pairs[-1].out_at if pairs else None
    if last is not None and last > moment:
        raise Refused(
            _("You went at %(time)s, and that is later. Ask the station.", time=clock_time(last)), field="at"
        )
    team_id, shift_id = _for_team(session, volunteer, occurrence, local(moment).date())
    pair = Presence(
        volunteer_id=volunteer.id,
        occurrence_id=occurrence.id,
        team_id=team_id,
        shift_id=shift_id,
        day=local(moment).date(),
        number=len(pairs) + 1,
        in_at=moment,
        in_way=way,
        in_by="" if way is CheckWay.CODE else by.name,
        in_by_id=None if way is CheckWay.CODE else by.account_id,
        out_at=None,
        out_way=None,
    )
    session.add(pair)
    session.flush()
    _log(session, by, "presence.in", pair, occurrence, way)
    return Checked(Outcome.IN, pair.id, occurrence.id, moment)


def _for_team(
    session: Session, volunteer: Volunteer, occurrence: Occurrence, day: date
) -> tuple[int, int | None]:
    """Return for which team somebody serves: of their post, one of the day first, or the nearest team."""
    of_day = sa.and_(Shift.starts_at < end_of(day), Shift.ends_at > start_of(day))
    post = session.execute(
        sa.select(Post.team_id, Post.shift_id)
        .join(Shift, Shift.id == Post.shift_id)
        .where(
            Shift.occurrence_id == occurrence.id,
            Post.volunteer_id == volunteer.id,
            Post.status == PostStatus.CONFIRMED,
        )
        .order_by(of_day.desc(), Shift.starts_at)
        .limit(1)
    ).first()
    if post is not None:
        return post.team_id, post.shift_id
    team_id = session.scalar(
        sa.select(Team.id)
        .join(Membership, Membership.team_id == Team.id)
        .where(Membership.volunteer_id == volunteer.id, Membership.status == MembershipStatus.MEMBER)
        .order_by(nearness(occurrence.station_id), Team.id)
        .limit(1)
    )
    if team_id is None:
        raise Refused(_("Join a team first; hours are counted for a team."))
    return team_id, None


def _leave(
    session: Session, volunteer: Volunteer, pair: Presence, moment: datetime, way: CheckWay, by: Actor
) -> Checked:
    if moment > now():
        raise Refused(_("That time is still to come."), field="at")
    if moment <= pair.in_at:
        raise Refused(
            _("Checked in at %(time)s; one goes after one comes.", time=clock_time(pair.in_at)), field="at"
        )
    if moment > end_of(pair.day):
        raise Refused(_("A check-out belongs to the day of the check-in."), field="at")
    pair.out_at, pair.out_way = moment, way
    pair.out_by = "" if way is CheckWay.CODE else by.name
    pair.out_by_id = None if way is CheckWay.CODE else by.account_id
    session.flush()
    occurrence = session.get_one(Occurrence, pair.occurrence_id)
    _log(session, by, "presence.out", pair, occurrence, way)
    hours.settle(session, volunteer.id, pair.day, by)
    return Checked(Outcome.OUT, pair.id, pair.occurrence_id, moment)


def _log(
    session: Session, by: Actor, what: str, pair: Presence, occurrence: Occurrence, way: CheckWay
) -> None:
    record(session, by, what, "presence", pair.id, occurrence.station_id, detail=f"{pair.number}, {way}")
