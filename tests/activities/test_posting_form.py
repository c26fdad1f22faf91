"""The one page on which staff post: it looks while they type, keeps what they type, offers what is near."""

from datetime import date, time, timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from sqlalchemy.orm import selectinload

from portal.access import Role
from portal.activities import calling_off, kept_forms
from portal.activities.kept_forms import KeptForm
from portal.activities.models import Category, Occurrence
from portal.activities.recurrence import Holidays, Kind, Rule
from portal.activities.recurrences import Recurrence, Repeats, repeats_of
from portal.clock import local
from portal.db import db
from tests.activities.rows import hour, move_row
from tests.browser import Browser, Form, Page
from tests.conftest import SignIn
from tests.make import Make, each_week, span
from tests.statements import counted

pytestmark = pytest.mark.usefixtures("noon")

NEW = "/staff/activities/new"
LOOK = 10  # statements of a look while somebody types: the session, the room, who has asked for it …


def typed(editor: Browser, **values: str) -> Form:
    given = {
        "title": "太极班",
        "category": "fitness",
        "first_day": "2026-06-16",
        "opens": "07:30",
        "closes": "08:30",
    }
    return editor.get(NEW).form("#post").fill(**given | values)


def watched(form: Form) -> Page:
    """Let the page look by itself, as it does a moment after a field has changed."""
    sent = [*form.fields, ("intent", "watch")]
    return form.page.browser.post(NEW, sent, part=True, HX_Trigger="by-itself-look")


def keep(form: Form, address: str = f"{NEW}/keep", version: int = 0, part: bool = True) -> Page:
    """Let the page keep what is typed, as it does a moment after."""
    sent = [*form.fields, ("kept_version", str(version))]
    return form.page.browser.post(address, sent, part=part, HX_Trigger="by-itself-keep")


def kept_rows(app: Flask) -> list[tuple[str, int]]:
    with app.app_context():
        rows = db.session.execute(sa.select(KeptForm.title, KeptForm.version))
        return [(title, version) for title, version in rows]


def rule_kept(app: Flask) -> tuple[Repeats, list[date]]:
    """Return the one rule there is, and the days on which its dates are held."""
    with app.app_context():
        [row] = db.session.scalars(sa.select(Recurrence).options(selectinload(Recurrence.listed)))
        moments = db.session.scalars(sa.select(Occurrence.starts_at).order_by(Occurrence.starts_at))
        return repeats_of(row), [local(moment).date() for moment in moments]


# It looks while somebody types


def test_the_preview_follows_the_fields_and_says_in_one_sentence_what_changed(
    sign_in: SignIn, make: Make
) -> None:
    make.activity(title="主题党日", room="道德讲堂", spans=[span(13, "08:00", "09:00")])
    part = watched(typed(sign_in(), repeat="weekly", until="2026-06-30", room=str(make.room())))
    assert part.status == 200
    assert len(part.all("#preview .s-dates li")) == 3
    assert part.one("#said").text().strip() == "会有这 3 场，其中 1 场撞了"
    assert part.one("#go-out").text().strip() == "发布 3 场"
    assert "主题党日" in part.one("#room-clash .err").text()
    assert not part.all("select"), "a list that somebody may have open is let be"


def test_what_is_still_empty_is_no_fault_while_somebody_types(sign_in: SignIn) -> None:
    editor = sign_in()
    form = editor.get(NEW).form("#post")
    assert not watched(form).all(".err")
    assert not watched(form.fill(opens="09:00")).all(".err")
    assert watched(form.fill(closes="08:00")).one(".err").text()


def test_a_free_room_is_offered_for_all_the_dates_and_taken_at_a_press(sign_in: SignIn, make: Make) -> None:
    taken, busy_once = make.room(), make.room(name="农家书屋")
    for room, day in ((None, 6), ("农家书屋", 13)):
        make.activity(room=room or "道德讲堂", spans=[span(day, "08:00", "09:00")])
    editor = sign_in()
    form = typed(editor, repeat="weekly", until="2026-06-30", room=str(taken))
    page = form.submit(intent="preview")
    offered = [button.attributes["value"] for button in page.all("button[name=take_room]")]
    assert offered
    assert {str(taken), str(busy_once)}.isdisjoint(offered)
    after = page.form("#post").submit(take_room=str(offered[0]))
    assert after.one("#room option[selected]").attributes["value"] == offered[0]
    assert not after.all("#room-clash .err")
    part = page.form("#post").submit(part=True, take_room=str(offered[0]))
    assert part.one("#room option[selected]").attributes["value"] == offered[0]
    assert "发布了 3 场" in after.form("#post").submit(intent="publish").text


def test_another_station_brings_its_rooms_along(sign_in: SignIn, make: Make) -> None:
    office = sign_in(Role.MANAGER, "office")
    form = typed(office).fill(station=str(make.station("s2")))
    part = watched(form)
    assert str(make.room("s2")) in [one.attributes["value"] for one in part.all("#room option")]


