"""A house to be hurt: PostgreSQL, web server and worker in this process's care, killed as a whole or in part."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg

from ruangaman.ops import demo, processes
from ruangaman.ops.bench.house import family
from ruangaman.ops.postgres import Postgres, PostgresError
from ruangaman.ops.supervisor import Supervisor

CASES = 4
STARTS = 20
"""So often in a row PostgreSQL may be killed while it starts."""
_PRODUCT, _FAILING = "ruangaman.config.wsgi:application", "ruangaman.ops.soak.failing:application"


class FrailHouse:
    """The whole house. Keep it alive with `tend`, from the main thread; hurt it from any other."""

    def __init__(self, server: Postgres, data: Path) -> None:
        """Nothing is started yet but PostgreSQL, which holds a city."""
        self.server = server
        self.data = data
        self.port = demo.choose_port(0)
        self.armed = data / "failpoint"
        children = demo.children(server, data, self.port)
        web = children[0]
        web.command = [_FAILING if word == _PRODUCT else word for word in web.command]
        web.env["RUANGAMAN_FAILPOINT"] = str(self.armed)
        self.supervisor = Supervisor(server, children)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def connect(self) -> psycopg.Connection:
        """Reach its database as the superuser of the cluster, waiting until it is there."""
        end = time.monotonic() + 120
        while True:
            try:
                return psycopg.connect(self.server.conninfo(demo.DATABASE), autocommit=True)
            except psycopg.OperationalError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.1)

    def forget_to_wait(self) -> None:
        """Let PostgreSQL answer a COMMIT before it is on the disk, and write late: such a run loses some."""
        with psycopg.connect(self.server.conninfo(), autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {demo.DATABASE} SET synchronous_commit = off".encode())
            connection.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
            connection.execute("SELECT pg_reload_conf()")

    def kill(self, part: str) -> int:
        """Kill one part outright; returns how many processes that were.

        Args:
            part: `database` (every process of it), `web` (the server and its workers), `web worker` (one of them), or
                `worker`.
        """
        web, worker = (child.process.pid if child.process else 0 for child in self.supervisor.children)
        roots = {"database": self.server.pid or 0, "web": web, "web worker": web, "worker": worker}
        if not roots[part]:
            return 0
        found = family(roots[part])
        if part == "web worker":
            found = [pid for pid in found if _holds(pid, b"failing")][-1:]
        for pid in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return len(found)

    def tend(self, work: Callable[[], None]) -> None:
        """Do `work` in another thread; meanwhile start again whatever died. Raises what `work` raised."""
        faults: list[BaseException] = []

        def guarded() -> None:
            try:
                work()
            except BaseException as error:  # noqa: BLE001 - raised again by the main thread
                faults.append(error)

        thread = threading.Thread(target=guarded, daemon=True)
        thread.start()
        failed = 0
        while thread.is_alive():
            for child in self.supervisor.children:
                child.starts.clear()  # killed by us, not failing by itself: no need to wait longer each time
            failed = 0 if self._mend() else failed + 1
            if failed > STARTS:
                raise demo.DemoError(f"PostgreSQL did not come up {failed} times: see {self.data / 'postgres.log'}.")
            thread.join(0.1)
        if faults:
            raise faults[0]

    def _mend(self) -> bool:
        """Start again what is gone; False: PostgreSQL was killed once more while it started."""
        try:
            self.supervisor.check()
        except PostgresError:
            return False
        return True


def _holds(pid: int, word: bytes) -> bool:
    with contextlib.suppress(OSError):
        return word in Path(f"/proc/{pid}/cmdline").read_bytes() or b"spawn_main" in _command(pid)
    return False


def _command(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


@contextlib.contextmanager
def frail_house(folder: Path, *, careless: bool = False, cases: int = CASES) -> Iterator[FrailHouse]:
    """Make one and run it; `careless`: as `forget_to_wait`."""
    data = folder / "data"
    demo.claim_folder(data, fresh=False)
    with Postgres(data) as server:
        demo.fill(server, data, cases=cases)
        house = FrailHouse(server, data)
        if careless:
            house.forget_to_wait()
        house.supervisor.start()
        try:
            demo.wait_live(house.port, house.supervisor.children[0])
            yield house
        finally:
            house.supervisor.stop()
            for child in house.supervisor.children:
                if child.process is not None:
                    processes.stop(child.process, seconds=0)
