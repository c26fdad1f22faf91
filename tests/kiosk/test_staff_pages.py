"""Staff see how their screens fare, set them right, and put notices on the boards."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from portal.access import Role
from portal.audit.models import AuditEntry
from portal.clock import now, today
from portal.db import db, transaction
from portal.kiosk import devices, queries
from portal.kiosk.devices import Beat
from portal.kiosk.models import BoardNotice, Kiosk
from portal.kiosk.views import build
from tests.browser import Browser, Page
from tests.conftest import SignIn
from tests.make import Make
from tests.statements import counted

pytestmark = pytest.mark.usefixtures("noon")

LIST = "/staff/kiosks/"
HOUR = timedelta(hours=1)


def heard(app: Flask, kiosk_id: int, **said: Any) -> None:
    """Let a screen report that all is well but for what is said."""
    with app.app_context():
        given: dict[str, Any] = {
            "build": build(),
            "shows": "board",
            "size": "1080×1920",
            "clock_off": 0,
            "data_at": now(),
        }
        devices.beat(kiosk_id, Beat(**given | said))


def rows(page: Page) -> dict[str, str]:
    """Return the words of each row of the table, by the name of its screen."""
    found = {}
    for row in page.all("main table tbody tr"):
        words = " ".join(row.text(separator=" ").split())
        found[words.split()[0]] = words
    return found


def stored(app: Flask, kiosk_id: int) -> Kiosk:
    with app.app_context():
        return db.session.get_one(Kiosk, kiosk_id)


def test_each_screen_says_how_it_fares(
    app: Flask, sign_in: SignIn, make: Make, noon: time_machine.Traveller
) -> None:
    names = ("大厅", "门口", "二楼", "走廊", "旧屏", "关的")
    ids = {name: make.kiosk("s1", name)[0] for name in names}
    heard(app, ids["门口"])
    heard(app, ids["关的"])
    noon.shift(HOUR)
    heard(app, ids["大厅"])
    heard(app, ids["二楼"], clock_off=125)
    heard(app, ids["走廊"], data_at=now() - timedelta(minutes=16))
    heard(app, ids["旧屏"], build="older", shows="form", size="1920×1080")
    noon.shift(timedelta(minutes=3))
    editor = sign_in(Role.EDITOR, "s1")
    editor.get(f"/staff/kiosks/{ids['关的']}").form("#silent form").submit(n="hours")
    page = editor.get(LIST)
    assert "6 块屏，1 块没声息： 第一社区 · 门口" in page.text
    found = rows(page)
    assert next(iter(found)) == "门口"
    for name, words in {
        "大厅": ("正常", "3 分钟前", "13:00", "竖屏", "1080×1920"),
        "门口": ("没声息", "12:00", "1 小时前", "怎么办"),
        "二楼": ("钟不准",),
        "走廊": ("数据旧",),
        "旧屏": ("旧版本", "有人在用", "横屏", "older"),
        "关的": ("先不提醒", "到 15:03"),
    }.items():
        assert [word for word in words if word not in found[name]] == [], name
        assert ("正常" in found[name]) == (name == "大厅")
    assert len(page.all("table svg[role=img][aria-label]")) == 6
    assert "慢" not in editor.get(f"/staff/kiosks/{ids['二楼']}").text
    assert "快了 2 分钟" in editor.get(f"/staff/kiosks/{ids['二楼']}").text


def test_the_bars_tell_what_was_missing_and_only_that(
    app: Flask, sign_in: SignIn, make: Make, noon: time_machine.Traveller
) -> None:
    kiosk_id, _secret = make.kiosk("s1")
    for _ in range(6):
        heard(app, kiosk_id)
        noon.shift(timedelta(minutes=5))
    page = sign_in(Role.EDITOR, "s1").get(f"/staff/kiosks/{kiosk_id}")
    assert "6 次都按时" in page.text
    noon.shift(timedelta(minutes=10))
    page = sign_in(Role.EDITOR, "s1").get(f"/staff/kiosks/{kiosk_id}")
    assert "该报 8 次，报了 6 次" in page.text
    noon.shift(11 * HOUR)  # it is dark, and nothing is due
    assert "这会儿不用报" in sign_in(Role.EDITOR, "s1").get(f"/staff/kiosks/{kiosk_id}").text


def test_where_there_is_no_screen_the_page_says_how_to_begin(sign_in: SignIn) -> None:
    page = sign_in(Role.EDITOR, "s1").get(LIST)
    assert "http://localhost/kiosk/s1" in page.text
    assert page.all("#pair input[name=code][inputmode=numeric][autocomplete=one-time-code]")
    assert not sign_in(Role.REVIEWER, "s1").get(LIST).all("main form")


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.AUDITOR])
def test_who_only_reads_sees_all_and_has_no_forms(
    app: Flask, sign_in: SignIn, make: Make, noon: time_machine.Traveller, role: Role
) -> None:
    kiosk_id, _secret = make.kiosk("s1")
    make.board_notice("s1")
    noon.shift(HOUR)
    reader = sign_in(role, "s1")
    for address in (LIST, f"/staff/kiosks/{kiosk_id}"):
        page = reader.get(address)
        assert "没声息" in page.text
        assert not page.all("main form")
        assert not page.all('main a[href$="/revoke"]')


def test_nobody_is_reminded_before_the_next_opening_and_again_when_they_wish(
    app: Flask, sign_in: SignIn, make: Make, noon: time_machine.Traveller
) -> None:
    kiosk_id, _secret = make.kiosk("s1")
    noon.shift(HOUR)
    editor = sign_in(Role.EDITOR, "s1")
    page = editor.get(f"/staff/kiosks/{kiosk_id}").form("#silent form").submit(n="opening")
    assert "先不提醒，到 6 月 11 日 07:00。" in page.text
    with app.app_context(), transaction() as session:
        kiosk = session.get_one(Kiosk, kiosk_id)
        assert kiosk.quiet_until == now() + 18 * HOUR
    page = page.form("#silent form").submit(n="end")
    assert "又会提醒了" in page.text
    assert stored(app, kiosk_id).quiet_until is None
    token = editor.token(LIST)
    sent = {"csrf_token": token, "n": "forever"}
    assert editor.post(f"/staff/kiosks/{kiosk_id}/quiet", sent).status == 422


def test_a_screen_is_named_and_set_and_what_cannot_be_is_said_beside_the_field(
    app: Flask, sign_in: SignIn, make: Make
) -> None:
    kiosk_id, _secret = make.kiosk("s1")
    editor = sign_in(Role.EDITOR, "s1")

    def save(**values: str) -> Page:
        form = editor.get(f"/staff/kiosks/{kiosk_id}").form("#settings")
        return form.fill(**values).submit(follow=False)

    assert save(name=" 门口 ", bright_from="08:00", bright_until="21:30").status == 303
    assert "今天 08:00–21:30" in editor.get(f"/staff/kiosks/{kiosk_id}").text
    for values, field in (
        ({"bright_from": "", "bright_until": "21:00"}, "bright_from"),
        ({"bright_from": "08:00", "bright_until": ""}, "bright_until"),
        ({"bright_from": "22:00", "bright_until": "21:00"}, "bright_until"),
        ({"bright_from": "25:99"}, "bright_from"),
        ({"name": "  "}, "name"),
    ):
        answer = save(**values)
        assert (values, answer.status) == (values, 422)
        assert answer.one(f"#{field}-e")
        assert not answer.all("#quiet-e")
    kept = stored(app, kiosk_id)
    assert (kept.name, kept.bright_from is not None) == ("门口", True)
    assert save(bright_from="", bright_until="").status == 303
    assert stored(app, kiosk_id).bright_from is None


def test_what_is_of_others_or_was_taken_back_is_not_there(sign_in: SignIn, make: Make) -> None:
    theirs, _secret = make.kiosk("s2", "别人的")
    mine, _secret = make.kiosk("s1", "我的")
    editor = sign_in(Role.EDITOR, "s1")
    assert [*rows(editor.get(LIST))] == ["我的"]
    assert editor.get(f"/staff/kiosks/{theirs}").status == 404
    asked = editor.get(f"/staff/kiosks/{mine}").follow('a[href$="/revoke"]')
    assert "只剩一个配对码" in asked.text
    assert "收回了：第一社区 · 我的" in asked.form().submit().text
    assert editor.get(f"/staff/kiosks/{mine}").status == 404
    assert rows(editor.get(LIST)) == {}
    assert [*rows(sign_in(Role.MANAGER, "center").get(LIST))] == ["别人的"]


def post_notice(browser: Browser, **values: str) -> Page:
    return browser.get(LIST).form("#notice").fill(**values).submit(follow=False)


def test_a_notice_is_put_on_the_boards_and_taken_down(app: Flask, sign_in: SignIn, make: Make) -> None:
    editor = sign_in(Role.EDITOR, "office")
    assert editor.get(LIST).value("until") == (today() + timedelta(days=7)).isoformat()
    assert post_notice(editor, text="周五下午停水").status == 303
    with app.app_context():
        on_s1 = queries.notices_on([make.station("office"), make.station("s1")], today())
        assert [one.text for one in on_s1] == ["周五下午停水"]
    page = editor.get(LIST)
    assert "周五下午停水" in page.one("#notices-on").text()
    below = sign_in(Role.EDITOR, "s1").get(LIST)
    assert "周五下午停水" in below.one("#notices-on").text()  # it is on their board, too
    assert not below.all('form[action$="/drop"]')
    form = page.form('form[action$="/drop"]')
    dropped = form.submit()
    assert "撤下了：“周五下午停水”" in dropped.text
    assert not dropped.all('form[action$="/drop"]')
    assert "已经撤下了" in form.submit().text  # in another tab
    again = dropped.form("#notice")  # a mistake: it only has to be sent
    assert (dropped.value("text"), dropped.value("until")) == (
        "周五下午停水",
        (today() + timedelta(days=7)).isoformat(),
    )
    assert again.submit(follow=False).status == 303
    with app.app_context():
        wanted = sa.select(AuditEntry.action).where(AuditEntry.object_kind == "board_notice")
        assert db.session.scalars(wanted.order_by(AuditEntry.id)).all() == [
            "board_notice.posted",
            "board_notice.dropped",
            "board_notice.posted",
        ]


def test_a_notice_with_faults_comes_back_as_it_was_typed(app: Flask, sign_in: SignIn) -> None:
    editor = sign_in(Role.EDITOR, "s1")
    for values, field, status in (
        ({"text": ""}, "text", 422),
        ({"until": ""}, "until", 422),
        ({"until": (today() - timedelta(days=1)).isoformat()}, "until", 409),
        ({"until": (today() + timedelta(days=61)).isoformat()}, "until", 409),
    ):
        typed = {"text": "周五停水", "until": today().isoformat()} | values
        answer = post_notice(editor, **typed)
        assert (values, answer.status) == (values, status)
        assert answer.one(f"#{field}-e")
        assert (answer.value("text"), answer.value("until")) == (typed["text"], typed["until"])
    assert "maxlength" not in editor.get(LIST).one("#text").attributes  # no half sentence on the wall
    long = {"text": "停" * 81, "until": today().isoformat(), "station": "0"}
    answer = editor.post("/staff/kiosks/notices", long | {"csrf_token": editor.token(LIST)})
    assert answer.status == 422
    assert answer.all("#text-e")
    assert answer.all("#station-e")
    for until in (today(), today() + timedelta(days=60)):
        assert post_notice(editor, text="停水", until=until.isoformat()).status == 303


def test_nobody_writes_on_the_boards_of_others_and_a_form_sent_twice_counts_once(
    app: Flask, sign_in: SignIn, make: Make
) -> None:
    editor = sign_in(Role.EDITOR, "s1")
    form = editor.get(LIST).form("#notice").fill(text="停水")
    theirs = dict(form.fields) | {"station": str(make.station("s2"))}
    assert editor.post("/staff/kiosks/notices", theirs).status == 422
    for _ in range(2):
        assert form.submit(follow=False).status == 303
    notice_id = make.board_notice("center")
    token = editor.token(LIST)
    gone = editor.post(f"/staff/kiosks/notices/{notice_id}/drop", {"csrf_token": token})
    assert gone.status == 404
    with app.app_context():
        assert db.session.scalars(sa.select(BoardNotice.text).order_by(BoardNotice.id)).all() == [
            "停水",
            "周五下午停水",
        ]


def test_what_is_typed_or_said_by_a_screen_stays_words(app: Flask, sign_in: SignIn, make: Make) -> None:
    words = "<script>alert(1)</script>"
    kiosk_id, _secret = make.kiosk("s1", words)
    heard(app, kiosk_id, build=words[:20], shows=words[:20], size=words[:20])
    editor = sign_in(Role.EDITOR, "s1")
    post_notice(editor, text=words)
    for address in (LIST, f"/staff/kiosks/{kiosk_id}", f"/staff/kiosks/{kiosk_id}/revoke"):
        assert "<script>alert" not in editor.client.get(address).text


def cost(app: Flask, browser: Browser, address: str) -> int:
    browser.get(address)
    with counted(app) as statements:
        assert browser.get(address).status == 200
    return len(statements)


def test_the_pages_cost_the_same_with_two_and_with_twelve_screens(
    app: Flask, sign_in: SignIn, make: Make
) -> None:
    editor = sign_in(Role.EDITOR, "office")
    costs = []
    for more in (2, 10):
        for number in range(more):
            kiosk_id, _secret = make.kiosk(f"s{number % 3 + 1}", f"屏 {number}")
            make.board_notice("s1", f"停水 {number}")
        costs.append([cost(app, editor, address) for address in (LIST, f"/staff/kiosks/{kiosk_id}")])
    assert costs[0] == costs[1]
    assert costs[1] <= [5, 3]  # screens, today's dates, notices, stations; who is signed in
