"""Move orders: the one door through which an order changes its state, by the table in portal.orders.flow."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from portal.access import MACHINE, NOBODY, WRITERS, Actor
from portal.activities.working_days import working_days_after
from portal.audit.actions import record
from portal.clock import at, end_of, local, now
from portal.db import lock
from portal.errors import Forbidden, Missing, OutOfDate, Refused
from portal.i18n import _
from portal.orders.flow import BY_ACT, ENDED, STILL, Act, Clock, State, Who
from portal.orders.labels import STATES
from portal.orders.models import Grade, Offer, OfferStatus, Order, OrderStep
from portal.stations.models import Level, Station
from portal.stations.queries import is_in_scope
from portal.volunteers.models import Team

A_MINUTE = timedelta(minutes=1)
DAY_ENDS = time(18, 0)  # a deadline in working days is over when the day's work is


@dataclass(frozen=True, slots=True)
class Hand:
    """Who acts on an order, and in which parts."""

    by: Actor
    parts: frozenset[Who]
    team_id: int | None = None  # of whom leads

    def may(self, *parts: Who) -> bool:
        """Say whether one of these parts is theirs."""
        return bool(self.parts & set(parts))


ASKER = Hand(NOBODY, frozenset({Who.ASKER}))
JOBS = Hand(MACHINE, frozenset({Who.MACHINE}))


def hand_of(session: Session, order: Order, by: Actor, leads: int | None = None) -> Hand:
    """Return in which parts staff, or the leader of a team (`leads`: their volunteer id), act on an order.

    Raises:
        Missing: it is not theirs.
    """
    if leads is not None:
        team_id = session.scalar(
            sa.select(Offer.team_id)
            .join(Team, Team.id == Offer.team_id)
            .where(
                Offer.order_id == order.id,
                Offer.status.in_((OfferStatus.ASKED, OfferStatus.ACCEPTED)),
                Team.leader_id == leads,
            )
        )
        if team_id is None:
            raise Missing
        return Hand(by, frozenset({Who.TEAM}), team_id)
    if by.scope is None or not is_in_scope(order.station_id, by.scope):
        raise Missing
    if by.role not in WRITERS:
        raise Forbidden
    parts = {Who.STATION}
    if session.get_one(Station, by.scope.station_id).level is not Level.STATION:
        parts.add(Who.DISPATCH)
    return Hand(by, frozenset(parts))


def locked(session: Session, order_id: int) -> Order:
    """Lock an order and return it as it stands.

    Raises:
        Missing: there is none.
    """
    order = lock(session, Order, order_id)
    if order is None:
        raise Missing
    return order


def move(
    session: Session,
    order: Order,
    act: Act,
    hand: Hand,
    note: str = "",
    team_id: int | None = None,
    due_at: datetime | None = None,
    grade: Grade | None = None,
) -> OrderStep:
    """Take a locked order one step on, and leave a trace of who, when and why.

    `due_at` is when the step after is due; None for what the table and the settings say.

    Raises:
        Forbidden: this is not theirs to do.
        OutOfDate: from where it stands now the step does not lead; the message says who was quicker.
        Refused: the step needs a note.
    """
    step = BY_ACT[act]
    if not hand.may(*step.who):
        raise Forbidden
    if order.state not in step.sources:
        raise OutOfDate(_moved_on(session, order))
    if step.note and not note.strip():
        raise Refused(_("Please say why; it stays in the history."), field="note")
    before, order.state = order.state, step.to
    order.due_at = due_at or (deadline(step.clock, now()) if step.clock else None)
    return _write(session, order, act, hand, before, note, team_id, grade)


def begin(session: Session, order: Order, act: Act, hand: Hand, clock: Clock | None) -> OrderStep:
    """Open the history of a new order, in the state it has been given."""
    order.due_at = deadline(clock, now()) if clock else None
    return _write(session, order, act, hand, None)


def note_down(
    session: Session, order: Order, act: Act, hand: Hand, note: str = "", team_id: int | None = None
) -> OrderStep:
    """Write into the history of a locked order what moves nothing, as asking to hurry."""
    if act not in STILL:
        raise ValueError(f"{act} moves an order")
    changed = order.changed_at
    step = _write(session, order, act, hand, order.state, note, team_id)
    if order.state in ENDED:
        order.changed_at = changed  # since when names and addresses are kept: looking at them adds nothing
    return step


def show_phone(session: Session, order: Order, hand: Hand, reason: str) -> None:
    """Log that somebody looks at the full phone number of a locked order, in its history and for auditors."""
    note_down(session, order, Act.NOTE, hand, reason)
    record(session, hand.by, "phone.shown", "order", order.id, order.station_id, reason=reason)


def _write(
    session: Session,
    order: Order,
    act: Act,
    hand: Hand,
    before: State | None,
    note: str = "",
    team_id: int | None = None,
    grade: Grade | None = None,
) -> OrderStep:
    order.changed_at = now()
    step = OrderStep(
        order_id=order.id,
        at=now(),
        act=act,
        before=before,
        after=order.state,
        who="" if hand.by is MACHINE else hand.by.name,
        account_id=hand.by.account_id,
        station_id=hand.by.scope.station_id if hand.by.scope else None,
        team_id=team_id or hand.team_id,
        note=note.strip(),
        grade=grade,
        due_at=order.due_at,
    )
    session.add(step)
    session.flush()
    if hand.by.account_id is not None:
        record(session, hand.by, f"order.{act}", "order", order.id, order.station_id, detail=order.state)
    return step


def _moved_on(session: Session, order: Order) -> str:
    last = session.scalar(
        sa.select(OrderStep)
        .where(OrderStep.order_id == order.id, OrderStep.after != OrderStep.before)
        .order_by(OrderStep.id.desc())
        .limit(1)
    )
    if last is not None and last.who:
        return _("%(who)s was quicker: it is “%(state)s” now.", who=last.who, state=STATES[order.state])
    return _("It has moved on: it is “%(state)s” now.", state=STATES[order.state])


def deadline(clock: Clock, since: datetime) -> datetime | None:
    """Return until when a step is due, by the settings; working days end at six in the evening.

    Working days are those of the official table, make-up workdays among them (product §5.3); what is asked
    of whoever ordered is counted in days. None for a service: it is due when it was scheduled for.
    """
    settings = current_app.config
    if clock is Clock.SERVE:
        return None
    if clock is Clock.RATE:  # whoever rates has all days
        return since + timedelta(days=settings["ORDER_RATING_DAYS"])
    if clock is Clock.WORD:  # a day is told, so the whole of it is theirs
        return end_of(local(since).date() + timedelta(days=settings["ORDER_RETURNED_DAYS"])) - A_MINUTE
    name = {
        Clock.ADMIT: "ORDER_ADMIT_DAYS",
        Clock.DISPATCH: "ORDER_DISPATCH_DAYS",
        Clock.ANSWER: "ORDER_ANSWER_DAYS",
        Clock.CONTACT: "ORDER_CONTACT_DAYS",
        Clock.CALL_BACK: "ORDER_CALL_BACK_DAYS",
    }[clock]
    return at(working_days_after(local(since).date(), settings[name]), DAY_ENDS)
