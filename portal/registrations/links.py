"""Make what a party holds in its hands: a reference to read out, and a private link."""

from portal.sealed import derived_token


def token_of(reference: str) -> str:
    """Return the secret of the private link; only this portal, with its key, can make it again."""
    return derived_token("registration link", reference)
