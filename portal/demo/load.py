"""Write the demonstration year into an empty portal; see product §7 for its rules."""

import os
import secrets
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access import MACHINE, Role
from portal.accounts.models import Account
from portal.accounts.passwords import hash_password
from portal.activities import rooms
from portal.activities.content import Where
from portal.activities.dates import span_of
from portal.activities.models import (
    Activity,
    ActivityAudience,
    ActivityCohost,
    ActivityStatus,
    Audience,
    Category,
    CountSource,
    Occurrence,
    OccurrenceStatus,
    Series,
    SignUp,
)
from portal.activities.recurrences import store
from portal.activities.search import search_text
from portal.audit.actions import record
from portal.clock import ZONE, now, today
from portal.db import transaction
from portal.demo.boards import put_up_notices
from portal.demo.menus import write_menus
from portal.demo.orders import write_orders
from portal.demo.people import MEN, SURNAMES, WOMEN
from portal.demo.plan import Holding, Offering, demo_year, station_profiles
from portal.demo.presences import write_service
from portal.demo.registrations import sign_people_up
from portal.demo.rooms import ask_for_rooms
from portal.demo.shifts import ask_for_volunteers
from portal.demo.texts.teams import TEAMS
from portal.demo.timetable import AHEAD
from portal.demo.volunteers import write_volunteers
from portal.errors import Refused
from portal.i18n import _
from portal.stations.models import NetworkFact, Room, RoomHours, Station, StationHours
from portal.stations.reference import ROOMS
from portal.stations.shell import DEMO

VOLUNTEER_LOGINS = 20
LOGINS_FILE = "demo-logins.tsv"
# The words of a demo password: eight of these syllables are 43 bits, and every instance has its own.
SYLLABLES = [consonant + vowel for consonant in "bdfghklmnprstwyz" for vowel in "aeou"]
THEMES = {"qiao": "侨"}
EDITORS = ("许桂兰", "蔡玉梅", "吴国栋", "陈秀英", "彭秋菊", "郑小莲", "黄文强", "林秋月", "施美珍")
REVIEWERS = ("李志明", "张惠芬", "何水生", "周丽珠", "邓月娥", "罗锦华", "谢春燕", "梁永福", "曾素琴")


@dataclass(frozen=True, slots=True)
class Login:
    """One account of the demonstration."""

    username: str
    password: str
    role: Role
    station: str
    name: str


def load(instance: Path) -> bool:
    """Fill an empty portal with the demonstration; return False if it is there already.

    Raises:
        Refused: the portal holds real data.
    """
    with transaction() as session:
        if session.get(NetworkFact, DEMO) is not None:
            return False
        if has_real_data(session):
            raise Refused(_("This portal holds real data; the demonstration does not mix with it."))
    logins = make_logins()
    with ThreadPoolExecutor() as pool:  # scrypt is slow on purpose and leaves the interpreter free
        hashes = list(pool.map(hash_password, [login.password for login in logins]))
    year = demo_year(today())
    with transaction() as session:
        stations = {station.slug: station for station in session.scalars(sa.select(Station))}
        _dress_stations(session, stations)
        _write_accounts(session, logins, hashes, stations)
        _write_year(session, year, stations)
        write_volunteers(session, stations, _accounts_of_volunteers(session))
        editors = {one.station: one.name for one in logins if one.role is Role.EDITOR}
        sign_people_up(session, editors)
        write_service(session, ask_for_volunteers(session, editors))
        write_menus(session, stations)
        write_orders(session, stations)
        ask_for_rooms(session, stations, editors)
        put_up_notices(stations, editors)
        session.add(NetworkFact(key=DEMO, value=now().isoformat()))
        record(session, MACHINE, "demo.loaded", "network", detail=f"{len(year)}")
    write_logins(instance / LOGINS_FILE, logins)
    return True


def has_real_data(session: Session) -> bool:
    """Say whether anybody has an account or posted anything."""
    return any(session.scalar(sa.select(sa.exists().select_from(table))) for table in (Account, Activity))


