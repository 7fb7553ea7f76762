"""Looks in turn at several sizes, with row-level security and without, by Django and by its SQL alone."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from ruangaman.ops.bench import looks, plans
from ruangaman.ops.bench.looks import Look, looking
from ruangaman.ops.bench.plans import Statement
from ruangaman.ops.progress import Progress

WARM = 2
"""Looks before those that count."""
CHOOSES = 100_000
"""From so many cases on the planner has to choose the index by itself. Of fewer it may well read all: there it must be
able to do without."""
WAYS = ("page", "page, security off", "SQL", "SQL, security off")


@dataclass
class Measured:
    """One look at one size."""

    times: dict[str, list[float]] = field(default_factory=lambda: {way: [] for way in WAYS})
    """By way, milliseconds of processor time, here and in the server: what others do on the machine is not in it."""
    waited: list[float] = field(default_factory=list)
    """Milliseconds by the clock on the wall, of the page."""
    statements: int = 0
    rows: int = 0
    """Rows of large tables that were read for it, those in functions too."""
    faults: list[str] = field(default_factory=list)
    """Plans that read a large table from beginning to end, and what ran so."""


@dataclass
class Place:
    """One database, and what is looked at in it."""

    rows: int
    looks: list[Look]
    found: dict[str, Measured]
    sent: dict[str, list[Statement]]
    """What each look reads by."""


def measure(databases: dict[int, str], *, repeats: int, progress: Progress) -> dict[int, dict[str, Measured]]:
    """Return what was measured, by rows and by look. The process is one that signs in as a superuser.

    Args:
        databases: their names, by rows.
    """
    places = [_arrive(rows, name) for rows, name in sorted(databases.items())]
    total = WARM + repeats
    for number in range(total):
        progress("Looking", number, total)
        for place, name in zip(places, databases.values(), strict=True):
            for look in random.sample(place.looks, len(place.looks)):
                _look(name, look, place.sent[look.name], place.found[look.name], counts=number >= WARM)
    progress("Looking", total, total)
    return {place.rows: place.found for place in places}


def _arrive(rows: int, name: str) -> Place:
    with _database(name, "inspect"):
        cast = looks.gather()
        listed = looks.list_looks(cast, looks.now())
        found = {look.name: Measured() for look in listed}
        sent = {look.name: inspect(look, found[look.name], rows=rows) for look in listed}
        return Place(rows, listed, found, sent)


def inspect(look: Look, into: Measured, *, rows: int) -> list[Statement]:
    """Keep how the statements of a look are planned, and what they read. Returns the statements."""
    with looking(look.viewer):
        statements = plans.capture(look.ask)
    into.statements = len(statements)
    with looking(look.viewer):
        _plan_for(rows)
        before = plans.reads()
        look.ask()
        after = plans.reads()
    into.rows = sum(count - before[name][1] for name, (_whole, count) in after.items())
    ran = [name for name, (whole, _count) in after.items() if whole > before[name][0]]
    into.faults += [f"ran over all of {name}" for name in ran]
    with looking(look.viewer):
        _plan_for(rows)
        for one in statements:
            plan = plans.explain(one)
            if tables := plans.whole_reads(plan):
                into.faults.append(f"reads all of {', '.join(tables)}:\n{one.sql[:2000]}\n{plans.shown(plan)}")
    return statements


def _plan_for(rows: int) -> None:
    if rows < CHOOSES:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")


def _look(name: str, look: Look, sent: Sequence[Statement], into: Measured, *, counts: bool) -> None:
    for way in random.sample(WAYS, len(WAYS)):
        with _database(name, "off" if way.endswith("off") else "on"), looking(look.viewer):
            if way.endswith("off"):
                _without_security()
            work = partial(plans.run_bare, sent) if way.startswith("SQL") else look.ask
            spent, waited = _spent(work)
        if counts:
            into.times[way].append(spent)
            if way == "page":
                into.waited.append(waited)


def _spent(work: Callable[[], object]) -> tuple[float, float]:
    """Return milliseconds of processor time, here and of the server's process, and by the clock on the wall."""
    server = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    begun, here, there = time.perf_counter(), time.process_time(), int(server.read_text().split()[0])
    work()
    nanoseconds = int(server.read_text().split()[0]) - there
    return 1000 * (time.process_time() - here) + nanoseconds / 1e6, 1000 * (time.perf_counter() - begun)


def _without_security() -> None:
    """Go on in this transaction as the superuser, whom no policy concerns."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


@contextmanager
def _database(name: str, what: str) -> Iterator[None]:
    """Let Django work with another database of the server until the block ends.

    Args:
        what: is done there: each has a connection of its own, which is kept with the plans that were made on it.
    """
    own = connections["default"]
    wrapper = _wrappers.get((name, what))
    if wrapper is None:
        wrapper = _wrappers[name, what] = type(own)({**own.settings_dict, "NAME": name}, "default")
    connections["default"] = wrapper
    try:
        yield
    finally:
        connections["default"] = own


_wrappers: dict[tuple[str, str], BaseDatabaseWrapper] = {}
