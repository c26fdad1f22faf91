"""Accept, decline, settle a time, serve and report: what a team does with an order."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.activities.models import Occurrence, OccurrenceStatus
from portal.clock import local, now
from portal.db import transaction
from portal.errors import Forbidden, Missing, OutOfDate, Refused
from portal.i18n import _, clock_time, in_default_language, moment_label
from portal.orders import helping, notices
from portal.orders.door import Hand, hand_of, locked, move, show_phone
from portal.orders.flow import WITH_TEAM, Act, State, Who
from portal.orders.models import Helper, Offer, OfferStatus, Order
from portal.orders.service_queries import team_engaged_then
from portal.orders.teams_asked import ask_next, offers_of
from portal.volunteers import hours_of_orders
from portal.volunteers.models import Team, Volunteer

LONGEST = timedelta(hours=12)  # of one service
FURTHEST = timedelta(days=180)
MOST_TENTHS = 240
MOST_SERVED = 100_000


def accept(
    order_id: int,
    by: Actor,
    leads: int | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    note: str = "",
    anyway: bool = False,
) -> bool:
    """Accept an order (接单): the leader of the team that is asked (`leads`), or the dispatcher on the phone.

    With a time, it is scheduled at once. `anyway` is said by a leader whose team has something else then;
    a dispatcher has asked. Return whether it is new: a leader accepts once.

    Raises:
        Missing, Forbidden: it is not theirs, or nobody is asked.
        OutOfDate: somebody was quicker, or it was taken back.
        Refused: the time makes no sense, or the team has something else then; `field` says where.
    """
    with transaction() as session:
        order = locked(session, order_id)
        if leads is not None and _has_accepted(session, order, leads):
            return False
        hand, asked = _asked(session, order, by, leads)
        order.team_id = asked.team_id  # an accepted order has one, so it comes first
        move(session, order, Act.ACCEPT, hand, note, team_id=asked.team_id)
        asked.status = OfferStatus.ACCEPTED
        asked.answered_at = now()
        for later in offers_of(session, order.id, OfferStatus.NEXT):
            later.status = OfferStatus.RECALLED
        session.flush()
        if starts_at is not None and ends_at is not None:
            if leads is not None and not anyway:
                _check_team_free(order, starts_at, ends_at)
            _settle(session, order, hand, starts_at, ends_at, "")
        notices.accepted(session, order, session.get_one(Team, asked.team_id))
        return True


def _has_accepted(session: Session, order: Order, leads: int) -> bool:
    mine = sa.exists().where(
        Offer.order_id == order.id,
        Offer.status == OfferStatus.ACCEPTED,
        Offer.team_id == Team.id,
        Team.leader_id == leads,
    )
    return order.state in WITH_TEAM and session.scalar(sa.select(mine)) is True


def _check_team_free(order: Order, starts_at: datetime, ends_at: datetime) -> None:
    if order.team_id is None:
        return
    for other in team_engaged_then(order.team_id, starts_at, ends_at, order.id):
        raise Refused(
            _(
                "Your team has something else then: %(what)s, %(from_)s–%(until)s. If both can be done, "
                "tick that and press again.",
                what=other.what,
                from_=clock_time(other.starts_at),
                until=clock_time(other.ends_at),
            ),
            field="anyway",
        )


def decline(order_id: int, reason: str, by: Actor, leads: int | None = None) -> None:
    """Decline an order (退单): the next team is asked, or it goes back to be dispatched.

    Raises:
        Missing, Forbidden: it is not theirs, or nobody is asked.
        OutOfDate: it was answered or taken back already.
        Refused: there is no reason.
    """
    with transaction() as session:
        order = locked(session, order_id)
        if leads is not None and _has_declined(session, order, leads, reason):
            return  # pressed twice
        hand, asked = _asked(session, order, by, leads)
        move(session, order, Act.DECLINE, hand, reason, team_id=asked.team_id)
        asked.status, asked.reason = OfferStatus.DECLINED, reason.strip()
        asked.answered_at = now()
        session.flush()
        ask_next(session, order)


def _has_declined(session: Session, order: Order, leads: int, reason: str) -> bool:
    last = session.scalar(
        sa.select(Offer)
        .join(Team, Team.id == Offer.team_id)
        .where(Offer.order_id == order.id, Offer.status != OfferStatus.NEXT, Team.leader_id == leads)
        .order_by(Offer.id.desc())
        .limit(1)
    )
    return last is not None and last.status is OfferStatus.DECLINED and last.reason == reason.strip()


def _asked(session: Session, order: Order, by: Actor, leads: int | None) -> tuple[Hand, Offer]:
    """Return whose hand it is, and the offer that waits for an answer.

    Raises:
        Missing, Forbidden: it is not theirs.
        OutOfDate: nobody is asked any more.
    """
    if leads is not None and not _ever_asked(session, order, leads):
        raise Missing
    asked = offers_of(session, order.id, OfferStatus.ASKED)
    try:
        hand = hand_of(session, order, by, leads)
    except Missing:
        if leads is None:
            raise
        raise OutOfDate(_("Your team is not asked any more.")) from None
    if leads is None and not hand.may(Who.DISPATCH):
        raise Forbidden
    if not asked:
        raise OutOfDate(_("It has been answered already."))
    if leads is not None and asked[0].team_id != hand.team_id:
        raise OutOfDate(_("Your team is not asked any more."))
    return hand, asked[0]


def _ever_asked(session: Session, order: Order, leads: int) -> bool:
    mine = sa.exists().where(
        Offer.order_id == order.id,
        Offer.status != OfferStatus.NEXT,
        Offer.team_id == Team.id,
        Team.leader_id == leads,
    )
    return session.scalar(sa.select(mine)) is True


def schedule(
    order_id: int,
    starts_at: datetime,
    ends_at: datetime,
    by: Actor,
    leads: int | None = None,
    helpers: Sequence[int] | None = None,
    note: str = "",
    overlap_reason: str = "",
) -> None:
    """Settle when the team comes, and who (排期); again, to change it. The asker is told.

    `helpers` None leaves who goes as it is. The same once more changes nothing.

    Raises:
        Missing, Forbidden: it is not theirs.
        OutOfDate: it is not accepted, or has begun.
        Refused: the time makes no sense, it is a date of the station's calendar now, somebody is no member
            of the team or has something else then (`overlap_reason` says why both); `field` says where.
    """
    with transaction() as session:
        order = locked(session, order_id)
        hand = hand_of(session, order, by, leads)
        before = (order.starts_at, order.ends_at)
        moved = before != (starts_at, ends_at)
        going = [row.volunteer_id for row in helping.going(session, order)]
        wanted = going if helpers is None else list(dict.fromkeys(helpers))
        if order.state is State.SCHEDULED and not moved and not note.strip() and set(going) == set(wanted):
            return
        _leave_cancelled_date(session, order)
        if moved:
            _settle(session, order, hand, starts_at, ends_at, note)
        else:
            move(session, order, Act.SCHEDULE, hand, note, due_at=ends_at)
        helping.name(session, order, wanted, overlap_reason.strip(), moved)
        if moved or note.strip():
            notices.scheduled(session, order, note.strip())


def _leave_cancelled_date(session: Session, order: Order) -> None:
    if order.occurrence_id is None:
        return
    occurrence = session.get_one(Occurrence, order.occurrence_id)
    if occurrence.status is not OccurrenceStatus.CANCELLED:
        raise Refused(
            _("It stands in the calendar as an activity now; its time and people are changed there.")
        )
    order.occurrence_id = None


def _settle(
    session: Session, order: Order, hand: Hand, starts_at: datetime, ends_at: datetime, note: str
) -> None:
    _check_length(starts_at, ends_at)
    if starts_at <= now():
        raise Refused(_("That time is over."), field="starts")
    if starts_at > now() + FURTHEST:
        raise Refused(_("That is too far ahead."), field="starts")
    order.starts_at, order.ends_at = starts_at, ends_at
    move(session, order, Act.SCHEDULE, hand, note, due_at=ends_at)


def _check_length(starts_at: datetime, ends_at: datetime) -> None:
    if ends_at <= starts_at:
        raise Refused(_("It ends after it begins."), field="ends")
    if ends_at - starts_at > LONGEST:
        raise Refused(_("That is longer than twelve hours."), field="ends")


def start(order_id: int, by: Actor, leads: int) -> None:
    """Note that the service has begun; a second time changes nothing.

    Raises:
        Missing: it is not theirs.
        OutOfDate: it is not scheduled.
    """
    with transaction() as session:
        order = locked(session, order_id)
        hand = hand_of(session, order, by, leads)
        if order.state is State.SERVING:
            return
        move(session, order, Act.START, hand, due_at=order.ends_at)


def complete(
    order_id: int,
    served: int,
    hours: Mapping[int, int],
    note: str,
    by: Actor,
    leads: int | None = None,
    when: tuple[datetime, datetime] | None = None,
) -> None:
    """Report that the service is done: how many were served, who served how many tenths of an hour, a note.

    `when` says from when until when it really was, where that is not what was settled, or nothing was. The
    asker is asked to rate it. The same report once more changes nothing.

    Raises:
        Missing, Forbidden: it is not theirs.
        OutOfDate: it is not accepted, or reported already.
        Refused: it is still to come, nobody served, hours longer than a day; `field` says where.
    """
    with transaction() as session:
        order = locked(session, order_id)
        hand = hand_of(session, order, by, leads)
        if order.state is State.RATING and _same_report(session, order, served, hours, note):
            return
        if order.state in (State.SCHEDULED, State.SERVING) or (when and order.state is State.ACCEPTED):
            _check_report(served, hours)
            _set_when(session, order, hand, when)
        move(session, order, Act.COMPLETE, hand, note)
        people = helping.write_served(session, order, dict(hours))
        _write_hours(session, order, hours, people, by)
        order.served, order.served_at, order.report = served, now(), note.strip()
        order.reminded = 0
        session.flush()
        notices.please_rate(session, order, 0)


def _check_report(served: int, hours: Mapping[int, int]) -> None:
    if not 0 <= served <= MOST_SERVED:
        raise Refused(_("How many were served?"), field="served")
    if not hours:
        raise Refused(_("Who served? Please tick at least one."), field="helpers")
    if any(not 1 <= tenths <= MOST_TENTHS for tenths in hours.values()):
        raise Refused(_("Hours between 0.1 and 24, please."), field="helpers")


def _set_when(session: Session, order: Order, hand: Hand, when: tuple[datetime, datetime] | None) -> None:
    starts_at, ends_at = when or (order.starts_at, order.ends_at)
    if starts_at is None or ends_at is None:
        raise Refused(_("When was it?"), field="day")
    _check_length(starts_at, ends_at)
    if starts_at > now():
        raise Refused(_("It is still to come. If it was earlier, change the time first."), field="starts")
    if starts_at < order.created_at:
        raise Refused(_("It was ordered later than that."), field="starts")
    if when is None or when == (order.starts_at, order.ends_at):
        return
    order.starts_at, order.ends_at = starts_at, ends_at
    if order.state is not State.SERVING:  # what began has its time in the report
        move(session, order, Act.SCHEDULE, hand, due_at=ends_at)


def _write_hours(
    session: Session, order: Order, hours: Mapping[int, int], people: Mapping[int, Volunteer], by: Actor
) -> None:
    """Write the hours down that wait for a second person; what a date counts is not counted here again."""
    if order.team_id is None or order.starts_at is None:
        return
    if order.occurrence_id is not None:
        occurrence = session.get_one(Occurrence, order.occurrence_id)
        there = hours_of_orders.counted_there(session, occurrence.id, list(hours))
        hours = {one: tenths for one, tenths in hours.items() if one not in there and occurrence.counts_hours}
    with in_default_language():
        reason = _("Order %(reference)s", reference=order.reference)
        evidence = _("Reported on %(when)s by %(who)s", when=moment_label(now()), who=by.name)
    service = hours_of_orders.Service(
        order_id=order.id,
        station_id=order.station_id,
        team_id=order.team_id,
        day=local(order.starts_at).date(),
        reason=reason,
        evidence=evidence,
    )
    hours_of_orders.enter(session, service, hours, people, by)


def _same_report(session: Session, order: Order, served: int, hours: Mapping[int, int], note: str) -> bool:
    rows = session.scalars(
        sa.select(Helper).where(Helper.order_id == order.id, Helper.turn == order.turn)
    ).all()
    told = {row.volunteer_id: row.tenths for row in rows}
    return (order.served, told, order.report) == (served, dict(hours), note.strip())


def log_phone_shown(order_id: int, reason: str, by: Actor, leads: int) -> None:
    """Log that the leader of the team that has accepted looks at the asker's number, before it is shown.

    Raises:
        Missing: it is not theirs, or not in their hands now.
    """
    with transaction() as session:
        order = locked(session, order_id)
        hand = hand_of(session, order, by, leads)
        if order.state not in WITH_TEAM:
            raise Missing
        show_phone(session, order, hand, reason)
