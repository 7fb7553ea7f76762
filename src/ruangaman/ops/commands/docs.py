"""`./ruang docs`: draws the reference pages from the code."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from ruangaman.ops import environment, place
from ruangaman.ops.paths import ROOT


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """There are none."""


def run(options: argparse.Namespace) -> int:
    """Write them and say which."""
    with tempfile.TemporaryDirectory(prefix="ra-docs-") as name:
        folder = Path(name)
        environment.ensure_folder(folder)
        with place.django_without_database(folder):
            from ruangaman.ops import reference  # the registries are full only now

            for path in reference.write_pages():
                print(path.relative_to(ROOT))
    return 0
