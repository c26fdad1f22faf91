"""The pages that change rows of dates: what is mistyped is said, kept, and changes nothing."""

from datetime import date, timedelta

import pytest
import time_machine

from portal.access import Role
from portal.activities import holidays, repeating
from portal.activities.holidays import Named
from portal.activities.lunar import OfficialDay
from portal.activities.recurrence import Holidays
from tests.browser import Browser, Page
from tests.conftest import SignIn
from tests.make import Make, each_week, span

pytestmark = pytest.mark.usefixtures("noon")


def a_row(make: Make, **how: object) -> tuple[int, list[int]]:
    """Post a class on four Tuesdays from 16 June on."""
    activity_id = make.activity(title="合唱", repeats=each_week(6, count=4), **how)  # type: ignore[arg-type]
    return activity_id, make.dates_of(activity_id)


def times(browser: Browser, activity_id: int) -> list[str]:
    """Return what the staff's page lists: day and hours of each date."""
    page = browser.get(f"/staff/activities/{activity_id}")
    return [" ".join(node.text(separator=" ").split()) for node in page.all(".s-dates li")]


def shown(page: Page) -> str:
    return " ".join(page.one("aside .facts").text(separator=" ").split())


# What works


def test_all_dates_move_after_a_look_at_what_would_happen(
    sign_in: SignIn, make: Make, client: Browser
) -> None:
    editor = sign_in()
    activity_id, dates = a_row(make, registration=True, seats=5)
    make.registration(dates[2], 2)
    by_hand = editor.get(f"/staff/occurrences/{dates[1]}/move").form()
    by_hand.fill(opens="08:00", closes="09:00").submit(intent="change")
    page = editor.get(f"/staff/occurrences/{dates[0]}/move")
    looked = (
        page.form().fill(reach="all", opens="19:00", closes="20:00", word="老师换班").submit(intent="look")
    )
    assert looked.status == 200
    assert "3 场" in shown(looked)
    assert "2 人跟着走" in shown(looked)
    assert "不动" in looked.text
    assert "10:00" in times(editor, activity_id)[0]
    changed = looked.form().submit(intent="change")
    assert changed.path == f"/staff/activities/{activity_id}"
    hours = times(editor, activity_id)
    assert ["19:00" in line for line in hours] == [True, False, True, True]
    assert "08:00" in hours[1]
    assert "19:00" in client.get(f"/occurrences/{dates[2]}").text


def test_pressed_without_a_look_it_is_shown_first(sign_in: SignIn, make: Make) -> None:
    editor = sign_in()
    activity_id, dates = a_row(make)
    before = times(editor, activity_id)
    form = editor.get(f"/staff/occurrences/{dates[0]}/move").form()
    page = form.fill(reach="following", first_day="2026-06-17").submit(intent="change")
    assert page.status == 200
    assert page.one("input[name=seen]").attributes["value"]
    assert times(editor, activity_id) == before


def test_enter_in_a_field_only_looks(sign_in: SignIn, make: Make) -> None:
    editor = sign_in()
    activity_id, dates = a_row(make)
    before = times(editor, activity_id)
    for address in (f"/staff/occurrences/{dates[0]}/move", f"/staff/activities/{activity_id}/repeat"):
        assert editor.get(address).form().fill(opens="08:00").submit().status == 200
        assert times(editor, activity_id) == before


def test_another_rule_is_looked_at_and_then_holds(sign_in: SignIn, make: Make) -> None:
    editor = sign_in()
    activity_id, _dates = a_row(make)
    form = editor.get(f"/staff/activities/{activity_id}/repeat").form()
    assert form.page.value("first_day") == "2026-06-16"
    assert form.page.value("times") == "4"
    looked = form.fill(weekdays=["1", "4"], times="5").submit(intent="look")
    assert looked.status == 200
    left = looked.form().fill(leave_out=["2026-06-26"])
    again = left.submit(intent="change")
    assert again.status == 409  # without that day it is another plan
    done = again.form().submit(intent="change")
    assert done.path == f"/staff/activities/{activity_id}"
    listed = " ".join(times(editor, activity_id))
    assert "6 月 26 日" not in listed
    page = editor.get(f"/staff/activities/{activity_id}/repeat")
    assert [node.attributes["value"] for node in page.all("input[name=leave_out]")] == ["2026-06-26"]


def test_days_off_that_came_later_are_asked_about_and_settled(sign_in: SignIn, make: Make) -> None:
    editor = sign_in()
    activity_id = make.activity(title="合唱", repeats=each_week(6, count=4, holidays=Holidays.SKIP))
    with editor.app.app_context():
        notice = [Named(date(2026, 6, 23), OfficialDay.OFF, "台风")]
        holidays.take_over(2026, notice, make.actor(Role.MANAGER, "center"))
    assert "合唱" in editor.get("/staff/").text
    assert "1 场" in editor.get(f"/staff/activities/{activity_id}").text
    page = editor.get(f"/staff/activities/{activity_id}/repeat")
    assert "放假" in page.one("table").text()
    assert page.form().submit(intent="change").path == f"/staff/activities/{activity_id}"
    page = editor.get(f"/staff/activities/{activity_id}")
    assert len(page.all(".s-dates li.out")) == 1
    assert "对不上" not in page.text


