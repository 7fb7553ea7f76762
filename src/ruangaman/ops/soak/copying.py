"""A backup of many reports while more come in, and the way back: how long, how large, how much memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from ruangaman.ops import place
from ruangaman.ops.demo import DemoError
from ruangaman.ops.progress import Progress
from ruangaman.ops.running import RunningDemo
from ruangaman.ops.soak.flood import report_and_return

REPORTS, WRITERS, MOST_MIB = 10_000, 4, 250
SPAN, ALARMS_AT_ONCE = timedelta(days=540), 100


@dataclass(frozen=True)
class Step:
    """One run of the command line: what it printed, how long it took, how much memory at most."""

    facts: dict[str, object]
    seconds: float
    peak_mib: int


@dataclass(frozen=True)
class Outcome:
    """What the run showed."""

    reports: int
    among: int
    """Reports that came in while the backup was made."""
    backup: Step
    restore: Step

    @property
    def restored(self) -> int:
        """Reports in the restored place."""
        tables = self.restore.facts["tables"]
        return int(tables["intake_report"]) if isinstance(tables, dict) else 0

    def faults(self) -> list[str]:
        """What should not be, as sentences."""
        found = []
        if self.restore.facts["rows"] != self.backup.facts["rows"]:
            found.append("the restored rows are not those of the backup")
        if self.restored < self.reports:
            found.append(f"{self.restored} reports restored instead of {self.reports} and more")
        if not self.among:
            found.append("nobody reported while the backup was made")
        for name, step in (("backup", self.backup), ("restore", self.restore)):
            if step.peak_mib > MOST_MIB:
                found.append(f"the {name} took {step.peak_mib} MiB of memory, more than {MOST_MIB}")
        return found

    def rows(self) -> dict[str, object]:
        """The result as a table."""
        size = self.backup.facts["bytes"]
        return {
            "Reports in the database, some with a photo": f"{self.reports:,}",
            "Reports that came in while the backup was made": self.among,
            "Rows in the backup": f"{self.backup.facts['rows']:,}",
            "Size of the backup (MiB)": round(int(str(size)) / 2**20),
            "Backup: seconds": round(self.backup.seconds, 1),
            "Backup: most memory (MiB)": self.backup.peak_mib,
            "Restore, checked and proved: seconds": round(self.restore.seconds, 1),
            "Restore: most memory (MiB)": self.restore.peak_mib,
            "Events of the trail recomputed": f"{self.restore.facts['events']:,}",
            "Reports restored": f"{self.restored:,}",
        }


def run_copying(demo: RunningDemo, *, reports: int, progress: Progress) -> Outcome:
    """Fill the demo, back it up under load, restore it beside."""
    fill(demo, reports, progress)
    key, copy = demo.folder / "key", demo.folder / "copy.age"
    recipient = subprocess.run(
        _words("backup", "--new-key", str(key)), check=True, capture_output=True, text=True
    ).stdout.strip()
    load = _Load(demo.url)
    load.start()
    backup = _run("backup", str(copy), "--recipient", recipient, "--data", str(demo.data), "--json")
    among = load.stop()
    target = ["--data", str(demo.folder / "restored"), "--keys", str(demo.data)]
    restore = _run("restore", str(copy), "--identity", str(key), *target, "--json")
    return Outcome(reports, among, backup, restore)


def fill(demo: RunningDemo, reports: int, progress: Progress) -> None:
    """Add reports through the product's own acceptance, their receipts by a cheap derivation: nobody comes back."""
    with place.django_on(demo.data, process="seed"):
        from django.conf import settings

        from ruangaman.core import clock
        from ruangaman.ops import city as life
        from ruangaman.ops import seed
        from ruangaman.ops.office import load_office
        from ruangaman.ops.plots import PLOTS

        settings.RUANGAMAN_RECEIPT_PARAMS = (64, 1, 1)
        city = life.City(Random(1), load_office(), clock.now())  # noqa: S311 - a story, no key
        for number in range(reports):
            life.send_report(city, PLOTS[number % len(PLOTS)], city.now - SPAN * (1 - number / reports))
            progress("Reports", number + 1, reports)
            if number % ALARMS_AT_ONCE == 0:
                seed.silence_old_alarms()


class _Load:
    """People who go on reporting until they are told to stop."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.count = 0
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._report, args=(number,)) for number in range(WRITERS)]

    def start(self) -> None:
        """Begin, and wait for the first report to be through."""
        for thread in self._threads:
            thread.start()
        while not self.count and any(thread.is_alive() for thread in self._threads):
            time.sleep(0.05)
        self.count = 0

    def stop(self) -> int:
        """Stop. Returns how many reports came in since the beginning."""
        self._over.set()
        among = self.count
        for thread in self._threads:
            thread.join()
        return among

    def _report(self, number: int) -> None:
        while not self._over.is_set():
            report_and_return(self.url, number)
            number += WRITERS
            with self._lock:
                self.count += 1


def _words(*words: str) -> list[str]:
    return [sys.executable, "-P", "-m", "ruangaman.ops.cli", *words]


def _run(*words: str) -> Step:
    begun = time.monotonic()
    ours = ("RUANGAMAN_", "DATABASE_URL")
    env = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    with subprocess.Popen(_words(*words), env=env, stdout=subprocess.PIPE, text=True) as process:
        said = process.stdout.read() if process.stdout else ""
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise DemoError(f"`{words[0]}` failed, see above.")
    return Step(json.loads(said.splitlines()[-1]), time.monotonic() - begun, usage.ru_maxrss >> 10)


def describe(outcome: Outcome, context: str) -> str:
    """The result as a page of the reference."""
    faults = outcome.faults()
    lines = "\n".join(f"| {what} | {value} |" for what, value in outcome.rows().items())
    verdict = "**Held.**" if not faults else "**Did not hold:** " + "; ".join(faults) + "."
    return f"""# Soak: backup

A backup is made while people go on reporting, and restored into an empty place: counts and hashes compared, the audit
trail recomputed, the canary opened. Made by `./ruang soak backup`.

{context}

| What | Value |
|---|---|
{lines}

{verdict}
"""
