"""Let volunteers be known: organisations, teams, memberships, shifts, check-in, hours."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)  # UTC


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=20)


def upgrade() -> None:
    yes = "1" if op.get_bind().dialect.name == "sqlite" else "true"
    op.execute(f"ALTER TABLE occurrence ADD COLUMN counts_hours BOOLEAN DEFAULT {yes} NOT NULL")
    op.create_table(
        "organization",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("station_id", ROW_ID, nullable=False),
        sa.Column("registered", sa.Boolean(), nullable=False),
        sa.Column("contact", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("position", ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["station_id"], ["station.id"], name=op.f("fk_organization_station_id_station")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organization")),
        sa.UniqueConstraint("name", name=op.f("uq_organization_name")),
    )
    op.create_index(op.f("ix_organization_station_id"), "organization", ["station_id"])
    op.create_table(
        "volunteer",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("account_id", ROW_ID, nullable=True),
        sa.Column("station_id", ROW_ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(16), nullable=True),
        sa.Column("born_on", sa.Date(), nullable=True),
        sa.Column("skills", sa.Text(), nullable=False),
        sa.Column("free", ROW_ID, nullable=False),
        sa.Column("guardian", sa.LargeBinary(), nullable=False),
        sa.Column("guardian_consent", sa.Text(), nullable=False),
        sa.Column("guardian_consent_at", MOMENT, nullable=True),
        sa.Column("consent", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(32), nullable=True),
        sa.Column("code_until", MOMENT, nullable=True),
        sa.Column("feed_hash", sa.LargeBinary(32), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("left_at", MOMENT, nullable=True),
        sa.Column("anonymised_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "anonymised_at IS NULL OR (name = '' AND phone IS NULL)",
            name=op.f("ck_volunteer_anonymised_is_empty"),
        ),
        sa.CheckConstraint(
            "(code_hash IS NULL) = (code_until IS NULL)", name=op.f("ck_volunteer_code_has_an_end")
        ),
        sa.CheckConstraint(
            "(phone IS NULL) = (phone_index IS NULL)", name=op.f("ck_volunteer_phone_has_index")
        ),
        sa.CheckConstraint("free BETWEEN 0 AND 2097151", name=op.f("ck_volunteer_free_is_bits")),
        sa.CheckConstraint(
            "length(name) BETWEEN 1 AND 40 OR anonymised_at IS NOT NULL",
            name=op.f("ck_volunteer_name_length"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_volunteer_account_id_account")),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_volunteer_station_id_station")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_volunteer")),
        sa.UniqueConstraint("account_id", name=op.f("uq_volunteer_account_id")),
        sa.UniqueConstraint("feed_hash", name=op.f("uq_volunteer_feed_hash")),
        sa.UniqueConstraint("number", name=op.f("uq_volunteer_number")),
    )
    op.create_index("ix_volunteer_phone_index", "volunteer", ["phone_index"])
    op.create_index("ix_volunteer_station_id_name", "volunteer", ["station_id", "name"])
    op.create_table(
        "team",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("organization_id", ROW_ID, nullable=False),
        sa.Column("station_id", ROW_ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            one_of(
                "teamkind",
                "theory",
                "culture",
                "education",
                "health",
                "science",
                "law",
                "environment",
                "relief",
                "traffic",
                "overseas",
                "water_safety",
            ),
            nullable=False,
        ),
        sa.Column("does", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("skills", sa.Text(), nullable=False),
        sa.Column("times", sa.Text(), nullable=False),
        sa.Column("leader_id", ROW_ID, nullable=True),
        sa.Column("takes_people", sa.Boolean(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("version", ROW_ID, nullable=False),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 40", name=op.f("ck_team_name_length")),
        sa.ForeignKeyConstraint(["leader_id"], ["volunteer.id"], name=op.f("fk_team_leader_id_volunteer")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_team_organization_id_organization")
        ),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_team_station_id_station")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("name", name=op.f("uq_team_name")),
    )
    op.create_index(op.f("ix_team_kind"), "team", ["kind"])
    op.create_index(op.f("ix_team_leader_id"), "team", ["leader_id"])
    op.create_index(op.f("ix_team_organization_id"), "team", ["organization_id"])
    op.create_index(op.f("ix_team_station_id"), "team", ["station_id"])
    op.create_table(
        "membership",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("team_id", ROW_ID, nullable=False),
        sa.Column("volunteer_id", ROW_ID, nullable=False),
        sa.Column("status", one_of("membershipstatus", "asked", "member", "refused", "left"), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(status = 'asked') = (decided_at IS NULL)", name=op.f("ck_membership_decided_has_time")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_membership_team_id_team")),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteer.id"], name=op.f("fk_membership_volunteer_id_volunteer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
    )
    op.create_index(
        "ix_membership_live",
        "membership",
        ["team_id", "volunteer_id"],
        unique=True,
        sqlite_where=sa.text("status IN ('asked', 'member')"),
        postgresql_where=sa.text("status IN ('asked', 'member')"),
    )
    op.create_index("ix_membership_team_id_status", "membership", ["team_id", "status"])
    op.create_index("ix_membership_volunteer_id", "membership", ["volunteer_id"])
    op.create_table(
        "team_station",
        sa.Column("team_id", ROW_ID, nullable=False),
        sa.Column("station_id", ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["station_id"], ["station.id"], name=op.f("fk_team_station_station_id_station")
        ),
        sa.ForeignKeyConstraint(
            ["team_id"], ["team.id"], name=op.f("fk_team_station_team_id_team"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("team_id", "station_id", name=op.f("pk_team_station")),
    )
    op.create_index(op.f("ix_team_station_station_id"), "team_station", ["station_id"])
    op.create_table(
        "service_record",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("volunteer_id", ROW_ID, nullable=False),
        sa.Column("team_id", ROW_ID, nullable=False),
        sa.Column("occurrence_id", ROW_ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("tenths", ROW_ID, nullable=False),
        sa.Column("source", one_of("hourssource", "system", "manual"), nullable=False),
        sa.Column("status", one_of("hoursstatus", "waiting", "valid", "returned", "void"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("recorder", sa.Text(), nullable=False),
        sa.Column("recorder_id", ROW_ID, nullable=True),
        sa.Column("approver", sa.Text(), nullable=False),
        sa.Column("approver_id", ROW_ID, nullable=True),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("return_reason", sa.Text(), nullable=False),
        sa.Column("void_reason", sa.Text(), nullable=False),
        sa.Column("voided_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "(status = 'void') = (voided_at IS NOT NULL)", name=op.f("ck_service_record_void_has_time")
        ),
        sa.CheckConstraint(
            "source <> 'manual' OR reason <> ''", name=op.f("ck_service_record_manual_has_reason")
        ),
        sa.CheckConstraint(
            "source <> 'manual' OR status <> 'valid' OR (approver <> '' AND approver <> recorder)",
            name=op.f("ck_service_record_manual_has_second_person"),
        ),
        sa.CheckConstraint(
            "status <> 'void' OR void_reason <> ''", name=op.f("ck_service_record_void_has_reason")
        ),
        sa.CheckConstraint("tenths BETWEEN 1 AND 240", name=op.f("ck_service_record_tenths_within_a_day")),
        sa.ForeignKeyConstraint(
            ["occurrence_id"], ["occurrence.id"], name=op.f("fk_service_record_occurrence_id_occurrence")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_service_record_team_id_team")),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteer.id"], name=op.f("fk_service_record_volunteer_id_volunteer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_record")),
    )
    op.create_index("ix_service_record_occurrence_id", "service_record", ["occurrence_id"])
    op.create_index("ix_service_record_status", "service_record", ["status"])
    op.create_index("ix_service_record_team_id_day", "service_record", ["team_id", "day"])
    op.create_index("ix_service_record_volunteer_id_day", "service_record", ["volunteer_id", "day"])
    op.create_table(
        "shift",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("occurrence_id", ROW_ID, nullable=False),
        sa.Column("team_id", ROW_ID, nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("head_count", ROW_ID, nullable=False),
        sa.Column("taken", ROW_ID, server_default="0", nullable=False),
        sa.Column("waiting", ROW_ID, server_default="0", nullable=False),
        sa.Column("min_age", ROW_ID, nullable=True),
        sa.Column("skill", sa.Text(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("cut_off_hours", ROW_ID, server_default="2", nullable=False),
        sa.Column("status", one_of("shiftstatus", "open", "cancelled"), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.CheckConstraint("cut_off_hours BETWEEN 0 AND 336", name=op.f("ck_shift_cut_off_sensible")),
        sa.CheckConstraint("head_count BETWEEN 1 AND 500", name=op.f("ck_shift_head_count_sensible")),
        sa.CheckConstraint("length(role) BETWEEN 1 AND 40", name=op.f("ck_shift_role_length")),
        sa.CheckConstraint("min_age BETWEEN 0 AND 120", name=op.f("ck_shift_min_age_sensible")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_shift_starts_before_end")),
        sa.CheckConstraint("taken BETWEEN 0 AND head_count", name=op.f("ck_shift_taken_within")),
        sa.CheckConstraint("waiting >= 0", name=op.f("ck_shift_waiting_sensible")),
        sa.ForeignKeyConstraint(
            ["occurrence_id"], ["occurrence.id"], name=op.f("fk_shift_occurrence_id_occurrence")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_shift_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift")),
    )
    op.create_index("ix_shift_occurrence_id", "shift", ["occurrence_id"])
    op.create_index("ix_shift_starts_at_id", "shift", ["starts_at", "id"])
    op.create_index("ix_shift_team_id_starts_at", "shift", ["team_id", "starts_at"])
    op.create_table(
        "post",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("shift_id", ROW_ID, nullable=False),
        sa.Column("volunteer_id", ROW_ID, nullable=False),
        sa.Column("team_id", ROW_ID, nullable=False),
        sa.Column("status", one_of("poststatus", "confirmed", "waiting", "withdrawn"), nullable=False),
        sa.Column("place", ROW_ID, nullable=True),
        sa.Column("overlap_reason", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "(status = 'waiting') = (place IS NOT NULL)", name=op.f("ck_post_waiting_has_place")
        ),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_post_shift_id_shift")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_post_team_id_team")),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteer.id"], name=op.f("fk_post_volunteer_id_volunteer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
    )
    op.create_index(
        "ix_post_live",
        "post",
        ["shift_id", "volunteer_id"],
        unique=True,
        sqlite_where=sa.text("status IN ('confirmed', 'waiting')"),
        postgresql_where=sa.text("status IN ('confirmed', 'waiting')"),
    )
    op.create_index("ix_post_shift_id_status_place", "post", ["shift_id", "status", "place"])
    op.create_index(op.f("ix_post_team_id"), "post", ["team_id"])
    op.create_index("ix_post_volunteer_id_status", "post", ["volunteer_id", "status"])
    op.create_table(
        "presence",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("volunteer_id", ROW_ID, nullable=False),
        sa.Column("occurrence_id", ROW_ID, nullable=False),
        sa.Column("team_id", ROW_ID, nullable=False),
        sa.Column("shift_id", ROW_ID, nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("number", ROW_ID, nullable=False),
        sa.Column("in_at", MOMENT, nullable=False),
        sa.Column("in_way", one_of("checkway", "code", "roll_call", "afterwards"), nullable=False),
        sa.Column("in_by", sa.Text(), nullable=False),
        sa.Column("out_at", MOMENT, nullable=True),
        sa.Column("out_way", one_of("outway", "code", "roll_call", "afterwards"), nullable=True),
        sa.Column("out_by", sa.Text(), nullable=False),
        sa.CheckConstraint("(out_at IS NULL) = (out_way IS NULL)", name=op.f("ck_presence_out_has_way")),
        sa.CheckConstraint("number BETWEEN 1 AND 3", name=op.f("ck_presence_three_pairs_at_most")),
        sa.CheckConstraint("out_at IS NULL OR out_at > in_at", name=op.f("ck_presence_out_after_in")),
        sa.ForeignKeyConstraint(
            ["occurrence_id"], ["occurrence.id"], name=op.f("fk_presence_occurrence_id_occurrence")
        ),
        sa.ForeignKeyConstraint(["shift_id"], ["shift.id"], name=op.f("fk_presence_shift_id_shift")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_presence_team_id_team")),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteer.id"], name=op.f("fk_presence_volunteer_id_volunteer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presence")),
    )
    op.create_index("ix_presence_occurrence_id", "presence", ["occurrence_id"])
    op.create_index("ix_presence_out_at", "presence", ["out_at"])
    op.create_index(
        "ix_presence_pair", "presence", ["volunteer_id", "occurrence_id", "day", "number"], unique=True
    )
    op.create_index(op.f("ix_presence_shift_id"), "presence", ["shift_id"])
    op.create_index(op.f("ix_presence_team_id"), "presence", ["team_id"])


def downgrade() -> None:
    for table in (
        "presence",
        "post",
        "shift",
        "service_record",
        "team_station",
        "membership",
        "team",
        "volunteer",
        "organization",
    ):
        op.drop_table(table)
    op.execute("ALTER TABLE occurrence DROP COLUMN counts_hours")
