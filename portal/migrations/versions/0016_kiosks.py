"""Let screens be paired, notices stand on their boards, and people sign up at them."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)  # UTC
SOURCES = ("web", "phone", "desk")
WITH_KIOSK = (*SOURCES, "kiosk")


def upgrade() -> None:
    _make_kiosks()
    _allow(SOURCES, WITH_KIOSK)


def _make_kiosks() -> None:
    op.create_table(
        "kiosk",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("station_id", ROW_ID, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("paired_at", MOMENT, nullable=False),
        sa.Column("paired_by", sa.Text(), nullable=False),
        sa.Column("paired_from", sa.Text(), nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("revoked_by", sa.Text(), nullable=False),
        sa.Column("bright_from", sa.Time(), nullable=True),
        sa.Column("bright_until", sa.Time(), nullable=True),
        sa.Column("reload_asked", ROW_ID, nullable=False),
        sa.Column("quiet_until", MOMENT, nullable=True),
        sa.Column("seen_at", MOMENT, nullable=True),
        sa.Column("beats", ROW_ID, nullable=False),
        sa.Column("build", sa.Text(), nullable=False),
        sa.Column("shows", sa.Text(), nullable=False),
        sa.Column("size", sa.Text(), nullable=False),
        sa.Column("clock_off", ROW_ID, nullable=True),
        sa.Column("data_at", MOMENT, nullable=True),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 40", name=op.f("ck_kiosk_name_length")),
        sa.CheckConstraint("beats BETWEEN 0 AND 16777215", name=op.f("ck_kiosk_beats_fit")),
        sa.CheckConstraint(
            "(bright_from IS NULL) = (bright_until IS NULL)", name=op.f("ck_kiosk_bright_has_both")
        ),
        sa.CheckConstraint("bright_from < bright_until", name=op.f("ck_kiosk_bright_in_order")),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_by = '')", name=op.f("ck_kiosk_revoked_by_somebody")
        ),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_kiosk_station_id_station")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiosk")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_kiosk_token_hash")),
    )
    op.create_index("ix_kiosk_station_id", "kiosk", ["station_id"])
    op.create_table(
        "kiosk_pairing",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("station_id", ROW_ID, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("asked_from", sa.Text(), nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.CheckConstraint("length(code) = 6", name=op.f("ck_kiosk_pairing_code_has_six_digits")),
        sa.ForeignKeyConstraint(
            ["station_id"], ["station.id"], name=op.f("fk_kiosk_pairing_station_id_station")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kiosk_pairing")),
        sa.UniqueConstraint("code", name=op.f("uq_kiosk_pairing_code")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_kiosk_pairing_token_hash")),
    )
    op.create_index("ix_kiosk_pairing_station_id", "kiosk_pairing", ["station_id"])
    op.create_index("ix_kiosk_pairing_ends_at", "kiosk_pairing", ["ends_at"])
    op.create_table(
        "board_notice",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("station_id", ROW_ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("written_at", MOMENT, nullable=False),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.CheckConstraint("length(text) BETWEEN 1 AND 80", name=op.f("ck_board_notice_text_length")),
        sa.ForeignKeyConstraint(
            ["station_id"], ["station.id"], name=op.f("fk_board_notice_station_id_station")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_board_notice")),
    )
    op.create_index("ix_board_notice_station_id_until", "board_notice", ["station_id", "until"])


def _quoted(sources: tuple[str, ...]) -> str:
    return ", ".join(f"'{source}'" for source in sources)


def _allow(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    """Let registrations come in these ways."""
    if op.get_bind().dialect.name == "sqlite":
        _rebuild(before, after)
        return
    op.drop_constraint(op.f("ck_registration_source"), "registration")
    op.create_check_constraint(
        op.f("ck_registration_source"), "registration", f"source IN ({_quoted(after)})"
    )


def _rebuild(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    """Make the table anew: SQLite changes no constraints of one that is there. All else stays as it was."""
    bind = op.get_bind()
    found = bind.exec_driver_sql(
        "SELECT type, sql FROM sqlite_master WHERE tbl_name = 'registration' AND sql IS NOT NULL"
    ).all()
    table = next(sql for kind, sql in found if kind == "table")
    check = f"source IN ({_quoted(before)})"
    if table.count(check) != 1 or not table.startswith("CREATE TABLE"):
        raise RuntimeError(f"the table of registrations is not as expected: {table}")
    body = table[table.index("(") :].replace(check, f"source IN ({_quoted(after)})")
    bind.exec_driver_sql(f"CREATE TABLE registration_new {body}")
    bind.exec_driver_sql("INSERT INTO registration_new SELECT * FROM registration")
    bind.exec_driver_sql("DROP TABLE registration")
    bind.exec_driver_sql("ALTER TABLE registration_new RENAME TO registration")
    for kind, sql in found:
        if kind != "table":
            bind.exec_driver_sql(sql)


def downgrade() -> None:
    """Go back to no screens; who signed up at one counts as having done so at the desk."""
    op.execute("UPDATE registration SET source = 'desk' WHERE source = 'kiosk'")
    _allow(WITH_KIOSK, SOURCES)
    op.drop_table("board_notice")
    op.drop_table("kiosk_pairing")
    op.drop_table("kiosk")
