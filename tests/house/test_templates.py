"""Templates hold nothing inline, nothing unescaped and no words of their own."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from jinja2 import nodes

from tests.house.test_code import strings
from tests.house.tree import modules, templates

JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.S)
LETTERS = re.compile(r"[A-Za-z\u3400-\u9fff]{2,}")
SPOKEN = ("title", "alt", "placeholder", "aria-label", "aria-roledescription", "value", "label")
FORBIDDEN = {
    "unescaped": re.compile(r"\|\s*safe\b|\bMarkup\b|autoescape|\.html_safe"),
    "inline style": re.compile(r"<style|[\s\"']style\s*=", re.I),
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)", re.I),
    "inline handler": re.compile(r"[\s\"']on[a-z]+\s*=\s*[\"']", re.I),
    "hx-on or hx-vals": re.compile(r"\bhx-(on|vals|vars|ext)\b"),
    # Boosted are single forms and what opens in a row (portal/web/in_place.py), never a page's links.
    "boosted page": re.compile(r"<(?!form\b|div class=\"s-here\"|a\b[^>]*hx-boost=\"false\")[^>]*hx-boost"),
    "javascript link": re.compile(r"javascript:", re.I),
    "unquoted attribute": re.compile(r"<[^>]*\s[\w-]+=\{\{"),
    "foreign host": re.compile(r"(?:src|href|action)=\"(?:https?:)?//"),
    "time formatted for people": re.compile(r"strftime\('(?!%Y-%m-%d(T%H:%M)?'|%Y%m%d'|%H:%M')"),
}

LEADING = (nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)


class Words(HTMLParser):
    """Gather what a person would read or hear."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found += LETTERS.findall(re.sub(r"&\w+;|[\w-]+=\"[^\"]*\"", "", data))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kinds = {value for name, value in attrs if name == "type"}
        for name, value in attrs:
            if name in SPOKEN and not (
                name == "value" and (tag != "input" or kinds & {"hidden", "radio", "checkbox"})
            ):
                self.found += LETTERS.findall(value or "")


@pytest.mark.parametrize("fault", FORBIDDEN)
def test_no_template_holds(fault: str) -> None:
    found = {
        f"{name}:{text[: hit.start()].count(chr(10)) + 1}": hit.group()
        for name, text in templates().items()
        for hit in FORBIDDEN[fault].finditer(text)
    }
    assert found == {}


def test_no_template_has_words_of_its_own() -> None:
    found = {}
    for name, text in templates().items():
        words = Words()
        words.feed(JINJA.sub(" ", text))
        if words.found:
            found[name] = words.found
    assert found == {}


def test_every_template_compiles(app: Flask) -> None:
    for name in templates():
        app.jinja_env.get_template(name)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_every_template_is_used(app: Flask) -> None:
    parsed = (app.jinja_env.parse(text) for text in templates().values())
    leading: list[Any] = [node for tree in parsed for node in tree.find_all(LEADING)]
    named = {node.template.value for node in leading if isinstance(node.template, nodes.Const)}
    named |= {text for tree in modules().values() for text in strings(tree) if text.endswith(".html")}
    assert set(templates()) - named == set()


def test_every_post_form_carries_its_token() -> None:
    missing = []
    for name, text in templates().items():
        for form in re.findall(r"<form\b[^>]*method=\"post\".*?</form>", text, re.S):
            token = "csrf_token" in form or "ui.hidden(" in form
            if not token and "display.set_display" not in form:
                missing.append(f"{name}: {form[:80]}")
    assert missing == []
