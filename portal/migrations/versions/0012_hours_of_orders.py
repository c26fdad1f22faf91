"""Let hours come of orders, too; each record says in whose scope it lies."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)  # UTC

CHECKS = (
    ("tenths_within_a_day", "tenths BETWEEN 1 AND 240"),
    ("void_has_time", "(status = 'void') = (voided_at IS NOT NULL)"),
    ("hourssource", "source IN ('system', 'manual')"),
    ("hoursstatus", "status IN ('waiting', 'valid', 'returned', 'void')"),
    ("entered_has_evidence", "from_pairs OR (source = 'manual' AND evidence <> '')"),
    ("manual_has_recorder", "source <> 'manual' OR (reason <> '' AND recorder_id IS NOT NULL)"),
    (
        "manual_has_second_person",
        "source <> 'manual' OR status <> 'valid' OR (approver_id IS NOT NULL AND approver_id <> recorder_id)",
    ),
    ("approver_has_account", "(approver = '') = (approver_id IS NULL)"),
    ("void_has_reason", "status <> 'void' OR (void_reason <> '' AND voider <> '')"),
)
SINCE = (
    ("of_a_date_or_an_order", "(occurrence_id IS NULL) <> (order_id IS NULL)"),
    ("pairs_are_of_a_date", "NOT from_pairs OR occurrence_id IS NOT NULL"),
)
KEYS = (
    ("volunteer_id", "volunteer"),
    ("team_id", "team"),
    ("occurrence_id", "occurrence"),
    ("recorder_id", "account"),
    ("approver_id", "account"),
    ("voider_id", "account"),
)
NEW_KEYS = (("order_id", "service_order"), ("station_id", "station"))
STATION = "(SELECT station_id FROM occurrence WHERE occurrence.id = service_record.occurrence_id)"
INDEXES = (
    ("ix_service_record_day_id", ["day", "id"]),
    ("ix_service_record_volunteer_id_day", ["volunteer_id", "day"]),
    ("ix_service_record_team_id_day", ["team_id", "day"]),
    ("ix_service_record_occurrence_id", ["occurrence_id"]),
    ("ix_service_record_status_day", ["status", "day"]),
    ("ix_service_record_recorder_id", ["recorder_id"]),
    ("ix_service_record_approver_id", ["approver_id"]),
    ("ix_service_record_voider_id", ["voider_id"]),
)
NEW_INDEXES = (
    ("ix_service_record_order_id", ["order_id"]),
    ("ix_service_record_station_id_status", ["station_id", "status"]),
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _rebuild(since=True)
        for name, columns in (*INDEXES, *NEW_INDEXES):
            op.create_index(name, "service_record", columns)
        return
    op.alter_column("service_record", "occurrence_id", nullable=True)
    for name, _of in NEW_KEYS:
        op.add_column("service_record", sa.Column(name, ROW_ID, nullable=True))
    op.execute(f"UPDATE service_record SET station_id = {STATION}")  # noqa: S608 - names of ours
    op.alter_column("service_record", "station_id", nullable=False)
    for name, of in NEW_KEYS:
        op.create_foreign_key(op.f(f"fk_service_record_{name}_{of}"), "service_record", of, [name], ["id"])
    for name, check in SINCE:
        op.create_check_constraint(op.f(f"ck_service_record_{name}"), "service_record", check)
    for name, columns in NEW_INDEXES:
        op.create_index(name, "service_record", columns)


def _rebuild(since: bool) -> None:
    """Make the table anew: SQLite changes no constraints of one that is there."""
    columns: list[sa.Column[object]] = [
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("volunteer_id", ROW_ID, nullable=False),
        sa.Column("team_id", ROW_ID, nullable=False),
        sa.Column("occurrence_id", ROW_ID, nullable=since),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("tenths", ROW_ID, nullable=False),
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("from_pairs", sa.Boolean(), nullable=False),
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
        sa.Column("voider", sa.Text(), nullable=False),
        sa.Column("voider_id", ROW_ID, nullable=True),
        sa.Column("voided_at", MOMENT, nullable=True),
    ]
    names = [column.name for column in columns]
    values = list(names)
    if since:
        columns += [
            sa.Column("order_id", ROW_ID, nullable=True),
            sa.Column("station_id", ROW_ID, nullable=False),
        ]
        names, values = [*names, "station_id"], [*values, STATION]
    op.create_table(
        "service_record_new",
        *columns,
        *(
            sa.CheckConstraint(check, name=op.f(f"ck_service_record_{name}"))
            for name, check in (*CHECKS, *(SINCE if since else ()))
        ),
        *(
            sa.ForeignKeyConstraint([name], [f"{of}.id"], name=op.f(f"fk_service_record_{name}_{of}"))
            for name, of in (*KEYS, *(NEW_KEYS if since else ()))
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_record")),
    )
    op.execute(
        f"INSERT INTO service_record_new ({', '.join(names)}) "  # noqa: S608 - names of ours
        f"SELECT {', '.join(values)} FROM service_record"
    )
    op.drop_table("service_record")
    op.rename_table("service_record_new", "service_record")


def downgrade() -> None:
    """Go back to hours of dates alone; those of orders have no place there."""
    op.execute(
        "DELETE FROM hours_doubt WHERE record_id IN "
        "(SELECT id FROM service_record WHERE order_id IS NOT NULL)"
    )
    op.execute("DELETE FROM service_record WHERE order_id IS NOT NULL")
    if op.get_bind().dialect.name == "sqlite":
        _rebuild(since=False)
        for name, columns in INDEXES:
            op.create_index(name, "service_record", columns)
        return
    for name, _columns in NEW_INDEXES:
        op.drop_index(name, "service_record")
    for name, _check in SINCE:
        op.drop_constraint(op.f(f"ck_service_record_{name}"), "service_record")
    for name, of in NEW_KEYS:
        op.drop_constraint(op.f(f"fk_service_record_{name}_{of}"), "service_record")
        op.drop_column("service_record", name)
    op.alter_column("service_record", "occurrence_id", nullable=False)
