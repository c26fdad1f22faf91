"""Let dates repeat by a rule: recurrences, the days named beside them, and which rule made a date."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COLUMNS = (
    (
        "recurrence_id",
        "{number} CONSTRAINT fk_occurrence_recurrence_id_recurrence REFERENCES recurrence (id)",
    ),
    ("meant_on", "DATE"),
    ("by_hand", "BOOLEAN DEFAULT {no} NOT NULL"),
)
KIND_HAS_ITS_PARTS = """
CASE kind
  WHEN 'weekly' THEN weekdays > 0
  WHEN 'monthly_day' THEN month_day IS NOT NULL
  WHEN 'monthly_weekday' THEN nth IS NOT NULL AND weekday IS NOT NULL
  WHEN 'yearly_day' THEN month IS NOT NULL AND month_day IS NOT NULL
  WHEN 'yearly_lunar' THEN lunar_month IS NOT NULL AND lunar_day IS NOT NULL
  WHEN 'yearly_term' THEN term <> ''
  ELSE kind = 'dates'
END
"""
CHECKS = (
    ("interval_sensible", '"interval" BETWEEN 1 AND 52'),
    ("weekdays_are_bits", "weekdays BETWEEN 0 AND 127"),
    ("month_day_sensible", "month_day BETWEEN -1 AND 31 AND month_day <> 0"),
    ("nth_sensible", "nth BETWEEN -1 AND 5 AND nth <> 0"),
    ("weekday_sensible", "weekday BETWEEN 0 AND 6"),
    ("month_sensible", "month BETWEEN 1 AND 12"),
    ("lunar_month_sensible", "lunar_month BETWEEN 1 AND 12"),
    ("lunar_day_sensible", "lunar_day BETWEEN -1 AND 30 AND lunar_day <> 0"),
    ("before_weekday_sensible", "before_weekday BETWEEN 0 AND 6"),
    ("kind_has_its_parts", KIND_HAS_ITS_PARTS),
    ("count_sensible", "count BETWEEN 1 AND 200"),
    ("opens_before_closes", "opens < closes"),
    ("days_sensible", "days BETWEEN 1 AND 92"),
    ("room_or_place", "(room_id IS NULL) <> (place_name = '')"),
    ("seats_sensible", "seats BETWEEN 1 AND 100000"),
)


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=20)


def upgrade() -> None:
    op.create_table(
        "recurrence",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("activity_id", ROW_ID, nullable=False),
        sa.Column(
            "kind",
            one_of(
                "kind",
                "weekly",
                "monthly_day",
                "monthly_weekday",
                "yearly_day",
                "yearly_lunar",
                "yearly_term",
                "dates",
            ),
            nullable=False,
        ),
        sa.Column("interval", ROW_ID, nullable=False),
        sa.Column("weekdays", ROW_ID, nullable=False),
        *(
            sa.Column(name, ROW_ID, nullable=True)
            for name in ("month_day", "nth", "weekday", "month", "lunar_month", "lunar_day")
        ),
        sa.Column("term", sa.Text(), nullable=False),
        sa.Column("offset_days", ROW_ID, nullable=False),
        sa.Column("before_weekday", ROW_ID, nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("count", ROW_ID, nullable=True),
        sa.Column("holidays", one_of("holidays", "keep", "skip", "move"), nullable=False),
        sa.Column("make_up", one_of("makeup", "keep", "skip"), nullable=False),
        sa.Column("cut_on", sa.Date(), nullable=True),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.Column("days", ROW_ID, nullable=False),
        sa.Column("room_id", ROW_ID, nullable=True),
        sa.Column("place_name", sa.Text(), nullable=False),
        sa.Column("place_address", sa.Text(), nullable=False),
        sa.Column("place_directions", sa.Text(), nullable=False),
        sa.Column("seats", ROW_ID, nullable=True),
        sa.Column("made_until", sa.Date(), nullable=False),
        sa.Column("out_of_step", ROW_ID, nullable=False),
        *(sa.CheckConstraint(check, name=op.f(f"ck_recurrence_{name}")) for name, check in CHECKS),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["activity.id"],
            name=op.f("fk_recurrence_activity_id_activity"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_recurrence_room_id_room")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recurrence")),
    )
    op.create_index(op.f("ix_recurrence_activity_id"), "recurrence", ["activity_id"])
    op.create_index(op.f("ix_recurrence_room_id"), "recurrence", ["room_id"])
    op.create_table(
        "recurrence_day",
        sa.Column("recurrence_id", ROW_ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("role", one_of("dayrole", "listed", "exception", "extra", "blocked"), nullable=False),
        sa.ForeignKeyConstraint(
            ["recurrence_id"],
            ["recurrence.id"],
            name=op.f("fk_recurrence_day_recurrence_id_recurrence"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("recurrence_id", "day", "role", name=op.f("pk_recurrence_day")),
    )
    sqlite = op.get_bind().dialect.name == "sqlite"
    types = {"number": "INTEGER" if sqlite else "BIGINT", "no": "0" if sqlite else "false"}
    for column, kind in COLUMNS:
        op.execute(f"ALTER TABLE occurrence ADD COLUMN {column} {kind.format(**types)}")
    op.create_index(
        "ix_occurrence_recurrence_id_meant_on", "occurrence", ["recurrence_id", "meant_on"], unique=True
    )


def downgrade() -> None:
    op.drop_index("ix_occurrence_recurrence_id_meant_on", "occurrence")
    for column, _kind in reversed(COLUMNS):
        op.execute(f"ALTER TABLE occurrence DROP COLUMN {column}")
    op.drop_table("recurrence_day")
    op.drop_table("recurrence")
