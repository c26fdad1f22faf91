"""Read what volunteers do for orders: what they were named for, and who of a team could go."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from portal.activities.dates import Span, overlapping
from portal.activities.models import Occurrence, OccurrenceStatus
from portal.clock import local, now, start_of
from portal.db import db
from portal.errors import Missing
from portal.i18n import _
from portal.orders.flow import WITH_TEAM, Act, State
from portal.orders.models import Helper, Offer, OfferStatus, Order, OrderStep
from portal.volunteers.engaged import Busy
from portal.volunteers.models import Membership, MembershipStatus, Team, Volunteer
from portal.volunteers.shift_models import Post, PostStatus, Shift, ShiftStatus
from portal.volunteers.shift_rules import LIVE, has_time

UNDER_WAY = (State.SCHEDULED, State.SERVING)
MOST_SHOWN = 40
MOST_MEMBERS = 300
MOST_COMPARED = 200  # services of a team, with the dates of a form


def _named() -> sa.Select[Helper, Order]:
    """Select who is to go for the orders under way; who served already is not."""
    return (
        sa.select(Helper, Order)
        .join(Order, sa.and_(Order.id == Helper.order_id, Order.turn == Helper.turn))
        .where(Helper.tenths.is_(None), Order.state.in_(UNDER_WAY))
    )


def busy_with_orders(
    volunteer_ids: Sequence[int], starts: datetime, ends: datetime, other_than: int = 0
) -> list[Busy]:
    """List the services for which these volunteers are named that overlap a time."""
    rows = db.session.execute(
        _named()
        .where(
            Helper.volunteer_id.in_(volunteer_ids),
            Order.id != other_than,
            Order.starts_at < ends,
            Order.ends_at > starts,
        )
        .order_by(Order.starts_at, Helper.volunteer_id)
    )
    return [
        Busy(helper.volunteer_id, order.title, order.starts_at, order.ends_at)
        for helper, order in rows
        if order.starts_at is not None and order.ends_at is not None
    ]


def busy_teams_orders(team_id: int, spans: Sequence[Span]) -> list[tuple[Span, str]]:
    """List which of the spans meet a service that this team has settled; what became a date is left to it."""
    rows = db.session.execute(
        sa.select(Order.id, Order.title, Order.starts_at, Order.ends_at)
        .where(
            Order.team_id == team_id,
            Order.state.in_(UNDER_WAY),
            Order.occurrence_id.is_(None),
            Order.starts_at < max(when.ends_at for when in spans),
            Order.ends_at > min(when.starts_at for when in spans),
        )
        .order_by(Order.starts_at, Order.id)
        .limit(MOST_COMPARED)
    ).all()
    titles = {row.id: _("Order: %(title)s", title=row.title or _("A wish (deleted)")) for row in rows}
    taken = [(row.starts_at, row.ends_at, row.id) for row in rows if row.starts_at and row.ends_at]
    return [(when, titles[order_id]) for when, order_id in overlapping(spans, taken)]


def _on_shifts(volunteer_ids: Sequence[int], starts: datetime, ends: datetime) -> list[Busy]:
    rows = db.session.execute(
        sa.select(Post.volunteer_id, Shift.role, Shift.starts_at, Shift.ends_at)
        .join(Shift, Shift.id == Post.shift_id)
        .join(Occurrence, Occurrence.id == Shift.occurrence_id)
        .where(
            Post.volunteer_id.in_(volunteer_ids),
            Post.status.in_(LIVE),
            Shift.status == ShiftStatus.OPEN,
            Occurrence.status == OccurrenceStatus.PLANNED,
            Shift.starts_at < ends,
            Shift.ends_at > starts,
        )
        .order_by(Shift.starts_at, Post.volunteer_id)
    )
    return [Busy(*row) for row in rows]


def engaged_then(
    volunteer_ids: Sequence[int], starts: datetime, ends: datetime, other_than: int
) -> list[Busy]:
    """List the shifts and the services other than one that these volunteers have within a time."""
    return [
        *_on_shifts(volunteer_ids, starts, ends),
        *busy_with_orders(volunteer_ids, starts, ends, other_than),
    ]


def team_engaged_then(team_id: int, starts: datetime, ends: datetime, other_than: int) -> list[Busy]:
    """List the services and the shifts of a team that overlap a time; `volunteer_id` is 0."""
    shifts = db.session.execute(
        sa.select(Shift.role, Shift.starts_at, Shift.ends_at)
        .join(Occurrence, Occurrence.id == Shift.occurrence_id)
        .where(
            Shift.team_id == team_id,
            Shift.status == ShiftStatus.OPEN,
            Occurrence.published.is_(True),
            Occurrence.status == OccurrenceStatus.PLANNED,
            Shift.starts_at < ends,
            Shift.ends_at > starts,
        )
    )
    services = db.session.execute(
        sa.select(Order.title, Order.starts_at, Order.ends_at).where(
            Order.team_id == team_id,
            Order.id != other_than,
            Order.state.in_(UNDER_WAY),
            Order.occurrence_id.is_(None),  # else it is one of the shifts
            Order.starts_at < ends,
            Order.ends_at > starts,
        )
    )
    found = [Busy(0, *row) for row in (*shifts, *services)]
    return sorted(found, key=lambda one: (one.starts_at, one.what))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member of a team who could go: whether they have the skill, the time, or something else then."""

    volunteer: Volunteer
    skilled: bool
    free: bool | None  # None: they never said
    busy: tuple[Busy, ...]

    @property
    def rank(self) -> tuple[int, int, int, int]:
        """Return what sorts those first who fit best."""
        time = 1 if self.free is None else 0 if self.free else 2
        return (bool(self.busy), time, not self.skilled, self.volunteer.id)


