"""`./ruang lock`: makes the hashed requirement files again."""

from __future__ import annotations

import argparse

from ruangaman.ops import lockfiles


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--upgrade", action="store_true", help="take newer versions too, if seven days old")


def run(options: argparse.Namespace) -> int:
    """Make them."""
    lockfiles.make(upgrade=options.upgrade)
    return 0
