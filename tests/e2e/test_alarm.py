"""A report reaches the desk within ten seconds: on the queue, on a locked screen, and by a letter that says nothing."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from ruangaman.ops.running import RunningDemo
from tests.e2e.conftest import NewVisitor, OpenPage
from tests.e2e.steps import Colleague, press

pytestmark = pytest.mark.browser
STORY = "Sesuatu yang tidak boleh berdiri di tanda apa pun"


def test_alarm_reaches_queue_locked_screen_and_mail_within_ten_seconds(
    house: RunningDemo, open_page: OpenPage, new_visitor: NewVisitor
) -> None:
    queue = Colleague(open_page("desk"), "petugas").sign_in().page
    locked = Colleague(open_page("desk"), "petugas").sign_in().page
    press(locked, "Tutup layar")
    expect(locked.get_by_text("Layar terkunci")).to_be_visible()
    mail = house.data / "files" / "mail"
    before = set(mail.iterdir())
    locked.wait_for_timeout(1000)

    visitor = new_visitor()
    assert visitor.submit(visitor.get("/i/"), {"what": STORY, "now": "yes", "dangers": ["near"]}).receipt
    begun = time.monotonic()

    for page in (queue, locked):
        expect(page.locator("#alarm [role=status]").first).to_be_visible(timeout=10_000)
    letters = _letters(mail, before, until=begun + 10)
    assert time.monotonic() - begun < 10
    assert letters
    for text in [queue.content(), locked.content(), *letters]:
        assert STORY not in text


def test_the_office_without_script_sees_it_on_the_next_look(open_page: OpenPage, new_visitor: NewVisitor) -> None:
    page = Colleague(open_page("desk_plain"), "petugas").sign_in().page
    before = page.locator('main a[href^="/laporan/"]').count()

    visitor = new_visitor()
    visitor.submit(visitor.get("/i/"), {"what": STORY, "now": "yes", "dangers": ["near"]})
    page.reload()

    assert page.locator('main a[href^="/laporan/"]').count() > before


def _letters(folder: Path, before: set[Path], *, until: float) -> list[str]:
    while time.monotonic() < until:
        found = [path for path in folder.iterdir() if path not in before and path.stat().st_size]
        if found:
            return [path.read_text() for path in found]
        time.sleep(0.1)
    return []
