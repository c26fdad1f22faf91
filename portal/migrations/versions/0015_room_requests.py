"""Let rooms be asked for; a booking is of an occurrence or of such a request."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)  # UTC

OF_EITHER = ("of_an_occurrence_or_a_request", "(occurrence_id IS NULL) <> (room_request_id IS NULL)")
# As in 0001: making the table anew loses them.
OVERLAP = """
CREATE TRIGGER room_booking_overlap_{event} BEFORE {event} ON room_booking
WHEN EXISTS (
  SELECT 1 FROM room_booking AS other
  WHERE other.room_id = NEW.room_id AND other.id IS NOT NEW.id
    AND other.starts_at < NEW.ends_at AND other.ends_at > NEW.starts_at
)
BEGIN SELECT RAISE(ABORT, 'room_booking_overlap'); END
"""
CHECKS = (
    ("starts_before_end", "starts_at < ends_at"),
    ("people_sensible", "people BETWEEN 1 AND 100000"),
    ("purpose_length", "length(purpose) <= 120"),
    ("phone_has_index", "(phone IS NULL) = (phone_index IS NULL)"),
    ("request_has_consent", "consent <> '' OR anonymised_at IS NOT NULL"),
    ("anonymised_is_empty", "anonymised_at IS NULL OR (name = '' AND purpose = '' AND phone IS NULL)"),
    ("waiting_is_undecided", "status <> 'waiting' OR decided_at IS NULL"),
    ("decided_has_time", "status NOT IN ('booked', 'refused', 'cancelled') OR decided_at IS NOT NULL"),
    (
        "no_has_reason",
        "status NOT IN ('refused', 'cancelled') OR reason <> '' OR anonymised_at IS NOT NULL",
    ),
)


def upgrade() -> None:
    _make_requests()
    if op.get_bind().dialect.name == "sqlite":
        _rebuild(with_requests=True)
    else:
        op.alter_column("room_booking", "occurrence_id", nullable=True)
        op.add_column("room_booking", sa.Column("room_request_id", ROW_ID, nullable=True))
        op.create_foreign_key(
            op.f("fk_room_booking_room_request_id_room_request"),
            "room_booking",
            "room_request",
            ["room_request_id"],
            ["id"],
        )
        op.create_check_constraint(op.f(f"ck_room_booking_{OF_EITHER[0]}"), "room_booking", OF_EITHER[1])
    op.create_index("ix_room_booking_room_request_id", "room_booking", ["room_request_id"], unique=True)


def _make_requests() -> None:
    status = sa.Enum(
        "waiting",
        "booked",
        "refused",
        "withdrawn",
        "cancelled",
        name="roomrequeststatus",
        native_enum=False,
        create_constraint=True,
        length=20,
    )
    op.create_table(
        "room_request",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("room_id", ROW_ID, nullable=False),
        sa.Column("station_id", ROW_ID, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("people", ROW_ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(16), nullable=True),
        sa.Column("consent", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("status", status, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("anonymised_at", MOMENT, nullable=True),
        *(sa.CheckConstraint(check, name=op.f(f"ck_room_request_{name}")) for name, check in CHECKS),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_room_request_room_id_room")),
        sa.ForeignKeyConstraint(
            ["station_id"], ["station.id"], name=op.f("fk_room_request_station_id_station")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_request")),
        sa.UniqueConstraint("reference", name=op.f("uq_room_request_reference")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_room_request_token_hash")),
    )
    op.create_index("ix_room_request_room_id_starts_at", "room_request", ["room_id", "starts_at"])
    op.create_index(
        "ix_room_request_station_id_status_asked_at", "room_request", ["station_id", "status", "asked_at"]
    )
    op.create_index("ix_room_request_phone_index", "room_request", ["phone_index"])
    op.create_index("ix_room_request_ends_at", "room_request", ["ends_at"])


def _rebuild(with_requests: bool) -> None:
    """Make the table of bookings anew: SQLite changes no constraints of one that is there."""
    either = (
        [
            sa.Column("room_request_id", ROW_ID, nullable=True),
            sa.CheckConstraint(OF_EITHER[1], name=op.f(f"ck_room_booking_{OF_EITHER[0]}")),
            sa.ForeignKeyConstraint(
                ["room_request_id"],
                ["room_request.id"],
                name=op.f("fk_room_booking_room_request_id_room_request"),
            ),
        ]
        if with_requests
        else []
    )
    op.create_table(
        "room_booking_new",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("room_id", ROW_ID, nullable=False),
        sa.Column("occurrence_id", ROW_ID, nullable=with_requests),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        *either,
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_room_booking_starts_before_end")),
        sa.ForeignKeyConstraint(
            ["occurrence_id"],
            ["occurrence.id"],
            name=op.f("fk_room_booking_occurrence_id_occurrence"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_room_booking_room_id_room")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_booking")),
    )
    op.execute(
        "INSERT INTO room_booking_new (id, room_id, occurrence_id, starts_at, ends_at) "
        "SELECT id, room_id, occurrence_id, starts_at, ends_at FROM room_booking"
    )
    op.drop_table("room_booking")
    op.rename_table("room_booking_new", "room_booking")
    op.create_index("ix_room_booking_room_id_starts_at", "room_booking", ["room_id", "starts_at"])
    op.create_index("ix_room_booking_occurrence_id", "room_booking", ["occurrence_id"])
    for event in ("INSERT", "UPDATE"):
        op.execute(OVERLAP.format(event=event))


def downgrade() -> None:
    """Go back to rooms for occurrences alone; what was booked by request has no place there."""
    op.execute("DELETE FROM room_booking WHERE room_request_id IS NOT NULL")
    op.drop_index("ix_room_booking_room_request_id", "room_booking")
    if op.get_bind().dialect.name == "sqlite":
        _rebuild(with_requests=False)
    else:
        op.drop_constraint(op.f(f"ck_room_booking_{OF_EITHER[0]}"), "room_booking")
        op.drop_constraint(op.f("fk_room_booking_room_request_id_room_request"), "room_booking")
        op.drop_column("room_booking", "room_request_id")
        op.alter_column("room_booking", "occurrence_id", nullable=False)
    op.drop_table("room_request")
