"""One case is opened by the emergency key and reviewed, from the code to the verdict. No script."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.steps import PASSWORD, Colleague, press

pytestmark = pytest.mark.browser
WHY = "Ia menelepon dari jalan lalu terputus; saya perlu kontak amannya."


def code_of(head: Colleague) -> str:
    """The code of a case that is not the opener's to see: the head reads it out."""
    head.open("/kasus/")
    codes = re.findall(r"K-\w{8}", head.page.locator("main").inner_text())
    assert codes
    return codes[0]


def ask(holder: Colleague, code: str, *, wait: str) -> str:
    """Ask to open a case; return the address of the opening."""
    holder.open("/darurat/")
    holder.page.locator("input[name=code]").fill(code.lower())
    press(holder.page.locator("main"), "Lanjutkan")
    holder.page.locator("input[name=reason][value=missing]").check(force=True)
    holder.page.locator("textarea[name=words]").fill(WHY)
    holder.page.locator(f"input[name=wait][value={wait}]").check(force=True)
    press(holder.page.locator("main"), "Lanjutkan")
    holder.page.wait_for_url(re.compile(r"/darurat/[0-9a-f-]{36}/$"))
    return holder.page.url


def begin(page: Page) -> None:
    page.locator("input[name=password]").fill(PASSWORD)
    press(page.locator("main"), "Buka sekarang")


def test_a_case_is_opened_ended_and_reviewed(open_page: OpenPage) -> None:
    head, guard, manager = (
        Colleague(open_page(device), who).sign_in()
        for device, who in (("phone_plain", "kepala"), ("desk_plain", "dpo"), ("desk_plain", "manajer"))
    )
    code = code_of(head)

    manager.open("/darurat/")
    manager.page.locator("input[name=code]").fill("K-00000000")
    press(manager.page.locator("main"), "Lanjutkan")
    expect(manager.page.locator("main")).to_contain_text("Kode ini tidak dapat dibuka dari sini")

    # The head opens; another holder is the second person, for the guard is needed to review.
    way = ask(head, code, wait="tunggu")
    expect(head.page.locator("main")).to_contain_text("Menunggu orang kedua")
    guard.open("/darurat/")
    expect(guard.page.locator("main")).to_contain_text(code)
    guard.page.goto(way)
    expect(guard.page.locator("main")).to_contain_text("Anda diperlukan untuk meninjaunya nanti")
    manager.page.goto(way)
    expect(manager.page.locator("main")).to_contain_text(WHY)
    press(manager.page.locator("main"), "Setuju")

    head.page.goto(way)
    begin(head.page)
    main = head.page.locator("main")
    expect(main).to_contain_text("Anda membaca dengan kunci darurat")
    expect(main).to_contain_text("menit lagi")
    expect(main.locator("form")).to_have_count(1)  # close now, and nothing else to do
    press(main, "Tutup sekarang")
    expect(main).to_contain_text("Perlu ditinjau")
    head.page.go_back()
    head.page.goto(way)
    expect(main).not_to_contain_text("Anda membaca dengan kunci darurat")

    guard.open("/kerja/")
    expect(guard.page.locator("main")).to_contain_text("perlu Anda tinjau")
    guard.page.goto(f"{way}tinjau")
    guard.page.locator("input[name=verdict][value=right]").check(force=True)
    guard.page.locator("textarea[name=words]").fill("Sudah saya bicarakan dengan timnya.")
    press(guard.page.locator("main"), "Simpan tinjauan")
    expect(guard.page.locator("main dl")).to_contain_text("Perlu, dan dilakukan dengan benar")
    head.page.goto(way)
    expect(main).to_contain_text("Sudah saya bicarakan dengan timnya.")


def test_danger_to_life_waits_for_nobody_and_a_locked_screen_ends_it(open_page: OpenPage) -> None:
    head = Colleague(open_page("desk_plain"), "kepala").sign_in()
    way = ask(head, code_of(head), wait="sekarang")
    begin(head.page)
    expect(head.page.locator("main")).to_contain_text("Anda membaca dengan kunci darurat")
    head.page.get_by_role("button", name="Tutup layar").first.click()
    head.page.locator("input[name=password]").fill(PASSWORD)
    press(head.page.locator("main"), "Buka kunci")
    head.page.goto(way)
    expect(head.page.locator("main")).to_contain_text("layar terkunci")
    expect(head.page.locator("main")).not_to_contain_text("Anda membaca dengan kunci darurat")
