"""Make the secrets that links and cookies carry, and the hashes that the database keeps of them."""

import hashlib
import secrets


def new_token() -> str:
    """Return a secret of 256 bits, safe in addresses and cookies."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """Return what the database keeps of a token; a copied database opens nothing."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
