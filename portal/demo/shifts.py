"""Ask for volunteers at the dates of the demo, and let them take the shifts.

The rules are those of portal.volunteers; only their writing, one post at a time, is too slow.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.activities.models import Activity, Occurrence, OccurrenceStatus
from portal.clock import at, local, now, start_of
from portal.demo.blueprints import WEEKEND
from portal.demo.crews import Crew, Crews, Person, crews
from portal.demo.dates import days_between
from portal.demo.texts import BLUEPRINTS
from portal.demo.texts.posts import ALL_DAY, ANYBODY, Need, needs_of
from portal.stations.models import Station
from portal.volunteers.shift_models import Post, PostStatus, Shift, ShiftStatus

AHEAD = 35  # days for which stations ask already
SOON = 7  # days in which the desk minds who is missing
FULL, QUEUE, FULL_WITHIN = 16, 4, 21  # shifts that more people want, how many wait, within how many days
LACKING = 0.15  # of the shifts of the next days
OPEN_FOR = timedelta(days=20)
LONG, LONG_LATELY, LATELY, LONG_EARLIER = timedelta(hours=9, minutes=20), 3, (2, 9), 6
MORNING = 10  # hour before which a long day begins
LOGIN_CAME = 4  # times at least
LARGE = 60  # people at a date that gives work for a long day
WITHDRAWN, BY_STAFF = 0.05, 0.1
ANY_TEAM = 0.25  # of the shifts are for whoever likes
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(slots=True)
class Asked:
    """A shift and its people: who comes, who waits, who withdrew."""

    shift: Shift
    occurrence: Occurrence
    station: str
    ahead: int  # days from today to the shift
    random: Random
    window: tuple[datetime, datetime]  # between when people took it
    goal: int = 0  # so many are to come
    queue: int = 0  # so many are to wait
    confirmed: list[Person] = field(default_factory=list)
    waiting: list[Person] = field(default_factory=list)
    withdrawn: list[Person] = field(default_factory=list)

    @property
    def day(self) -> date:
        """Return the local day on which it begins."""
        return local(self.shift.starts_at).date()

    @property
    def known(self) -> bool:
        """Say whether there was time to take it before today."""
        return self.window[0] < self.window[1]

    @property
    def takes_place(self) -> bool:
        """Say whether neither the date nor the shift is cancelled."""
        planned = self.occurrence.status is OccurrenceStatus.PLANNED
        return planned and self.shift.status is ShiftStatus.OPEN

    def give(self, person: Person, to: list[Person]) -> None:
        """Write somebody down among those who come, wait, or withdrew."""
        to.append(person)
        person.seen.add(self.shift.occurrence_id)
        if to is not self.withdrawn:
            person.busy.append((self.shift.starts_at, self.shift.ends_at))


def ask_for_volunteers(session: Session, editors: Mapping[str, str]) -> list[Asked]:
    """Write the year's shifts and who took them; return them. `editors` names who asks, by station."""
    everybody = crews(session)
    asked = list(_asked(session, everybody, editors))
    _see_to_every_team(asked, everybody)
    _set_goals(asked)
    _seat_logins(asked, [one for one in everybody.people.values() if one.has_login])
    for one in asked:
        _fill(one, everybody)
    session.add_all(one.shift for one in asked)
    session.flush()
    posts = [post for one in asked for post in _posts(one, editors)]
    posts.sort(key=lambda post: post["created_at"])
    session.execute(sa.insert(Post), posts)
    return asked


# What is asked for


