"""Who signs in gets in, who signs out is out, and nothing typed is lost in between."""

from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from portal.access import Role
from portal.accounts.actions import accept_invitation, invite
from portal.accounts.models import Account, LoginSession
from portal.activities.models import Activity
from portal.audit.models import AuditEntry
from portal.clock import now
from portal.db import db, transaction
from portal.errors import Missing
from portal.web.answers import safe_path
from portal.web.errors import title_of
from tests.browser import Browser, Form, Page
from tests.conftest import SignIn
from tests.ground.crowd import crowd
from tests.make import PASSWORD, Login, Make

NEW_PASSWORD = "seven quiet herons landing"


def try_to_sign_in(browser: Browser, username: str, password: str, follow: bool = True) -> Page:
    form = browser.get("/login").form()
    return form.fill(username=username, password=password).submit(follow=follow)


def is_in(browser: Browser) -> bool:
    return browser.get("/staff/", follow=False).status == 200


def disable(app: Flask, login: Login) -> None:
    with app.app_context(), transaction() as session:
        session.get_one(Account, login.id).disabled_at = now()


def logged(app: Flask, action: str) -> list[AuditEntry]:
    with app.app_context():
        return list(db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == action)))


def test_the_right_password_leads_to_todays_desk(app: Flask, client: Browser, make: Make) -> None:
    login = make.account(Role.EDITOR, "s1", username="chen")
    page = try_to_sign_in(client, " Chen ", login.password)
    assert (page.status, page.path) == (200, "/staff/")
    assert [entry.account_id for entry in logged(app, "session.opened")] == [login.id]


def test_the_cookie_opens_a_row_that_keeps_only_its_hash(app: Flask, client: Browser, make: Make) -> None:
    try_to_sign_in(client, make.account().username, PASSWORD)
    token = client.cookie("login") or ""
    assert len(token) >= 43
    with app.app_context():
        row = db.session.scalars(sa.select(LoginSession)).one()
        assert token.encode() not in row.token_hash
        assert len(row.token_hash) == 32


def test_a_wrong_password_and_a_wrong_name_sound_the_same(app: Flask, client: Browser, make: Make) -> None:
    make.account(username="chen")
    wrong = [
        try_to_sign_in(client, name, word)
        for name, word in (("chen", "wrong"), ("nobody", "wrong"), ("", ""))
    ]
    assert [page.status for page in wrong] == [422, 422, 422]
    assert wrong[0].one("#sum").text() == wrong[1].one("#sum").text()
    assert wrong[0].value("username") == "chen"
    assert wrong[0].value("password") == ""
    refused = logged(app, "session.refused")
    assert len(refused) == 3
    assert not any("chen" in str(vars(entry)) for entry in refused), "the name typed stays out of the log"


@pytest.mark.parametrize("name", ["a\x00b", "长" * 10_000, "\u202echen", "' OR 1=1 --"])
def test_a_hostile_name_is_only_a_wrong_name(client: Browser, name: str) -> None:
    assert client.get("/login").form().put("username", name).submit().status == 422


def test_after_five_wrong_tries_comes_a_pause(
    app: Flask, client: Browser, make: Make, noon: time_machine.Traveller
) -> None:
    login = make.account(username="chen")
    assert [try_to_sign_in(client, "CHEN", f"wrong {n}").status for n in range(6)] == [422] * 5 + [429]
    assert try_to_sign_in(client, "chen", login.password).status == 429, "even the right one waits"
    elsewhere = Browser(app)
    elsewhere.client.environ_base["REMOTE_ADDR"] = "203.0.113.9"
    assert try_to_sign_in(elsewhere, "chen", login.password).status == 200, "but nobody is locked out"
    noon.shift(timedelta(minutes=15, seconds=1))
    assert try_to_sign_in(client, "chen", login.password).path == "/staff/"


def test_signing_out_kills_the_session_even_for_a_copied_cookie(
    app: Flask, sign_in: SignIn, client: Browser
) -> None:
    browser = sign_in()
    client.client.set_cookie("login", browser.cookie("login") or "")
    assert is_in(client)
    page = browser.get("/staff/").form('.s-me form[action="/logout"]').submit(follow=False)
    assert (page.status, page.headers["Clear-Site-Data"]) == (303, '"cache"')
    assert browser.cookie("login") is None
    assert not is_in(browser)
    assert not is_in(client)
    assert len(logged(app, "session.closed")) == 1


def test_staff_who_leave_the_desk_are_signed_out(sign_in: SignIn, noon: time_machine.Traveller) -> None:
    browser = sign_in()
    for _ in range(3):
        noon.shift(timedelta(minutes=119))
        assert is_in(browser), "each click counts"
    noon.shift(timedelta(minutes=121))
    assert not is_in(browser)


def test_no_session_outlives_the_day(sign_in: SignIn, noon: time_machine.Traveller) -> None:
    browser = sign_in()
    for _ in range(7):
        noon.shift(timedelta(minutes=100))
        assert is_in(browser)
    noon.shift(timedelta(minutes=21))
    assert not is_in(browser)


