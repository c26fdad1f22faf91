"""Slow down who sends forms for one phone number again and again; a number stands for a household."""

from typing import Any

from portal.contact import phone_index, phone_of
from portal.i18n import _
from portal.web.limits import hit

BY_PHONE = "12 per 10 minutes"


def number_within_limit(form: Any, *what: str) -> bool:
    """Count one more try of the number in the form's field `phone`; past the limit, say so beside it.

    `what` names the form and, where each counts by itself, the thing it is about.
    """
    index = phone_index(phone_of(form.phone.data or "")) or b""
    if hit(BY_PHONE, *what, index.hex()):
        return True
    form.refuse(
        "phone",
        _("This number has been tried very often just now. Wait ten minutes, or ring the station."),
    )
    return False
