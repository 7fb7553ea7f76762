"""Lists, filters, case page and search among thousands to millions of cases: what each costs, and how it grows."""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from ruangaman.ops import demo, environment, roles
from ruangaman.ops.bench import mass
from ruangaman.ops.bench.frame import Result, median
from ruangaman.ops.postgres import Postgres
from ruangaman.ops.progress import Bar, say, step

SAYS = (
    "What is looked at among so many cases by a companion with 20 grants, a manager with 20,000, the head of a unit"
    " with 20,000 open cases and its desk: medians of interleaved looks in milliseconds of processor time, by Django"
    " with row-level security and without, and the same SQL by psycopg alone. Security is judged by the page, growth by"
    " the SQL, from the smallest city to the largest; of the manager from the smallest that has so many cases."
)
ROWS = "10000,1000000,10000000"
GROWTH, SECURITY = 2.0, 1.5
SLACK_MS = 1.0
"""What lies closer together is the same: a scheduler's hiccup is more."""
CASES = 6
BYTES_PER_ROW, BYTES_BESIDE = 2_300, 1_000_000_000
SHARED_BUFFERS = "1GB"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--rows", type=_sizes, default=_sizes(ROWS), metavar="N,N,…", help=f"cases ({ROWS})")
    parser.add_argument("--repeats", type=int, default=15, metavar="N", help="looks that count (%(default)s)")
    parser.add_argument("--data", type=Path, metavar="DIR", help="where the databases are made (a temporary folder)")
    parser.add_argument("--keep", action="store_true", help="leave the databases for another run with the same --data")


def run(options: argparse.Namespace) -> Result:
    """Load, look, judge."""
    result = Result("queue")
    with _folder(options.data, keep=options.keep) as folder:
        _require_room(folder, options.rows)
        demo.claim_folder(folder, fresh=False)
        with Postgres(folder, durable=False) as server:
            _enlarge(server)
            demo.fill(server, folder, cases=CASES)
            _run(server, folder, demo.DATABASE, ["prepare"])
            result.context |= _load(server, options.rows)
            found = _measure(server, folder, options)
    for name, by_size in found.items():
        _judge(result, name, {int(rows): each for rows, each in by_size.items()})
    result.context |= {"looks of each kind": options.repeats}
    return result


def _sizes(text: str) -> list[int]:
    try:
        sizes = sorted({int(word) for word in text.split(",")})
    except ValueError:
        sizes = []
    if not sizes or sizes[0] < 1000:
        raise argparse.ArgumentTypeError("numbers of cases from 1000 on, with commas between them")
    return sizes


@contextlib.contextmanager
def _folder(wanted: Path | None, *, keep: bool) -> Iterator[Path]:
    if keep and wanted is None:
        raise demo.DemoError("--keep needs --data DIR: what is kept has to be found again.")
    if wanted is not None:
        yield wanted.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="ra-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder / "data"


def _require_room(folder: Path, sizes: list[int]) -> None:
    there = next(each for each in (folder, *folder.parents) if each.exists())
    needed, free = sum(sizes) * BYTES_PER_ROW + BYTES_BESIDE, shutil.disk_usage(there).free
    if free < needed and not (folder / "cluster").exists():
        raise demo.DemoError(
            f"This needs {needed / 1e9:.0f} GB and {there} has {free / 1e9:.0f} GB: name a folder on a larger disk with"
            " --data, or fewer cases with --rows."
        )


def _enlarge(server: Postgres) -> None:
    """Give the server the memory that one for so many rows would have; it is started again for that."""
    with psycopg.connect(server.conninfo(), autocommit=True) as connection:
        row = connection.execute("SHOW shared_buffers").fetchone()
        if row is not None and row[0] == SHARED_BUFFERS:
            return
        connection.execute(f"ALTER SYSTEM SET shared_buffers = '{SHARED_BUFFERS}'".encode())
        connection.execute("ALTER SYSTEM SET max_wal_size = '4GB'")
        # What is spent is read of the process that answers: none may help it unseen.
        connection.execute("ALTER SYSTEM SET max_parallel_workers_per_gather = 0")
    server.stop()
    server.start()


