"""Find the activities changed last without sorting those of all years."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_index("ix_activity_changed_at_id", "activity", ["changed_at", "id"])
    op.create_index("ix_activity_status_changed_at_id", "activity", ["status", "changed_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_activity_status_changed_at_id", "activity")
    op.drop_index("ix_activity_changed_at_id", "activity")
