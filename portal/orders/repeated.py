"""Let a form about an order that was sent twice act once."""

from collections.abc import Callable

from portal.access import Actor
from portal.db import transaction
from portal.once import done, earlier


def carry_out(act: str, order_id: int, by: Actor, key: str, work: Callable[[], None]) -> bool:
    """Do the work of a form about an order, unless this very form (key) was carried out; say whether it was.

    Raises:
        Whatever the work does; then it is as if the form had never come.
    """
    form = f"order:{order_id}:{act}"
    with transaction() as session:
        if earlier(session, form, by, key) is not None:
            return False
        work()
        done(session, form, by, key, act)
        return True