def _name(rows: int) -> str:
    return f"ra_queue_{rows}"


def _load(server: Postgres, sizes: list[int]) -> dict[str, str | int | float]:
    told: dict[str, str | int | float] = {}
    admin = server.conninfo()
    for rows in sizes:
        name = _name(rows)
        with psycopg.connect(admin) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                continue
        begun = time.monotonic()
        roles.clone_database(admin, demo.DATABASE, f"{name}_new")
        with psycopg.connect(server.conninfo(f"{name}_new"), autocommit=True) as connection, Bar() as bar:
            mass.load(connection, mass.Size(rows), bar)
            row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {name}_new RENAME TO {name}".encode())
        told[f"{rows} cases: loaded in, s"] = time.monotonic() - begun
        told[f"{rows} cases: size, MB"] = (row[0] if row else 0) / 1e6
    return told


def _measure(server: Postgres, folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    for rows in options.rows:
        with step(f"Bringing {rows} cases up to date"):
            _run(server, folder, _name(rows), ["migrate"])
    out = folder / "looked.json"
    words = ["measure", str(out), str(options.repeats), *(f"{rows}={_name(rows)}" for rows in options.rows)]
    _run(server, folder, demo.DATABASE, words)
    found: dict[str, Any] = json.loads(out.read_text())
    return found


def _run(server: Postgres, folder: Path, database: str, words: list[str]) -> None:
    """Run a part that needs Django, in a process of its own."""
    if server.socket is None:
        raise demo.DemoError("PostgreSQL is not running.")
    process, module = ("migrate", ["-m", "django", "migrate", "--verbosity=0", "--skip-checks"])
    if words != ["migrate"]:
        process, module = ("seed", ["-m", "ruangaman.ops.bench.queue_work", *words])
    env = environment.for_process(
        process, socket=server.socket, database=database, folder=folder, RUANGAMAN_DEMO="1", RUANGAMAN_DEBUG="1"
    )
    done = subprocess.run([sys.executable, "-P", *module], env=env, check=False)
    if done.returncode:
        raise demo.DemoError(f"The step `{words[0]}` of the bench failed, see above.")


def _judge(result: Result, name: str, by_size: dict[int, Any]) -> None:
    """Hold one look against its limits, at every size."""
    sizes = sorted(by_size)
    times = {rows: {way: median(values) for way, values in by_size[rows]["times"].items()} for rows in sizes}
    faults = sum(len(by_size[rows]["faults"]) for rows in sizes)
    result.at_most(f"{name}: plans that read a large table whole", faults, 0)
    worst = max(_ratio(times[rows]["page"], times[rows]["page, security off"]) for rows in sizes)
    result.at_most(f"{name}: security on beside off", worst, SECURITY)
    full = [rows for rows in sizes if rows >= mass.GRANTS or not name.endswith("manager")] or sizes
    result.at_most(f"{name}: growth", _ratio(times[full[-1]]["SQL"], times[full[0]]["SQL"]), GROWTH)
    for rows in sizes:
        own = times[rows]
        result.context[f"{name}, {rows} cases"] = (
            f"{own['page']:.1f} ms, security off {own['page, security off']:.1f};"
            f" SQL {own['SQL']:.2f} ms, security off {own['SQL, security off']:.2f};"
            f" {own['page'] / own['SQL']:.1f} times its SQL; {by_size[rows]['statements']} statements,"
            f" {by_size[rows]['rows']} rows; on the wall {median(by_size[rows]['waited']):.0f} ms"
        )
        for fault in by_size[rows]["faults"]:
            say(f"{name}, {rows} cases: {fault}")


def _ratio(more: float, less: float) -> float:
    """Return how many times as long, differences below `SLACK_MS` being none."""
    return 1.0 if more - less <= SLACK_MS else more / less