def test_a_blocked_day_is_settled_from_the_page(
    sign_in: SignIn, make: Make, noon: time_machine.Traveller
) -> None:
    activity_id = make.activity(title="合唱", repeats=each_week(6, count=None), room="道德讲堂")
    days = [date(2027, 7, 20), date(2027, 7, 27)]
    make.activity(title="党课", room="道德讲堂", spans=[span(first=day) for day in days])
    noon.shift(timedelta(weeks=3))
    editor = sign_in()
    with editor.app.app_context():
        repeating.make_coming_dates()
    assert "合唱" in editor.get("/staff/").text
    address = f"/staff/activities/{activity_id}"
    page = editor.get(f"{address}/dates/new?instead={days[0]}")
    assert page.value("first_day") == days[0].isoformat()
    refused = page.form().submit()
    assert refused.status == 409
    added = refused.form().fill(room="elsewhere", place_name="小广场").submit()
    assert "小广场" in added.text
    [left] = editor.get(address).all(f'form[action="{address}/blocked"] input[name=instead]')
    assert left.attributes["value"] == days[1].isoformat()
    editor.get(address).form(f'form[action="{address}/blocked"]').submit()
    assert not editor.get(address).all(f'form[action="{address}/blocked"]')


def test_from_one_date_on_all_is_cancelled_and_taken_back(sign_in: SignIn, make: Make) -> None:
    editor = sign_in()
    activity_id, dates = a_row(make)
    page = editor.get(f"/staff/occurrences/{dates[1]}")
    form = page.form('form[action$="/cancel"]').fill(reason="台风", reach="following")
    assert "取消了 3 场" in form.submit().text
    page = editor.get(f"/staff/activities/{activity_id}")
    assert page.form(f'form[action="/staff/activities/{activity_id}/restore"]').submit().status == 200
    assert not editor.get(f"/staff/activities/{activity_id}").all(".s-dates li.out")


# What is mistyped

WRONG = [
    ({"first_day": ""}, "first_day"),
    ({"first_day": "2026-02-30"}, "first_day"),
    ({"first_day": "3026-01-01"}, "first_day"),
    ({"closes": "08:00"}, "closes"),
    ({"opens": ""}, "opens"),
    ({"opens": "25:00"}, "opens"),
    ({"last_day": "2026-06-01"}, "last_day"),
    ({"room": "elsewhere", "place_name": " "}, "place_name"),
    ({"room": "999"}, "room"),
    ({"first_day": "2026-06-09"}, "first_day"),  # yesterday
]
ROW_WRONG = [
    *WRONG,
    ({"repeat": "once"}, "repeat"),
    ({"repeat": "hourly"}, "repeat"),
    ({"times": "0"}, "times"),
    ({"times": "3", "until": "2026-09-01"}, "times"),
    ({"times": "", "until": "2026-06-01"}, "until"),
    ({"repeat": "yearly_named", "named": "lunar:13:1"}, "named"),
    ({"people": "forget"}, "people"),
]
MOVE_WRONG = [
    *WRONG,
    ({"reach": "everybody"}, "reach"),
    ({"reach": "all", "first_day": "2026-06-09"}, "first_day"),
    ({"reach": "all", "people": "forget"}, "people"),
    ({"word": "长" * 61}, "word"),
]


def sent(editor: Browser, address: str, values: dict[str, str], intent: str = "change") -> Page:
    form = editor.get(address).form()
    for name, value in values.items():
        form.put(name, value)
    form.put("intent", intent)
    return editor.post(address, form.fields)


def is_said(page: Page, field: str) -> None:
    assert page.status in (409, 422)
    assert page.all(f"#{field}-e, #{field} .err"), page.text[:300]


@pytest.mark.parametrize(("values", "field"), MOVE_WRONG)
@pytest.mark.parametrize("intent", ["look", "change"])
def test_a_mistyped_move_changes_nothing(
    sign_in: SignIn, make: Make, values: dict[str, str], field: str, intent: str
) -> None:
    editor = sign_in()
    activity_id, dates = a_row(make)
    before = times(editor, activity_id)
    page = sent(editor, f"/staff/occurrences/{dates[0]}/move", {"place_directions": "后门"} | values, intent)
    if not (intent == "look" and values == {"first_day": "2026-06-09"}):
        is_said(page, field)
    assert page.value("place_directions") == "后门"
    assert times(editor, activity_id) == before


