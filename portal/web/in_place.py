"""Let a form of one page be worked on in a row of another, and come back there.

The row opens a part of the page with htmx and says with each form that is sent from it where to go `then`,
which part of the page it shows (`part`) and which element that stands in (`row`). What goes through comes
back to the list; a form with faults is shown in the row again; a link leads to its page, as links do.
Without script none of this happens: the link of the row leads to the page itself.
"""

import re

from flask import Flask, Response, request

WRONG = (409, 422)  # HTTP: what was sent cannot be done so
NAME = re.compile(r"[a-z][a-z0-9-]{0,60}")


def init_app(app: Flask) -> None:
    """Look after the answers that go into a row."""
    app.after_request(_into_the_row)


def _into_the_row(response: Response) -> Response:
    if request.headers.get("HX-Boosted") != "true":
        return response
    if response.status_code in WRONG:
        row, part = request.form.get("row", ""), request.form.get("part", "")
        if NAME.fullmatch(row) and NAME.fullmatch(part):
            response.headers["HX-Retarget"] = f"#{row}"
            response.headers["HX-Reselect"] = f"#{part}"
            response.headers["HX-Reswap"] = "innerHTML"
    elif response.status_code >= 400:
        response.headers["HX-Reselect"] = "#main"  # there is no list in it; htmx.html says where it goes
    elif response.is_sequence and not _holds(response, request.headers.get("HX-Target", "")):
        response.headers["HX-Redirect"] = request.full_path.rstrip("?")
    return response


def _holds(response: Response, target: str) -> bool:
    """Say whether an answer that is shown holds what it is to replace."""
    moves = response.status_code >= 300
    return moves or not NAME.fullmatch(target) or f'id="{target}"'.encode() in response.get_data()
