"""A screen shows a code, staff type it, and from then on it is a kiosk; until somebody takes it back."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from werkzeug.test import TestResponse

from portal.access import Actor, Role, Scope
from portal.audit.models import AuditEntry
from portal.clock import now
from portal.db import db, transaction
from portal.errors import Refused
from portal.kiosk import faring, pairing, queries
from portal.kiosk.models import Kiosk
from portal.stations.models import Station
from tests.browser import HERE, Browser, Page
from tests.conftest import SignIn
from tests.ground.crowd import crowd, failures
from tests.make import Make

Screen = Callable[..., Browser]
BEAT = {"build": "abcd1234", "shows": "board", "size": "1080×1920", "clock": "-2.4", "data": "1781064000"}


def ask_for_code(browser: Browser, slug: str = "s1") -> str:
    """Open a screen's address and let it ask for a code, as its only button does."""
    page = browser.get(f"/kiosk/{slug}").form("#ask").submit()
    return page.one("#code").text()


def typed(editor: Browser, code: str, name: str = "服务大厅") -> Page:
    return editor.get("/staff/kiosks/").form("#pair").fill(code=code, name=name).submit(follow=False)


def shown(browser: Browser, slug: str = "s1") -> TestResponse:
    """Load the address of a screen, whatever stands there."""
    return browser.client.get(f"/kiosk/{slug}")


def has_board(browser: Browser, slug: str = "s1") -> bool:
    return shown(browser, slug).headers["Kiosk-Page"] == "board"


def loads(browser: Browser) -> str:
    """Return what changes on the board when it is to open anew."""
    return shown(browser).text.partition('data-load="')[2].partition('"')[0]


def beat(browser: Browser, slug: str = "s1", origin: str = HERE, **said: str) -> TestResponse:
    """Say how the screen fares, as its script does; the answer is no page."""
    return browser.client.post(f"/kiosk/{slug}/beat", data=BEAT | said, headers={"Origin": origin})


def kiosks(app: Flask) -> list[Kiosk]:
    with app.app_context():
        return list(db.session.scalars(sa.select(Kiosk).order_by(Kiosk.id)))


@pytest.mark.usefixtures("noon")
def test_the_screen_whose_code_is_typed_shows_the_board(app: Flask, client: Browser, sign_in: SignIn) -> None:
    code = ask_for_code(client)
    assert client.get("/kiosk/s1").one("#code").text() == code  # it waits
    editor = sign_in(Role.EDITOR, "s1")
    assert typed(editor, code).status == 303
    assert "接上了：第一社区 · 服务大厅" in editor.get("/staff/kiosks/").text
    assert has_board(client)
    [kiosk] = kiosks(app)
    assert (kiosk.name, kiosk.paired_from) == ("服务大厅", "127.0.0.0")
    with app.app_context():
        logged = db.session.scalars(sa.select(AuditEntry.action).where(AuditEntry.object_kind == "kiosk"))
        assert logged.all() == ["kiosk.paired"]


@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize("write", ["{0}{1}", " {0}-{1} ", "{0}　{1}"])
def test_the_code_may_be_typed_with_a_gap_and_in_full_width(
    client: Browser, sign_in: SignIn, write: str
) -> None:
    first, second = ask_for_code(client).split()
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    answer = typed(sign_in(Role.EDITOR, "s1"), write.format(first.translate(wide), second))
    assert answer.status == 303
    assert has_board(client)


def test_a_code_is_good_for_ten_minutes_and_then_the_screen_asks_for_another(
    client: Browser, sign_in: SignIn, noon: time_machine.Traveller
) -> None:
    code = ask_for_code(client)
    noon.shift(timedelta(minutes=10))
    late = typed(sign_in(Role.EDITOR, "s1"), code)
    assert late.status == 422
    assert "十分钟" in late.one("#code-e").text()
    assert not client.get("/kiosk/s1").all("#code")
    again = ask_for_code(client)
    assert typed(sign_in(Role.EDITOR, "s1"), again).status == 303


@pytest.mark.usefixtures("noon")
def test_a_wrong_code_and_that_of_another_scope_pair_nothing_and_lose_nothing(
    app: Flask, client: Browser, sign_in: SignIn
) -> None:
    code = ask_for_code(client, "s2")
    editor = sign_in(Role.EDITOR, "s1")
    other = f"{(int(code.replace(' ', '')) + 1) % 1_000_000:06}"
    for tried in (code, other):
        answer = typed(editor, tried, "门口")
        assert answer.status == 422
        assert answer.one("#code-e")
        assert (answer.value("code"), answer.value("name")) == (tried, "门口")
    for tried in ("", "12345", "1234567", "abcdef"):
        answer = typed(editor, tried, "")
        assert (answer.status, answer.value("code")) == (422, tried)
        assert answer.one("#name-e")
    assert kiosks(app) == []
    assert not has_board(client, "s2")


