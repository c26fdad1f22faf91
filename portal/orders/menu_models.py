"""Keep the service menu: editions, and what each offers."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.activities.models import Audience, Category
from portal.db import Model
from portal.stations.models import Station
from portal.volunteers.models import Team


class MenuStatus(StrEnum):
    """Where an edition stands; one whose last day is over takes no orders either."""

    DRAFT = "draft"
    PUBLISHED = "published"
    ENDED = "ended"


class Menu(Model):
    """An edition (期) of the service menu: of the whole network, an office, or one station."""

    __tablename__ = "menu"
    __table_args__ = (
        CheckConstraint("length(title) BETWEEN 1 AND 40", name="title_length"),
        CheckConstraint("starts_on <= ends_on", name="dates_in_order"),
        CheckConstraint("(status = 'draft') = (published_at IS NULL)", name="published_has_time"),
        CheckConstraint("(status = 'ended') = (ended_at IS NOT NULL)", name="ended_has_time"),
        Index("ix_menu_status_starts_on", "status", "starts_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey(Station.id), index=True)  # whose it is
    title: Mapped[str]  # 第三期
    text: Mapped[str] = mapped_column(default="")
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    status: Mapped[MenuStatus] = mapped_column(default=MenuStatus.DRAFT)
    published_at: Mapped[datetime | None]
    published_by: Mapped[str] = mapped_column(default="")
    ended_at: Mapped[datetime | None]
    copied_from_id: Mapped[int | None] = mapped_column(ForeignKey("menu.id"), index=True)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    station: Mapped[Station] = relationship(lazy="raise")
    items: Mapped[list["MenuItem"]] = relationship(
        lazy="raise", order_by="(MenuItem.category, MenuItem.position, MenuItem.id)", viewonly=True
    )


class Where(StrEnum):
    """Where a service of the menu can be had."""

    HOME = "home"
    STATION = "station"
    EITHER = "either"


class MenuItem(Model):
    """One service of an edition, as it can be ordered.

    `times` are the parts of the week in which it is on offer, as bits: morning, afternoon and evening of
    Monday are 1, 2 and 4, those of Tuesday 8, 16 and 32, and so on; 0 means by arrangement. No stations
    named means all within the scope of the edition.
    """

    __tablename__ = "menu_item"
    __table_args__ = (
        CheckConstraint("length(title) BETWEEN 1 AND 40", name="title_length"),
        CheckConstraint("length(text) <= 2000", name="text_length"),
        CheckConstraint("times BETWEEN 0 AND 2097151", name="times_are_bits"),
        CheckConstraint("lead_days BETWEEN 0 AND 60", name="lead_days_sensible"),
        CheckConstraint("people_min BETWEEN 1 AND 1000", name="people_min_sensible"),
        CheckConstraint(
            "people_max IS NULL OR people_max BETWEEN people_min AND 1000", name="people_in_order"
        ),
        Index("ix_menu_item_menu_id_position", "menu_id", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    menu_id: Mapped[int] = mapped_column(ForeignKey(Menu.id))
    category: Mapped[Category]
    title: Mapped[str]
    summary: Mapped[str] = mapped_column(default="")  # one line: 每位 20 分钟左右
    text: Mapped[str] = mapped_column(default="")
    audience: Mapped[Audience] = mapped_column(default=Audience.EVERYONE)
    place: Mapped[Where] = mapped_column(default=Where.EITHER)
    times: Mapped[int] = mapped_column(default=0)
    lead_days: Mapped[int] = mapped_column(default=2)  # working days between order and service
    people_min: Mapped[int] = mapped_column(default=1)
    people_max: Mapped[int | None]
    skill: Mapped[str] = mapped_column(default="")  # that who serves should have, as 理发
    qualification: Mapped[str] = mapped_column(default="")  # papers needed, shown to all: 执业医师
    risk: Mapped[str] = mapped_column(default="")  # what to know of risk and insurance
    bring: Mapped[str] = mapped_column(default="")  # what the asker gets ready: 请备一条毛巾
    icon: Mapped[str] = mapped_column(
        default=""
    )  # its drawing in templates/ui/art.html; empty: its category's
    position: Mapped[int] = mapped_column(default=0)
    paused: Mapped[bool] = mapped_column(default=False)  # takes no orders for now
    version: Mapped[int] = mapped_column(default=1)

    menu: Mapped[Menu] = relationship(lazy="raise")
    teams: Mapped[list[Team]] = relationship(lazy="raise", secondary="menu_item_team", order_by="Team.id")
    stations: Mapped[list[Station]] = relationship(
        lazy="raise", secondary="menu_item_station", order_by="Station.position"
    )


class MenuItemTeam(Model):
    """That a team serves an item."""

    __tablename__ = "menu_item_team"

    item_id: Mapped[int] = mapped_column(ForeignKey(MenuItem.id, ondelete="CASCADE"), primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey(Team.id), primary_key=True, index=True)


class MenuItemStation(Model):
    """That an item can be ordered at a station."""

    __tablename__ = "menu_item_station"

    item_id: Mapped[int] = mapped_column(ForeignKey(MenuItem.id, ondelete="CASCADE"), primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey(Station.id), primary_key=True, index=True)
