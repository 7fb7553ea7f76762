"""`./ruang fix`: lets the tools mend what they can."""

from __future__ import annotations

import argparse
import subprocess
import sys

from ruangaman.ops.commands.check import CODE
from ruangaman.ops.paths import ROOT


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """There are no options."""


def run(options: argparse.Namespace) -> int:
    """Mend, then format; non-zero when something is left for a person."""
    ruff = [sys.executable, "-m", "ruff"]
    lint = subprocess.run([*ruff, "check", "--fix", *CODE], cwd=ROOT, check=False).returncode
    form = subprocess.run([*ruff, "format", *CODE], cwd=ROOT, check=False).returncode
    return lint or form
