"""Days off: as announced, as entered, and as the law lets expect."""

from collections.abc import Iterator
from datetime import date

import pytest
from flask import Flask

from portal.access import Role
from portal.activities import lunar
from portal.activities.holidays import read_csv, read_notice
from portal.activities.lunar import OfficialDay
from tests.browser import Browser
from tests.conftest import SignIn

pytestmark = pytest.mark.usefixtures("noon", "clean")  # Wednesday, 10 June 2026

# What the notice for 2025 said, in its usual form.
NOTICE_2025 = """
一、元旦：1月1日（周三）放假1天，不调休。
二、春节：1月28日（农历除夕、周二）至2月4日（农历正月初七、周二）放假调休，共8天。1月26日（周日）、2月8日（周六）上班。
三、清明节：4月4日（周五）至6日（周日）放假，共3天。
四、劳动节：5月1日（周四）至5日（周一）放假调休，共5天。4月27日（周日）上班。
五、端午节：5月31日（周六）至6月2日（周一）放假，共3天。
六、国庆节、中秋节：10月1日（周三）至8日（周三）放假调休，共8天。9月28日（周日）、10月11日（周六）上班。
"""
NOTICE_2027 = "春节：2月5日至11日放假调休，共7天。1月31日（周日）、2月14日（周日）上班。"


@pytest.fixture
def clean() -> Iterator[None]:
    yield
    lunar.enter_official_days({})


def test_a_notice_is_read_as_the_library_has_it() -> None:
    days, faults = read_notice(NOTICE_2025, 2025)
    assert faults == []
    every = (
        date.fromordinal(number)
        for number in range(date(2025, 1, 1).toordinal(), date(2026, 1, 1).toordinal())
    )
    known = {day: kind for day in every if (kind := lunar.official_day(day)) is not None}
    assert {one.day: one.kind for one in days} == known
    assert {one.name for one in days} >= {"元旦", "春节", "国庆节、中秋节"}


def test_full_width_digits_and_a_range_over_the_months_are_read() -> None:
    days, faults = read_notice("１、春节：２月５日至３月２日放假。", 2027)
    assert ([days[0].day, days[-1].day, len(days)], faults) == ([date(2027, 2, 5), date(2027, 3, 2), 26], [])


def test_a_notice_over_new_year_is_read_for_its_own_year() -> None:
    days, faults = read_notice("元旦：2022年12月31日至2023年1月2日放假调休，共3天。", 2023)
    assert ([one.day for one in days], faults) == ([date(2023, 1, 1), date(2023, 1, 2)], [])
    assert [one.day for one in read_notice("元旦：2022年12月31日至2023年1月2日放假。", 2022)[0]] == [
        date(2022, 12, 31)
    ]
    days, faults = read_notice("元旦：2018年12月29日（星期六）上班。", 2019)
    assert (days, len(faults)) == ([], 1)


def test_what_speaks_of_days_off_and_names_none_is_said() -> None:
    assert read_notice("春节放假七天。", 2027) == ([], ["春节放假七天"])
    assert read_notice("请各单位妥善安排值班。", 2027) == ([], [])
    assert read_notice("元旦：2月30日放假。", 2027) == ([], ["元旦:2月30日放假"])


def test_lines_of_a_table_are_read_and_wrong_ones_said() -> None:
    days, faults = read_csv(
        "2027-02-05,休,春节\n2027/02/14,班\nmorgen,off\n2027-03-01,frei\n2026-01-01,off\n", 2027
    )
    assert [(one.day.isoformat(), one.kind.value, one.name) for one in days] == [
        ("2027-02-05", "off", "春节"),
        ("2027-02-14", "work", ""),
    ]
    assert len(faults) == 3


def test_a_year_without_a_notice_shows_what_the_law_names_and_no_make_up_days() -> None:
    assert not lunar.holidays_published(2027)
    year = [
        date.fromordinal(number)
        for number in range(date(2027, 1, 1).toordinal(), date(2028, 1, 1).toordinal())
    ]
    marked = {day: kind for day in year if (kind := lunar.official_day(day)) is not None}
    assert set(marked.values()) == {OfficialDay.EXPECTED}
    assert len(marked) == 13
    spring = lunar.festival_day("chunjie", 2027)
    assert spring is not None
    assert {date.fromordinal(spring.toordinal() + offset) for offset in (-1, 0, 1, 2)} <= set(marked)


def test_the_statutory_days_are_off_in_every_year_the_library_knows_of_the_law_of_2025() -> None:
    for year in (2025, 2026):
        assert {lunar.official_day(day) for day in lunar.statutory_days(year)} == {OfficialDay.OFF}


def stamp(client: Browser, day: date) -> str:
    """Return what is stamped on a day of the month's grid."""
    cells = client.get(f"/calendar?on={day.isoformat()}").all("table.month td:not(.out)")
    stamps = cells[day.day - 1].css(".stamp")
    return stamps[0].text() if stamps else ""


def take(centre: Browser, text: str) -> None:
    """Look at a notice, then take it over."""
    looked = centre.get("/staff/holidays").form().fill(text=text).submit(intent="look")
    assert looked.form().submit(intent="take").status == 200


def test_the_centre_looks_and_takes_a_notice_over(app: Flask, client: Browser, sign_in: SignIn) -> None:
    centre = sign_in(Role.MANAGER, "center")
    assert stamp(client, date(2027, 2, 6)) == "预"
    form = centre.get("/staff/holidays").form()
    assert dict(form.fields)["year"] == "2027", "the first that is not known"
    looked = form.fill(text=NOTICE_2027).submit(intent="look")
    assert looked.status == 200
    assert len(looked.all(".s-dates li")) == 9
    assert stamp(client, date(2027, 2, 6)) == "预", "only looked at"
    assert looked.form().submit(intent="take").status == 200
    assert stamp(client, date(2027, 2, 6)) == "休"
    assert stamp(client, date(2027, 1, 31)) == "班"
    assert stamp(client, date(2027, 5, 1)) == "", "the notice says nothing of it"


def test_another_process_sees_it_within_a_minute(app: Flask, sign_in: SignIn) -> None:
    centre = sign_in(Role.MANAGER, "center")
    take(centre, NOTICE_2027)
    lunar.enter_official_days({})  # as a process that has not looked yet
    app.extensions["holidays_due"] = 0.0
    assert stamp(Browser(app), date(2027, 2, 6)) == "休"


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": ""},
        {"text": "春节放假七天。"},
        {"text": "没有日子"},
        {"year": "99"},
        {"year": "", "text": NOTICE_2027},
    ],
)
def test_what_makes_no_sense_is_said_and_kept(sign_in: SignIn, wrong: dict[str, str]) -> None:
    centre = sign_in(Role.MANAGER, "center")
    page = centre.get("/staff/holidays").form().fill(**wrong).submit(intent="look", follow=False)
    assert page.status == 422
    assert page.one(".sum").text().strip()
    assert page.value("text").strip() == wrong.get("text", "")


def test_a_station_may_look_and_not_enter(sign_in: SignIn) -> None:
    station = sign_in(Role.MANAGER, "s1")
    page = station.get("/staff/holidays")
    assert not page.all("main form")
    token = station.token("/staff/account")
    sent = {"csrf_token": token, "year": "2027", "way": "notice", "text": NOTICE_2027, "intent": "take"}
    assert station.post("/staff/holidays", sent).status == 403
