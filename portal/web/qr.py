"""Draw QR codes."""

from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Qr:
    """A QR code as one SVG path of unit squares; the quiet zone belongs around it."""

    size: int
    path: str


@lru_cache(maxsize=256)
def qr_rows(text: str) -> tuple[tuple[bool, ...], ...]:
    """Return which squares of a text's QR code are dark, row by row, with error correction M."""
    import segno  # 40 ms to import: only who draws a code pays

    return tuple(tuple(map(bool, row)) for row in segno.make(text, error="m", micro=False).matrix)


@lru_cache(maxsize=256)
def qr_path(text: str) -> Qr:
    """Draw a text as QR code with error correction M."""
    rows = qr_rows(text)
    strokes = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            run = 0
            while x + run < len(row) and row[x + run]:
                run += 1
            if run:
                strokes.append(f"M{x} {y}h{run}v1h-{run}z")
            x += run + 1
    return Qr(len(rows), "".join(strokes))
