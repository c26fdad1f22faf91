"""Read the tree: its files, the portal's modules as syntax trees, its templates."""

import ast
import subprocess
from functools import cache
from pathlib import Path

from portal.config import ROOT

PORTAL = ROOT / "portal"
TEMPLATES = ROOT / "templates"


@cache
def files() -> tuple[Path, ...]:
    """List the files that are or will be under version control."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return tuple(ROOT / name for name in sorted(listed.split("\0")) if name and (ROOT / name).is_file())


@cache
def modules() -> dict[str, ast.Module]:
    """Map each module of the portal, by its path below portal/, to its syntax tree; migrations apart."""
    paths = [path for path in sorted(PORTAL.rglob("*.py")) if "migrations" not in path.parts]
    return {str(path.relative_to(PORTAL)): ast.parse(path.read_text(), str(path)) for path in paths}


@cache
def templates() -> dict[str, str]:
    """Map each template's name to its text."""
    return {str(path.relative_to(TEMPLATES)): path.read_text() for path in sorted(TEMPLATES.rglob("*.html"))}


def imported(node: ast.AST) -> list[str]:
    """Return the modules and names that an import statement names, in full."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def called(node: ast.AST) -> str:
    """Return what a call calls, as it is written, dots included."""
    return ast.unparse(node.func) if isinstance(node, ast.Call) else ""
