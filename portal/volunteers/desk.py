"""Bring to the desk what waits about volunteers: shifts that lack people, and hours."""

from collections.abc import Iterator
from datetime import date

import sqlalchemy as sa
from flask import url_for

from portal.access import Scope
from portal.activities.models import Activity, Occurrence
from portal.activities.tasks import DeskPart, Task, Undoable
from portal.clock import end_of, now, start_of, today
from portal.db import db
from portal.i18n import _, clock_time, day_name, day_of, ngettext, short_day
from portal.stations.queries import in_scope
from portal.volunteers import hours_due, shift_queries
from portal.volunteers.models import Volunteer
from portal.volunteers.shift_models import Post, Shift

MOST_UNDONE = 10


def _shifts(here: Scope, writes: bool) -> Iterator[Task]:
    """Ask for people for the shifts of the next days."""
    for shift in shift_queries.at_risk(here):
        title = shift.occurrence.activity.title
        missing = shift.head_count - shift.taken
        day = day_of(shift.starts_at)
        page = url_for("staff.occurrence", occurrence_id=shift.occurrence_id)
        yield Task(
            key=f"shift-{shift.id}",
            what=ngettext(
                "“%(title)s” lacks %(num)s volunteer",
                "“%(title)s” lacks %(num)s volunteers",
                missing,
                title=title,
            ),
            note=_(
                "%(role)s, %(day)s %(time)s",
                role=shift.role,
                day=_named(day),
                time=clock_time(shift.starts_at),
            ),
            verb=_("Find people") if writes else _("Look"),
            about=f"{title} {shift.role}",
            href=f"{page}#shifts" if writes else page,
            since=shift.created_at,
            due=shift.starts_at,
        )


def _named(day: date) -> str:
    return day_name(day) if (day - today()).days < 2 else short_day(day)


def _hours(here: Scope, writes: bool) -> Iterator[Task]:
    """Say which hours wait, a line for each kind; the oldest of them says how long."""
    desk = hours_due.desk(here)
    page = url_for("staff.hours")
    kinds = (
        (
            "unsettled",
            desk.unsettled,
            ngettext(
                "%(num)s date is over for ten working days, and something is missing",
                "%(num)s dates are over for ten working days, and something is missing",
                desk.unsettled.number,
            ),
            _("Write it down"),
        ),
        (
            "waiting",
            desk.waiting,
            ngettext(
                "%(num)s record waits for approval", "%(num)s records wait for approval", desk.waiting.number
            ),
            _("Approve"),
        ),
        (
            "doubts",
            desk.doubts,
            ngettext(
                "%(num)s person says their hours are wrong",
                "%(num)s people say their hours are wrong",
                desk.doubts.number,
            ),
            _("Answer"),
        ),
        (
            "out",
            desk.pairs,
            ngettext("%(num)s check-out is missing", "%(num)s check-outs are missing", desk.pairs.number),
            _("Check out"),
        ),
    )
    for anchor, waits, what, verb in kinds:
        if not waits.number or waits.since is None:
            continue
        late = anchor == "unsettled"
        yield Task(
            key=f"hours-{anchor}",
            what=what,
            note=_("the oldest of %(day)s", day=short_day(waits.since)),
            verb=verb if writes else _("Look"),
            about=what,
            href=f"{page}#{anchor}" if writes else page,
            since=start_of(waits.since),
            due=start_of(waits.since) if late else None,
        )


def _tasks(here: Scope, writes: bool) -> Iterator[Task]:
    yield from _shifts(here, writes)
    yield from _hours(here, writes)


def _undoable(here: Scope) -> Iterator[Undoable]:
    """List who was noted today as not having come."""
    rows = db.session.execute(
        sa.select(
            Post.volunteer_id,
            Shift.occurrence_id,
            Volunteer.name,
            Activity.title,
            sa.func.max(Post.absent_at),
        )
        .join(Shift, Shift.id == Post.shift_id)
        .join(Occurrence, Occurrence.id == Shift.occurrence_id)
        .join(Activity, Activity.id == Occurrence.activity_id)
        .join(Volunteer, Volunteer.id == Post.volunteer_id)
        .where(
            Post.absent_at >= start_of(today()),
            Post.absent_at < end_of(today()),
            in_scope(Occurrence.station_id, here),
        )
        .group_by(Post.volunteer_id, Shift.occurrence_id, Volunteer.name, Activity.title)
        .order_by(sa.func.max(Post.absent_at).desc(), Post.volunteer_id)
        .limit(MOST_UNDONE)
    )
    for volunteer_id, occurrence_id, name, title, done_at in rows:
        yield Undoable(
            key=f"absent-{occurrence_id}-{volunteer_id}",
            what=_("%(name)s did not come to “%(title)s”", name=name, title=title),
            done_at=done_at or now(),
            href=url_for("staff.note_absent", occurrence_id=occurrence_id),
            fields=(("volunteer", str(volunteer_id)), ("absent", "0")),
        )


PART = DeskPart(_tasks, _undoable)