def test_a_disabled_account_is_out_at_once_and_stays_out(app: Flask, client: Browser, make: Make) -> None:
    login = make.account()
    try_to_sign_in(client, login.username, login.password)
    assert is_in(client)
    disable(app, login)
    assert not is_in(client)
    assert try_to_sign_in(client, login.username, login.password).status == 422


def test_a_form_token_from_before_the_sign_in_is_worth_nothing_after_it(client: Browser, make: Make) -> None:
    before, cookie = client.token(), client.cookie("form")
    try_to_sign_in(client, make.account().username, PASSWORD)
    page = client.post("/staff/account", {"csrf_token": before, "old": PASSWORD, "new": NEW_PASSWORD})
    assert page.status == 400
    assert client.cookie("form") != cookie


def test_a_new_password_ends_every_other_session(app: Flask, client: Browser, make: Make) -> None:
    login, elsewhere = make.account(), Browser(app)
    for browser in (client, elsewhere):
        try_to_sign_in(browser, login.username, login.password)
    form = client.get("/staff/account").form("main form")
    assert form.fill(old="wrong", new=NEW_PASSWORD).submit().status == 422
    assert form.fill(old=login.password, new="12345678").submit().status == 422
    assert form.fill(old=login.password, new=NEW_PASSWORD).submit().status == 200
    assert (is_in(client), is_in(elsewhere)) == (True, False)
    assert try_to_sign_in(elsewhere, login.username, login.password).status == 422
    assert try_to_sign_in(elsewhere, login.username, NEW_PASSWORD).path == "/staff/"


# Invitations


def invitation(app: Flask, *options: str) -> str:
    with app.app_context():
        result = app.test_cli_runner().invoke(args=["invite", *options])
    assert result.exit_code == 0, result.output
    return result.output.strip().removeprefix("http://localhost")


def take_up(browser: Browser, link: str, username: str = "chen", password: str = NEW_PASSWORD) -> Page:
    form = browser.get(link).form()
    return form.fill(name="陈惠玲", username=username, password=password).submit()


def test_an_invitation_makes_one_account_with_its_role_and_scope(app: Flask, client: Browser) -> None:
    link = invitation(app, "--role", "reviewer", "--station", "s4")
    page = take_up(client, link)
    assert (page.status, page.path) == (200, "/staff/")
    assert Browser(app).get(link).status == 404
    with app.app_context():
        account = db.session.scalars(sa.select(Account)).one()
        assert (account.username, account.role) == ("chen", Role.REVIEWER)
        assert account.password_hash.startswith("scrypt:")


def test_an_invitation_open_in_two_windows_works_once(app: Flask, client: Browser) -> None:
    link, other = invitation(app), Browser(app)
    late = other.get(link).form()
    take_up(client, link)
    assert late.fill(name="林", username="lin", password=NEW_PASSWORD).submit().status == 404


@pytest.mark.parametrize("username", ["王", "ß" * 40], ids=["short", "long once folded"])
def test_a_user_name_that_does_not_fit_is_refused_beside_its_field(
    app: Flask, client: Browser, username: str
) -> None:
    page = take_up(client, invitation(app), username=username)
    assert page.status == 422
    assert "2 到 40 个字" in page.one("#username-e").text()
    assert page.value("name") == "陈惠玲"


def accept(token: str, number: int) -> bool:
    try:
        accept_invitation(token, f"chen{number}", "陈惠玲", NEW_PASSWORD)
    except Missing:
        return False
    return True


def test_an_invitation_taken_up_four_times_at_once_makes_one_account(
    app: Flask, environ: dict[str, str], make: Make
) -> None:
    with app.app_context():
        token = invite(Role.EDITOR, make.station("s1"), 1, make.actor(Role.MANAGER, "center"))
    results = crowd(environ, partial(accept, token), processes=2, threads=2)
    assert sorted(results) == [False, False, False, True]
    with app.app_context():
        assert len(db.session.scalars(sa.select(Account)).all()) == 1


def test_an_invitation_runs_out(app: Flask, client: Browser, noon: time_machine.Traveller) -> None:
    link = invitation(app)
    noon.shift(timedelta(hours=71, minutes=59))
    assert client.get(link).status == 200
    noon.shift(timedelta(minutes=2))
    assert client.get(link).status == 404


@pytest.mark.parametrize("password", ["short", "password1234", "huaqiao2026", "chenchen1", "x" * 129])
def test_an_easy_password_is_refused_and_the_rest_kept(app: Flask, client: Browser, password: str) -> None:
    page = take_up(client, invitation(app), password=password)
    assert page.status == 422
    assert (page.value("username"), page.value("password")) == ("chen", "")
    assert "password" in {link.attributes["href"] or "" for link in page.all("#sum a")}.pop()


def test_a_name_that_is_taken_is_said_so(app: Flask, client: Browser, make: Make) -> None:
    make.account(username="chen")
    assert take_up(client, invitation(app), username="CHEN").status == 422


