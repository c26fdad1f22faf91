"""Weekly opening hours: what is open, what opens next, how the week is said."""

from datetime import date, datetime, time, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from portal.errors import Refused
from portal.stations.hours import Stretch, check, lines, now_line, open_until, opens_next

MONDAY = date(2026, 6, 8)


def stretch(day: int, opens: int, closes: int) -> Stretch:
    return Stretch(day, time(opens), time(closes))


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


@given(weeks, moments)
def test_open_or_closed_agrees_with_the_list(week: list[Stretch], moment: datetime) -> None:
    is_open = any(one.weekday == moment.weekday() and one.opens <= moment.time() < one.closes for one in week)
    assert (open_until(week, moment) is not None) == is_open


@given(weeks, moments)
def test_the_next_opening_is_the_first_one_found_by_walking_on(week: list[Stretch], moment: datetime) -> None:
    found = opens_next(sorted(week), moment)
    walk = moment + timedelta(minutes=1)
    for _minute in range(8 * 24 * 60):
        if any(one.weekday == walk.weekday() and one.opens == walk.time() for one in week):
            assert found == (walk.date(), walk.time())
            return
        walk += timedelta(minutes=1)
    assert found is None


def test_hours_that_cannot_be_are_refused_at_their_day() -> None:
    check([stretch(2, 8, 12), stretch(2, 12, 17)])
    for week in ([stretch(2, 12, 8)], [stretch(2, 8, 13), stretch(2, 12, 17)]):
        with pytest.raises(Refused) as refused:
            check(week)
        assert refused.value.field == "day2"


def test_the_week_is_said_in_as_few_lines_as_it_has_different_days(app: Flask) -> None:
    with app.app_context():
        assert lines([stretch(day, 8, 20) for day in range(7)]) == ["每天 08:00–20:00"]
        village = [stretch(day, 8, 11) for day in range(6)] + [stretch(1, 19, 21), stretch(3, 19, 21)]
        assert lines(village) == [
            "周一，周三，周五，周六 08:00–11:00",
            "周二，周四 08:00–11:00；19:00–21:00",
        ]
        assert lines([stretch(day, 8, 12) for day in range(5)]) == ["周一到周五 08:00–12:00"]
        assert lines([]) == []


@pytest.mark.usefixtures("noon")
def test_a_closed_door_says_when_it_opens(app: Flask) -> None:
    noon = datetime(2026, 6, 10, 12)  # a Wednesday  # noqa: DTZ001 (wall time)
    with app.app_context():
        assert now_line([stretch(2, 8, 20)], noon, "") == "现在开着，到 20:00。"
        assert now_line([stretch(3, 8, 20)], noon, "") == "现在关着，明天 08:00 开门。"
        assert now_line([stretch(2, 8, 11)], noon, "") == "现在关着，周三 08:00 开门。"
        assert now_line([], noon, "0660") == "开放时间请打电话问。"
        assert now_line([], noon, "") == ""
