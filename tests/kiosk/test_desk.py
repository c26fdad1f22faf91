"""A screen that needs somebody stands on the desk of its station, and only as long as it does."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from portal.access import Role
from portal.clock import now
from portal.kiosk import devices
from portal.kiosk.devices import Beat
from tests.browser import Browser
from tests.conftest import SignIn
from tests.make import Make, span
from tests.statements import counted

pytestmark = pytest.mark.usefixtures("noon")

HOUR = timedelta(hours=1)


def heard(app: Flask, kiosk_id: int, clock_off: int = 0, old: timedelta = timedelta()) -> None:
    with app.app_context():
        devices.beat(kiosk_id, Beat("b", "board", "1920×1080", clock_off, now() - old))


def tasks(editor: Browser) -> list[str]:
    return [node.text() for node in editor.get("/staff/").all('#tasks li[id^="kiosk-"]')]


def test_a_silent_screen_stands_on_the_desk_until_it_is_heard_again(
    app: Flask, sign_in: SignIn, make: Make, noon: time_machine.Traveller
) -> None:
    kiosk_id, _secret = make.kiosk("s1", "服务大厅")
    heard(app, kiosk_id)
    editor = sign_in(Role.EDITOR, "s1")
    noon.shift(timedelta(minutes=15))
    assert tasks(editor) == []
    noon.shift(timedelta(minutes=30))
    [row] = tasks(editor)
    assert "大屏没声息：服务大厅" in row
    assert "12:00" in row
    assert "怎么办" in row
    assert editor.get("/staff/").all(f'a[href="/staff/kiosks/{kiosk_id}#silent"]')
    opened = editor.get(f"/staff/?open=kiosk-{kiosk_id}").one(f"#in-kiosk-{kiosk_id} [hx-get]")
    assert opened.attributes["hx-select"] == "#silent"
    assert editor.get(f"/staff/kiosks/{kiosk_id}").all("#silent form")
    heard(app, kiosk_id)
    assert tasks(editor) == []


def test_one_that_was_never_heard_of_counts_from_when_it_was_paired(
    sign_in: SignIn, make: Make, noon: time_machine.Traveller
) -> None:
    make.kiosk("s1")
    editor = sign_in(Role.EDITOR, "s1")
    assert tasks(editor) == []
    noon.shift(timedelta(minutes=16))
    assert "还没报过平安" in tasks(editor)[0]


def test_a_screen_that_is_off_at_night_is_nobodys_worry_until_it_should_be_on_again(
    app: Flask, sign_in: SignIn, make: Make, noon: time_machine.Traveller
) -> None:
    kiosk_id, _secret = make.kiosk("s1")  # its station has no hours: bright from seven to eight
    noon.shift(8 * HOUR - timedelta(minutes=10))
    heard(app, kiosk_id)
    noon.shift(10 * HOUR)
    editor = sign_in(Role.EDITOR, "s1")
    assert tasks(editor) == []
    assert "关着，没事" in editor.get("/staff/kiosks/").text
    noon.shift(HOUR + timedelta(minutes=20))  # ten past seven: it may still be starting
    assert tasks(editor) == []
    noon.shift(timedelta(minutes=10))
    assert len(tasks(editor)) == 1


def test_it_should_be_on_in_the_evening_when_something_takes_place_there(
    sign_in: SignIn, make: Make, noon: time_machine.Traveller
) -> None:
    make.kiosk("s1", "大厅")
    make.kiosk("s4", "门口")
    make.occurrence("s1", when=span(0, "20:30", "22:00"))
    noon.shift(9 * HOUR)
    found = tasks(sign_in(Role.EDITOR, "office"))
    assert len(found) == 1
    assert "大厅" in found[0]


def test_nobody_is_told_of_a_screen_for_as_long_as_they_wish(
    sign_in: SignIn, make: Make, noon: time_machine.Traveller
) -> None:
    kiosk_id, _secret = make.kiosk("s1")
    editor = sign_in(Role.EDITOR, "s1")
    noon.shift(HOUR)
    editor.get(f"/staff/kiosks/{kiosk_id}").form("#silent form").submit(n="hours")
    assert tasks(editor) == []
    noon.shift(2 * HOUR)
    assert len(tasks(editor)) == 1


def test_a_wrong_clock_and_an_old_board_are_told_of(
    app: Flask, sign_in: SignIn, make: Make, noon: time_machine.Traveller
) -> None:
    late, _secret = make.kiosk("s1", "门口")
    old, _secret = make.kiosk("s1", "大厅")
    well, _secret = make.kiosk("s1", "二楼")
    heard(app, late, clock_off=-61)
    heard(app, old, old=timedelta(minutes=16))
    heard(app, well, clock_off=60, old=timedelta(minutes=15))
    first, second = tasks(sign_in(Role.EDITOR, "s1"))
    assert "大屏的数据旧了：大厅" in first
    assert "大屏的钟不准：门口" in second
    assert "慢了 1 分钟" in second


def test_each_desk_has_the_screens_of_its_own_scope_and_who_only_reads_looks(
    sign_in: SignIn, make: Make, noon: time_machine.Traveller
) -> None:
    kiosk_id, _secret = make.kiosk("s1")
    noon.shift(HOUR)
    assert tasks(sign_in(Role.EDITOR, "s2")) == []
    [row] = tasks(sign_in(Role.AUDITOR, "center"))
    assert "看看" in row
    assert tasks(sign_in(Role.MANAGER, "center"))
    revoke = sign_in(Role.EDITOR, "s1").get(f"/staff/kiosks/{kiosk_id}/revoke").form()
    revoke.submit()
    assert tasks(sign_in(Role.EDITOR, "s1")) == []


def test_the_desk_costs_the_same_with_two_and_with_twelve_screens(
    app: Flask, sign_in: SignIn, make: Make, noon: time_machine.Traveller
) -> None:
    editor = sign_in(Role.EDITOR, "s1")
    costs = []
    for more in (2, 10):
        for number in range(more):
            make.kiosk("s1", f"屏 {number}")
        noon.shift(HOUR)
        editor.get("/staff/")
        with counted(app) as statements:
            assert len(tasks(editor)) in (2, 12)
        costs.append(len(statements))
    assert costs[0] == costs[1]
