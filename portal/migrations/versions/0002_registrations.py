"""Let people register: seats taken, the queue, registrations and the history of the seats."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)  # UTC
LIVE = sa.text("status IN ('confirmed', 'waiting') AND phone_index IS NOT NULL")

# A check that comes with its column: SQLite would have to rebuild the table for one that comes later.
COLUMNS = (
    ("activity", "opens_days", "{number}", "opens_days_sensible", "opens_days BETWEEN 0 AND 366"),
    (
        "activity",
        "closes_minutes",
        "{number} DEFAULT '0' NOT NULL",
        "closes_minutes_sensible",
        "closes_minutes BETWEEN 0 AND 20160",
    ),
    (
        "occurrence",
        "seats_taken",
        "{number} DEFAULT '0' NOT NULL",
        "seats_taken_within",
        "seats_taken >= 0 AND (seats IS NULL OR seats_taken <= seats)",
    ),
    (
        "occurrence",
        "parties_waiting",
        "{number} DEFAULT '0' NOT NULL",
        "parties_waiting_sensible",
        "parties_waiting >= 0",
    ),
    (
        "occurrence",
        "walk_ins",
        "{number} DEFAULT '0' NOT NULL",
        "walk_ins_sensible",
        "walk_ins BETWEEN 0 AND 100000",
    ),
    ("occurrence", "opens_at", "{moment}", "", ""),
    ("occurrence", "closes_at", "{moment}", "", ""),
)


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=20)


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    types = {
        "number": "INTEGER" if sqlite else "BIGINT",
        "moment": "DATETIME" if sqlite else "TIMESTAMP WITH TIME ZONE",
    }
    for table, column, kind, name, check in COLUMNS:
        constraint = f" CONSTRAINT ck_{table}_{name} CHECK ({check})" if check else ""
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {kind.format(**types)}{constraint}")
    op.create_table(
        "registration",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("occurrence_id", ROW_ID, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(16), nullable=True),
        sa.Column("adults", ROW_ID, nullable=False),
        sa.Column("children", ROW_ID, nullable=False),
        sa.Column("children_names", sa.LargeBinary(), nullable=False),
        sa.Column("guardian", sa.Text(), nullable=False),
        sa.Column("guardian_relation", sa.Text(), nullable=False),
        sa.Column("age_band", one_of("ageband", "under_14", "14_17", "18_59", "60_up"), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("source", one_of("source", "web", "phone", "desk"), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("consent", sa.Text(), nullable=False),
        sa.Column("guardian_consent", sa.Text(), nullable=False),
        sa.Column("photo_consent", sa.Boolean(), nullable=False),
        sa.Column(
            "status",
            one_of("status", "confirmed", "waiting", "cancelled", "attended", "absent"),
            nullable=False,
        ),
        sa.Column("place", ROW_ID, nullable=True),
        sa.Column("came", ROW_ID, nullable=True),
        sa.Column("late_minutes", ROW_ID, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("anonymised_at", MOMENT, nullable=True),
        sa.CheckConstraint("adults >= 0 AND children >= 0", name=op.f("ck_registration_people_not_negative")),
        sa.CheckConstraint(
            "adults + children BETWEEN 1 AND 100", name=op.f("ck_registration_party_has_people")
        ),
        sa.CheckConstraint(
            "(status = 'waiting') = (place IS NOT NULL)", name=op.f("ck_registration_waiting_has_place")
        ),
        sa.CheckConstraint(
            "(phone IS NULL) = (phone_index IS NULL)", name=op.f("ck_registration_phone_has_index")
        ),
        sa.CheckConstraint(
            "(status IN ('attended', 'absent')) = (came IS NOT NULL)",
            name=op.f("ck_registration_roll_call_says_how_many"),
        ),
        sa.CheckConstraint(
            "came IS NULL OR (came BETWEEN 0 AND adults + children AND (came > 0) = (status = 'attended'))",
            name=op.f("ck_registration_came_within_party"),
        ),
        sa.CheckConstraint(
            "length(children_names) = 0 OR guardian_consent <> '' OR source <> 'web'",
            name=op.f("ck_registration_names_of_children_have_consent"),
        ),
        sa.CheckConstraint(
            "consent <> '' OR anonymised_at IS NOT NULL", name=op.f("ck_registration_party_has_consent")
        ),
        sa.CheckConstraint(
            "anonymised_at IS NULL OR (name = '' AND phone IS NULL)",
            name=op.f("ck_registration_anonymised_is_empty"),
        ),
        sa.CheckConstraint(
            "late_minutes IS NULL OR late_minutes BETWEEN 1 AND 240",
            name=op.f("ck_registration_late_sensible"),
        ),
        sa.ForeignKeyConstraint(
            ["occurrence_id"], ["occurrence.id"], name=op.f("fk_registration_occurrence_id_occurrence")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint("reference", name=op.f("uq_registration_reference")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_registration_token_hash")),
    )
    op.create_index(
        "ix_registration_live",
        "registration",
        ["occurrence_id", "phone_index", "name_key"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )
    op.create_index(
        "ix_registration_occurrence_id_status_place", "registration", ["occurrence_id", "status", "place"]
    )
    op.create_index("ix_registration_phone_index", "registration", ["phone_index"])
    op.create_table(
        "registration_device",
        sa.Column("device_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("registration_id", ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_registration_device_registration_id_registration"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("device_hash", "registration_id", name=op.f("pk_registration_device")),
    )
    op.create_index(
        op.f("ix_registration_device_registration_id"), "registration_device", ["registration_id"]
    )
    op.create_table(
        "seat_event",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("occurrence_id", ROW_ID, nullable=False),
        sa.Column("registration_id", ROW_ID, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column(
            "what",
            one_of(
                "seatchange",
                "seated",
                "queued",
                "promoted",
                "promoted_early",
                "resized",
                "cancelled",
                "removed",
                "moved_away",
                "seats",
            ),
            nullable=False,
        ),
        sa.Column("people", ROW_ID, nullable=False),
        sa.Column("place", ROW_ID, nullable=True),
        sa.Column("seats", ROW_ID, nullable=True),
        sa.Column("seats_taken", ROW_ID, nullable=False),
        sa.Column("parties_waiting", ROW_ID, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["occurrence_id"], ["occurrence.id"], name=op.f("fk_seat_event_occurrence_id_occurrence")
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_seat_event_registration_id_registration")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_event")),
    )
    op.create_index("ix_seat_event_occurrence_id_id", "seat_event", ["occurrence_id", "id"])
    op.create_index(op.f("ix_seat_event_registration_id"), "seat_event", ["registration_id"])


def downgrade() -> None:
    for table in ("seat_event", "registration_device", "registration"):
        op.drop_table(table)
    for table, column, *_rest in reversed(COLUMNS):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
