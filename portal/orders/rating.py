"""Rate an order (评单), call back after a bad rating, close it."""

from portal.access import Actor
from portal.clock import now
from portal.db import transaction
from portal.orders.door import ASKER, JOBS, hand_of, locked, move
from portal.orders.flow import Act, State
from portal.orders.models import Grade, RatedBy


def rate(order_id: int, grade: Grade, words: str, by: Actor | None = None) -> None:
    """Rate the service: by the private link, or staff who ring (`by`), which is marked.

    A bad rating (the last two grades) opens a follow-up call (回访), any other closes the order. The same
    rating by the same hand again changes nothing.

    Raises:
        Missing, Forbidden: it is not theirs.
        OutOfDate: it cannot be rated now, or has been already.
    """
    with transaction() as session:
        order = locked(session, order_id)
        hand = ASKER if by is None else hand_of(session, order, by)
        channel = RatedBy.LINK if by is None else RatedBy.PHONE
        rated = order.state in (State.CLOSED, State.FOLLOW_UP)
        if rated and (order.grade, order.words, order.rated_by) == (grade, words.strip(), channel):
            return
        if order.state is State.RATING:
            order.grade, order.words = grade, words.strip()
            order.rated_at, order.rated_by = now(), channel
            if grade.is_satisfied:
                order.closed_at = now()
        act = Act.RATE if grade.is_satisfied else Act.CALL_BACK
        move(session, order, act, hand, words, grade=grade)


def finish_call(order_id: int, note: str, by: Actor) -> None:
    """Close an order after the follow-up call, with a note of what was said (回访).

    Raises:
        Missing, Forbidden: it is not theirs.
        OutOfDate: nobody is to be called.
        Refused: there is no note.
    """
    with transaction() as session:
        order = locked(session, order_id)
        hand = hand_of(session, order, by)
        if order.state is State.FOLLOW_UP:
            order.closed_at = now()
        move(session, order, Act.FINISH_CALL, hand, note)


def close_unrated(order_id: int) -> bool:
    """Close an order that nobody rated in time (未评价办结); say whether that was still so."""
    with transaction() as session:
        order = locked(session, order_id)
        if order.state is not State.RATING or order.due_at is None or order.due_at > now():
            return False
        order.closed_at = now()
        move(session, order, Act.CLOSE_UNRATED, JOBS)
        return True
