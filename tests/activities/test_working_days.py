"""Working days are counted as the State Council's notices have them."""

from datetime import date

import pytest

from portal.activities.working_days import is_working_day, working_days_after, working_days_before


# 1 to 8 October 2025 were off; Sunday 28 September and Saturday 11 October were worked.
@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2025, 9, 26), True),
        (date(2025, 9, 27), False),
        (date(2025, 9, 28), True),
        (date(2025, 10, 1), False),
        (date(2025, 10, 11), True),
        (date(2025, 10, 12), False),
    ],
)
def test_days_off_and_make_up_days_are_told_from_the_week(day: date, works: bool) -> None:
    assert is_working_day(day) is works


def test_ten_working_days_pass_over_holidays_and_make_up_days() -> None:
    assert working_days_before(date(2025, 10, 13), 3) == date(2025, 10, 9)
    assert working_days_before(date(2025, 10, 9), 1) == date(2025, 9, 30)
    assert working_days_before(date(2025, 9, 29), 1) == date(2025, 9, 28)
    assert working_days_after(date(2025, 9, 30), 1) == date(2025, 10, 9)
    assert working_days_after(date(2025, 9, 26), 2) == date(2025, 9, 29)
    assert working_days_after(date(2025, 10, 4), 0) == date(2025, 10, 4)
