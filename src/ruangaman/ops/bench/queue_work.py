"""What the bench of the queue needs Django for: `python -m … prepare`, or `… measure OUT REPEATS ROWS=DATABASE…`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import django

from ruangaman.ops.progress import Bar


def main(words: list[str]) -> None:
    """Do what the words say."""
    django.setup()
    from ruangaman.ops.bench import looking, looks  # models are importable only now

    if words[0] == "prepare":
        looks.gather()
        return
    out, repeats, *places = words[1:]
    databases = {int(rows): name for rows, _, name in (word.partition("=") for word in places)}
    with Bar() as bar:
        found = looking.measure(databases, repeats=int(repeats), progress=bar)
    names = list(dict.fromkeys(name for each in found.values() for name in each))
    by_name = {name: {rows: asdict(each[name]) for rows, each in found.items() if name in each} for name in names}
    Path(out).write_text(json.dumps(by_name))


if __name__ == "__main__":
    main(sys.argv[1:])
