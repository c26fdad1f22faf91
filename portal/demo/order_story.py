"""Write one order of the demo and its history, step by step by the table of portal.orders.flow."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.activities.models import Audience
from portal.activities.working_days import working_days_after
from portal.clock import local
from portal.contact import name_key, phone_index
from portal.demo.people import Neighbourhood, Resident
from portal.demo.texts.menu import NOTES, OFTEN, WISHES, granny, lane
from portal.orders import consent
from portal.orders.door import deadline
from portal.orders.flow import BY_ACT, Act, Clock, State
from portal.orders.menu_models import MenuItem, Where
from portal.orders.models import (
    ForWhom,
    Grade,
    Offer,
    OfferStatus,
    Order,
    OrderStep,
    PartOfDay,
    Place,
    Source,
    WishedTime,
)
from portal.orders.ordering import token_of
from portal.orders.wishes import bit_of
from portal.references import ALPHABET
from portal.stations.models import Station
from portal.tokens import token_hash
from portal.volunteers.models import Team

BY_STAFF = 0.35  # of the orders, on the phone or at the desk
WITHOUT_PHONE = 0.3  # of those


@dataclass(slots=True)
class World:
    """What orders are made of."""

    session: Session
    random: Random
    stations: dict[str, Station]
    people: dict[str, Neighbourhood]
    items: Sequence[MenuItem]
    teams: Sequence[Team]
    editors: dict[str, Account]
    members: dict[int, list[int]]


class Story:
    """One order and what has become of it, written step by step."""

    def __init__(self, world: World, slug: str, item: MenuItem | None, begins: datetime) -> None:
        self.world, self.slug, self.moment = world, slug, begins
        self.order = _order(world, slug, item, begins)
        world.session.add(self.order)
        world.session.flush()

    def first(self, act: Act) -> None:
        """Open its history."""
        self.order.state = State.DRAFT if act is Act.DRAFT else State.SUBMITTED
        self._write(act, None, self.order.entered_by, self.slug if self.order.entered_by else None)
        self.order.due_at = None if act is Act.DRAFT else deadline(Clock.ADMIT, self.moment)

    def step(
        self,
        act: Act,
        at_moment: datetime,
        who: str = "",
        note: str = "",
        team: Team | None = None,
        grade: Grade | None = None,
    ) -> None:
        """Take it one step on, as the table has it."""
        row = BY_ACT[act]
        if self.order.state not in row.sources:
            raise ValueError(f"{act} from {self.order.state}")
        self.moment = max(at_moment, self.moment + timedelta(minutes=3))
        before, self.order.state = self.order.state, row.to
        self.order.due_at = deadline(row.clock, self.moment) if row.clock else None
        if row.clock is Clock.SERVE:
            self.order.due_at = self.order.ends_at
        self._write(act, before, who, None, note, team, grade)

    def _write(
        self,
        act: Act,
        before: State | None,
        who: str,
        slug: str | None,
        note: str = "",
        team: Team | None = None,
        grade: Grade | None = None,
    ) -> None:
        account = self.world.editors.get(who)
        name = account.name if account else who
        station = account.station_id if account else self.world.stations[slug].id if slug else None
        self.order.changed_at = self.moment
        self.world.session.add(
            OrderStep(
                order_id=self.order.id,
                at=self.moment,
                act=act,
                before=before,
                after=self.order.state,
                who=name,
                account_id=account.id if account else None,
                station_id=station,
                team_id=team.id if team else None,
                note=note,
                grade=grade,
                due_at=self.order.due_at,
            )
        )

    def offer(self, team: Team, status: OfferStatus, reason: str = "") -> Offer:
        """Write down that a team was asked in this moment."""
        answered = None if status is OfferStatus.ASKED else self.moment + timedelta(hours=3)
        row = Offer(
            order_id=self.order.id,
            team_id=team.id,
            status=status,
            score=self.world.random.randint(62, 95),
            reason=reason,
            asked_at=self.moment,
            due_at=self.order.due_at,
            answered_at=answered,
        )
        self.world.session.add(row)
        return row


def _order(world: World, slug: str, item: MenuItem | None, begins: datetime) -> Order:
    random = world.random
    who = random.choice(_those_who(world.people[slug], item))
    by_staff = random.random() < BY_STAFF
    editor = world.editors[slug]
    for_whom = ForWhom.SELF if by_staff else random.choice((ForWhom.SELF, ForWhom.FAMILY, ForWhom.OTHER))
    phone = "" if by_staff and random.random() < WITHOUT_PHONE else who.phone
    reference = "D-" + "".join(random.choice(ALPHABET) for _letter in range(10))
    text, title, category = ("", item.title, item.category) if item else random.choice(WISHES)
    place = Place.STATION
    if item is None or item.place is Where.HOME or (item.place is Where.EITHER and random.random() < 0.5):
        place = Place.HOME
    order = Order(
        reference=reference,
        token_hash=token_hash(token_of(reference)),
        state=State.SUBMITTED,
        item_id=item.id if item else None,
        item=item,
        category=category,
        title=title,
        text=text or (random.choice(NOTES) if random.random() < 0.3 else ""),
        people=item.people_min if item else 1,
        for_whom=for_whom,
        for_name="" if for_whom is ForWhom.SELF else granny(random.choice(OFTEN), random.randint(70, 88)),
        station_id=world.stations[slug].id,
        place=place,
        address=lane(random.randint(1, 12), random.randint(1, 60)) if place is Place.HOME else "",
        name=who.name,
        name_key=name_key(who.name),
        phone=phone or None,
        phone_index=phone_index(phone),
        source=random.choice((Source.PHONE, Source.DESK)) if by_staff else Source.WEB,
        entered_by=editor.name if by_staff else "",
        operator_id=editor.id if by_staff else None,
        consent=consent.ORDER,
        desk_id=world.stations[slug].id,
        due_at=None,
        team_id=None,
        starts_at=None,
        ends_at=None,
        occurrence_id=None,
        served=None,
        served_at=None,
        grade=None,
        rated_at=None,
        rated_by=None,
        closed_at=None,
        created_at=begins,
        changed_at=begins,
        anonymised_at=None,
    )
    order.times = [
        WishedTime(position=position, day=day, part=part)
        for position, (day, part) in enumerate(_wished(random, item, local(begins).date()), 1)
    ]
    return order


def _those_who(people: Neighbourhood, item: MenuItem | None) -> Sequence[Resident]:
    if item is not None and item.audience is Audience.CHILDREN:
        return people.families
    return people.seniors if item is not None and item.audience is Audience.ELDERLY else people.grown_ups


def _wished(random: Random, item: MenuItem | None, day: date) -> list[tuple[date, PartOfDay]]:
    first = working_days_after(day, item.lead_days if item else 2)
    found = [
        (first + timedelta(days=ahead), part)
        for ahead in range(14)
        for part in PartOfDay
        if (item is None or not item.times or item.times & bit_of(first + timedelta(days=ahead), part))
        and part is not PartOfDay.EVENING
    ]
    return sorted(random.sample(found[:6], min(random.randint(0, 2), len(found))))