def _asked(session: Session, everybody: Crews, editors: Mapping[str, str]) -> Iterator[Asked]:
    midnight = start_of(local(now()).date())
    by_title = {one.title: one for one in BLUEPRINTS}
    rows = session.execute(
        sa.select(Occurrence, Activity, Station.slug)
        .join(Activity, Activity.id == Occurrence.activity_id)
        .join(Station, Station.id == Occurrence.station_id)
        .where(Occurrence.published.is_(True), Occurrence.starts_at < midnight + (AHEAD + 1) * DAY)
        .order_by(Occurrence.starts_at, Occurrence.id)
    )
    found = []
    for occurrence, activity, station in rows:
        needs = [
            (need, times) for need in needs_of(by_title[activity.title]) for times in _times(occurrence, need)
        ]
        found.append((occurrence, activity, station, needs))
    _add_long_days(found, midnight)
    for occurrence, activity, station, needs in found:
        seed = f"{activity.title} {local(occurrence.starts_at)} hands"
        random = Random(seed)  # noqa: S311 - the same demo every time
        for need, (begins, ends) in needs:
            crew = _crew(need, station, everybody, random)
            shift = Shift(
                occurrence_id=occurrence.id,
                team_id=crew.id if crew else None,
                role=need.role,
                starts_at=begins,
                ends_at=ends,
                head_count=random.randint(need.few, need.many),
                taken=0,
                waiting=0,
                min_age=need.min_age,
                skill=need.skill,
                word=need.word,
                cut_off_hours=2,
                status=ShiftStatus.OPEN,
                created_by=editors.get(station, ""),
                created_at=max(activity.created_at, begins - OPEN_FOR),
            )
            window = (shift.created_at, min(midnight, begins - 3 * HOUR))
            ahead = (start_of(local(begins).date()) - midnight) // DAY
            if ahead <= AHEAD and shift.created_at <= now():
                yield Asked(shift, occurrence, station, ahead, random, window)


def _times(occurrence: Occurrence, need: Need) -> Iterator[tuple[datetime, datetime]]:
    """Yield when a post is to be manned; of what goes on for weeks, at its weekends."""
    opens, closes = local(occurrence.starts_at), local(occurrence.ends_at)
    days = list(days_between(opens.date(), closes.date()))
    for day in days:
        if len(days) <= SOON or day.weekday() in WEEKEND:
            begins = at(day, opens.time().replace(tzinfo=None)) - timedelta(minutes=need.before)
            ends = at(day, closes.time().replace(tzinfo=None)) + timedelta(minutes=need.after)
            if not need.before and need.after and len(days) == 1:  # who clears away comes for the end
                begins = occurrence.ends_at - timedelta(minutes=15)
            elif need.before and not need.after:  # who sets up may go when it has begun
                ends = occurrence.starts_at + timedelta(minutes=15)
            yield begins, ends


def _add_long_days(found: Sequence[tuple[Occurrence, Activity, str, list[Any]]], midnight: datetime) -> None:
    """Add a whole day to some dates lately, each at another station, and to some large ones before."""
    lately: set[str] = set()
    earlier = 0
    for occurrence, _activity, station, needs in reversed(found):
        days = (midnight - occurrence.starts_at) // DAY + 1
        opens = local(occurrence.starts_at)
        if not needs or opens.hour >= MORNING or occurrence.ends_at - occurrence.starts_at > DAY / 2:
            continue
        if occurrence.status is not OccurrenceStatus.PLANNED:
            continue
        now_and_here = LATELY[0] <= days <= LATELY[1] and station not in lately and len(lately) < LONG_LATELY
        large = days > LATELY[1] and (occurrence.attended or 0) >= LARGE and earlier < LONG_EARLIER
        if now_and_here or large:
            lately |= {station} if now_and_here else set()
            earlier += large
            begins = occurrence.starts_at - timedelta(minutes=ALL_DAY.before)
            needs.append((ALL_DAY, (begins, begins + LONG)))


def _crew(need: Need, station: str, everybody: Crews, random: Random) -> Crew | None:
    fitting = [crew for crew in everybody.at(station) if crew.kind in need.kinds]
    if not fitting or (not need.skill and random.random() < ANY_TEAM):
        return None
    crew = min(fitting, key=lambda crew: crew.load * random.uniform(0.7, 1.3))
    crew.asked += 1
    return crew


def _see_to_every_team(asked: Sequence[Asked], everybody: Crews) -> None:
    """Give each team something to come: of what any team may do, and else of what another has more of."""
    coming = [one for one in asked if one.ahead > 0 and one.known and one.takes_place and not one.shift.skill]
    for crew in everybody.teams.values():
        if any(one.shift.team_id == crew.id for one in coming):
            continue
        of = {
            other.id: sum(one.shift.team_id == other.id for one in coming)
            for other in everybody.teams.values()
        }
        here = [one for one in coming if one.station in crew.serves]
        for one in here:
            spare = one.shift.team_id is None or of[one.shift.team_id] > 1
            if spare and one.shift.min_age is None:
                one.shift.team_id, one.shift.role = crew.id, ANYBODY
                break


# How full


