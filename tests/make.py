"""Make what a test needs to be there: accounts, activities, dates; through the portal's own actions."""

import itertools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask, has_app_context
from werkzeug.security import generate_password_hash

from portal.access import NOBODY, Actor, Role, Scope
from portal.accounts.models import Account
from portal.activities import actions, kept_forms, room_requests
from portal.activities.content import Content, Where
from portal.activities.dates import Span
from portal.activities.models import Audience, Category, Occurrence, SignUp
from portal.activities.recurrence import Kind, Rule
from portal.activities.recurrences import Repeats
from portal.activities.room_free import Wish
from portal.activities.room_rules import Asker
from portal.clock import now, today
from portal.db import db, transaction
from portal.kiosk import notices, pairing
from portal.messages.actions import tell
from portal.messages.models import Message
from portal.orders.menu_models import Menu, MenuItem, MenuItemStation, MenuItemTeam, MenuStatus
from portal.registrations.actions import Receipt, register
from portal.registrations.course import CourseReceipt, register_course
from portal.registrations.party import Consent, Party, Source
from portal.stations.models import Level, Room, Station
from portal.volunteers import doubts, hours, hours_queries, shifts
from portal.volunteers.models import (
    Membership,
    MembershipStatus,
    Organization,
    Team,
    TeamKind,
    Volunteer,
)
from portal.volunteers.personal import make_feed
from portal.volunteers.presence import call_in
from portal.volunteers.shift_models import ServiceRecord

PASSWORD = "copper lantern drifting seaweed"


@dataclass(frozen=True, slots=True)
class Login:
    """An account and what it takes to get in."""

    id: int
    username: str
    password: str
    actor: Actor


