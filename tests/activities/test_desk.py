"""The desk: what waits, the oldest first; done in its row; what was done today and can be taken back."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from selectolax.lexbor import LexborNode

from portal.access import Role
from portal.clock import now
from portal.orders.flow import State
from tests.browser import Browser
from tests.conftest import SignIn
from tests.make import Make, span
from tests.orders.cases import case

pytestmark = pytest.mark.usefixtures("noon")
IN_PLACE = {"HX-Request": "true", "HX-Boosted": "true", "HX-Target": "tasks"}


def keys(editor: Browser) -> list[str]:
    return [node.attributes["id"] or "" for node in editor.get("/staff/").all("#tasks li")]


def test_what_waits_stands_in_the_order_of_its_age_whatever_it_is(
    app: Flask, sign_in: SignIn, make: Make, noon: time_machine.Traveller
) -> None:
    seen = make.occurrence(title="合唱", when=span(1, "09:00", "10:00"))
    make.activity(title="草稿", spans=[span(9)], published=False)
    noon.shift(timedelta(minutes=30))
    message_id = make.message("s1")
    noon.shift(timedelta(minutes=30))
    order_id = case(app, make, State.SUBMITTED, "s1").order_id
    shift_id = make.shift(make.occurrence(title="书法", when=span(6, "09:00", "10:00")))
    noon.shift(timedelta(days=2, hours=-1))
    found = keys(sign_in(Role.EDITOR, "s1"))
    assert [key.rpartition("-")[0] for key in found] == ["draft", "call", "order", "count", "shift"]
    assert {f"count-{seen}", f"order-{order_id}", f"shift-{shift_id}", f"call-{message_id}"} <= {*found}


def test_each_says_for_how_long_and_only_the_first_verb_is_red(
    sign_in: SignIn, make: Make, noon: time_machine.Traveller
) -> None:
    make.occurrence(title="合唱", when=span(1, "09:00", "10:00"))
    noon.shift(timedelta(days=1))
    make.message("s1")
    noon.shift(timedelta(days=2))
    page = sign_in(Role.EDITOR, "s1").get("/staff/")
    call, late = page.all("#tasks li")
    assert "迟了 1 天" in late.text()
    assert "已等 2 天" in call.text()
    assert [("q" in (node.attributes["class"] or "").split()) for node in page.all("#tasks .btn")] == [
        False,
        True,
    ]


def test_a_row_opens_the_very_field_and_comes_back_to_the_desk(
    sign_in: SignIn, make: Make, noon: time_machine.Traveller
) -> None:
    row_id = make.occurrence(title="合唱", when=span(1, "09:00", "10:00"))
    noon.shift(timedelta(days=1))
    editor = sign_in(Role.EDITOR, "s1")
    opened = editor.get(f"/staff/?open=count-{row_id}").one(f"#in-count-{row_id} [hx-get]")
    assert (opened.attributes["hx-get"], opened.attributes["hx-select"]) == (
        f"/staff/occurrences/{row_id}",
        "#count",
    )
    place = {"then": "/staff/", "row": f"in-count-{row_id}", "part": "count"}
    form = editor.get(f"/staff/occurrences/{row_id}").form("#count form")
    wrong = editor.client.post(
        f"/staff/occurrences/{row_id}/count",
        data=dict(form.fill(attended="x").fields) | place,
        headers=IN_PLACE,
    )
    assert (wrong.status_code, wrong.headers["HX-Retarget"], wrong.headers["HX-Reselect"]) == (
        422,
        f"#in-count-{row_id}",
        "#count",
    )
    right = editor.client.post(
        f"/staff/occurrences/{row_id}/count",
        data=dict(form.fill(attended="12").fields) | place,
        headers=IN_PLACE,
    )
    assert (right.status_code, right.headers["Location"]) == (303, "/staff/")
    assert "HX-Retarget" not in right.headers
    assert keys(editor) == []


def test_a_row_sends_nobody_to_another_site(sign_in: SignIn, make: Make) -> None:
    editor = sign_in(Role.EDITOR, "s1")
    make.message("s1")
    form = editor.get("/staff/").form('form[action^="/staff/calls/"]')
    answer = editor.client.post(
        str(form.node.attributes["action"]), data=dict(form.fields) | {"then": "//example.org/"}
    )
    assert answer.headers["Location"] == "/staff/"


def test_a_link_in_a_row_leads_to_its_page(sign_in: SignIn, make: Make) -> None:
    editor = sign_in(Role.EDITOR, "s1")
    activity_id = make.activity(title="合唱")
    answer = editor.client.get(f"/staff/activities/{activity_id}?a=1", headers=IN_PLACE)
    assert answer.headers["HX-Redirect"] == f"/staff/activities/{activity_id}?a=1"
    assert "HX-Redirect" not in editor.client.get("/staff/", headers=IN_PLACE).headers
    assert "HX-Redirect" not in editor.client.get(f"/staff/activities/{activity_id}").headers
    gone = editor.client.get("/staff/activities/99999", headers=IN_PLACE)
    assert gone.headers["HX-Reselect"] == "#main"


def undo(editor: Browser, words: str) -> str:
    [row] = [node for node in editor.get("/staff/").all("#undo li") if words in node.text()]
    form = row.css_first("form")
    assert form is not None
    return editor.get("/staff/").form(f'#undo form[action="{form.attributes["action"]}"]').submit().text


def test_a_cancelled_date_and_a_cancelled_row_are_taken_back_from_the_desk(
    sign_in: SignIn, client: Browser, make: Make
) -> None:
    editor = sign_in(Role.EDITOR, "s1")
    one = make.occurrence(title="合唱")
    row = make.activity(title="书法", spans=[span(2), span(9)])
    editor.get(f"/staff/occurrences/{one}").form('form[action$="/cancel"]').fill(reason="因雨").submit()
    editor.get(f"/staff/activities/{row}/cancel").form().fill(reason="老师出差").submit()
    listed = client.get("/calendar?view=list").text
    assert (listed.count("因雨"), listed.count("老师出差")) == (1, 2)
    assert "照常举办" in undo(editor, "取消了 6 月 11 日 的“合唱”")
    assert "恢复了 2 场。" in undo(editor, "取消了“书法”的 2 场")
    listed = client.get("/calendar?view=list").text
    assert "因雨" not in listed
    assert "老师出差" not in listed


def test_what_was_published_by_mistake_is_a_draft_again(sign_in: SignIn, client: Browser, make: Make) -> None:
    room = make.room()
    activity_id = make.activity(title="合唱", room="道德讲堂")
    editor = sign_in(Role.EDITOR, "s1")
    assert "合唱" in client.get("/calendar?view=list").text
    assert "又成了草稿" in undo(editor, "发布了“合唱”")
    assert "合唱" not in client.get("/calendar?view=list").text
    assert client.get(f"/occurrences/{make.dates_of(activity_id)[0]}").status == 404
    make.activity(title="书法", room="道德讲堂")  # at the same time: the room is free again
    assert room
    again = editor.get(f"/staff/activities/{activity_id}").form('form[action$="/publish"]').submit()
    assert again.status == 409


def test_nothing_is_unpublished_that_somebody_counts_on(sign_in: SignIn, make: Make) -> None:
    editor = sign_in(Role.EDITOR, "s1")
    booked = make.activity(title="书法", registration=True, seats=10)
    make.registration(make.dates_of(booked)[0])
    helped = make.activity(title="合唱")
    make.shift(make.dates_of(helped)[0])
    for activity_id in (booked, helped):
        refused = editor.get(f"/staff/activities/{activity_id}").form('form[action$="/unpublish"]').submit()
        assert refused.status == 409
        assert "已经有人报名" in refused.text
        assert editor.get(f"/occurrences/{make.dates_of(activity_id)[0]}").status == 200


def test_who_was_marked_absent_by_mistake_is_not_called_any_more(
    sign_in: SignIn, make: Make, noon: time_machine.Traveller
) -> None:
    row_id = make.class_with_seats(title="书法")
    make.registration(row_id)
    noon.shift(timedelta(hours=23))  # an hour after it began
    editor = sign_in(Role.EDITOR, "s1")
    roll = editor.get(f"/staff/occurrences/{row_id}").form('form[action$="/roll-call"]')
    roll.submit(rest="absent")
    undo(editor, "没来")
    page = editor.get(f"/staff/occurrences/{row_id}")
    assert not page.all('input[type=radio][value="0"][checked]')
    assert not [row for row in editor.get("/staff/").all("#undo li") if "没来" in row.text()]


def test_nothing_can_be_taken_back_on_the_next_day_or_by_who_only_reads(
    sign_in: SignIn, make: Make, noon: time_machine.Traveller
) -> None:
    activity_id = make.activity(title="合唱", spans=[span(5)])
    assert not sign_in(Role.AUDITOR, "center").get("/staff/").all("#undo li")
    assert not sign_in(Role.EDITOR, "s2").get("/staff/").all("#undo li")
    stale = sign_in(Role.EDITOR, "s1")
    form = stale.get(f"/staff/activities/{activity_id}").form('form[action$="/unpublish"]')
    noon.move_to(now() + timedelta(hours=13))
    editor = sign_in(Role.EDITOR, "s1")
    assert not editor.get("/staff/").all("#undo li")
    assert not editor.get(f"/staff/activities/{activity_id}").all('form[action$="/unpublish"]')
    late = sign_in(Role.EDITOR, "s1").client.post(str(form.node.attributes["action"]), data=dict(form.fields))
    assert late.status_code in (400, 409)
    assert stale.get(f"/occurrences/{make.dates_of(activity_id)[0]}").status == 200


def cells_of(row: LexborNode) -> tuple[str, list[str]]:
    """Return the head of a table's row and its cells."""
    head, *cells = [cell.text(strip=True) for cell in row.css("th, td")]
    return head, cells


def test_who_sees_several_stations_sees_them_at_a_glance(app: Flask, sign_in: SignIn, make: Make) -> None:
    make.activity(title="合唱", station="s2", spans=[span(0, "15:00", "16:00")])
    case(app, make, State.SUBMITTED, "s3")
    page = sign_in(Role.MANAGER, "center").get("/staff/")
    rows = dict(cells_of(row) for row in page.all("table tbody tr"))
    assert len(rows) == 11
    assert rows["第二社区"][0] == "1 场"
    assert rows["第三社区"] == ["没有", "1 单，第三社区"]
    assert not sign_in(Role.EDITOR, "s2").get("/staff/").all("table")


def test_a_long_list_begins_with_the_first_dozen(sign_in: SignIn, make: Make) -> None:
    for _ in range(14):
        make.message("s1")
    editor = sign_in(Role.EDITOR, "s1")
    page = editor.get("/staff/")
    assert "等我办的，14 件" in page.text
    assert len(page.all("#tasks li")) == 12
    assert len(page.follow('a[href$="all=1"]').all("#tasks li")) == 14
