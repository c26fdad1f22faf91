"""Bring to the desk who asks for a room, and which answers of today can be taken back."""

from collections.abc import Iterator

import sqlalchemy as sa
from flask import url_for
from sqlalchemy.orm import joinedload

from portal.access import Scope
from portal.activities import room_queries, room_requests
from portal.activities.room_models import RoomRequest, RoomRequestStatus
from portal.activities.tasks import DeskPart, Task, Undoable
from portal.clock import now, start_of, today
from portal.db import db
from portal.i18n import _, clock_time, day_of, pgettext, short_day
from portal.stations.queries import in_language, in_scope

MOST_UNDONE = 10


def _when(asked: RoomRequest) -> str:
    return _(
        "%(room)s, %(day)s %(opens)s–%(closes)s",
        room=asked.room.name,
        day=short_day(day_of(asked.starts_at)),
        opens=clock_time(asked.starts_at),
        closes=clock_time(asked.ends_at),
    )


def _tasks(here: Scope, writes: bool) -> Iterator[Task]:
    for row in room_queries.waiting(here):
        asked = row.request
        page = url_for("staff_rooms.request_page", request_id=asked.id)
        station = in_language(asked.station.short_name, asked.station.short_name_en)
        yield Task(
            key=f"room-{asked.id}",
            what=_("Room asked for: %(when)s", when=_when(asked)),
            note=f"{station} · {asked.purpose}",
            verb=pgettext("room request", "Answer") if writes else _("Look"),
            about=asked.reference,
            href=f"{page}#answer" if writes else page,
            since=asked.asked_at,
        )


def _undoable(here: Scope) -> Iterator[Undoable]:
    answered = db.session.scalars(
        sa.select(RoomRequest)
        .where(
            RoomRequest.status.in_(room_requests.DECIDED),
            RoomRequest.decided_at >= start_of(today()),
            RoomRequest.starts_at > now(),
            in_scope(RoomRequest.station_id, here),
        )
        .options(joinedload(RoomRequest.room))
        .order_by(RoomRequest.decided_at.desc(), RoomRequest.id)
        .limit(MOST_UNDONE)
    )
    for asked in answered:
        if room_requests.may_undo(asked):
            when = _when(asked)
            said = {
                RoomRequestStatus.REFUSED: _("Refused: %(when)s", when=when),
                RoomRequestStatus.CANCELLED: _("Cancelled: %(when)s", when=when),
            }
            yield Undoable(
                key=f"room-{asked.id}",
                what=said.get(asked.status, _("Given: %(when)s", when=when)),
                done_at=asked.decided_at or now(),
                href=url_for("staff_rooms.undo", request_id=asked.id),
            )


PART = DeskPart(_tasks, _undoable)
