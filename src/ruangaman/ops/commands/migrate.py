"""`./ruang migrate`: brings the tables of a production database up to date; `--make` writes a new migration."""

from __future__ import annotations

import argparse
import sys

from ruangaman.ops import production
from ruangaman.ops.commands import check


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--make", nargs=2, metavar=("APP", "NAME"), help="for developers: write what models changed")


def run(options: argparse.Namespace) -> int:
    """Migrate everything, as the role that owns the tables; or write a migration, on a database made for it."""
    if options.make:
        app, name = options.make
        return check.on_own_database(lambda env: check.make_migration(app, name, env))
    production.require_begun()
    with production.django_as("migrate"):
        from django.core.management import call_command

        from ruangaman.config.startup import check_tables  # models are importable only now
        from ruangaman.ops import canary

        check_tables()
        call_command("migrate", verbosity=1)
        if not canary.ensure():
            print("There is no city in these tables yet: run ./ruang setup.", file=sys.stderr)
    return 0
