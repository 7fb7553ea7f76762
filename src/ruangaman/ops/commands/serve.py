"""`./ruang serve`: the web server of a city, on the database of DATABASE_URL. A proxy in front of it ends TLS."""

from __future__ import annotations

import argparse
import os
import sys

from ruangaman.ops import demo, production


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at; the proxy reaches it (%(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen at (%(default)s)")
    parser.add_argument(
        "--workers",
        type=int,
        default=demo.web_workers(),
        metavar="N",
        help="processes, one a core, at least two (%(default)s)",
    )
    parser.add_argument(
        "--resting-page",
        action="store_true",
        help="serve nothing: print the page that the proxy shows while this server is down",
    )


def run(options: argparse.Namespace) -> int:
    """Become the server, unless one sentence says why not. It serves until SIGTERM and leaves no process behind."""
    if options.workers < 1 or not 0 < options.port < 65536:
        print("--workers takes a whole number from 1, --port one from 1 to 65535.", file=sys.stderr)
        return 2
    production.require_begun()
    if options.resting_page:
        return _print_resting()
    demo.choose_port(options.port, options.host)
    production.become("web")
    os.environ["RUANGAMAN_DIE_WITH_PARENT"] = "1"
    words = demo.web_command(options.port, workers=options.workers, host=options.host)
    os.execv(sys.executable, [sys.executable, "-P", *words])  # noqa: S606 - our own interpreter, no shell


def _print_resting() -> int:
    with production.django_as("web"):
        from ruangaman.web.services import draw_resting  # the applications are loaded only now

        print(draw_resting(), end="")
    return 0
