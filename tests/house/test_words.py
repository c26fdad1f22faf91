"""Every word for people stands in the catalogue, translated, with all its placeholders."""

import configparser
import io
import re
from functools import cache

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

from portal.config import ROOT
from portal.i18n import LANGUAGES

TRANSLATIONS = ROOT / "portal" / "translations"
LOCALES = [locale for locale, _name, _short in LANGUAGES.values() if locale != "en"]
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "_l": None,
    "lazy_gettext": None,
    "lazy_pgettext": ((1, "c"), 2),
    "pgettext": ((1, "c"), 2),
    "ngettext": (1, 2),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)([sd])")
Key = tuple[str, str]


@cache
def used() -> dict[Key, str]:
    """Map each message of code and templates, with its context, to where it stands."""
    mapping = configparser.ConfigParser()
    mapping.read(ROOT / ".babel.cfg")
    sections = [section.split(": ") for section in mapping.sections()]
    found: dict[Key, str] = {}
    for name, line, message, _comments, context in extract_from_dir(
        ROOT,
        [(pattern, method) for method, pattern in sections],
        {pattern: dict(mapping[f"{method}: {pattern}"]) for method, pattern in sections},
        keywords=KEYWORDS,
    ):
        first = message if isinstance(message, str) else message[0]
        found.setdefault((first or "", context or ""), f"{name}:{line}")
    return found


@cache
def catalogue(locale: str) -> Catalog:
    with (TRANSLATIONS / locale / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=locale)


def entries(locale: str) -> dict[Key, Message]:
    return {
        (message.id if isinstance(message.id, str) else message.id[0], message.context or ""): message
        for message in catalogue(locale)
        if message.id
    }


def forms(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def placeholders(text: str) -> set[str]:
    return {name for name, _kind in PLACEHOLDER.findall(text)}


def test_there_are_words() -> None:
    assert len(used()) > 200
    assert ("Draft", "activity") in used()


@pytest.mark.parametrize("locale", LOCALES)
def test_every_word_is_translated(locale: str) -> None:
    known = entries(locale)
    missing = {
        f"{context}|{text}" if context else text: where
        for (text, context), where in used().items()
        if (text, context) not in known or not all(forms(known[text, context])) or known[text, context].fuzzy
    }
    assert missing == {}


@pytest.mark.parametrize("locale", LOCALES)
def test_no_translation_is_left_of_words_long_gone(locale: str) -> None:
    assert sorted(set(entries(locale)) - set(used())) == []


@pytest.mark.parametrize("locale", LOCALES)
def test_a_translation_keeps_its_placeholders(locale: str) -> None:
    """Where a context says what a message is for, it may leave one out; none may put one in."""
    wrong = []
    for (text, context), message in entries(locale).items():
        original = message.id if isinstance(message.id, str) else message.id[1]
        for form in forms(message):
            lost, added = (
                placeholders(original) - placeholders(form),
                placeholders(form) - placeholders(original),
            )
            if added or (lost and not context):
                wrong.append((text, form, lost, added))
            if PLACEHOLDER.search(original) and re.search(r"%(?!\(\w+\)[sd]|%)", form):
                wrong.append((text, form, {"%"}, set()))
    assert wrong == []


@pytest.mark.parametrize("locale", LOCALES)
def test_what_runs_was_compiled_from_what_is_written(locale: str) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, catalogue(locale))
    compiled.seek(0)
    with (TRANSLATIONS / locale / "LC_MESSAGES" / "messages.mo").open("rb") as file:
        running = {
            (str(message.id), message.context): message.string for message in read_mo(file) if message.id
        }
    written = {
        (str(message.id), message.context): message.string for message in read_mo(compiled) if message.id
    }
    assert running == written
