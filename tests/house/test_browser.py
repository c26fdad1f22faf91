"""The browser of the tests sees what it is there to see."""

import pytest
from flask import Flask, Response

from portal.access import public
from tests.browser import Browser

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
HEAD = '<!doctype html><html lang="en"><head><title>Page</title></head><body>'
PAGE = HEAD + '<main id="main">{}</main></body></html>'
WRONG = {
    "<h1>One</h1><h1>Two</h1>": "2 <h1>",
    "<p>None</p>": "0 <h1>",
    '<h1 id="a">A</h1><p id="a">B</p>': "more than once",
    '<h1>A</h1><label for="b">B</label>': "not there",
    '<h1>A</h1><form><input name="c"></form>': "has no label",
    '<h1 aria-describedby="d">A</h1>': "not there",
    '<h1 style="color:red">A</h1>': "inline style",
    '<h1 onclick="a()">A</h1>': "inline onclick",
    "<h1>A</h1><script>a()</script>": "inline <script>",
    "<h1>A</h1><style>a{}</style>": "inline <style>",
    '<h1>A</h1><form method="post" action="/login"></form>': "has 0 tokens",
    '<h1>A</h1><form><input type="hidden" name="csrf_token" value="t"></form>': "in the address",
    '<h1>A</h1><img src="/assets/a.png">': "without alt",
    "<h1>A</h1><p>{{ b }}</p>": "unrendered",
    "<h1>A</h1><p><b>B</p></b>": "closes",
    "<h1>A</h1><div>": "closes",
    "<h1>A</h1><p>B": "closes",
    '<h1>A</h1><p class="a" class="b">B</p>': "twice",
    '<h1>A</h1><a href="/nowhere">B</a>': "no page",
    '<h1>A</h1><a href="#nowhere">B</a>': "not there",
    '<h1>A</h1><a href="javascript:a()">B</a>': "a link to",
    '<h1>A</h1><img alt="" src="/assets/never.png">': "never built",
}
FORM = """<h1>A</h1><form method="post" action="/echo"><input type="hidden" name="csrf_token" value="t">
<input type="hidden" name="key" value="k"><label>B <input name="line" value="was"></label>
<label>C <textarea name="text">
first
</textarea></label>
<label>D <select name="one"><option value="1">x</option><option selected>two</option></select></label>
<label>E <input type="radio" name="way" value="a" checked></label>
<label>F <input type="radio" name="way" value="b"></label>
<label>G <input type="checkbox" name="tick" value="1"></label>
<label>H <input type="checkbox" name="tick" value="2"></label>
<button name="intent" value="draft">I</button><button name="intent" value="publish">J</button></form>"""


def serving(app: Flask, body: str, **headers: str) -> Browser:
    @app.get("/page")
    @public
    def page() -> Response:
        response = Response(PAGE.format(body), headers=headers)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return Browser(app)


@pytest.mark.parametrize(("body", "said"), WRONG.items(), ids=list(WRONG.values()))
def test_it_sees_what_is_wrong_with_a_page(app: Flask, body: str, said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        serving(app, body).get("/page")


def test_it_lets_a_good_page_pass(app: Flask) -> None:
    assert serving(app, "<h1>Good</h1>").get("/page").text == "Good"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("Content-Security-Policy", "default-src *", "policy"),
        ("Set-Cookie", "a=b; SameSite=Lax", "open to scripts"),
        ("Content-Type", "text/html", "charset"),
    ],
)
def test_it_sees_what_is_wrong_with_the_headers(app: Flask, name: str, value: str, said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        serving(app, "<h1>A</h1>", **{name: value}).get("/page")


def test_it_sees_a_personal_page_that_caches_may_keep(app: Flask) -> None:
    with pytest.raises(AssertionError, match="personal"):
        serving(app, FORM, **{"Cache-Control": "public"}).get("/page")


def test_it_sees_python_showing_through_in_chinese_only(app: Flask) -> None:
    browser = serving(app, "<h1>A</h1><p>None</p>")
    assert browser.get("/page").status == 200
    app.view_functions["page"] = public(
        lambda: PAGE.replace('"en"', '"zh-Hans"').format("<h1>A</h1><p>None</p>")
    )
    with pytest.raises(AssertionError, match="says None"):
        browser.get("/page")


def test_a_form_is_sent_as_a_person_would(app: Flask) -> None:
    form = serving(app, FORM).get("/page").form()
    assert form.fields == [
        ("csrf_token", "t"),
        ("key", "k"),
        ("line", "was"),
        ("text", "first\n"),
        ("one", "two"),
        ("way", "a"),
    ]
    form.fill(line="new", one="1", way="b", tick=["1", "2"])
    assert dict(form.fields) == {
        "csrf_token": "t", "key": "k", "line": "new", "text": "first\n", "one": "1", "way": "b", "tick": "2",
    }  # fmt: skip
    assert form.fill(tick=False).fields.count(("tick", "1")) == 0


@pytest.mark.parametrize(
    "values", [{"key": "x"}, {"nothing": "x"}, {"one": "3"}, {"way": "c"}, {"tick": ["3"]}]
)
def test_a_form_takes_only_what_a_person_could_fill_in(app: Flask, values: dict[str, str]) -> None:
    form = serving(app, FORM).get("/page").form()
    with pytest.raises(AssertionError):
        form.fill(**values)


def test_only_a_button_that_is_there_can_be_pressed(app: Flask) -> None:
    form = serving(app, FORM).get("/page").form()
    with pytest.raises(AssertionError, match="no button"):
        form.submit(intent="delete")


@pytest.mark.usefixtures("app_context")
def test_it_refuses_to_browse_inside_an_app_context(app: Flask) -> None:
    with pytest.raises(AssertionError, match="app context"):
        Browser(app).get("/")
