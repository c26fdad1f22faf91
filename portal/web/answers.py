"""Answer a request: a page or its part, or the way to another page."""

from functools import partial
from typing import Any
from urllib.parse import urlsplit

from flask import Response, make_response, redirect, render_template, request
from jinja2_fragments.flask import render_block


def wants_part() -> bool:
    """Tell htmx's request for a part of a page from any request for all of it."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and "HX-Boosted" not in headers
        and "HX-History-Restore-Request" not in headers
    )


def by_itself() -> bool:
    """Tell a request that the page sends while somebody types from one that a press has sent."""
    return request.headers.get("HX-Trigger", "").startswith("by-itself")


def show(template: str, part: str, status: int = 200, **context: Any) -> Response:
    """Answer htmx with the block `part` of `template`, and anyone else with all of it."""
    render = partial(render_block, template, part) if wants_part() else partial(render_template, template)
    body = render(**context)
    response = make_response(body, status)
    response.vary.add("HX-Request")
    return response


def page(template: str, status: int = 200, **context: Any) -> Response:
    """Answer with a whole page that has no part for htmx."""
    return make_response(render_template(template, **context), status)


def go(url: str) -> Response:
    """Send the browser to another page, with or without htmx; a form may say itself where to go `then`."""
    url = safe_path(request.form.get("then")) or url
    if wants_part():
        return Response(status=204, headers={"HX-Redirect": url})
    return make_response(redirect(url, 303))


def safe_path(target: str | None) -> str | None:
    """Return the target if it is a path on this site, else None (no redirect to foreign hosts)."""
    if not target or not target.startswith("/") or target[1:2] in ("/", "\\"):
        return None
    if any(ord(character) < 33 for character in target):
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target
