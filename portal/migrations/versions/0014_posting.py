"""Keep forms that are being filled in; let drafts go out by themselves; mark what is copied often;
note which team helps.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)  # UTC
WAITS = sa.text("publish_at IS NOT NULL")
LIKED = sa.text("favourite")


def upgrade() -> None:
    # The constraint comes with its column: SQLite would have to rebuild the table for one that comes later.
    kind = "DATETIME" if op.get_bind().dialect.name == "sqlite" else "TIMESTAMP WITH TIME ZONE"
    op.execute(
        f"ALTER TABLE activity ADD COLUMN publish_at {kind} "
        "CONSTRAINT ck_activity_only_drafts_wait CHECK (publish_at IS NULL OR status = 'draft')"
    )
    op.add_column("activity", sa.Column("publish_fault", sa.Text(), server_default="", nullable=False))
    op.add_column("activity", sa.Column("favourite", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index(
        "ix_activity_publish_at", "activity", ["publish_at"], sqlite_where=WAITS, postgresql_where=WAITS
    )
    op.create_index(
        "ix_activity_favourites", "activity", ["station_id"], sqlite_where=LIKED, postgresql_where=LIKED
    )
    op.create_table(
        "kept_form",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("account_id", ROW_ID, nullable=False),
        sa.Column("activity_id", ROW_ID, nullable=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("version", ROW_ID, nullable=False),
        sa.Column("kept_at", MOMENT, nullable=False),
        sa.CheckConstraint("length(fields) <= 40000", name=op.f("ck_kept_form_fields_length")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_kept_form_account_id_account")),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["activity.id"],
            name=op.f("fk_kept_form_activity_id_activity"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_form")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_kept_form_account_id_key")),
    )
    op.create_index(op.f("ix_kept_form_activity_id"), "kept_form", ["activity_id"])
    op.create_index(op.f("ix_kept_form_kept_at"), "kept_form", ["kept_at"])
    op.create_table(
        "activity_team",
        sa.Column("activity_id", ROW_ID, nullable=False),
        sa.Column("team_id", ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["activity.id"],
            name=op.f("fk_activity_team_activity_id_activity"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_activity_team_team_id_team")),
        sa.PrimaryKeyConstraint("activity_id", name=op.f("pk_activity_team")),
    )
    op.create_index(op.f("ix_activity_team_team_id"), "activity_team", ["team_id"])


def downgrade() -> None:
    op.drop_table("activity_team")
    op.drop_table("kept_form")
    op.drop_index("ix_activity_favourites", "activity")
    op.drop_index("ix_activity_publish_at", "activity")
    op.drop_column("activity", "favourite")
    op.drop_column("activity", "publish_fault")
    op.drop_column("activity", "publish_at")
