"""What a first visit costs: bytes, requests, and the time until one can write, on a cheap phone and a thin line."""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ruangaman.ops import demo
from ruangaman.ops.bench import house
from ruangaman.ops.bench.frame import Result, median
from ruangaman.ops.chromium import ARGUMENTS, find_chromium
from ruangaman.ops.progress import Bar

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SAYS = (
    "Start page and report page in Chromium with an empty cache: bytes on the wire with headers, compressed, all that"
    " comes, and the time until the page can be used at 400 kbit/s, 400 ms latency and a processor four times slower."
)
PAGES = {"start page": ("/", 'a[href^="/i/"]'), "report page": ("/i/", "textarea[name=what]")}
"""Address, and what has to be there before one can go on."""
LATENCY_MS, BYTES_PER_SECOND, SLOWER = 400, 400_000 // 8, 4
PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True, "device_scale_factor": 2,
    "locale": "id-ID",
}  # fmt: skip
STORY = "Dia marah lagi."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--runs", type=int, default=5, metavar="N", help="visits of each kind (%(default)s)")


@dataclass
class Visit:
    """One first visit."""

    usable: float = 0.0
    """Seconds from the wish to the page in use."""
    requests: dict[str, int] = field(default_factory=dict)
    """Bytes on the wire of each request, by its id in the browser; the page itself comes first."""

    @property
    def document(self) -> int:
        """Bytes of the first answer."""
        return next(iter(self.requests.values()), 0)

    @property
    def total(self) -> int:
        """Bytes of all of them."""
        return sum(self.requests.values())


def run(options: argparse.Namespace) -> Result:
    """Visit, and judge."""
    program = find_chromium()
    if program is None:
        raise demo.DemoError("This machine has no Chromium (Debian: apt-get install chromium).")
    from playwright.sync_api import sync_playwright

    result = Result("page")
    with house.running() as place, Bar() as bar, sync_playwright() as playwright:
        for number, (name, (path, ready)) in enumerate(PAGES.items()):
            bar("Pages", number, len(PAGES))
            for script in (True, False):
                visits = []
                for _ in range(options.runs):
                    browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
                    visits.append(visit(browser, place.url + path, ready, script=script))
                    browser.close()
                _judge(result, name, visits, script=script)
    result.context |= {"visits of each kind": options.runs, "line": "400 kbit/s, 400 ms", "processor": "4 times slower"}
    return result


def visit(browser: Browser, url: str, ready: str, *, script: bool) -> Visit:
    """Open a page in a new profile over a thin line, use it, and wait until nothing more comes."""
    found = Visit()
    context = browser.new_context(java_script_enabled=script, **PHONE)
    page = context.new_page()
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": LATENCY_MS,
            "downloadThroughput": BYTES_PER_SECOND,
            "uploadThroughput": BYTES_PER_SECOND,
        },
    )
    line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    line.on("Network.requestWillBeSent", lambda event: _note(found, event["requestId"], event["request"]["url"]))
    line.on("Network.loadingFinished", lambda event: _finish(found, event))
    begun = time.monotonic()
    page.goto(url, wait_until="commit")
    control = page.locator(ready).first
    control.wait_for(state="visible")
    if script and ready.startswith("textarea"):
        control.fill(STORY)
    found.usable = time.monotonic() - begun
    page.wait_for_load_state("networkidle")
    context.close()
    return found


def _note(found: Visit, request_id: str, url: str) -> None:
    if not url.startswith(("data:", "blob:")):
        found.requests.setdefault(request_id, 0)


def _finish(found: Visit, event: dict[str, Any]) -> None:
    if event["requestId"] in found.requests:
        found.requests[event["requestId"]] = int(event["encodedDataLength"])


def _judge(result: Result, name: str, visits: list[Visit], *, script: bool) -> None:
    how = "with script" if script else "without script"
    most = max(visits, key=lambda each: each.total)
    if script:
        result.at_most(f"{name}, {how}: bytes in all", most.total, 30_000, "bytes")
        result.at_most(f"{name}, {how}: requests", max(len(each.requests) for each in visits), 3)
    else:
        result.at_most(f"{name}, {how}: the one answer", most.document, 14_600, "bytes")
        result.at_most(f"{name}, {how}: requests", max(len(each.requests) for each in visits), 1)
    times = sorted(each.usable for each in visits)
    result.at_most(f"{name}, {how}: usable after, median", median(times), 2.0, "s")
    result.context[f"{name}, {how}: usable after, fastest to slowest, s"] = f"{times[0]:.2f} to {times[-1]:.2f}"
