"""Add to the log."""

from flask import g, has_request_context, request
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.audit.models import AuditEntry
from portal.clock import now


def record(
    session: Session,
    by: Actor,
    action: str,
    object_kind: str,
    object_id: int | None = None,
    station_id: int | None = None,
    detail: str = "",
    reason: str = "",
) -> None:
    """Log an action inside its own transaction: both are kept, or neither.

    `detail` and `reason` hold no names or phone numbers of residents.
    """
    session.add(
        AuditEntry(
            at=now(),
            account_id=by.account_id,
            who=by.name,
            role=by.role or "",
            station_id=station_id,
            action=action,
            object_kind=object_kind,
            object_id=object_id,
            detail=detail[:1000],
            reason=reason[:1000],
            address=network_of_request(),
            request_id=g.get("request_id", "") if has_request_context() else "",
        )
    )


def network_of_request() -> str:
    """Return the network part of the client's address: enough to see a pattern, not a household."""
    if not has_request_context() or not request.remote_addr:
        return ""
    address = request.remote_addr
    if ":" in address:
        return ":".join(address.split(":")[:3]) + "::"
    return ".".join(address.split(".")[:3]) + ".0"