@pytest.mark.usefixtures("noon")
def test_two_screens_that_ask_at_once_have_codes_of_their_own(app: Flask, sign_in: SignIn) -> None:
    left, right = Browser(app), Browser(app)
    codes = [ask_for_code(left), ask_for_code(right)]
    assert codes[0] != codes[1]
    typed(sign_in(Role.EDITOR, "s1"), codes[1], "右边")
    assert has_board(right)
    assert left.get("/kiosk/s1").one("#code").text() == codes[0]


def type_it(code: str, by: Actor, _number: int) -> Any:
    try:
        return pairing.pair(code, "服务大厅", by)
    except Refused as refusal:
        return refusal.field


def test_a_screen_that_asks_again_goes_on_showing_its_code(client: Browser) -> None:
    page = client.get("/kiosk/s1")
    first = page.form("#ask").submit().one("#code").text()
    again = page.form("#ask").submit()
    assert again.one("#code").text() == first


def test_of_many_who_type_the_same_code_at_once_one_pairs_the_screen(
    app: Flask, environ: dict[str, str], make: Make
) -> None:
    with app.app_context():
        secret = pairing.begin("s1")
        waits = pairing.waiting(secret, "s1")
    assert waits is not None
    results = crowd(environ, partial(type_it, waits.code, make.actor()), processes=2, threads=2)
    assert failures(results) == []
    assert sorted(map(str, results)) == [str(kiosks(app)[0].id), "code", "code", "code"]
    assert len(kiosks(app)) == 1


@pytest.mark.usefixtures("noon")
def test_very_many_tries_are_stopped_and_what_was_typed_stays(client: Browser, sign_in: SignIn) -> None:
    code = ask_for_code(client)
    editor = sign_in(Role.EDITOR, "s1")
    wrong = f"{(int(code.replace(' ', '')) + 1) % 1_000_000:06}"
    token = editor.token("/staff/kiosks/")
    for _ in range(20):
        tried = editor.post("/staff/kiosks/", {"csrf_token": token, "code": wrong, "name": "门口"})
        assert tried.status == 422
    stopped = editor.post("/staff/kiosks/", {"csrf_token": token, "code": code, "name": "门口"})
    assert stopped.status == 429
    assert "十分钟" in stopped.one("#sum").text()
    assert stopped.value("name") == "门口"
    assert typed(sign_in(Role.EDITOR, "s1"), code).status == 303  # somebody else is not held up


@pytest.mark.usefixtures("noon")
def test_a_screen_that_was_taken_back_waits_to_be_paired_and_has_lost_its_cookie(
    app: Flask, screen: Screen, sign_in: SignIn
) -> None:
    browser = screen("s1")
    assert has_board(browser)
    [kiosk] = kiosks(app)
    editor = sign_in(Role.EDITOR, "s1")
    editor.get(f"/staff/kiosks/{kiosk.id}/revoke").form().submit()
    assert beat(browser).status_code == 403
    assert browser.get("/kiosk/s1").all("#ask")
    assert browser.cookie("kiosk") is None
    assert editor.get(f"/staff/kiosks/{kiosk.id}").status == 404
    assert browser.get("/calendar").status == 200  # it is a browser like any other
    [kiosk] = kiosks(app)
    assert kiosk.revoked_by


@pytest.mark.usefixtures("noon")
def test_a_screen_learns_that_it_is_to_open_anew(app: Flask, screen: Screen, sign_in: SignIn) -> None:
    browser = screen("s1")
    before = loads(browser)
    [kiosk] = kiosks(app)
    editor = sign_in(Role.EDITOR, "s1")
    flash = editor.get(f"/staff/kiosks/{kiosk.id}").form('form[action$="/reload"]').submit()
    assert "一分钟内它会重新打开" in flash.text
    after = loads(browser)
    assert (before, after) == ("0", "1")


