"""Write down what an activity can be found by."""

from sqlalchemy.orm import Session

from portal.activities.labels import CATEGORIES
from portal.activities.models import Activity, Series
from portal.stations.models import Room, Station
from portal.web.text import fold


def search_text(session: Session, activity: Activity) -> str:
    """Return title, text, place, series, station and platform of an activity, folded for LIKE."""
    station = session.get_one(Station, activity.station_id)
    room = session.get(Room, activity.room_id) if activity.room_id else None
    series = session.get(Series, activity.series_id) if activity.series_id else None
    parts = (
        activity.title,
        activity.text,
        activity.place_name,
        activity.themes,
        room.name if room else "",
        series.name if series else "",
        station.name,
        station.short_name,
        str(CATEGORIES[activity.category]),
    )
    return fold(" ".join(parts))
