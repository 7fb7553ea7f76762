"""Asked to end, a process ends also when the kernel told a thread that sleeps."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ruangaman.ops import processes

PROGRAM = """
import signal, threading, time
from ruangaman.config import ending
asked = threading.Event()
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda *_: asked.set())
if {watches}:
    ending.start()
other = threading.Thread(target=time.sleep, args=(60,), daemon=True)
other.start()
threading.Timer(0.2, signal.pthread_kill, (other.ident, signal.{number})).start()
asked.wait()
"""


@pytest.mark.parametrize("number", ["SIGTERM", "SIGINT"])
def test_the_main_thread_is_told_what_another_thread_heard(number):
    assert run(PROGRAM.format(watches=True, number=number), seconds=20) == 0


def test_without_that_it_sleeps_on():
    with pytest.raises(subprocess.TimeoutExpired):
        run(PROGRAM.format(watches=False, number="SIGTERM"), seconds=3)


SERVER = """
from pathlib import Path
from ruangaman.config import ending
ending.start(longest={longest})
def application(environ, start_response):
    Path(__file__).with_name("begun").touch()
    read = len(environ["wsgi.input"].read())
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(read).encode()]
"""


def test_a_request_that_is_still_being_read_is_answered_first(tmp_path):
    with half_sent(tmp_path, longest=60) as (upload, child):
        os.kill(child, signal.SIGTERM)
        time.sleep(2)
        upload.sendall(bytes(200_000))
        assert upload.recv(1000).startswith(b"HTTP/1.1 200 ")
        upload.close()
        assert processes.wait_gone(child, 20)


def test_of_who_falls_silent_in_the_middle_it_does_not_wait_for_ever(tmp_path):
    with half_sent(tmp_path, longest=3) as (_upload, child):
        os.kill(child, signal.SIGTERM)
        time.sleep(1)
        assert Path(f"/proc/{child}/cmdline").exists(), "the control: it waits"
        assert processes.wait_gone(child, 20)


@contextmanager
def half_sent(folder: Path, *, longest: int) -> Iterator[tuple[socket.socket, int]]:
    """A server whose one process has begun to read a request, of which the rest has not come."""
    (folder / "slow.py").write_text(SERVER.format(longest=longest))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join([str(folder), *sys.path])}
    command = [sys.executable, "-P", "-m", "granian", "slow:application", "--interface", "wsgi", "--port", str(port)]
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            with connect(port) as upload:
                upload.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 400000\r\n\r\n" + bytes(200_000))
                end = time.monotonic() + 30
                while not (folder / "begun").exists():
                    assert server.poll() is None
                    assert time.monotonic() < end, "it does not begin to read"
                    time.sleep(0.05)
                (child,) = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
                yield upload, int(child)
        finally:
            server.kill()


def connect(port: int) -> socket.socket:
    """Connect once the server is there."""
    for _ in range(200):
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=15)
        except ConnectionRefusedError:
            time.sleep(0.1)
    raise AssertionError("the server does not listen")


def run(program: str, *, seconds: int) -> int:
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run([sys.executable, "-P", "-c", program], env=env, timeout=seconds, check=False).returncode
