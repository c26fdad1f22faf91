"""Tell the stations that hold an activity together what has become of one of its dates."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.activities.models import Activity, ActivityCohost, Occurrence
from portal.clock import local
from portal.i18n import _, clock_time, long_day
from portal.messages.actions import tell
from portal.stations.models import Station


def tell_cohosts(session: Session, activity: Activity, occurrence: Occurrence, news: str) -> None:
    """Put a call to each co-hosting station on the lead's call list.

    A station has no address that a channel could reach, so a person rings; the list says what to say.
    """
    partners = session.execute(
        sa.select(Station.id, Station.name, Station.phone)
        .join(ActivityCohost, ActivityCohost.station_id == Station.id)
        .where(ActivityCohost.activity_id == activity.id)
        .order_by(Station.id)
    ).all()
    for partner in partners:
        tell(
            session,
            kind="occurrence.changed",
            dedupe=f"occurrence:{occurrence.id}:{occurrence.sequence}:{partner.id}",
            station_id=activity.station_id,
            recipient=f"{partner.name} {partner.phone}".strip(),
            address="",
            text=_(
                "“%(title)s” on %(day)s at %(time)s %(news)s",
                title=activity.title,
                day=long_day(local(occurrence.starts_at).date()),
                time=clock_time(occurrence.starts_at),
                news=news,
            ),
            link=f"/staff/occurrences/{occurrence.id}",
        )