def test_there_is_no_invitation_to_a_station_that_is_not(app: Flask) -> None:
    with app.app_context():
        assert app.test_cli_runner().invoke(args=["invite", "--station", "s99"]).exit_code == 1


# Nothing typed is lost


def fill_in(browser: Browser) -> Form:
    form = browser.get("/staff/activities/new").form("main form[method=post]")
    return form.fill(
        title="剪纸课 <第一讲>", text="请带：\n- 剪刀", category="culture", opens="10:00", closes="11:00"
    )


def posted(app: Flask) -> list[tuple[str, str]]:
    with app.app_context():
        return [(one.title, one.text) for one in db.session.scalars(sa.select(Activity))]


def test_a_form_whose_token_has_run_out_is_sent_again_with_all_that_was_typed(
    app: Flask, sign_in: SignIn
) -> None:
    browser = sign_in()
    form = fill_in(browser)
    browser.client.delete_cookie("form")
    page = form.submit(intent="draft")
    assert page.status == 400
    assert "剪纸课 <第一讲>" in page.text
    assert page.form().put("intent", "draft").submit().status == 200
    assert posted(app) == [("剪纸课 <第一讲>", "请带：\n- 剪刀")]


def test_a_form_sent_after_the_session_ended_is_kept_through_the_sign_in(
    app: Flask, make: Make, client: Browser, noon: time_machine.Traveller
) -> None:
    login = make.account(Role.EDITOR, "s1")
    try_to_sign_in(client, login.username, login.password)
    form = fill_in(client)
    noon.shift(timedelta(hours=13))
    asked = form.submit(intent="draft")
    assert asked.status == 401
    wrong = asked.form().fill(username=login.username, password="wrong").submit()
    assert wrong.status == 422
    again = wrong.form().fill(username=login.username, password=login.password).submit()
    assert again.status == 200
    assert "剪纸课 <第一讲>" in again.text
    assert again.form().submit().status == 200
    assert posted(app) == [("剪纸课 <第一讲>", "请带：\n- 剪刀")]


def test_both_at_once_lose_nothing_either(
    app: Flask, make: Make, client: Browser, noon: time_machine.Traveller
) -> None:
    login = make.account(Role.EDITOR, "s1")
    try_to_sign_in(client, login.username, login.password)
    form = fill_in(client)
    noon.shift(timedelta(hours=13))
    client.client.delete_cookie("form")
    asked = form.submit(intent="draft").form().submit()
    assert asked.status == 401
    again = asked.form().fill(username=login.username, password=login.password).submit()
    assert again.form().submit().status == 200
    assert len(posted(app)) == 1


def test_with_htmx_the_page_that_asks_to_sign_in_takes_the_whole_window(app: Flask, sign_in: SignIn) -> None:
    browser = sign_in()
    form = fill_in(browser)
    browser.client.delete_cookie("login")
    answer = form.submit(part=True, intent="preview")
    assert (answer.status, answer.headers["HX-Retarget"]) == (422, "body")


def test_passwords_are_not_carried_along(sign_in: SignIn) -> None:
    browser = sign_in()
    form = browser.get("/staff/account").form("main form").fill(old=PASSWORD, new=NEW_PASSWORD)
    browser.client.delete_cookie("form")
    page = form.submit()
    assert page.status == 400
    assert PASSWORD not in page.response.text
    assert NEW_PASSWORD not in page.response.text


# The way back

SAFE = [
    "/",
    "/staff/",
    "/staff/activities?q=%E5%89%AA&status=draft",
    "/calendar#d20260610",
    "/a//b",
    "/a?next=//x",
]
UNSAFE = [
    "",
    "staff",
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/ /evil.example",
    "///evil.example",
    "http:/evil.example",
]


@pytest.mark.parametrize("target", SAFE)
def test_a_path_of_ours_is_a_way_back(target: str) -> None:
    assert safe_path(target) == target


@pytest.mark.parametrize("target", UNSAFE)
def test_anything_else_is_no_way_back(target: str) -> None:
    assert safe_path(target) is None


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "/\\evil.example", "/%0d%0aX:y"]
)
def test_nobody_is_sent_away_after_signing_in(client: Browser, make: Make, target: str) -> None:
    login = make.account()
    form = (
        client.get("/login").form().put("next", target).fill(username=login.username, password=login.password)
    )
    assert form.submit(follow=False).location.startswith("http://localhost/")


def test_who_is_asked_to_sign_in_comes_back_to_where_he_was(client: Browser, make: Make) -> None:
    login = make.account()
    page = client.get("/staff/activities/?q=剪纸&status=draft")
    page = page.form().fill(username=login.username, password=login.password).submit()
    assert page.value("q") == "剪纸"
    assert page.path.startswith("/staff/activities/?")


def test_title_of_the_login_page_is_there_for_a_refusal(client: Browser) -> None:
    assert title_of(401) not in client.get("/login").text
