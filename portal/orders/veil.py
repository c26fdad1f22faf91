"""Take out of people's words what tells who they are, for teams that have not accepted yet."""

import re

from portal.orders.models import Order

NUMBER = re.compile(r"(?<!\d)(?:\+?\d[ \-]?){7,}(?!\d)")
WORDS_END = re.compile(r"[，,、；;。 （(]")
HIDDEN = "…"
SHORTEST = 2  # characters; a shorter name is also a word


def veiled(order: Order, text: str) -> str:
    """Return a text without phone numbers, and without the names and the address of an order."""
    for_name = WORDS_END.split(order.for_name.strip())[0]
    for known in sorted((order.name, for_name, order.address), key=len, reverse=True):
        if len(known.strip()) >= SHORTEST:
            text = text.replace(known.strip(), HIDDEN)
    return NUMBER.sub(HIDDEN, text)
