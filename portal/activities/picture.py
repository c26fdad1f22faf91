"""Draw the picture of a date that goes round in chats: what, when, where, and the code of its page."""

from io import BytesIO
from typing import TYPE_CHECKING

from portal.activities.announcements import Announcement
from portal.i18n import _, in_default_language
from portal.web.lettering import LEADING, drawable, fit, width, write
from portal.web.pictures import digest
from portal.web.qr import qr_rows

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

FORMAT = 1  # raise it when the drawing changes, so that every picture is drawn anew
WIDTH, HEIGHT = 1000, 800  # 5:4, as chats show pictures whole
EDGE = 52
HEAD = 128  # where the head ends
FOOT = 404  # where what stands below the title begins
COLOURS = 64
PAPER, CARD, INK, QUIET, RED, GOLD = "#FAF6EE", "#FFFFFF", "#231F1B", "#5A5148", "#A3201A", "#F2CF7D"
TITLE_SIZES = (124, 112, 102, 92, 80, 72, 64, 56, 50, 44)
QUIET_ZONE = 4  # squares, by ISO/IEC 18004
CODE = 264  # pixels that the code with its quiet zone may have
LEFT = WIDTH - 2 * EDGE - CODE - 44  # width of the words beside it


def state_of(said: Announcement) -> str:
    """Return what changes whenever the picture does."""
    return digest(FORMAT, said)


def draw(said: Announcement) -> bytes:
    """Draw the picture as PNG."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(image)
    with in_default_language():
        _head(pen, said)
        _title(pen, said)
        _facts(pen, said)
        _code(pen, said)
    packed = BytesIO()
    image.quantize(COLOURS).save(packed, "PNG", optimize=True)
    return packed.getvalue()


def _head(pen: "ImageDraw", said: Announcement) -> None:
    pen.rectangle((0, 0, WIDTH, HEAD - 1), fill=RED)
    pen.rectangle((0, HEAD, WIDTH, HEAD + 5), fill=GOLD)
    pen.rounded_rectangle((EDGE, 26, EDGE + 76, 102), radius=16, fill=PAPER)
    character = drawable(said.seal)[:1]
    write(pen, (EDGE + 38 - width(character, 50) / 2, 37), character, 50, RED)
    room = WIDTH - EDGE * 2 - 100 - (150 if said.demo else 0)
    size, lines = fit(drawable(said.station), (44, 38, 32, 28), room, 44 * LEADING)
    _lines(pen, (EDGE + 100, 64 - len(lines) * size * LEADING / 2), lines, size, CARD)
    if said.demo:
        word = _("Demo")
        pen.rounded_rectangle((WIDTH - EDGE - 130, 36, WIDTH - EDGE, 92), radius=10, fill=GOLD)
        write(pen, (WIDTH - EDGE - 65 - width(word, 36) / 2, 46), word, 36, INK)


def _title(pen: "ImageDraw", said: Announcement) -> None:
    top, room = HEAD + 34, WIDTH - EDGE * 2
    if said.cancelled:
        word = _("Cancelled")
        pen.rectangle((EDGE, top - 6, EDGE + width(word, 44) + 48, top + 60), fill=INK)
        write(pen, (EDGE + 24, top), word, 44, CARD)
        top += 78
    title = drawable(said.title) or said.category
    size, lines = fit(title, TITLE_SIZES, room, FOOT - 16 - top)
    height = len(lines) * size * LEADING
    _lines(pen, (EDGE, top + (FOOT - 16 - top - height) / 2), lines, size, INK if said.cancelled else RED)


def _facts(pen: "ImageDraw", said: Announcement) -> None:
    pen.rectangle((EDGE, FOOT, WIDTH - EDGE, FOOT + 3), fill=INK)
    top: float = FOOT + 22
    beside = said.festival or said.lunar
    for text, sizes, height, colour in (
        (said.day, (44, 38, 32), 60, INK),
        (_("%(hours)s · %(beside)s", hours=said.hours, beside=beside), (44, 38, 32, 28), 60, RED),
        (said.place, (36, 32, 28), 90, INK),
        (said.address, (28, 24), 70, QUIET),
        (said.reason if said.cancelled else said.how, (30, 26), 80, INK),
        (said.phone and _("Ring %(phone)s", phone=said.phone), (30, 26), 40, QUIET),
    ):
        words = drawable(text)
        if words:
            size, lines = fit(words, sizes, LEFT, height)
            if top + len(lines) * size * LEADING > HEIGHT - 16:
                break
            _lines(pen, (EDGE, top), lines, size, colour)
            top += len(lines) * size * LEADING + 8


def _code(pen: "ImageDraw", said: Announcement) -> None:
    rows = qr_rows(said.link)
    unit = CODE // (len(rows) + 2 * QUIET_ZONE)
    side = unit * (len(rows) + 2 * QUIET_ZONE)
    left, top = WIDTH - EDGE - side, FOOT + 34
    pen.rectangle((left, top, left + side - 1, top + side - 1), fill=CARD)
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                corner = (left + (x + QUIET_ZONE) * unit, top + (y + QUIET_ZONE) * unit)
                pen.rectangle((*corner, corner[0] + unit - 1, corner[1] + unit - 1), fill="#000000")
    size, lines = fit(_("Press long to read more"), (26, 22), CODE + 20, 40)
    _lines(pen, (left + (side - width(lines[0], size)) / 2, top + side + 10), lines, size, QUIET)


def _lines(pen: "ImageDraw", place: tuple[float, float], lines: list[str], size: int, colour: str) -> None:
    x, y = place
    for number, line in enumerate(lines):
        write(pen, (x, y + number * size * LEADING + size * (LEADING - 1) / 2), line, size, colour)
