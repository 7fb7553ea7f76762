"""Asked to end, a process ends also when the kernel told a thread that sleeps."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

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
from ruangaman.config import ending
ending.start()
def application(environ, start_response):
    read = len(environ["wsgi.input"].read())
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(read).encode()]
"""


def test_a_request_that_is_still_being_read_is_answered_first(tmp_path):
    (tmp_path / "slow.py").write_text(SERVER)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    command = [sys.executable, "-P", "-m", "granian", "slow:application", "--interface", "wsgi", "--port", str(port)]
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            upload = connect(port)
            upload.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 400000\r\n\r\n" + bytes(200_000))
            time.sleep(0.5)
            for child in Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split():
                os.kill(int(child), signal.SIGTERM)
            time.sleep(2)
            upload.sendall(bytes(200_000))
            assert upload.recv(1000).startswith(b"HTTP/1.1 200 ")
            upload.close()
        finally:
            server.terminate()


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
