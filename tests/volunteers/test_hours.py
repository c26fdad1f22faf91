"""Hours never exceed the time on the wall nor the rule of the day, and every record says whose it is."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from portal.access import Role
from portal.activities.models import Occurrence
from portal.audit.models import AuditEntry
from portal.clock import ZONE, local, now, today
from portal.db import db, transaction
from portal.errors import Forbidden, Missing, OutOfDate, Refused
from portal.messages.models import Message
from portal.volunteers import hours, presence
from portal.volunteers import hours_queries as queries
from portal.volunteers.hours import AUTOMATIC, Pair, Source
from portal.volunteers.shift_models import CheckWay, HoursSource, HoursStatus, Presence, ServiceRecord
from tests.make import Make, span
from tests.statements import counted

MORNING = datetime(2026, 6, 10, 7, tzinfo=ZONE)
DAWN = datetime(2026, 6, 10, 0, tzinfo=UTC)
MINUTES = st.integers(0, 1439)


@st.composite
def pairs(draw: st.DrawFn) -> list[Pair]:
    found = []
    for _number in range(draw(st.integers(0, 6))):
        begins = draw(MINUTES)
        lasts = draw(st.integers(1, 1440 - begins))
        of = Source(draw(st.integers(1, 3)), draw(st.integers(1, 2)), draw(st.booleans()))
        found.append(
            Pair(of, DAWN + timedelta(minutes=begins), DAWN + timedelta(minutes=begins + lasts, seconds=-1))
        )
    return found


@given(pairs())
def test_hours_are_at_most_the_time_on_the_wall(found: list[Pair]) -> None:
    there = [
        any(
            pair.in_at <= DAWN + timedelta(minutes=minute) < pair.out_at + timedelta(seconds=1)
            for pair in found
        )
        for minute in range(1440)
    ]
    tenths = hours.tenths_of(found)
    assert sum(tenths.values()) * 6 <= sum(there)
    assert sum(there) <= sum(tenths.values()) * 6 + 6 * len(tenths) + len(found)
    assert tenths == hours.tenths_of(reversed(found)) or len({p.in_at for p in found}) < len(found)


@given(st.integers(0, 240), st.integers(-10, 80))
def test_what_is_above_the_rule_waits_and_nothing_is_lost(tenths: int, allowance: int) -> None:
    valid, waiting = hours.split(tenths, allowance)
    assert valid + waiting == tenths
    assert 0 <= valid <= max(allowance, 0)
    assert waiting == 0 or valid == max(allowance, 0)


def test_a_tenth_is_six_whole_minutes() -> None:
    of = Source(1, 1, False)
    almost = Pair(of, DAWN, DAWN + timedelta(minutes=11, seconds=59))
    assert hours.tenths_of([almost]) == {of: 1}


def sums(volunteer_id: int) -> dict[tuple[date, HoursStatus], int]:
    found: dict[tuple[date, HoursStatus], int] = {}
    for row in db.session.scalars(sa.select(ServiceRecord).where(ServiceRecord.volunteer_id == volunteer_id)):
        found[row.day, row.status] = found.get((row.day, row.status), 0) + row.tenths
    return found


def wrongs(volunteer_id: int) -> list[str]:
    """List what no record and no day may be."""
    db.session.rollback()
    found = []
    automatic: dict[date, int] = {}
    counted_to: dict[date, int] = {}
    for row in db.session.scalars(sa.select(ServiceRecord).where(ServiceRecord.volunteer_id == volunteer_id)):
        if not (row.source and row.team_id and row.recorder):
            found.append(f"{row.id} lacks source, team or recorder")
        if row.status is HoursStatus.VALID and not row.approver:
            automatic[row.day] = automatic.get(row.day, 0) + row.tenths
            if row.source is HoursSource.MANUAL:
                found.append(f"{row.id} is by hand, and nobody approved it")
        if row.approver and row.approver == row.recorder:
            found.append(f"{row.id} was approved by who wrote it down")
        if row.status in (HoursStatus.VALID, HoursStatus.WAITING) and not row.evidence:
            counted_to[row.day] = counted_to.get(row.day, 0) + row.tenths
    found += [f"{day}: {tenths} without a second person" for day, tenths in automatic.items() if tenths > 80]
    minutes: dict[date, set[int]] = {}
    for pair in db.session.scalars(sa.select(Presence).where(Presence.volunteer_id == volunteer_id)):
        if pair.out_at is not None:
            begins, ends = (int((at - DAWN).total_seconds() // 60) for at in (pair.in_at, pair.out_at))
            minutes.setdefault(pair.day, set()).update(range(begins, ends))
    found += [
        f"{day}: {tenths} tenths in {len(minutes.get(day, ()))} minutes"
        for day, tenths in counted_to.items()
        if tenths * 6 > len(minutes.get(day, ()))
    ]
    return found


class Days(RuleBasedStateMachine):
    """One volunteer at two dates of a day, and all that people do about their hours."""

    def __init__(self, app: Flask, make: Make) -> None:
        super().__init__()
        self.clocks = time_machine.travel(MORNING, tick=False)
        self.traveller = self.clocks.start()
        self.context = app.app_context()
        self.context.push()
        self.volunteer = make.volunteer()
        self.me = make.actor(Role.VOLUNTEER)
        self.dates = [make.occurrence(when=span(0, "08:00", "20:00")) for _date in range(2)]
        self.team = queries.teams_ever(self.volunteer)[0].id
        self.editor, self.second = (make.account(Role.EDITOR).actor for _who in range(2))

    def teardown(self) -> None:
        self.context.pop()
        self.clocks.stop()

    def do(self, deed: Callable[[], object]) -> None:
        db.session.rollback()
        try:
            deed()
        except (Refused, Forbidden):
            db.session.rollback()

    @rule(minutes=st.sampled_from((1, 7, 30, 95, 240)))
    def time_passes(self, minutes: int) -> None:
        if local(now() + timedelta(minutes=minutes)).date() == today():
            self.traveller.shift(timedelta(minutes=minutes))

    @rule(date=st.sampled_from((0, 1)))
    def the_code_is_typed(self, date: int) -> None:
        self.do(partial(presence.check, presence.code_at(self.dates[date], now()), self.volunteer, self.me))

    @rule(date=st.sampled_from((0, 1)), ago=st.sampled_from((-5, 0, 20, 100)))
    def the_roll_is_called(self, date: int, ago: int) -> None:
        moment = now() - timedelta(minutes=ago)
        self.do(partial(presence.call_in, self.dates[date], self.volunteer, moment, self.editor))

    @rule(ago=st.sampled_from((-5, 0, 5, 30, 120)))
    def a_check_out_is_written_down(self, ago: int) -> None:
        pair = db.session.scalar(sa.select(Presence.id).where(Presence.out_at.is_(None)))
        if pair is not None:
            moment = now() - timedelta(minutes=ago) if ago else None
            self.do(partial(presence.call_out, pair, moment, self.editor))

    @rule(date=st.sampled_from((0, 1)), tenths=st.integers(0, 100))
    def hours_are_entered(self, date: int, tenths: int) -> None:
        self.do(
            partial(
                hours.enter, self.volunteer, self.dates[date], self.team, today(), tenths, "忘了", "合影",
                self.editor,
            )
        )  # fmt: skip

    @rule(which=st.integers(0, 9), approve=st.booleans(), second=st.booleans())
    def somebody_decides(self, which: int, approve: bool, second: bool) -> None:
        ids = list(db.session.scalars(sa.select(ServiceRecord.id).where(ServiceRecord.status == "waiting")))
        if ids:
            by = self.second if second else self.editor
            self.do(partial(hours.decide, ids[which % len(ids)], approve, "不清楚", by))

    @rule(which=st.integers(0, 9))
    def hours_are_voided(self, which: int) -> None:
        ids = list(db.session.scalars(sa.select(ServiceRecord.id)))
        if ids and which < 3:
            self.do(partial(hours.void, ids[which % len(ids)], "写错了", self.second))

    @invariant()
    def all_is_right(self) -> None:
        assert wrongs(self.volunteer) == []
        assert queries.totals(self.volunteer).all == sum(
            tenths for (_day, status), tenths in sums(self.volunteer).items() if status is HoursStatus.VALID
        )


def test_whatever_happens_hours_stay_within_wall_time_and_the_rule(app: Flask, make: Make) -> None:
    few = settings(
        max_examples=12, stateful_step_count=30, deadline=None, derandomize=True, database=None,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(partial(Days, app, make), settings=few)  # type: ignore[arg-type]


# Single cases, at seven in the morning of a Wednesday


@pytest.fixture
def clock(app_context: None) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield traveller


def serve(make: Make, clock: time_machine.Traveller, length: timedelta, date_id: int | None = None) -> int:
    """Let a new volunteer serve so long; return the volunteer."""
    volunteer = make.volunteer()
    date_id = date_id or make.occurrence(when=span(0, "08:00", "20:00"))
    assert presence.check(presence.code_at(date_id, now()), volunteer, make.actor(Role.VOLUNTEER))
    clock.shift(length)
    presence.check(presence.code_at(date_id, now()), volunteer, make.actor(Role.VOLUNTEER))
    return volunteer


def records(volunteer: int) -> list[ServiceRecord]:
    db.session.rollback()
    wanted = sa.select(ServiceRecord).where(ServiceRecord.volunteer_id == volunteer)
    return list(db.session.scalars(wanted.order_by(ServiceRecord.id)))


def test_above_eight_hours_a_second_person_decides(make: Make, clock: time_machine.Traveller) -> None:
    volunteer = serve(make, clock, timedelta(hours=9, minutes=33))
    valid, waiting = records(volunteer)
    assert (valid.status, valid.tenths, valid.source) == (HoursStatus.VALID, AUTOMATIC, HoursSource.SYSTEM)
    assert (waiting.status, waiting.tenths) == (HoursStatus.WAITING, 15)
    hours.decide(waiting.id, True, "", make.account().actor)
    assert queries.totals(volunteer).all == 95
    with pytest.raises(OutOfDate):
        hours.decide(waiting.id, True, "", make.account().actor)
    hours.void(valid.id, "不是志愿服务", make.account().actor)
    assert queries.totals(volunteer).all == 15
    done = list(
        db.session.scalars(sa.select(AuditEntry.action).where(AuditEntry.object_kind == "service_record"))
    )
    assert sorted(done) == ["hours.approved", "hours.counted", "hours.counted", "hours.voided"]


def test_what_does_not_count_leaves_no_record(make: Make, clock: time_machine.Traveller) -> None:
    date_id = make.occurrence(when=span(0, "08:00", "20:00"))
    with transaction() as session:
        session.get_one(Occurrence, date_id).counts_hours = False
    assert records(serve(make, clock, timedelta(hours=2), date_id)) == []


def test_hours_by_hand_need_reason_evidence_and_another_person(
    make: Make, clock: time_machine.Traveller
) -> None:
    volunteer, date_id = make.volunteer(), make.occurrence(when=span(0, "08:00", "20:00"))
    team, own = queries.teams_ever(volunteer)[0].id, make.volunteer_login(volunteer, Role.EDITOR)
    clock.shift(timedelta(hours=6))
    editor, second = make.account().actor, make.account().actor
    enter = partial(hours.enter, volunteer, date_id, team, today(), 20)
    for refused in (("", "合影", editor), ("忘了签到", "", editor), ("忘了签到", "合影", own.actor)):
        with pytest.raises(Refused):
            enter(*refused)
    record_id = enter("忘了签到", "合影", editor)
    with pytest.raises(Refused):
        enter("忘了签到", "合影", second)  # twice
    for nobody in (editor, own.actor):
        with pytest.raises(Forbidden):
            hours.decide(record_id, True, "", nobody)
    with pytest.raises(Missing):
        hours.decide(record_id, True, "", make.account(station="s2").actor)
    with pytest.raises(Refused):
        hours.decide(record_id, False, "", second)
    assert queries.totals(volunteer).all == 0
    hours.decide(record_id, True, "", second)
    assert queries.totals(volunteer).by_source == {HoursSource.MANUAL: 20}


def test_a_check_out_written_down_later_is_by_hand_and_waits(
    make: Make, clock: time_machine.Traveller
) -> None:
    volunteer, date_id = make.volunteer(), make.occurrence(when=span(0, "08:00", "10:00"))
    editor = make.account().actor
    pair = presence.check(presence.code_at(date_id, now()), volunteer, editor).presence_id
    came = now()
    clock.shift(timedelta(hours=30))
    assert [one.id for one in queries.open_pairs(make.scope())] == [pair]
    for wrong in (came, came - timedelta(hours=1), came + timedelta(hours=18), now() + timedelta(hours=1)):
        with pytest.raises(Refused):
            presence.call_out(pair, wrong, editor)
    presence.call_out(pair, came + timedelta(hours=2), editor)
    (row,) = records(volunteer)
    assert (row.source, row.status, row.tenths) == (HoursSource.MANUAL, HoursStatus.WAITING, 20)
    assert (row.recorder, row.recorder_id) == (editor.name, editor.account_id)
    assert db.session.get_one(Presence, pair).out_way is CheckWay.AFTERWARDS
    assert queries.open_pairs(make.scope()) == []


def test_a_voided_record_is_not_counted_again(make: Make, clock: time_machine.Traveller) -> None:
    date_id = make.occurrence(when=span(0, "08:00", "20:00"))
    volunteer = serve(make, clock, timedelta(hours=2), date_id)
    hours.void(records(volunteer)[0].id, "没有来", make.account().actor)
    clock.shift(timedelta(hours=1))
    presence.check(presence.code_at(date_id, now()), volunteer, make.actor())
    clock.shift(timedelta(hours=1))
    presence.check(presence.code_at(date_id, now()), volunteer, make.actor())
    assert [(row.status, row.tenths) for row in records(volunteer)] == [("void", 20), ("valid", 10)]


def test_time_at_two_dates_at_once_counts_once(make: Make, clock: time_machine.Traveller) -> None:
    volunteer, me = make.volunteer(), make.actor(Role.VOLUNTEER)
    dates = [make.occurrence(when=span(0, "08:00", "20:00")) for _date in range(2)]
    for _in_and_out in range(2):
        for date_id in dates:
            presence.check(presence.code_at(date_id, now()), volunteer, me)
            clock.shift(timedelta(hours=1))
    # at the first from 7 to 9, at the second from 8 to 10
    assert [row.tenths for row in records(volunteer)] == [20, 10]


def test_who_doubts_a_record_is_called(make: Make, clock: time_machine.Traveller) -> None:
    volunteer = serve(make, clock, timedelta(hours=2))
    row, me = records(volunteer)[0].id, make.actor(Role.VOLUNTEER)
    with pytest.raises(Missing):
        hours.ask_for_correction(row, "少了", make.volunteer(), me)
    hours.ask_for_correction(row, "少了", volunteer, me)
    call = db.session.scalars(sa.select(Message)).one()
    assert (call.status, call.address) == ("to_call", "")
    assert "少了" in call.text


def test_dates_without_hours_come_up_after_ten_working_days(
    make: Make, clock: time_machine.Traveller
) -> None:
    volunteer, date_id = make.volunteer(), make.occurrence(when=span(0, "08:00", "10:00"))
    presence.check(presence.code_at(date_id, now()), volunteer, make.actor())
    clock.shift(timedelta(days=9))
    assert queries.unsettled(make.scope()) == []
    clock.shift(timedelta(days=12))
    assert [(one.id, people) for one, people in queries.unsettled(make.scope())] == [(date_id, 1)]
    assert queries.unsettled(make.scope("s2")) == []


def test_lists_cost_the_same_with_one_and_with_many(
    app: Flask, make: Make, clock: time_machine.Traveller
) -> None:
    date_id = make.occurrence(when=span(0, "08:00", "20:00"))
    scope, costs = make.scope(), []
    for number in (1, 8):
        for _one in range(number):
            volunteer = make.volunteer()
            for minutes in (0, 9 * 60):
                moment = datetime(2026, 6, 10, 7, 30, tzinfo=ZONE) + timedelta(minutes=minutes)
                clock.move_to(moment)
                presence.check(presence.code_at(date_id, now()), volunteer, make.actor())
        db.session.rollback()
        with counted(app) as statements:
            queries.totals(volunteer), queries.totals(scope=scope), queries.records_of(volunteer)
            assert len(queries.waiting(scope)) >= number
            queries.open_pairs(scope), queries.unsettled(scope)
            assert len(queries.roll(date_id, today())) >= number
        costs.append(len(statements))
    assert costs[0] == costs[1] == 8
