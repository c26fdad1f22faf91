"""Make a date of the station out of an order (做成活动), and follow what becomes of that date."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.activities import actions as activities
from portal.activities.content import Content, Where
from portal.activities.dates import span_of
from portal.activities.followers import Concerned
from portal.activities.models import Activity, Audience, Category, Occurrence, OccurrenceStatus
from portal.audit.actions import record
from portal.clock import local, now
from portal.db import db, transaction
from portal.errors import Forbidden, OutOfDate, Refused
from portal.i18n import _, in_default_language
from portal.messages.actions import tell
from portal.orders import notices
from portal.orders.door import JOBS, hand_of, locked, move, note_down
from portal.orders.flow import Act, State, Who
from portal.orders.helping import going, lock_people
from portal.orders.menu_models import MenuItem
from portal.orders.models import Order, Place
from portal.stations.models import Station
from portal.stations.shell import phone_channel
from portal.volunteers import posts, shifts
from portal.volunteers.models import Team
from portal.volunteers.shift_models import MOST_PEOPLE

UNDER_WAY = (State.SCHEDULED, State.SERVING)


def can_be_date(order: Order) -> bool:
    """Say whether an order can be made a date: scheduled, at the station, for more than one person."""
    return (
        order.state is State.SCHEDULED
        and order.place is Place.STATION
        and order.people > 1
        and order.occurrence_id is None
        and order.starts_at is not None
        and order.starts_at > now()
    )


def make_occurrence(order_id: int, by: Actor, room_id: int | None = None, head_count: int = 0) -> int:
    """Make an activity of one date out of a scheduled order, with a shift for its team; return the date's id.

    Staff of the order's station do (activities are the station's). Who was to go is on the shift from then
    on; `head_count` is how many it takes at least. The date and the order follow each other; a second time
    gives the same date.

    Raises:
        Missing, Forbidden: it is not theirs, or there is no such room.
        OutOfDate: it cannot be made a date, see can_be_date.
        Refused: the room is taken; it is not over on the day on which it begins.
    """
    with transaction() as session:
        order = locked(session, order_id)
        hand = hand_of(session, order, by)
        if not hand.may(Who.STATION, Who.DISPATCH):
            raise Forbidden
        if order.occurrence_id is not None:
            return order.occurrence_id
        if not can_be_date(order) or order.starts_at is None or order.ends_at is None:
            raise OutOfDate(
                _("Only what is scheduled, at the station and for several people can be made an activity.")
            )
        if local(order.starts_at).date() != local(order.ends_at).date():
            raise Refused(_("An activity is over on the day on which it begins."))
        content = _content(session, order)
        where = Where(room_id, _place_name(session, order, room_id), "", "", None)
        span = span_of(order.starts_at, order.ends_at)
        activity_id = activities.post(order.station_id, content, where, [span], publish=True, by=by)
        occurrence_id = session.scalars(
            sa.select(Occurrence.id).where(Occurrence.activity_id == activity_id)
        ).one()
        order.occurrence_id = occurrence_id
        session.flush()
        _make_shift(session, order, head_count, by)
        record(session, by, "order.made_date", "order", order.id, order.station_id, detail=str(occurrence_id))
        return occurrence_id


def _content(session: Session, order: Order) -> Content:
    # Nothing of the asker's own words: title and item are shown in public already.
    item = session.get(MenuItem, order.item_id) if order.item_id else None
    return Content(
        title=order.title,
        text=item.text if item else "",
        category=order.category or Category.VOLUNTEERING,
        series_id=None,
        audiences=(item.audience if item else Audience.EVERYONE,),
        cohost_ids=(),
        registration=False,
        party_max=4,
        min_age=None,
        max_age=None,
        contact="",
        phone="",
    )


def _place_name(session: Session, order: Order, room_id: int | None) -> str:
    return "" if room_id else session.get_one(Station, order.station_id).name


def _make_shift(session: Session, order: Order, head_count: int, by: Actor) -> None:
    assert order.occurrence_id is not None
    assert order.starts_at is not None
    assert order.ends_at is not None
    rows = going(session, order)
    with in_default_language():
        role = _("Serve")
    wanted = shifts.Wanted(
        role=role,
        starts_at=order.starts_at,
        ends_at=order.ends_at,
        head_count=min(max(head_count, len(rows), 1), MOST_PEOPLE),
        team_id=order.team_id,
        anyway=True,  # the team has accepted
    )
    shift_id = shifts.make(order.occurrence_id, wanted, by)
    lock_people(session, [row.volunteer_id for row in rows])
    posts.bring(session, shift_id, {row.volunteer_id: row.overlap_reason for row in rows}, by)
    for row in rows:
        session.delete(row)
    session.flush()


def leave_date(session: Session, order: Order) -> None:
    """Part an order that is given up from its date; the station decides whether that is held all the same."""
    occurrence = session.get(Occurrence, order.occurrence_id) if order.occurrence_id else None
    order.occurrence_id = None
    if occurrence is None or occurrence.ends_at <= now():
        return
    if occurrence.status is OccurrenceStatus.CANCELLED:
        return
    with in_default_language():
        text = _(
            "The order for which “%(title)s” was made is given up. Does it take place all the same?",
            title=order.title,
        )
    tell(
        session,
        kind="order.date_left",
        dedupe=f"order:{order.id}:date_left:{occurrence.id}",
        station_id=occurrence.station_id,
        recipient=session.get_one(Station, occurrence.station_id).name,
        address="",
        text=text,
        link=f"/staff/occurrences/{occurrence.id}",
    )


def _orders_of(session: Session, occurrence: Occurrence) -> Sequence[Order]:
    """Lock the orders under way that a date was made of."""
    return session.scalars(
        sa.select(Order)
        .where(Order.occurrence_id == occurrence.id, Order.state.in_(UNDER_WAY))
        .order_by(Order.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


class Services:
    """The orders that dates were made of; see portal.activities.followers."""

    def cancelled(self, session: Session, occurrence: Occurrence, activity: Activity) -> None:
        """Tell the asker, and ask the team for another time.

        No step leads back to accepted, so the order stays scheduled until the team settles another time;
        it does not begin by itself, see portal.orders.deadlines.
        """
        for order in _orders_of(session, occurrence):
            with in_default_language():
                note = _("The activity is cancelled: %(reason)s", reason=occurrence.cancel_reason)
            step = note_down(session, order, Act.HURRY, JOBS, note, team_id=order.team_id)
            notices.date_off(session, order, occurrence.cancel_reason)
            if order.team_id is not None:
                notices.hurried(session, order, session.get_one(Team, order.team_id), step.id, note)

    def restored(self, session: Session, occurrence: Occurrence, activity: Activity) -> None:
        """Tell the asker that it takes place after all."""
        for order in _orders_of(session, occurrence):
            with in_default_language():
                note = _("The activity takes place after all.")
            note_down(session, order, Act.HURRY, JOBS, note, team_id=order.team_id)
            notices.scheduled(session, order, note)

    def moved(
        self, session: Session, occurrence: Occurrence, activity: Activity, word: str, before: datetime
    ) -> None:
        """Move the order with it, and tell the asker."""
        for order in _orders_of(session, occurrence):
            same = (order.starts_at, order.ends_at) == (occurrence.starts_at, occurrence.ends_at)
            if order.state is not State.SCHEDULED or same:
                continue
            order.starts_at, order.ends_at = occurrence.starts_at, occurrence.ends_at
            move(session, order, Act.SCHEDULE, JOBS, word, order.team_id, due_at=order.ends_at)
            notices.scheduled(session, order, word)

    def holds(self, session: Session, occurrence_ids: Sequence[int]) -> bool:
        """Say whether one of the dates was made for an order."""
        ordered = sa.exists().where(Order.occurrence_id.in_(occurrence_ids))
        return bool(session.scalar(sa.select(ordered)))

    def concerned(self, occurrence_ids: Sequence[int]) -> Mapping[int, Concerned]:
        """Count whom the orders are for, and how their askers are told."""
        reached = Order.phone.is_not(None) if phone_channel() else sa.false()
        rows = db.session.execute(
            sa.select(
                Order.occurrence_id,
                sa.func.sum(Order.people),
                sa.func.count().filter(reached),
                sa.func.count(),
            )
            .where(Order.occurrence_id.in_(occurrence_ids), Order.state.in_(UNDER_WAY))
            .group_by(Order.occurrence_id)
        )
        return {
            occurrence_id: Concerned(int(people), told, parties - told)
            for occurrence_id, people, told, parties in rows
            if occurrence_id is not None
        }
