"""Bring to the desk the screens that somebody should go and look at."""

from collections.abc import Iterator

from flask import url_for

from portal.access import Scope
from portal.activities.tasks import DeskPart, Task
from portal.i18n import _, pgettext
from portal.kiosk import faring, labels, queries
from portal.kiosk.faring import Faring


def _tasks(here: Scope, writes: bool) -> Iterator[Task]:
    for screen in faring.of(queries.kiosks_in(here), here):
        kiosk = screen.kiosk
        page = url_for("staff_kiosks.kiosk", kiosk_id=kiosk.id)
        if screen.is_missed:
            yield Task(
                key=f"kiosk-{kiosk.id}",
                what=_("Silent screen: %(name)s", name=kiosk.name),
                note=f"{screen.place.short_name} · {_heard(screen)}",
                verb=pgettext("silent screen", "What to do") if writes else _("Look"),
                about=kiosk.name,
                href=f"{page}#silent" if writes else page,
                since=screen.since,
            )
        elif not screen.is_quiet and (screen.is_clock_off or screen.is_behind):
            behind = screen.is_behind and kiosk.data_at
            yield Task(
                key=f"kiosk-{kiosk.id}",
                what=_("Screen with an old board: %(name)s", name=kiosk.name)
                if behind
                else _("Screen with a wrong clock: %(name)s", name=kiosk.name),
                note=f"{screen.place.short_name} · {_old(screen) if behind else labels.clock(screen)}",
                verb=_("Look"),
                about=kiosk.name,
                href=page,
                since=kiosk.data_at if behind and kiosk.data_at else screen.since,
            )


def _heard(screen: Faring) -> str:
    if screen.kiosk.seen_at is None:
        return _("not heard of yet")
    return _("last heard of at %(time)s", time=labels.when(screen.since))


def _old(screen: Faring) -> str:
    return _("it shows what held at %(time)s", time=labels.when(screen.kiosk.data_at or screen.since))


PART = DeskPart(_tasks)
