"""Answer what goes wrong with a page that says what to do next."""

import logging
from collections.abc import Iterator
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DatabaseError, OperationalError
from werkzeug.exceptions import HTTPException, SecurityError

from portal.errors import Busy, Forbidden, Missing, Refused
from portal.i18n import _
from portal.web.answers import by_itself, page, wants_part

logger = logging.getLogger(__name__)
NEVER_KEPT = ("csrf_token", "password", "old", "new", "username")  # what a resent form does not carry on


def init_app(app: Flask) -> None:
    """Register the handlers."""
    app.register_error_handler(Missing, lambda error: problem(404))
    app.register_error_handler(Forbidden, lambda error: problem(403))
    app.register_error_handler(Refused, refused)
    app.register_error_handler(Busy, busy)
    app.register_error_handler(OperationalError, database_down)
    app.register_error_handler(DatabaseError, database_damaged)
    app.register_error_handler(CSRFError, resend)
    app.register_error_handler(HTTPException, other)
    app.register_error_handler(Exception, unexpected)


def problem(status: int, message: str = "") -> Response:
    """Answer with the page of this status."""
    template = "errors/notice.html" if wants_part() else "errors/error.html"
    response = page(template, status, code=status, message=message)
    response.vary.add("HX-Request")
    if status == 503:
        response.headers["Retry-After"] = "5"
    return response


def refused(error: Refused) -> Response:
    """Say why the rules of the moment do not allow it."""
    return problem(409, error.message)


def busy(error: Busy) -> Response:
    """Ask to try again: too many are writing just now."""
    return problem(503)


def database_down(error: OperationalError) -> Response:
    """Ask to try again later, and tell the operators."""
    logger.error("database trouble in %s: %s", request.endpoint, type(error.orig).__name__)
    return problem(503)


def database_damaged(error: DatabaseError) -> Response:
    """Answer 503 when the file itself is at fault; a rule broken in it is a fault of ours, so 500."""
    if type(error) is DatabaseError:
        logger.critical("the database is damaged, restore a backup: %s", type(error.orig).__name__)
        return problem(503)
    return unexpected(error)


def other(error: HTTPException) -> Response:
    """Answer Werkzeug's own refusals in our words."""
    if isinstance(error, SecurityError):  # a foreign host name, for which no address can be built
        return Response("Bad Request\n", 400, mimetype="text/plain")
    if error.response is not None or error.code is None or error.code < 400:
        return Response(error.get_response().data, status=error.code)
    response = problem(error.code)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def unexpected(error: Exception) -> Response:
    """Log the fault under an incident number that the visitor can tell us."""
    logger.error(
        "incident %s in %s: %s",
        g.get("request_id", "-"),
        request.endpoint,
        type(error).__name__,
        exc_info=error,
    )
    return problem(500)


def resend(error: CSRFError) -> Response:
    """Offer to send the form again: its token had run out, and nothing typed is lost."""
    if by_itself():
        said = _("You have signed out or in anew meanwhile. Nothing typed is lost: press a button to go on.")
        return problem(400, said)
    return resend_page(request.full_path if request.query_string else request.path, list(typed()), 400)


def typed() -> Iterator[tuple[str, str]]:
    """Yield what was typed into the form of this request, but for passwords and tokens."""
    for name, value in request.form.items(multi=True):
        if name not in NEVER_KEPT:
            yield name, value


def resend_page(action: str, fields: list[tuple[str, str]], status: int) -> Response:
    """Show the form's content with a button that sends it again, under a fresh token."""
    adapter = current_app.create_url_adapter(request)
    again = action if adapter is not None and adapter.test(urlsplit(action).path, "GET") else "/"
    if not wants_part():
        return page("errors/resend.html", status, action=action, again=again, fields=fields)
    # Errors land in the notices of the page; this one replaces the page, so it must not look like one.
    response = page("errors/resend.html", 422, action=action, again=again, fields=fields)
    response.headers["HX-Retarget"] = "body"
    response.headers["HX-Reswap"] = "innerHTML"
    return response


def title_of(status: int) -> str:
    """Name an error in words people use."""
    return {
        400: _("That did not arrive whole"),
        401: _("Please sign in"),
        403: _("This is not yours to open"),
        404: _("There is no such page"),
        405: _("That does not work here"),
        409: _("That did not work out"),
        413: _("That is too large"),
        422: _("Something is not right yet"),
        429: _("Too many tries in a row"),
        503: _("Very busy just now"),
    }.get(status, _("Something went wrong on our side"))


def advice_on(status: int) -> str:
    """Say what to do about an error."""
    return {
        400: _("Please go back and send it again."),
        403: _("Your account may not do this. If you need it, ask the manager at the centre."),
        404: _("The address may lack a few characters, or this date has been taken down."),
        405: _("Please start again from the page before."),
        413: _("Please send less at once."),
        429: _("Please wait a few minutes and try again."),
        503: _("Nothing is lost. Please try again in a few seconds."),
    }.get(status, _("It was not you. We have been told; please try again in a while."))
