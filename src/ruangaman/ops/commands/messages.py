"""`./ruang messages`: bring the English catalogue to what the sources say; then translate what is new."""

from __future__ import annotations

import argparse

from ruangaman.ops import messages


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--check", action="store_true", help="change nothing; say what is missing")


def run(options: argparse.Namespace) -> int:
    """Update or check. Returns 1 when something is left to translate."""
    if not options.check:
        count, missing = messages.update()
        print(f"{count} messages, {missing} to translate in {messages.CATALOGUE.name}.")
    found = messages.problems()
    for line in found:
        print(line)
    return 1 if found else 0
