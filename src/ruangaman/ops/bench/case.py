"""The page of a case with ever more in it: how many statements it takes, and how long beside those statements alone."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from ruangaman.ops import demo, environment
from ruangaman.ops.bench.frame import Result, median
from ruangaman.ops.postgres import Postgres
from ruangaman.ops.progress import step

SAYS = (
    "One case of an invented city, opened by its manager with nothing more, with 20 and with 200 more sealed entries:"
    " the view with its selectors, everything unsealed and the page drawn, beside the same SQL by psycopg alone, in the"
    " same transaction; medians of interleaved looks. The door's five statements are in neither."
)
CASES = 12
"""So many that one of them is open and in the hands of the manager who looks."""
STATEMENTS = 7
"""Of the view; with the role, the session, the person, who is looking and the trail: twelve."""
BESIDE = 8.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--repeats", type=int, default=21, metavar="N", help="looks that count (%(default)s)")


def run(options: argparse.Namespace) -> Result:
    """Fill, look, judge."""
    result = Result("case", context={"looks of each kind": options.repeats})
    with tempfile.TemporaryDirectory(prefix="ra-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        data = folder / "data"
        demo.claim_folder(data, fresh=False)
        with Postgres(data) as server:
            demo.fill(server, data, cases=CASES)
            found = _measure(server, data, options.repeats)
    judge(result, found)
    return result


def judge(result: Result, found: dict[int, Any]) -> None:
    """Hold what was measured against its limits.

    Args:
        found: by how many entries were added: `page` and `sql`, milliseconds of each look; `statements`; `opened`.
    """
    counts = {one["statements"] for one in found.values()}
    result.at_most("statements of the view", max(counts), STATEMENTS)
    result.at_most("difference between a short case and a long one", max(counts) - min(counts), 0)
    for entries, one in found.items():
        page, sql = median(one["page"]), median(one["sql"])
        result.at_most(f"{entries} entries more: the page beside its SQL", page / sql, BESIDE)
        result.context[f"{entries} entries more"] = (
            f"{page:.1f} ms, its SQL {sql:.1f} ms, {one['statements']} statements, {one['opened']} opened at once"
        )


def _measure(server: Postgres, data: Path, repeats: int) -> dict[int, Any]:
    if server.socket is None:
        raise demo.DemoError("PostgreSQL is not running.")
    out = data / "looked.json"
    env = environment.for_process(
        "seed", socket=server.socket, database=demo.DATABASE, folder=data, RUANGAMAN_DEMO="1", RUANGAMAN_DEBUG="1"
    )
    with step("Looking"):
        words = [sys.executable, "-P", "-m", "ruangaman.ops.bench.case_work", str(out), str(repeats)]
        if subprocess.run(words, env=env, check=False).returncode:
            raise demo.DemoError("Looking at the case failed, see above.")
    found: dict[str, Any] = json.loads(out.read_text())
    return {int(entries): one for entries, one in found.items()}
