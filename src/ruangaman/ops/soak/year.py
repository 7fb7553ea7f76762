"""The scripted year of an office, in a database of its own: whether it came to everything, and whether all agrees."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ruangaman.ops import demo, environment, roles
from ruangaman.ops.postgres import Postgres
from ruangaman.ops.progress import Progress

DATABASE = "year"


@dataclass
class Outcome:
    """What the year came to."""

    reports: int = 0
    cases: int = 0
    states: int = 0
    gates: int = 0
    refusals: int = 0
    kinds: int = 0
    waiting: list[str] = field(default_factory=list)
    """Kinds of clock that wait for parts of the house that are not built."""
    clocks: int = 0
    escalations: int = 0
    events: int = 0
    entries: int = 0
    moments: int = 0
    living: float = 0.0
    comparing: float = 0.0
    missing: list[str] = field(default_factory=list)
    disagreeing: list[str] = field(default_factory=list)

    def faults(self) -> list[str]:
        """What should not be; empty: everything was reached, and all agrees."""
        return [*self.missing, *self.disagreeing]


def run(*, reports: int, cases: int, progress: Progress) -> Outcome:
    """Live the year in a process of its own, which shows how far it is, and return what it found."""
    progress("The year", 0, 1)
    with tempfile.TemporaryDirectory(prefix="ra-soak-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        environment.ensure_folder(folder)
        (folder / "logs").mkdir()
        with Postgres(folder, durable=False) as server:
            if server.socket is None:
                raise RuntimeError("PostgreSQL is not running.")
            roles.ensure_roles(server.conninfo())
            roles.ensure_database(server.conninfo(), DATABASE)
            migrate = ["-m", "django", "migrate", "--verbosity=0", "--skip-checks"]
            demo.run_step(server.socket, folder, "migrate", migrate, DATABASE)
            found = folder / "outcome.json"
            words = ["-m", "ruangaman.ops.soak.year", str(found), str(reports), str(cases)]
            demo.run_step(server.socket, folder, "seed", words, DATABASE)
            return Outcome(**json.loads(found.read_text()))


def live(*, reports: int, cases: int, progress: Progress) -> Outcome:
    """Live it in the database that Django is set up on, and look at everything."""
    from ruangaman.audit.models import AuditEvent
    from ruangaman.audit.services import unit_of_work
    from ruangaman.audit.types import Role
    from ruangaman.cases import registry
    from ruangaman.ops.year import agreeing, reached, script

    begun = time.monotonic()
    world = script.live_year(reports=reports, cases=cases, progress=progress)
    lived = time.monotonic()
    found = agreeing.compare(world)
    with unit_of_work(Role.MIGRATE):
        escalations = AuditEvent.objects.filter(type="clocks.escalated").count()
    return Outcome(
        reports=reports,
        cases=found.cases,
        states=sum(count > 0 for count in world.seen.states.values()),
        gates=len(registry.gates),
        refusals=sum(world.seen.refused.values()),
        kinds=reached.count_kinds(),
        waiting=reached.waiting_kinds(),
        clocks=found.clocks,
        escalations=escalations,
        events=found.events,
        entries=found.entries,
        moments=found.moments,
        living=lived - begun,
        comparing=time.monotonic() - lived,
        missing=reached.missing(world),
        disagreeing=found.faults,
    )


def describe(outcome: Outcome, faults: Sequence[str], *, where: str) -> str:
    """Return the page of the reference."""
    rows = {
        "Reports, and cases that came of them": f"{outcome.reports}, {outcome.cases}",
        "States of a case that were come to": outcome.states,
        "Gates, each of which refused and let pass (but `actor`: nobody can act as nobody)": outcome.gates,
        "Moves that were refused": outcome.refusals,
        "Kinds of clock that began, were kept, late, paused and told further, as each can be": outcome.kinds,
        "Kinds that wait for parts of the house that are not built": len(outcome.waiting),
        "Clocks; steps of their escalation by the worker": f"{outcome.clocks}; {outcome.escalations}",
        "Past instants at which state and open clocks by the trail were compared with the tables": outcome.moments,
        "Events of cases; entries of their timelines": f"{outcome.events}; {outcome.entries}",
        "Seconds of living; of comparing": f"{outcome.living:.0f}; {outcome.comparing:.0f}",
    }
    lines = [
        "# Soak: year",
        "",
        "One scripted year of an office, with a clock that only goes forward and through the services of the product:",
        "every state, gate and kind of clock, each person's part in it, the worker's turns between. What has to be",
        "reached is told by the registries. Then the trail alone is read again: the state of each case and the open",
        "clocks at past instants that follow from it are those of the tables; each entry of a timeline has its event.",
        "The suite lives the same script smaller (`tests/ops/test_year.py`). Made by `./ruang soak year`.",
        "",
        f"Run on {where}.",
        "",
        "| What | Value |",
        "|---|---|",
        *(f"| {what} | {value} |" for what, value in rows.items()),
        "",
        f"Waiting: {', '.join(f'`{key}`' for key in outcome.waiting)}.",
        "",
        "**Held: everything was reached, and trail, history, timeline and clocks agree.**"
        if not faults
        else "**Did not hold:** " + "; ".join(faults) + ".",
        "",
    ]
    return "\n".join(lines)


def main(result: Path, reports: int, cases: int) -> None:
    """Live the year and leave what it came to in a file."""
    import django

    django.setup()
    from ruangaman.ops.progress import Bar

    with Bar() as bar:
        outcome = live(reports=reports, cases=cases, progress=bar)
    result.write_text(json.dumps(asdict(outcome)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
