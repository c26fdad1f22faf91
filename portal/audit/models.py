"""Keep the log of what was done."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.db import Model


class AuditEntry(Model):
    """One thing somebody did; the database refuses to change it, or to delete it within six months."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_station_id_at", "station_id", "at"),
        Index("ix_audit_entry_object", "object_kind", "object_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    account_id: Mapped[int | None]
    who: Mapped[str]
    role: Mapped[str]
    station_id: Mapped[int | None]
    action: Mapped[str]
    object_kind: Mapped[str]
    object_id: Mapped[int | None]
    detail: Mapped[str]
    reason: Mapped[str]
    address: Mapped[str]
    request_id: Mapped[str]
