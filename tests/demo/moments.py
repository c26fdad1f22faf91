"""The moments at which the demonstration is looked at."""

from datetime import datetime

import pytest

from portal.clock import ZONE

AFTERNOON = datetime(2026, 6, 10, 15, tzinfo=ZONE)
MOMENTS = [
    AFTERNOON,
    datetime(2027, 2, 6, 0, 5, tzinfo=ZONE),  # 春节, just after midnight
    datetime(2027, 8, 6, 20, tzinfo=ZONE),  # summer; something without a limit is ahead
]
on_any_day = pytest.mark.parametrize("moment", MOMENTS, ids=str, indirect=True)
on_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