def candidates(
    order: Order, team_id: int, starts: datetime | None, ends: datetime | None, also: Collection[int] = ()
) -> list[Candidate]:
    """List the members of a team beside an order at a time, those who fit best first, in three statements.

    `also` are shown even if they have left the team. Of the order `item` must have been loaded.
    """
    members = sa.select(Membership.volunteer_id).where(
        Membership.team_id == team_id, Membership.status == MembershipStatus.MEMBER
    )
    people = db.session.scalars(
        sa.select(Volunteer)
        .where(sa.or_(Volunteer.id.in_(members), Volunteer.id.in_(also)), Volunteer.left_at.is_(None))
        .order_by(Volunteer.id)
        .limit(MOST_MEMBERS)
    ).all()
    words = set((order.item.skill if order.item else "").split())
    engaged: dict[int, list[Busy]] = {}
    if starts is not None and ends is not None:
        for one in engaged_then([person.id for person in people], starts, ends, order.id):
            engaged.setdefault(one.volunteer_id, []).append(one)
    return sorted(
        (
            Candidate(
                volunteer=person,
                skilled=bool(words) and bool(words & set(person.skills.split())),
                free=_free(person, starts, ends),
                busy=tuple(engaged.get(person.id, ())),
            )
            for person in people
        ),
        key=lambda one: one.rank,
    )


def _free(person: Volunteer, starts: datetime | None, ends: datetime | None) -> bool | None:
    if not person.free or starts is None or ends is None:
        return None
    return has_time(person.free, local(starts), local(ends))


def shows_address(order: Order) -> bool:
    """Say whether who is named for an order sees where it is: from the day before until it is reported."""
    if order.state not in UNDER_WAY or order.starts_at is None:
        return False
    return now() >= start_of(local(order.starts_at).date() - timedelta(days=1))


def services_of(volunteer_id: int) -> Sequence[Order]:
    """List the services for which somebody is named and that are not over, the next first."""
    return db.session.scalars(
        sa.select(Order)
        .join(Helper, sa.and_(Order.id == Helper.order_id, Order.turn == Helper.turn))
        .where(
            Helper.volunteer_id == volunteer_id,
            Helper.tenths.is_(None),
            Order.state.in_(UNDER_WAY),
            Order.ends_at > now(),
        )
        .options(joinedload(Order.station))
        .order_by(Order.starts_at, Order.id)
        .limit(MOST_SHOWN)
    ).all()


