"""Accepting reports: whole submissions over HTTP, beside what the key derivation alone and PostgreSQL alone reach."""

from __future__ import annotations

import argparse
import contextlib
import socket
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from ruangaman.ops import demo
from ruangaman.ops.bench import client, house
from ruangaman.ops.bench.client import Run, many
from ruangaman.ops.bench.frame import Result, median, p95
from ruangaman.ops.bench.house import House
from ruangaman.ops.bench.raw import RawWriter
from ruangaman.ops.progress import Bar, say
from ruangaman.ops.supervisor import Child

SAYS = (
    "Whole reports over HTTP (form, answer, receipt), each from a new visitor; every receipt then opens its thread. "
    "In interleaved pairs: a view that only derives a receipt, and pgbench writing the same rows."
)
AT_ONCE = 16
SLOW_UPLOADS = 30


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--reports", type=int, default=2000, metavar="N", help="how many reports in all (%(default)s)")
    parser.add_argument("--pairs", type=int, default=8, metavar="N", help="interleaved pairs at 16 (%(default)s)")
    parser.add_argument(
        "--requests", type=int, default=10_000, metavar="N", help="before memory is weighed (%(default)s)"
    )


@dataclass
class Pair:
    """One block of reports beside its peers, right after one another."""

    reports: Run
    derivations: Run
    report_cpu_ms: float
    derivation_cpu_ms: float
    raw_rate: float

    @property
    def ratio(self) -> float:
        """Reports for each derivation that the same server reaches."""
        return self.reports.rate / self.derivations.rate if self.derivations.rate else 0.0


@dataclass
class Measured:
    """Everything that the checks need."""

    runs: dict[int, Run] = field(default_factory=dict)
    """By how many at once."""
    pairs: list[Pair] = field(default_factory=list)
    opened: Run = field(default_factory=Run)
    blank: list[float] = field(default_factory=list)
    """CPU of the blank form over CPU of the kept bytes, per pair."""
    waited: list[float] = field(default_factory=list)
    """Seconds of text reports while slow uploads hang."""
    memory: tuple[float, float] = (0.0, 0.0)
    """PSS of the heaviest worker of ours and of a bare Django, in MiB."""


