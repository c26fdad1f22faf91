"""Put a notice on the boards of the demo; screens it has none, they would fall silent at once."""

from collections.abc import Mapping

from portal.access import Actor, Role, Scope
from portal.clock import today
from portal.demo.texts.boards import NOTICES
from portal.kiosk import notices
from portal.stations.models import Level, Station


def put_up_notices(stations: Mapping[str, Station], editors: Mapping[str, str]) -> None:
    """Let them stand for as long as a notice may; `editors` names who writes them, by station."""
    for slug, text in NOTICES:
        station = stations[slug]
        scope = Scope(station.id, everything=station.level is Level.CENTRE)
        by = Actor(None, editors[slug], Role.EDITOR, scope)
        notices.post(station.id, text, today() + notices.LONGEST, by)
