"""Whatever is typed into an address or a form, the portal never fails."""

import ast
from collections.abc import Iterator
from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from portal.access import Role
from tests.browser import Browser, Form
from tests.conftest import SignIn
from tests.house.test_rights import TABLE, address, path_of, routes
from tests.house.tree import modules
from tests.make import Make

VALUES = (
    "\x00",
    "a\x00b",
    "\u202eabc\u2066",
    "长" * 10_000,
    str(2**63),
    str(2**63 - 1),
    "-1",
    "9" * 5000,
    "²",
    "1e9",
    "%",
    "_\\%'\"; DROP TABLE station; --",
    "<script>alert(1)</script>",
    "${7*7}%s%d 100%",
    "\ud800",
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    "0001-01-01T00:00:00+23:59_1",
    "9999-12-31T23:59:59-23:59_1",
    "2026-06-10T00:00:00+00:00_" + "9" * 30,
    "2026-06-10T00:00:00+00:00_²",
)
NUMBERS = ("a\x00b", str(2**63), "-1", "9" * 5000, "²")  # what breaks those who expect a number
# Names that mean something to Flask's url_for or to Python, not only to us.
MEANT = (
    "endpoint",
    "self",
    "values",
    "_external",
    "_scheme",
    "_anchor",
    "_method",
    "occurrence_id",
    "slug",
    "lang",
)
PARTS = ("", *(quote(value[:200], errors="replace") for value in VALUES))
TYPED = "textarea, input:not([type=hidden]):not([type=radio]):not([type=checkbox])"


def asked_for() -> set[str]:
    """Return the names that the portal looks for in an address, as its code has them."""
    names = {
        "view",
        "on",
        "station",
        "cluster",
        "category",
        "series",
        "audience",
        "free",
        "open",
        "q",
        "nearby",
        "team",
    }
    for tree in modules().values():
        for node in ast.walk(tree):
            text = ast.unparse(node) if isinstance(node, ast.Call | ast.Subscript) else ""
            if text.startswith(("request.args.get('", "request.args['")):
                names.add(text.split("'")[1])
    return names | set(MEANT)


def survived(answer: TestResponse) -> None:
    assert answer.status_code < 500, answer.request.url[:300]
    assert b"<script>alert" not in answer.data  # of pictures, too


@pytest.mark.parametrize("role", [None, Role.EDITOR])
def test_no_address_makes_a_page_fail(
    app: Flask, client: Browser, sign_in: SignIn, make: Make, role: Role | None
) -> None:
    make.activity(title="讲座", room="道德讲堂")
    browser = sign_in(role, "s1").client if role else client.client
    names = sorted(asked_for())
    for rule in routes(app, "GET"):
        if (TABLE["GET", path_of(rule)] == "everybody") is (role is None) and rule.rule != "/readyz":
            place = address(app, rule, make, "s1")
            for value in VALUES:
                query = urlencode(dict.fromkeys(names, value[:2000]), errors="replace")
                survived(browser.get(f"{place}?{query}"))
            for edge in ("on=2000-01-01&view=month", "on=2099-12-31&view=list", "on=2099-12-31"):
                survived(browser.get(f"{place}?{edge}"))


# What PostgreSQL makes of such values is seen above, where each page gets them all.
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", sorted(asked_for()))
def test_each_parameter_alone(client: Browser, sign_in: SignIn, name: str) -> None:
    staff = sign_in(Role.EDITOR, "s1")
    for value in ("", "https://evil.example") if name in MEANT else VALUES:
        query = urlencode({name: value}, errors="replace")
        for browser, place in (
            (client, "/calendar"),
            (client, "/calendar.ics"),
            (client, "/menu"),
            (client, "/login"),
            (staff, "/staff/activities/"),
            (staff, "/staff/activities/new"),
        ):
            survived(browser.client.get(f"{place}?{query}"))


def test_no_path_makes_a_page_fail(app: Flask, client: Browser, sign_in: SignIn) -> None:
    staff = sign_in(Role.MANAGER, "center")
    for rule in routes(app, "GET"):
        for part in PARTS if rule.arguments else ():
            place = path_of(rule)
            for name in rule.arguments:
                place = place.replace(f"<{name}>", part)
            survived(staff.client.get(place))
            survived(client.client.get(place))


def test_no_cookie_makes_a_page_fail(app: Flask) -> None:
    for name in ("login", "form", "display", "device"):
        for value in ("\x01", "a" * 3000, "%00", "²", "eyJ.x.y", '"', "=;="):
            client = app.test_client()
            client.set_cookie(name, value)
            for place in ("/", "/login", "/staff/"):
                survived(client.get(place))


def spoiled(form: Form) -> Iterator[Form]:
    """Yield the form once for each hostile value in all that is typed, and in each field that is not."""
    before = form.fields
    chosen = {name for name, _ in before} - {"csrf_token"}
    typed = {one.attributes.get("name") or "" for one in form.node.css(TYPED)}
    for value in VALUES:
        sent = value.encode("utf-8", "replace").decode()
        others = sorted(chosen - typed) if value in NUMBERS else []
        for names in (typed, *({name} for name in others)):
            form.fields = before
            for name in names:
                form.put(name, sent)
            yield form
    form.fields = before


@pytest.mark.parametrize(
    "place",
    [
        "/staff/activities/new",
        "/staff/activities/{draft}/edit",
        "/staff/activities/{activity}/edit",
        "/staff/activities/{activity}/cancel",
        "/staff/occurrences/{occurrence}",
        "/staff/occurrences/{occurrence}/move",
        "/staff/menus/new",
        "/staff/menus/{menu}/edit",
        "/staff/menus/{menu}/items/new",
        "/staff/menu-items/{item}",
        "/staff/stations/s1",
        "/staff/stations/s1/rooms/new",
        "/staff/stations/s1/rooms/{room}",
        "/staff/account",
    ],
)
def test_no_form_makes_the_portal_fail(sign_in: SignIn, make: Make, place: str) -> None:
    activity_id = make.activity("s1", room="道德讲堂")
    menu_id = make.menu("s1")
    place = place.format(
        menu=menu_id,
        item=make.menu_item(menu_id),
        draft=make.activity("s1", published=False),
        activity=activity_id,
        occurrence=make.dates_of(activity_id)[0],
        room=make.room("s1"),
    )
    browser = sign_in(Role.EDITOR, "s1")
    page = browser.get(place)
    forms = page.all("main form[method=post]")
    assert forms
    for node in forms:
        action = node.attributes.get("action") or place
        presses = [one.attributes.get("value") or "" for one in node.css("button[name=intent]")]
        for form in spoiled(Form(page, node)):
            for press in {"preview", "publish"} & {*presses} or [""]:
                data = MultiDict([*form.fields, ("intent", press)])
                survived(browser.client.post(action, data=data))
