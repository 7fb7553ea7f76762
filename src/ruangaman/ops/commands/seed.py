"""`./ruang seed`: adds synthetic reports and cases to a demo, really sealed, by the product's own services."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from ruangaman.config.env import URL_NAMES
from ruangaman.ops import place
from ruangaman.ops.paths import default_demo_folder
from ruangaman.ops.progress import Bar


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--cases", type=int, default=20, metavar="N", help="how many cases to add (default: 20)")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="the same number, the same facts and words")
    parser.add_argument("--data", type=Path, default=None, metavar="DIR", help="folder of a demo, if not the usual one")


def run(options: argparse.Namespace) -> int:
    """Add them. Only ever to a demo: where a city's database is named they are refused."""
    named = [name for name in URL_NAMES.values() if os.environ.get(name)]
    if named:
        print(f"seed only adds to a demo, never to the database of {named[0]}: unset it.", file=sys.stderr)
        return 2
    if options.cases < 1:
        print("--cases takes a whole number from 1.", file=sys.stderr)
        return 2
    with place.django_on(options.data or default_demo_folder(), process="seed"), Bar() as bar:
        from ruangaman.ops import seed  # models are importable only now

        receipts = seed.seed_more(cases=options.cases, seed=options.seed, progress=bar)
    print(f"{options.cases} cases added. Receipts to try: {', '.join(receipts) or 'none'}")
    return 0
