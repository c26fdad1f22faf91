"""Let the demo's people order: orders in every state, the first half-year's five among them."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from portal.access import Role
from portal.accounts.models import Account
from portal.activities.working_days import is_working_day, working_days_after
from portal.clock import at, local, now, today
from portal.demo.menus import second_began
from portal.demo.order_story import Story, World
from portal.demo.people import neighbourhoods
from portal.demo.texts.menu import (
    CALLED_BACK,
    CHANGED_MIND,
    COMPLAINTS,
    DECLINES,
    NOBODY_CAN,
    PRAISE,
    QUESTION,
    REFUSALS,
    REPORTS,
    WHY_THIS_TEAM,
)
from portal.i18n import _, in_default_language, moment_label
from portal.orders.flow import Act, State
from portal.orders.menu_models import MenuItem
from portal.orders.models import (
    Grade,
    Helper,
    Offer,
    OfferStatus,
    RatedBy,
)
from portal.stations.models import Station
from portal.volunteers.models import Membership, MembershipStatus, Team
from portal.volunteers.shift_models import HoursSource, HoursStatus, ServiceRecord

HALF_YEAR = 5  # orders of the first edition, as the network had them
CLOSED = 64  # orders of the edition that is on, done by now
UNDER_WAY = (
    # state, how many, by staff on the phone or at the desk
    (State.DRAFT, 1),
    (State.SUBMITTED, 4),
    (State.RETURNED, 2),
    (State.ADMITTED, 5),
    (State.OFFERED, 4),
    (State.ACCEPTED, 3),
    (State.SCHEDULED, 6),
    (State.SERVING, 2),
    (State.RATING, 4),
    (State.FOLLOW_UP, 1),
    (State.REFUSED, 3),
    (State.WITHDRAWN, 2),
    (State.CANCELLED, 2),
)
FREE_NEEDS = 0.22
OLDER_STATIONS = ("s4", "s8")  # pilots: they order more


def write_orders(session: Session, stations: dict[str, Station]) -> None:
    """Write orders in every state; nothing happens today, so that the hour of loading changes nothing."""
    world = _world(session, stations)
    began = second_began()
    old = [item for item in world.items if item.menu.ends_on < began]
    on = [item for item in world.items if item.menu.ends_on >= began]
    for number in range(HALF_YEAR):
        day = _working(began - timedelta(days=150 - 30 * number))
        _closed(world, old[number % len(old)], day)
    span = max((today() - began).days - 14, 10)
    for number in range(CLOSED):
        day = _working(began + timedelta(days=1 + number * span // CLOSED))
        _closed(world, _item(world, on), day)
    for state, number in UNDER_WAY:
        for turn in range(number):
            _under_way(world, state, turn, _item(world, on))
    session.flush()


def _world(session: Session, stations: dict[str, Station]) -> World:
    items = session.scalars(
        sa.select(MenuItem).options(
            selectinload(MenuItem.menu), selectinload(MenuItem.teams), selectinload(MenuItem.stations)
        ).order_by(MenuItem.id)
    ).all()  # fmt: skip
    members: dict[int, list[int]] = {}
    for team_id, volunteer_id in session.execute(
        sa.select(Membership.team_id, Membership.volunteer_id)
        .where(Membership.status == MembershipStatus.MEMBER)
        .order_by(Membership.id)
    ):
        members.setdefault(team_id, []).append(volunteer_id)
    accounts = session.scalars(sa.select(Account).where(Account.role.in_((Role.EDITOR, Role.MANAGER))))
    served = tuple(slug for slug in stations if slug not in ("center", "office"))
    return World(
        session,
        Random("orders"),  # noqa: S311 - the same demo every time
        stations,
        neighbourhoods(served),
        items,
        session.scalars(sa.select(Team).order_by(Team.id)).all(),
        {account.username: account for account in accounts},
        members,
    )


def _item(world: World, items: Sequence[MenuItem]) -> MenuItem | None:
    return None if world.random.random() < FREE_NEEDS else world.random.choice(items)


def _station(world: World, item: MenuItem | None) -> str:
    named = [station.slug for station in item.stations] if item else []
    return world.random.choice(named or [*world.people, *OLDER_STATIONS])


def _closed(world: World, item: MenuItem | None, day: date) -> None:
    story = _submitted(world, item, day)
    _dispatched(story)
    _accepted(story)
    served = working_days_after(local(story.moment).date(), 2)
    _scheduled(story, at(served, time(world.random.choice((9, 10, 14, 15)))))
    story.step(Act.START, story.order.starts_at or story.moment)
    _reported(story)
    if world.random.random() < 0.22:
        story.order.reminded = 2
        closing = story.moment + timedelta(days=7)
        story.order.closed_at = closing
        story.step(Act.CLOSE_UNRATED, closing)
        return
    grade = world.random.choices((Grade.VERY_GOOD, Grade.GOOD, Grade.FAIR, Grade.BAD), (52, 34, 9, 5))[0]
    _rated(story, grade)
    if not grade.is_satisfied:
        story.order.closed_at = story.moment + timedelta(hours=20)
        story.step(
            Act.FINISH_CALL,
            story.order.closed_at,
            story.slug,
            CALLED_BACK,
        )


def _rated(story: Story, grade: Grade) -> None:
    random, order = story.world.random, story.order
    words = random.choice(PRAISE if grade.is_satisfied else COMPLAINTS)
    when = min(story.moment + timedelta(hours=random.randint(2, 40)), at(today(), time(0)))
    by_phone = order.phone is None or random.random() < 0.2
    order.grade, order.words, order.rated_at = grade, words, when
    order.rated_by = RatedBy.PHONE if by_phone else RatedBy.LINK
    order.closed_at = when if grade.is_satisfied else None
    act = Act.RATE if grade.is_satisfied else Act.CALL_BACK
    story.step(act, when, story.slug if by_phone else "", words, grade=grade)


def _submitted(world: World, item: MenuItem | None, day: date, act: Act = Act.SUBMIT) -> Story:
    moment = at(day, time(world.random.randint(8, 16), world.random.randint(0, 59)))
    story = Story(world, _station(world, item), item, moment)
    story.first(act)
    return story


def _admitted(story: Story) -> None:
    order = story.order
    story.step(Act.ADMIT, story.moment + timedelta(minutes=story.world.random.randint(5, 200)), story.slug)
    order.desk_id = story.world.stations["office"].id


def _dispatched(story: Story, team: Team | None = None) -> Team:
    if story.order.state is State.SUBMITTED:
        _admitted(story)
    team = team or _team(story)
    moment = _next_hour(story.moment, story.world.random)
    story.step(Act.OFFER, moment, "office2", WHY_THIS_TEAM, team)
    story.offer(team, OfferStatus.ASKED)
    return team


def _team(story: Story) -> Team:
    named = list(story.order.item.teams) if story.order.item else []
    return story.world.random.choice(named or list(story.world.teams))


def _accepted(story: Story) -> None:
    offer = story.world.session.scalars(
        sa.select(Offer).where(Offer.order_id == story.order.id).order_by(Offer.id.desc())
    ).first()
    assert offer is not None
    team = next(team for team in story.world.teams if team.id == offer.team_id)
    story.order.team_id = team.id
    story.step(Act.ACCEPT, _next_hour(story.moment, story.world.random), team.name, "", team)
    offer.status, offer.answered_at = OfferStatus.ACCEPTED, story.moment


def _scheduled(story: Story, begins: datetime) -> None:
    order, random = story.order, story.world.random
    order.starts_at, order.ends_at = begins, begins + timedelta(minutes=random.choice((60, 90, 120)))
    team = next(team for team in story.world.teams if team.id == order.team_id)
    story.step(Act.SCHEDULE, story.moment + timedelta(minutes=random.randint(10, 90)), team.name, "", team)
    people = story.world.members.get(team.id, [])
    for volunteer_id in people[:1] + random.sample(people[1:], min(len(people) - 1, random.randint(0, 2))):
        story.world.session.add(Helper(order_id=order.id, volunteer_id=volunteer_id, tenths=None))


def _reported(story: Story) -> None:
    order, random = story.order, story.world.random
    assert order.ends_at is not None
    assert order.starts_at is not None
    done = order.ends_at + timedelta(minutes=random.randint(10, 150))
    order.served, order.served_at, order.report = order.people, done, random.choice(REPORTS)
    team = next(team for team in story.world.teams if team.id == order.team_id)
    story.step(Act.COMPLETE, done, team.name, order.report, team)
    tenths = round((order.ends_at - order.starts_at) / timedelta(minutes=6))
    story.world.session.flush()
    story.world.session.execute(sa.update(Helper).where(Helper.order_id == order.id).values(tenths=tenths))
    _write_hours(story, tenths)


def _write_hours(story: Story, tenths: int) -> None:
    """Write down the hours of those who went; a second person has approved what is some days old."""
    session, order = story.world.session, story.order
    recorder, second = story.world.editors[story.slug], story.world.editors["center"]
    approved = story.moment + timedelta(days=2)
    valid = approved < at(today(), time(0))
    went = session.scalars(sa.select(Helper.volunteer_id).where(Helper.order_id == order.id)).all()
    with in_default_language():
        reason = _("Order %(reference)s", reference=order.reference)
        evidence = _("Reported on %(when)s by %(who)s", when=moment_label(story.moment), who=recorder.name)
    session.add_all(
        ServiceRecord(
            volunteer_id=volunteer_id,
            team_id=order.team_id,
            occurrence_id=None,
            order_id=order.id,
            station_id=order.station_id,
            day=local(story.moment).date(),
            tenths=tenths,
            source=HoursSource.MANUAL,
            from_pairs=False,
            status=HoursStatus.VALID if valid else HoursStatus.WAITING,
            reason=reason,
            evidence=evidence,
            recorder=recorder.name,
            recorder_id=recorder.id,
            approver=second.name if valid else "",
            approver_id=second.id if valid else None,
            recorded_at=story.moment,
            decided_at=approved if valid else None,
            voided_at=None,
        )
        for volunteer_id in went
    )


def _under_way(world: World, state: State, turn: int, item: MenuItem | None) -> None:
    yesterday = _working(today() - timedelta(days=1))
    late = _working(yesterday - timedelta(days=4))
    if state is State.DRAFT:
        _submitted(world, item, yesterday, Act.DRAFT)
        return
    day = late if turn == 0 else yesterday
    if state in (State.SCHEDULED, State.SERVING, State.RATING, State.FOLLOW_UP):
        day = _working(late - timedelta(days=5))
    story = _submitted(world, item, day)
    order = story.order
    if state is State.RETURNED:
        story.step(Act.RETURN, story.moment + timedelta(hours=1), story.slug, QUESTION)
    elif state is State.REFUSED:
        story.step(Act.REFUSE, story.moment + timedelta(hours=2), story.slug, REFUSALS[turn % len(REFUSALS)])
    elif state is State.WITHDRAWN:
        story.step(Act.WITHDRAW, story.moment + timedelta(hours=5), "", CHANGED_MIND)
    elif state is State.CANCELLED:
        _admitted(story)
        story.step(Act.CANCEL, _next_hour(story.moment, world.random), "office2", NOBODY_CAN)
    elif state is not State.SUBMITTED:
        _go_on(story, state, turn, yesterday)
    world.session.flush()
    if order.state is not state:
        raise ValueError(f"{order.state} is not {state}")


def _go_on(story: Story, state: State, turn: int, yesterday: date) -> None:
    world = story.world
    _admitted(story)
    if state is State.ADMITTED:
        if turn == 0:  # a team has said no, another is looked for
            declined = _dispatched(story)
            offer = world.session.scalars(sa.select(Offer).where(Offer.order_id == story.order.id)).one()
            offer.status, offer.reason = OfferStatus.DECLINED, DECLINES[turn]
            story.step(
                Act.DECLINE, _next_hour(story.moment, world.random), declined.name, DECLINES[turn], declined
            )
            offer.answered_at = story.moment
        return
    story.moment = max(story.moment, at(yesterday, time(9, 20 + turn)))  # so that nobody is late to answer
    _dispatched(story, world.teams[turn * 5 % len(world.teams)] if state is State.OFFERED else None)
    if state is State.OFFERED:
        return
    _accepted(story)
    if state is State.ACCEPTED:
        return
    if state is State.SCHEDULED:
        _scheduled(story, at(working_days_after(today(), 1 + turn % 4), time(9 + turn % 3)))
        return
    _scheduled(story, at(yesterday, time(15)))
    story.step(Act.START, at(yesterday, time(15)))
    if state is State.SERVING:
        return
    _reported(story)
    if state is State.FOLLOW_UP:
        _rated(story, Grade.BAD)


def _working(day: date) -> date:
    """Return a day, or the last working day before it."""
    while not is_working_day(day):
        day -= timedelta(days=1)
    return day


def _next_hour(moment: datetime, random: Random) -> datetime:
    """Return a moment an hour or two later, within working hours, never today."""
    later = moment + timedelta(minutes=random.randint(30, 120))
    day, wall = local(later).date(), local(later).time()
    if wall >= time(17, 30):
        later = at(working_days_after(day, 1), time(8, random.randint(10, 59)))
    latest = at(today(), time(0)) - timedelta(minutes=20)
    return min(later, latest, now())
