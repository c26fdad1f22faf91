"""Be a visitor's browser without JavaScript: keep cookies, follow links and forms, check every page."""

import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from typing import Any, Self
from urllib.parse import urlencode, urljoin, urlsplit

from flask import Flask, has_app_context
from selectolax.lexbor import LexborHTMLParser, LexborNode
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.test import TestResponse

from portal.i18n import LANGUAGES
from portal.web.headers import CONTENT_POLICY

HERE = "http://localhost"
REDIRECTS = (301, 302, 303, 307, 308)
POINTERS = ("aria-describedby", "aria-labelledby", "aria-controls", "aria-owns", "list", "form")
UNRENDERED = re.compile(r"\{\{|\{%|%\(\w|<bound method|&lt;portal\.|\bUndefined\b")
VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr")
)
BUTTONS = "button:not([type]), button[type=submit], input[type=submit]"


class Browser:
    """One visitor: cookies of their own, the language they asked for."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = app.test_client()

    def get(self, address: str, part: bool = False, follow: bool = True, **headers: str) -> "Page":
        """Open an address; `part` asks for the part htmx would swap in."""
        return self.open("GET", address, None, part, follow, headers)

    def post(
        self,
        address: str,
        data: dict[str, Any] | Sequence[tuple[str, str]] = (),
        part: bool = False,
        follow: bool = True,
        **headers: str,
    ) -> "Page":
        """Send a form that no page has offered."""
        pairs = list(data.items()) if isinstance(data, dict) else list(data)
        return self.open("POST", address, pairs, part, follow, headers)

    def open(
        self,
        method: str,
        address: str,
        data: Sequence[tuple[str, str]] | None,
        part: bool,
        follow: bool,
        headers: dict[str, str],
    ) -> "Page":
        assert not has_app_context(), "a page asked for inside an app context shares its signed-in user"
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if part:
            sent["HX-Request"] = "true"
        url = urljoin(HERE + "/", address)
        body = None if data is None else MultiDict(data)
        response = self.client.open(url, method=method, data=body, headers=sent)
        page = Page(self, url, response, part)
        found = faults(self.app, page)
        assert not found, f"{method} {address} → {page.status}:\n  " + "\n  ".join(found)
        if follow and page.status in REDIRECTS:
            return self.open("GET", page.location, None, False, True, {})
        if follow and "HX-Redirect" in page.headers:
            return self.open("GET", page.headers["HX-Redirect"], None, False, True, {})
        return page

    def cookie(self, name: str) -> str | None:
        """Return the value of a cookie the browser holds."""
        found = self.client.get_cookie(name)
        return found.value if found else None

    def token(self, address: str = "/login") -> str:
        """Return a form token good for this visitor, from a page that holds one."""
        return self.get(address).all("input[name=csrf_token]")[0].attributes["value"] or ""


class Page:
    """One answer: what is on it, and the forms and links that lead on."""

    def __init__(self, browser: Browser, url: str, response: TestResponse, part: bool = False) -> None:
        self.browser = browser
        self.url = url
        self.part = part
        self.response = response
        self.status = response.status_code
        self.headers = response.headers
        self.html = LexborHTMLParser(response.text if self.is_html else "")

    @property
    def is_html(self) -> bool:
        return self.response.mimetype == "text/html"

    @property
    def path(self) -> str:
        """Return path and parameters of the page's address."""
        return self.url.removeprefix(HERE)

    @property
    def location(self) -> str:
        return urljoin(self.url, self.headers.get("Location", ""))

    @property
    def text(self) -> str:
        """Return the words on the page, white space squeezed."""
        body = self.html.body
        return " ".join(body.text(separator=" ").split()) if body else ""

    @property
    def json(self) -> Any:
        return self.response.json

    def all(self, selector: str) -> list[LexborNode]:
        return self.html.css(selector)

    def one(self, selector: str) -> LexborNode:
        found = self.html.css(selector)
        assert len(found) == 1, f"{len(found)} of {selector} on {self.path}"
        return found[0]

    def form(self, selector: str = "main form[method=post]") -> "Form":
        """Take up a form; by default the only one that sends something."""
        return Form(self, self.one(selector))

    def follow(self, selector: str) -> "Page":
        """Follow a link."""
        return self.browser.get(urljoin(self.url, self.one(selector).attributes["href"] or ""))

    def value(self, name: str) -> str:
        """Return what stands in the field of that name."""
        node = self.one(f'[name="{name}"]')
        if node.tag == "textarea":
            return node.text()
        if node.tag == "select":
            return next((_option(one) for one in node.css("option[selected]")), "")
        return node.attributes.get("value") or ""


