"""Weekly opening hours: what is open, what opens next, how the week is said."""

import re
from datetime import date, datetime, time, timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.errors import Refused
from portal.stations.hours import Stretch, check, lines, now_line, open_until, opens_next, short_line

MONDAY = date(2026, 6, 8)
WEEKDAYS = "一二三四五六日"
ONE_APP = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
SHARED_APP = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def stretch(day: int, opens: int, closes: int) -> Stretch:
    return Stretch(day, time(opens), time(closes))


def each_day(opens: str, closes: str, days: range | tuple[int, ...] = range(7)) -> list[Stretch]:
    return [Stretch(day, time.fromisoformat(opens), time.fromisoformat(closes)) for day in days]


VILLAGE = [
    *each_day("08:30", "11:30", range(6)),
    *each_day("19:00", "21:00", (1, 3)),
    *each_day("14:30", "17:00", (5, 6)),
]
weeks = st.lists(
    st.builds(
        lambda day, opens, more: stretch(day, opens, opens + more),
        st.integers(0, 6),
        st.integers(6, 20),
        st.integers(1, 3),
    ),
    max_size=8,
    unique_by=lambda one: (one.weekday, one.opens),
)
moments = st.integers(0, 7 * 24 * 4 - 1).map(
    lambda quarters: datetime.combine(MONDAY, time()) + timedelta(minutes=15 * quarters)
)


def is_open(week: list[Stretch], moment: datetime) -> bool:
    return any(one.weekday == moment.weekday() and one.opens <= moment.time() < one.closes for one in week)


@given(weeks, moments)
def test_it_is_open_up_to_the_minute_said_and_not_longer(week: list[Stretch], moment: datetime) -> None:
    until = open_until(week, moment)
    if until is None:
        assert not is_open(week, moment)
        return
    walk = moment
    while walk.time() < until:
        assert is_open(week, walk)
        walk += timedelta(minutes=15)
    assert not is_open(week, walk)


@given(weeks, moments)
def test_the_next_opening_is_the_first_one_found_by_walking_on(week: list[Stretch], moment: datetime) -> None:
    found = opens_next(week, moment)
    walk = moment + timedelta(minutes=15)
    for _quarter in range(8 * 24 * 4):
        if any(one.weekday == walk.weekday() and one.opens == walk.time() for one in week):
            assert found == (walk.date(), walk.time())
            return
        walk += timedelta(minutes=15)
    assert found is None


@given(weeks)
def test_hours_are_refused_when_two_of_a_day_overlap_and_only_then(week: list[Stretch]) -> None:
    covered = [(one.weekday, hour) for one in week for hour in range(one.opens.hour, one.closes.hour)]
    if len(covered) == len(set(covered)):
        check(week)
    else:
        with pytest.raises(Refused):
            check(week)


@pytest.mark.parametrize("closes", [7, 8])
def test_nothing_closes_before_it_opens(closes: int) -> None:
    with pytest.raises(Refused):
        check([stretch(2, 8, closes)])


def days_said(text: str) -> set[int]:
    days: set[int] = set()
    for part in text.split("、"):
        if part in ("每天", "每晚"):
            days |= set(range(7))
        elif "到" in part:
            first, last = (WEEKDAYS.index(name[-1]) for name in part.split("到"))
            days |= set(range(first, last + 1))
        else:
            days.add(WEEKDAYS.index(part[-1]))
    return days


@ONE_APP
@SHARED_APP
@given(week=weeks)
def test_what_is_said_of_the_week_is_the_whole_week_and_nothing_else(app: Flask, week: list[Stretch]) -> None:
    with app.app_context():
        said = lines(week)
    found = set()
    for line in said:
        days, times = line.split(" ")
        spans = re.findall(r"(\d+):(\d\d)–(\d+):(\d\d)", times)
        assert days.endswith("晚") == all(int(span[0]) >= 18 for span in spans)
        for opens, _m, closes, _n in spans:
            found |= {
                stretch(day, int(opens), int(closes)) for day in days_said(days.removesuffix("晚") or "每天")
            }
    assert found == set(week)
    assert len(said) == len(set(said))


@ONE_APP
def test_days_that_share_their_hours_share_a_line(app: Flask) -> None:
    with app.app_context():
        assert lines(VILLAGE) == [
            "周一到周六 8:30–11:30",
            "周二、周四晚 19:00–21:00",
            "周六、周日 14:30–17:00",
        ]
        assert lines(each_day("08:30", "20:30")) == ["每天 8:30–20:30"]
        split = [*each_day("14:30", "17:30", range(5)), *each_day("08:30", "12:00", range(5))]
        assert lines(split) == ["周一到周五 8:30–12:00、14:30–17:30"]
        assert lines(each_day("19:00", "21:00")) == ["每晚 19:00–21:00"]
        assert lines([]) == []


@ONE_APP
@pytest.mark.parametrize(
    ("week", "said", "short"),
    [
        ([stretch(2, 8, 12), stretch(2, 12, 20)], "现在开着，到 20:00。", "开着，到 20:00"),
        ([stretch(2, 8, 11), stretch(2, 14, 17)], "现在关着，今天 14:00 开门。", "今天 14:00 开门"),
        ([stretch(2, 8, 11), stretch(3, 8, 20)], "现在关着，明天 8:00 开门。", "明天 8:00 开门"),
        ([stretch(3, 8, 20)], "今天不开门，明天 8:00 开门。", "明天 8:00 开门"),
        ([stretch(0, 8, 20)], "今天不开门，周一 8:00 开门。", "周一 8:00 开门"),
        ([stretch(2, 8, 11)], "现在关着，下周三 8:00 开门。", "下周三 8:00 开门"),
        ([], "", "时间请电话问"),
    ],
)
def test_a_closed_door_says_when_it_opens(app: Flask, week: list[Stretch], said: str, short: str) -> None:
    noon = datetime(2026, 6, 10, 12)  # a Wednesday  # noqa: DTZ001 (wall time)
    with app.app_context():
        assert now_line(week, noon, "") == said
        assert short_line(week, noon) == short
        closed = open_until(week, noon) is None
        if week:
            assert now_line(week, noon, "0660-000 0000") == said + ("要找人，打电话。" if closed else "")
        else:
            assert now_line(week, noon, "0660-000 0000") == "开放时间请打电话问。"
