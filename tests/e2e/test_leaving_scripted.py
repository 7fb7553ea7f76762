"""Leaving with JavaScript, at every public step: Back finds no page of ours. And leaving while the database is gone."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from ruangaman.ops.running import RunningDemo
from tests.e2e.conftest import NEUTRAL_WORDS, OpenPage
from tests.e2e.steps import Reporter, press

pytestmark = pytest.mark.browser
WORDS = "Kalimat yang tidak boleh tertinggal"


def start(reporter: Reporter) -> None:
    """She is on the first page."""
    reporter.open("/")


def written(reporter: Reporter) -> None:
    """She came by the first page and has written her story."""
    reporter.open("/")
    reporter.page.get_by_role("link", name="Ceritakan sekarang").click()
    expect(reporter.page.locator("textarea[name=what]")).to_be_visible()
    reporter.fill(WORDS)


def asked_again(reporter: Reporter) -> None:
    """She is asked about something."""
    reporter.open("/i/")
    reporter.fill(WORDS, contact="phone")
    reporter.send()
    expect(reporter.page.locator(".again").first).to_be_visible()


def receipt(reporter: Reporter) -> None:
    """She sees her number."""
    reporter.tell(WORDS)


def thread(reporter: Reporter) -> None:
    """She reads the thread and has typed more."""
    reporter.tell(WORDS)
    reporter.note()
    reporter.write(WORDS)
    reporter.page.locator("textarea[name=message]").fill(WORDS)


def number(reporter: Reporter) -> None:
    """She has typed her number."""
    reporter.open("/p/")
    reporter.page.locator("[name=receipt]").fill("4821 0936 7754 1208 6395")


def guide(reporter: Reporter) -> None:
    """She reads how to use a telephone safely."""
    reporter.page.goto("/panduan/aman")


STEPS: list[Callable[[Reporter], None]] = [start, written, asked_again, receipt, thread, number, guide]


@pytest.mark.parametrize("step", STEPS)
def test_back_finds_no_page_of_ours(open_page: OpenPage, neutral_site: str, step: Callable[[Reporter], None]) -> None:
    page = open_page("phone")
    page.goto("about:blank")
    step(Reporter(page))

    press(page, "Keluar cepat")
    page.wait_for_url(neutral_site)
    expect(page.get_by_text(NEUTRAL_WORDS)).to_be_visible()
    page.wait_for_timeout(300)

    assert page.context.cookies() == []
    for _ in range(3):
        page.go_back()
        assert page.url in {"about:blank", neutral_site}, page.url
        assert WORDS not in page.content()


@pytest.mark.parametrize("keys", ["Shift", "Escape"])
def test_three_taps_leave(open_page: OpenPage, neutral_site: str, keys: str) -> None:
    page = open_page("desk")
    written(Reporter(page))

    page.locator("textarea[name=what]").focus()
    for _ in range(3):
        page.keyboard.press(keys)

    page.wait_for_url(neutral_site)


def test_exit_is_first_in_tab_order_on_every_public_page(open_page: OpenPage) -> None:
    page = open_page("desk_plain")
    for address in ("/", "/i/", "/p/", "/layanan", "/panduan/aman", "/panduan/hak", "/panduan/anak"):
        page.goto(address)
        page.keyboard.press("Tab")
        assert page.locator(":focus").inner_text() == "Keluar cepat", address


@pytest.mark.parametrize("device", ["phone", "phone_plain"])
def test_exit_works_with_the_database_stopped(
    house: RunningDemo, open_page: OpenPage, neutral_site: str, device: str
) -> None:
    page = open_page(device)
    written(Reporter(page))

    with house.without_database():
        press(page, "Keluar cepat")
        page.wait_for_url(neutral_site)
        expect(page.get_by_text(NEUTRAL_WORDS)).to_be_visible()
        left = _cookies(page)

    house.wait_ready()
    assert left == []


def test_titles_and_addresses_say_nothing(open_page: OpenPage) -> None:
    page = open_page("phone")
    reporter = Reporter(page)
    reporter.tell(WORDS)
    for address in ("/", "/i/", "/p/", "/layanan", "/panduan/aman", "/panduan/hak", "/panduan/anak", "/p/pesan"):
        page.goto(address)
        assert page.title() == "Informasi", address
        assert re.fullmatch(r"https?://127\.0\.0\.1:\d+(/[a-z]*)*", page.url), page.url


def _cookies(page: Page) -> list[object]:
    return list(page.context.cookies())
