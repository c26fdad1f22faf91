"""Know a device again by a cookie that says nothing, for 180 days or until it is forgotten."""

from flask import Response, current_app, request

from portal.tokens import new_token

COOKIE = "device"
LASTS = 180 * 24 * 3600  # seconds


def current() -> str:
    """Return the secret of this device; empty if it has none."""
    return request.cookies.get(COOKIE, "")[:100]


def current_or_new() -> str:
    """Return the secret of this device, a new one if it has none."""
    return current() or new_token()


def remember(response: Response, secret: str) -> Response:
    """Give the device its cookie, good for another 180 days."""
    response.set_cookie(
        COOKIE,
        secret,
        max_age=LASTS,
        secure=current_app.config["SECURE_COOKIES"],
        httponly=True,
        samesite="Lax",
    )
    return response


def forget(response: Response) -> Response:
    """Take the cookie away."""
    response.delete_cookie(COOKIE, secure=current_app.config["SECURE_COOKIES"], httponly=True, samesite="Lax")
    return response