def test_residents_row_and_poster_are_made_of_the_form(sign_in: SignIn) -> None:
    page = typed(sign_in(), seats="20").submit(intent="preview")
    assert page.one("#preview .ev .t").text() == "太极班"
    assert page.one("#preview .ev .pill").text().strip() == "有名额"
    assert page.one(".s-mini .vt").text() == "太极班"
    assert page.one(".s-mini .d b").text() == "16"


def test_a_look_while_somebody_types_costs_the_same_with_little_and_with_much(
    app: Flask, sign_in: SignIn, make: Make
) -> None:
    editor = sign_in()
    make.activity(room="道德讲堂", spans=[span(6 + 7 * n, "08:00", "09:00") for n in range(4)])
    costs = []
    for much in (0, 40):
        if much:
            make.activity(room="农家书屋", repeats=each_week(6, count=much))
            make.activity(title="别的", spans=[span(n, "12:00", "13:00") for n in range(1, much)])
        form = typed(editor, repeat="weekly", room=str(make.room()))
        with counted(app) as statements:
            assert watched(form).all("#room-clash .err")
        costs.append(len(statements))
    assert costs[0] == costs[1] <= LOOK


# It keeps what is typed


def test_what_is_typed_is_kept_as_it_is_and_offered_again(app: Flask, sign_in: SignIn) -> None:
    editor = sign_in()
    form = typed(editor, closes="25:00", title="太极")
    assert keep(form).text == "12:00 存过"
    again = editor.get(NEW)
    assert "“太极”没填完" in again.text
    page = again.follow('a[href*="kept="]')
    assert page.value("title") == "太极"
    assert page.value("closes") == "25:00"
    assert not page.all(".err"), "nobody has sent it yet"
    assert "发布了 1 场" in page.form("#post").fill(closes="08:30").submit(intent="publish").text
    assert kept_rows(app) == []
    assert "没填完" not in editor.get(NEW).text


def test_a_form_that_was_sent_is_not_kept_by_what_comes_late(app: Flask, sign_in: SignIn) -> None:
    form = typed(sign_in())
    form.submit(intent="draft")
    assert "已经发出去了" in keep(form).text
    assert kept_rows(app) == []


def test_two_windows_keep_a_form_each(app: Flask, sign_in: SignIn) -> None:
    editor = sign_in()
    keep(typed(editor, title="头一个"))
    keep(typed(editor, title="第二个"))
    assert sorted(kept_rows(app)) == [("头一个", 1), ("第二个", 1)]
    assert len(editor.get(NEW).all('a[href*="kept="]')) == 2


def test_of_two_windows_with_the_same_form_the_newest_wins_and_is_told(
    app: Flask, sign_in: SignIn, noon: time_machine.Traveller
) -> None:
    editor = sign_in()
    keep(typed(editor))
    one = editor.get(NEW).follow('a[href*="kept="]').form("#post")
    two = editor.get(NEW).follow('a[href*="kept="]').form("#post")
    assert keep(one.fill(title="这边"), version=1).text == "12:00 存过"
    noon.shift(timedelta(minutes=5))
    said = keep(two.fill(title="那边"), version=1).text
    assert said.startswith("12:05 存过")
    assert "12:00" in said
    assert kept_rows(app) == [("那边", 3)]


def test_a_draft_that_is_being_changed_is_kept_too(app: Flask, sign_in: SignIn, make: Make) -> None:
    editor = sign_in()
    activity_id = make.activity(published=False, title="旧稿")
    edit = f"/staff/activities/{activity_id}/edit"
    keep(editor.get(edit).form("#post").fill(title="新稿"), f"/staff/activities/{activity_id}/keep")
    assert "没填完" not in editor.get(NEW).text
    page = editor.get(edit).follow('a[href*="kept="]')
    assert page.value("title") == "新稿"
    assert "新稿" in page.form("#post").submit(intent="draft").text
    assert kept_rows(app) == []


def test_what_is_kept_is_its_owners_alone(sign_in: SignIn, app: Flask) -> None:
    keep(typed(sign_in()))
    with app.app_context():
        kept_id = db.session.scalars(sa.select(KeptForm.id)).one()
    other = sign_in()
    assert other.get(f"{NEW}?kept={kept_id}").status == 404
    token = other.token(NEW)
    assert other.post(f"/staff/activities/kept/{kept_id}/drop", {"csrf_token": token}).status == 404
    assert "没填完" not in other.get(NEW).text


def test_what_is_kept_can_be_let_go_and_goes_after_two_weeks(
    app: Flask, sign_in: SignIn, noon: time_machine.Traveller
) -> None:
    editor = sign_in()
    keep(typed(editor))
    assert "没填完" not in editor.get(NEW).form('form[action$="/drop"]').submit().text
    keep(typed(editor))
    noon.shift(timedelta(days=15))
    with app.app_context():
        kept_forms.forget_old()
    assert kept_rows(app) == []


def test_too_much_is_not_kept_and_that_is_said(app: Flask, sign_in: SignIn) -> None:
    form = typed(sign_in()).put("text", "长" * 50_000)
    assert "太长" in keep(form).text
    assert kept_rows(app) == []


