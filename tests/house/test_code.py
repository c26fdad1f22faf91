"""The rules of the house that can be read off the code."""

import ast
import re
from itertools import chain

import pytest
import sqlalchemy as sa

from portal.db import Model
from tests.house.tree import called, imported, modules

FEATURES = (
    "stations",
    "accounts",
    "activities",
    "registrations",
    "volunteers",
    "orders",
    "stories",
    "plans",
    "reports",
    "kiosk",
    "privacy",
    "wechat",
    "demo",
)
GROUND = (
    "access",
    "audit",
    "clock",
    "config",
    "contact",
    "db",
    "errors",
    "gunicorn",
    "i18n",
    "jobs",
    "messages",
    "once",
    "references",
    "sealed",
    "tokens",
    "web",
)
ABOVE = ("__init__", "cli", "schedule", "start")  # what puts the features together
HEAVY = {
    "PIL",
    "borax",
    "chinese_calendar",
    "dateutil",
    "icalendar",
    "markdown_it",
    "openpyxl",
    "pyotp",
    "pysqlite3",
    "segno",
    "xlsxwriter",
    "zxcvbn",
}
HAN = re.compile("[\u3400-\u9fff]")
# Data in Chinese, not words of the interface; and names that must be matched as people wrote them.
CHINESE = {
    "accounts/passwords.py",  # words too easy to guess here
    "activities/holidays.py",  # what notices are written with
    "activities/pills.py",  # a reason that already says 取消 or 改期
    "activities/poems.py",
    "activities/reference.py",
    "config.py",
    "orders/editions.py",  # the number of an edition, as people write it
    "i18n.py",  # a language's own name for itself
    "stations/reference.py",
}
SPEAKERS = ("flash", "Refused", "OutOfDate", "ValidationError")  # what they are given is read


def owner(name: str) -> str:
    """Return the feature or part of the ground that a module belongs to."""
    return name.removeprefix("portal.").split(".")[0].split("/")[0].removesuffix(".py")


def faces() -> list[str]:
    """List the modules that answer requests."""
    return [
        name
        for name, tree in modules().items()
        if not name.startswith("web/")
        and any(called(node) in ("Blueprint", "bp.get", "bp.post") for node in ast.walk(tree))
    ]


def test_every_module_has_its_place() -> None:
    assert {owner(name) for name in modules()} <= {*FEATURES, *GROUND, *ABOVE}


def test_features_stand_only_on_those_before_them() -> None:
    found = []
    for name, tree in modules().items():
        mine = owner(name)
        for used in chain.from_iterable(imported(node) for node in ast.walk(tree)):
            theirs = owner(used)
            if not used.startswith("portal.") or theirs not in FEATURES or mine in ABOVE:
                continue
            if mine in GROUND or FEATURES.index(theirs) > FEATURES.index(mine):
                found.append(f"{name} imports {used}")
    assert found == []


def test_the_ground_knows_nothing_above_it() -> None:
    found = [
        f"{name} imports {used}"
        for name, tree in modules().items()
        if owner(name) not in ABOVE
        for used in chain.from_iterable(imported(node) for node in ast.walk(tree))
        if used.startswith("portal.") and owner(used) in ("start", "cli", "schedule")
    ]
    assert found == []


def test_imports_stand_at_the_top() -> None:
    found = []
    for name, tree in modules().items():
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                for used in chain.from_iterable(imported(node) for node in ast.walk(function)):
                    if used.split(".")[0] not in HEAVY:
                        found.append(f"{name}: {function.name} imports {used}")
    assert found == []


def test_heavy_libraries_are_imported_only_where_they_are_used() -> None:
    found = [
        f"{name} imports {used} at its top"
        for name, tree in modules().items()
        for used in chain.from_iterable(imported(node) for node in tree.body)
        if used.split(".")[0] in HEAVY - {"borax", "chinese_calendar"}
    ]
    assert found == []


def test_there_are_views_to_judge() -> None:
    some = {"accounts/views.py", "activities/views.py", "activities/feeds.py", "stations/staff.py"}
    assert some <= {*faces()}


