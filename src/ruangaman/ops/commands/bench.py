"""`./ruang bench NAME`: a measured promise with its peers and limits in the same run; exit 0 only when all are kept."""

from __future__ import annotations

import argparse
import importlib
import shlex
import sys
from pathlib import Path
from typing import Any

from ruangaman.ops.bench.registry import BENCHES
from ruangaman.ops.paths import ROOT
from ruangaman.ops.progress import say
from ruangaman.ops.supervisor import Stopped, stop_on_signals

PAGES = ROOT / "docs" / "reference" / "bench"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options: those of every bench, and its own."""
    benches = parser.add_subparsers(dest="name", required=True, metavar="NAME")
    for name, text in BENCHES.items():
        bench = benches.add_parser(name, help=text, description=text)
        bench.add_argument("--json", action="store_true", help="print one line of JSON")
        bench.add_argument("--record", action="store_true", help=f"write docs/reference/bench/{name}.md too")
        _module(name).add_arguments(bench)


def run(options: argparse.Namespace) -> int:
    """Run one bench and show what it found."""
    module = _module(options.name)
    try:
        with stop_on_signals():
            result = module.run(options)
    except Stopped:
        return 130
    print(result.to_json() if options.json else result.to_text(), flush=True)
    if options.record:
        path: Path = PAGES / f"{options.name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        command = f"./ruang {shlex.join(_to_repeat(sys.argv[1:]))}"
        path.write_text(result.to_page(says=module.SAYS, command=command))
        say(f"Written to {path}.")
    return 0 if result.ok else 1


def _to_repeat(words: list[str]) -> list[str]:
    """Return the words with which anybody measures the same, without those about this machine or this terminal."""
    kept: list[str] = []
    for word, before in zip(words, ["", *words], strict=False):
        if word not in {"--json", "--keep", "--data"} and before != "--data" and not word.startswith("--data="):
            kept.append(word)
    return kept


def _module(name: str) -> Any:
    return importlib.import_module(f"ruangaman.ops.bench.{name}")
