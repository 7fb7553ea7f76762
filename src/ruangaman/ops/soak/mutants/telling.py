"""What came of a run: the hand-written explanations, what is still unexplained, and the page of the reference."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ruangaman.ops.paths import ROOT
from ruangaman.ops.soak.mutants.changes import Change
from ruangaman.ops.soak.mutants.state import Outcome

EXPLANATIONS = ROOT / "tests" / "mutants.toml"
KINDS = {
    "equivalent": "It behaves the same: nothing could notice",
    "message": "Only words for a person, or the name of a thing, differ",
    "guarded": "Another layer refuses or notices it: a test of whole processes, or the database",
}
_ABOUT = """\
One small change after another is made in the vault and in what decides who may do what: a condition always or never
met, a part of a condition, a statement, a keyword of a call, a link of a chain, a `with`, an `except` or a decorator
left out, a bound moved, a number or a word altered, nothing returned. A test has to notice. What no test notices stands
below with the reason, by somebody who looked. Not changed are models, events and errors, which only declare, log lines,
texts for people, types, and how things look in a debugger; nor what is so in any case: that a row is new, its random
id, that two lists are of one length, a savepoint in the transaction that every service runs in. Asked are the tests
that reach the change, the nearest and quickest first, for {within:.0f} seconds; never those that start processes of
their own. Made by `./ruang soak mutants`."""
_FIELDS = {"path", "function", "changes", "kind", "why"}


class BadExplanation(RuntimeError):
    """The file of explanations is not as it should be; the text says where."""


@dataclass(frozen=True)
class Explanation:
    """Why no test notices a change, by somebody who looked."""

    kind: str
    why: str


def read_explanations(path: Path = EXPLANATIONS) -> dict[str, Explanation]:
    """Return them by the key of the change. Raises BadExplanation."""
    found: dict[str, Explanation] = {}
    for entry in tomllib.loads(path.read_text("utf-8")).get("left", []):
        where = f"{path.name}, {entry.get('path')}::{entry.get('function')}"
        if set(entry) != _FIELDS or entry["kind"] not in KINDS or len(entry["why"]) < 15:
            raise BadExplanation(f"{where}: it needs {', '.join(sorted(_FIELDS))}; a kind is {', '.join(KINDS)}.")
        for words in entry["changes"]:
            key = f"{entry['path']}::{entry['function']}: {words}"
            if key in found:
                raise BadExplanation(f"{where}: `{words}` is explained twice.")
            found[key] = Explanation(entry["kind"], entry["why"])
    return found


def faults(
    changes: Sequence[Change], outcomes: dict[str, Outcome], explained: dict[str, Explanation], unsound: Iterable[str]
) -> list[str]:
    """Return what should not be, as sentences."""
    found = [f"{test} fails with nothing changed, so it was not asked" for test in unsound]
    untried = [change for change in changes if change.key not in outcomes]
    if untried:
        found.append(f"{len(untried)} of {len(changes)} changes were not tried: run it again, it goes on")
    for change in changes:
        known = outcomes.get(change.key)
        if known and not known.is_noticed and change.key not in explained:
            asked = f"{known.ran} tests reach it" if known.ran else "no test reaches it"
            found.append(f"unexplained, {asked}: {change.key} (line {change.line})")
        if known and known.is_noticed and change.key in explained:
            found.append(f"explained, but noticed by {known.by or known.result}: {change.key}")
    paths, keys = {change.path for change in changes}, {change.key for change in changes}
    found += [f"explained, but there is no such change: {key}" for key in explained
              if key.split("::")[0] in paths and key not in keys]  # fmt: skip
    return found


def describe(
    changes: Sequence[Change],
    outcomes: dict[str, Outcome],
    explained: dict[str, Explanation],
    wrong: Sequence[str],
    *,
    where: str,
) -> str:
    """Return the page of the reference."""
    spent = [outcomes[change.key].seconds for change in changes if change.key in outcomes]
    left = [change for change in changes if change.key in outcomes and not outcomes[change.key].is_noticed]
    return "\n".join(
        [
            "# Soak: mutants", "",
            _ABOUT.format(within=max((one.within for one in outcomes.values()), default=0)), "",
            f"Run on {where}.", "",
            "| Module | Changes | Noticed | of these by never ending | Explained below |",
            "|---|---|---|---|---|",
            *_counts(changes, outcomes), "",
            f"{sum(spent) / 60:.0f} minutes of one core, {sum(spent) / max(len(spent), 1):.2f} seconds for a change.",
            "",
            *_lists(left, explained),
            "**Held: every change is noticed or explained.**"
            if not wrong else f"**Did not hold:** {len(wrong)} of them, such as: {wrong[0]}.", "",
        ]
    )  # fmt: skip


def _counts(changes: Sequence[Change], outcomes: dict[str, Outcome]) -> list[str]:
    total: Counter[tuple[str, str]] = Counter()
    for change in changes:
        known = outcomes.get(change.key)
        for path in (change.path, "together"):
            total[path, "all"] += 1
            total[path, "noticed"] += known is not None and known.is_noticed
            total[path, "slow"] += known is not None and known.result == "slow"
            total[path, "left"] += known is not None and not known.is_noticed
    paths = [*dict.fromkeys(change.path for change in changes), "together"]
    return [
        f"| {path} | {total[path, 'all']} | {total[path, 'noticed']} | {total[path, 'slow']} | {total[path, 'left']} |"
        for path in paths
    ]


def _lists(left: Sequence[Change], explained: dict[str, Explanation]) -> list[str]:
    lines: list[str] = []
    for kind, title in KINDS.items():
        some = [change for change in left if change.key in explained and explained[change.key].kind == kind]
        lines += [f"## {title}: {len(some)}", ""] if some else []
        for why in dict.fromkeys(explained[change.key].why for change in some):
            lines += [*(f"- {_told(one)}" for one in some if explained[one.key].why == why), "", f"  {why}", ""]
    unexplained = [change for change in left if change.key not in explained]
    if unexplained:
        lines += [f"## Not explained: {len(unexplained)}", "", *(f"- {_told(one)}" for one in unexplained), ""]
    return lines


def _told(change: Change) -> str:
    words = change.words.replace("`", "'")
    return f"`{change.path}:{change.line}` {change.function}: `{words}`"
