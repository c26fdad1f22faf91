"""Handle what people type: tidy it, refuse what cannot be seen, cut it into paragraphs."""

import re
import unicodedata
from dataclasses import dataclass

# Control characters (NUL would also be refused by PostgreSQL), those that turn the reading order round, and
# those that XML does not know: one of them, and no reader would take the news feed any more.
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)


PHRASE_END = re.compile(
    r"(?<=[：，、；。！？])|(?<=[\u3000-\u9fff\uff00-\uffef]) +(?=[\u3000-\u9fff\uff00-\uffef])"
)


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, or one list when there is more than a line of it."""

    is_list: bool
    lines: tuple[str, ...]


def tidy(text: str) -> str:
    """Join composed characters, unify line ends, and cut space at both ends."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text.strip()


def without_unseen(text: str) -> str:
    """Take out the characters that nobody can see."""
    return UNSEEN.sub("", text)


def fold(text: str) -> str:
    """Bring text to the form that search compares: full width to half, case away."""
    return without_unseen(unicodedata.normalize("NFKC", text)).casefold().strip()


def number_of(text: str | None) -> int:
    """Return the number that a hidden field or a parameter carries; 0 if it is none or beyond any row's."""
    return int(text) if text and text.isdecimal() and len(text) <= 18 else 0


def dial(phone: str) -> str:
    """Return what a telephone dials of a number as people write it: no spaces, no extension."""
    outside = re.split(r"[^0-9 +()-]", phone.strip(), maxsplit=1)[0]
    return re.sub(r"[^0-9+]", "", outside)


def phrases(text: str) -> list[str]:
    """Cut a title where a line is best broken: after a mark, and at a space between Chinese characters."""
    parts = PHRASE_END.split(text)
    return [part for part in map(str.strip, parts) if part]


def blocks(text: str) -> list[Block]:
    """Cut a description into paragraphs and lists (lines that begin with “- ”)."""
    found: list[Block] = []
    for chunk in re.split(r"\n\s*\n", text.strip()):
        lines = [line.strip() for line in chunk.split("\n") if line.strip()]
        plain: list[str] = []
        points: list[str] = []
        for line in lines:
            if line.startswith("- "):
                points.append(line[2:].strip())
            else:
                plain.append(line)
        if plain:
            found.append(Block(False, tuple(plain)))
        if points:
            found.append(Block(True, tuple(points)))
    return found
