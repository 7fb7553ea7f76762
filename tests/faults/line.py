"""A line between a process and PostgreSQL that can be cut, slowed and stopped: a proxy on a socket of its own."""

from __future__ import annotations

import contextlib
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

NAME = ".s.PGSQL.5432"


class Line:
    """Passes everything on, until told otherwise."""

    def __init__(self, target: Path) -> None:
        """Listen in a folder of its own.

        Args:
            target: folder of the real server's socket.
        """
        self.folder = Path(tempfile.mkdtemp(prefix="ra-line-"))
        self.target = target
        self.delay = 0.0
        """Seconds by which each answer comes later."""
        self.silent = False
        """Nothing passes, and nobody is told."""
        self.cut_after = b""
        """The next message with these bytes still reaches the server; its answer reaches nobody."""
        self.cuts = 0
        self.hold_after = b""
        """The next message with these bytes reaches the server; its answer waits until `let_go`."""
        self.held = threading.Event()
        self._free = threading.Event()
        self._free.set()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._listener: socket.socket | None = None
        self.open()

    def open(self) -> None:
        """Listen."""
        (self.folder / NAME).unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self.folder / NAME))
        listener.listen(64)
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def refuse(self) -> None:
        """Take no more connections, and drop those there are."""
        if self._listener is not None:
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        (self.folder / NAME).unlink(missing_ok=True)
        self.drop()

    def drop(self) -> None:
        """Drop every connection at once."""
        for pair in self._pairs:
            _close(*pair)
        self._pairs = []

    def let_go(self) -> None:
        """Pass the held answer on."""
        self._free.set()

    def close(self) -> None:
        """End."""
        self.let_go()
        self.refuse()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            far = socket.socket(socket.AF_UNIX)
            far.connect(str(self.target / NAME))
            self._pairs.append((near, far))
            threading.Thread(target=self._ask, args=(near, far), daemon=True).start()
            threading.Thread(target=self._answer, args=(far, near), daemon=True).start()

    def _ask(self, near: socket.socket, far: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := near.recv(65536):
                self._wait()
                if self.hold_after and self.hold_after in chunk:
                    self.hold_after = b""
                    self._free.clear()
                    self.held.set()
                cut = self.cut_after and self.cut_after in chunk
                if cut:
                    self.cut_after = b""
                    _close(near)
                far.sendall(chunk)
                if cut:
                    self.cuts += 1
                    while far.recv(65536):  # let the server do what it was asked for
                        break
                    break
        _close(near, far)

    def _answer(self, far: socket.socket, near: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := far.recv(65536):
                self._wait()
                time.sleep(self.delay)
                self._free.wait()
                near.sendall(chunk)
        _close(near, far)

    def _wait(self) -> None:
        while self.silent:
            time.sleep(0.05)


@contextlib.contextmanager
def line_to(target: Path) -> Iterator[Line]:
    """A line for as long as the block runs."""
    line = Line(target)
    try:
        yield line
    finally:
        line.close()


def _close(*ends: socket.socket) -> None:
    for end in ends:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
