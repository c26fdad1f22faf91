"""Put the desk together: what waits, what can still be undone, today's dates, the network at a glance."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import url_for

from portal.access import Scope
from portal.activities import listing, queries, tasks
from portal.activities.models import Activity, ActivityStatus, Occurrence, OccurrenceStatus
from portal.activities.taking_back import that_may_take_place
from portal.activities.tasks import Cell, Column, DeskPart, Task, Undoable
from portal.clock import end_of, local, now, start_of, today
from portal.db import db
from portal.i18n import _, clock_time, day_name, moment_label, ngettext, short_day
from portal.messages.queries import calls_to_make
from portal.stations import queries as stations
from portal.stations.queries import in_scope

UNCOUNTED_SINCE = timedelta(days=31)
MOST_DRAFTS = 10
MOST_UNDONE = 10
HOUR, DAY, A_WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)


def gathered(here: Scope, writes: bool) -> dict[str, Any]:
    """Gather the desk of a scope; `writes` says whether whoever looks may do more than look."""
    places = stations.stations_in(here)
    return {
        "tasks": tasks.waiting(here, writes),
        "undoable": tasks.undoable(here) if writes else [],
        "cards": listing.of_day(today(), here),
        "tomorrow": listing.of_day(today() + DAY, here),
        "places": places if len(places) > 1 else [],
        "columns": tasks.columns(here) if len(places) > 1 else [],
        "beside": tasks.beside(here),
        "age_of": age_of,
    }


def age_of(task: Task) -> tuple[str, str]:
    """Say for how long a task waits or until when it is to be done, and the same more exactly."""
    if task.due is None:
        since = local(task.since)
        exactly = short_day(since.date()) if start_of(since.date()) == since else moment_label(task.since)
        return _("waiting for %(time)s", time=span(now() - task.since)), exactly
    if task.late:
        return task.lateness or _("%(time)s late", time=span(now() - task.due)), until(task.due)
    return until(task.due), _("%(time)s left", time=span(task.due - now()))


def until(moment: datetime) -> str:
    """Say until when: today or tomorrow by the clock, else the day."""
    # What is due at midnight is due on the day before it.
    day = local(moment - timedelta(microseconds=1)).date()
    name = day_name(day) if today() <= day < today() + A_WEEK else short_day(day)
    if end_of(day) == moment:
        return _("by the end of %(day)s", day=name)
    return _("by %(day)s %(time)s", day=name, time=clock_time(moment))


def span(length: timedelta) -> str:
    """Say how long, in the largest unit that fits."""
    if length >= DAY:
        return ngettext("%(num)s day", "%(num)s days", length // DAY)
    if length >= HOUR:
        return ngettext("%(num)s hour", "%(num)s hours", length // HOUR)
    return ngettext("%(num)s minute", "%(num)s minutes", max(length // timedelta(minutes=1), 1))


# What the activities themselves bring to the desk


def _tasks(here: Scope, writes: bool) -> Iterator[Task]:
    for card in listing.uncounted(here, now() - UNCOUNTED_SINCE):
        page = url_for("staff.occurrence", occurrence_id=card.id)
        yield Task(
            key=f"count-{card.id}",
            what=_("“%(title)s”: how many came?", title=card.title),
            note=_joined(card.station_name, card.place),
            verb=_("Count") if writes else _("Look"),
            about=card.title,
            href=f"{page}#count" if writes else page,
            since=card.ends_at,
            due=end_of(card.last_day),
        )
    for call in calls_to_make(stations.ids_in(here)):
        yield Task(
            key=f"call-{call.id}",
            what=_("Call %(name)s", name=call.recipient),
            note=call.text,
            verb=_("Called") if writes else _("Look"),
            about=call.recipient,
            href=url_for("staff.called", message_id=call.id) if writes else call.link,
            since=call.created_at,
            at_once=writes,
            more=call.link,
        )
    for row in queries.rows_that_ask(here):
        yield Task(
            key=f"row-{row.activity_id}",
            what=row.title,
            note=_joined(row.station_name, *_asks(row.out_of_step, row.blocked)),
            verb=_("Look"),
            about=row.title,
            href=url_for("staff.activity", activity_id=row.activity_id),
            since=start_of(today()),
        )
    for draft in queries.activities_in(here, ActivityStatus.DRAFT, (), None, MOST_DRAFTS):
        yield Task(
            key=f"draft-{draft.id}",
            what=_("Not gone out: “%(title)s”", title=draft.title)
            if draft.publish_fault
            else _("Draft: “%(title)s”", title=draft.title),
            note=_joined(
                draft.station_name,
                ngettext("%(num)s date", "%(num)s dates", draft.dates),
                draft.publish_fault,
                _("Goes out on %(moment)s", moment=moment_label(draft.publish_at))
                if draft.publish_at
                else "",
            ),
            verb=_("Go on") if writes else _("Look"),
            about=draft.title,
            href=url_for("staff.edit" if writes else "staff.activity", activity_id=draft.id),
            since=draft.changed_at,
        )


def _asks(out_of_step: int, blocked: int) -> Iterator[str]:
    if out_of_step:
        yield ngettext(
            "%(num)s date no longer fits the days off",
            "%(num)s dates no longer fit the days off",
            out_of_step,
        )
    if blocked:
        yield ngettext("room taken on %(num)s day", "room taken on %(num)s days", blocked)


def _joined(*words: str) -> str:
    return " · ".join(word for word in words if word)


def _undoable(here: Scope) -> Iterator[Undoable]:
    cancelled = db.session.execute(
        sa.select(
            Activity.id,
            Activity.title,
            sa.func.count(),
            sa.func.min(Occurrence.id),
            sa.func.min(Occurrence.starts_at),
            sa.func.max(Occurrence.cancelled_at),
        )
        .join(Activity, Activity.id == Occurrence.activity_id)
        .where(
            that_may_take_place(),
            in_scope(Occurrence.station_id, here),
        )
        .group_by(Activity.id, Activity.title)
        .order_by(sa.func.max(Occurrence.cancelled_at).desc())
        .limit(MOST_UNDONE)
    )
    for activity_id, title, dates, occurrence_id, starts_at, done_at in cancelled:
        if dates == 1:
            yield Undoable(
                key=f"restore-{occurrence_id}",
                what=_(
                    "“%(title)s” on %(day)s is cancelled", title=title, day=short_day(local(starts_at).date())
                ),
                done_at=done_at or now(),
                href=url_for("staff.restore_occurrence", occurrence_id=occurrence_id),
            )
        else:
            yield Undoable(
                key=f"restore-all-{activity_id}",
                what=ngettext(
                    "“%(title)s”: %(num)s date is cancelled",
                    "“%(title)s”: %(num)s dates are cancelled",
                    dates,
                    title=title,
                ),
                done_at=done_at or now(),
                href=url_for("staff.restore_activity", activity_id=activity_id),
            )
    published = db.session.execute(
        sa.select(Activity.id, Activity.title, Activity.published_at)
        .where(
            Activity.published_at >= start_of(today()),  # a draft has none
            Activity.cancelled_at.is_(None),
            in_scope(Activity.station_id, here),
            ~sa.exists().where(
                Occurrence.activity_id == Activity.id,
                sa.or_(Occurrence.seats_taken > 0, Occurrence.parties_waiting > 0),
            ),
        )
        .order_by(Activity.published_at.desc(), Activity.id)
        .limit(MOST_UNDONE)
    )
    for activity_id, title, done_at in published:
        yield Undoable(
            key=f"unpublish-{activity_id}",
            what=_("“%(title)s” is published", title=title),
            done_at=done_at or now(),
            href=url_for("staff.unpublish", activity_id=activity_id),
        )


def _column(here: Scope) -> Column:
    """Count today's dates of each station."""
    day = today()
    rows = db.session.execute(
        sa.select(Occurrence.station_id, sa.func.count())
        .where(
            Occurrence.published.is_(True),
            Occurrence.status == OccurrenceStatus.PLANNED,
            Occurrence.starts_at >= start_of(day),
            Occurrence.starts_at < end_of(day),
            in_scope(Occurrence.station_id, here),
        )
        .group_by(Occurrence.station_id)
    )
    return Column(
        _("Today"),
        {station_id: Cell(ngettext("%(num)s date", "%(num)s dates", dates)) for station_id, dates in rows},
    )


PART = DeskPart(_tasks, _undoable, _column)
