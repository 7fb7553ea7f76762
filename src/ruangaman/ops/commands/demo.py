"""`./ruang demo`: the whole house on one machine, with a synthetic city in it."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

from ruangaman.accounts.types import Role
from ruangaman.ops import demo
from ruangaman.ops.paths import default_demo_folder
from ruangaman.ops.postgres import Postgres
from ruangaman.ops.progress import say, step
from ruangaman.ops.supervisor import Stopped, Supervisor, stop_on_signals


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--port", type=int, default=8000, help="port on 127.0.0.1; 0 takes a free one (%(default)s)")
    parser.add_argument("--data", type=Path, default=None, metavar="DIR", help="folder of the demo's data")
    parser.add_argument("--fresh", action="store_true", help="throw away what an earlier demo left in the folder")
    parser.add_argument(
        "--cases", type=int, default=demo.CASES, metavar="N", help="cases of a city that is new (%(default)s)"
    )
    parser.add_argument("--json", action="store_true", help="print one line of JSON on stdout when it can serve")


def run(options: argparse.Namespace) -> int:
    """Run until someone stops us."""
    folder = (options.data or default_demo_folder()).absolute()
    with stop_on_signals():
        try:
            return _run(folder, options)
        except Stopped:
            say("Stopped.")
            return 0


def _run(folder: Path, options: argparse.Namespace) -> int:
    port = demo.choose_port(options.port)
    demo.claim_folder(folder, fresh=options.fresh)
    server = Postgres(folder)
    with step("Starting PostgreSQL"):
        server.start()
    try:
        demo.fill(server, folder, cases=options.cases)
        supervisor = Supervisor(server, demo.children(server, folder, port))
        try:
            with step("Starting the web server and the worker"):
                supervisor.start()
                demo.wait_live(port, supervisor.children[0])
            _announce(folder, port, as_json=options.json)
            supervisor.watch()
        finally:
            supervisor.stop()
    finally:
        server.stop()
    return 0


def _announce(folder: Path, port: int, *, as_json: bool) -> None:
    url = f"http://127.0.0.1:{port}"
    names = [role.value for role in Role]
    if as_json:
        accounts = {name: {"username": name, "password": demo.PASSWORD} for name in names}
        facts = {"ready": True, "url": url, "accounts": accounts, "pid": os.getpid()}
        print(json.dumps({**facts, "receipts": demo.receipts(folder)}), flush=True)
        return
    print(f"\nRuang Aman is ready, with synthetic data only.\n\n  Public pages  {url}/\n  Staff         {url}/masuk/")
    print(f"  Password      {demo.PASSWORD}   for each of these user names:")
    for start in range(0, len(names), 6):
        print(f"                {', '.join(names[start : start + 6])}")
    for number, receipt in enumerate(demo.receipts(folder)):
        print(f"  {'Receipts' if number == 0 else '':<12}  {receipt}")
    print(f"\n  Data is in {folder}. Ctrl-C stops everything.\n", flush=True)
