"""`./ruang soak NAME`: a long run, with its result written to `docs/reference/soak/`."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from ruangaman.ops.bench.frame import where
from ruangaman.ops.paths import ROOT
from ruangaman.ops.progress import Bar, say
from ruangaman.ops.running import RunningDemo
from ruangaman.ops.soak import copying, durability, full_disk, kills, year
from ruangaman.ops.soak.histories import running as histories
from ruangaman.ops.soak.mutants import telling
from ruangaman.ops.soak.mutants.choosing import changes
from ruangaman.ops.soak.mutants.state import FOLDER, State
from ruangaman.ops.soak.mutants.trying import WITHIN, Run
from ruangaman.ops.supervisor import Stopped, stop_on_signals

RESULTS = ROOT / "docs" / "reference" / "soak"
YEAR = 300, 220
"""Reports, and cases that come of them."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("name", choices=list(_SOAKS))
    usual = f"kills: {kills.REPORTS}; backup: {copying.REPORTS}; year: {YEAR[0]}"
    parser.add_argument("--reports", type=int, default=None, help=usual)
    parser.add_argument("--kills", type=int, default=None, help="how many kills (10; durability 200)")
    parser.add_argument(
        "--only", default=None, metavar="PATH", help="mutants: modules below src/ruangaman, vault/layout.py"
    )
    parser.add_argument("--minutes", type=float, default=None, help="mutants: stop then; the next run goes on")
    parser.add_argument(
        "--within", type=float, default=WITHIN, help=f"mutants: seconds of tests for each ({WITHIN:.0f})"
    )
    parser.add_argument("--afresh", action="store_true", help="mutants, cases: forget what earlier runs found")
    parser.add_argument(
        "--histories", type=int, default=histories.HISTORIES, metavar="N", help="cases: how many (%(default)s)"
    )
    parser.add_argument("--cases", type=int, default=YEAR[1], metavar="N", help="year: of the reports (%(default)s)")
    parser.add_argument("--result", type=Path, default=None, metavar="FILE", help="where the result is written")


def run(options: argparse.Namespace) -> int:
    """Run it; exit code 0 only when the promise held."""
    try:
        with stop_on_signals(), Bar() as bar:
            page, faults = _SOAKS[options.name](options, bar)
    except Stopped:
        return 130
    whole = (options.histories, options.cases) == (histories.HISTORIES, YEAR[1])
    partly = RESULTS if whole and not options.only and not options.minutes else FOLDER
    path: Path = options.result or partly / f"{options.name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page)
    for fault in faults:
        say(fault)
    print(f"{'The promise held' if not faults else 'The promise did NOT hold'}; written to {path}.")
    return 1 if faults else 0


def _durability(options: argparse.Namespace, bar: Bar) -> tuple[str, list[str]]:
    outcome = durability.run(kills=options.kills or durability.KILLS, progress=bar)
    return durability.describe(outcome, outcome.failures(), where=where()), outcome.failures()


def _full_disk(options: argparse.Namespace, bar: Bar) -> tuple[str, list[str]]:
    told, faults = full_disk.run()
    return full_disk.describe(told, faults, where=where()), faults


def _kills(options: argparse.Namespace, bar: Bar) -> tuple[str, list[str]]:
    with tempfile.TemporaryDirectory(prefix="ra-soak-") as name:
        Path(name).chmod(0o711)
        with RunningDemo(Path(name), cases=4) as running:
            wanted = options.kills or kills.KILLS
            reports = options.reports or kills.REPORTS
            outcome = kills.run_kills(running, reports=reports, kills=wanted, progress=bar)
    return describe(outcome, outcome.faults()), outcome.faults()


def _backup(options: argparse.Namespace, bar: Bar) -> tuple[str, list[str]]:
    with tempfile.TemporaryDirectory(prefix="ra-soak-") as name:
        Path(name).chmod(0o711)
        with RunningDemo(Path(name), cases=4) as running:
            outcome = copying.run_copying(running, reports=options.reports or copying.REPORTS, progress=bar)
    return copying.describe(outcome, f"Run on {where()}."), outcome.faults()


def _mutants(options: argparse.Namespace, bar: Bar) -> tuple[str, list[str]]:
    state, explained, wanted = State(), telling.read_explanations(), changes(options.only)
    if options.afresh:
        state.forget()
    state.load()
    Run(state, bar, options.minutes, options.within).go(wanted, last=explained)
    faults = telling.faults(wanted, state.outcomes, explained, state.unsound())
    return telling.describe(wanted, state.outcomes, explained, faults, where=where()), faults


def _cases(options: argparse.Namespace, bar: Bar) -> tuple[str, list[str]]:
    outcome = histories.run(histories=options.histories, afresh=options.afresh, progress=bar)
    return histories.describe(outcome, outcome.faults(), where=where()), outcome.faults()


def _year(options: argparse.Namespace, bar: Bar) -> tuple[str, list[str]]:
    outcome = year.run(reports=options.reports or YEAR[0], cases=options.cases, progress=bar)
    return year.describe(outcome, outcome.faults(), where=where()), outcome.faults()


_SOAKS = {
    "kills": _kills,
    "durability": _durability,
    "full_disk": _full_disk,
    "backup": _backup,
    "mutants": _mutants,
    "cases": _cases,
    "year": _year,
}


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
        f"Run on {where()}.",
        "",
        "| What | Value |",
        "|---|---|",
        *(f"| {what} | {value} |" for what, value in rows.items()),
        "",
        "**Held: none lost, none doubled.**" if not faults else "**Did not hold:** " + "; ".join(faults) + ".",
        "",
    ]
    return "\n".join(lines)