@pytest.mark.parametrize(("values", "field"), ROW_WRONG)
@pytest.mark.parametrize("intent", ["look", "change"])
def test_a_mistyped_rule_changes_nothing(
    sign_in: SignIn, make: Make, values: dict[str, str], field: str, intent: str
) -> None:
    editor = sign_in()
    activity_id, _dates = a_row(make)
    before = times(editor, activity_id)
    page = sent(editor, f"/staff/activities/{activity_id}/repeat", {"word": "换班"} | values, intent)
    is_said(page, field)
    assert page.value("word") == "换班"
    assert times(editor, activity_id) == before


@pytest.mark.parametrize(("values", "field"), WRONG)
def test_a_mistyped_date_is_not_added(
    sign_in: SignIn, make: Make, values: dict[str, str], field: str
) -> None:
    editor = sign_in()
    activity_id, _dates = a_row(make)
    before = times(editor, activity_id)
    good = {"first_day": "2026-06-17", "opens": "10:00", "closes": "11:00", "place_directions": "后门"}
    page = sent(editor, f"/staff/activities/{activity_id}/dates/new", good | values)
    is_said(page, field)
    assert page.value("place_directions") == "后门"
    assert times(editor, activity_id) == before


def test_nonsense_in_the_ticks_is_no_fault_and_reaches_nobody_else(sign_in: SignIn, make: Make) -> None:
    editor = sign_in()
    activity_id, dates = a_row(make)
    other, others = a_row(make, station="s2")
    before = times(sign_in(Role.EDITOR, "s2"), other)
    form = editor.get(f"/staff/occurrences/{dates[0]}/move").form().fill(reach="all", opens="09:00")
    form.put("stay", str(others[0]), "-1", "x", "9" * 30, "²")
    form.put("leave_out", "gestern", "2026-13-01", "", "9999-12-31")
    looked = form.submit(intent="look")
    assert looked.status == 200
    assert looked.form().submit(intent="change").status == 200
    assert all("09:00" in line for line in times(editor, activity_id))
    assert times(sign_in(Role.EDITOR, "s2"), other) == before


def test_what_somebody_else_has_seen_is_not_taken_for_ones_own(sign_in: SignIn, make: Make) -> None:
    editor = sign_in()
    activity_id, dates = a_row(make)
    _other, others = a_row(make)
    address = f"/staff/occurrences/{others[0]}/move"
    foreign = editor.get(address).form().fill(reach="all", opens="09:00").submit(intent="look").value("seen")
    before = times(editor, activity_id)
    for seen in (foreign, "nonsense", "0" * 16):
        values = {"reach": "all", "opens": "09:00", "seen": seen}
        assert sent(editor, f"/staff/occurrences/{dates[0]}/move", values).status == 409
        repeat = {"opens": "09:00", "seen": seen}
        assert sent(editor, f"/staff/activities/{activity_id}/repeat", repeat).status == 409
    assert times(editor, activity_id) == before


def test_a_date_changed_by_hand_offers_only_itself(sign_in: SignIn, make: Make) -> None:
    editor = sign_in()
    _activity_id, dates = a_row(make)
    address = f"/staff/occurrences/{dates[1]}/move"
    editor.get(address).form().fill(opens="08:00").submit(intent="change")
    assert not editor.get(address).all("input[type=radio][name=reach]")
    assert sent(editor, address, {"reach": "all", "opens": "09:00"}).status == 422


def test_rows_of_other_stations_and_what_has_no_rule_are_not_found(sign_in: SignIn, make: Make) -> None:
    editor = sign_in()
    activity_id, dates = a_row(make, station="s2")
    token = editor.token("/staff/account")
    plain = make.activity()
    draft = make.activity(published=False, repeats=each_week(6))
    for address in (
        f"/staff/activities/{activity_id}/repeat",
        f"/staff/activities/{activity_id}/dates/new",
        f"/staff/occurrences/{dates[0]}/move",
        f"/staff/activities/{plain}/repeat",
        f"/staff/activities/{draft}/repeat",
        f"/staff/activities/{draft}/dates/new",
        "/staff/activities/999/repeat",
    ):
        assert editor.get(address).status == 404, address
        assert editor.post(address, {"csrf_token": token}).status == 404, address
    for address in (f"/staff/activities/{activity_id}/restore", f"/staff/activities/{activity_id}/blocked"):
        assert editor.post(address, {"csrf_token": token, "instead": "2026-06-16"}).status == 404
    mine, _dates = a_row(make)
    for instead in ("", "gestern"):
        answer = editor.post(f"/staff/activities/{mine}/blocked", {"csrf_token": token, "instead": instead})
        assert answer.status == 404
    assert editor.post(f"/staff/activities/{mine}/restore", {"csrf_token": token}).status == 409