@pytest.mark.usefixtures("noon")
def test_what_a_screen_says_of_itself_is_kept(app: Flask, screen: Screen) -> None:
    browser = screen("s1")
    answer = beat(browser, size="1080×1920" + "x" * 50)
    assert answer.status_code == 204
    assert "Max-Age=" in answer.headers["Set-Cookie"]
    [kiosk] = kiosks(app)
    assert (kiosk.build, kiosk.shows, kiosk.size[:9]) == ("abcd1234", "board", "1080×1920")
    assert len(kiosk.size) == 20
    assert (kiosk.seen_at, kiosk.clock_off, kiosk.beats) == (now(), -2, 1)
    assert kiosk.data_at is not None


@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize("field", ["clock", "data"])
@pytest.mark.parametrize("nonsense", ["soon", "nan", "inf", "1e999", "٣" * 3 + "x"])
def test_nonsense_from_a_screen_is_refused_and_changes_nothing(
    app: Flask, screen: Screen, field: str, nonsense: str
) -> None:
    browser = screen("s1")
    answer = beat(browser, **{field: nonsense})
    [kiosk] = kiosks(app)
    if field == "data" and nonsense in ("nan", "inf", "1e999"):  # a number, of no moment there is
        assert (answer.status_code, kiosk.data_at) == (204, None)
    else:
        assert (answer.status_code, kiosk.seen_at) == (400, None)


def test_what_a_screen_does_not_know_of_itself_stays_as_it_said_last(
    app: Flask, screen: Screen, noon: time_machine.Traveller
) -> None:
    browser = screen("s1")
    beat(browser, clock="-1800")
    [before] = kiosks(app)
    noon.shift(timedelta(minutes=20))
    said = {"build": "abcd1234", "shows": "form", "size": "1080×1920"}  # a form has asked for no news
    answer = browser.client.post("/kiosk/s1/beat", data=said, headers={"Origin": HERE})
    [kiosk] = kiosks(app)
    assert (answer.status_code, kiosk.shows, kiosk.clock_off) == (204, "form", -1800)
    assert kiosk.data_at == before.data_at
    with app.app_context():
        here = Scope(kiosk.station_id, everything=False)
        [fares] = faring.of(queries.kiosks_in(here), here)
        assert (fares.is_clock_off, fares.is_behind) == (True, False)


@pytest.mark.usefixtures("noon")
def test_forms_sent_twice_pair_once_and_take_back_once(app: Flask, client: Browser, sign_in: SignIn) -> None:
    editor, code = sign_in(Role.EDITOR, "s1"), ask_for_code(client)
    form = editor.get("/staff/kiosks/").form("#pair").fill(code=code, name="服务大厅")
    assert [form.submit(follow=False).status for _ in range(2)] == [303, 303]
    [kiosk] = kiosks(app)
    back = editor.get(f"/staff/kiosks/{kiosk.id}/revoke").form('form[method="post"]:not([action])')
    assert ["收回了" in back.submit().text for _ in range(2)] == [True, True]
    with app.app_context():
        done = sa.select(sa.func.count()).where(AuditEntry.action == "kiosk.revoked")
        assert db.session.scalar(done) == 1


@pytest.mark.usefixtures("noon")
def test_a_screen_of_a_station_that_was_merged_stays_there_and_others_are_led_on(
    app: Flask, client: Browser, screen: Screen
) -> None:
    browser = screen("s2")
    with app.app_context(), transaction() as session:
        kept = session.scalars(sa.select(Station).where(Station.slug == "s1")).one()
        gone = session.scalars(sa.select(Station).where(Station.slug == "s2")).one()
        gone.closed, gone.merged_into_id = True, kept.id
    assert browser.get("/kiosk/s2").all("#lists")
    assert browser.client.get("/kiosk/s1").location == "/kiosk/s2"
    assert client.client.get("/kiosk/s2").location == "/kiosk/s1"
    assert client.get("/kiosk/s1").status == 200


@pytest.mark.usefixtures("noon")
def test_nobody_else_speaks_for_a_screen(app: Flask, client: Browser, screen: Screen) -> None:
    browser = screen("s1")
    assert beat(browser, origin="https://evil.example").status_code == 403
    assert beat(client).status_code == 403
    assert beat(browser, slug="s2").status_code == 403
    [kiosk] = kiosks(app)
    assert kiosk.seen_at is None


def test_beats_are_remembered_for_two_hours(app: Flask, screen: Screen, noon: time_machine.Traveller) -> None:
    browser = screen("s1")
    for _ in range(3):
        beat(browser)
        noon.shift(timedelta(minutes=5))
    noon.shift(timedelta(minutes=10))
    beat(browser)
    assert kiosks(app)[0].beats == 0b111001
    noon.shift(timedelta(hours=2))
    beat(browser)
    assert kiosks(app)[0].beats == 1