class Make:
    """Make things; everything comes back as plain values, good outside of the portal's context."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._numbers = itertools.count(1)

    @contextmanager
    def _inside(self) -> Iterator[None]:
        if has_app_context():
            yield
        else:
            with self.app.app_context():
                yield

    def station(self, slug: str = "s1") -> int:
        """Return the id of a station of the network."""
        with self._inside():
            return db.session.scalars(sa.select(Station.id).where(Station.slug == slug)).one()

    def room(self, station: str = "s1", name: str = "道德讲堂") -> int:
        """Return the id of a station's room."""
        with self._inside():
            return db.session.scalars(
                sa.select(Room.id).where(Room.station_id == self.station(station), Room.name == name)
            ).one()

    def account(
        self,
        role: Role = Role.EDITOR,
        station: str = "s1",
        username: str | None = None,
        password: str = PASSWORD,
    ) -> Login:
        """Make an account; its hash is a cheap one, for speed."""
        username = username or f"{role}{next(self._numbers)}"
        name = f"{username} of {station}"
        with self._inside():
            with transaction() as session:
                account = Account(
                    username=username,
                    name=name,
                    password_hash=generate_password_hash(password, "pbkdf2:sha256:1"),
                    role=role,
                    station_id=self.station(station),
                    created_at=now(),
                    disabled_at=None,
                )
                session.add(account)
                session.flush()
                account_id = account.id
            actor = Actor(account_id, name, role, self.scope(station))
        return Login(account_id, username, password, actor)

    def kiosk(self, station: str = "s1", name: str = "服务大厅") -> tuple[int, str]:
        """Pair a screen; return its id and the secret of its cookie."""
        with self._inside():
            secret = pairing.begin(station)
            waits = pairing.waiting(secret, station)
            assert waits is not None
            by = Actor(None, "manager of all", Role.MANAGER, self.scope("center"))
            return pairing.pair(waits.code, name, by), secret

    def board_notice(self, station: str = "s1", text: str = "周五下午停水", until: date | None = None) -> int:
        """Put a notice on the boards of a station, for a week unless told, and return its id."""
        with self._inside():
            by = self.actor(Role.EDITOR, station)
            return notices.post(self.station(station), text, until or today() + timedelta(days=7), by)

    def scope(self, station: str = "s1") -> Scope:
        """Return the scope of a station: itself and all below it, everything for the centre."""
        with self._inside():
            row = db.session.execute(
                sa.select(Station.id, Station.level).where(Station.slug == station)
            ).one()
            return Scope(row.id, everything=row.level is Level.CENTRE)

    def actor(self, role: Role = Role.EDITOR, station: str = "s1") -> Actor:
        """Return somebody who acts, without an account."""
        return Actor(None, f"{role} of {station}", role, self.scope(station))

    def activity(
        self,
        station: str = "s1",
        published: bool = True,
        spans: Sequence[Span] | None = None,
        room: str | None = None,
        seats: int | None = None,
        title: str | None = None,
        text: str = "",
        category: Category = Category.CULTURE,
        audiences: tuple[Audience, ...] = (Audience.EVERYONE,),
        cohosts: tuple[str, ...] = (),
        series_id: int | None = None,
        registration: bool = False,
        place: str = "榕树下",
        party_max: int = 4,
        ages: tuple[int | None, int | None] = (None, None),
        opens_days: int | None = None,
        closes_minutes: int = 0,
        repeats: Repeats | None = None,
        sign_up: SignUp = SignUp.DATES,
    ) -> int:
        """Post an activity, tomorrow from ten to eleven unless `spans` or a rule say otherwise."""
        title = title or f"活动 {next(self._numbers)}"
        content = Content(
            title=title,
            text=text,
            category=category,
            series_id=series_id,
            audiences=audiences,
            cohost_ids=tuple(self.station(slug) for slug in cohosts),
            registration=registration,
            party_max=party_max,
            min_age=ages[0],
            max_age=ages[1],
            contact="",
            phone="",
            opens_days=opens_days,
            closes_minutes=closes_minutes,
            sign_up=sign_up,
        )
        where = Where(self.room(station, room) if room else None, "" if room else place, "", "", seats)
        with self._inside():
            return actions.post(
                self.station(station),
                content,
                where,
                spans or [span()],
                publish=published,
                by=self.actor(Role.EDITOR, station),
                repeats=repeats,
            )

    def occurrence(
        self,
        station: str = "s1",
        published: bool = True,
        when: Span | None = None,
        room: str | None = None,
        seats: int | None = None,
        title: str | None = None,
        cohosts: tuple[str, ...] = (),
    ) -> int:
        """Post an activity of one date and return the id of that date."""
        spans = [when or span()]
        activity_id = self.activity(station, published, spans, room, seats, title, cohosts=cohosts)
        return self.dates_of(activity_id)[0]

    def class_with_seats(self, seats: int | None = 10, when: Span | None = None, **how: Any) -> int:
        """Post an activity that takes registrations and return the id of its one date."""
        activity_id = self.activity(registration=True, seats=seats, spans=[when or span()], **how)
        return self.dates_of(activity_id)[0]

    def course(
        self, dates: int = 4, seats: int | None = 10, sign_up: SignUp = SignUp.COURSE, **how: Any
    ) -> list[int]:
        """Post a course on so many days from tomorrow on and return the ids of its dates."""
        spans = how.pop("spans", None) or [span(days) for days in range(1, dates + 1)]
        activity_id = self.activity(registration=True, seats=seats, spans=spans, sign_up=sign_up, **how)
        return self.dates_of(activity_id)

    def room_request(
        self,
        station: str = "s1",
        room: str = "道德讲堂",
        when: Span | None = None,
        by: Actor | None = None,
        people: int = 5,
        purpose: str = "合唱排练",
        **who: str,
    ) -> room_requests.Receipt:
        """Ask for a room, the day after tomorrow from nine to ten unless told; `by` books it at once."""
        number = next(self._numbers)
        when = when or span(2, "09:00", "10:00")
        given = {"name": f"示例{number}", "phone": f"1370000{number:04}"} | who
        with self._inside():
            room_id = self.room(station, room)
            wish = Wish(when.first, when.opens, when.closes, purpose, people)
            if by is not None:
                return room_requests.write_down(room_id, wish, Asker(**given), "test", by)
            return room_requests.ask(room_id, wish, Asker(**given), "test")

    def course_registration(
        self,
        occurrence_id: int,
        people: int = 1,
        device: str = "",
        source: Source = Source.WEB,
        by: Actor = NOBODY,
        key: str = "",
        **what: Any,
    ) -> CourseReceipt:
        """Sign a party up for the whole course that a date belongs to, and return its receipt."""
        party = self.party(people, **what)
        agreed = Consent("test", "test" if party.children else "")
        with self._inside():
            return register_course(occurrence_id, party, agreed, source, by, device, key)

    def party(self, people: int = 1, **what: Any) -> Party:
        """Return a party of grown-ups with a name and a number that nobody has had before."""
        number = next(self._numbers)
        given: dict[str, Any] = {"name": f"示例{number}", "phone": f"1380000{number:04}", "adults": people}
        return Party(**given | what)

    def registration(
        self,
        occurrence_id: int,
        people: int = 1,
        device: str = "",
        source: Source = Source.WEB,
        by: Actor = NOBODY,
        **what: Any,
    ) -> Receipt:
        """Sign a party up and return its receipt."""
        party = self.party(people, **what)
        agreed = Consent("test", "test" if party.children else "")
        with self._inside():
            return register(occurrence_id, party, agreed, source, by, device)

    def kept_form(self, station: str = "s1") -> int:
        """Let a new editor of a station begin to post something; return the id of what is kept of it."""
        by = self.account(Role.EDITOR, station).actor
        with self._inside():
            return kept_forms.keep(f"form {next(self._numbers)}", "填到一半", [], None, 0, by).id

    def dates_of(self, activity_id: int) -> list[int]:
        """Return the ids of an activity's dates, the first first."""
        with self._inside():
            wanted = sa.select(Occurrence.id).where(Occurrence.activity_id == activity_id)
            return list(db.session.scalars(wanted.order_by(Occurrence.starts_at, Occurrence.id)))

    def organization(self, station: str = "s1", **what: Any) -> int:
        """Make an organisation in the scope of a station and return its id."""
        with self._inside(), transaction() as session:
            given: dict[str, Any] = {"name": f"示例组织 {next(self._numbers)}"}
            body = Organization(station_id=self.station(station), **given | what)
            session.add(body)
            session.flush()
            return body.id

    def team(self, station: str = "s1", kind: TeamKind = TeamKind.RELIEF, **what: Any) -> int:
        """Make a team of an organisation of its own at a station and return its id."""
        number = next(self._numbers)
        with self._inside(), transaction() as session:
            body_id = self.organization(station)
            given: dict[str, Any] = {"name": f"示例队 {number}", "leader_id": None}
            team = Team(organization_id=body_id, station_id=self.station(station), kind=kind, **given | what)
            session.add(team)
            session.flush()
            return team.id

    def volunteer(
        self, team_id: int | None = None, station: str = "s1", leads: bool = False, **what: Any
    ) -> int:
        """Make a grown-up volunteer, member of a team (of a new one unless given), and return the id."""
        number = next(self._numbers)
        team_id = self.team(station) if team_id is None else team_id
        given: dict[str, Any] = {
            "born_on": date(1980, 5, 1),
            "name": f"示例志愿者{number}",
            "consent": "test",
        }
        with self._inside(), transaction() as session:
            row = Volunteer(
                number=f"V-9{number:04}",
                station_id=self.station(station),
                **{"phone": None, "phone_index": None, "guardian": "", "created_at": now()} | given | what,
            )
            session.add(row)
            session.flush()
            moments = {"asked_at": now(), "decided_at": now(), "decided_by": "test"}
            member = MembershipStatus.MEMBER
            session.add(Membership(team_id=team_id, volunteer_id=row.id, status=member, **moments))
            if leads:
                session.get_one(Team, team_id).leader_id = row.id
            return row.id

    def membership(self, volunteer_id: int) -> int:
        """Return the id of a volunteer's first membership."""
        with self._inside():
            wanted = sa.select(Membership.id).where(Membership.volunteer_id == volunteer_id)
            return db.session.scalars(wanted.order_by(Membership.id)).first() or 0

    def shift(self, occurrence_id: int | None = None, station: str = "s1", **what: Any) -> int:
        """Add a shift for two to a date (to a new one of the station), while it lasts; return the id."""
        with self._inside():
            occurrence_id = self.occurrence(station) if occurrence_id is None else occurrence_id
            date_of = db.session.get_one(Occurrence, occurrence_id)
            given: dict[str, Any] = {
                "role": "登记",
                "starts_at": date_of.starts_at,
                "ends_at": date_of.ends_at,
                "head_count": 2,
                "anyway": True,
            }
            wanted = shifts.Wanted(**given | what)
            return shifts.make(occurrence_id, wanted, self.actor(Role.EDITOR, "center"))

    def volunteer_login(self, volunteer_id: int, role: Role = Role.VOLUNTEER) -> Login:
        """Give a volunteer a login; its hash is a cheap one."""
        login = self.account(role, "s1", username=f"vol{volunteer_id}")
        with self._inside(), transaction() as session:
            session.get_one(Volunteer, volunteer_id).account_id = login.id
        return login

    def feed(self, volunteer_id: int) -> str:
        """Make the secret of a volunteer's own calendar and return it; they get a login if they have none."""
        with self._inside():
            account_id = db.session.get_one(Volunteer, volunteer_id).account_id
            account_id = account_id or self.volunteer_login(volunteer_id).id
            return make_feed(volunteer_id, Actor(account_id, "test", Role.VOLUNTEER, None))

    def presence(self, station: str = "s1") -> int:
        """Let a new volunteer be checked in at a date of today at a station; return the id of the pair."""
        occurrence_id = self.occurrence(station, when=span(0, "00:00", "23:59"))
        volunteer_id = self.volunteer(station=station)
        with self._inside():
            return call_in(occurrence_id, volunteer_id, now(), self.actor(Role.EDITOR, station)).presence_id

    def menu(
        self,
        station: str = "center",
        title: str = "第三期",
        starts_on: date | None = None,
        ends_on: date | None = None,
        published: bool = True,
        **what: Any,
    ) -> int:
        """Make an edition of the menu, from 30 days ago to 60 days ahead unless told, and return its id."""
        given: dict[str, Any] = {
            "starts_on": starts_on or today() - timedelta(days=30),
            "ends_on": ends_on or today() + timedelta(days=60),
            "status": MenuStatus.PUBLISHED if published else MenuStatus.DRAFT,
            "published_at": now() if published else None,
        }
        with self._inside(), transaction() as session:
            moments = {"created_at": now(), "changed_at": now()}
            menu = Menu(station_id=self.station(station), title=title, **moments, **given | what)
            session.add(menu)
            session.flush()
            return menu.id

    def menu_item(
        self,
        menu_id: int | None = None,
        title: str = "上门理发",
        category: Category = Category.VOLUNTEERING,
        stations: Sequence[str] = (),
        teams: Sequence[int] = (),
        **columns: Any,
    ) -> int:
        """Put an item on an edition (on the published one of the centre unless given) and return its id.

        `stations` are slugs, `teams` ids, `columns` whatever else the row has.
        """
        with self._inside(), transaction() as session:
            if menu_id is None:
                of_centre = sa.select(Menu.id).where(
                    Menu.station_id == self.station("center"),
                    Menu.status == MenuStatus.PUBLISHED,
                    Menu.starts_on <= today(),
                    Menu.ends_on >= today(),
                )
                menu_id = session.scalars(of_centre.order_by(Menu.id)).first() or self.menu()
            count = sa.select(sa.func.count(MenuItem.id)).where(MenuItem.menu_id == menu_id)
            given: dict[str, Any] = {"position": session.scalars(count).one() + 1}
            item = MenuItem(menu_id=menu_id, title=title, category=category, **given | columns)
            session.add(item)
            session.flush()
            for slug in stations:
                session.add(MenuItemStation(item_id=item.id, station_id=self.station(slug)))
            for team_id in teams:
                session.add(MenuItemTeam(item_id=item.id, team_id=team_id))
            return item.id

    def record(self, station: str = "s1", tenths: int = 20, volunteer_id: int | None = None) -> int:
        """Write down hours of yesterday by hand at a station, to be approved; return the record's id."""
        when = span(-1, "00:00", "23:59", lasts=2)
        occurrence_id = self.occurrence(station, when=when)
        volunteer_id = self.volunteer(station=station) if volunteer_id is None else volunteer_id
        by = self.account(Role.EDITOR, station).actor
        with self._inside():
            team_id = hours_queries.teams_ever(volunteer_id)[0].id
            return hours.enter(
                volunteer_id, occurrence_id, team_id, when.first, tenths, "忘了签到", "合影", by
            )

    def doubt(self, record_id: int, words: str = "少了半小时") -> int:
        """Let the volunteer of a record say it is wrong; return the doubt's id."""
        with self._inside():
            volunteer_id = db.session.get_one(ServiceRecord, record_id).volunteer_id
            return doubts.ask(record_id, words, volunteer_id, NOBODY)

    def message(self, station: str = "s1", address: str = "", dedupe: str | None = None) -> int:
        """Put a message into a station's outbox and return its id; without an address it is a call."""
        dedupe = dedupe or f"message {next(self._numbers)}"
        with self._inside():
            with transaction() as session:
                tell(
                    session,
                    "test.told",
                    dedupe,
                    self.station(station),
                    "陈阿姨",
                    address,
                    "明天的讲座改到下午三点。",
                )
            return db.session.scalars(sa.select(Message.id).where(Message.dedupe == dedupe)).one()


def span(
    days: int = 1, opens: str = "10:00", closes: str = "11:00", lasts: int = 1, first: date | None = None
) -> Span:
    """Return a time so many days from today (or on the date `first`), going on for `lasts` days."""
    first = first or today() + timedelta(days=days)
    return Span(
        first, first + timedelta(days=lasts - 1), time.fromisoformat(opens), time.fromisoformat(closes)
    )


def each_week(
    days: int = 1, opens: str = "10:00", closes: str = "11:00", first: date | None = None, **parts: Any
) -> Repeats:
    """Return a rule for each week from so many days from today on, six times unless it says otherwise."""
    first = first or today() + timedelta(days=days)
    given: dict[str, Any] = {"weekdays": (first.weekday(),), "count": 6}
    given |= {"count": None} if "ends_on" in parts else {}
    rule = Rule(Kind.WEEKLY, first, **given | parts)
    return Repeats(rule, time.fromisoformat(opens), time.fromisoformat(closes))
