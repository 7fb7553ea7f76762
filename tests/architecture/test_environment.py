"""The list of what is read from the environment is complete, and names nothing else."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture import house
from tests.support import guide

PAGE = house.ROOT / "docs" / "reference" / "environment.md"
OURS = re.compile(r"(RUANGAMAN|XDG)_[A-Z][A-Z_]*|DATABASE_URL(_[A-Z]+)?")
OTHERS = {"PYTHONPATH", "DJANGO_SETTINGS_MODULE", "GLIBC_TUNABLES", "PYTEST_XDIST_WORKER"}
"""Read or passed on, and explained by those to whom they belong."""
ROW = re.compile(r"^\| `([A-Z_]+)` \| (.+) \|$", re.MULTILINE)


def named(tree: ast.Module) -> set[str]:
    """Names of ours that stand in the code as text: no setting is one, for settings are reached as attributes."""
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {text for text in texts if OURS.fullmatch(text)}


def asked(tree: ast.Module) -> set[str]:
    """Names that the environment is asked for outright, whosoever they are."""
    keys: list[ast.expr] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("os.environ.") and node.args:
            keys.append(node.args[0])
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "os.getenv":
            keys.append(node.args[0])
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            keys.append(node.slice)
    return {key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str)}


def sources() -> Iterator[Path]:
    yield from house.python_files()
    yield house.ROOT / "ruang"
    yield house.ROOT / "tests" / "e2e" / "conftest.py"
    yield from sorted((house.ROOT / "tests" / "support").glob("*.py"))


def listed() -> dict[str, str]:
    rows = ROW.findall(PAGE.read_text("utf-8"))
    assert len(rows) == len(dict(rows)), "a name stands there twice"
    return dict(rows)


def test_what_is_read_stands_in_the_list_and_the_list_names_nothing_else():
    trees = [house.parse(path) for path in sources()]
    read = set().union(*map(named, trees))

    assert read - listed().keys() == set(), "say in docs/reference/environment.md what it is"
    assert listed().keys() - read == set(), "nothing reads it any more"
    assert set().union(*map(asked, trees)) - listed().keys() - OTHERS == set()


def test_a_name_is_found_however_it_is_read():
    code = (
        'A = "RUANGAMAN_ONE"\nos.environ["HOME"]\nos.environ.get("XDG_TWO")\nsettings.RUANGAMAN_SETTING\n"RUANGAMAN_"'
    )
    tree = ast.parse(f"{code}\nos.getenv('LANG')\nos.environ.pop('TZ', '')")

    assert named(tree) == {"RUANGAMAN_ONE", "XDG_TWO"}
    assert asked(tree) == {"HOME", "XDG_TWO", "LANG", "TZ"}


def test_the_files_of_the_guide_hold_what_the_list_says_of_them():
    files = {name: row.split(" | ")[0] for name, row in listed().items() if row.count(" | ")}
    wrong = [
        f"{file}.env: {name}"
        for file, told in guide.environments().items()
        for name in told
        if file not in files[name] and not files[name].startswith("all")
    ]
    assert wrong == []
