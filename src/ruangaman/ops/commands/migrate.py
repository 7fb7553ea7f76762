"""`./ruang migrate`: brings the tables of a production database up to date."""

from __future__ import annotations

import argparse
import os


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """There are no options."""


def run(options: argparse.Namespace) -> int:
    """Migrate everything, as the role that owns the tables."""
    os.environ["RUANGAMAN_PROCESS"] = "migrate"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ruangaman.config.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=1)
    return 0
