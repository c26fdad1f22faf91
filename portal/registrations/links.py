"""Make what a party holds in its hands: a reference to read out, and a private link."""

from portal.contact import phone_index as phone_index
from portal.references import ALPHABET as ALPHABET
from portal.references import new_reference as new_reference
from portal.references import read_reference as read_reference
from portal.sealed import derived_token


def token_of(reference: str) -> str:
    """Return the secret of the private link; only this portal, with its key, can make it again."""
    return derived_token("registration link", reference)
