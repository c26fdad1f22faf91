"""Let staff tell people of a date: its page, posters, the week's sheet, the board, a text and a picture."""

from flask import Response

from portal.access import STAFF, only, scope
from portal.activities import agenda, announcements, listing, lunar, picture, queries
from portal.activities.cards import card_of
from portal.activities.staff import bp
from portal.clock import local
from portal.errors import Missing
from portal.web.answers import page
from portal.web.qr import qr_path


@bp.get("/occurrences/<int:occurrence_id>/outputs")
@only(*STAFF)
def outputs(occurrence_id: int) -> Response:
    """Show everything that tells people of a date, ready to be taken along; a draft tells nobody anything."""
    found = queries.occurrence(occurrence_id, scope())
    if not found.published:
        raise Missing
    day = local(found.starts_at).date()
    facts = lunar.day_facts(day)
    said = announcements.announcement(found)
    return page(
        "staff/outputs.html",
        occurrence=found,
        activity=found.activity,
        station=found.station,
        day=day,
        said=said,
        text=announcements.text_for_group(found),
        qr=qr_path(said.link),
        version=picture.state_of(said)[:12],
        entry=agenda.Day(day, facts, [card_of(found)], []),
        label=lunar.cell_label(facts),
        has_others=bool(listing.other_dates(found.activity_id, found.id, 1)),
        width=picture.WIDTH,
        height=picture.HEIGHT,
    )