def run(options: argparse.Namespace) -> Result:
    """Measure, and judge."""
    measured = Measured()
    with house.running() as place, Bar() as bar:
        many(lambda _: client.report(place.port), count=20, at_once=4)  # warm
        few = max(options.reports // 20, 4)
        for at_once, count in ((1, few), (4, 3 * few)):
            bar(f"Reports, {at_once} at once", 0, 1)
            measured.runs[at_once] = _report(place, measured, count, at_once)[0]
        raw = RawWriter(place)
        measured.runs[AT_ONCE] = Run()
        block = max((options.reports - 4 * few) // options.pairs, AT_ONCE)
        for number in range(options.pairs):
            bar("Pairs of reports and derivations", number, options.pairs)
            pair = _pair(place, measured, raw, block, first=number % 2 == 0)
            measured.pairs.append(pair)
            measured.runs[AT_ONCE].add(pair.reports)
        measured.blank = [_blank_ratio(place) for _ in range(5)]
        measured.waited = _reports_beside_slow_uploads(place)
        measured.memory = _weigh(place, options.requests, bar)
    return judge(measured)


def judge(measured: Measured) -> Result:
    """Hold the figures against their limits."""
    result, full = Result("accept"), measured.runs[AT_ONCE]
    errors = [each for run in (*measured.runs.values(), measured.opened) for each in run.errors]
    for error in errors[:5]:
        say(error)
    beside = median([pair.report_cpu_ms - pair.derivation_cpu_ms for pair in measured.pairs])
    result.at_most("failures, reports and opened threads", len(errors), 0)
    result.at_most(f"time of a report at {AT_ONCE}, p95", p95(full.times), 1, "s")
    result.at_least(f"reports at {AT_ONCE}", full.rate, 25, "per s")
    result.at_least("reports for each bare derivation", median([pair.ratio for pair in measured.pairs]), 0.65)
    result.at_most("processor beside the derivation", beside, 12, "ms per report")
    result.at_most("blank form beside kept bytes", median(measured.blank), 3, "times the processor")
    result.at_most(f"text report beside {SLOW_UPLOADS} slow uploads, slowest", max(measured.waited), 1, "s")
    result.at_most("web worker beside a bare Django", measured.memory[0] / measured.memory[1], 3, "times the PSS")
    result.context = _context(measured)
    return result


def _context(measured: Measured) -> dict[str, str | int | float]:
    pairs = measured.pairs
    ratios = sorted(pair.ratio for pair in pairs)
    facts: dict[str, str | int | float] = {
        f"{what} of a report, {at_once} at once, s": f"{seconds:.3f}"
        for at_once, run in sorted(measured.runs.items())
        for what, seconds in (("median", median(run.times)), ("p95", p95(run.times)))
    }
    facts |= {f"reports per s, {at_once} at once": run.rate for at_once, run in sorted(measured.runs.items())}
    raw = median([pair.raw_rate for pair in pairs])
    return facts | {
        "reports accepted": sum(len(run.done) for run in measured.runs.values()),
        "receipts opened": len(measured.opened.done),
        "derivations per s": median([pair.derivations.rate for pair in pairs]),
        "reports for each derivation, lowest and highest pair": f"{ratios[0]:.2f} to {ratios[-1]:.2f}",
        "processor per report, ms": statistics.median(pair.report_cpu_ms for pair in pairs),
        "processor per derivation, ms": statistics.median(pair.derivation_cpu_ms for pair in pairs),
        "pgbench, the same rows by plain SQL from 16 connections, per s": raw,
        "reports for each of pgbench's": f"{measured.runs[AT_ONCE].rate / raw:.3f}",
        "PSS of the heaviest web worker, MiB": measured.memory[0],
        "PSS of a bare Django worker, MiB": measured.memory[1],
        "cores": demo.cores(),
    }


def _report(place: House, measured: Measured, count: int, at_once: int) -> tuple[Run, float]:
    """Report so often, then open every receipt. Returns the run and its processor time in seconds."""
    before = place.cpu_seconds()
    run = many(lambda _: client.report(place.port), count=count, at_once=at_once)
    used = place.cpu_seconds() - before
    receipts = [str(each) for each in run.done]
    measured.opened.add(
        many(lambda number: client.open_thread(place.port, receipts[number]), count=len(receipts), at_once=AT_ONCE)
    )
    return run, used


def _pair(place: House, measured: Measured, raw: RawWriter, block: int, *, first: bool) -> Pair:
    """One block; reports and derivations take turns in being first."""
    raw_rate = raw.rate(2)
    if first:
        reports, report_cpu = _report(place, measured, block, AT_ONCE)
    before = place.cpu_seconds()
    derivations = many(lambda _: client.get_page(place.port, "/bench/derive"), count=block, at_once=AT_ONCE)
    derivation_cpu = place.cpu_seconds() - before
    if not first:
        reports, report_cpu = _report(place, measured, block, AT_ONCE)
    for run in (reports, derivations):
        if not run.done:
            raise demo.DemoError(f"Nothing succeeded: {run.errors[:1]}")
    return Pair(
        reports,
        derivations,
        1000 * report_cpu / len(reports.done),
        1000 * derivation_cpu / len(derivations.done),
        raw_rate,
    )


def _blank_ratio(place: House, count: int = 300) -> float:
    used = []
    for path in ("/i/", "/bench/kept"):
        before = place.cpu_seconds()
        many(lambda _, path=path: client.get_page(place.port, path), count=count, at_once=4)  # type: ignore[misc]
        used.append(place.cpu_seconds() - before)
    return used[0] / used[1]


def _reports_beside_slow_uploads(place: House) -> list[float]:
    with _slow_uploads(place.port, SLOW_UPLOADS):
        time.sleep(1)
        return many(lambda _: client.report(place.port), count=10, at_once=1).times or [float("inf")]


@contextlib.contextmanager
def _slow_uploads(port: int, count: int) -> Iterator[None]:
    """Keep so many uploads open that never end: each has begun its file and sends no more."""
    begin = (
        b'--b\r\nContent-Disposition: form-data; name="what"\r\n\r\nSlow\r\n--b\r\nContent-Disposition: form-data;'
        b' name="files"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n' + b"\xff\xd8\xff\xe0" + bytes(20_000)
    )
    head = (
        f"POST /i/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 5000000\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\n\r\n"
    ).encode()
    with contextlib.ExitStack() as stack:
        for _ in range(count):
            line = stack.enter_context(socket.create_connection(("127.0.0.1", port), 10))
            line.sendall(head + begin)
        yield


def _weigh(place: House, requests: int, bar: Bar) -> tuple[float, float]:
    """Let a bare Django answer as often as ours did, both alive, and weigh the workers of both."""
    port = demo.choose_port(0)
    command = ["-m", "granian", *place.web.command[place.web.command.index("granian") + 1 :]]
    command = [command[0], command[1], "ruangaman.ops.bench.bare:application", *command[3:]]
    command[command.index("--port") + 1] = str(port)
    log = place.folder / "bare.log"
    bare = Child("bare", [place.web.command[0], "-P", *command], dict(place.web.env), log)
    with house.serving(bare, port):
        paths = ("/", "/i/", "/p/", "/layanan")
        for done in range(0, requests, 1000):
            bar("Requests before weighing", done, requests)
            count = min(1000, requests - done)
            many(lambda number: client.get_page(place.port, paths[number % 4]), count=count, at_once=AT_ONCE)
            many(lambda _: client.get_page(port, "/livez"), count=count, at_once=AT_ONCE)
        ours, others = (
            [house.pss_mib(pid) for pid in house.workers(child.process.pid)] if child.process else []
            for child in (place.web, bare)
        )
    return max(ours), min(others)
