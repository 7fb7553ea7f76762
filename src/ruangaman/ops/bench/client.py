"""A lean client: on a small machine it shares the processors with what it measures, so it does next to nothing."""

from __future__ import annotations

import re
import socket
import time
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import quote_plus

TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="([^"]+)"')
_KEY = re.compile(rb'name="key" value="([^"]+)"')
_RECEIPT = re.compile(rb'<output id="receipt"[^>]*>(.*?)</output>', re.DOTALL)
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_COOKIE = re.compile(rb"\r\nset-cookie: *([sk])=([^;]*)", re.IGNORECASE)
IDLE_SECONDS = 10
"""A connection that was quiet for longer may be closed on the other side: another one is opened, as browsers do."""
STORY = "Uji beban: dia marah lagi dan saya takut pulang. Tetangga mendengar, tetapi tidak ada yang datang. " * 5


class Unexpected(LookupError):
    """A page was not what it should be."""


@dataclass
class Reply:
    """What came back."""

    status: int
    head: bytes
    body: bytes = field(repr=False)

    def page(self) -> bytes:
        """Return the page, unpacked."""
        packed = b"content-encoding: gzip" in self.head.lower()
        return zlib.decompress(self.body, wbits=31) if packed else self.body

    def find(self, pattern: re.Pattern[bytes]) -> bytes:
        """Return what stands there. Raises Unexpected: nothing does."""
        found = pattern.search(self.page())
        if found is None:
            raise Unexpected(f"A page ({self.status}) lacks {pattern.pattern!r}.")
        return found[1]


class Browser:
    """One visitor with an own connection and an own cookie."""

    def __init__(self, port: int, *, timeout: float = 60, packed: bool = True) -> None:
        """Open the connection.

        Args:
            packed: whether pages may come compressed.
        """
        self.host = f"127.0.0.1:{port}"
        self.cookie = ""
        self.coding = "gzip" if packed else "identity"
        self.port, self.timeout = port, timeout
        self.socket = self._connect()

    def _connect(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), self.timeout)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.used = time.monotonic()
        return connection

    def close(self) -> None:
        """Hang up."""
        self.socket.close()

    def get(self, path: str, *, expect: int = 200) -> Reply:
        """Open a page. Raises Unexpected: another status."""
        return self._ask("GET", path, b"", expect)

    def post(self, path: str, fields: dict[str, str | bytes], *, expect: int = 303) -> Reply:
        """Send a form. Raises Unexpected: another status."""
        body = "&".join(f"{name}={quote_plus(value)}" for name, value in fields.items()).encode()
        return self._ask("POST", path, body, expect)

    def _ask(self, method: str, path: str, body: bytes, expect: int) -> Reply:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}", f"Accept-Encoding: {self.coding}"]
        if self.cookie:
            lines.append(f"Cookie: {self.cookie}")
        if method == "POST":
            lines += [f"Origin: http://{self.host}", f"Content-Length: {len(body)}"]
            lines.append("Content-Type: application/x-www-form-urlencoded")
        if time.monotonic() - self.used > IDLE_SECONDS:
            self.socket.close()
            self.socket = self._connect()
        self.socket.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        reply = self._read()
        self.used = time.monotonic()
        found = _COOKIE.search(reply.head)
        if found:
            self.cookie = f"{found[1].decode()}={found[2].decode()}"
        if reply.status != expect:
            raise Unexpected(f"{method} {path} answers {reply.status} instead of {expect}.")
        return reply

    def _read(self) -> Reply:
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._receive()
        head, _, body = data.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if length is None:
            return Reply(int(head[9:12]), head, self._read_chunks(body))
        pieces, missing = [body], int(length[1]) - len(body)
        while missing > 0:
            pieces.append(self._receive())
            missing -= len(pieces[-1])
        return Reply(int(head[9:12]), head, b"".join(pieces))

    def _read_chunks(self, rest: bytes) -> bytes:
        pieces = []
        while True:
            while b"\r\n" not in rest:
                rest += self._receive()
            size, _, rest = rest.partition(b"\r\n")
            length = int(size, 16)
            while len(rest) < length + 2:
                rest += self._receive()
            pieces.append(rest[:length])
            rest = rest[length + 2 :]
            if not length:
                return b"".join(pieces)

    def _receive(self) -> bytes:
        piece = self.socket.recv(65536)
        if not piece:
            raise ConnectionResetError("The server hung up.")
        return piece


def report(port: int) -> str:
    """Report as a new visitor: form, answer, receipt. Returns the receipt. Raises OSError, Unexpected."""
    browser = Browser(port)
    try:
        form = browser.get("/i/")
        fields = {"csrfmiddlewaretoken": form.find(TOKEN), "key": form.find(_KEY)}
        browser.post("/i/", {**fields, "what": STORY, "now": "no", "who": "self", "contact": "receipt"})
        digits = re.sub(rb"<[^>]*>|\D", b"", browser.get("/i/selesai").find(_RECEIPT))
        if len(digits) != 20:
            raise Unexpected("The receipt has not twenty digits.")
        return digits.decode()
    finally:
        browser.close()


def open_thread(port: int, receipt: str) -> None:
    """Open the thread of a receipt as a new visitor. Raises OSError, Unexpected."""
    browser = Browser(port)
    try:
        token = browser.get("/p/").find(TOKEN)
        browser.post("/p/", {"csrfmiddlewaretoken": token, "receipt": receipt})
        if b"textarea" not in browser.get("/p/pesan").page():
            raise Unexpected("The receipt opens no thread.")
    finally:
        browser.close()


def get_page(port: int, path: str) -> None:
    """Open one page as a new visitor. Raises OSError, Unexpected."""
    browser = Browser(port)
    try:
        browser.get(path)
    finally:
        browser.close()


@dataclass
class Run:
    """Many at once, and how long each took."""

    done: list[object] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Successes in a second."""
        return len(self.done) / self.seconds if self.seconds else 0.0

    def add(self, other: Run) -> None:
        """Take another one in."""
        self.done += other.done
        self.times += other.times
        self.errors += other.errors
        self.seconds += other.seconds


def many(work: Callable[[int], object], *, count: int, at_once: int) -> Run:
    """Do `work` so many times, so many at once; what fails is counted, not repeated.

    Args:
        work: called with 0, 1, 2 …
    """
    run, begun = Run(), time.monotonic()

    def one(number: int) -> None:
        start = time.monotonic()
        try:
            found = work(number)
        except (OSError, Unexpected) as error:
            run.errors.append(f"{type(error).__name__}: {error}")
            return
        run.times.append(time.monotonic() - start)
        run.done.append(found)

    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(one, range(count)))
    run.seconds = time.monotonic() - begun
    return run
