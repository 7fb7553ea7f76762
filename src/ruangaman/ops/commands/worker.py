"""`./ruang worker`: does the jobs that wait in the database."""

from __future__ import annotations

import argparse

from ruangaman.ops import production


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--concurrency", type=int, default=4, help="jobs at once (%(default)s)")


def run(options: argparse.Namespace) -> int:
    """Work until SIGTERM; a job that runs then has five seconds to end. What was erased elsewhere is erased first."""
    production.require_begun()
    with production.django_as("worker"):
        from ruangaman.audit.types import Role  # models are importable only now
        from ruangaman.config.startup import check_database, look_around
        from ruangaman.vault.jobs import replay_erasures

        look_around()
        check_database(Role.WORKER)
        replay_erasures.func(timestamp=0)
        from django.core.management import call_command

        arguments = ["worker", f"--concurrency={options.concurrency}", "--shutdown-graceful-timeout=5"]
        call_command("procrastinate", *arguments)
    return 0
