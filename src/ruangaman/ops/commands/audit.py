"""`./ruang audit verify`: recomputes the chains of the audit trail and names the first row that does not hold."""

from __future__ import annotations

import argparse
from pathlib import Path

from ruangaman.ops import place
from ruangaman.ops.paths import default_demo_folder


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("what", choices=["verify"])
    parser.add_argument("--data", type=Path, default=None, metavar="DIR", help="folder of a demo, if not the usual one")


def run(options: argparse.Namespace) -> int:
    """Verify; exit code 0 only when every row holds."""
    with place.django_on(options.data or default_demo_folder(), process="web"):
        from ruangaman.audit.services import verify  # models are importable only now

        result = verify()
    if result.bad is None:
        print(f"The audit trail holds: {result.rows} rows.")
        return 0
    print(f"The audit trail does NOT hold: {result.bad}")
    return 1
