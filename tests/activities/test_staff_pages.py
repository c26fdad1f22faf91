"""The editor's day without JavaScript: desk, posting, changing, cancelling, counting."""

from datetime import timedelta

import pytest
import time_machine

from portal.access import Role
from tests.browser import Browser, Page
from tests.conftest import SignIn
from tests.make import Make, each_week, span

pytestmark = pytest.mark.usefixtures("noon")


def new(editor: Browser, **values: str) -> Page:
    typed = {
        "title": "太极班",
        "category": "fitness",
        "first_day": "2026-06-16",
        "opens": "07:30",
        "closes": "08:30",
    } | values
    pressed = typed.pop("intent", "publish")
    form = editor.get("/staff/activities/new").form("#post").fill(**typed)
    return form.submit(intent=pressed)


def test_an_editor_posts_and_residents_see_it(sign_in: SignIn, client: Browser) -> None:
    page = new(sign_in(Role.EDITOR, "s8"))
    assert page.status == 200
    assert "发布了 1 场。" in page.text
    assert "太极班" in client.get("/calendar?view=list&station=s8").text


def test_a_weekly_class_is_shown_before_it_is_published(sign_in: SignIn) -> None:
    editor = sign_in()
    page = new(editor, repeat="weekly", until="2026-07-07", intent="preview")
    assert page.status == 200
    assert [node.text() for node in page.all("#preview li b")] == [
        "6 月 16 日",
        "6 月 23 日",
        "6 月 30 日",
        "7 月 7 日",
    ]
    assert "发布了 4 场。" in page.form("#post").submit(intent="publish").text


def test_the_preview_names_what_has_the_room(sign_in: SignIn, make: Make) -> None:
    make.activity(title="主题党日", room="道德讲堂", spans=[span(13, "08:00", "09:00")])
    room = str(make.room())
    page = new(sign_in(), repeat="weekly", until="2026-06-30", room=room, intent="preview")
    assert [node.text().strip() for node in page.all("#preview .s-dates .pill")] == ["撞了：主题党日"]
    refused = page.form("#post").submit(intent="publish")
    assert refused.status == 409
    assert "主题党日" in refused.one("#room-e").text()
    assert refused.value("title") == "太极班"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "长" * 10_000}, "title"),
        ({"title": "零\x00宽"}, "title"),
        ({"title": "反\u202e转"}, "title"),
        ({"closes": "07:00"}, "closes"),
        ({"first_day": "2026-02-30"}, "first_day"),
        ({"first_day": "3026-01-01"}, "first_day"),
        ({"first_day": "2026-06-01"}, "first_day"),
        ({"opens": "25:00"}, "opens"),
        ({"last_day": "2026-06-01"}, "last_day"),
        ({"repeat": "weekly", "until": "2026-06-01"}, "until"),
        ({"repeat": "weekly", "until": "2026-07-01", "times": "3"}, "times"),
        ({"repeat": "weekly", "interval": "0"}, "interval"),
        ({"repeat": "weekly", "times": "201"}, "times"),
        ({"repeat": "weekly", "last_day": "2026-06-24"}, "last_day"),
        ({"repeat": "yearly_named"}, "named"),
        ({"repeat": "yearly_named", "named": "lunar:8:15", "offset": "61"}, "offset"),
        ({"repeat": "dates", "listed": "2026-06-30 2026-13-01"}, "listed"),
        ({"repeat": "weekly", "extra": "morgen"}, "extra"),
        ({"seats": "很多"}, "seats"),
        ({"seats": "0"}, "seats"),
        ({"seats": "9" * 30}, "seats"),
        ({"room": "elsewhere"}, "place_name"),
        ({"min_age": "14", "max_age": "6"}, "max_age"),
        ({"phone": "call me"}, "phone"),
        ({"text": "长" * 4001}, "text"),
    ],
)
def test_what_is_mistyped_is_said_at_its_field_and_kept(
    sign_in: SignIn, make: Make, values: dict[str, str], field: str
) -> None:
    editor = sign_in()
    page = new(editor, **values)
    assert page.status in (409, 422)
    assert page.one(f"#{field}-e").text().strip()
    assert page.all(f'.sum a[href="#{field}"]')
    if field != "title":
        assert page.value("title") == "太极班"
    assert "没有找到" in editor.get("/staff/activities/").text


