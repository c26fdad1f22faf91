"""Build the files browsers load: one stylesheet per surface, names that change with the content.

Everything lands in the instance folder, so the tree stays as it is and old names go on being served
while a new version starts.
"""

import hashlib
import json
import os
import re
import secrets
from functools import cache
from pathlib import Path

import brotli
from flask import Flask, current_app
from whitenoise import WhiteNoise

from portal.config import ROOT

STATIC = ROOT / "static"
COPIED = ("js/*.js", "img/*")
PREFIX = "/assets/"


@cache
def bundles() -> dict[str, str]:
    """Join the style sources into one text per surface, as static/css/bundles.txt says."""
    styles = STATIC / "css"
    joined: dict[str, str] = {}
    for line in (styles / "bundles.txt").read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        surface, patterns = line.split(":")
        files = [path for pattern in patterns.split() for path in sorted(styles.glob(pattern))]
        joined[f"{surface.strip()}.css"] = "".join(squeeze(path.read_text()) for path in files)
    return joined


def squeeze(style: str) -> str:
    """Leave out comments and the white space that means nothing."""
    style = re.sub(r"/\*.*?\*/", "", style, flags=re.S)
    style = re.sub(r"\s+", " ", style)
    return re.sub(r"\s*([{};,])\s*", r"\1", style).replace(";}", "}").strip()


def build(instance: Path) -> dict[str, str]:
    """Write every asset under its hashed name with its compressed twins; return plain name → path.

    Safe to run twice at once: names follow content, files appear whole.
    """
    target = instance / "assets"
    target.mkdir(exist_ok=True)
    sources = {name: text.encode() for name, text in bundles().items()}
    for pattern in COPIED:
        for path in sorted(STATIC.glob(pattern)):
            sources[path.name] = path.read_bytes()
    manifest: dict[str, str] = {}
    for name, body in sources.items():
        stem, dot, ending = name.rpartition(".")
        hashed = f"{stem}.{hashlib.sha256(body).hexdigest()[:12]}{dot}{ending}"
        manifest[name] = PREFIX + hashed
        if not (target / hashed).exists():
            if ending in ("css", "js", "svg", "json", "webmanifest"):
                appear(target / f"{hashed}.br", brotli.compress(body, quality=11))
            appear(target / hashed, body)
    listed = json.dumps(manifest, indent=1).encode()
    known = target / "manifest.json"
    if not known.exists() or known.read_bytes() != listed:
        appear(known, listed)
    return manifest


def appear(path: Path, body: bytes) -> None:
    """Write a file so that nobody ever sees half of it.

    Until it is whole it lies beside its folder: another worker that starts lists that just then, and would
    look in vain for what it has seen.
    """
    draft = path.parent.resolve().parent / f".{path.name}.{secrets.token_hex(4)}"
    draft.write_bytes(body)
    os.replace(draft, path)


def asset(name: str) -> str:
    """Return the address of an asset; KeyError if there is none of that name."""
    path: str = current_app.extensions["assets"][name]
    return path


def init_app(app: Flask) -> None:
    """Build what is missing and serve it, each file good for ever under its name."""
    instance = Path(app.config["INSTANCE"])
    app.extensions["assets"] = build(instance)
    app.jinja_env.globals["asset"] = asset
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(instance / "assets"),
        prefix=PREFIX.strip("/") + "/",
        immutable_file_test=lambda path, url: True,
        allow_all_origins=False,
    )
