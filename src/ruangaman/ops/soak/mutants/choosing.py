"""Which tests are asked about a change, and in which order: those that reach it, the quick and the near ones first."""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from ruangaman.ops.paths import ROOT
from ruangaman.ops.soak.mutants.changes import DECLARATIONS, TRIED, Change, changes_of
from ruangaman.ops.soak.mutants.state import PACKAGE, Reach

_NEAR, _NAMED, _WHOLE, _KEEN_HERE, _KEEN = 0.25, 0.1, 0.1, 0.2, 0.05
"""As if they were so much quicker are asked: a test of the same module, one whose text names the function or one that
calls it, one that reaches every line of it that is reached at all, and one that noticed another change of the module or
of the function."""
_TOGETHER = 6
"""Tests of one file that run one after another."""
_WATCHERS = (
    "tests/vault/test_golden.py",
    "tests/vault/test_services_tampering.py",
    "tests/vault/test_services_trail.py",
)
"""Near to every module that they reach: they hold the bytes themselves, what nobody may get away with, and what the
trail is told."""


def modules(only: str | None = None) -> list[str]:
    """Return the modules that are tried, below `src/ruangaman`."""
    found = {str(path.relative_to(PACKAGE)) for pattern in TRIED for path in PACKAGE.glob(pattern)}
    return sorted(path for path in found if only is None or path.startswith(only))


def changes(only: str | None = None) -> list[Change]:
    """Return every change of these modules."""
    return [
        change
        for path in modules(only)
        for change in changes_of(_source(path), path, declarations=Path(path).name not in DECLARATIONS)
    ]


class Chooser:
    """Knows who reaches what, and learns who notices."""

    def __init__(self, reach: Mapping[str, Reach]) -> None:
        """Turn the tests' lines into the lines' tests."""
        self.reach = reach
        self._by_line: dict[tuple[str, int], set[str]] = defaultdict(set)
        for name, test in reach.items():
            for path, lines in test.lines.items():
                for line in lines:
                    self._by_line[path, line].add(name)
        self._keen: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)

    def noticed(self, change: Change, test: str) -> None:
        """Remember who noticed: neighbours of a change are often seen by the same test."""
        self._keen[change.path, change.function][test] += 1
        self._keen[change.path, ""][test] += 1

    def choose(self, change: Change) -> list[str]:
        """Return every test that reaches a change, in the order to ask them.

        Those near to its module too: what runs on a thread that had begun before is not seen to be reached.
        """
        keen, here = self._keen[change.path, change.function], self._keen[change.path, ""]
        stem = Path(change.path).stem
        own = (f"/test_{stem}", f"/test_services_{stem}")
        near = {name for name in self.reach if any(one in name for one in own) or name.startswith(_WATCHERS)}
        near = {name for name in near if change.path in self.reach[name].lines}
        reaching = self._reaching(change)
        name = change.function.rpartition(".")[2]
        words = {name} | _callers()[name]
        named = {test for test in reaching if words & _words(test)}

        lines = {line for line in _lines(change.path, change.function) if self._by_line[change.path, line]}

        def cost(test: str) -> tuple[float, str]:
            seconds = self.reach[test].seconds * (_NEAR if test in near else 1) * (_NAMED if test in named else 1)
            reached = len(lines.intersection(self.reach[test].lines.get(change.path, ()))) / max(len(lines), 1)
            seconds *= 1 - (1 - _WHOLE) * reached
            return seconds * (_KEEN if keen[test] else _KEEN_HERE if here[test] else 1), test

        return _by_file(sorted(reaching | near, key=cost))

    def _reaching(self, change: Change) -> set[str]:
        if not change.cold:
            return self._of(change.path, [change.line]) or self._of(change.path, _lines(change.path, change.function))
        found = self._of(change.path, _lines(change.path, change.function))
        for path in modules():
            found |= self._of(path, _naming(path, _name_of(change)))
        return found or {name for name, test in self.reach.items() if change.path in test.lines} or set(self.reach)

    def _of(self, path: str, lines: list[int]) -> set[str]:
        return set().union(*(self._by_line[path, line] for line in lines))


def _by_file(tests: list[str]) -> list[str]:
    """Let some of one file run one after another: what they share is then made once and not for each."""
    files: dict[str, list[str]] = defaultdict(list)
    for name in tests:
        files[name.partition("::")[0]].append(name)
    some = [names[at : at + _TOGETHER] for names in files.values() for at in range(0, len(names), _TOGETHER)]
    place = {name: at for at, name in enumerate(tests)}
    return [name for names in sorted(some, key=lambda names: place[names[0]]) for name in names]


@cache
def _words(test: str) -> frozenset[str]:
    """Return the words in the text of a test, by the name that pytest gives it, and in what of its file it uses."""
    path, _, name = test.partition("::")
    texts = _texts(path)
    words = texts.get(name.partition("[")[0].replace("::", "."), frozenset())
    return words.union(*(texts[word] for word in words if word in texts))


@cache
def _texts(path: str) -> dict[str, frozenset[str]]:
    text = (ROOT / path).read_text("utf-8") if (ROOT / path).is_file() else ""  # measured, and gone since
    lines = text.splitlines()
    return {
        name: frozenset(re.findall(r"\w+", "\n".join(lines[node.lineno - 1 : node.end_lineno])))
        for name, node in _functions(ast.parse(text), "")
    }


@cache
def _callers() -> dict[str, set[str]]:
    """By a name: the functions of ours in which it is used."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in PACKAGE.glob("**/*.py"):
        for name, node in _functions(ast.parse(path.read_text("utf-8")), ""):
            for one in ast.walk(node):
                if isinstance(one, ast.Name | ast.Attribute):
                    found[one.id if isinstance(one, ast.Name) else one.attr].add(name.rpartition(".")[2])
    return found


@cache
def _source(path: str) -> str:
    return (PACKAGE / path).read_text("utf-8")


@cache
def _tree(path: str) -> ast.Module:
    return ast.parse(_source(path))


@cache
def _lines(path: str, function: str) -> list[int]:
    """Lines of a function's body, or of all methods of a class."""
    return [
        line
        for name, node in _functions(_tree(path), "")
        if name == function or name.startswith(f"{function}.")
        for line in range(node.body[0].lineno, (node.end_lineno or node.lineno) + 1)
        if function
    ]


def _functions(node: ast.AST, above: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.ClassDef):
            name = f"{above}.{child.name}".lstrip(".")
            if isinstance(child, ast.FunctionDef):
                yield name, child
            yield from _functions(child, name)


def _name_of(change: Change) -> str:
    """Return the name that a change at import is about: what is set there, else whose class or function it is."""
    for node in ast.walk(_tree(change.path)):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.lineno <= change.line <= (node.end_lineno or 0):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name):
                return target.id
    return change.function.rpartition(".")[2]


@cache
def _naming(path: str, name: str) -> list[int]:
    """Lines of a module on which a name is used."""
    found = (node for node in ast.walk(_tree(path)) if isinstance(node, ast.Name | ast.Attribute))
    return [node.lineno for node in found if name and name == getattr(node, "id", getattr(node, "attr", ""))]
