"""The tree has its fixed shape, and says nothing of where it was made."""

import gzip
import hashlib
import re
import subprocess

import pytest

from portal.config import ROOT
from portal.web.assets import STATIC, bundles
from tests.house.tree import files, modules

TOP = {
    "portal",
    "templates",
    "static",
    "instance",
    "tests",
    "requirements.txt",
    "wsgi.py",
    "README.md",
}
HTMX = "e209dda5c8235479f3166defc7750e1dbcd5a5c1808b7792fc2e6733768fb447"  # 2.0.4, as published
PUBLIC_STYLE = 12 * 1024  # bytes, compressed
LONGEST = 400  # lines of a module
HOSTS = re.compile(r"https?://([\w.-]+)")
OURS = re.compile(r"^(localhost|127\.0\.0\.1|[\w.-]*\.example|www\.w3\.org)$")
# Put together from halves, so that this file does not find itself.
ELSEWHERE = [a + b for a, b in (("/wo", "rk/"), ("/ro", "ot/"), ("/ho", "me/"), ("/tmp", "/bash"))]
MAKERS = [a + b for a, b in (("cla", "ude"), ("anth", "ropic"), ("chat", "gpt"), ("language mo", "del"))]


def test_the_top_level_is_fixed() -> None:
    names = {path.relative_to(ROOT).parts[0] for path in files()}
    assert {name for name in names if not name.startswith(".")} == TOP


def test_nothing_built_or_secret_is_kept() -> None:
    assert [path for path in files() if "instance" in path.relative_to(ROOT).parts[:1]] == [
        ROOT / "instance" / ".gitignore"
    ]
    endings = {".pyc", ".db", ".log", ".key", ".pem", ".sqlite3", ".pot"}
    assert [path for path in files() if path.suffix in endings] == []


def test_no_file_knows_where_it_was_made_or_fetches_from_elsewhere() -> None:
    for path in files():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        lower = text.lower()
        assert [word for word in ELSEWHERE + MAKERS if word in lower] == [], path
        if path.name not in ("htmx.min.js", "OFL.txt"):  # as published, with their makers' addresses
            assert [host for host in HOSTS.findall(text) if not OURS.match(host)] == [], path


def test_no_module_grows_too_long() -> None:
    lengths = {name: len((ROOT / "portal" / name).read_text().splitlines()) for name in modules()}
    code = {name: lines for name, lines in lengths.items() if not name.startswith("demo/texts/")}
    assert {name: lines for name, lines in code.items() if lines > LONGEST} == {}


def test_no_module_is_a_drawer_for_everything() -> None:
    vague = re.compile(r"(^|/)(utils?|helpers?|managers?|common|misc|services?)\.py$")
    assert [name for name in modules() if vague.search(name)] == []


def test_htmx_is_the_one_that_old_phones_can_read() -> None:
    assert hashlib.sha256((STATIC / "js" / "htmx.min.js").read_bytes()).hexdigest() == HTMX


def test_the_public_style_is_light() -> None:
    assert len(gzip.compress(bundles()["public.css"].encode(), 9)) <= PUBLIC_STYLE


def test_every_style_is_served_and_nothing_foreign_is_fetched() -> None:
    listed = (STATIC / "css" / "bundles.txt").read_text().splitlines()
    patterns = {part for line in listed if ":" in line for part in line.split(":")[1].split()}
    served = {path for pattern in patterns for path in (STATIC / "css").glob(pattern)}
    assert served == set((STATIC / "css").rglob("*.css"))
    assert all(list((STATIC / "css").glob(pattern)) for pattern in patterns)
    for name, style in bundles().items():
        assert not re.search(r"@import|url\(\s*['\"]?(?!data:|#)", style), name


@pytest.mark.parametrize("name", ["requirements.txt", "tests/requirements.txt"])
def test_every_requirement_is_pinned_and_hashed(name: str) -> None:
    text = (ROOT / name).read_text()
    lines = text.replace("\\\n", " ").splitlines()
    wanted = [line for line in lines if line.strip() and not line.lstrip().startswith(("#", "-"))]
    assert "--only-binary :all:" in lines
    assert len(wanted) > 5
    assert [line.split()[0] for line in wanted if "==" not in line or "--hash=sha256:" not in line] == []
    assert not re.search(r"--(extra-)?index-url|--find-links|-f ", text)


@pytest.mark.parametrize("folder", ["", "tests/"])
def test_the_pins_follow_what_was_asked_for(folder: str) -> None:
    pinned = (ROOT / f"{folder}requirements.txt").read_text().lower()
    for line in (ROOT / f"{folder}.requirements.in").read_text().splitlines():
        wanted = re.sub(r"\[.*?\]", "", line.split(";")[0].split("#")[0]).strip().lower()
        if wanted and not wanted.startswith("-"):
            name, _, version = wanted.partition("==")
            assert re.search(rf"^{re.escape(name)}=={re.escape(version)}", pinned, re.M), wanted


def test_a_start_leaves_the_tree_as_it_is() -> None:
    ignored = subprocess.run(
        ["git", "check-ignore", "instance/portal.db", "instance/assets/x.css", "instance/secret_key"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert len(ignored.stdout.split()) == 3
