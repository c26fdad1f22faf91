"""Count editions of the menu on: which period follows, and what it is called."""

import re
from calendar import monthrange
from datetime import date, timedelta

DIGITS = "零一二三四五六七八九"
NUMBERED = re.compile("第([0-9]{1,3}|[一二三四五六七八九十]{1,3})期")
LONGEST_TITLE = 40


def following_title(title: str) -> str:
    """Return the title of the edition after this one, as 第四期 after 第三期; without a number, the same."""

    def counted_on(match: re.Match[str]) -> str:
        said = match[1]
        number = int(said) if said[0] in "0123456789" else _read(said)
        if number is None or not 0 < number < 99:
            return match[0]
        following = str(number + 1) if said[0] in "0123456789" else _write(number + 1)
        return "第" + following + "期"

    found = NUMBERED.sub(counted_on, title, count=1)
    return found if len(found) <= LONGEST_TITLE else title


def _read(said: str) -> int | None:
    tens, ten, ones = said.partition("十")
    if not ten:
        return DIGITS.index(said) if len(said) == 1 else None
    if len(tens) > 1 or len(ones) > 1 or "十" in ones:
        return None
    return 10 * (DIGITS.index(tens) if tens else 1) + (DIGITS.index(ones) if ones else 0)


def _write(number: int) -> str:
    tens, ones = divmod(number, 10)
    if not tens:
        return DIGITS[ones]
    return (DIGITS[tens] if tens > 1 else "") + "十" + (DIGITS[ones] if ones else "")


def following_period(first: date, last: date) -> tuple[date, date]:
    """Return the period that follows without a gap: as many whole months where it is of whole months,
    else as many days.
    """
    begins = last + timedelta(days=1)
    if first.day > 1 or begins.day > 1:
        return begins, begins + (last - first)
    months = (begins.year - first.year) * 12 + begins.month - first.month
    years, month = divmod(begins.month - 1 + months - 1, 12)
    year = begins.year + years
    return begins, date(year, month + 1, monthrange(year, month + 1)[1])
