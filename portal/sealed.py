"""Seal what a copied database must not tell, and find it again without opening it.

Sealed is what only the running portal has to read (phone numbers, children's names). The keys live outside
of the database. Sealing uses Fernet (AES-128-CBC with HMAC-SHA256); several keys may open, the first seals.
"""

import base64
import hashlib
import hmac
from typing import Any

import sqlalchemy as sa
from cryptography.fernet import Fernet, MultiFernet
from flask import Flask, current_app
from sqlalchemy.engine import Dialect


class Keys:
    """The keys of this portal."""

    def __init__(self, data_keys: list[str], index_key: str) -> None:
        self._box = MultiFernet([Fernet(_fernet_key(key)) for key in data_keys])
        self._index_key = index_key.encode()

    def seal(self, text: str) -> bytes:
        """Return the text as nobody without the key can read it; twice the same text looks different."""
        return self._box.encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        """Return what was sealed."""
        return self._box.decrypt(sealed).decode()

    def digest(self, purpose: str, text: str) -> bytes:
        """Return 32 bytes that only this portal makes of a text; the same each time, by purpose."""
        return hmac.digest(self._index_key, f"{purpose}\0{text}".encode(), "sha256")


def _fernet_key(key: str) -> bytes:
    # Whatever length of secret the operator chose, Fernet wants 32 bytes of it.
    return base64.urlsafe_b64encode(hashlib.sha256(f"seal\0{key}".encode()).digest())


def init_app(app: Flask) -> None:
    """Hold the keys ready."""
    app.extensions["keys"] = Keys(app.config["DATA_KEYS"], app.config["INDEX_KEY"])


def keys() -> Keys:
    """Return the keys of the portal running."""
    found: Keys = current_app.extensions["keys"]
    return found


class Sealed(sa.types.TypeDecorator[str]):
    """Store a text sealed; the empty text stays empty, so that a glance tells nothing but that."""

    impl = sa.LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """Seal on the way in."""
        return value if value is None else keys().seal(value) if value else b""

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Open on the way out."""
        return value if value is None else keys().open(bytes(value)) if value else ""


def blind_index(purpose: str, text: str) -> bytes:
    """Return 16 bytes by which a sealed text is found: equal for equal texts, telling nothing of them."""
    return keys().digest(purpose, text)[:16]


def derived_token(purpose: str, text: str) -> str:
    """Return the secret of 256 bits that belongs to a text; the database keeps only its hash."""
    return base64.urlsafe_b64encode(keys().digest(purpose, text)).rstrip(b"=").decode()
