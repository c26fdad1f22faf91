"""Keep the days off and make-up workdays of notices that were entered."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "official_date",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "off",
                "work",
                "expected",
                name="officialday",
                native_enum=False,
                create_constraint=True,
                length=20,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind <> 'expected'", name=op.f("ck_official_date_kind_is_certain")),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_official_date")),
    )


def downgrade() -> None:
    op.drop_table("official_date")
