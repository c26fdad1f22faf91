"""What is on offer where and when, and in which words."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from portal.activities.models import Audience, Category
from portal.clock import today
from portal.db import db, transaction
from portal.errors import Missing
from portal.i18n import in_default_language
from portal.orders import menu_labels as labels
from portal.orders import menu_queries as queries
from portal.orders.menu_models import Menu, MenuStatus
from portal.orders.menu_queries import Narrowed
from portal.orders.models import PartOfDay
from portal.stations.models import Station
from portal.volunteers.models import Team
from tests.make import Make

pytestmark = pytest.mark.usefixtures("noon", "app_context")  # Wednesday, 10 June 2026

MORNING, AFTERNOON, EVENING = PartOfDay
TUESDAY, FRIDAY, SATURDAY = 3, 12, 15  # the bits of their mornings


def offered(**narrowed: Any) -> list[str]:
    db.session.rollback()
    return [one.title for one in queries.offered(Narrowed(**narrowed))]


def end(menu_id: int) -> None:
    with transaction() as session:
        menu = session.get_one(Menu, menu_id)
        menu.status, menu.ended_at = MenuStatus.ENDED, menu.published_at


@pytest.mark.parametrize(
    ("first", "last", "published", "shown"),
    [
        (0, 0, True, True),
        (-9, -1, True, False),
        (1, 9, True, False),
        (0, 0, False, False),
    ],
)
def test_an_edition_is_out_on_its_days_only(
    make: Make, first: int, last: int, published: bool, shown: bool
) -> None:
    starts, ends = today() + timedelta(days=first), today() + timedelta(days=last)
    make.menu_item(make.menu(starts_on=starts, ends_on=ends, published=published), "理发")
    assert offered() == (["理发"] if shown else [])


def test_what_is_paused_or_of_an_ended_edition_is_not_on_offer(make: Make) -> None:
    menu_id = make.menu()
    make.menu_item(menu_id, "理发")
    make.menu_item(menu_id, "维修", paused=True)
    assert offered() == ["理发"]
    end(menu_id)
    assert offered() == []


def test_items_cover_the_stations_they_name_or_all_below_their_edition(make: Make) -> None:
    make.menu_item(make.menu("center"), "各站")
    make.menu_item(make.menu("center", "别的"), "两站", stations=("s4", "s2"))
    make.menu_item(make.menu("s4"), "本站")
    make.menu_item(make.menu("s8"), "联片", stations=("s8", "s7"))
    at = {slug: set(offered(station_id=make.station(slug))) for slug in ("s2", "s4", "s7", "s9", "office")}
    assert at == {
        "s2": {"各站", "两站"},
        "s4": {"各站", "两站", "本站"},
        "s7": {"各站", "联片"},
        "s9": {"各站"},
        "office": {"各站"},
    }


def test_an_edition_of_the_office_reaches_its_stations_but_not_the_centre(make: Make) -> None:
    make.menu_item(make.menu("office"), "各站")
    assert offered(station_id=make.station("s9")) == ["各站"]
    assert offered(station_id=make.station("center")) == []


def test_the_menu_is_narrowed_by_category_team_and_audience(make: Make) -> None:
    team_id = make.team()
    make.menu_item(title="甲", category=Category.CULTURE, teams=(team_id,), audience=Audience.CHILDREN)
    make.menu_item(title="乙", category=Category.FITNESS, audience=Audience.ELDERLY)
    make.menu_item(title="丙", category=Category.FITNESS)
    assert offered(category=Category.FITNESS) == ["乙", "丙"]
    assert offered(team_id=team_id) == ["甲"]
    assert offered(audience=Audience.ELDERLY) == ["乙", "丙"]  # for everyone is for them, too
    assert offered(audience=Audience.CHILDREN, category=Category.CULTURE) == ["甲"]
    assert offered(audience=Audience.PARTY, category=Category.CULTURE) == []


def test_the_menu_goes_from_the_centre_down_and_by_category(make: Make) -> None:
    own = make.menu("s4")
    make.menu_item(own, "站里", category=Category.VOLUNTEERING)
    for title, category in (("文", Category.CULTURE), ("志", Category.VOLUNTEERING), ("理", Category.THEORY)):
        make.menu_item(title=title, category=category)
    assert offered() == ["志", "理", "文", "站里"]
    groups = queries.editions_out(queries.offered())
    assert [[len(items) for _code, items in each] for _menu, each in groups] == [[1, 1, 1], [1]]


def test_closed_teams_and_stations_are_not_shown(make: Make) -> None:
    team_id = make.team()
    item_id = make.menu_item(teams=(team_id, make.team()), stations=("s1", "s9"))
    with transaction() as session:
        session.get_one(Team, team_id).closed = True
        session.get_one(Station, make.station("s9")).closed = True
    db.session.rollback()
    for found in (queries.item(item_id), *queries.offered()):
        assert len(found.teams) == 1
        assert [station.slug for station in found.stations] == ["s1"]
        assert [card.slug for card in queries.stations_of(found)] == ["s1"]


def test_an_item_that_names_none_is_had_at_all_open_stations_of_its_edition(make: Make) -> None:
    at = {
        slug: len(queries.stations_of(queries.item(make.menu_item(make.menu(slug)))))
        for slug in ("center", "office", "s4")
    }
    assert at == {"center": 11, "office": 10, "s4": 1}


def test_drafts_have_no_page_and_what_ended_keeps_it(make: Make) -> None:
    draft = make.menu_item(make.menu(published=False))
    with pytest.raises(Missing):
        queries.item(draft)
    with pytest.raises(Missing):
        queries.item(2**40)
    menu_id = make.menu()
    item_id = make.menu_item(menu_id)
    assert queries.orderable(queries.item(item_id), today()) == ""
    end(menu_id)
    db.session.rollback()
    assert "已经结束" in queries.orderable(queries.item(item_id), today())


def test_it_says_why_something_cannot_be_ordered(make: Make) -> None:
    item_id = make.menu_item(make.menu(starts_on=date(2026, 6, 1), ends_on=date(2026, 6, 30)))
    found = queries.item(item_id)
    assert queries.orderable(found, date(2026, 6, 1)) == queries.orderable(found, date(2026, 6, 30)) == ""
    assert "6 月 1 日" in queries.orderable(found, date(2026, 5, 31))
    assert "已经结束" in queries.orderable(found, date(2026, 7, 1))
    paused = queries.item(make.menu_item(paused=True))
    assert "眼下不接单" in queries.orderable(paused, today())


def days(make: Make, on: date, number: int = 3, **columns: Any) -> list[tuple[date, PartOfDay]]:
    menu_id = make.menu(starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31))
    return queries.next_days(queries.item(make.menu_item(menu_id, **columns)), on, number)


def test_the_next_times_follow_the_week_of_the_item(make: Make) -> None:
    times = 1 << TUESDAY | 1 << FRIDAY | 1 << (FRIDAY + 2)
    assert days(make, today(), times=times, lead_days=2) == [
        (date(2026, 6, 12), MORNING),
        (date(2026, 6, 12), EVENING),
        (date(2026, 6, 16), MORNING),
    ]
    assert days(make, today(), times=times, lead_days=3, number=1) == [(date(2026, 6, 16), MORNING)]


def test_lead_days_are_working_days(make: Make) -> None:
    # 1 to 7 October 2026 are off (announced or expected): two working days after Wednesday the 30th.
    first, _part = days(make, date(2026, 9, 30), times=0, lead_days=2, number=1)[0]
    assert first >= date(2026, 10, 9)


def test_by_arrangement_it_is_mornings_and_afternoons_weekends_among_them(make: Make) -> None:
    found = days(make, today(), times=0, lead_days=2, number=6)
    assert found == [(date(2026, 6, day), part) for day in (12, 13, 14) for part in (MORNING, AFTERNOON)]


def test_on_the_same_day_only_what_is_not_over_comes(make: Make, noon: time_machine.Traveller) -> None:
    assert days(make, today(), times=0b111 << 6, lead_days=0, number=2) == [
        (today(), AFTERNOON),
        (today(), EVENING),
    ]
    noon.shift(timedelta(hours=7))
    assert days(make, today(), times=0b111 << 6, lead_days=0, number=1) == [(today(), EVENING)]


def test_the_next_times_do_not_begin_before_the_edition_does(make: Make) -> None:
    menu_id = make.menu(starts_on=date(2026, 7, 1), ends_on=date(2026, 7, 31))
    item = queries.item(make.menu_item(menu_id, lead_days=0))
    assert queries.next_days(item, today(), 1) == [(date(2026, 7, 1), MORNING)]


def test_what_points_to_the_menu_takes_from_each_category_in_turn(make: Make) -> None:
    for number in range(3):
        make.menu_item(title=f"志{number}")
    make.menu_item(title="文", category=Category.CULTURE)
    make.menu_item(title="不在四站", category=Category.THEORY, stations=("s1",))
    at = make.station("s4")
    assert [one.title for one in queries.teasers(at, 3)] == ["志0", "文", "志1"]
    assert [one.title for one in queries.teasers(None, 9)] == ["志0", "不在四站", "文", "志1", "志2"]


@pytest.mark.parametrize(
    ("bits", "said"),
    [
        ([], ""),
        ([TUESDAY, FRIDAY], "周二、周五上午"),
        (range(21), "每天"),
        (range(15), "周一到周五"),
        ([bit for bit in range(15) if bit % 3 < 2], "周一到周五白天"),
        ([1, 4, 7], "周一到周三下午"),
        ([SATURDAY, SATURDAY + 3], "周末上午"),
        ([SATURDAY, SATURDAY + 2], "周六上午、晚上"),
        ([0, 10], "周一上午；周四下午"),
        ([0, 3], "周一、周二上午"),
    ],
)
def test_times_are_said_as_people_say_them(app: Flask, bits: list[int], said: str) -> None:
    with app.test_request_context(), in_default_language():
        assert labels.times_in_words(sum(1 << bit for bit in bits)) == said


@pytest.mark.parametrize(
    ("least", "most", "said"),
    [(1, None, ""), (8, None, "8 人以上"), (1, 4, "最多 4 人"), (6, 30, "6 到 30 人"), (2, 2, "2 人")],
)
def test_head_counts_are_said_in_words(app: Flask, least: int, most: int | None, said: str) -> None:
    with app.test_request_context(), in_default_language():
        assert labels.people_in_words(least, most) == said


def test_lead_days_are_said_in_words(app: Flask) -> None:
    with app.test_request_context(), in_default_language():
        assert labels.lead_in_words(2) == "提前两个工作日"
        assert labels.lead_in_words(5) == "提前 5 个工作日"
        assert labels.lead_in_words(0) == "当天就能点"


def test_there_is_a_drawing_for_each_category_and_each_choice(app: Flask) -> None:
    drawn = app.jinja_env.get_template("ui/art.html").module
    for name in {*labels.ICONS, *labels.CATEGORY_ICONS.values()}:
        assert len(drawn.icon(name)) > len(drawn.icon("none")), name  # type: ignore[attr-defined]
    assert set(labels.CATEGORY_ICONS) == set(Category) == set(queries.ORDER)
    assert labels.icon_of(Category.CULTURE, "") == "brush"
    assert labels.icon_of(Category.CULTURE, "cut") == "cut"
