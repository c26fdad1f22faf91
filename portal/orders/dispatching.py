"""Admit, send back, refuse, dispatch and dispatch anew: what station, office and centre do with an order."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access import WRITERS, Actor
from portal.activities.models import Category
from portal.clock import now
from portal.db import transaction
from portal.errors import Forbidden, Missing, Refused
from portal.i18n import _
from portal.orders import notices
from portal.orders.door import Hand, hand_of, locked, move, note_down, show_phone
from portal.orders.flow import ENDED, Act, State
from portal.orders.models import Offer, OfferedHelp, OfferStatus, Order
from portal.orders.ordering import dispatching_desk
from portal.orders.teams_asked import LIVE, ask, let_go, offers_of
from portal.stations.queries import is_in_scope, with_neighbours
from portal.volunteers.models import Team

MOST_ASKED = 5  # teams chosen at once, to be asked in turn


@dataclass(frozen=True, slots=True)
class Choice:
    """A team to be asked, and its score of 100 as it was shown."""

    team_id: int
    score: int


def admit(
    order_id: int, by: Actor, title: str = "", category: Category | None = None, note: str = ""
) -> None:
    """Admit an order (受理); a free need gets the title that is shown in public, and a category.

    Raises:
        Missing, Forbidden: it is not theirs.
        OutOfDate: somebody has done something else with it.
        Refused: a free need without a category; `field` says where.
    """
    with transaction() as session:
        order, hand = _open(session, order_id, by)
        if order.item_id is None:
            order.title = title or order.title
            order.category = category or order.category
            if order.category is None and order.state is State.SUBMITTED:
                raise Refused(_("Which kind of service is it? Please choose."), field="category")
        move(session, order, Act.ADMIT, hand, note)
        order.desk_id = dispatching_desk(session, order.station_id)
        session.flush()


def send_back(order_id: int, note: str, by: Actor) -> None:
    """Ask the asker for a word more (退回补充).

    Raises:
        Missing, Forbidden, OutOfDate, Refused: as portal.orders.door.move.
    """
    with transaction() as session:
        order, hand = _open(session, order_id, by)
        move(session, order, Act.RETURN, hand, note)
        order.desk_id = order.station_id
        notices.sent_back(session, order, note)


def refuse(order_id: int, note: str, by: Actor) -> None:
    """Refuse an order (不予受理); only the asker reads why.

    Raises:
        Missing, Forbidden, OutOfDate, Refused: as portal.orders.door.move.
    """
    with transaction() as session:
        order, hand = _open(session, order_id, by)
        move(session, order, Act.REFUSE, hand, note)
        notices.refused(session, order, note)


def offer(order_id: int, choices: Sequence[Choice], note: str, by: Actor) -> None:
    """Dispatch an order (派单): ask the first of these teams, the others in turn if it does not take it.

    Raises:
        Missing, Forbidden, OutOfDate: as portal.orders.door.move; or there is no such team.
        Refused: no team, the same twice, too many, or one that is closed.
    """
    ids = [choice.team_id for choice in choices]
    if not ids:
        raise Refused(_("Which team? Please choose one."), field="team")
    if len(set(ids)) != len(ids) or len(ids) > MOST_ASKED:
        raise Refused(_("Up to %(most)s different teams.", most=MOST_ASKED), field="team")
    with transaction() as session:
        order, hand = _open(session, order_id, by)
        teams = {team.id: team for team in session.scalars(sa.select(Team).where(Team.id.in_(ids)))}
        if set(ids) - set(teams):
            raise Missing
        if any(team.closed for team in teams.values()):
            raise Refused(_("This team has been closed."), field="team")
        move(session, order, Act.OFFER, hand, note, team_id=ids[0])
        rows = [
            Offer(
                order_id=order.id,
                team_id=choice.team_id,
                status=OfferStatus.NEXT,
                score=choice.score,
                asked_at=None,
                due_at=None,
                answered_at=None,
            )
            for choice in choices
        ]
        session.add_all(rows)
        session.flush()
        ask(session, order, rows[0])


def redispatch(order_id: int, note: str, by: Actor) -> None:
    """Take an order back from the team that was asked or has accepted, to dispatch it anew (改派).

    Raises:
        Missing, Forbidden, OutOfDate, Refused: as portal.orders.door.move.
    """
    with transaction() as session:
        order, hand = _open(session, order_id, by)
        known = order.team_id is not None
        move(session, order, Act.REDISPATCH, hand, note)
        let_go(session, order, note)
        if known:  # the asker has been told who comes
            notices.taken_back(session, order)


def cancel(order_id: int, note: str, by: Actor) -> None:
    """Cancel an order for the network (已取消); asker and team are told why.

    Raises:
        Missing, Forbidden, OutOfDate, Refused: as portal.orders.door.move.
    """
    with transaction() as session:
        order, hand = _open(session, order_id, by)
        move(session, order, Act.CANCEL, hand, note)
        let_go(session, order, note)
        notices.cancelled(session, order, note)


def hurry(order_id: int, note: str, by: Actor) -> None:
    """Ask whoever has to act to hurry (催办): it stands in the history; a team that is asked is told.

    Raises:
        Missing, Forbidden: it is not theirs.
        Refused: it has ended.
    """
    with transaction() as session:
        order, hand = _open(session, order_id, by)
        if order.state in ENDED:
            raise Refused(_("It has ended."))
        step = note_down(session, order, Act.HURRY, hand, note)
        for one in offers_of(session, order.id, *LIVE):
            notices.hurried(session, order, session.get_one(Team, one.team_id), step.id, note)


def remark(order_id: int, note: str, by: Actor) -> None:
    """Write a note that only staff read into the history of an order.

    Raises:
        Missing, Forbidden: it is not theirs.
        Refused: there is nothing in it.
    """
    with transaction() as session:
        order, hand = _open(session, order_id, by)
        if not note.strip():
            raise Refused(_("Please write something."), field="note")
        note_down(session, order, Act.NOTE, hand, note)


def offer_help(order_id: int, team_id: int, word: str, by: Actor) -> None:
    """Say that a team of one's own station could go to a station of the same cluster (联片).

    Raises:
        Missing: the order is not one of the cluster's that looks for a team, or the team is not theirs.
        Forbidden: the role writes nothing.
    """
    if by.role not in WRITERS:
        raise Forbidden
    with transaction() as session:
        order = locked(session, order_id)
        team = session.get(Team, team_id)
        if team is None or team.closed or not is_in_scope(team.station_id, by.scope):
            raise Missing
        near = session.scalar(sa.select(sa.literal(order.station_id).in_(with_neighbours(team.station_id))))
        if not near or order.state not in (State.ADMITTED, State.OFFERED):
            raise Missing
        if session.get(OfferedHelp, (order_id, team_id)) is None:
            session.add(OfferedHelp(order_id=order_id, team_id=team_id, said_by=by.name, word=word, at=now()))
            session.flush()


def log_phone_shown(order_id: int, reason: str, by: Actor) -> None:
    """Log that somebody looks at a full phone number, before it is shown.

    Raises:
        Missing, Forbidden: it is not theirs.
    """
    with transaction() as session:
        order, hand = _open(session, order_id, by)
        show_phone(session, order, hand, reason)


def _open(session: Session, order_id: int, by: Actor) -> tuple[Order, Hand]:
    order = locked(session, order_id)
    return order, hand_of(session, order, by)
