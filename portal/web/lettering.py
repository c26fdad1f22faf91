"""Set text in pictures: in a font that comes along, lines broken as in print, at a size that fits.

The font holds GB 2312. What it lacks is taken from a font of this machine, or left out: a picture shows no
boxes.
"""

import unicodedata
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from portal.config import ROOT
from portal.web.text import phrases

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

Breaks = Callable[[str, int, float], list[str]]  # a text, its size and the room it has, into lines
OWN = ROOT / "static" / "fonts" / "NotoSansSC-Bold.otf"
FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "C:/Windows/Fonts",
)
OTHERS = (  # the first that is there
    "NotoSansCJK-Bold.ttc",
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJKsc-Bold.otf",
    "SourceHanSansSC-Bold.otf",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "DroidSansFallbackFull.ttf",
    "PingFang.ttc",
    "msyhbd.ttc",
)
NO_CHARACTER = "\U0010ffff"  # no font has it: its drawing is the box that stands for what is missing
LEADING = 1.3
TRIES = 24  # narrower lines that are tried, to even them out
NOT_FIRST = set("、。，．：；！？）》」』】〉〕”’…—·～％%,.:;!?)]}")  # never begin a line
NOT_LAST = set("（《「『【〈〔“‘([{")  # never end one


@cache
def _other() -> str:
    """Return the path of a font of this machine with more characters than ours; empty if there is none."""
    for folder in map(Path, FOLDERS):
        for name in OTHERS:
            found = next(folder.rglob(name), None) if folder.is_dir() else None
            if found is not None:
                return str(found)
    return ""


@lru_cache(maxsize=128)
def _font(path: str, size: int) -> "FreeTypeFont":
    from PIL import ImageFont

    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


def _draws(path: str, character: str) -> bool:
    font = _font(path, 24)
    mask, box = font.getmask(character), font.getmask(NO_CHARACTER)
    return mask.size[0] > 0 and (mask.size, bytes(mask)) != (box.size, bytes(box))


@lru_cache(maxsize=16384)
def _path(character: str) -> str:
    """Return the font that draws a character; empty if none does."""
    if character == " " or _draws(str(OWN), character):
        return str(OWN)
    kind = unicodedata.category(character)[0]
    backwards = unicodedata.bidirectional(character) in ("R", "AL", "AN")  # it would read the wrong way round
    if kind in "CMZ" or backwards or not _other() or not _draws(_other(), character):
        return ""
    return _other()


def drawable(text: str) -> str:
    """Return what of a text can be drawn, in one line."""
    text = " ".join(unicodedata.normalize("NFC", text).split())
    return " ".join("".join(character for character in text if _path(character)).split())


@lru_cache(maxsize=16384)
def _advance(character: str, size: int) -> float:
    return float(_font(_path(character), size).getlength(character))


def width(text: str, size: int) -> float:
    """Return how wide a drawable text is, in pixels."""
    return sum(_advance(character, size) for character in text)


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"


def pieces(text: str) -> list[str]:
    """Cut a text into what no line break may tear: words, Chinese characters with their punctuation."""
    found: list[str] = []
    for character in text:
        last = found[-1] if found else ""
        joins = last and (
            character in NOT_FIRST
            or last[-1] in NOT_LAST
            or not (_is_wide(character) or _is_wide(last[-1]) or " " in (character, last[-1]))
        )
        if joins and character != " ":
            found[-1] += character
        else:
            found.append(character)
    return found


def lines(text: str, size: int, room: float) -> list[str]:
    """Break a drawable text into lines no wider than the room; only a word wider than that is torn."""
    found = [""]
    for piece in pieces(text):
        if width(found[-1] + piece, size) <= room:
            found[-1] += piece
        elif width(piece, size) <= room:
            found.append(piece)
        else:
            for character in piece:
                if found[-1] and width(found[-1] + character, size) > room:
                    found.append("")
                found[-1] += character
        found[-1] = found[-1] if found[-1].strip() or len(found) == 1 else ""
    return [stripped for line in found if (stripped := line.strip())]


def by_phrases(text: str, size: int, room: float) -> list[str]:
    """Break a text only where a phrase ends; nothing if one of them is wider than the room."""
    found: list[str] = []
    for phrase in phrases(text):
        longer = f"{found[-1]}{'' if found[-1][-1] in NOT_FIRST else ' '}{phrase}" if found else phrase
        if found and width(longer, size) <= room:
            found[-1] = longer
        elif width(phrase, size) <= room:
            found.append(phrase)
        else:
            return []
    return found


def even(breaks: Breaks, text: str, size: int, room: float) -> list[str]:
    """Break a text into as few lines as it needs, and these about as long as each other."""
    found = breaks(text, size, room)
    for step in range(1, TRIES):
        tried = breaks(text, size, room * (1 - step / (TRIES * 2)))
        if not tried or len(tried) > len(found):
            break
        found = tried
    return found


def fit(text: str, sizes: Sequence[int], room: float, height: float) -> tuple[int, list[str]]:
    """Return the first size at which a text fits, and its lines; at the last size it is cut if it must be."""
    for size in sizes:
        most = max(1, int(height // (size * LEADING)))
        for breaks in (by_phrases, lines):
            broken = even(breaks, text, size, room)
            if 0 < len(broken) <= most:
                return size, broken
    kept = lines(text, sizes[-1], room)[:most]
    while kept[-1] and width(kept[-1] + "…", sizes[-1]) > room:
        kept[-1] = kept[-1][:-1]
    kept[-1] += "…"
    return sizes[-1], kept


def write(draw: "ImageDraw", place: tuple[float, float], text: str, size: int, colour: str) -> None:
    """Draw one line; `place` is the left upper corner of its em box."""
    x, y = place
    run, path = "", ""
    for character in [*text, ""]:
        if character and (not run or _path(character) == path):
            run, path = run + character, _path(character)
            continue
        if run:
            draw.text((x, y + size * 0.88), run, fill=colour, font=_font(path, size), anchor="ls")
            x += width(run, size)
        run, path = character, _path(character) if character else ""
