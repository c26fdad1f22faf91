"""Follow what becomes of dates: tell the parties, and give the queue what a change has freed."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.activities.followers import Concerned
from portal.activities.models import Activity, Occurrence
from portal.registrations import notices, queue
from portal.registrations.models import Registration, Status
from portal.registrations.queries import concerned_parties

Notice = Callable[[Session, Occurrence, Activity, Registration], None]


def _tell_all(session: Session, occurrence: Occurrence, activity: Activity, notice: Notice) -> None:
    parties = session.scalars(
        sa.select(Registration)
        .where(
            Registration.occurrence_id == occurrence.id,
            Registration.status.in_((Status.CONFIRMED, Status.WAITING)),
        )
        .order_by(Registration.id)
    ).all()
    for party in parties:
        notice(session, occurrence, activity, party)


class Parties:
    """The parties signed up for a date; see portal.activities.followers."""

    def cancelled(self, session: Session, occurrence: Occurrence, activity: Activity) -> None:
        """Tell every party; they keep their places in case it takes place after all."""
        _tell_all(session, occurrence, activity, notices.called_off)

    def restored(self, session: Session, occurrence: Occurrence, activity: Activity) -> None:
        """Tell every party, and give the queue what came free meanwhile."""
        _tell_all(session, occurrence, activity, notices.takes_place)
        queue.settle(session, occurrence, activity)

    def moved(
        self, session: Session, occurrence: Occurrence, activity: Activity, word: str, before: datetime
    ) -> None:
        """Tell every party of the new time or place."""
        _tell_all(session, occurrence, activity, partial(notices.changed, word=word))
        queue.settle(session, occurrence, activity)

    def concerned(self, occurrence_ids: Sequence[int]) -> Mapping[int, Concerned]:
        """Count the parties signed up or waiting, and how they are told."""
        return concerned_parties(occurrence_ids)

    def holds(self, session: Session, occurrence_ids: Sequence[int]) -> bool:
        """Say whether anybody ever signed up for one of the dates."""
        signed_up = sa.exists().where(Registration.occurrence_id.in_(occurrence_ids))
        return bool(session.scalar(sa.select(signed_up)))
