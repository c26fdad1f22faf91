"""When something takes place, worked out in wall time."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.activities.dates import Span, overlapping, span, span_of
from portal.activities.models import LONGEST_DAYS
from portal.clock import local
from portal.errors import Refused

DAY = date(2026, 6, 12)
TEN, ELEVEN = time(10), time(11)
days = st.dates(date(2020, 1, 1), date(2035, 12, 31))
times = st.times(time(6), time(22)).map(lambda one: one.replace(second=0, microsecond=0, tzinfo=None))


def fault(call: object, *arguments: object) -> str | None:
    with pytest.raises(Refused) as refused:
        call(*arguments)  # type: ignore[operator]
    return refused.value.field


def test_what_ends_before_it_begins_is_refused_at_the_end() -> None:
    assert fault(span, DAY, None, ELEVEN, TEN) == "closes"
    assert fault(span, DAY, None, TEN, TEN) == "closes"
    assert fault(span, DAY, DAY - timedelta(days=1), TEN, ELEVEN) == "last_day"


def test_one_date_goes_on_for_a_quarter_at_most() -> None:
    assert span(DAY, DAY + timedelta(days=LONGEST_DAYS - 1), TEN, ELEVEN)
    assert fault(span, DAY, DAY + timedelta(days=LONGEST_DAYS), TEN, ELEVEN) == "last_day"


@given(days, times, times, st.integers(0, LONGEST_DAYS - 1))
def test_a_span_comes_back_from_the_moments_it_was_kept_as(first: date, a: time, b: time, more: int) -> None:
    if a == b:
        return
    one = Span(first, first + timedelta(days=more), min(a, b), max(a, b))
    assert span_of(one.starts_at, one.ends_at) == one
    assert [local(opens).time() for opens, _closes in one.stretches()] == [one.opens] * (more + 1)


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(1, 5), st.integers(0, 2)), max_size=6),
    st.lists(st.tuples(st.integers(0, 40), st.integers(1, 8)), max_size=6),
)
def test_overlaps_are_those_that_a_look_at_every_quarter_of_an_hour_finds(
    wanted: list[tuple[int, int, int]], taken: list[tuple[int, int]]
) -> None:
    begin = datetime.combine(DAY, time(6))

    def moment(quarters: int) -> datetime:
        return begin + timedelta(minutes=15 * quarters)

    spans = [
        Span(DAY, DAY + timedelta(days=more), moment(start).time(), moment(start + length).time())
        for start, length, more in wanted
    ]
    stretches = []
    for number, (start, length) in enumerate(taken):
        whole = Span(DAY, DAY, moment(start).time(), moment(start + length).time())
        stretches.append((whole.starts_at, whole.ends_at, number))
    found = [one for one, _who in overlapping(spans, stretches)]
    slow = [
        one
        for one, (start, length, _more) in zip(spans, wanted, strict=True)
        if any(
            other <= quarter < other + other_length
            for quarter in range(start, start + length)
            for other, other_length in taken
        )
    ]
    assert found == slow
