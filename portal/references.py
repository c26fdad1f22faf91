"""Give out references that are read out and typed by hand, and read them again."""

import re
import secrets
import unicodedata

# Read out and typed by hand: no I, L, O, U (product §7). Ten of them are 50 bits.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_reference(prefix: str = "R") -> str:
    """Return a reference like R-7K4M2Q9X3D."""
    return f"{prefix}-{''.join(secrets.choice(ALPHABET) for _ in range(10))}"


def read_reference(typed: str, prefix: str = "R") -> str:
    """Return a reference as it was given out, however it was typed; what is none matches nothing."""
    plain = re.sub(r"[^0-9A-Z]", "", unicodedata.normalize("NFKC", typed).upper()[:60])
    plain = plain.removeprefix(prefix) if len(plain) > 10 else plain
    return f"{prefix}-{plain.translate(MISREAD)}"
