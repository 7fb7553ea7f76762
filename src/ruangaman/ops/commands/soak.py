"""`./ruang soak NAME`: a long run, with its result written to `docs/reference/soak/`."""

from __future__ import annotations

import argparse
import platform
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from ruangaman.ops import demo
from ruangaman.ops.paths import ROOT
from ruangaman.ops.progress import Bar, say
from ruangaman.ops.running import RunningDemo
from ruangaman.ops.soak import copying, kills
from ruangaman.ops.supervisor import Stopped, stop_on_signals

RESULTS = ROOT / "docs" / "reference" / "soak"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("name", choices=["kills", "backup"])
    usual = f"{kills.REPORTS}, for backup {copying.REPORTS}"
    parser.add_argument("--reports", type=int, default=None, help=f"how many reports ({usual})")
    parser.add_argument("--kills", type=int, default=kills.KILLS, help="how many kills among them (%(default)s)")
    parser.add_argument("--result", type=Path, default=None, metavar="FILE", help="where the result is written")


def run(options: argparse.Namespace) -> int:
    """Run it; exit code 0 only when the promise held."""
    try:
        with stop_on_signals(), tempfile.TemporaryDirectory(prefix="ra-soak-") as name:
            Path(name).chmod(0o711)
            with RunningDemo(Path(name), cases=4) as running, Bar() as bar:
                faults, text = (_backup if options.name == "backup" else _kills)(running, options, bar)
    except Stopped:
        return 130
    path: Path = options.result or RESULTS / f"{options.name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    for fault in faults:
        say(fault)
    print(f"{'The promise held' if not faults else 'The promise did NOT hold'}; written to {path}.")
    return 1 if faults else 0


def _kills(running: RunningDemo, options: argparse.Namespace, bar: Bar) -> tuple[list[str], str]:
    reports = options.reports or kills.REPORTS
    outcome = kills.run_kills(running, reports=reports, kills=options.kills, progress=bar)
    return outcome.faults(), describe(outcome, outcome.faults())


def _backup(running: RunningDemo, options: argparse.Namespace, bar: Bar) -> tuple[list[str], str]:
    outcome = copying.run_copying(running, reports=options.reports or copying.REPORTS, progress=bar)
    return outcome.faults(), copying.describe(outcome, _context())


def _context() -> str:
    return (
        f"Run on {datetime.now(UTC):%Y-%m-%d} with Python {platform.python_version()} on {demo.cores()} cores,"
        f" {platform.system()} {platform.machine()}."
    )


def describe(outcome: kills.Outcome, faults: list[str]) -> str:
    """The result as a page of the reference."""
    flood = outcome.flood
    rows = {
        "Reports sent, sixteen people at once": flood.sent,
        "Killed outright (SIGKILL), in this order": ", ".join(outcome.killed),
        "Requests sent again, with the same key and cookie": flood.retries,
        "Different receipts shown": len(set(flood.receipts)),
        "Threads opened by them, from another browser": flood.opened,
        "Reports stored": outcome.stored,
        "Idempotency keys stored": outcome.keys,
        "Reports without an alarm to the desk": outcome.alarms,
        "Seconds": f"{flood.seconds:.0f}",
    }
    lines = [
        "# Soak: kills",
        "",
        "Web server, database and worker are killed again and again while people report. A client whose request is not",
        "answered sends it again as it was. Every report must be there once, and its receipt must open its thread.",
        "Made by `./ruang soak kills`.",
        "",
        _context(),
        "",
        "| What | Value |",
        "|---|---|",
        *(f"| {what} | {value} |" for what, value in rows.items()),
        "",
        "**Held: none lost, none doubled.**" if not faults else "**Did not hold:** " + "; ".join(faults) + ".",
        "",
    ]
    return "\n".join(lines)