def test_what_the_form_does_not_offer_is_refused(sign_in: SignIn, make: Make) -> None:
    editor = sign_in()
    form = editor.get("/staff/activities/new").form("#post")
    form.fill(title="x", category="fitness", first_day="2026-06-16", opens="07:30", closes="08:30")
    for name, value in [
        ("station", str(make.station("s2"))),
        ("room", str(make.room("s2"))),
        ("category", "nonsense"),
        ("series", "99"),
        ("cohosts", "99"),
        ("audiences", "aliens"),
        ("repeat", "hourly"),
        ("weekdays", "7"),
        ("holidays", "party"),
        ("make_up", "party"),
        ("before_weekday", "7"),
        ("side", "beside"),
        ("registration", "maybe"),
    ]:
        kept = list(form.fields)
        assert form.put(name, value).submit(intent="publish").status == 422, name
        form.fields = kept


def test_the_same_form_sent_twice_makes_one_activity(sign_in: SignIn) -> None:
    editor = sign_in()
    form = editor.get("/staff/activities/new").form("#post")
    form.fill(title="一次", category="fitness", first_day="2026-06-16", opens="07:30", closes="08:30")
    assert form.submit(intent="draft").path == form.submit(intent="draft").path


def test_a_copy_suggests_the_same_weekday_and_waits_to_be_sent(sign_in: SignIn, make: Make) -> None:
    editor = sign_in()
    activity_id = make.activity(title="义诊", spans=[span(2, "09:00", "10:30")])
    page = editor.get(f"/staff/activities/new?copy={activity_id}")
    assert page.value("title") == "义诊"
    assert page.value("first_day") == "2026-06-19"
    assert page.value("opens") == "09:00"
    assert "义诊" in page.form("#post").submit(intent="publish").text


def test_a_draft_waits_on_the_desk_and_can_be_deleted(sign_in: SignIn) -> None:
    editor = sign_in()
    page = new(editor, intent="draft")
    assert "太极班" in editor.get("/staff/").text
    asked = page.follow('a[href$="/delete"]')
    assert asked.form().submit().status == 200
    assert "太极班" not in editor.get("/staff/").text


def test_cancelling_asks_why_and_says_what_goes(sign_in: SignIn, client: Browser, make: Make) -> None:
    editor = sign_in()
    activity_id = make.activity(title="合唱", spans=[span(1), span(8)])
    page = editor.get(f"/staff/activities/{activity_id}/cancel")
    assert "这 2 场会取消" in page.text
    assert page.form().submit().status == 422
    assert "取消了 2 场。" in page.form().fill(reason="老师出差").submit().text
    assert "老师出差" in client.get("/calendar?view=list").text


def test_all_that_would_be_cancelled_is_counted_however_many(sign_in: SignIn, make: Make) -> None:
    activity_id = make.activity(title="合唱", repeats=each_week(2, count=None, weekdays=(1, 4)))
    number = len(make.dates_of(activity_id))
    assert number > 100
    page = sign_in().get(f"/staff/activities/{activity_id}/cancel")
    assert f"这 {number} 场会取消" in page.text
    assert len(page.all("ol.s-dates li")) == 60
    assert "再往后的没有列出来" in page.text
    assert f"取消了 {number} 场。" in page.form().fill(reason="老师出差").submit().text


def test_an_activity_closed_by_mistake_is_taken_back(
    sign_in: SignIn, make: Make, noon: time_machine.Traveller
) -> None:
    activity_id = make.activity(title="合唱")
    noon.shift(timedelta(days=3))
    editor = sign_in()
    page = editor.get(f"/staff/activities/{activity_id}/cancel").form().fill(reason="不办了").submit()
    page = page.form('form[action$="/restore"]').submit()
    assert page.status == 200
    assert not page.all('form[action$="/restore"]')
    assert page.all('a[href$="/cancel"]')


def test_what_goes_on_is_counted_cancelled_and_offered_to_be_taken_back(sign_in: SignIn, make: Make) -> None:
    activity_id = make.activity(title="书画展", spans=[span(-1, lasts=5)])
    editor = sign_in()
    page = editor.get(f"/staff/activities/{activity_id}/cancel")
    assert "这 1 场会取消" in page.text
    page = page.form().fill(reason="停电").submit()
    assert "取消了 1 场。" in page.text
    assert page.all('form[action$="/restore"]')
    [one] = make.dates_of(activity_id)
    assert editor.get("/staff/").all(f'#undo form[action="/staff/occurrences/{one}/restore"]')
    page = editor.get(f"/staff/occurrences/{one}").form('form[action$="/restore"]').submit()
    assert "照常举办" in page.text


