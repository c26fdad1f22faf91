"""Read names and telephone numbers as people write them; compare, mask and find them again."""

import re
import unicodedata

from portal.i18n import _, ngettext
from portal.sealed import blind_index
from portal.web.text import without_unseen

# Not \d, which takes the digits of other scripts.
MOBILE = re.compile(r"1[3-9][0-9]{9}")
LANDLINE = re.compile(r"0[0-9]{9,11}")
MOBILE_DIGITS = 11
CALLED_BY_NUMBER = re.compile(r"[0-9]{4}$")  # who signed up on a screen has no name to be masked


def phone_of(typed: str) -> str:
    """Return the digits of a telephone number as people write it, without +86; full-width digits too."""
    digits = re.sub(r"[\s()（）·.\-–—－]", "", unicodedata.normalize("NFKC", typed))
    return re.sub(r"^(?:\+|00)?86(?=1[3-9]|0)", "", digits)


def is_phone(digits: str) -> bool:
    """Say whether this is a mobile number of the mainland, or a fixed one with its area code."""
    return bool(MOBILE.fullmatch(digits) or LANDLINE.fullmatch(digits))


def what_is_wrong(digits: str) -> str:
    """Say what is wrong with a number that is none."""
    if not digits.isdecimal():
        return _("A phone number has digits, spaces, - and + only.")
    away = len(digits) - MOBILE_DIGITS
    if digits.startswith("1") and away < 0:
        return ngettext(
            "%(num)s digit is missing, please count again.",
            "%(num)s digits are missing, please count again.",
            -away,
        )
    if digits.startswith("1") and away > 0:
        return ngettext(
            "%(num)s digit too many, please count again.",
            "%(num)s digits too many, please count again.",
            away,
        )
    return _("That is no mobile number; a fixed line needs its area code, as 0660.")


def phone_index(phone: str) -> bytes | None:
    """Return by what a phone number is found; None for none."""
    return blind_index("phone", phone) if phone else None


def mask_phone(digits: str) -> str:
    """Return a number as lists show it, 138****5678."""
    if len(digits) < 8:
        return "*" * len(digits)
    return digits[:3] + "*" * (len(digits) - 7) + digits[-4:]


def name_key(name: str) -> str:
    """Return a name as it is compared: full width, case, spaces and middle dots make no other person."""
    folded = without_unseen(unicodedata.normalize("NFKC", name)).casefold()
    return re.sub(r"[\s·•・‧.]", "", folded)


def mask_name(name: str) -> str:
    """Return a name as its own page shows it, 王*明."""
    if len(name) < 2 or CALLED_BY_NUMBER.search(name):
        return name
    return name[0] + "*" * max(1, len(name) - 2) + (name[-1] if len(name) > 2 else "")
