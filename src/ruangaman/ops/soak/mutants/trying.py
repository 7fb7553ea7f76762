"""The run: measure which test reaches what, then try every change with the tests that reach it, quickest first."""

from __future__ import annotations

import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from ruangaman.ops.demo import cores
from ruangaman.ops.postgres import Postgres
from ruangaman.ops.progress import Progress
from ruangaman.ops.soak.mutants.changes import Change
from ruangaman.ops.soak.mutants.choosing import Chooser
from ruangaman.ops.soak.mutants.servers import Gone, Server
from ruangaman.ops.soak.mutants.state import PACKAGE, Outcome, Reach, State, digest, tests_digest

WITHIN = 15.0
"""Seconds for the tests asked about a change, the nearest and quickest first. What only a test far away would notice,
after minutes, deserves a test nearby; `--within` asks further."""
_SECONDS, _TIMES = 10.0, 8.0
"""A test may take this long and so many times as long as usual; then the change counts as noticed."""

_LONGEST = "tests/architecture/test_access_matrix.py"
"""Measured first, so that nobody waits for it at the end."""

Thing = TypeVar("Thing")


@dataclass
class Run:
    """One run over some changes.

    Args:
        minutes: stop taking new ones after so many.
        within: see `WITHIN`.
    """

    state: State
    progress: Progress
    minutes: float | None = None
    within: float = WITHIN
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stop: threading.Event = field(default_factory=threading.Event)
    _faults: list[BaseException] = field(default_factory=list)

    def go(self, wanted: Sequence[Change], *, last: Container[str] = ()) -> None:
        """Try those of which nothing is known.

        Args:
            last: keys of those that are tried at the end: nobody waits for what is explained.

        Raises:
            Gone: the tests cannot be run at all.
        """
        self._end = time.monotonic() + self.minutes * 60 if self.minutes else float("inf")
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ra-mutants-")))
            postgres = stack.enter_context(Postgres(folder / "postgres", durable=False))
            servers = [stack.enter_context(Server(folder, postgres, number)) for number in range(cores())]
            for server in servers:
                server.start()
            self._on_all(servers, Server.collect)
            self._measure(servers)
            self._chooser, self._tests = Chooser(self.state.sound()), tests_digest()
            for one in wanted:
                known = self.state.outcomes.get(one.key)
                if known and known.is_noticed:
                    self._chooser.noticed(one, known.by)
            new = [one for one in wanted if not self._is_known(one)]
            new.sort(key=lambda one: (one.key in last, one.cold))
            self._share("changes", servers, new, self._try)

    def _is_known(self, change: Change) -> bool:
        known = self.state.outcomes.get(change.key)
        return known is not None and (known.is_noticed or known.all or known.within >= self.within)

    # --- tests ---------------------------------------------------------------------------------------------------

    def _measure(self, servers: list[Server]) -> None:
        by_file: dict[str, list[str]] = defaultdict(list)
        for test in servers[0].tests:
            by_file[test.split("::")[0]].append(test)
        self.state.reach = {path: tests for path, tests in self.state.reach.items() if path in by_file}
        new = sorted(set(by_file) - set(self.state.reach), key=lambda path: (path != _LONGEST, -len(by_file[path])))

        def measure(server: Server, path: str) -> None:
            answer = server.ask({"do": "measure", "tests": by_file[path]})
            if "measured" not in answer:
                raise Gone(f"The tests of {path} ended the process that ran them: {answer}.")
            with self._lock:
                self.state.reach[path] = {name: Reach(**one) for name, one in answer["measured"].items()}
                self.state.keep_reach()

        self._share("test files measured", servers, new, measure)

    # --- changes -------------------------------------------------------------------------------------------------

    def _try(self, server: Server, change: Change) -> None:
        with self._lock:
            every = self._chooser.choose(change)
        tests = self._first(every) if change.cold else every
        started = time.monotonic()
        answer: dict[str, Any] = self._ask(server, change, tests) if tests else {"result": "left"}
        outcome = Outcome(
            key=change.key,
            result=answer["result"],
            by=answer.get("by", ""),
            ran=answer.get("ran", 0),
            seconds=round(time.monotonic() - started, 2),
            all=answer.get("ran", 0) == len(every),
            within=self.within,
            source=digest([PACKAGE / change.path]),
            tests=self._tests,
        )
        with self._lock:
            self.state.add(outcome)
            if outcome.ran and outcome.by:
                self._chooser.noticed(change, outcome.by)

    def _first(self, tests: list[str]) -> list[str]:
        """Those for which there will be time: a new process loads no file that it does not come to."""
        total, chosen = 0.0, list[str]()
        for name in tests:
            total += self._chooser.reach[name].seconds
            if chosen and total > self.within:
                break
            chosen.append(name)
        return chosen

    def _ask(self, server: Server, change: Change, tests: list[str]) -> dict[str, Any]:
        limits = [(name, max(_SECONDS, _TIMES * self._chooser.reach[name].seconds)) for name in tests]
        job = {"do": "try", "change": asdict(change), "tests": limits, "within": self.within}
        answer = {"result": "cold"} if change.cold else server.ask(job)
        if answer["result"] == "broken":
            raise Gone(f"{change.key} could not be tried:\n{server.log()}")
        if answer["result"] != "cold":
            return answer
        try:
            with server.another() as born:
                born.start(sorted({name.split("::")[0] for name in tests}), change)
                born.collect()
                there = set(born.tests)
                gone = {name.split("::")[0] for name in tests} - {name.split("::")[0] for name in there}
                if gone:
                    return {"result": "died", "by": f"the start: {min(gone)} could not be imported"}
                answer = born.ask({**job, "change": None, "tests": [one for one in limits if one[0] in there]})
                if answer["result"] == "broken":
                    raise RuntimeError(f"{change.key} could not be tried:\n{born.log()}")
                return answer
        except Gone as error:
            return {"result": "died", "by": f"the start: {str(error).strip().splitlines()[-1]}"}

    # --- sharing the work ----------------------------------------------------------------------------------------

    def _share(
        self, what: str, servers: list[Server], things: Sequence[Thing], work: Callable[[Server, Thing], None]
    ) -> None:
        """Let each server take the next thing until there is none, the time is over or something broke."""
        rest, done = iter(list(things)), 0

        def take(server: Server) -> None:
            nonlocal done
            while not self._stop.is_set() and time.monotonic() < self._end:
                with self._lock:
                    thing = next(rest, None)
                if thing is None:
                    return
                work(server, thing)
                with self._lock:
                    done += 1
                    self.progress(what, done, len(things))

        if things:
            self.progress(what, 0, len(things))
        self._on_all(servers, take)

    def _on_all(self, servers: list[Server], work: Callable[[Server], None]) -> None:
        """One thread for each server, to the end of all; what went wrong in one is raised here."""

        def guarded(server: Server) -> None:
            try:
                work(server)
            except BaseException as error:  # noqa: BLE001 - raised below, in the thread that can be told
                self._faults.append(error)
                self._stop.set()

        threads = [threading.Thread(target=guarded, args=[server]) for server in servers]
        for thread in threads:
            thread.start()
        with self._stopping(servers):
            for thread in threads:
                thread.join()
        if self._faults:
            raise self._faults[0]

    @contextmanager
    def _stopping(self, servers: list[Server]) -> Iterator[None]:
        """End the servers at once when we are asked to stop: their threads wait for their answers."""
        try:
            yield
        except BaseException:
            self._stop.set()
            for server in servers:
                server.stop()
            raise
