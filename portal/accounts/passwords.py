"""Hash passwords, and tell good ones from those everybody tries first."""

from werkzeug.security import check_password_hash, generate_password_hash

from portal.i18n import _

SHORTEST = 8
LONGEST = 128
GOOD_ENOUGH = 3  # zxcvbn's score: about 10^8 guesses
OWN_WORDS = [
    "huaqiao",
    "qiaoxing",
    "shijianzhan",
    "wenming",
    "zhiyuan",
    "guangdong",
    "shanwei",
    "华侨",
    "侨兴",
    "文明实践",
]

# Checked when there is no such account, so that the answer takes as long as for a wrong password.
NOBODYS_HASH = generate_password_hash("nobody's password")


def hash_password(password: str) -> str:
    """Hash a password with scrypt; takes about a tenth of a second, so never inside a transaction."""
    return generate_password_hash(password)


def matches(password: str, hashed: str | None) -> bool:
    """Say whether the password is the one that was hashed; takes as long when there is none."""
    right = check_password_hash(hashed or NOBODYS_HASH, password[:LONGEST])
    return right and hashed is not None


def fault(password: str, own_words: list[str]) -> str | None:
    """Say what is wrong with a new password, or None; length and guessing count, not kinds of characters."""
    if len(password) < SHORTEST:
        return _("At least %(count)s characters, please.", count=SHORTEST)
    if len(password) > LONGEST:
        return _("At most %(count)s characters, please.", count=LONGEST)
    from zxcvbn import zxcvbn  # its word lists take 20 MB: only who sets a password needs them

    words = [word for word in [*OWN_WORDS, *own_words] if word]
    if zxcvbn(password[:72], user_inputs=words)["score"] < GOOD_ENOUGH:
        return _("Too easy to guess. Three or four words that do not belong together do well.")
    return None
