"""List what falls due with time, feature by feature."""

from datetime import timedelta

from portal.accounts.actions import drop_dead_sessions
from portal.activities import holidays, kept_forms
from portal.activities.publishing import publish_due
from portal.activities.repeating import compare_with_days_off, make_coming_dates
from portal.activities.room_retention import forget_askers_of_rooms
from portal.clock import now
from portal.db import transaction
from portal.jobs import Job, forget_old_runs
from portal.kiosk.notices import forget_over
from portal.kiosk.pairing import forget_codes
from portal.messages.actions import deliver_waiting
from portal.once import forget_before
from portal.orders.deadlines import forget_askers, keep_time
from portal.registrations.retention import forget_parties
from portal.volunteers.guardians import forget_guardians
from portal.web.limits import drop_ended


def forget_submissions() -> None:
    """Drop the keys of forms sent more than a week ago."""
    with transaction() as session:
        forget_before(session, now() - timedelta(days=7))


def make_dates() -> None:
    """Make the dates that rules call for, by the days off as they are known now."""
    holidays.look_again()
    make_coming_dates()
    compare_with_days_off()


JOBS = (
    Job("deliver messages", timedelta(minutes=1), deliver_waiting),
    Job("keep time of orders", timedelta(minutes=1), keep_time),
    Job("publish in time", timedelta(minutes=1), publish_due),
    Job("make dates", timedelta(hours=1), make_dates),
    Job("drop dead sessions", timedelta(hours=1), drop_dead_sessions),
    Job("drop ended limits", timedelta(hours=1), drop_ended),
    Job("forget notices", timedelta(days=1), forget_over),
    Job("forget pairing codes", timedelta(hours=1), forget_codes),
    Job("forget parties", timedelta(days=1), forget_parties),
    Job("forget askers of rooms", timedelta(days=1), forget_askers_of_rooms),
    Job("forget askers", timedelta(days=1), forget_askers),
    Job("forget guardians", timedelta(days=1), forget_guardians),
    Job("forget kept forms", timedelta(days=1), kept_forms.forget_old),
    Job("forget submissions", timedelta(days=1), forget_submissions),
    Job("forget old job runs", timedelta(days=1), forget_old_runs),
)
