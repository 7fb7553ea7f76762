"""What is known from earlier: which test reaches what, and what came of each change. Kept so that a run can go on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from difflib import SequenceMatcher
from pathlib import Path

from ruangaman.ops.environment import SOURCE
from ruangaman.ops.paths import ROOT
from ruangaman.ops.soak.mutants.servers import TESTS

FOLDER = ROOT / ".data" / "mutants"
PACKAGE = SOURCE / "ruangaman"
_OURS = "mutat*.py"
"""The run itself changes nothing of what it finds."""


@dataclass(frozen=True)
class Reach:
    """What one test is: how long it takes, whether it holds by itself, the lines that it reaches, by module."""

    seconds: float
    holds: bool
    lines: dict[str, list[int]]


@dataclass(frozen=True)
class Outcome:
    """What came of one change.

    Args:
        result: `noticed`, `slow` (a test took far too long, which is noticed too), `died`, or `left`.
        by: which test, or what else, noticed.
        ran: how many tests were asked.
        all: those were all that reach it.
        within: how many seconds of tests were allowed.
        source: digest of the module; `tests`: of everything else that counts.
    """

    key: str
    result: str
    by: str
    seconds: float
    ran: int
    all: bool
    within: float
    source: str
    tests: str

    @property
    def is_noticed(self) -> bool:
        """Whether a test failed."""
        return self.result != "left"


@dataclass
class State:
    """Both, in a folder that is never committed."""

    folder: Path = FOLDER
    reach: dict[str, dict[str, Reach]] = field(default_factory=dict)
    """By test file."""
    outcomes: dict[str, Outcome] = field(default_factory=dict)

    def load(self) -> None:
        """Read what still holds: outcomes of modules as they are now, reach of test files as they are now.

        What else changed since, what tests share or lines that moved, makes reach a good guess only: it chooses the
        tests, it never counts as noticing. A run that is recorded begins afresh.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        reach, known = self.folder / "reach.json", self.folder / "outcomes.jsonl"
        if reach.is_file():
            told = json.loads(reach.read_text())
            moves = {path: _moves(text, path) for path, text in told["sources"].items()}
            for path, facts in told["files"].items():
                if (ROOT / path).is_file() and facts["digest"] == digest([ROOT / path]):
                    self.reach[path] = {name: _moved(Reach(**one), moves) for name, one in facts["tests"].items()}
        now = tests_digest()
        for line in known.read_text().splitlines() if known.is_file() else []:
            one = Outcome(**json.loads(line))
            path = PACKAGE / one.key.split("::")[0]
            if path.is_file() and one.source == digest([path]) and (one.is_noticed or one.tests == now):
                self.outcomes[one.key] = one
            else:
                self.outcomes.pop(one.key, None)

    def forget(self) -> None:
        """Begin afresh."""
        for name in ("reach.json", "outcomes.jsonl"):
            (self.folder / name).unlink(missing_ok=True)

    def keep_reach(self) -> None:
        """Write which test reaches what."""
        files = {
            path: {"digest": digest([ROOT / path]), "tests": {name: asdict(one) for name, one in tests.items()}}
            for path, tests in self.reach.items()
        }
        paths = {path for tests in self.reach.values() for one in tests.values() for path in one.lines}
        sources = {path: (PACKAGE / path).read_text("utf-8") for path in paths}
        (self.folder / "reach.json").write_text(json.dumps({"sources": sources, "files": files}))

    def add(self, outcome: Outcome) -> None:
        """Write one outcome at once: whoever is stopped goes on from here."""
        self.outcomes[outcome.key] = outcome
        with (self.folder / "outcomes.jsonl").open("a") as file:
            file.write(json.dumps(asdict(outcome)) + "\n")

    def sound(self) -> dict[str, Reach]:
        """Every test that holds by itself; another one would notice anything."""
        return {name: one for tests in self.reach.values() for name, one in tests.items() if one.holds}

    def unsound(self) -> list[str]:
        """The others."""
        return sorted(name for tests in self.reach.values() for name, one in tests.items() if not one.holds)


def digest(paths: Iterable[Path]) -> str:
    """Return a short digest of some files."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(str(path).encode() + b"\0" + path.read_bytes())
    return total.hexdigest()[:16]


def tests_digest() -> str:
    """Of what could notice a change: every test."""
    paths = {path for name in (*TESTS, "support", "factories") for path in ROOT.glob(f"tests/{name}/**/*.py")}
    return digest(path for path in paths if not path.match(_OURS))


def _moves(before: str, path: str) -> dict[int, int]:
    """Return where the lines of a module are now."""
    now = (PACKAGE / path).read_text("utf-8") if (PACKAGE / path).is_file() else ""
    same = SequenceMatcher(None, before.splitlines(), now.splitlines(), autojunk=False).get_matching_blocks()
    return {old + at + 1: new + at + 1 for old, new, size in same for at in range(size)}


def _moved(reach: Reach, moves: dict[str, dict[int, int]]) -> Reach:
    lines = {path: [moves[path][line] for line in lines if line in moves[path]] for path, lines in reach.lines.items()}
    return Reach(reach.seconds, reach.holds, lines)
