"""What a bench hands back, and how it is shown: a table, one line of JSON, or a page of the reference."""

from __future__ import annotations

import json
import platform
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

from ruangaman.ops import demo

Context = dict[str, str | int | float]


@dataclass(frozen=True)
class Check:
    """One figure and what it has to keep to."""

    what: str
    value: float
    limit: float
    unit: str
    ok: bool
    at_least: bool = field(default=False, repr=False)

    def row(self) -> tuple[str, str, str, str, str]:
        """Return the check as words of a table."""
        sign = "≥" if self.at_least else "≤"
        return self.what, number(self.value), f"{sign} {number(self.limit)}", self.unit, "ok" if self.ok else "NOT ok"

    def facts(self) -> dict[str, object]:
        """Return the check as JSON has it (design.md 5)."""
        return {name: value for name, value in asdict(self).items() if name != "at_least"}


@dataclass
class Result:
    """What one bench found."""

    name: str
    checks: list[Check] = field(default_factory=list)
    context: Context = field(default_factory=dict)

    def at_most(self, what: str, value: float, limit: float, unit: str = "") -> None:
        """Add a figure that may not be above its limit."""
        self.checks.append(Check(what, value, limit, unit, value <= limit))

    def at_least(self, what: str, value: float, limit: float, unit: str = "") -> None:
        """Add a figure that may not be below its limit."""
        self.checks.append(Check(what, value, limit, unit, value >= limit, at_least=True))

    @property
    def ok(self) -> bool:
        """Whether every check holds; a bench without checks shows nothing."""
        return bool(self.checks) and all(check.ok for check in self.checks)

    def to_json(self) -> str:
        """Return one line."""
        facts = [check.facts() for check in self.checks]
        return json.dumps({"name": self.name, "checks": facts, "context": self.context}, ensure_ascii=False)

    def to_text(self) -> str:
        """Return the table for a terminal."""
        rows = [("what", "value", "limit", "unit", ""), *(check.row() for check in self.checks)]
        widths = [max(len(row[column]) for row in rows) for column in range(5)]
        lines = ["  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip() for row in rows]
        beside = [f"  {what}: {shown(value)}" for what, value in self.context.items()]
        return "\n".join([*lines, "", "Beside it", *beside])

    def to_page(self, *, says: str, command: str) -> str:
        """Return the page of the reference.

        Args:
            says: one sentence about what was measured.
            command: how to measure again.
        """
        checks = ["| " + " | ".join(check.row()) + " |" for check in self.checks]
        beside = [f"| {what} | {shown(value)} |" for what, value in self.context.items()]
        return "\n".join(
            [
                f"# Bench: {self.name}", "", says, f"Made by `{command}`.", "", f"Run on {where()}.", "",
                "| What | Value | Limit | Unit | |", "|---|---|---|---|---|", *checks, "",
                "| Beside it | |", "|---|---|", *beside, "",
                "**Every limit was kept.**" if self.ok else "**Not every limit was kept.**", "",
            ]
        )  # fmt: skip


def where() -> str:
    """Return when and on what a run was made."""
    machine = f"{demo.cores()} cores, {platform.system()} {platform.machine()}"
    return f"{datetime.now(UTC):%Y-%m-%d} with Python {platform.python_version()} on {machine}"


def number(value: float) -> str:
    """Return a figure with as many digits as one reads."""
    if value == int(value) and abs(value) < 1e9:
        return str(int(value))
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}"


def shown(value: str | float) -> str:
    """Return a fact of the context."""
    return value if isinstance(value, str) else number(value)


def median(values: Sequence[float]) -> float:
    """Return the middle of the values."""
    return statistics.median(values)


def p95(values: Sequence[float]) -> float:
    """Return what 95 of 100 values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
