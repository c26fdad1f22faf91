"""Show what came of it once, on the page that answers the form: its private link stands in no address."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response

from portal.kiosk.views import screen_page
from portal.web.qr import qr_path


@dataclass(frozen=True, slots=True)
class Done:
    """What somebody is shown who has signed up or ordered; `facts` are (drawing, word, lines)."""

    heading: str
    waits: bool
    what: str
    reference: str
    called: str  # what the reference is called
    link: str
    facts: Sequence[tuple[str, str, Sequence[str]]]
    next: Sequence[str]
    undo: str


def done_page(done: Done) -> Response:
    """Answer with the reference, the code to take along and what happens next."""
    return screen_page("kiosk/done.html", "form", done=done, code=qr_path(done.link))
