"""Name each party of a date by a row code for paper, a letter and two digits, and find which one was meant.

The digits count the parties; the letter follows from them, as a check does. So no code becomes that of
another party by one mistyped, missing or surplus character. From the hundredth on there are three digits.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable

from portal.references import MISREAD

WALK_IN = "X"  # whoever came without having signed up; no party has this letter
# Those that look least like digits for the first hundred: eleven, a prime, so that even two digits in the
# wrong order are noticed. Other letters for those after them: a digit lost or doubled then leads nowhere.
FEW = "ACEFHJKMPRT"
MANY = "BDGNQSVWYZ"
WEIGHTS_OF_FEW = (1, 2)
WEIGHTS_OF_MANY = (1, 3, 7, 9)  # each has an inverse modulo ten
CODE = re.compile(rf"[{FEW}{MANY}][0-9]{{2,4}}")
NEAR = 2  # characters at most between what was typed and what may have been meant
OFFERED = 3


def code_of(number: int) -> str:
    """Return the row code of the party with this number, 1 or more."""
    digits = f"{number:02}"
    letters, weights = (FEW, WEIGHTS_OF_FEW) if len(digits) == 2 else (MANY, WEIGHTS_OF_MANY)
    total = sum(weights[place % 4] * int(digit) for place, digit in enumerate(reversed(digits)))
    return letters[total % len(letters)] + digits


def plain(typed: str) -> str:
    """Bring what was typed to the form of a code: half width, capitals, O and I among digits as 0 and 1."""
    text = unicodedata.normalize("NFKC", typed).upper().strip()
    return text[:1] + text[1:].translate(MISREAD)


def is_code(text: str) -> bool:
    """Say whether a text looks like a row code, whether or not a party has it."""
    return CODE.fullmatch(text) is not None


def nearest(typed: str, codes: Collection[str]) -> list[str]:
    """Return the codes that were most likely meant, the nearest; none if all are far off."""
    away = {code: distance(typed[:6], code) for code in codes}
    least = min(away.values(), default=NEAR + 1)
    if least > NEAR or least >= len(typed):
        return []
    return _first(code for code, steps in away.items() if steps == least)


def _first(codes: Iterable[str]) -> list[str]:
    return sorted(codes, key=lambda code: (len(code), code[1:]))[:OFFERED]


def distance(one: str, other: str) -> int:
    """Count the characters to change, add, leave out or swap to get from one text to the other."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, have in enumerate(one, 1):
        line = [row]
        for column, want in enumerate(other, 1):
            steps = min(last[column] + 1, line[-1] + 1, last[column - 1] + (have != want))
            if row > 1 and column > 1 and (one[row - 2], have) == (want, other[column - 2]):
                steps = min(steps, before[column - 2] + 1)
            line.append(steps)
        before, last = last, line
    return last[-1]
