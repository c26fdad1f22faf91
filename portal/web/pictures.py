"""Keep pictures that are drawn once per change, as files of the instance folder.

Their names carry a digest of all that they show. Whoever asks for what is not there yet draws it; two who
do so at once draw the same and write it whole.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

from flask import current_app

from portal.clock import now
from portal.web.assets import appear

KEPT_DAYS = 90  # after that it is drawn again when somebody asks


def digest(*parts: object) -> str:
    """Return what changes whenever one of the parts does, in 32 letters."""
    return hashlib.sha256(repr(parts).encode("utf-8", "backslashreplace")).hexdigest()[:32]


def kept(name: str, state: str, draw: Callable[[], bytes]) -> bytes:
    """Return the picture of this name in this state; draw it if it is not there, and let older ones go."""
    folder = Path(current_app.config["INSTANCE"]) / "pictures"
    path = folder / f"{name}-{state}.png"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        body = draw()
    folder.mkdir(mode=0o750, exist_ok=True)
    appear(path, body)
    for old in folder.glob(f"{name}-*.png"):
        if old != path:
            old.unlink(missing_ok=True)
    _forget(folder)
    return body


def _forget(folder: Path) -> None:
    """Let go of what was drawn long ago, half-written files with it."""
    oldest = now().timestamp() - KEPT_DAYS * 86_400
    for path in folder.iterdir():
        try:
            if path.stat().st_mtime < oldest:
                path.unlink()
        except FileNotFoundError:  # somebody else was quicker
            continue
