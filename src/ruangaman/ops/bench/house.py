"""The product as a bench runs it: own durable PostgreSQL, a small city, Granian as in the demo, loopback only."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ruangaman.ops import demo, processes
from ruangaman.ops.postgres import Postgres
from ruangaman.ops.progress import step
from ruangaman.ops.supervisor import Child

CASES = 4
_PRODUCT, _OURS = "ruangaman.config.wsgi:application", "ruangaman.ops.bench.wsgi:application"
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class House:
    """A running one. There is no worker: the alarms stay in their queue."""

    server: Postgres
    web: Child
    port: int
    folder: Path

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def conninfo(self) -> str:
        """How to reach its database as the superuser of the cluster."""
        return self.server.conninfo(demo.DATABASE)

    def cpu_seconds(self) -> float:
        """Processor time used so far by web server and database, in all their processes."""
        return sum(cpu_seconds(pid) for pid in (self.web_pid, self.server.pid or 0))

    @property
    def web_pid(self) -> int:
        """The web server's main process."""
        return self.web.process.pid if self.web.process else 0


@contextlib.contextmanager
def running(*, cases: int = CASES) -> Iterator[House]:
    """Make one in a temporary folder, and leave nothing of it."""
    with tempfile.TemporaryDirectory(prefix="ra-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        data = folder / "data"
        demo.claim_folder(data, fresh=False)
        with Postgres(data) as server:
            demo.fill(server, data, cases=cases)
            port = demo.choose_port(0)
            web = demo.children(server, data, port)[0]
            web.command = [_OURS if word == _PRODUCT else word for word in web.command]
            with serving(web, port):
                yield House(server, web, port, folder)


@contextlib.contextmanager
def serving(web: Child, port: int) -> Iterator[None]:
    """Run a web server until the block ends."""
    web.start()
    try:
        with step(f"Starting the {web.name} server"):
            demo.wait_live(port, web)
        yield
    finally:
        if web.process is not None:
            processes.stop(web.process, seconds=10)


def family(pid: int) -> list[int]:
    """Return a process and all that came from it."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    found = [pid]
    for each in found:
        found += [child for child, parent in parents.items() if parent == each]
    return found


def cpu_seconds(pid: int) -> float:
    """Processor time of a process and all that came from it, those that ended included."""
    ticks = 0
    for each in family(pid):
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(int(field) for field in fields[11:15])
    return ticks / _TICKS


def pss_mib(pid: int) -> float:
    """Memory of one process, pages that it shares counted in part (PSS), in MiB."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def workers(pid: int) -> list[int]:
    """Return the processes of a Granian server that answer requests: all that came from it and run its code."""
    return [each for each in family(pid)[1:] if b"resource_tracker" not in _command(each)]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