def service_of(order_id: int, volunteer_id: int) -> Order:
    """Return an order for which somebody is named.

    Raises:
        Missing: they are not.
    """
    found = db.session.scalar(
        sa.select(Order)
        .join(Helper, sa.and_(Order.id == Helper.order_id, Order.turn == Helper.turn))
        .where(
            Order.id == order_id,
            Helper.volunteer_id == volunteer_id,
            Helper.tenths.is_(None),
            Order.state.in_(UNDER_WAY),
        )
        .options(
            joinedload(Order.station), joinedload(Order.item), joinedload(Order.team).joinedload(Team.leader)
        )
    )
    if found is None:
        raise Missing
    return found


TAKEN = (Act.DECLINE, Act.EXPIRE, Act.REDISPATCH, Act.WITHDRAW, Act.CANCEL)
DONE = (State.RATING, State.FOLLOW_UP, State.CLOSED)


def taken_by(offer: Offer) -> OrderStep | None:
    """Return the step by which a team was let off an order it was asked about; None if it is not."""
    if offer.status in (OfferStatus.NEXT, OfferStatus.ASKED, OfferStatus.ACCEPTED) or offer.asked_at is None:
        return None
    asked = (
        sa.select(sa.func.max(OrderStep.id))
        .where(
            OrderStep.order_id == offer.order_id,
            OrderStep.act.in_((Act.OFFER, Act.ASK_NEXT)),
            OrderStep.team_id == offer.team_id,
        )
        .scalar_subquery()
    )
    return db.session.scalar(
        sa.select(OrderStep)
        .where(
            OrderStep.order_id == offer.order_id,
            OrderStep.act.in_(TAKEN),
            sa.or_(OrderStep.team_id.is_(None), OrderStep.team_id == offer.team_id),
            OrderStep.id > asked,
        )
        .order_by(OrderStep.id)
        .limit(1)
    )


def done_of(volunteer_id: int, limit: int = 8) -> Sequence[Offer]:
    """List what the teams that somebody leads have served, the last first."""
    return db.session.scalars(
        sa.select(Offer)
        .join(Team, Team.id == Offer.team_id)
        .join(Offer.order)
        .where(Team.leader_id == volunteer_id, Offer.status == OfferStatus.ACCEPTED, Order.state.in_(DONE))
        .options(joinedload(Offer.team), contains_eager(Offer.order).joinedload(Order.station))
        .order_by(Order.served_at.desc(), Order.id.desc())
        .limit(limit)
    ).all()


def expected(order: Order) -> list[int]:
    """List who is to go for an order: those named, or those on the shift of the date it was made."""
    named = sa.select(Helper.volunteer_id).where(Helper.order_id == order.id, Helper.turn == order.turn)
    on_shift = (
        sa.select(Post.volunteer_id)
        .join(Shift, Shift.id == Post.shift_id)
        .where(
            Shift.occurrence_id == (order.occurrence_id or 0),
            Post.team_id == order.team_id,
            Post.status == PostStatus.CONFIRMED,
        )
    )
    return sorted(set(db.session.scalars(named.union(on_shift))))


def count_asked(volunteer_id: int) -> tuple[int, int] | None:
    """Return how many orders wait for an answer of the teams somebody leads, and how many for a report.

    None for who leads no team.
    """
    late = sa.and_(Offer.status == OfferStatus.ACCEPTED, Order.state.in_(UNDER_WAY), Order.ends_at <= now())
    row = db.session.execute(
        sa.select(
            sa.func.count(sa.distinct(Team.id)),
            sa.func.count().filter(Offer.status == OfferStatus.ASKED),
            sa.func.count().filter(late),
        )
        .select_from(Team)
        .outerjoin(
            Offer,
            sa.and_(Offer.team_id == Team.id, Offer.status.in_((OfferStatus.ASKED, OfferStatus.ACCEPTED))),
        )
        .outerjoin(Order, sa.and_(Order.id == Offer.order_id, Order.state.in_((State.OFFERED, *WITH_TEAM))))
        .where(Team.leader_id == volunteer_id, Team.closed.is_(False))
    ).one()
    teams, asked, to_report = row
    return (asked, to_report) if teams else None


def gather(volunteer_id: int, at_home: bool) -> dict[str, Any] | None:
    """Gather for somebody's own pages what they go for and, on the first, the orders of teams they lead."""
    led = count_asked(volunteer_id) if at_home else None
    services = services_of(volunteer_id)
    return {"led": led, "services": services} if led is not None or services else None
