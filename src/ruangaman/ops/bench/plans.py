"""How PostgreSQL finds what a page asks for: no large table may be read from beginning to end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from django.db import connection
from psycopg import ClientCursor

BIG = frozenset(
    {
        "cases_case", "cases_assignment", "cases_person", "cases_incident", "cases_task", "cases_transition",
        "clocks_clock", "vault_grant", "vault_blindtag", "vault_dossier", "intake_report",
    }
)  # fmt: skip
"""Tables that grow with the cases."""
RAN = """
SELECT relname, seq_scan, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)
FROM pg_stat_xact_user_tables WHERE relname = any(%s)
"""


@dataclass(frozen=True)
class Statement:
    """What was sent."""

    sql: str
    values: Any
    is_planned: bool = False
    """Sent so that the server keeps its plan."""

    @property
    def is_read(self) -> bool:
        """Whether it can be explained and sent again without a trace."""
        return self.sql.lstrip(" \n(").upper().startswith(("SELECT", "WITH"))


class Captured:
    """Collects what Django sends while it is installed."""

    def __init__(self) -> None:
        """Nothing was sent yet."""
        self.statements: list[Statement] = []

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """Send it and keep it."""
        self.statements.append(Statement(sql, params, is_planned=isinstance(context["cursor"], psycopg.Cursor)))
        return execute(sql, params, many, context)


def capture(ask: Any) -> list[Statement]:
    """Return the reading statements that a look sends."""
    captured = Captured()
    with connection.execute_wrapper(captured):
        ask()
    return [one for one in captured.statements if one.is_read]


def run_bare(statements: Sequence[Statement]) -> None:
    """Send statements by psycopg alone, and take the rows as they come."""
    raw = connection.connection
    with ClientCursor(raw) as cursor, psycopg.Cursor(raw) as planned:
        for one in statements:
            if one.is_planned:
                raw.prepare_threshold = 0
                planned.execute(one.sql.encode(), one.values, prepare=True)
                raw.prepare_threshold = None
                planned.fetchall()
            else:
                cursor.execute(one.sql.encode(), one.values)
                cursor.fetchall()


def explain(statement: Statement) -> dict[str, Any]:
    """Return the plan that PostgreSQL makes for whoever looks now."""
    with ClientCursor(connection.connection) as cursor:
        cursor.execute(b"EXPLAIN (FORMAT JSON) " + statement.sql.encode(), statement.values)
        row = cursor.fetchone()
    plan: dict[str, Any] = row[0][0]["Plan"] if row else {}
    return plan


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Return a node and all below it."""
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def whole_reads(plan: dict[str, Any]) -> list[str]:
    """Return the large tables that a plan reads from beginning to end."""
    scans = (node for node in nodes(plan) if "Seq Scan" in node["Node Type"])
    return sorted(node["Relation Name"] for node in scans if node.get("Relation Name") in BIG)


def shown(plan: dict[str, Any], depth: int = 0) -> str:
    """Return a plan as lines to read."""
    words = [plan["Node Type"], plan.get("Relation Name", ""), plan.get("Index Name", ""), plan.get("Subplan Name", "")]
    line = "  " * depth + " ".join(filter(None, words)) + f"  rows={plan['Plan Rows']} cost={plan['Total Cost']:.0f}"
    conditions = [plan[key] for key in ("Index Cond", "Filter", "Hash Cond", "Join Filter") if key in plan]
    lines = [line, *("  " * depth + f"    {one}"[:300] for one in conditions)]
    return "\n".join([*lines, *(shown(below, depth + 1) for below in plan.get("Plans", ()))])


def reads() -> dict[str, tuple[int, int]]:
    """Return, by large table, how often this transaction read all of it, and how many rows it read: functions too."""
    with ClientCursor(connection.connection) as cursor:
        cursor.execute(RAN, [sorted(BIG)])
        return {name: (whole, rows) for name, whole, rows in cursor.fetchall()}
