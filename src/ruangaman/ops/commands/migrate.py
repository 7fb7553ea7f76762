"""`./ruang migrate`: brings the tables of a production database up to date; `--make` writes a new migration."""

from __future__ import annotations

import argparse
import os

from ruangaman.ops.commands import check


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--make", nargs=2, metavar=("APP", "NAME"), help="for developers: write what models changed")


def run(options: argparse.Namespace) -> int:
    """Migrate everything, as the role that owns the tables; or write a migration, on a database made for it."""
    if options.make:
        app, name = options.make
        return check.on_own_database(lambda env: check.make_migration(app, name, env))
    os.environ["RUANGAMAN_PROCESS"] = "migrate"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ruangaman.config.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=1)
    return 0