def make_logins() -> list[Login]:
    """Make one login per role and scope, with passwords of this instance alone."""
    wanted = [
        ("center", Role.MANAGER, "center", "林国华（示例）"),
        ("office", Role.MANAGER, "office", "陈惠玲（示例）"),
        ("center2", Role.EDITOR, "center", "黄秀英（示例）"),
        ("office2", Role.EDITOR, "office", "郑文强（示例）"),
        *((f"s{n}", Role.EDITOR, f"s{n}", f"{name}（示例）") for n, name in enumerate(EDITORS, 1)),
        *((f"r{n}", Role.REVIEWER, f"s{n}", f"{name}（示例）") for n, name in enumerate(REVIEWERS, 1)),
        ("auditor", Role.AUDITOR, "center", "余大明（示例）"),
        *(
            (f"leader{n}", Role.LEADER, team.station, f"{SURNAMES[n]}{WOMEN[n % len(WOMEN)]}（示例）")
            for n, team in enumerate(TEAMS, 1)
        ),
        *(
            (f"volunteer{n}", Role.VOLUNTEER, f"s{n % 9 + 1}", f"{SURNAMES[-n]}{MEN[n % len(MEN)]}（示例）")
            for n in range(1, VOLUNTEER_LOGINS + 1)
        ),
    ]
    return [Login(username, _password(), role, station, name) for username, role, station, name in wanted]


def _password() -> str:
    return "-".join(secrets.choice(SYLLABLES) + secrets.choice(SYLLABLES) for _word in range(4))