class Form:
    """A form being filled in, as far as a person can: only fields that are there, only choices on offer."""

    def __init__(self, page: Page, node: LexborNode) -> None:
        self.page = page
        self.node = node
        self.fields = list(_successful(node))

    def fill(self, **values: str | bool | Sequence[str]) -> Self:
        """Type or choose values, by the names of their fields."""
        for name, value in values.items():
            controls = [one for one in self._named(name) if one.attributes.get("type") != "hidden"]
            assert controls, f"no field “{name}” that a person could fill on {self.page.path}"
            kind = controls[0].attributes.get("type") or controls[0].tag
            chosen = [] if value in (False, "") and kind == "checkbox" else _strings(value)
            if kind in ("radio", "select", "checkbox"):
                offered = _offered(controls)
                if value is True:
                    chosen = offered
                assert set(chosen) <= set(offered), f"“{name}” offers {offered}, not {chosen}"
            self.put(name, *chosen)
        return self

    def put(self, name: str, *values: str) -> Self:
        """Send whatever values under this name, as no person could."""
        place = next((n for n, (field, _) in enumerate(self.fields) if field == name), len(self.fields))
        self.fields = [pair for pair in self.fields if pair[0] != name]
        self.fields[place:place] = [(name, value) for value in values]
        return self

    def submit(self, part: bool = False, follow: bool = True, **button: str) -> Page:
        """Press the button with this name and value, or the first one, and return the page that follows."""
        sent = [*self.fields, *self._pressed(button)]
        action = urljoin(self.page.url, self.node.attributes.get("action") or self.page.url)
        if (self.node.attributes.get("method") or "get").lower() == "get":
            return self.page.browser.get(f"{action.split('?')[0]}?{urlencode(sent)}", part, follow)
        return self.page.browser.post(action, sent, part, follow)

    def _pressed(self, button: dict[str, str]) -> list[tuple[str, str]]:
        buttons = [
            (one.attributes.get("name") or "", one.attributes.get("value") or "")
            for one in self.node.css(BUTTONS)
        ]
        assert buttons, f"the form on {self.page.path} has no button"
        wanted = next(iter(button.items()), buttons[0])
        assert wanted in buttons, f"no button {wanted} on {self.page.path}, but {buttons}"
        return [wanted] if wanted[0] else []

    def _named(self, name: str) -> list[LexborNode]:
        return [one for one in self.node.css("input, textarea, select") if one.attributes.get("name") == name]


def _strings(value: str | bool | Sequence[str]) -> list[str]:
    return [value] if isinstance(value, str) else [] if isinstance(value, bool) else list(value)


def _option(node: LexborNode) -> str:
    value = node.attributes.get("value")
    return node.text().strip() if value is None else value


def _offered(controls: Sequence[LexborNode]) -> list[str]:
    if controls[0].tag == "select":
        return [_option(one) for one in controls[0].css("option")]
    return [one.attributes.get("value") or "on" for one in controls]


def _successful(form: LexborNode) -> Iterator[tuple[str, str]]:
    """Yield what a browser would send of a form nobody has touched, buttons apart."""
    for one in form.css("input, textarea, select"):
        attributes = one.attributes
        name, kind = attributes.get("name"), attributes.get("type") or "text"
        if not name or "disabled" in attributes or kind in ("submit", "button", "reset", "image"):
            continue
        if one.tag == "textarea":
            yield name, one.text()
        elif one.tag == "select":
            options = one.css("option[selected]") or (
                [] if "multiple" in attributes else one.css("option")[:1]
            )
            for option in options:
                yield name, _option(option)
        elif kind not in ("checkbox", "radio"):
            yield name, attributes.get("value") or ""
        elif "checked" in attributes:
            yield name, attributes.get("value") or "on"


def faults(app: Flask, page: Page) -> list[str]:
    """List what is wrong with an answer, whatever its page."""
    found = list(_header_faults(page))
    if page.is_html and page.status not in REDIRECTS:
        found += _structure_faults(page)
        found += _form_faults(page)
        found += _link_faults(app, page)
        if not page.part:
            found += _whole_page_faults(page)
    return found


def _header_faults(page: Page) -> Iterator[str]:
    headers = page.headers
    if page.status == 500:
        yield "the portal failed; see the log"
    if urlsplit(page.url).path.startswith("/assets/"):
        return
    if headers.get("Content-Security-Policy") != CONTENT_POLICY or "unsafe" in CONTENT_POLICY:
        yield "the content policy is missing or loose"
    if headers.get("X-Content-Type-Options") != "nosniff":
        yield "nosniff is missing"
    kind = headers.get("Content-Type", "")
    if page.status != 204 and kind.startswith("text/") and "charset=utf-8" not in kind:
        yield f"no charset in Content-Type {kind}"
    if page.status in REDIRECTS and not page.location.startswith(HERE + "/"):
        yield f"leads away, to {page.location}"
    personal = "Set-Cookie" in headers or (page.is_html and "csrf_token" in page.response.text)
    kept = headers.get("Cache-Control") != "no-store"
    if personal and kept and page.status not in (*REDIRECTS, 204):
        yield f"a personal page says Cache-Control: {headers.get('Cache-Control')}"
    for cookie in headers.getlist("Set-Cookie"):
        if not {"HttpOnly", "SameSite=Lax"} <= set(cookie.split("; ")) and "Max-Age=0" not in cookie:
            yield f"a cookie open to scripts or other sites: {cookie.split('=')[0]}"


