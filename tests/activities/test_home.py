"""What the front page says of a station in two words."""

from datetime import datetime

import pytest
import time_machine

from portal.activities.home import hint
from portal.clock import ZONE


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-06-{text}").replace(tzinfo=ZONE)


@pytest.mark.usefixtures("app_context")
@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("09T23:30", "明天有活动"),
        ("10T08:00", "今天 09:00"),
        ("10T12:00", "正在进行"),
        ("10T23:30", "明天有活动"),
        ("11T08:00", "今天 09:00"),
        ("14T16:59", "正在进行"),
    ],
)
def test_a_camp_of_five_days_is_on_by_day_only(moment: str, said: str) -> None:
    with time_machine.travel(at(moment), tick=False):
        assert hint(at("10T09:00"), at("14T17:00"), at(moment)) == said
