"""Check the volunteers of the demo in and out, and write down the hours that follow.

How time is counted and what waits for a second person is said by portal.volunteers.hours; the tests settle
some of these days again and find nothing to change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.access import WRITERS
from portal.accounts.models import Account
from portal.activities.models import Occurrence
from portal.activities.working_days import working_days_before
from portal.clock import end_of, now, today
from portal.demo.crews import Person
from portal.demo.shifts import Asked
from portal.demo.texts.posts import ENTERED, RETURNED, VOIDED
from portal.i18n import _, in_default_language
from portal.stations.models import Station
from portal.volunteers import hours
from portal.volunteers.days import opens_at
from portal.volunteers.hours_due import SETTLED_WITHIN
from portal.volunteers.shift_models import CheckWay, HoursSource, HoursStatus, Post, Presence, ServiceRecord

STAYED_AWAY, ENTERED_BY_HAND, FORGOT = 0.06, 0.02, 0.03  # of those who had taken a shift
TWICE, THRICE = 0.06, 0.01  # in and out
ROLL_CALLS = 0.15  # of the dates
DECIDED_AFTER = timedelta(days=12)
ABSENCE_NOTED_AFTER = timedelta(days=5)
UNSETTLED_AFTER = 21  # days after which a date nobody has settled is looked for
RETURNS = 0.08  # of what waited
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Clerk:
    """Who of the staff writes something down, or decides it."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class _Office:
    """Who writes down at a station, and who is the second person."""

    writes: _Clerk
    decides: _Clerk


def write_service(session: Session, asked: Sequence[Asked]) -> None:
    """Write presences and records of all that has begun."""
    offices = _offices(session)
    moment = now()
    unsettled = _unsettled(asked)
    pairs: list[dict[str, Any]] = []
    records: list[dict[str, Any]] = []
    absences: list[dict[str, Any]] = []
    for one in asked:
        if one.takes_place and one.shift.starts_at <= moment:
            random = Random(f"{one.occurrence.id} {one.shift.role} {one.day} service")  # noqa: S311 - the same demo every time
            keeper = _Keeper(
                one, offices[one.station], random, moment, forgets=one.occurrence.id == unsettled
            )
            for person in one.confirmed:
                pairs += keeper.pairs_of(person, records, absences)
    pairs.sort(key=lambda pair: pair["in_at"])
    dates = {one.occurrence.id: one.occurrence for one in asked}
    records += _settled(pairs, {one.occurrence.id: offices[one.station] for one in asked}, dates, moment)
    records.sort(key=lambda row: row["recorded_at"])
    _void_some(records, offices["center"].decides, moment)
    if pairs:
        session.execute(sa.insert(Presence), pairs)
    if records:
        session.execute(sa.insert(ServiceRecord), records)
    if absences:
        noted = sa.update(Post).where(
            Post.shift_id == sa.bindparam("of_shift"), Post.volunteer_id == sa.bindparam("of_volunteer")
        )
        session.connection().execute(noted.values(absent_at=sa.bindparam("at")), absences)


def _offices(session: Session) -> dict[str, _Office]:
    clerks: dict[str, list[_Clerk]] = {}
    rows = session.execute(
        sa.select(Station.slug, Account.id, Account.name)
        .join(Account, Account.station_id == Station.id)
        .where(Account.role.in_(WRITERS))
        .order_by(Account.id.desc())
    )
    for slug, account_id, name in rows:
        clerks.setdefault(slug, []).append(_Clerk(account_id, name))
    second = clerks["center"][-1]  # the manager, whose scope is everything
    return {slug: _Office(here[0], second) for slug, here in clerks.items()}


def _unsettled(asked: Sequence[Asked]) -> int:
    """Choose a date, long enough ago, of which nobody has gone by the books: all forgot to check out."""
    until = min(working_days_before(today(), SETTLED_WITHIN), today() - UNSETTLED_AFTER * DAY)
    shifts: dict[int, int] = {}
    for one in asked:
        shifts[one.occurrence.id] = shifts.get(one.occurrence.id, 0) + 1
    over = [one for one in asked if one.takes_place and one.occurrence.ends_at < now() and one.day < until]
    small = [one for one in over if shifts[one.occurrence.id] == 1 and 1 <= len(one.confirmed) <= 3]
    return small[-1].occurrence.id if small else 0


