"""Bring to the desk which parties were marked absent today, for who pressed the wrong button."""

from collections.abc import Iterator
from datetime import timedelta

import sqlalchemy as sa
from flask import url_for

from portal.access import Scope
from portal.activities.models import Activity, Occurrence
from portal.activities.tasks import DeskPart, Undoable
from portal.clock import start_of, today
from portal.db import db
from portal.i18n import _
from portal.registrations.models import Registration, Status
from portal.stations.queries import in_scope

MOST_UNDONE = 8
BEGAN_WITHIN = timedelta(days=8)  # so long a date may go on (camps, exhibitions) whose roll is called today


def _undoable(here: Scope) -> Iterator[Undoable]:
    rows = db.session.execute(
        sa.select(Registration.id, Registration.name, Activity.title, Registration.changed_at)
        .join(Occurrence, Occurrence.id == Registration.occurrence_id)
        .join(Activity, Activity.id == Occurrence.activity_id)
        .where(
            Registration.status == Status.ABSENT,
            Registration.changed_at >= start_of(today()),
            Occurrence.starts_at >= start_of(today()) - BEGAN_WITHIN,
            in_scope(Occurrence.station_id, here),
        )
        .order_by(Registration.changed_at.desc(), Registration.id)
        .limit(MOST_UNDONE)
    )
    for registration_id, name, title, done_at in rows:
        yield Undoable(
            key=f"party-{registration_id}",
            what=_("%(name)s did not come to “%(title)s”", name=name or _("(deleted)"), title=title),
            done_at=done_at,
            href=url_for("staff.take_back_mark", registration_id=registration_id),
        )


PART = DeskPart(undoable=_undoable)
