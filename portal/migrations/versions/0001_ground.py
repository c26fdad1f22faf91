"""Lay the ground: network, accounts, activities, audit log, outbox, jobs."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)  # UTC

TABLES = (
    "audit_entry",
    "job_run",
    "network_fact",
    "series",
    "station",
    "submission",
    "account",
    "cluster",
    "invitation",
    "message",
    "room",
    "station_hours",
    "activity",
    "cluster_member",
    "login_session",
    "room_hours",
    "activity_audience",
    "activity_cohost",
    "occurrence",
    "room_booking",
)

# What SQLite can only say in triggers; PostgreSQL has an exclusion constraint for it.
OVERLAP = """
CREATE TRIGGER room_booking_overlap_{event} BEFORE {event} ON room_booking
WHEN EXISTS (
  SELECT 1 FROM room_booking AS other
  WHERE other.room_id = NEW.room_id AND other.id IS NOT NEW.id
    AND other.starts_at < NEW.ends_at AND other.ends_at > NEW.starts_at
)
BEGIN SELECT RAISE(ABORT, 'room_booking_overlap'); END
"""
NO_OVERLAP = """
ALTER TABLE room_booking ADD CONSTRAINT room_booking_overlap
EXCLUDE USING gist (room_id WITH =, tstzrange(starts_at, ends_at) WITH &&)
"""
# The audit log is added to and never changed; after six months the retention job may delete.
SQLITE_AUDIT = (
    """
    CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry
    BEGIN SELECT RAISE(ABORT, 'audit_entry_is_append_only'); END
    """,
    """
    CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry
    WHEN OLD.at > datetime('now', '-183 days')
    BEGIN SELECT RAISE(ABORT, 'audit_entry_is_append_only'); END
    """,
    # INSERT OR REPLACE deletes without firing the trigger above.
    """
    CREATE TRIGGER audit_entry_no_replace BEFORE INSERT ON audit_entry
    WHEN NEW.id IN (SELECT id FROM audit_entry)
    BEGIN SELECT RAISE(ABORT, 'audit_entry_is_append_only'); END
    """,
)
POSTGRESQL_AUDIT = (
    """
    CREATE FUNCTION audit_entry_guard() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'DELETE' THEN
        IF OLD.at <= now() - interval '183 days' THEN
          RETURN OLD;
        END IF;
      END IF;
      RAISE EXCEPTION 'audit_entry_is_append_only' USING ERRCODE = 'check_violation';
    END $$
    """,
    """
    CREATE TRIGGER audit_entry_guard BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_entry_guard()
    """,
    """
    CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_guard()
    """,
)


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=20)


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("account_id", ROW_ID, nullable=True),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("station_id", ROW_ID, nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object_kind", sa.Text(), nullable=False),
        sa.Column("object_id", ROW_ID, nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index(op.f("ix_audit_entry_at"), "audit_entry", ["at"], unique=False)
    op.create_index("ix_audit_entry_object", "audit_entry", ["object_kind", "object_id"], unique=False)
    op.create_index("ix_audit_entry_station_id_at", "audit_entry", ["station_id", "at"], unique=False)
    op.create_table(
        "job_run",
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("turn", ROW_ID, autoincrement=False, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("failure", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("job", "turn", name=op.f("pk_job_run")),
    )
    op.create_index(op.f("ix_job_run_started_at"), "job_run", ["started_at"], unique=False)
    op.create_table(
        "network_fact",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_network_fact")),
    )
    op.create_table(
        "series",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("position", ROW_ID, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("code", name=op.f("uq_series_code")),
    )
    op.create_table(
        "station",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("level", one_of("level", "centre", "office", "station"), nullable=False),
        sa.Column("parent_id", ROW_ID, nullable=True),
        sa.Column("position", ROW_ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("short_name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("short_name_en", sa.Text(), nullable=False),
        sa.Column("seal_character", sa.Text(), nullable=False),
        sa.Column("seal_shape", sa.Text(), nullable=False),
        sa.Column("seal_tone", sa.Text(), nullable=False),
        sa.Column("intro", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("directions", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("version", ROW_ID, nullable=False),
        sa.Column("merged_into_id", ROW_ID, nullable=True),
        sa.CheckConstraint(
            "(level = 'centre') = (parent_id IS NULL)", name=op.f("ck_station_only_centre_has_no_parent")
        ),
        sa.CheckConstraint("length(slug) BETWEEN 1 AND 40", name=op.f("ck_station_slug_length")),
        sa.CheckConstraint("merged_into_id IS NULL OR closed", name=op.f("ck_station_merged_is_closed")),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_station_not_its_own_parent")),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["station.id"], name=op.f("fk_station_merged_into_id_station")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["station.id"], name=op.f("fk_station_parent_id_station")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station")),
        sa.UniqueConstraint("slug", name=op.f("uq_station_slug")),
    )
    op.create_index(op.f("ix_station_parent_id"), "station", ["parent_id"], unique=False)
    op.create_table(
        "submission",
        sa.Column("key_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_submission")),
    )
    op.create_index(op.f("ix_submission_at"), "submission", ["at"], unique=False)
    op.create_table(
        "account",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column(
            "role",
            one_of("role", "volunteer", "leader", "editor", "reviewer", "manager", "auditor"),
            nullable=False,
        ),
        sa.Column("station_id", ROW_ID, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("disabled_at", MOMENT, nullable=True),
        sa.CheckConstraint("length(username) BETWEEN 2 AND 40", name=op.f("ck_account_username_length")),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_account_station_id_station")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("username", name=op.f("uq_account_username")),
    )
    op.create_index(op.f("ix_account_station_id"), "account", ["station_id"], unique=False)
    op.create_table(
        "cluster",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("lead_id", ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(["lead_id"], ["station.id"], name=op.f("fk_cluster_lead_id_station")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cluster")),
        sa.UniqueConstraint("slug", name=op.f("uq_cluster_slug")),
    )
    op.create_table(
        "invitation",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column(
            "role",
            one_of("role", "volunteer", "leader", "editor", "reviewer", "manager", "auditor"),
            nullable=False,
        ),
        sa.Column("station_id", ROW_ID, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["station_id"], ["station.id"], name=op.f("fk_invitation_station_id_station")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_invitation")),
    )
    op.create_table(
        "message",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("dedupe", sa.Text(), nullable=False),
        sa.Column("station_id", ROW_ID, nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column(
            "status",
            one_of("messagestatus", "waiting", "sent", "to_call", "called", "dropped"),
            nullable=False,
        ),
        sa.Column("attempts", ROW_ID, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("next_try_at", MOMENT, nullable=False),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("done_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(status IN ('waiting', 'to_call')) = (done_at IS NULL)", name=op.f("ck_message_done_has_time")
        ),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_message_attempts_not_negative")),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_message_station_id_station")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("dedupe", name=op.f("uq_message_dedupe")),
    )
    op.create_index("ix_message_due", "message", ["status", "next_try_at"], unique=False)
    op.create_index(
        "ix_message_station_id_status", "message", ["station_id", "status", "created_at"], unique=False
    )
    op.create_table(
        "room",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("station_id", ROW_ID, nullable=False),
        sa.Column("position", ROW_ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("seats", ROW_ID, nullable=True),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.CheckConstraint("seats IS NULL OR seats > 0", name=op.f("ck_room_seats_positive")),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_room_station_id_station")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room")),
        sa.UniqueConstraint("station_id", "name", name=op.f("uq_room_station_id_name")),
    )
    op.create_table(
        "station_hours",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("station_id", ROW_ID, nullable=False),
        sa.Column("weekday", ROW_ID, nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.CheckConstraint("opens < closes", name=op.f("ck_station_hours_opens_before_closing")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_station_hours_weekday_exists")),
        sa.ForeignKeyConstraint(
            ["station_id"], ["station.id"], name=op.f("fk_station_hours_station_id_station")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station_hours")),
    )
    op.create_index("ix_station_hours_station_id", "station_hours", ["station_id"], unique=False)
    op.create_table(
        "activity",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("station_id", ROW_ID, nullable=False),
        sa.Column("series_id", ROW_ID, nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "category",
            one_of("category", "theory", "education", "culture", "science", "fitness", "volunteering"),
            nullable=False,
        ),
        sa.Column("themes", sa.Text(), nullable=False),
        sa.Column("registration", sa.Boolean(), nullable=False),
        sa.Column("seats", ROW_ID, nullable=True),
        sa.Column("party_max", ROW_ID, nullable=False),
        sa.Column("min_age", ROW_ID, nullable=True),
        sa.Column("max_age", ROW_ID, nullable=True),
        sa.Column("room_id", ROW_ID, nullable=True),
        sa.Column("place_name", sa.Text(), nullable=False),
        sa.Column("place_address", sa.Text(), nullable=False),
        sa.Column("place_directions", sa.Text(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("status", one_of("activitystatus", "draft", "published", "cancelled"), nullable=False),
        sa.Column("cancel_reason", sa.Text(), nullable=False),
        sa.Column("cancelled_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("version", ROW_ID, nullable=False),
        sa.CheckConstraint("(room_id IS NULL) <> (place_name = '')", name=op.f("ck_activity_room_or_place")),
        sa.CheckConstraint(
            "(status = 'cancelled') = (cancelled_at IS NOT NULL)", name=op.f("ck_activity_cancelled_has_time")
        ),
        sa.CheckConstraint("length(text) <= 4000", name=op.f("ck_activity_text_length")),
        sa.CheckConstraint("length(title) BETWEEN 1 AND 80", name=op.f("ck_activity_title_length")),
        sa.CheckConstraint(
            "min_age IS NULL OR max_age IS NULL OR min_age <= max_age", name=op.f("ck_activity_ages_in_order")
        ),
        sa.CheckConstraint("party_max BETWEEN 1 AND 100", name=op.f("ck_activity_party_max_sensible")),
        sa.CheckConstraint(
            "seats IS NULL OR seats BETWEEN 1 AND 100000", name=op.f("ck_activity_seats_sensible")
        ),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_activity_room_id_room")),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_activity_series_id_series")),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_activity_station_id_station")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
    )
    op.create_index(op.f("ix_activity_series_id"), "activity", ["series_id"], unique=False)
    op.create_index("ix_activity_station_id_status", "activity", ["station_id", "status"], unique=False)
    op.create_table(
        "cluster_member",
        sa.Column("cluster_id", ROW_ID, nullable=False),
        sa.Column("station_id", ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["cluster_id"], ["cluster.id"], name=op.f("fk_cluster_member_cluster_id_cluster")
        ),
        sa.ForeignKeyConstraint(
            ["station_id"], ["station.id"], name=op.f("fk_cluster_member_station_id_station")
        ),
        sa.PrimaryKeyConstraint("cluster_id", "station_id", name=op.f("pk_cluster_member")),
    )
    op.create_index(op.f("ix_cluster_member_station_id"), "cluster_member", ["station_id"], unique=False)
    op.create_table(
        "login_session",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("account_id", ROW_ID, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_login_session_account_id_account")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_login_session")),
    )
    op.create_index(op.f("ix_login_session_account_id"), "login_session", ["account_id"], unique=False)
    op.create_index(op.f("ix_login_session_expires_at"), "login_session", ["expires_at"], unique=False)
    op.create_table(
        "room_hours",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("room_id", ROW_ID, nullable=False),
        sa.Column("weekday", ROW_ID, nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.CheckConstraint("opens < closes", name=op.f("ck_room_hours_opens_before_closing")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_room_hours_weekday_exists")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_room_hours_room_id_room")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_hours")),
    )
    op.create_index("ix_room_hours_room_id", "room_hours", ["room_id"], unique=False)
    op.create_table(
        "activity_audience",
        sa.Column("activity_id", ROW_ID, nullable=False),
        sa.Column(
            "audience",
            one_of("audience", "everyone", "elderly", "children", "overseas", "volunteers", "party"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["activity.id"],
            name=op.f("fk_activity_audience_activity_id_activity"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("activity_id", "audience", name=op.f("pk_activity_audience")),
    )
    op.create_index(op.f("ix_activity_audience_audience"), "activity_audience", ["audience"], unique=False)
    op.create_table(
        "activity_cohost",
        sa.Column("activity_id", ROW_ID, nullable=False),
        sa.Column("station_id", ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["activity.id"],
            name=op.f("fk_activity_cohost_activity_id_activity"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["station_id"], ["station.id"], name=op.f("fk_activity_cohost_station_id_station")
        ),
        sa.PrimaryKeyConstraint("activity_id", "station_id", name=op.f("pk_activity_cohost")),
    )
    op.create_index(op.f("ix_activity_cohost_station_id"), "activity_cohost", ["station_id"], unique=False)
    op.create_table(
        "occurrence",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("activity_id", ROW_ID, nullable=False),
        sa.Column("station_id", ROW_ID, nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("room_id", ROW_ID, nullable=True),
        sa.Column("place_name", sa.Text(), nullable=False),
        sa.Column("place_address", sa.Text(), nullable=False),
        sa.Column("place_directions", sa.Text(), nullable=False),
        sa.Column("seats", ROW_ID, nullable=True),
        sa.Column("status", one_of("occurrencestatus", "planned", "cancelled"), nullable=False),
        sa.Column("cancel_reason", sa.Text(), nullable=False),
        sa.Column("cancelled_at", MOMENT, nullable=True),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("sequence", ROW_ID, nullable=False),
        sa.Column("attended", ROW_ID, nullable=True),
        sa.Column("minors", ROW_ID, nullable=True),
        sa.Column("elderly", ROW_ID, nullable=True),
        sa.Column("count_source", one_of("countsource", "roll_call", "counted"), nullable=True),
        sa.Column("counted_by", sa.Text(), nullable=False),
        sa.Column("counted_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "(room_id IS NULL) <> (place_name = '')", name=op.f("ck_occurrence_room_or_place")
        ),
        sa.CheckConstraint(
            "(status = 'cancelled') = (cancelled_at IS NOT NULL)",
            name=op.f("ck_occurrence_cancelled_has_time"),
        ),
        sa.CheckConstraint(
            "status = 'planned' OR attended IS NULL", name=op.f("ck_occurrence_cancelled_has_no_attendance")
        ),
        sa.CheckConstraint(
            "(attended IS NULL) = (count_source IS NULL)", name=op.f("ck_occurrence_counted_has_source")
        ),
        sa.CheckConstraint(
            "(attended IS NULL) = (counted_at IS NULL)", name=op.f("ck_occurrence_counted_has_time")
        ),
        sa.CheckConstraint(
            "COALESCE(minors, 0) + COALESCE(elderly, 0) <= COALESCE(attended, 0)",
            name=op.f("ck_occurrence_parts_within"),
        ),
        sa.CheckConstraint(
            "attended IS NULL OR attended BETWEEN 0 AND 100000", name=op.f("ck_occurrence_attended_sensible")
        ),
        sa.CheckConstraint(
            "elderly IS NULL OR (attended IS NOT NULL AND elderly BETWEEN 0 AND attended)",
            name=op.f("ck_occurrence_elderly_within"),
        ),
        sa.CheckConstraint(
            "minors IS NULL OR (attended IS NOT NULL AND minors BETWEEN 0 AND attended)",
            name=op.f("ck_occurrence_minors_within"),
        ),
        sa.CheckConstraint(
            "seats IS NULL OR seats BETWEEN 1 AND 100000", name=op.f("ck_occurrence_seats_sensible")
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_occurrence_starts_before_end")),
        sa.ForeignKeyConstraint(
            ["activity_id"],
            ["activity.id"],
            name=op.f("fk_occurrence_activity_id_activity"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_occurrence_room_id_room")),
        sa.ForeignKeyConstraint(
            ["station_id"], ["station.id"], name=op.f("fk_occurrence_station_id_station")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_occurrence")),
    )
    op.create_index(
        "ix_occurrence_activity_id_starts_at", "occurrence", ["activity_id", "starts_at"], unique=False
    )
    op.create_index("ix_occurrence_starts_at_id", "occurrence", ["starts_at", "id"], unique=False)
    op.create_index(
        "ix_occurrence_station_id_starts_at", "occurrence", ["station_id", "starts_at"], unique=False
    )
    op.create_table(
        "room_booking",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("room_id", ROW_ID, nullable=False),
        sa.Column("occurrence_id", ROW_ID, nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
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
    op.create_index("ix_room_booking_occurrence_id", "room_booking", ["occurrence_id"], unique=False)
    op.create_index(
        "ix_room_booking_room_id_starts_at", "room_booking", ["room_id", "starts_at"], unique=False
    )
    if op.get_bind().dialect.name == "sqlite":
        for event in ("INSERT", "UPDATE"):
            op.execute(OVERLAP.format(event=event))
        for statement in SQLITE_AUDIT:
            op.execute(statement)
    else:
        op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        op.execute(NO_OVERLAP)
        for statement in POSTGRESQL_AUDIT:
            op.execute(statement)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_entry_guard()")
