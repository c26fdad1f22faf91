"""Say when and why a shift was cancelled, and when its team was last asked to step in."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    moment = "DATETIME" if op.get_bind().dialect.name == "sqlite" else "TIMESTAMP WITH TIME ZONE"
    op.execute(f"ALTER TABLE shift ADD COLUMN cancelled_at {moment}")
    op.execute(f"ALTER TABLE shift ADD COLUMN cover_asked_at {moment}")
    # The log knows when it was; the day it was made is the least wrong where the log has been cleared.
    op.execute(
        "UPDATE shift SET cancelled_at = coalesce((SELECT max(entry.at) FROM audit_entry AS entry WHERE "
        "entry.action = 'shift.cancelled' AND entry.object_kind = 'shift' AND entry.object_id = shift.id), "
        "created_at) WHERE status = 'cancelled'"
    )
    # The constraint comes with a column: SQLite would have to rebuild the table for one that comes later.
    op.execute(
        "ALTER TABLE shift ADD COLUMN cancel_reason TEXT DEFAULT '' NOT NULL "
        "CONSTRAINT ck_shift_cancelled_has_time "
        "CHECK ((status = 'cancelled') = (cancelled_at IS NOT NULL))"
    )
    op.execute(
        "UPDATE shift SET cancel_reason = coalesce((SELECT max(entry.reason) FROM audit_entry AS entry WHERE "
        "entry.action = 'shift.cancelled' AND entry.object_kind = 'shift' AND entry.object_id = shift.id), "
        "'') WHERE status = 'cancelled'"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE shift DROP COLUMN cancel_reason")
    op.execute("ALTER TABLE shift DROP COLUMN cover_asked_at")
    op.execute("ALTER TABLE shift DROP COLUMN cancelled_at")
