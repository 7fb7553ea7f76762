"""The staff's pages by keyboard alone: the palette, moving in lists, going to sections, covering the page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from ruangaman.ops.shots import sign_in
from tests.e2e.conftest import OpenPage

pytestmark = pytest.mark.browser


def options(page: Page) -> Locator:
    """What the palette offers now."""
    return page.locator("#palet [role=option]:visible")


def chosen(page: Page) -> str:
    """The words of the option that the search field points to."""
    return str(
        page.evaluate(
            "document.getElementById(document.querySelector('#palet-cari').getAttribute('aria-activedescendant'))"
            ".querySelector('span').textContent"
        )
    )


def test_a_case_is_found_opened_and_worked_on_by_the_palette(open_page: OpenPage):
    page = open_page("desk")
    sign_in(page, "manajer")
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Perintah atau kode")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(options(page).first).to_be_visible()
    name = page.locator("#palet [role=option] span", has_text=re.compile(r"^Kasus K-\w{8}$")).first.inner_text()

    page.keyboard.type(name.removeprefix("Kasus ").lower())
    expect(options(page)).to_have_count(1)
    assert chosen(page) == name
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/kasus/K-\w{8}/$"))

    page.keyboard.press("Control+k")
    expect(options(page).filter(has_text="Tulis catatan")).to_be_visible()
    page.keyboard.type("langkah baru")
    expect(options(page)).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/kasus/K-\w{8}/tugas/$"))


def test_the_palette_closes_where_one_was_and_says_what_it_does_not_find(open_page: OpenPage):
    page = open_page("desk")
    sign_in(page, "petugas")
    link = page.locator("main .row-why a").first
    link.focus()
    page.keyboard.press("Control+k")
    expect(options(page).first).to_be_visible()
    first = chosen(page)
    page.keyboard.press("ArrowDown")
    assert chosen(page) != first
    page.keyboard.press("ArrowUp")
    assert chosen(page) == first
    page.keyboard.press("ArrowUp")
    assert chosen(page) == "Keluar", "from the first one up to the last"
    page.keyboard.type("tidak ada apa-apa")
    expect(page.locator("#palet [role=status]")).to_have_text("Tidak ada yang cocok.")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/kerja/$"))
    page.keyboard.press("Escape")
    expect(page.locator("#palet")).to_be_hidden()
    expect(link).to_be_focused()


def test_j_and_k_move_enter_opens_g_goes(open_page: OpenPage):
    page = open_page("desk")
    sign_in(page, "petugas")
    names = page.locator("main .row-why a").all_inner_texts()
    assert len(names) > 1
    for key, place in (("j", 0), ("j", 1), ("k", 0), ("k", 0)):
        page.keyboard.press(key)
        assert page.locator("main .row-why a").nth(place).evaluate("one => one === document.activeElement")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/laporan/"))
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.wait_for_url(re.compile("/pengaturan/$"))
    page.keyboard.press("g")
    page.keyboard.press("x")
    page.keyboard.press("?")
    expect(page.locator("#lembar")).to_contain_text("Baris berikutnya")
    page.keyboard.press("Escape")
    expect(page.locator("#lembar")).to_be_hidden()
    expect(page).to_have_url(re.compile("/pengaturan/$"))


def test_no_letter_does_anything_while_one_types_or_once_they_are_off(open_page: OpenPage):
    page = open_page("desk")
    sign_in(page, "petugas")
    page.locator("main .row-why a").first.click()
    words = page.locator("textarea[name=message]")
    words.click()
    page.keyboard.type("gp?jk")
    expect(words).to_have_value("gp?jk")
    expect(page).to_have_url(re.compile("/laporan/"))
    try:
        choose(page, "Mati")
        page.goto("/kerja/")
        for key in ("j", "?", "g", "p"):
            page.keyboard.press(key)
        page.wait_for_timeout(300)
        expect(page).to_have_url(re.compile("/kerja/$"))
        expect(page.locator("#lembar")).to_be_hidden()
        assert page.evaluate("document.activeElement === document.body")
        page.keyboard.press("Control+k")
        expect(page.locator("#palet")).to_be_visible()
    finally:
        choose(page, "Nyala")
    page.goto("/kerja/")
    page.keyboard.press("j")
    expect(page.locator("main .row-why a").first).to_be_focused()


def choose(page: Page, word: str) -> None:
    """Turn single letters on or off in the settings."""
    page.goto("/pengaturan/")
    page.locator("form[action='/pengaturan/tombol']").get_by_label(word, exact=True).check(force=True)
    page.get_by_role("button", name="Simpan pintasan").click()
    expect(page.get_by_text("Langsung berlaku")).to_be_visible()


def test_esc_twice_covers_the_page_and_keeps_what_was_typed(open_page: OpenPage):
    page = open_page("desk")
    sign_in(page, "petugas")
    page.locator("main .row-why a").first.click()
    words = page.locator("textarea[name=message]")
    words.fill("BELUM-TERKIRIM")
    title = page.title()
    page.keyboard.press("Escape")
    expect(page.locator("#tirai")).to_be_hidden()
    page.keyboard.press("Escape")
    cover = page.locator("#tirai")
    expect(cover).to_be_visible()
    assert page.title() == "Dokumen"
    assert page.evaluate("[...document.body.children].filter(one => !one.inert).length") == 1
    assert page.evaluate("document.elementFromPoint(640, 400).closest('#tirai') !== null")
    again = page.get_by_role("button", name="Buka lagi")
    expect(again).to_be_hidden()
    page.keyboard.press("Control+k")
    expect(page.locator("#palet")).to_be_hidden()
    page.keyboard.press("a")
    expect(again).to_be_focused()
    page.keyboard.press("Enter")
    expect(cover).to_be_hidden()
    expect(words).to_be_focused()
    expect(words).to_have_value("BELUM-TERKIRIM")
    assert page.title() == title


def test_a_third_esc_locks_the_covered_page(open_page: OpenPage):
    page = open_page("desk")
    sign_in(page, "petugas")
    for _time in range(3):
        page.keyboard.press("Escape")
    page.wait_for_url(re.compile("/terkunci/"))


def test_without_script_it_is_a_page_with_a_field_and_links(open_page: OpenPage):
    page = open_page("phone_plain")
    sign_in(page, "manajer")
    page.get_by_role("link", name="Kasus").first.click()
    page.locator("main .row-why a").first.click()
    code = re.search(r"K-\w{8}", page.url)
    assert code
    page.get_by_role("link", name="Cari perintah").click()
    expect(page.get_by_role("heading", name=f"Kasus {code[0]}", exact=True)).to_be_visible()
    page.locator("main input[name=cari]").fill("catatan")
    page.locator("main").get_by_role("button", name="Cari", exact=True).click()
    assert "catatan" not in page.url
    page.locator("main").get_by_role("link", name="Tulis catatan").click()
    expect(page).to_have_url(re.compile(f"/kasus/{code[0]}/catatan/"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
