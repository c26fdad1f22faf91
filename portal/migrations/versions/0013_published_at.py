"""Note when an activity was published, so that this can be undone on the same day."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    moment = "DATETIME" if op.get_bind().dialect.name == "sqlite" else "TIMESTAMP WITH TIME ZONE"
    op.execute(f"ALTER TABLE activity ADD COLUMN published_at {moment}")
    op.execute("UPDATE activity SET published_at = created_at WHERE status <> 'draft'")
    op.create_index("ix_activity_published_at", "activity", ["published_at"])
    op.create_index("ix_occurrence_cancelled_at", "occurrence", ["cancelled_at"])


def downgrade() -> None:
    op.drop_index("ix_occurrence_cancelled_at", "occurrence")
    op.drop_index("ix_activity_published_at", "activity")
    op.execute("ALTER TABLE activity DROP COLUMN published_at")
