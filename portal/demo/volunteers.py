"""Invent the teams of the demo and who serves in them: 11 organisations, 22 teams, 2 400 volunteers."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.clock import now, today
from portal.contact import phone_index
from portal.demo.people import MEN, NUMBER, OLD_MEN, OLD_WOMEN, SURNAMES, WOMEN
from portal.demo.texts.teams import ORGANIZATIONS, TEAMS
from portal.registrations import consent
from portal.stations.models import Station
from portal.volunteers.models import (
    Membership,
    MembershipStatus,
    Organization,
    Team,
    TeamStation,
    Volunteer,
)

PEOPLE = 2400
ASKING = 9  # would like to join
SECOND_TEAM = 0.08
SHARED_PHONE = 0.05
WITHOUT_PHONE = 0.04


def write_volunteers(session: Session, stations: dict[str, Station], accounts: Sequence[Account]) -> None:
    """Write organisations, teams and people; the first accounts are the leaders', the others volunteers'."""
    random = Random("volunteers")  # noqa: S311 - the same demo every time
    bodies = [
        Organization(
            name=name,
            station_id=stations[slug].id,
            registered=registered,
            phone=stations[slug].phone,
            position=position,
        )
        for position, (name, slug, registered) in enumerate(ORGANIZATIONS)
    ]
    session.add_all(bodies)
    session.flush()
    teams = [
        Team(
            organization_id=bodies[one.organization].id,
            station_id=stations[one.station].id,
            name=one.name,
            kind=one.kind,
            does=one.does,
            skills=one.skills,
            times=one.times,
            leader_id=None,
        )
        for one in TEAMS
    ]
    session.add_all(teams)
    session.flush()
    session.add_all(
        TeamStation(team_id=team.id, station_id=stations[slug].id)
        for team, one in zip(teams, TEAMS, strict=True)
        for slug in one.serves
    )
    places = [*range(len(TEAMS)), *random.choices(range(len(TEAMS)), [one.weight for one in TEAMS], k=PEOPLE)]
    people = [_person(random, number, place, stations) for number, place in enumerate(places[:PEOPLE], 1)]
    for account, person in zip(accounts, people, strict=False):
        person["account_id"], person["name"] = account.id, account.name
    session.execute(sa.insert(Volunteer), people)
    ids = {row.number: row.id for row in session.execute(sa.select(Volunteer.number, Volunteer.id))}
    memberships = []
    for person, place in zip(people, places, strict=False):
        joined = person["created_at"]
        chosen = {place} | ({random.randrange(len(TEAMS))} if random.random() < SECOND_TEAM else set())
        for number in sorted(chosen):
            memberships.append(
                {
                    "team_id": teams[number].id,
                    "volunteer_id": ids[person["number"]],
                    "status": MembershipStatus.MEMBER,
                    "word": "",
                    "reason": "",
                    "asked_at": joined,
                    "decided_at": joined,
                    "decided_by": "示例",
                }
            )
    for row in memberships[-ASKING:]:
        row |= {
            "status": MembershipStatus.ASKED,
            "word": "周末都有空",
            "decided_at": None,
            "decided_by": "",
            "asked_at": now() - timedelta(days=random.randint(0, 6), minutes=random.randint(1, 600)),
        }
    session.execute(sa.insert(Membership), memberships)
    for place, team in enumerate(teams):
        team.leader_id = ids[people[place]["number"]]
    session.flush()


def _person(random: Random, number: int, place: int, stations: dict[str, Station]) -> dict[str, Any]:
    drawn = TEAMS[place]
    years = random.choices((16, 20, 35, 50, 64), (4, 14, 30, 34, 18))[0] + random.randint(0, 9)
    young = 17 < years < 60
    givens = (WOMEN if young else OLD_WOMEN) if random.random() < 0.6 else (MEN if young else OLD_MEN)
    shared = number - 1 if random.random() < SHARED_PHONE else number
    phone = None if random.random() < WITHOUT_PHONE else NUMBER.format(shared * 7 % 10_000)
    born_on = _birthday(years, random.randint(0, 364))
    minor = (today() - born_on).days < 18 * 365.25
    home = drawn.station if random.random() < 0.6 else random.choice(drawn.serves)
    return {
        "number": f"V-{number:05}",
        "account_id": None,
        "station_id": stations[home].id,
        "name": random.choice(SURNAMES) + random.choice(givens),
        "phone": phone,
        "phone_index": phone_index(phone or ""),
        "born_on": born_on,
        "skills": random.choice(drawn.skills.split()),
        "free": random.getrandbits(21) & random.getrandbits(21),
        "guardian": "家长（示例）" if minor else "",
        "guardian_relation": "mother" if minor else "",
        "guardian_phone": "13800000000" if minor else None,
        "guardian_consent": consent.VOLUNTEER_MINOR if minor else "",
        "guardian_consent_at": now() if minor else None,
        "consent": consent.SIGN_UP,
        "created_at": now() - timedelta(days=random.randint(20, 1500)),
    }


def _birthday(years: int, days: int) -> date:
    return today() - timedelta(days=round(years * 365.25) + days)
