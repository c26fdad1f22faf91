"""Let people sign up for a whole course: the choice of an activity, and what ties its registrations."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    # Constraints come with their columns: SQLite would have to rebuild the tables for those that come later.
    op.execute(
        "ALTER TABLE activity ADD COLUMN sign_up VARCHAR(20) DEFAULT 'dates' NOT NULL "
        "CONSTRAINT ck_activity_signup CHECK (sign_up IN ('dates', 'course', 'either'))"
    )
    number = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(
        f"ALTER TABLE registration ADD COLUMN course_id {number} "
        "CONSTRAINT fk_registration_course_id_registration REFERENCES registration (id)"
    )
    op.create_index("ix_registration_course_id", "registration", ["course_id"])


def downgrade() -> None:
    op.drop_index("ix_registration_course_id", "registration")
    op.execute("ALTER TABLE registration DROP COLUMN course_id")
    op.execute("ALTER TABLE activity DROP COLUMN sign_up")
