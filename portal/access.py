"""Say who may do what: roles, scopes, and the guard that every view wears."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Flask, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from portal.errors import Forbidden, Missing

P = ParamSpec("P")
R = TypeVar("R")


class Role(StrEnum):
    """What a person with an account is to the network (product §4)."""

    VOLUNTEER = "volunteer"
    LEADER = "leader"
    EDITOR = "editor"
    REVIEWER = "reviewer"
    MANAGER = "manager"
    AUDITOR = "auditor"


STAFF = (Role.EDITOR, Role.REVIEWER, Role.MANAGER, Role.AUDITOR)
WRITERS = (Role.EDITOR, Role.MANAGER)


@dataclass(frozen=True, slots=True)
class Scope:
    """A station and all below it; `everything` for the centre."""

    station_id: int
    everything: bool


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, as plain values that an action can take and the audit log can keep."""

    account_id: int | None
    name: str
    role: Role | None
    scope: Scope | None


NOBODY = Actor(None, "", None, None)
MACHINE = Actor(None, "jobs", None, None)


class SignedOut(Exception):
    """The page needs somebody signed in, and nobody is."""


def actor() -> Actor:
    """Return who is acting in this request."""
    if not current_user.is_authenticated:
        return NOBODY
    signed_in: Actor = current_user.actor
    return signed_in


def scope() -> Scope:
    """Return the scope of the staff member acting in this request."""
    found = actor().scope
    if found is None:
        raise Missing
    return found


def public(view: Callable[P, R]) -> Callable[P, R]:
    """Guard a view that anybody may see."""
    view.guard = "public"  # type: ignore[attr-defined]
    return view


def only(*roles: Role) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Guard a view for these roles; others get 403, the signed-out are asked to sign in."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            if not current_user.is_authenticated:
                raise SignedOut
            if actor().role not in roles:
                raise Forbidden
            return view(*args, **kwargs)

        guarded.guard = roles  # type: ignore[attr-defined]
        return guarded

    return decorate


def guards(app: Flask) -> dict[str, object]:
    """Map each endpoint to its guard, None where it wears none."""
    return {name: getattr(view, "guard", None) for name, view in app.view_functions.items()}


def init_app(app: Flask) -> None:
    """Refuse to serve a view that wears no guard."""

    @app.before_request
    def refuse_unguarded() -> ResponseReturnValue | None:
        view = app.view_functions.get(request.endpoint or "")
        if view is not None and not hasattr(view, "guard"):
            raise RuntimeError(f"{request.endpoint} wears no guard")
        return None
