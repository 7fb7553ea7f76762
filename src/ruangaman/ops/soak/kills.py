"""Sixteen people reporting while web, worker and database are killed again and again: none lost, none doubled."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from itertools import cycle, islice

import psycopg

from ruangaman.ops.demo import DemoError
from ruangaman.ops.progress import Progress
from ruangaman.ops.running import RunningDemo
from ruangaman.ops.soak.flood import Flood, flood

PARTS = ("web", "database", "worker")
REPORTS, KILLS, PATIENCE = 500, 10, 180.0


@dataclass(frozen=True)
class Outcome:
    """What the run showed."""

    flood: Flood
    killed: tuple[str, ...]
    stored: int
    """Reports in the database that were not there before."""
    keys: int
    """Idempotency keys, likewise: one for each report."""
    alarms: int
    """Reports without the job that alarms the desk."""

    def faults(self) -> list[str]:
        """What should not be, as sentences; empty: none lost, none doubled."""
        found = self.flood.missing()
        for what, count in (("reports", self.stored), ("idempotency keys", self.keys)):
            if count != self.flood.sent:
                found.append(f"{count} {what} stored instead of {self.flood.sent}")
        if self.alarms:
            found.append(f"{self.alarms} reports alarmed nobody")
        return found


class Killer:
    """Kills the next part whenever enough reports are through."""

    def __init__(self, demo: RunningDemo, *, reports: int, kills: int) -> None:
        """Nothing is killed yet."""
        self.demo = demo
        self.killed: list[str] = []
        self._plan = list(islice(cycle(PARTS), kills))
        self._step = reports / (kills + 1)
        self._lock = threading.Lock()

    def __call__(self, done: int) -> None:
        """Kill what is due after so many reports."""
        with self._lock:
            due = len(self.killed) < len(self._plan) and done >= self._step * (len(self.killed) + 1)
            part = self._plan[len(self.killed)] if due else ""
            if part:
                self.killed.append(part)
        if part:
            self._kill(part)

    def _kill(self, part: str) -> None:
        try:
            self.demo.kill(part)
        except DemoError:  # it is just being started again after the last kill: wait until it is there
            self.demo.wait_ready()
            self.demo.kill(part)


def run_kills(
    demo: RunningDemo, *, reports: int = REPORTS, kills: int = KILLS, progress: Progress | None = None
) -> Outcome:
    """Flood the demo, kill its parts meanwhile, and count what is there afterwards."""
    before = _count(demo)
    killer = Killer(demo, reports=reports, kills=kills)
    result = flood(demo.url, reports=reports, patience=PATIENCE, progress=progress, each=killer)
    demo.wait_ready()
    after = _count(demo)
    stored, keys, alarms = (now - then for now, then in zip(after, before, strict=True))
    return Outcome(result, tuple(killer.killed), stored, keys, stored - alarms)


def _count(demo: RunningDemo) -> tuple[int, int, int]:
    with psycopg.connect(demo.conninfo()) as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM intake_report), (SELECT count(*) FROM intake_idempotencykey),"
            " (SELECT count(*) FROM intake_report r WHERE EXISTS (SELECT 1 FROM procrastinate_jobs j"
            "  WHERE j.queue_name = 'alarm' AND j.args->>'report_id' = r.id::text))"
        ).fetchone()
    if row is None:
        raise DemoError("The database does not count.")
    return row[0], row[1], row[2]
