"""The frame of the benches: what they print is a promise (design.md 5), and a missed limit is a failure."""

from __future__ import annotations

import argparse
import json
import socket
import threading

import pytest

from ruangaman.ops.bench import registry
from ruangaman.ops.bench.accept import Measured, Pair, judge
from ruangaman.ops.bench.client import Browser, Run, many
from ruangaman.ops.bench.frame import Result, p95
from ruangaman.ops.cli import main
from ruangaman.ops.commands import bench


def test_json_has_the_promised_shape_on_one_line():
    result = Result("accept")
    result.at_most("time", 0.5, 1, "s")
    result.at_least("rate", 10, 25, "per s")
    result.context["cores"] = 2
    text = result.to_json()

    assert "\n" not in text
    assert json.loads(text) == {
        "name": "accept",
        "checks": [
            {"what": "time", "value": 0.5, "limit": 1, "unit": "s", "ok": True},
            {"what": "rate", "value": 10, "limit": 25, "unit": "per s", "ok": False},
        ],
        "context": {"cores": 2},
    }


def test_one_missed_limit_or_no_check_at_all_is_a_failure():
    result = Result("x")
    assert not result.ok
    result.at_most("a", 1, 1)
    assert result.ok
    result.at_most("b", 2, 1)
    assert not result.ok
    assert "NOT ok" in result.to_text()
    assert "Not every limit" in result.to_page(says="", command="")


def test_the_command_prints_and_ends_as_the_result_says(monkeypatch, capsys):
    result = Result("page")
    result.at_most("bytes", 20_000, 14_600, "bytes")
    monkeypatch.setattr("ruangaman.ops.bench.page.run", lambda options: result)

    assert main(["bench", "page", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["checks"][0]["ok"] is False


def test_a_record_names_no_folder_of_the_machine_it_was_made_on():
    words = ["bench", "queue", "--data", "/somewhere", "--keep", "--rows", "1000", "--json", "--data=/else", "--record"]
    assert bench._to_repeat(words) == ["bench", "queue", "--rows", "1000", "--record"]


def test_every_bench_has_its_options_and_says_what_it_measures():
    parser = argparse.ArgumentParser()
    bench.add_arguments(parser)

    for name in registry.BENCHES:
        assert parser.parse_args([name]).name == name
        assert bench._module(name).SAYS


def test_a_slow_or_failing_run_of_reports_is_told():
    slow = Run(done=["x"] * 10, times=[2.0] * 10, errors=["refused"], seconds=10)
    fast = Run(done=["x"] * 100, times=[0.1] * 100, seconds=1)
    measured = Measured(
        runs={1: fast, 16: slow},
        pairs=[Pair(slow, fast, 50, 20, 1000)],
        blank=[4.0],
        waited=[3.0],
        memory=(200, 44),
    )

    assert [check.ok for check in judge(measured).checks] == [False] * 8


@pytest.mark.parametrize("count", [1, 19, 100])
def test_p95_is_one_of_the_values_and_near_the_top(count):
    assert p95(list(range(count))) >= 0.9 * (count - 1)


def test_what_fails_is_counted_and_not_repeated():
    def work(number: int) -> int:
        if number % 2:
            raise ConnectionResetError
        return number

    run = many(work, count=10, at_once=4)
    assert (len(run.done), len(run.errors), len(run.times)) == (5, 5, 5)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nset-cookie: s=abc; Path=/\r\n\r\nHello",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nset-cookie: s=abc\r\n\r\n2\r\nHe\r\n3\r\nllo\r\n0\r\n\r\n",
    ],
    ids=["length", "chunks"],
)
def test_the_lean_client_reads_what_granian_sends(answer):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            line, _ = server.accept()
            with line:
                line.recv(65536)
                for byte in range(len(answer)):
                    line.sendall(answer[byte : byte + 1])

        thread = threading.Thread(target=serve)
        thread.start()
        browser = Browser(server.getsockname()[1])
        reply = browser.get("/")
        browser.close()
        thread.join()

    assert (reply.status, reply.page(), browser.cookie) == (200, b"Hello", "s=abc")