def _whole_page_faults(page: Page) -> Iterator[str]:
    root = page.html.root
    if root is None or root.attributes.get("lang") not in LANGUAGES:
        yield "<html> does not say its language"
    if len(page.all("h1")) != 1:
        yield f"{len(page.all('h1'))} <h1>"
    if len(page.all("main")) != 1:
        yield f"{len(page.all('main'))} <main>"
    title = page.html.css_first("title")
    if title is None or not title.text().strip(" ·"):
        yield "no title"


def _structure_faults(page: Page) -> Iterator[str]:
    text = page.response.text
    yield from Balance.faults(text)
    if found := UNRENDERED.search(text):
        yield f"unrendered: {text[max(0, found.start() - 30) : found.end() + 30]!r}"
    root = page.html.root
    chinese = root is not None and root.attributes.get("lang") != "en"
    if chinese and (found := re.search(r"\bNone\b", text)):
        yield f"says None: {text[max(0, found.start() - 30) : found.end() + 30]!r}"
    ids = [node.attributes["id"] for node in page.all("[id]")]
    for twice in {one for one in ids if ids.count(one) > 1}:
        yield f"id {twice} stands there more than once"
    for node in page.all("*"):
        attributes = node.attributes
        for name in attributes:
            if name.startswith("on") or name == "style":
                yield f"inline {name} on <{node.tag}>"
        for name in POINTERS:
            for target in (attributes.get(name) or "").split():
                if target not in ids:
                    yield f"{name} points at {target}, which is not there"
        if node.tag == "style" or (node.tag == "script" and not attributes.get("src")):
            yield f"inline <{node.tag}>"
        if node.tag == "img" and attributes.get("alt") is None:
            yield "an image without alt"


def _form_faults(page: Page) -> Iterator[str]:
    ids = {node.attributes["id"] for node in page.all("[id]")}
    labelled = {node.attributes.get("for") for node in page.all("label[for]")}
    for target in labelled - ids:
        yield f"a label for {target}, which is not there"
    for node in page.all("input, select, textarea"):
        if node.attributes.get("type") in ("hidden", "submit", "button"):
            continue
        named = node.attributes.get("id") in labelled or node.attributes.get("aria-label")
        if not named and not _inside(node, "label"):
            yield f"the field {node.attributes.get('name')} has no label"
    for form in page.all("form"):
        action = form.attributes.get("action") or page.path
        tokens = form.css("input[name=csrf_token]")
        if (form.attributes.get("method") or "get").lower() == "get":
            if tokens:
                yield f"the token would stand in the address of {action}"
        elif action != "/display" and not (len(tokens) == 1 and tokens[0].attributes.get("value")):
            yield f"the form to {action} has {len(tokens)} tokens"


def _inside(node: LexborNode, tag: str) -> bool:
    parent = node.parent
    while parent is not None:
        if parent.tag == tag:
            return True
        parent = parent.parent
    return False


def _link_faults(app: Flask, page: Page) -> Iterator[str]:
    ids = {node.attributes["id"] for node in page.all("[id]")}
    built = set(app.extensions["assets"].values())
    addresses = {
        node.attributes.get(name) for name in ("href", "src", "hx-get") for node in page.all(f"[{name}]")
    }
    for address in addresses - {None}:
        assert address is not None
        parts = urlsplit(urljoin(page.url, address))
        if address.startswith("#"):
            if not page.part and address[1:] not in ids:
                yield f"a link to {address}, which is not there"
        elif parts.scheme not in ("http", "https", "tel", "data", "webcal"):
            yield f"a link to {address}"
        elif parts.path.startswith("/assets/"):
            if parts.path not in built:
                yield f"{address} was never built"
        elif parts.scheme == "http" and parts.netloc == "localhost" and not leads_somewhere(app, parts.path):
            yield f"a link to {address}, where there is no page"


def leads_somewhere(app: Flask, path: str) -> bool:
    """Say whether there is a page at this path."""
    try:
        app.url_map.bind("localhost").match(path, "GET")
    except RequestRedirect:
        return True
    except HTTPException:
        return False
    return True


class Balance(HTMLParser):
    """Check that every element that is opened is closed, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[str] = []

    @classmethod
    def faults(cls, text: str) -> list[str]:
        parser = cls()
        parser.feed(text)
        parser.close()
        return parser.found[:1] or [f"<{tag}> is never closed" for tag in parser.open[:1]]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(set(names)) < len(names):
            self.found.append(f"<{tag}> on line {self.getpos()[0]} says an attribute twice: {names}")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Leave what closes itself, as a drawing's paths do."""

    def handle_endtag(self, tag: str) -> None:
        if self.open and self.open[-1] == tag:
            self.open.pop()
        else:
            self.found.append(
                f"</{tag}> on line {self.getpos()[0]} closes <{(self.open or ['nothing'])[-1]}>"
            )
