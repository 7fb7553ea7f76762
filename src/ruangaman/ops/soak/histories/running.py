"""Tens of thousands of histories on the cores of the machine, each process with a database of its own.

What was done is kept in a folder that is never committed, so that a run goes on where it was stopped.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import queue
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from ruangaman.ops import demo, environment, roles
from ruangaman.ops.paths import ROOT
from ruangaman.ops.postgres import Postgres
from ruangaman.ops.progress import Progress

if TYPE_CHECKING:
    from ruangaman.ops.soak.histories.comparing import Crew

HISTORIES, AT_ONCE = 50_000, 25
"""How many there are, and how many are given to a process at a time."""
FOLDER = ROOT / ".data" / "histories"
MODEL_EACH = 10
"""For each history on PostgreSQL so many longer ones on the pure machine, which costs a hundredth of it."""
FOUNDED = "founded"
TIDIED_AFTER = 1000
"""Histories after which dead rows are swept away: of what is undone all of it stays, and each look passes by it."""


@dataclass
class Batch:
    """What came of some histories in a row."""

    first: int
    count: int
    acts: int
    seconds: float
    seen: list[str]
    fault: str = ""


@dataclass
class Outcome:
    """What the whole run showed."""

    wanted: int
    batches: list[Batch] = field(default_factory=list)

    @property
    def histories(self) -> int:
        """How many were compared."""
        return sum(one.count for one in self.batches)

    def faults(self) -> list[str]:
        """What should not be; empty: every history agreed."""
        found = [one.fault for one in self.batches if one.fault]
        if self.histories < self.wanted:
            found.append(f"{self.wanted - self.histories} histories were not run")
        states = {state for one in self.batches for state in one.seen}
        if len(states) < 8:
            found.append(f"the histories came only to {', '.join(sorted(states))}")
        return found


def run(*, histories: int = HISTORIES, afresh: bool = False, progress: Progress) -> Outcome:
    """Run what is left of `histories`, in as many processes as there are cores."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    state = FOLDER / "batches.jsonl"
    if afresh:
        state.unlink(missing_ok=True)
    outcome = Outcome(histories, _load(state, histories))
    done = {one.first for one in outcome.batches}
    left = [first for first in range(0, histories, AT_ONCE) if first not in done]
    progress("Histories", outcome.histories, histories)
    if left:
        with tempfile.TemporaryDirectory(prefix="ra-soak-") as name:
            Path(name).chmod(0o711)
            _share_out(Path(name), left, outcome, state, progress)
    return outcome


def _load(state: Path, histories: int) -> list[Batch]:
    lines = state.read_text().splitlines() if state.is_file() else []
    found = [Batch(**json.loads(line)) for line in lines]
    return [one for one in found if one.first < histories and not one.fault]


def _share_out(folder: Path, left: Sequence[int], outcome: Outcome, state: Path, progress: Progress) -> None:
    """Found an office once, copy its database for each process, and let them take batches until none is left."""
    environment.ensure_folder(folder)
    (folder / "logs").mkdir()
    context = multiprocessing.get_context("spawn")
    with Postgres(folder, durable=False) as server:
        names = _prepare(server, folder)
        wanted, found = context.Queue(), context.Queue()
        for first in left:
            wanted.put((first, min(AT_ONCE, outcome.wanted - first)))
        places = [(name, str(server.socket), str(folder), wanted, found) for name in names]
        several = [context.Process(target=_work, args=one) for one in places]
        for one in several:
            one.start()
        try:
            for _ in left:
                _keep(_next(several, found), outcome, state, progress)
                if outcome.histories % TIDIED_AFTER < AT_ONCE:
                    _tidy([server.conninfo(name) for name in names])
        finally:
            for one in several:
                one.terminate()
                one.join(20)


def _next(several: Sequence[multiprocessing.process.BaseProcess], found: multiprocessing.Queue[Batch]) -> Batch:
    """Return what some process has done next. Raises RuntimeError: they have all ended."""
    while True:
        try:
            return found.get(timeout=5)
        except queue.Empty:
            if not any(one.is_alive() for one in several):
                raise RuntimeError("The processes that run histories ended; see above.") from None


def _keep(batch: Batch, outcome: Outcome, state: Path, progress: Progress) -> None:
    outcome.batches.append(batch)
    with state.open("a") as file:
        file.write(json.dumps(asdict(batch)) + "\n")
    progress("Histories", outcome.histories, outcome.wanted)


