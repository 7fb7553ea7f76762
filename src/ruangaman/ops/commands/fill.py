"""Fills the empty demo database; started by the demo as a process of its own: `python -m … RECEIPTS_FILE CASES`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import django

from ruangaman.ops.progress import Bar


def main(receipts: Path, cases: int) -> None:
    """Fill it and note the receipts that someone may try."""
    django.setup()
    from ruangaman.ops import seed  # models are importable only now

    with Bar() as bar:
        printable = seed.fill_demo(progress=bar, cases=cases)
    receipts.write_text(json.dumps(list(printable)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
