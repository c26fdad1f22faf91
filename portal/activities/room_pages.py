"""Let staff give up a room; whether that can be is a question of what is booked there."""

from flask import Blueprint, Response, flash, url_for

from portal.access import WRITERS, actor, only
from portal.activities import rooms
from portal.i18n import _
from portal.web.answers import go

bp = Blueprint("staff_rooms", __name__, url_prefix="/staff/stations")


@bp.post("/<slug:slug>/rooms/<int:room_id>/retire")
@only(*WRITERS)
def retire(slug: str, room_id: int) -> Response:
    """Take a room out of use."""
    rooms.retire(room_id, actor())
    flash(_("The room is out of use. Add it again under the same name to bring it back."))
    return go(url_for("staff_stations.edit", slug=slug))
