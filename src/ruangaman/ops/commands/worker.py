"""`./ruang worker`: does the jobs that wait in the database."""

from __future__ import annotations

import argparse
import os
import sys

from ruangaman.config.env import REFUSED, EnvError
from ruangaman.vault.errors import BrokenLedger, WrongPepper


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--concurrency", type=int, default=4, help="jobs at once (%(default)s)")


def run(options: argparse.Namespace) -> int:
    """Work until SIGTERM; a job that runs then has five seconds to end."""
    try:
        _set_up()
    except (EnvError, WrongPepper, BrokenLedger) as error:
        print(error, file=sys.stderr, flush=True)
        return REFUSED
    from django.core.management import call_command

    arguments = ["worker", f"--concurrency={options.concurrency}", "--shutdown-graceful-timeout=5"]
    call_command("procrastinate", *arguments)
    return 0


def _set_up() -> None:
    os.environ["RUANGAMAN_PROCESS"] = "worker"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ruangaman.config.settings")
    import django

    django.setup()
    from ruangaman.audit.types import Role  # models are importable only now
    from ruangaman.vault.jobs import replay_erasures
    from ruangaman.vault.services import check_pepper

    check_pepper(Role.WORKER)
    replay_erasures.func(timestamp=0)
