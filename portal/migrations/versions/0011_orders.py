"""Let services be ordered: menu editions, orders with their steps, offers to teams."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)  # UTC


def one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=20)


def upgrade() -> None:
    op.create_table(
        "menu",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("station_id", ROW_ID, nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("status", one_of("menustatus", "draft", "published", "ended"), nullable=False),
        sa.Column("published_at", MOMENT, nullable=True),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("copied_from_id", ROW_ID, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("version", ROW_ID, nullable=False),
        sa.CheckConstraint(
            "(status = 'draft') = (published_at IS NULL)", name=op.f("ck_menu_published_has_time")
        ),
        sa.CheckConstraint(
            "(status = 'ended') = (ended_at IS NOT NULL)", name=op.f("ck_menu_ended_has_time")
        ),
        sa.CheckConstraint("length(title) BETWEEN 1 AND 40", name=op.f("ck_menu_title_length")),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_menu_dates_in_order")),
        sa.ForeignKeyConstraint(["copied_from_id"], ["menu.id"], name=op.f("fk_menu_copied_from_id_menu")),
        sa.ForeignKeyConstraint(["station_id"], ["station.id"], name=op.f("fk_menu_station_id_station")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_menu")),
    )
    op.create_index(op.f("ix_menu_copied_from_id"), "menu", ["copied_from_id"])
    op.create_index(op.f("ix_menu_station_id"), "menu", ["station_id"])
    op.create_index("ix_menu_status_starts_on", "menu", ["status", "starts_on"])
    op.create_table(
        "menu_item",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("menu_id", ROW_ID, nullable=False),
        sa.Column(
            "category",
            one_of("category", "theory", "education", "culture", "science", "fitness", "volunteering"),
            nullable=False,
        ),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column(
            "audience",
            one_of("audience", "everyone", "elderly", "children", "overseas", "volunteers", "party"),
            nullable=False,
        ),
        sa.Column("place", one_of("where", "home", "station", "either"), nullable=False),
        sa.Column("times", ROW_ID, nullable=False),
        sa.Column("lead_days", ROW_ID, nullable=False),
        sa.Column("people_min", ROW_ID, nullable=False),
        sa.Column("people_max", ROW_ID, nullable=True),
        sa.Column("skill", sa.Text(), nullable=False),
        sa.Column("qualification", sa.Text(), nullable=False),
        sa.Column("risk", sa.Text(), nullable=False),
        sa.Column("bring", sa.Text(), nullable=False),
        sa.Column("icon", sa.Text(), nullable=False),
        sa.Column("position", ROW_ID, nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("version", ROW_ID, nullable=False),
        sa.CheckConstraint("lead_days BETWEEN 0 AND 60", name=op.f("ck_menu_item_lead_days_sensible")),
        sa.CheckConstraint("length(text) <= 2000", name=op.f("ck_menu_item_text_length")),
        sa.CheckConstraint("length(title) BETWEEN 1 AND 40", name=op.f("ck_menu_item_title_length")),
        sa.CheckConstraint(
            "people_max IS NULL OR people_max BETWEEN people_min AND 1000",
            name=op.f("ck_menu_item_people_in_order"),
        ),
        sa.CheckConstraint("people_min BETWEEN 1 AND 1000", name=op.f("ck_menu_item_people_min_sensible")),
        sa.CheckConstraint("times BETWEEN 0 AND 2097151", name=op.f("ck_menu_item_times_are_bits")),
        sa.ForeignKeyConstraint(["menu_id"], ["menu.id"], name=op.f("fk_menu_item_menu_id_menu")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_menu_item")),
    )
    op.create_index("ix_menu_item_menu_id_position", "menu_item", ["menu_id", "position"])
    op.create_table(
        "menu_item_station",
        sa.Column("item_id", ROW_ID, nullable=False),
        sa.Column("station_id", ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["menu_item.id"],
            name=op.f("fk_menu_item_station_item_id_menu_item"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["station_id"], ["station.id"], name=op.f("fk_menu_item_station_station_id_station")
        ),
        sa.PrimaryKeyConstraint("item_id", "station_id", name=op.f("pk_menu_item_station")),
    )
    op.create_index(op.f("ix_menu_item_station_station_id"), "menu_item_station", ["station_id"])
    op.create_table(
        "menu_item_team",
        sa.Column("item_id", ROW_ID, nullable=False),
        sa.Column("team_id", ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["menu_item.id"],
            name=op.f("fk_menu_item_team_item_id_menu_item"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_menu_item_team_team_id_team")),
        sa.PrimaryKeyConstraint("item_id", "team_id", name=op.f("pk_menu_item_team")),
    )
    op.create_index(op.f("ix_menu_item_team_team_id"), "menu_item_team", ["team_id"])
    op.create_table(
        "service_order",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column(
            "state",
            one_of(
                "state",
                "draft",
                "submitted",
                "returned",
                "admitted",
                "offered",
                "accepted",
                "scheduled",
                "serving",
                "rating",
                "follow_up",
                "closed",
                "refused",
                "withdrawn",
                "cancelled",
            ),
            nullable=False,
        ),
        sa.Column("item_id", ROW_ID, nullable=True),
        sa.Column(
            "category",
            one_of("category", "theory", "education", "culture", "science", "fitness", "volunteering"),
            nullable=True,
        ),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("people", ROW_ID, server_default="1", nullable=False),
        sa.Column("for_whom", one_of("forwhom", "self", "family", "other"), nullable=False),
        sa.Column("for_name", sa.LargeBinary(), nullable=False),
        sa.Column("station_id", ROW_ID, nullable=False),
        sa.Column("place", one_of("place", "home", "station"), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("phone_index", sa.LargeBinary(length=16), nullable=True),
        sa.Column("source", one_of("source", "web", "phone", "desk", "kiosk"), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("operator_id", ROW_ID, nullable=True),
        sa.Column("consent", sa.Text(), nullable=False),
        sa.Column("desk_id", ROW_ID, nullable=False),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("team_id", ROW_ID, nullable=True),
        sa.Column("starts_at", MOMENT, nullable=True),
        sa.Column("ends_at", MOMENT, nullable=True),
        sa.Column("occurrence_id", ROW_ID, nullable=True),
        sa.Column("report", sa.LargeBinary(), nullable=False),
        sa.Column("served", ROW_ID, nullable=True),
        sa.Column("served_at", MOMENT, nullable=True),
        sa.Column("grade", one_of("grade", "very_good", "good", "fair", "bad", "very_bad"), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("rated_at", MOMENT, nullable=True),
        sa.Column("rated_by", one_of("ratedby", "link", "phone"), nullable=True),
        sa.Column("turn", ROW_ID, server_default="1", nullable=False),
        sa.Column("reminded", ROW_ID, server_default="0", nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("anonymised_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "anonymised_at IS NULL OR (name = '' AND phone IS NULL)",
            name=op.f("ck_service_order_anonymised_is_empty"),
        ),
        sa.CheckConstraint(
            "consent <> '' OR state = 'draft' OR anonymised_at IS NOT NULL",
            name=op.f("ck_service_order_has_consent"),
        ),
        sa.CheckConstraint(
            "state <> 'closed' OR closed_at IS NOT NULL", name=op.f("ck_service_order_closed_has_time")
        ),
        sa.CheckConstraint(
            "state <> 'follow_up' OR grade IN ('bad', 'very_bad')",
            name=op.f("ck_service_order_called_back_when_bad"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('accepted', 'scheduled', 'serving') OR team_id IS NOT NULL",
            name=op.f("ck_service_order_served_by_a_team"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('scheduled', 'serving') OR starts_at IS NOT NULL",
            name=op.f("ck_service_order_scheduled_has_time"),
        ),
        sa.CheckConstraint(
            "(grade IS NULL) = (rated_at IS NULL)", name=op.f("ck_service_order_rated_has_time")
        ),
        sa.CheckConstraint(
            "(grade IS NULL) = (rated_by IS NULL)", name=op.f("ck_service_order_rated_has_channel")
        ),
        sa.CheckConstraint(
            "(phone IS NULL) = (phone_index IS NULL)", name=op.f("ck_service_order_phone_has_index")
        ),
        sa.CheckConstraint(
            "(starts_at IS NULL) = (ends_at IS NULL)", name=op.f("ck_service_order_scheduled_has_both")
        ),
        sa.CheckConstraint(
            "length(title) BETWEEN 1 AND 80 OR anonymised_at IS NOT NULL",
            name=op.f("ck_service_order_title_length"),
        ),
        sa.CheckConstraint("people BETWEEN 1 AND 1000", name=op.f("ck_service_order_people_sensible")),
        sa.CheckConstraint(
            "served IS NULL OR served BETWEEN 0 AND 100000", name=op.f("ck_service_order_served_sensible")
        ),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_service_order_starts_before_end")),
        sa.ForeignKeyConstraint(["desk_id"], ["station.id"], name=op.f("fk_service_order_desk_id_station")),
        sa.ForeignKeyConstraint(
            ["item_id"], ["menu_item.id"], name=op.f("fk_service_order_item_id_menu_item")
        ),
        sa.ForeignKeyConstraint(
            ["occurrence_id"], ["occurrence.id"], name=op.f("fk_service_order_occurrence_id_occurrence")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["account.id"], name=op.f("fk_service_order_operator_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["station_id"], ["station.id"], name=op.f("fk_service_order_station_id_station")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_service_order_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_order")),
        sa.UniqueConstraint("reference", name=op.f("uq_service_order_reference")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_service_order_token_hash")),
    )
    op.create_index("ix_service_order_created_at_id", "service_order", ["created_at", "id"])
    op.create_index("ix_service_order_desk_id_state_due_at", "service_order", ["desk_id", "state", "due_at"])
    op.create_index("ix_service_order_item_id_state", "service_order", ["item_id", "state"])
    op.create_index(op.f("ix_service_order_occurrence_id"), "service_order", ["occurrence_id"])
    op.create_index(op.f("ix_service_order_operator_id"), "service_order", ["operator_id"])
    op.create_index("ix_service_order_phone_index", "service_order", ["phone_index"])
    op.create_index("ix_service_order_state_due_at", "service_order", ["state", "due_at"])
    op.create_index(
        "ix_service_order_station_id_state_due_at", "service_order", ["station_id", "state", "due_at"]
    )
    op.create_index("ix_service_order_team_id_state", "service_order", ["team_id", "state"])
    op.create_table(
        "offer",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("order_id", ROW_ID, nullable=False),
        sa.Column("team_id", ROW_ID, nullable=False),
        sa.Column(
            "status",
            one_of("offerstatus", "next", "asked", "accepted", "declined", "expired", "recalled"),
            nullable=False,
        ),
        sa.Column("score", ROW_ID, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=True),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.CheckConstraint("status <> 'declined' OR reason <> ''", name=op.f("ck_offer_declined_has_reason")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["service_order.id"], name=op.f("fk_offer_order_id_service_order")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_offer_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
    )
    op.create_index(
        "ix_offer_one_at_a_time",
        "offer",
        ["order_id"],
        unique=True,
        sqlite_where=sa.text("status IN ('asked', 'accepted')"),
        postgresql_where=sa.text("status IN ('asked', 'accepted')"),
    )
    op.create_index("ix_offer_order_id_id", "offer", ["order_id", "id"])
    op.create_index("ix_offer_status_due_at", "offer", ["status", "due_at"])
    op.create_index("ix_offer_team_id_status", "offer", ["team_id", "status"])
    op.create_table(
        "offered_help",
        sa.Column("order_id", ROW_ID, nullable=False),
        sa.Column("team_id", ROW_ID, nullable=False),
        sa.Column("said_by", sa.Text(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["service_order.id"], name=op.f("fk_offered_help_order_id_service_order")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_offered_help_team_id_team")),
        sa.PrimaryKeyConstraint("order_id", "team_id", name=op.f("pk_offered_help")),
    )
    op.create_index(op.f("ix_offered_help_team_id"), "offered_help", ["team_id"])
    op.create_table(
        "order_device",
        sa.Column("device_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("order_id", ROW_ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["service_order.id"],
            name=op.f("fk_order_device_order_id_service_order"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("device_hash", "order_id", name=op.f("pk_order_device")),
    )
    op.create_index(op.f("ix_order_device_order_id"), "order_device", ["order_id"])
    op.create_table(
        "order_helper",
        sa.Column("order_id", ROW_ID, nullable=False),
        sa.Column("turn", ROW_ID, nullable=False),
        sa.Column("volunteer_id", ROW_ID, nullable=False),
        sa.Column("tenths", ROW_ID, nullable=True),
        sa.Column("overlap_reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "tenths IS NULL OR tenths BETWEEN 1 AND 240", name=op.f("ck_order_helper_tenths_sensible")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["service_order.id"], name=op.f("fk_order_helper_order_id_service_order")
        ),
        sa.ForeignKeyConstraint(
            ["volunteer_id"], ["volunteer.id"], name=op.f("fk_order_helper_volunteer_id_volunteer")
        ),
        sa.PrimaryKeyConstraint("order_id", "turn", "volunteer_id", name=op.f("pk_order_helper")),
    )
    op.create_index(op.f("ix_order_helper_volunteer_id"), "order_helper", ["volunteer_id"])
    op.create_table(
        "order_step",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("order_id", ROW_ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column(
            "act",
            one_of(
                "act",
                "draft",
                "submit",
                "admit",
                "return",
                "answer",
                "refuse",
                "offer",
                "accept",
                "decline",
                "ask_next",
                "expire",
                "redispatch",
                "schedule",
                "start",
                "complete",
                "rate",
                "call_back",
                "close_unrated",
                "finish_call",
                "reopen",
                "withdraw",
                "cancel",
                "escalate",
                "hurry",
                "remind",
                "note",
            ),
            nullable=False,
        ),
        sa.Column(
            "before",
            one_of(
                "stepbefore",
                "draft",
                "submitted",
                "returned",
                "admitted",
                "offered",
                "accepted",
                "scheduled",
                "serving",
                "rating",
                "follow_up",
                "closed",
                "refused",
                "withdrawn",
                "cancelled",
            ),
            nullable=True,
        ),
        sa.Column(
            "after",
            one_of(
                "stepafter",
                "draft",
                "submitted",
                "returned",
                "admitted",
                "offered",
                "accepted",
                "scheduled",
                "serving",
                "rating",
                "follow_up",
                "closed",
                "refused",
                "withdrawn",
                "cancelled",
            ),
            nullable=False,
        ),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("account_id", ROW_ID, nullable=True),
        sa.Column("station_id", ROW_ID, nullable=True),
        sa.Column("team_id", ROW_ID, nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("grade", one_of("grade", "very_good", "good", "fair", "bad", "very_bad"), nullable=True),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_order_step_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["service_order.id"], name=op.f("fk_order_step_order_id_service_order")
        ),
        sa.ForeignKeyConstraint(
            ["station_id"], ["station.id"], name=op.f("fk_order_step_station_id_station")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_order_step_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_step")),
    )
    op.create_index(op.f("ix_order_step_account_id"), "order_step", ["account_id"])
    op.create_index("ix_order_step_order_id_id", "order_step", ["order_id", "id"])
    op.create_index(op.f("ix_order_step_station_id"), "order_step", ["station_id"])
    op.create_index(op.f("ix_order_step_team_id"), "order_step", ["team_id"])
    op.create_table(
        "wished_time",
        sa.Column("order_id", ROW_ID, nullable=False),
        sa.Column("position", ROW_ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("part", one_of("partofday", "morning", "afternoon", "evening"), nullable=False),
        sa.CheckConstraint("position BETWEEN 1 AND 3", name=op.f("ck_wished_time_three_at_most")),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["service_order.id"],
            name=op.f("fk_wished_time_order_id_service_order"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("order_id", "position", name=op.f("pk_wished_time")),
    )


def downgrade() -> None:
    for table in (
        "order_device",
        "order_helper",
        "offered_help",
        "offer",
        "order_step",
        "wished_time",
        "service_order",
        "menu_item_station",
        "menu_item_team",
        "menu_item",
        "menu",
    ):
        op.drop_table(table)