def _set_goals(asked: Sequence[Asked]) -> None:
    missing: set[str] = set()
    full = 0
    for one in asked:
        heads, luck = one.shift.head_count, one.random.random()
        if one.ahead <= 0 or not one.takes_place:
            one.goal = heads if luck < 0.75 else heads - 1
        elif one.ahead <= SOON and (one.station not in missing or luck < LACKING):
            missing.add(one.station)
            one.shift.head_count = max(2, heads)
            one.goal = max(1, heads - one.random.randint(1, 2))
        elif one.shift.team_id is None and one.known and one.ahead <= FULL_WITHIN and full < FULL:
            full += 1
            one.goal, one.queue = heads, QUEUE - full % 3
        elif one.ahead <= SOON:
            one.goal = heads
        else:
            one.goal = max(1, round(heads * (0.95 - 0.8 * one.ahead / AHEAD - 0.1 * luck)))


def _seat_logins(asked: Sequence[Asked], logins: Sequence[Person]) -> None:
    """Let each who has a login have come before, come to the next shift there is, and wait for another."""
    this_year = local(now()).year
    behind = [one for one in asked if one.ahead < 0 and one.known and one.takes_place]
    last_year = [one for one in behind if one.day.year < this_year]
    coming = [one for one in asked if one.ahead > 0 and one.known and one.takes_place]
    full = [one for one in coming if one.queue]
    for number, person in enumerate(logins):
        random = Random(f"login {number}")  # noqa: S311 - the same demo every time
        turn = number % len(full) if full else 0
        _seat(person, full[turn:] + full[:turn], wait=True)
        _seat(person, coming)
        _seat(person, last_year)
        for _ in range(LOGIN_CAME):
            _seat(person, random.sample(behind, len(behind)))


def _seat(person: Person, choice: Sequence[Asked], wait: bool = False) -> None:
    """Give somebody the first shift of a choice that has room for them."""
    for one in choice:
        group, places = (one.waiting, one.queue) if wait else (one.confirmed, one.goal)
        if len(group) < places and person.can(one.shift):
            one.give(person, group)
            return


# Who comes


def _fill(one: Asked, everybody: Crews) -> None:
    """Let people of the team, or of all teams around, take a shift until it is as full as it is to be."""
    if one.shift.team_id is not None:
        around = everybody.teams[one.shift.team_id].members
    else:
        around = [person for crew in everybody.at(one.station) for person in crew.members]
    if not one.known or not around:
        return
    wanted = one.goal + one.queue + (one.random.random() < WITHDRAWN * one.goal)
    weights = [person.zeal for person in around]
    tries = one.random.choices(around, weights, k=3 * wanted + 6)
    for person in tries:
        if len(one.confirmed) < one.goal:
            group = one.confirmed
        elif len(one.waiting) < one.queue:
            group = one.waiting
        elif len(one.withdrawn) + one.goal + one.queue < wanted and not person.has_login:
            group = one.withdrawn
        else:
            break
        if person.can(one.shift):
            one.give(person, group)
    while one.waiting and len(one.confirmed) < one.shift.head_count:  # nobody waits beside a free place
        one.confirmed.append(one.waiting.pop(0))
    one.shift.taken, one.shift.waiting = len(one.confirmed), len(one.waiting)


def _posts(one: Asked, editors: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the rows of a shift, in the order in which people came; the queue comes last."""
    shift, random = one.shift, one.random
    begin, end = one.window
    people = [*((PostStatus.CONFIRMED, person) for person in one.confirmed)]
    for person in one.withdrawn:
        people.insert(random.randint(0, len(people)), (PostStatus.WITHDRAWN, person))
    people += [(PostStatus.WAITING, person) for person in one.waiting]
    moments = sorted(begin + (end - begin) * random.random() for _ in people)
    rows: list[dict[str, Any]] = []
    for (status, person), moment in zip(people, moments, strict=True):
        waits = status is PostStatus.WAITING
        left = status is PostStatus.WITHDRAWN
        rows.append(
            {
                "shift_id": shift.id,
                "volunteer_id": person.row.id,
                "team_id": shift.team_id or min(person.teams),
                "status": status,
                "place": sum(row["place"] is not None for row in rows) + 1 if waits else None,
                "overlap_reason": "",
                "entered_by": editors.get(one.station, "") if random.random() < BY_STAFF else "",
                "created_at": moment,
                "changed_at": moment + (end - moment) * random.random() if left else moment,
            }
        )
    return rows
