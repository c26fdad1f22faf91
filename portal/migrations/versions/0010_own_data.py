"""Let volunteers keep their own data and leave: guardians in parts, shifts counted for calendars."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    number, moment, sealed = (
        ("INTEGER", "DATETIME", "BLOB") if sqlite else ("BIGINT", "TIMESTAMP WITH TIME ZONE", "BYTEA")
    )
    op.execute("ALTER TABLE message ADD COLUMN about TEXT DEFAULT '' NOT NULL")
    op.create_index("ix_message_about", "message", ["about"])
    # What was told of shifts before says by its key whose post it was.
    op.execute(
        "UPDATE message SET about = COALESCE((SELECT 'volunteer:' || post.volunteer_id FROM post "
        "WHERE message.dedupe LIKE 'post:' || post.id || ':%'), '') WHERE kind LIKE 'shift.%'"
    )
    op.execute(f"ALTER TABLE shift ADD COLUMN sequence {number} DEFAULT '0' NOT NULL")
    op.execute(f"ALTER TABLE shift ADD COLUMN changed_at {moment}")
    op.execute("ALTER TABLE volunteer ADD COLUMN guardian_relation TEXT DEFAULT '' NOT NULL")
    # The constraint comes with its column: SQLite would have to rebuild the table for one that comes later.
    op.execute(
        f"ALTER TABLE volunteer ADD COLUMN guardian_phone {sealed} "
        "CONSTRAINT ck_volunteer_anonymised_has_left CHECK (anonymised_at IS NULL OR "
        "(left_at IS NOT NULL AND born_on IS NULL AND guardian_phone IS NULL))"
    )
    op.execute("ALTER TABLE volunteer ADD COLUMN children_consent TEXT DEFAULT '' NOT NULL")
    op.execute(f"ALTER TABLE volunteer ADD COLUMN guardian_withdrew_at {moment}")
    op.create_index("ix_volunteer_born_on", "volunteer", ["born_on"])


def downgrade() -> None:
    op.drop_index("ix_volunteer_born_on", "volunteer")
    for table, columns in (
        ("volunteer", ("guardian_withdrew_at", "children_consent", "guardian_phone", "guardian_relation")),
        ("shift", ("changed_at", "sequence")),
    ):
        for column in columns:
            op.execute(sa.text(f"ALTER TABLE {table} DROP COLUMN {column}"))
    op.drop_index("ix_message_about", "message")
    op.execute("ALTER TABLE message DROP COLUMN about")
