"""Tell people apart by account in presences and hours; keep doubts about hours, and who did not come."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)  # UTC
OPEN = sa.text("settled_at IS NULL")

# What the table of hours says since 0007, and from now on.
KEPT = (
    ("tenths_within_a_day", "tenths BETWEEN 1 AND 240"),
    ("void_has_time", "(status = 'void') = (voided_at IS NOT NULL)"),
    ("hourssource", "source IN ('system', 'manual')"),
    ("hoursstatus", "status IN ('waiting', 'valid', 'returned', 'void')"),
)
BEFORE = (
    ("manual_has_reason", "source <> 'manual' OR reason <> ''"),
    (
        "manual_has_second_person",
        "source <> 'manual' OR status <> 'valid' OR (approver <> '' AND approver <> recorder)",
    ),
    ("void_has_reason", "status <> 'void' OR void_reason <> ''"),
)
SINCE = (
    ("entered_has_evidence", "from_pairs OR (source = 'manual' AND evidence <> '')"),
    ("manual_has_recorder", "source <> 'manual' OR (reason <> '' AND recorder_id IS NOT NULL)"),
    (
        "manual_has_second_person",
        "source <> 'manual' OR status <> 'valid' OR (approver_id IS NOT NULL AND approver_id <> recorder_id)",
    ),
    ("approver_has_account", "(approver = '') = (approver_id IS NULL)"),
    ("void_has_reason", "status <> 'void' OR (void_reason <> '' AND voider <> '')"),
)
ACCOUNTS = ("recorder_id", "approver_id", "voider_id")
NEW_COLUMNS = ("from_pairs", "voider", "voider_id")


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    number, yes, moment = ("INTEGER", "1", "DATETIME") if sqlite else ("BIGINT", "true", "TIMESTAMPTZ")
    op.execute(f"ALTER TABLE activity ADD COLUMN counts_hours BOOLEAN DEFAULT {yes} NOT NULL")
    op.execute(f"ALTER TABLE post ADD COLUMN absent_at {moment}")
    for column in ("in_by_id", "out_by_id"):
        op.execute(
            f"ALTER TABLE presence ADD COLUMN {column} {number} "
            f"CONSTRAINT fk_presence_{column}_account REFERENCES account (id)"
        )
        op.create_index(f"ix_presence_{column}", "presence", [column])
    if sqlite:
        _rebuild((*KEPT, *SINCE), [*_columns(), *_new_columns()], ACCOUNTS, _values())
    else:
        _alter()
    _indexes(new=True)
    op.create_table(
        "hours_doubt",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("record_id", ROW_ID, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("settled_by", sa.Text(), nullable=False),
        sa.Column("settled_by_id", ROW_ID, nullable=True),
        sa.CheckConstraint("length(words) BETWEEN 1 AND 120", name=op.f("ck_hours_doubt_words_length")),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (note = '')", name=op.f("ck_hours_doubt_settled_has_note")
        ),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (settled_by = '')", name=op.f("ck_hours_doubt_settled_has_name")
        ),
        sa.ForeignKeyConstraint(
            ["record_id"], ["service_record.id"], name=op.f("fk_hours_doubt_record_id_service_record")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["account.id"], name=op.f("fk_hours_doubt_settled_by_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hours_doubt")),
    )
    op.create_index(
        "ix_hours_doubt_open",
        "hours_doubt",
        ["record_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index("ix_hours_doubt_record_id", "hours_doubt", ["record_id"])
    op.create_index("ix_hours_doubt_settled_at", "hours_doubt", ["settled_at"])
    op.create_index(op.f("ix_hours_doubt_settled_by_id"), "hours_doubt", ["settled_by_id"])


def _columns() -> list[sa.Column[object]]:
    return [
        sa.Column("id", ROW_ID, nullable=False),
        *(sa.Column(name, ROW_ID, nullable=False) for name in ("volunteer_id", "team_id", "occurrence_id")),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("tenths", ROW_ID, nullable=False),
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
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
    ]


def _new_columns() -> list[sa.Column[object]]:
    return [
        sa.Column("from_pairs", sa.Boolean(), nullable=False),
        sa.Column("voider", sa.Text(), nullable=False),
        sa.Column("voider_id", ROW_ID, nullable=True),
    ]


def _values() -> dict[str, str]:
    """Say where what is new comes from: what was entered had evidence, and the log knows who voided."""
    voided = (
        "SELECT {what} FROM audit_entry WHERE object_kind = 'service_record' "
        "AND object_id = service_record.id AND action = 'hours.voided' ORDER BY id DESC LIMIT 1"
    )
    return {
        "from_pairs": "source = 'system' OR evidence = ''",
        "voider": "CASE status WHEN 'void' "
        f"THEN COALESCE(({voided.format(what='who')}), 'portal') ELSE '' END",
        "voider_id": f"CASE status WHEN 'void' THEN ({voided.format(what='account_id')}) END",
    }


def _rebuild(
    checks: Sequence[tuple[str, str]],
    columns: Sequence[sa.Column[object]],
    accounts: Sequence[str],
    values: dict[str, str],
) -> None:
    """Make the table anew: SQLite changes no constraints of one that is there."""
    keys = [("volunteer_id", "volunteer"), ("team_id", "team"), ("occurrence_id", "occurrence")]
    keys += [(name, "account") for name in accounts]
    op.create_table(
        "service_record_new",
        *columns,
        *(sa.CheckConstraint(check, name=op.f(f"ck_service_record_{name}")) for name, check in checks),
        *(
            sa.ForeignKeyConstraint([name], [f"{of}.id"], name=op.f(f"fk_service_record_{name}_{of}"))
            for name, of in keys
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_record")),
    )
    names = [column.name for column in columns]
    op.execute(
        f"INSERT INTO service_record_new ({', '.join(names)}) "  # noqa: S608 - names of ours
        f"SELECT {', '.join(values.get(name, name) for name in names)} FROM service_record"
    )
    op.drop_table("service_record")
    op.rename_table("service_record_new", "service_record")


def _alter() -> None:
    for name, kind in (("from_pairs", "BOOLEAN"), ("voider", "TEXT"), ("voider_id", "BIGINT")):
        op.execute(f"ALTER TABLE service_record ADD COLUMN {name} {kind}")
    filled = ", ".join(f"{name} = {value}" for name, value in _values().items())
    op.execute(f"UPDATE service_record SET {filled}")  # noqa: S608 - names of ours
    for name in ("from_pairs", "voider"):
        op.alter_column("service_record", name, nullable=False)
    for name, _check in BEFORE:
        op.drop_constraint(op.f(f"ck_service_record_{name}"), "service_record")
    for name, check in SINCE:
        op.create_check_constraint(op.f(f"ck_service_record_{name}"), "service_record", check)
    for name in ACCOUNTS:
        op.create_foreign_key(
            op.f(f"fk_service_record_{name}_account"), "service_record", "account", [name], ["id"]
        )
    op.drop_index("ix_service_record_occurrence_id", "service_record")
    op.drop_index("ix_service_record_status", "service_record")
    op.drop_index("ix_service_record_team_id_day", "service_record")
    op.drop_index("ix_service_record_volunteer_id_day", "service_record")


def _indexes(new: bool) -> None:
    op.create_index("ix_service_record_occurrence_id", "service_record", ["occurrence_id"])
    op.create_index("ix_service_record_team_id_day", "service_record", ["team_id", "day"])
    op.create_index("ix_service_record_volunteer_id_day", "service_record", ["volunteer_id", "day"])
    if not new:
        op.create_index("ix_service_record_status", "service_record", ["status"])
        return
    op.create_index("ix_service_record_day_id", "service_record", ["day", "id"])
    op.create_index("ix_service_record_status_day", "service_record", ["status", "day"])
    for name in ACCOUNTS:
        op.create_index(op.f(f"ix_service_record_{name}"), "service_record", [name])


def downgrade() -> None:
    op.drop_table("hours_doubt")
    if op.get_bind().dialect.name == "sqlite":
        _rebuild((*KEPT, *BEFORE), _columns(), (), {})
    else:
        for name in ("day_id", "status_day", "occurrence_id", "team_id_day", "volunteer_id_day"):
            op.drop_index(f"ix_service_record_{name}", "service_record")
        for name, _check in SINCE:
            op.drop_constraint(op.f(f"ck_service_record_{name}"), "service_record")
        for name in ("recorder_id", "approver_id"):
            op.drop_constraint(op.f(f"fk_service_record_{name}_account"), "service_record")
            op.drop_index(op.f(f"ix_service_record_{name}"), "service_record")
        for name in NEW_COLUMNS:
            op.drop_column("service_record", name)
        for name, check in BEFORE:
            op.create_check_constraint(op.f(f"ck_service_record_{name}"), "service_record", check)
    _indexes(new=False)
    for column in ("in_by_id", "out_by_id"):
        op.drop_index(f"ix_presence_{column}", "presence")
        # SQLite keeps the key of a column with the column.
        op.execute(f"ALTER TABLE presence DROP COLUMN {column}")
    op.execute("ALTER TABLE post DROP COLUMN absent_at")
    op.execute("ALTER TABLE activity DROP COLUMN counts_hours")