@dataclass(frozen=True, slots=True)
class _Keeper:
    """Whoever sees to coming and going at one shift."""

    one: Asked
    office: _Office
    random: Random
    moment: datetime
    forgets: bool

    def pairs_of(
        self, person: Person, records: list[dict[str, Any]], absences: list[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        """Return the pairs of somebody who came.

        Who was there unseen gets a record by hand; who stayed away is noted as absent some days later.
        """
        luck = self.random.random()
        if self.forgets:
            return self._there(person, pairs=1, forgot=True)
        if luck < STAYED_AWAY:
            noted = self.one.shift.ends_at + ABSENCE_NOTED_AFTER
            if noted <= self.moment:
                absences.append({"of_shift": self.one.shift.id, "of_volunteer": person.row.id, "at": noted})
            return []
        if luck < STAYED_AWAY + ENTERED_BY_HAND:
            records += self._entered(person)
            return []
        forgot = luck < STAYED_AWAY + ENTERED_BY_HAND + FORGOT
        return self._there(person, 1 if forgot else self._how_often(), forgot)

    def _how_often(self) -> int:
        luck = self.random.random()
        if self.one.shift.ends_at - self.one.shift.starts_at < 2 * HOUR:
            return 1
        return 3 if luck < THRICE else 2 if luck < THRICE + TWICE else 1

    def _there(self, person: Person, pairs: int, forgot: bool) -> list[dict[str, Any]]:
        shift, random, day = self.one.shift, self.random, self.one.day
        came = max(
            opens_at(self.one.occurrence, day) + random.uniform(0, 4) * MINUTE,
            shift.starts_at + random.uniform(-10, 6) * MINUTE,
        )
        went = min(shift.ends_at + random.uniform(-6, 12) * MINUTE, end_of(day))
        rows = []
        stretch = (went - came) / pairs
        for number in range(pairs):
            begins = came + number * stretch + (random.uniform(8, 16) * MINUTE if number else timedelta(0))
            ends = went if number == pairs - 1 else came + (number + 1) * stretch
            if begins <= self.moment:
                rows.append(self._pair(person, number + 1, _second(begins), _second(ends), forgot))
        return rows

    def _pair(
        self, person: Person, number: int, begins: datetime, ends: datetime, forgot: bool
    ) -> dict[str, Any]:
        one = self.one
        called = Random(f"{one.occurrence.id} roll").random() < ROLL_CALLS  # noqa: S311 - as above
        clerk = self.office.writes
        way, by, by_id = (CheckWay.ROLL_CALL, clerk.name, clerk.id) if called else (CheckWay.CODE, "", None)
        # What was forgotten is written down when somebody looks at it, days later.
        later = forgot and not self.forgets and self.moment - ends > DECIDED_AFTER
        out = ends <= self.moment and (later or not forgot)
        return {
            "volunteer_id": person.row.id,
            "occurrence_id": one.occurrence.id,
            "team_id": one.shift.team_id or min(person.teams),
            "shift_id": one.shift.id,
            "day": one.day,
            "number": number,
            "in_at": begins,
            "in_way": way,
            "in_by": by,
            "in_by_id": by_id,
            "out_at": ends if out else None,
            "out_way": (CheckWay.AFTERWARDS if later else way) if out else None,
            "out_by": (clerk.name if later else by) if out else "",
            "out_by_id": (clerk.id if later else by_id) if out else None,
        }

    def _entered(self, person: Person) -> list[dict[str, Any]]:
        shift, one = self.one.shift, self.one
        recorded = shift.ends_at + self.random.uniform(14, 40) * HOUR
        if recorded > self.moment:
            return []
        reason, evidence = self.random.choice(ENTERED)
        row = _record(
            person.row.id, shift.team_id or min(person.teams), one.occurrence, one.day, HoursSource.MANUAL
        )
        row |= {
            "tenths": (shift.ends_at - shift.starts_at) // hours.TENTH,
            "reason": reason,
            "evidence": evidence,
            "from_pairs": False,
            "recorder": self.office.writes.name,
            "recorder_id": self.office.writes.id,
            "recorded_at": recorded,
        }
        _decide(row, self.office, self.random, self.moment)
        return [row]


def _second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)


def _settled(
    pairs: Sequence[dict[str, Any]],
    offices: dict[int, _Office],
    dates: dict[int, Occurrence],
    moment: datetime,
) -> list[dict[str, Any]]:
    """Return the records that follow from the closed pairs, day by day, as hours.settle would write them."""
    days: dict[tuple[int, date], list[hours.Pair]] = {}
    for pair in pairs:
        if pair["out_at"] is not None:
            by_hand = CheckWay.AFTERWARDS in (pair["in_way"], pair["out_way"])
            of = hours.Source(pair["occurrence_id"], pair["team_id"], by_hand)
            closed = hours.Pair(of, pair["in_at"], pair["out_at"])
            days.setdefault((pair["volunteer_id"], pair["day"]), []).append(closed)
    with in_default_language():
        reason = _("Check-in or check-out was written down later.")
    records = []
    for (volunteer_id, day), closed_pairs in days.items():
        allowance = hours.AUTOMATIC
        last = max(pair.out_at for pair in closed_pairs)
        for of, tenths in hours.tenths_of(closed_pairs).items():
            valid, waiting = hours.split(tenths, 0 if of.by_hand else allowance)
            allowance -= valid
            office = offices[of.occurrence_id]
            source = HoursSource.MANUAL if of.by_hand else HoursSource.SYSTEM
            for status, number in ((HoursStatus.VALID, valid), (HoursStatus.WAITING, waiting)):
                if not number:
                    continue
                row = _record(volunteer_id, of.team_id, dates[of.occurrence_id], day, source)
                row |= {"tenths": number, "status": status, "recorded_at": last}
                if of.by_hand:
                    clerk = office.writes
                    row |= {"reason": reason, "recorder": clerk.name, "recorder_id": clerk.id}
                    row["recorded_at"] = last + DAY
                if status is HoursStatus.WAITING:
                    random = Random(f"{volunteer_id} {day} decided")  # noqa: S311 - the same demo every time
                    _decide(row, office, random, moment)
                records.append(row)
    return records


def _record(
    volunteer_id: int, team_id: int, occurrence: Occurrence, day: date, source: HoursSource
) -> dict[str, Any]:
    return {
        "volunteer_id": volunteer_id,
        "team_id": team_id,
        "occurrence_id": occurrence.id,
        "station_id": occurrence.station_id,
        "day": day,
        "source": source,
        "from_pairs": True,
        "status": HoursStatus.WAITING,
        "reason": "",
        "evidence": "",
        "recorder": hours.PORTAL,
        "recorder_id": None,
        "approver": "",
        "approver_id": None,
        "decided_at": None,
        "return_reason": "",
        "void_reason": "",
        "voider": "",
        "voider_id": None,
        "voided_at": None,
    }


def _decide(row: dict[str, Any], office: _Office, random: Random, moment: datetime) -> None:
    """Let the second person approve or return what has waited for some days."""
    decided = row["recorded_at"] + random.uniform(2, 8) * DAY
    if moment - row["recorded_at"] < DECIDED_AFTER:
        return
    returned = bool(row["evidence"]) and random.random() < RETURNS
    row |= {
        "status": HoursStatus.RETURNED if returned else HoursStatus.VALID,
        "approver": office.decides.name,
        "approver_id": office.decides.id,
        "decided_at": decided,
        "return_reason": RETURNED if returned else "",
    }


def _void_some(records: Sequence[dict[str, Any]], by: _Clerk, moment: datetime) -> None:
    """Void one record for each reason there is: of the portal's own count, and alone on its day."""
    alone: dict[tuple[int, date], int] = {}
    for row in records:
        alone[row["volunteer_id"], row["day"]] = alone.get((row["volunteer_id"], row["day"]), 0) + 1
    fitting = [
        row
        for row in records
        if row["source"] is HoursSource.SYSTEM
        and row["status"] is HoursStatus.VALID
        and alone[row["volunteer_id"], row["day"]] == 1
        and moment - row["recorded_at"] > DECIDED_AFTER
    ]
    for number, reason in enumerate(VOIDED, 1):
        if fitting:
            row = fitting[len(fitting) * number // (len(VOIDED) + 1)]
            at = row["recorded_at"] + 3 * DAY
            row |= {
                "status": HoursStatus.VOID,
                "void_reason": reason,
                "voider": by.name,
                "voider_id": by.id,
                "voided_at": at,
                "decided_at": at,
            }