def test_one_date_is_cancelled_and_taken_back(sign_in: SignIn, make: Make) -> None:
    editor = sign_in()
    row_id = make.occurrence(title="合唱")
    page = editor.get(f"/staff/occurrences/{row_id}")
    page = page.form('form[action$="/cancel"]').fill(reason="因雨取消").submit()
    assert "今天之内可以撤回" in page.text
    page = page.form('form[action$="/restore"]').submit()
    assert "照常举办" in page.text


def test_one_date_is_moved_with_its_fields_kept_when_refused(sign_in: SignIn, make: Make) -> None:
    editor = sign_in()
    make.activity(title="党课", room="道德讲堂", spans=[span(5)])
    row_id = make.occurrence(title="合唱", room="道德讲堂", when=span(3))
    form = editor.get(f"/staff/occurrences/{row_id}/move").form()
    refused = form.fill(first_day="2026-06-15").submit(intent="change")
    assert refused.status == 409
    assert refused.value("first_day") == "2026-06-15"
    changed = refused.form().fill(opens="14:00", closes="15:00").submit(intent="change")
    assert "这一场改好了。" in changed.text


def test_who_came_is_counted_on_the_desk_and_corrected_on_the_page(
    sign_in: SignIn, make: Make, noon: time_machine.Traveller
) -> None:
    editor = sign_in()
    row_id = make.occurrence(title="合唱", when=span(1, "09:00", "10:00"))
    noon.shift(timedelta(days=1))
    editor = sign_in()
    desk = editor.get("/staff/")
    assert "“合唱”还没记到了几个人" in desk.text
    desk = desk.form(f'form[action$="/{row_id}/count"]').fill(attended="24", elderly="9").submit()
    assert "记下了：到了 24 人。" in desk.text
    page = editor.get(f"/staff/occurrences/{row_id}")
    assert page.form("#count form").fill(attended="10", minors="8").submit().status == 422
    page = page.form("#count form").fill(attended="26", minors="3", source="roll_call").submit()
    assert [node.text() for node in page.all(".tot dd")] == ["26", "3", "9"]


def test_calls_are_ticked_off_on_the_desk(sign_in: SignIn, make: Make) -> None:
    editor = sign_in()
    make.message("s1")
    desk = editor.get("/staff/")
    assert "陈阿姨" in desk.text
    assert "陈阿姨" not in desk.form('form[action^="/staff/calls/"]').submit().text


def test_who_only_reads_is_offered_nothing_to_change(sign_in: SignIn, make: Make) -> None:
    activity_id = make.activity(title="合唱")
    for role in (Role.REVIEWER, Role.AUDITOR):
        reader = sign_in(role, "center")
        page = reader.get(f"/staff/activities/{activity_id}")
        assert page.status == 200
        assert not page.all("main form[method=post]")
        assert reader.get("/staff/activities/new").status == 403


def test_the_words_of_what_is_published_can_be_changed(sign_in: SignIn, client: Browser, make: Make) -> None:
    editor = sign_in()
    [row_id] = make.dates_of(activity_id := make.activity(title="旧名"))
    page = editor.get(f"/staff/activities/{activity_id}/edit")
    stale = editor.get(f"/staff/activities/{activity_id}/edit")
    assert page.form().fill(title="新名").submit().status == 200
    assert client.get(f"/occurrences/{row_id}").one("h1").text() == "新名"
    refused = stale.form().fill(title="别名").submit()
    assert refused.status == 409
    assert refused.value("title") == "别名"


def test_a_desk_that_only_reads_asks_for_no_count(
    sign_in: SignIn, make: Make, noon: time_machine.Traveller
) -> None:
    make.occurrence(title="合唱", when=span(1, "09:00", "10:00"))
    noon.shift(timedelta(days=1))
    assert "记人数" in sign_in(Role.EDITOR, "s1").get("/staff/").text
    desk = sign_in(Role.AUDITOR, "center").get("/staff/")
    assert "合唱" in desk.text
    assert "记人数" not in desk.text


def test_the_desk_lists_the_day_by_the_hour_things_open(sign_in: SignIn, make: Make) -> None:
    make.activity(title="展览", spans=[span(0, "13:00", "17:00", lasts=5)])
    make.activity(title="晨练", spans=[span(1, "07:30", "08:30")])
    tomorrow = sign_in().get("/staff/").all("aside .s-rows b")
    assert [node.text() for node in tomorrow] == ["07:30 晨练", "13:00 展览"]