@pytest.mark.parametrize("name", faces())
def test_views_never_write(name: str) -> None:
    writes = re.compile(
        r"session(\(\))?\.(add|add_all|delete|merge|flush|commit)$|^(sa\.)?(insert|update|delete)$"
    )
    tree = modules()[name]
    assert [called(node) for node in ast.walk(tree) if writes.search(called(node))] == []
    used = set(chain.from_iterable(imported(node) for node in ast.walk(tree)))
    assert used & {"portal.db.transaction", "portal.db.lock", "portal.db.take_name"} == set()


@pytest.mark.parametrize("name", [name for name in modules() if name.endswith("actions.py")])
def test_actions_take_plain_values(name: str) -> None:
    if name == "audit/actions.py":
        return  # the log notes the network that a request came from
    used = set(chain.from_iterable(imported(node) for node in ast.walk(modules()[name])))
    foreign = re.compile(
        r"^flask\.|^flask_login|^flask_wtf|^wtforms|\.forms(\.|$)|^portal\.web\.|^portal\.access\.(actor|scope)$"
    )
    assert [one for one in used if foreign.search(one)] == []


@pytest.mark.parametrize("name", [name for name in modules() if name.endswith("queries.py")])
def test_queries_never_write(name: str) -> None:
    used = set(chain.from_iterable(imported(node) for node in ast.walk(modules()[name])))
    assert used & {"portal.db.transaction", "portal.db.lock", "portal.db.take_name"} == set()


def test_every_now_comes_from_the_clock() -> None:
    telling = re.compile(r"\b(datetime|date)\.(now|today|utcnow)$|^time\.time$")
    allowed = {"clock.py", "web/limits.py"}  # the counts of attempts have their own seconds
    assert [
        name
        for name, tree in modules().items()
        if name not in allowed and any(telling.search(called(node)) for node in ast.walk(tree))
    ] == []


def test_no_number_is_read_by_isdigit() -> None:
    """It takes ² for a digit, which int() does not."""
    found = [
        name
        for name, tree in modules().items()
        if any(called(node).endswith(".isdigit") for node in ast.walk(tree))
    ]
    assert found == []


def test_no_template_is_made_of_what_was_typed() -> None:
    made = re.compile(r"render_template_string$|\.from_string$|^eval$|^exec$")
    assert [
        name for name, tree in modules().items() if any(made.search(called(node)) for node in ast.walk(tree))
    ] == []


def test_no_relationship_loads_by_surprise() -> None:
    surprising = [
        f"{mapper.class_.__name__}.{relation.key} is lazy={relation.lazy!r}"
        for mapper in Model.registry.mappers
        for relation in mapper.relationships
        if relation.lazy != "raise"
    ]
    assert surprising == []


def test_every_moment_is_stored_in_utc() -> None:
    naive = [
        f"{table.name}.{column.name}"
        for table in Model.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, sa.DateTime)  # a Moment is none, it only keeps one
    ]
    assert naive == []


def test_every_foreign_key_can_be_followed_back_quickly() -> None:
    """A column that points elsewhere begins an index, unless its table stays small."""
    small = {
        "station",
        "cluster",
        "invitation",
        "activity",
        "message",
        "room",
        "cluster_member",
        "occurrence",
    }
    slow = []
    for table in Model.metadata.tables.values():
        leading = {next(iter(index.columns)).name for index in table.indexes} | {
            next(iter(constraint.columns)).name
            for constraint in table.constraints
            if isinstance(constraint, sa.PrimaryKeyConstraint | sa.UniqueConstraint)
        }
        slow += [
            f"{table.name}.{key.parent.name}"
            for key in table.foreign_keys
            if key.parent.name not in leading and table.name not in small
        ]
    assert slow == []


# Words


def strings(tree: ast.Module) -> list[str]:
    """Return the strings of a module, patterns and what is said about the code apart."""
    said = {
        id(argument) for node in ast.walk(tree) if called(node) == "re.compile" for argument in ast.walk(node)
    } | {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said
    ]


def test_chinese_words_stand_in_the_catalogue() -> None:
    found = {
        name: words
        for name, tree in modules().items()
        if name not in CHINESE and not name.startswith("demo/")
        if (words := [text for text in strings(tree) if HAN.search(text)])
    }
    assert found == {}


def test_what_people_are_told_can_be_translated() -> None:
    found = [
        f"{name}: {ast.unparse(node)[:80]}"
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.JoinedStr | ast.Constant)
        if called(node) in SPEAKERS or (called(node) == "ValueError" and name.endswith("forms.py"))
    ]
    assert found == []
