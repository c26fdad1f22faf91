"""The README says what is so."""

import re

from portal.config import ROOT, SETTINGS

README = (ROOT / "README.md").read_text()
ROW = re.compile(r"^\| `(\w+)` \| (?:`([^`]*)`)? ?\| (.*) \|$", re.M)


def test_the_table_of_settings_is_the_one_in_the_code() -> None:
    assert [row for row in ROW.findall(README) if row[0].isupper()] == [
        (setting.name, setting.default, setting.meaning) for setting in SETTINGS
    ]


VENV = "python3 -m venv .venv && .venv/bin/pip install -r "


def test_it_tells_how_to_run_and_how_to_test() -> None:
    commands = re.findall(r"^```\n(.*?)\n```$", README, re.M | re.S)
    assert f"{VENV}requirements.txt && .venv/bin/python wsgi.py --demo" in commands
    assert f"{VENV}tests/requirements.txt && .venv/bin/python -m pytest" in commands


def test_the_files_it_names_are_there() -> None:
    named = set(re.findall(r"`((?:\.|\w)[\w./-]*/[\w./-]*|\.[\w.]+)`", README))
    missing = {
        name
        for name in named
        if not name.startswith((".venv", "/"))
        and not (ROOT / name).exists()
        and not name.startswith("instance/")
    }
    assert missing == set()
