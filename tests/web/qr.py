"""Read a QR code from the modules of its picture, by ISO/IEC 18004; what is damaged is not repaired."""

import re
from collections.abc import Iterator

from PIL import Image

# Blocks and data codewords of each, for versions 1 to 6 and the two bits of their level: M, L, H, Q.
BLOCKS = {
    1: ((1, 16), (1, 19), (1, 9), (1, 13)),
    2: ((1, 28), (1, 34), (1, 16), (1, 22)),
    3: ((1, 44), (1, 55), (2, 13), (2, 17)),
    4: ((2, 32), (1, 80), (4, 9), (2, 24)),
    5: ((2, 43), (1, 108), (0, 0), (0, 0)),  # H and Q have blocks of two lengths
    6: ((4, 27), (2, 68), (4, 15), (4, 19)),
}
MASKS = (
    lambda y, x: (y + x) % 2,
    lambda y, x: y % 2,
    lambda y, x: x % 3,
    lambda y, x: (y + x) % 3,
    lambda y, x: (y // 2 + x // 3) % 2,
    lambda y, x: y * x % 2 + y * x % 3,
    lambda y, x: (y * x % 2 + y * x % 3) % 2,
    lambda y, x: ((y + x) % 2 + y * x % 3) % 2,
)
FORMAT_MASK = 0b101010000010010


def modules(path: str, size: int) -> list[list[bool]]:
    """Return which squares of a path of horizontal strokes, one high, are dark."""
    dark = [[False] * size for _ in range(size)]
    for x, y, run in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path):
        for column in range(int(x), int(x) + int(run)):
            dark[int(y)][column] = True
    return dark


def of_picture(picture: Image.Image) -> list[list[bool]]:
    """Return the squares of the upright code that is all there is of dark in a picture in grey."""
    dark = picture.point(lambda grey: 255 if grey < 128 else 0)
    box = dark.getbbox()
    assert box is not None, "there is nothing dark in the picture"
    code = dark.crop(box)
    finder = next(
        x for x in range(code.width) if not code.getpixel((x, code.width // 100))
    )  # seven squares wide
    size = round((7 * code.width / finder - 17) / 4) * 4 + 17
    unit = code.width / size
    return [
        [bool(code.getpixel((int((x + 0.5) * unit), int((y + 0.5) * unit)))) for x in range(size)]
        for y in range(size)
    ]


def read(dark: list[list[bool]]) -> str:
    """Return the text in a code of version 1 to 6 that holds bytes."""
    size = len(dark)
    version = (size - 17) // 4
    # The format stands around the upper left finder; its five first bits are the level and the mask.
    places = [(8, 0), (8, 1), (8, 2), (8, 3), (8, 4)]
    known = sum(dark[y][x] << 14 - number for number, (y, x) in enumerate(places)) ^ FORMAT_MASK
    level, mask = known >> 13, known >> 10 & 7
    bits = [dark[y][x] ^ (MASKS[mask](y, x) == 0) for y, x in _way(size, version)]
    words = [
        sum(bit << 7 - n for n, bit in enumerate(bits[at : at + 8])) for at in range(0, len(bits) - 7, 8)
    ]
    blocks, length = BLOCKS[version][level]
    data = [words[block + number * blocks] for block in range(blocks) for number in range(length)]
    stream = "".join(f"{word:08b}" for word in data)
    assert stream[:4] == "0100", "not bytes"
    count = int(stream[4:12], 2)
    return bytes(int(stream[12 + 8 * n : 20 + 8 * n], 2) for n in range(count)).decode()


def _way(size: int, version: int) -> Iterator[tuple[int, int]]:
    """Yield (row, column) of the data in the order in which it is written: two columns up, two down."""
    upwards = True
    for right in [*range(size - 1, 6, -2), 5, 3, 1]:
        for y in range(size - 1, -1, -1) if upwards else range(size):
            for x in (right, right - 1):
                if not _fixed(y, x, size, version):
                    yield y, x
        upwards = not upwards


def _fixed(y: int, x: int, size: int, version: int) -> bool:
    finder = (y < 9 and (x < 9 or x >= size - 8)) or (y >= size - 8 and x < 9)
    aligned = version > 1 and abs(y - (size - 7)) <= 2 and abs(x - (size - 7)) <= 2
    return finder or aligned or 6 in (y, x)
