"""Let later features show under “mine” what a device did there, and find it by phone and reference.

create_app() lists them; the page shows their parts below the registrations, in this order.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app


@dataclass(frozen=True, slots=True)
class Kept:
    """One feature's part of “mine”.

    `gather` gets the secret of the device and returns the context of the template, or None when there is
    nothing. `find` gets a phone number and a reference as people type them, and the secret of a device that
    is to list what it finds; it returns the private address, or nothing. `forget` gets the secret of a device
    that is to list nothing any more.
    """

    template: str
    gather: Callable[[str], dict[str, Any] | None]
    find: Callable[[str, str, str], str]
    forget: Callable[[str], None]


def init_app(app: Flask, kept: Iterable[Kept]) -> None:
    """Name the parts of this app."""
    app.extensions["kept_under_mine"] = tuple(kept)


def parts() -> tuple[Kept, ...]:
    """List the parts that later features have under “mine”."""
    found: tuple[Kept, ...] = current_app.extensions.get("kept_under_mine", ())
    return found


def gathered(device: str) -> list[tuple[str, dict[str, Any]]]:
    """Return (template, context) of each part that has something to show."""
    found = [(part.template, part.gather(device)) for part in parts()] if device else []
    return [(template, context) for template, context in found if context is not None]


def find(phone: str, reference: str, device: str) -> str:
    """Return the private address of what these find; nothing if nothing does. All parts are asked each time.

    So a miss takes as long whichever of them it misses.
    """
    return next(filter(None, [part.find(phone, reference, device) for part in parts()]), "")


def forget(device: str) -> None:
    """Let a device list nothing any more."""
    for part in parts():
        part.forget(device)
