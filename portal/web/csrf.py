"""Guard forms against forgery, with a token that looks different each time it is written.

A page that is compressed gives its secrets away, letter by letter, to somebody who can make it repeat what he
sends and watch its length (the BREACH attack). A token under a fresh mask has nothing to give away.
"""

import base64
import binascii
import secrets

from flask import Flask, g
from flask_wtf import CSRFProtect
from flask_wtf.csrf import generate_csrf

MARK = "m."


class MaskedCsrf(CSRFProtect):
    """Flask-WTF's protection, taking masked tokens as well as bare ones."""

    def _get_csrf_token(self) -> str | None:
        token: str | None = super()._get_csrf_token()
        return unmask(token) if token and token.startswith(MARK) else token


def masked_token() -> str:
    """Return the visitor's token under a mask of its own."""
    token = generate_csrf().encode()
    mask = secrets.token_bytes(len(token))
    return MARK + base64.urlsafe_b64encode(mask + _under(mask, token)).decode()


def unmask(masked: str) -> str:
    """Return the token under a mask; what was never masked is no token."""
    try:
        both = base64.urlsafe_b64decode(masked.removeprefix(MARK))
    except (binascii.Error, ValueError):
        return ""
    half = len(both) // 2
    return _under(both[:half], both[half:]).decode("ascii", "replace") if len(both) == 2 * half else ""


def _under(mask: bytes, text: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(mask, text, strict=True))


def may_compress() -> None:
    """Say that the page being made holds no secret of its visitor but masked tokens."""
    g.only_masked_secrets = True


def has_only_masked_secrets() -> bool:
    """Say whether the page's maker has said so."""
    return bool(g.get("only_masked_secrets"))


def init_app(app: Flask) -> CSRFProtect:
    """Protect the app, and let templates write masked tokens."""
    protection = MaskedCsrf(app)
    app.jinja_env.globals["csrf_token"] = masked_token
    app.context_processor(lambda: {"csrf_token": masked_token})
    return protection