def _tidy(places: Sequence[str]) -> None:
    for place in places:
        with psycopg.connect(place, autocommit=True) as connection:
            connection.execute("VACUUM")


def _prepare(server: Postgres, folder: Path) -> list[str]:
    """Make one database with an office and return the names of its copies, one for each core."""
    admin = server.conninfo()
    roles.ensure_roles(admin)
    roles.ensure_database(admin, FOUNDED)
    if server.socket is None:
        raise RuntimeError("PostgreSQL is not running.")
    migrate = ["-m", "django", "migrate", "--verbosity=0", "--skip-checks"]
    demo.run_step(server.socket, folder, "migrate", migrate, FOUNDED)
    demo.run_step(server.socket, folder, "seed", ["-c", FOUND], FOUNDED)
    names = [f"histories_{number}" for number in range(demo.cores())]
    for name in names:
        roles.clone_database(admin, FOUNDED, name)
    return names


FOUND = """
import django
django.setup()
from ruangaman.core import clock
from ruangaman.ops.office import found_office
from ruangaman.ops.soak.histories.comparing import BEGIN
found_office(at=BEGIN, progress=lambda what, done, total: None)
"""


def _work(
    name: str, socket: str, folder: str, wanted: multiprocessing.Queue[tuple[int, int]],
    found: multiprocessing.Queue[Batch],
) -> None:  # fmt: skip
    """Take batches until there are none; each is one transaction, which is undone."""
    os.environ.update(
        environment.for_process(
            "seed", socket=Path(socket), database=name, folder=Path(folder), RUANGAMAN_DEMO="1", RUANGAMAN_DEBUG="1"
        )
    )
    import django

    django.setup()
    from ruangaman.ops.office import load_office
    from ruangaman.ops.soak.histories.comparing import Crew

    office = load_office()
    desk, manager, head = (office.person(one) for one in ("petugas", "manajer", "kepala"))
    crew = Crew(office.units["uptd"], desk, manager, head, office.people["kader"])
    while True:
        first, count = wanted.get()
        found.put(_run_batch(crew, first, count))


def _run_batch(crew: Crew, first: int, count: int) -> Batch:
    from django.db import connection, transaction

    from ruangaman.ops.soak.histories import comparing

    begun, seen, acts, fault = time.monotonic(), set[str](), 0, ""
    try:
        for seed in range(first * MODEL_EACH, (first + count) * MODEL_EACH):
            comparing.check_machine(seed, seen)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE ra_migrate")
            acts = comparing.check_on_postgres(crew, range(first, first + count), seen)
            transaction.set_rollback(True)
    except comparing.Disagreed as error:
        fault = str(error)
    return Batch(first, count, acts, time.monotonic() - begun, sorted(seen), fault)


def describe(outcome: Outcome, faults: Sequence[str], *, where: str) -> str:
    """Return the page of the reference."""
    seconds = sum(one.seconds for one in outcome.batches)
    acts = sum(one.acts for one in outcome.batches)
    rows = {
        "Histories on PostgreSQL, by the services, act by act beside the model": outcome.histories,
        "Acts in them": acts,
        "Longer histories of the machine and its gates alone": outcome.histories * MODEL_EACH,
        "States that were come to": len({state for one in outcome.batches for state in one.seen}),
        "Histories in a second and process": f"{outcome.histories / max(seconds, 1):.1f}",
        "Mediation on sexual violence, closing without its assessment, a case shown to a cadre": len(faults),
    }
    lines = [
        "# Soak: cases",
        "",
        "Made-up histories of cases: the whole way with detours, every act that there is in any state. Each is done by",
        "the services on PostgreSQL and on a plain model of the flow that was written without a look at the gates;",
        "after each act both have to answer the same. `tests/cases/test_flow_properties.py` runs some of them.",
        "A run that was stopped goes on; `--afresh` begins anew. Made by `./ruang soak cases`.",
        "",
        f"Run on {where}.",
        "",
        "| What | Value |",
        "|---|---|",
        *(f"| {what} | {value} |" for what, value in rows.items()),
        "",
        "**Held: both always said the same, and what must never be was never reached.**"
        if not faults
        else "**Did not hold:** " + "; ".join(faults) + ".",
        "",
    ]
    return "\n".join(lines)
