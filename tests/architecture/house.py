"""The house as data: what the architecture tests walk over."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src" / "ruangaman"

LAYERS = (
    ("ops", "config"), ("web",), ("intake",), ("cases",), ("notifications",),
    ("clocks", "codelists", "consents"), ("accounts",), ("vault",), ("audit",), ("ui", "core"),
)  # fmt: skip
"""High to low, as in pyproject.toml (which is what import-linter enforces)."""

FRONT_DOORS = frozenset(
    {"services", "selectors", "models", "policies", "types", "events", "errors", "registry", "keyring", "files",
     "receipts", "hashing", "sessions", "totp", "pepper", "doors"}
)  # fmt: skip
"""Modules by which another app may be entered. Beyond house-style: the vault's named doors (foundations, rule 16)."""

EXCEPTIONS = ROOT / "tests" / "architecture" / "exceptions.txt"
"""Named lines `rule path[:name] # ADR`; the list only shrinks."""


def rank(app: str) -> int:
    """Return how low an app stands; a higher number may be imported by a lower one."""
    return next(index for index, layer in enumerate(LAYERS) if app in layer)


def python_files(*, tests: bool = False) -> Iterator[Path]:
    """Yield every source file of the product, without migrations."""
    for path in sorted(SRC.rglob("*.py")):
        if "migrations" not in path.parts:
            yield path
    if tests:
        yield from sorted((ROOT / "tests").rglob("*.py"))


def app_of(path: Path) -> str:
    """Return the app that a file belongs to."""
    return path.relative_to(SRC).parts[0]


def parse(path: Path) -> ast.Module:
    """Return the file's syntax tree."""
    return ast.parse(path.read_text("utf-8"), filename=str(path))


def exceptions(rule: str) -> set[str]:
    """Return the named exceptions of a rule."""
    found = set()
    for line in EXCEPTIONS.read_text("utf-8").splitlines():
        words = line.split("#", 1)[0].split()
        if len(words) == 2 and words[0] == rule:
            found.add(words[1])
    return found
