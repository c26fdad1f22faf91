"""Let some of the demo's people sign up for whole courses: the same party at each date still to come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from portal.activities.models import Activity, Occurrence
from portal.clock import local, start_of
from portal.demo.people import Crowd, Neighbourhood
from portal.registrations import rules
from portal.registrations.party import Party

PARTIES = (4, 6)  # at least, at most, of one course
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A party that comes to all of a course, and when it said so."""

    party: Party
    at: datetime

    def luck(self, activity: Activity) -> Random:
        """Return the same dice for each date, so that the party is the same at all of them."""
        return Random(f"{activity.title} {self.party.name}")  # noqa: S311 - the same demo every time


def enrolments(
    activity: Activity, dates: Sequence[Occurrence], people: Neighbourhood, midnight: datetime
) -> list[Enrolment]:
    """Draw who signs up for a course between its last date and today."""
    random = Random(f"course {activity.title}")  # noqa: S311 - the same demo every time
    crowd = Crowd(people, rules.limits_of(activity), {one.audience for one in activity.audiences}, random)
    over = [date.ends_at for date in dates if start_of(local(date.starts_at).date()) < midnight]
    begin = max(over, default=max(activity.created_at, midnight - WEEK))
    drawn = [crowd.draw(2) for _ in range(random.randint(*PARTIES))]
    moments = sorted(begin + (midnight - begin) * random.uniform(0.05, 1) for _ in drawn)
    return [Enrolment(party, at) for party, at in zip(drawn, moments, strict=True) if party]
