"""`./ruang shots DIR`: pictures of every page for every role, with contact sheets."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from ruangaman.ops.progress import Bar
from ruangaman.ops.running import RunningDemo
from ruangaman.ops.supervisor import Stopped, stop_on_signals


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="where the pictures go")
    parser.add_argument("--url", default="", help="of a demo that runs; without it one is started for the pictures")
    parser.add_argument("--only", default="", metavar="ROLE", help="one account, `publik` or `masuk`")
    parser.add_argument("--cases", type=int, default=120, help="cases of a demo that is started (%(default)s)")


def run(options: argparse.Namespace) -> int:
    """Take them and tell where the sheets are."""
    try:
        with stop_on_signals():
            if options.url:
                return _take(options.url.rstrip("/"), options)
            with tempfile.TemporaryDirectory(prefix="ra-shots-") as name:
                Path(name).chmod(0o711)
                with RunningDemo(Path(name), cases=options.cases) as demo:
                    return _take(demo.url, options)
    except Stopped:
        return 130


def _take(url: str, options: argparse.Namespace) -> int:
    from ruangaman.ops import shots  # Playwright and Pillow are there only with the development requirements

    with Bar() as bar:
        sheets = shots.take_all(url, options.folder, only=options.only, progress=bar)
    for sheet in sheets:
        print(sheet)
    return 0