def test_of_many_windows_the_last_five_are_kept(app: Flask, sign_in: SignIn) -> None:
    editor = sign_in()
    for number in range(7):
        keep(typed(editor, title=f"第 {number}"))
    assert len(kept_rows(app)) == 5


def test_a_window_that_is_signed_out_says_so_and_stays_as_it_is(sign_in: SignIn) -> None:
    editor = sign_in()
    form = typed(editor)
    editor.get(NEW).form('form[action="/logout"].acts, .s-me form').submit()
    for answer in (keep(form), watched(form)):
        assert answer.status in (400, 401)
        assert "HX-Retarget" not in answer.headers
        assert "填的都还在" in answer.text


# As residents will see it; used often


def test_a_draft_is_shown_as_residents_will_see_it(sign_in: SignIn, client: Browser) -> None:
    editor = sign_in()
    form = typed(editor, title="新课", repeat="weekly", until="2026-07-07")
    page = form.submit(intent="preview").form("#post").submit(intent="show")
    assert page.path.endswith("/preview")
    assert page.one("h1").text() == "新课"
    assert "草稿" in page.one(".flash").text()
    assert "新课" not in client.get("/calendar?view=list").text


def test_what_is_used_often_is_offered_and_copied(sign_in: SignIn, make: Make) -> None:
    editor = sign_in()
    activity_id = make.activity(title="月月义诊", text="带上医保卡。")
    page = editor.get(f"/staff/activities/{activity_id}")
    page = page.form('form[action$="/favourite"]').submit()
    link = f'.s-fold a[href$="copy={activity_id}"]'
    copied = editor.get(NEW).follow(link)
    assert copied.value("title") == "月月义诊"
    page.form('form[action$="/favourite"]').submit()
    assert not editor.get(NEW).all(link)


# Titles


def test_titles_come_by_use_and_season_the_stations_own_first(
    sign_in: SignIn, make: Make, noon: time_machine.Traveller
) -> None:
    for title, category, times in (
        ("常办的讲座", Category.THEORY, 3),
        ("少办的棋赛", Category.FITNESS, 1),
    ):
        for _ in range(times):
            make.activity(title=title, category=category)
    make.activity("s2", title="别站的合唱")
    editor = sign_in()
    page = editor.get(NEW)
    offered = [one.attributes["value"] for one in page.all("#titles option")]
    assert offered == ["常办的讲座", "少办的棋赛", "别站的合唱"]
    refused = page.form("#post").fill(category="fitness").submit(intent="draft")
    assert refused.all("#titles option")[0].attributes["value"] == "少办的棋赛"
    for number in range(30):
        make.activity(title=f"新题 {number}")
    assert len(editor.get(NEW).all("#titles option")) == 12


# What is saved as it was is what it was


@pytest.mark.parametrize(
    "rule",
    [
        {"first_day": "2026-10-01", "repeat": "monthly_day"},  # a day off: the first is held on the 8th
        {"first_day": "2026-10-01", "repeat": "dates", "listed": "2026-11-05"},
        {"first_day": "2026-10-01", "repeat": "monthly_weekday"},
        {"first_day": "2026-10-01", "repeat": "yearly_lunar"},
        {"first_day": "2026-09-04", "repeat": "monthly_last_weekday", "extra": "2026-09-10"},
        {"first_day": "2026-09-28", "repeat": "weekly", "weekdays": "3", "extra": "2026-09-29"},
    ],
)
def test_a_draft_saved_unchanged_keeps_its_rule_and_its_dates(
    app: Flask, sign_in: SignIn, rule: dict[str, str]
) -> None:
    editor = sign_in()
    until = "" if rule["repeat"] == "dates" else "2027-03-01"
    draft = typed(editor, **rule, until=until, holidays="move").submit(intent="draft").path
    before = rule_kept(app)
    page = editor.get(f"{draft}/edit")
    assert page.value("first_day") == rule["first_day"]
    page.form("#post").submit(intent="draft")
    assert rule_kept(app) == before


def test_of_a_rule_changed_since_a_draft_shows_a_day_it_means(
    app: Flask, sign_in: SignIn, make: Make
) -> None:
    monthly = Repeats(Rule(Kind.MONTHLY_DAY, date(2026, 6, 12), month_day=12), time(9), time(10))
    activity_id = make.activity(repeats=monthly)
    third = make.dates_of(activity_id)[2]
    with app.app_context():
        move_row(make, third, hour("08-08", "09:00"))
        calling_off.unpublish(activity_id, make.actor())
    assert rule_kept(app)[0].rule.starts_on == date(2026, 6, 10)
    assert sign_in().get(f"/staff/activities/{activity_id}/edit").value("first_day") == "2026-07-08"


def test_a_copy_goes_on_with_the_day_meant(sign_in: SignIn, make: Make) -> None:
    rule = Rule(Kind.MONTHLY_DAY, date(2026, 9, 1), month_day=1, count=1, holidays=Holidays.MOVE)
    activity_id = make.activity(repeats=Repeats(rule, time(9), time(10)))
    assert sign_in().get(f"{NEW}?copy={activity_id}").value("first_day") == "2026-10-01"
