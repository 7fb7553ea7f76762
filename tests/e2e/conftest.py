"""A whole running installation and a real browser, for the journeys."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from ruangaman.ops.chromium import ARGUMENTS, find_chromium
from ruangaman.ops.pages import Guide
from ruangaman.ops.running import RunningDemo
from ruangaman.ops.visitor import Visitor
from tests.support.cities import CASES, furnish

NEUTRAL_WORDS = "Cuaca hari ini cerah"
DEVICES: dict[str, dict[str, object]] = {
    "phone": {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True},
    "phone_plain": {
        "viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True, "java_script_enabled": False,
    },
    "desk": {"viewport": {"width": 1280, "height": 900}},
    "desk_plain": {"viewport": {"width": 1280, "height": 900}, "java_script_enabled": False},
}  # fmt: skip
"""A small telephone and an office screen, each with and without JavaScript."""
OpenPage = Callable[[str], Page]
NewVisitor = Callable[..., Visitor]


class _Weather(BaseHTTPRequestHandler):
    """The neutral site to which the exit leads; it is on this machine."""

    def do_GET(self) -> None:
        body = f"<!doctype html><title>Cuaca</title><h1>{NEUTRAL_WORDS}</h1>".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def neutral_site() -> Iterator[str]:
    """Address of the neutral site."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Weather)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/cuaca"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def house(neutral_site: str) -> Iterator[RunningDemo]:
    """PostgreSQL, web server and worker with a small synthetic city, as `./ruang demo` runs them."""
    folder = Path(tempfile.mkdtemp(prefix="ra-e2e-"))
    folder.chmod(0o711)
    try:
        furnish(folder / "data")
        with RunningDemo(folder, cases=CASES, exit_url=neutral_site) as demo:
            give_everybody_a_case(demo.url)
            yield demo
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def give_everybody_a_case(url: str) -> None:
    """Let the manager assign the rarer roles: in a small city chance may leave them without a case.

    Not to the case that one of them reads from beside: who is in the team has no such access. Where every other one is
    closed, one is opened again.
    """
    guide = Guide(url, "manajer")
    visitor = guide.visitor
    free = [one for one in _cases(visitor, "") if "/waktu" not in visitor.get(f"/kasus/{one}/akses/").text]
    code = (free or _cases(visitor, "?perlu=closed"))[0]
    if not free:
        page = visitor.get(f"/kasus/{code}/buka-lagi/")
        said = {"reason": "Ia meminta bantuan lagi.", "risk": "2", "is_safe": "yes", "words": "Di rumah ibunya."}
        assert visitor.submit(page, said, action="/buka-lagi/").status == 200
    for role in ("psikolog", "pendamping hukum", "petugas rumah aman"):
        page = guide.visitor.get(f"/kasus/{code}/tim/")
        found = re.search(rf'<option value="([0-9a-f-]{{36}})"[^>]*>[^<]*, {role}</option>', page.text)
        if found:
            assert guide.visitor.submit(page, {"user": found[1], "row_id": str(uuid4())}, action="/tim/").status == 200
    guide.close()


def _cases(visitor: Visitor, which: str) -> list[str]:
    return re.findall(r"/kasus/(K-\w{8})/", visitor.get(f"/kasus/{which}").text)


@pytest.fixture
def new_visitor(house: RunningDemo) -> Iterator[NewVisitor]:
    """Make browsers without script, by plain HTTP."""
    with ExitStack() as stack:

        def make(**wishes: Any) -> Visitor:
            visitor = Visitor(house.url, **wishes)
            stack.callback(visitor.close)
            return visitor

        yield make


def needed_chromium() -> str:
    """Path of Chromium. Without one the test skips, or fails where no browser test may skip."""
    program = find_chromium()
    if program is None and os.environ.get("RUANGAMAN_BROWSER_REQUIRED") == "1":
        pytest.fail("There is no Chromium, and here no browser test may be skipped (Debian: chromium).")
    if program is None:
        pytest.skip("this machine has no Chromium (Debian: apt-get install chromium)")
    return program


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium. For one module only: while it is open, the thread has an event loop, and Django minds."""
    program = needed_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, house: RunningDemo) -> Iterator[OpenPage]:
    """Open a page on a device of `DEVICES`, each in a fresh profile."""
    with ExitStack() as stack:

        def open_on(device: str) -> Page:
            context = chromium.new_context(base_url=house.url, locale="id-ID", **DEVICES[device])
            stack.callback(context.close)
            context.set_default_timeout(20_000)
            return context.new_page()

        yield open_on
