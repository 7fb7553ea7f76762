"""Leaving without JavaScript, at every public step: Back finds nothing that she typed or was shown.

With the back and forward cache on, as people's browsers have it: Playwright switches it off by default.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright

from ruangaman.ops.chromium import ARGUMENTS
from ruangaman.ops.running import RunningDemo
from tests.e2e.conftest import NEUTRAL_WORDS, needed_chromium

pytestmark = pytest.mark.browser
CANARY = "Kanari biru tua"


@pytest.fixture(scope="module")
def usual() -> Iterator[Browser]:
    """Chromium with the cache that people have."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=needed_chromium(), args=ARGUMENTS, ignore_default_args=["--disable-back-forward-cache"]
        )
        yield browser
        browser.close()


def typed(page: Page) -> list[str]:
    """She has written her story and not sent it."""
    page.goto("/i/")
    page.fill("[name=what]", CANARY)
    return [CANARY]


def asked_again(page: Page) -> list[str]:
    """She sent it and is asked about something."""
    typed(page)
    page.check("input[name=contact][value=phone]")
    page.click("form.report .btn")
    page.wait_for_selector(".again")
    return [CANARY]


def receipt(page: Page) -> list[str]:
    """She sees her number."""
    typed(page)
    page.click("form.report .btn")
    digits = re.sub(r"\D", "", page.inner_text("#receipt"))
    return [CANARY, digits, " ".join(digits[at : at + 4] for at in range(0, 20, 4))]


def thread(page: Page) -> list[str]:
    """She reads what she wrote before, and has typed more."""
    shown = receipt(page)
    page.click("main form.send button")
    page.fill("[name=message]", CANARY)
    page.click("main form .btn")
    page.wait_for_selector(".msg")
    page.fill("[name=message]", CANARY)
    return shown


def number(page: Page) -> list[str]:
    """She has typed her number and not sent it."""
    page.goto("/p/")
    page.fill("[name=receipt]", "4821 0936 7754")
    return ["4821 0936 7754"]


@pytest.mark.parametrize("step", [typed, asked_again, receipt, thread, number])
def test_back_shows_nothing_of_hers(usual, house: RunningDemo, neutral_site, step: Callable[[Page], list[str]]):
    context = usual.new_context(
        base_url=house.url, java_script_enabled=False, viewport={"width": 360, "height": 740}, locale="id-ID"
    )
    page = context.new_page()
    page.goto("/")
    shown = step(page)
    page.click(".exit")
    page.wait_for_url(neutral_site)
    assert NEUTRAL_WORDS in page.content()
    seen_at: set[str] = set()
    for _ in range(8):
        go_back(page)
        if page.url == "about:blank":
            break
        values = page.eval_on_selector_all("input, textarea", "all => all.map(one => one.value)")
        seen = " ".join([page.content(), *values])
        assert not [one for one in shown if one in seen], page.url
        seen_at.add(page.url)
    context.close()
    assert any(url.startswith(house.url) for url in seen_at)


def go_back(page: Page) -> None:
    """Press Back and let the page settle; an answer to a form is not kept, the browser shows a page of its own."""
    with contextlib.suppress(Error):
        page.go_back(timeout=10_000)
    page.wait_for_timeout(300)
    page.wait_for_load_state()


def test_the_exit_works_with_a_dead_session(usual, house: RunningDemo, neutral_site):
    context = usual.new_context(base_url=house.url, java_script_enabled=False)
    page = context.new_page()
    receipt(page)
    context.clear_cookies()
    page.click(".exit")
    page.wait_for_url(neutral_site)

    assert context.cookies() == []
    context.close()