def write_logins(path: Path, logins: Sequence[Login]) -> None:
    """Write the logins for whoever runs the demonstration (mode 0600)."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write("username\tpassword\trole\tscope\n")
        for login in logins:
            file.write(f"{login.username}\t{login.password}\t{login.role}\t{login.station}\n")


def _dress_stations(session: Session, stations: dict[str, Station]) -> None:
    by_station: dict[int, dict[str, Room]] = {}
    for room in session.scalars(sa.select(Room)):
        by_station.setdefault(room.station_id, {})[room.name] = room
    for profile in station_profiles():
        station = stations[profile.slug]
        station.address, station.directions = profile.address, profile.directions
        station.phone, station.contact, station.intro = profile.phone, profile.contact, profile.intro
        session.add_all(
            StationHours(station_id=station.id, weekday=day, opens=_wall(opens), closes=_wall(closes))
            for day, opens, closes in profile.hours
        )
        had = {ROOMS[room.code][0]: room for room in profile.rooms}
        for name, row in by_station[station.id].items():
            described = had.get(name)
            row.retired = described is None
            if described is not None:
                row.seats = described.seats
                session.add_all(
                    RoomHours(room_id=row.id, weekday=day, opens=_wall(opens), closes=_wall(closes))
                    for day, opens, closes in described.hours or ()
                )


def _wall(text: str) -> time:
    return time.fromisoformat(text)


def _write_accounts(
    session: Session, logins: Sequence[Login], hashes: Sequence[str], stations: dict[str, Station]
) -> None:
    session.add_all(
        Account(
            username=login.username,
            name=login.name,
            password_hash=hashed,
            role=login.role,
            station_id=stations[login.station].id,
            created_at=now(),
            disabled_at=None,
        )
        for login, hashed in zip(logins, hashes, strict=True)
    )


def _accounts_of_volunteers(session: Session) -> Sequence[Account]:
    wanted = sa.select(Account).where(Account.role.in_((Role.LEADER, Role.VOLUNTEER)))
    return session.scalars(wanted.order_by(Account.id)).all()


def _write_year(session: Session, year: Sequence[Offering], stations: dict[str, Station]) -> None:
    series = {one.code: one.id for one in session.scalars(sa.select(Series))}
    room_ids = {(room.station_id, room.name): room.id for room in session.scalars(sa.select(Room))}
    booked: list[Occurrence] = []
    for offering in year:
        activity = _activity(session, offering, stations, series, room_ids)
        rule_id = _rule_id(session, activity, offering)
        for holding in offering.holdings:
            occurrence = _occurrence(activity, offering, holding)
            if rule_id is not None and offering.repeats is not None:
                occurrence.recurrence_id, occurrence.meant_on = rule_id, holding.starts.date()
                usual = offering.repeats.span_on(holding.starts.date())
                occurrence.by_hand = span_of(occurrence.starts_at, occurrence.ends_at) != usual
            session.add(occurrence)
            if occurrence.published and occurrence.status is OccurrenceStatus.PLANNED:
                booked.append(occurrence)
    session.flush()
    rooms.book(session, [(one, span_of(one.starts_at, one.ends_at)) for one in booked])


def _rule_id(session: Session, activity: Activity, offering: Offering) -> int | None:
    if offering.repeats is None:
        return None
    where = Where(
        activity.room_id,
        activity.place_name,
        activity.place_address,
        activity.place_directions,
        activity.seats,
    )
    return store(session, activity.id, offering.repeats, where, today() + AHEAD).id


def _activity(
    session: Session,
    offering: Offering,
    stations: dict[str, Station],
    series: dict[str, int],
    room_ids: dict[tuple[int, str], int],
) -> Activity:
    station = stations[offering.station]
    first = min(holding.starts for holding in offering.holdings).replace(tzinfo=ZONE)
    posted = min(now(), first - timedelta(days=14))
    place = offering.place
    activity = Activity(
        station_id=station.id,
        series_id=series.get(offering.series or ""),
        title=offering.title,
        text=offering.text,
        category=Category(offering.category),
        themes=" ".join(THEMES[theme] for theme in offering.themes),
        registration=offering.registration,
        sign_up=SignUp(offering.sign_up),
        seats=offering.seats,
        party_max=offering.party_max,
        min_age=offering.min_age,
        max_age=offering.max_age,
        room_id=room_ids[station.id, ROOMS[offering.room][0]] if offering.room else None,
        place_name=place.name if place else "",
        place_address=place.address if place else "",
        place_directions=place.directions if place else "",
        status=ActivityStatus(offering.status),
        published_at=None if offering.status == ActivityStatus.DRAFT else posted,
        created_at=posted,
        changed_at=posted,
        created_by=f"{station.short_name}编辑（示例）",
    )
    session.add(activity)
    activity.search = search_text(session, activity)
    session.flush()
    session.add_all(
        ActivityAudience(activity_id=activity.id, audience=Audience(one)) for one in offering.audiences
    )
    session.add_all(
        ActivityCohost(activity_id=activity.id, station_id=stations[slug].id) for slug in offering.cohosts
    )
    return activity


def _occurrence(activity: Activity, offering: Offering, holding: Holding) -> Occurrence:
    came = holding.attendance
    cancelled = holding.cancelled is not None
    starts_at, ends_at = (moment.replace(tzinfo=ZONE) for moment in (holding.starts, holding.ends))
    return Occurrence(
        activity_id=activity.id,
        station_id=activity.station_id,
        starts_at=starts_at,
        ends_at=ends_at,
        room_id=activity.room_id,
        place_name=activity.place_name,
        place_address=activity.place_address,
        place_directions=activity.place_directions,
        seats=activity.seats,
        status=OccurrenceStatus.CANCELLED if cancelled else OccurrenceStatus.PLANNED,
        cancel_reason=holding.cancelled or "",
        cancelled_at=min(now(), starts_at - timedelta(hours=20)) if cancelled else None,
        published=offering.status == "published",
        changed_at=activity.changed_at,
        sequence=int(cancelled),
        attended=came.total if came else None,
        minors=came.minors if came else None,
        elderly=came.elderly if came else None,
        count_source=(CountSource.ROLL_CALL if came.roll_call else CountSource.COUNTED) if came else None,
        counted_by=activity.created_by if came else "",
        counted_at=min(now(), ends_at + timedelta(hours=1)) if came else None,
    )
