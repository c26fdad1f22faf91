"""Hold what people agree to, by version: whoever changes a text here gives it a new version.

The texts themselves stand in the templates privacy/*.html and in the forms; a registration keeps which
version was shown. Sources: PIPL Art. 13, 17, 31; rules on children's personal data online (2019), Art. 8–10.
"""

SIGN_UP = "2026-11"  # templates/privacy/page.html, and the line beside the tick
CHILDREN = "2026-11"  # templates/privacy/children.html, and the notice in the form
VOLUNTEER_MINOR = "2026-11"  # a guardian's, in templates/volunteers/parts.html
PAST = frozenset[str]()  # versions of either that were shown once; a form that agrees to one asks again


def agreed(ticked: str, current: str) -> str:
    """Return the version agreed to by a tick; empty if there is none, or it was to a text of the past."""
    return "" if not ticked or ticked in PAST else current
