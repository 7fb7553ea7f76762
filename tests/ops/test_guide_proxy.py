"""The proxy of the guide for a city, in a real nginx: what it passes on, and that it keeps nothing."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings

from ruangaman.config.bodies import MAX_BODY
from ruangaman.ops import processes
from ruangaman.ops.demo import choose_port
from ruangaman.web.services import draw_resting
from tests.support import guide

HOST = "lapor.example.go.id"
CONF = "/etc/nginx/conf.d/ruangaman.conf"
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
FRAME = """
daemon off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/main.log;
events {{}}
http {{
  access_log {folder}/access.log;
  error_log {folder}/error.log info;
  gzip on;
  client_body_temp_path {folder}/temp-body;
  proxy_temp_path {folder}/temp-proxy;
  fastcgi_temp_path {folder}/temp-other;
  uwsgi_temp_path {folder}/temp-other;
  scgi_temp_path {folder}/temp-other;
{conf}
}}
"""
"""As Debian's nginx.conf comes: with logs and compression."""
LARGE = 32 * 1024 * 1024

pytestmark = pytest.mark.skipif(NGINX is None, reason="this machine has no nginx (Debian: apt-get install nginx-light)")


class House(BaseHTTPRequestHandler):
    """Stands where our web server would: says what reached it, or answers with something large."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(b"x" * LARGE if self.path == "/large" else b"a" * 5000)

    def do_POST(self) -> None:
        took = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(str(len(took)).encode())

    def _answer(self, body: bytes) -> None:
        self.server.seen = dict(self.headers.items())  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Strict-Transport-Security", "max-age=63072000")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@dataclass
class Front:
    """An nginx that runs, and the house behind it."""

    folder: Path
    port: int
    plain_port: int
    house: Any

    def connect(self) -> http.client.HTTPSConnection:
        context = ssl.create_default_context(cafile=str(self.folder / "fullchain.pem"))
        connection = http.client.HTTPSConnection(HOST, self.port, context=context, timeout=30)
        raw = socket.create_connection(("127.0.0.1", self.port), 30)
        connection.sock = context.wrap_socket(raw, server_hostname=HOST)
        return connection

    def ask(self, method: str = "GET", path: str = "/", *, body: bytes | None = None, **headers: str) -> Any:
        connection = self.connect()
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body=body, headers=named)
            answer = connection.getresponse()
            return answer, answer.read()
        finally:
            connection.close()

    def written(self) -> str:
        """Everything that it has written while it served."""
        logs = [self.folder / name for name in ("access.log", "error.log", "main.log")]
        return "".join(log.read_text() for log in logs if log.exists())


def certify(folder: Path) -> None:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(days=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
    (folder / "fullchain.pem").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "privkey.pem").write_bytes(key.private_bytes(*form))


@contextmanager
def front(folder: Path, *changes: tuple[str, str]) -> Iterator[Front]:
    """The guide's configuration on free ports. Its folders for temporary files are taken away once it runs.

    Args:
        changes: what is put in place of what, to see a test fail.
    """
    certify(folder)
    house = ThreadingHTTPServer(("127.0.0.1", 0), House)
    threading.Thread(target=house.serve_forever, daemon=True).start()
    port, plain_port = choose_port(0), choose_port(0)
    (folder / "istirahat.html").write_text(draw_resting())
    conf = guide.files()[CONF].replace("/etc/ssl/ruangaman", str(folder)).replace("/var/www/ruangaman", str(folder))
    conf = conf.replace("listen 443 ", f"listen 127.0.0.1:{port} ").replace(
        "listen 80 ", f"listen 127.0.0.1:{plain_port} "
    )
    conf = conf.replace("127.0.0.1:8000", f"127.0.0.1:{house.server_port}")
    for old, new in changes:
        assert old in conf
        conf = conf.replace(old, new)
    (folder / "nginx.conf").write_text(
        FRAME.format(folder=folder, conf=conf, user="user root;" if os.geteuid() == 0 else "")
    )
    words = [str(NGINX), "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")]
    done = subprocess.run([*words, "-t"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    running = subprocess.Popen(words, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        for each in folder.glob("temp-*"):
            each.rmdir()
        yield Front(folder, port, plain_port, house)
    finally:
        processes.stop(running, seconds=10)
        house.shutdown()
        house.server_close()


def wait_for(port: int) -> None:
    end = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            assert time.monotonic() < end, "nginx does not listen"
            time.sleep(0.05)


def test_what_reaches_the_house_is_the_visitor_s_address_and_nothing_that_the_visitor_made_up(tmp_path):
    with front(tmp_path) as proxy:
        proxy.ask(X_Forwarded_For="198.51.100.9")

        assert proxy.house.seen["Host"] == HOST
        assert proxy.house.seen["X-Forwarded-For"] == "127.0.0.1"


def test_what_is_sent_passes_without_a_file(tmp_path):
    with front(tmp_path) as proxy:
        answer, told = proxy.ask("POST", "/i/", body=b"rahasia" * 200_000)

    assert (answer.status, told) == (200, b"1400000")


def test_a_proxy_that_buffers_what_is_sent_would_need_a_file(tmp_path):
    with front(tmp_path, ("proxy_request_buffering off;", "")) as proxy:
        answer, _ = proxy.ask("POST", "/i/", body=b"rahasia" * 200_000)

    assert answer.status == 500


def slowly(proxy: Front) -> int:
    """How much of a large answer reaches somebody whose line is slow at first."""
    connection = proxy.connect()
    try:
        connection.request("GET", "/large")
        answer = connection.getresponse()
        time.sleep(1)
        return len(answer.read())
    except (http.client.IncompleteRead, OSError):
        return -1
    finally:
        connection.close()


def test_what_is_opened_passes_without_a_file(tmp_path):
    with front(tmp_path) as proxy:
        assert slowly(proxy) == LARGE


def test_a_proxy_that_buffers_what_is_opened_would_need_a_file(tmp_path):
    with front(tmp_path, ("proxy_max_temp_file_size 0;", "")) as proxy:
        assert slowly(proxy) == -1


def broken(proxy: Front) -> int:
    """A visit while the house is away: what nginx writes into logs of its own accord."""
    proxy.house.shutdown()
    proxy.house.server_close()
    answer, _ = proxy.ask(path="/p/")
    connection = http.client.HTTPConnection("127.0.0.1", proxy.plain_port, timeout=10)
    connection.request("GET", "/p/")
    connection.getresponse().read()
    connection.close()
    return int(answer.status)


def test_while_the_house_is_down_a_page_of_ours_says_whom_to_call_and_the_exit_leads_away(tmp_path):
    with front(tmp_path) as proxy:
        answer, told = proxy.ask("POST", "/keluar", body=b"")
        assert (answer.status, told) == (200, b"0"), "control: it is ours while we are there"

        broken(proxy)
        page, text = proxy.ask(path="/i/")
        sent, _ = proxy.ask("POST", "/i/", body=b"what=" + b"rahasia" * 1000)
        left, _ = proxy.ask("POST", "/keluar", body=b"")
        hidden, _ = proxy.ask(path="/istirahat.html")

    assert (page.status, page.getheader("Retry-After"), page.getheader("Cache-Control")) == (503, "60", "no-store")
    assert text.decode() == draw_resting()
    assert sent.status == 503
    assert (left.status, left.getheader("Location")) == (303, settings.RUANGAMAN_EXIT_URL)
    assert hidden.status == 404, "the page has no address of its own"


def test_no_log_holds_an_address_or_a_page(tmp_path):
    with front(tmp_path) as proxy:
        assert broken(proxy) == 503
        assert "/p/" not in proxy.written()
        assert "127.0.0.1" not in proxy.written()


def test_a_proxy_with_its_usual_logs_would_hold_both(tmp_path):
    for number, line in enumerate(("access_log off;", "error_log /dev/null emerg;")):
        folder = tmp_path / str(number)
        folder.mkdir()
        with front(folder, (line, "")) as proxy:
            assert broken(proxy) == 503
            assert "/p/" in proxy.written()
            assert "127.0.0.1" in proxy.written()


def test_pages_are_compressed_by_us_alone_and_the_headers_are_ours_once(tmp_path):
    with front(tmp_path) as proxy:
        answer, body = proxy.ask(Accept_Encoding="gzip")

        assert answer.getheader("Content-Encoding") is None
        assert len(body) == 5000
        assert answer.headers.get_all("Strict-Transport-Security") == ["max-age=63072000"]
        assert answer.getheader("Server") == "nginx"


def test_plain_http_only_leads_to_https(tmp_path):
    with front(tmp_path) as proxy:
        connection = http.client.HTTPConnection("127.0.0.1", proxy.plain_port, timeout=10)
        connection.request("GET", "/p/", headers={"Host": "elsewhere.example"})
        answer = connection.getresponse()
        answer.read()
        connection.close()

    assert (answer.status, answer.getheader("Location")) == (301, f"https://{HOST}/p/")


def test_it_takes_what_we_take():
    (size,) = re.findall(r"client_max_body_size (\d+)m;", guide.files()[CONF])

    assert MAX_BODY < int(size) * 1024 * 1024 < MAX_BODY * 1.1
