"""What a person does on a page before it is looked at: types, presses, comes back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab

STORY = "Suami saya memukul lagi tadi malam. Anak-anak melihat semuanya. Saya takut pulang."


def tell(tab: Tab) -> None:
    """Send a report: the receipt is shown."""
    tab.locator("textarea[name=what]").fill(STORY)
    tab.locator("form.report .send button").click()
    tab.locator("#receipt").wait_for()


def search_known(tab: Tab) -> None:
    """Let the people in one's cases be found, and look for a number that nobody has."""
    if tab.locator("form[action='/cari/lengkapi'] button").count():
        tab.locator("form[action='/cari/lengkapi'] button").click()
    tab.locator("input[name=nomor]").fill("0812 0000 0000")
    tab.locator(".lookup-form button").click()
    tab.locator("#hasil").wait_for()


def tell_half(tab: Tab) -> None:
    """Send a report in which something is missing."""
    tab.locator("textarea[name=what]").fill(STORY)
    tab.locator("input[name=contact][value=phone]").check(force=True)
    tab.locator("form.report .send button").click()
    tab.locator(".again").first.wait_for()


def read_thread(tab: Tab) -> None:
    """Send a report, note the number, write a message."""
    tell(tab)
    tab.locator("main form.send button").click()
    tab.locator("textarea[name=message]").fill("Saya di rumah ibu sampai besok.")
    tab.locator("main form .send .btn").first.click()
    tab.locator(".msg").first.wait_for()


def mistype(tab: Tab) -> None:
    """Enter a number that does not exist."""
    tab.locator("[name=receipt]").fill("1234 5678 9012 3456 7890")
    tab.locator("main form button").first.click()
    tab.locator(".again, .oops").first.wait_for()


def unfold(tab: Tab) -> None:
    """Open everything that is folded."""
    for fold in tab.locator("main details:not([open]) > summary").all():
        if fold.is_visible():
            fold.click()


def lock(tab: Tab) -> None:
    """Close the screen."""
    tab.locator("form[data-panic] button").first.click()
    tab.wait_for_url(re.compile("/terkunci/"))


def try_a_code(tab: Tab) -> None:
    """Type a new kind of service and look at it; nothing is kept."""
    for name, words in (("label_id", "Antar jemput sekolah"), ("label_en", "School run"), ("code", "ANTAR_SEKOLAH")):
        tab.locator(f"input[name={name}]").fill(words)
    tab.locator("select[name=function]").select_option("PENDAMPINGAN")
    tab.locator("select[name=task]").select_option("e")
    tab.locator("button[value=lihat]").click()
    tab.locator("button[value=simpan]").wait_for()


def open_palette(tab: Tab) -> None:
    """Open the palette over the page."""
    tab.keyboard.press("Control+k")
    tab.locator("#palet [role=option]").first.wait_for()


def ask_for_keys(tab: Tab) -> None:
    """Open the list of shortcuts over the page."""
    tab.keyboard.press("?")
    tab.locator("#lembar .keys").wait_for()


def send_empty(tab: Tab) -> None:
    """Send the page's form as it is: it says what is missing."""
    tab.locator("main form .form-go button, main form .entry button, main form.entry button").first.click()
    tab.wait_for_load_state("networkidle")


def keep_note(tab: Tab) -> None:
    """Type a note and keep it without sending it."""
    tab.locator("textarea[name=text]").fill(STORY)
    tab.locator("button[name=simpan_dulu]").click()
    tab.locator(".keep-said:not(:empty)").wait_for()


def come_back(tab: Tab) -> None:
    """Type a note, and open the form again."""
    keep_note(tab)
    tab.goto(tab.url)


def see_unsent(tab: Tab) -> None:
    """Type a note, and look at what is not sent."""
    keep_note(tab)
    tab.goto("/tulisan/")


def promise(tab: Tab) -> None:
    """Promise something in the case: in a small city nothing may be left to do."""
    tab.locator("input[name=title]").fill("Menelepon sekolah tentang ujian susulan")
    tab.locator(".form-go .btn-go").click()
    tab.locator(".sheet-case").wait_for()


def change_task(tab: Tab) -> None:
    """Promise something, and change it."""
    promise(tab)
    tab.locator(".tasks a[href*='/tugas/']").first.click()
    tab.locator("input[name=opened]").wait_for(state="attached")


def see_task_before(tab: Tab) -> None:
    """Promise something, change it, and look at what it was."""
    change_task(tab)
    address = tab.url
    tab.locator("input[name=title]").fill("Menelepon wali kelas tentang ujian susulan")
    tab.locator(".form-go .btn-go").click()
    tab.locator(".sheet-case").wait_for()
    tab.goto(f"{address}riwayat/")


def see_tasks(tab: Tab) -> None:
    """Promise something, and look at all that is promised."""
    promise(tab)
    tab.goto("/tugas/?pemilik=tim")


def choose_all(tab: Tab) -> None:
    """Choose every task, and look at what would be done."""
    see_tasks(tab)
    tab.locator("button[name=semua]").click()
    tab.locator("form[action^='/tugas/banyak/lakukan'], .note-soon").first.wait_for()


def do_to_one(tab: Tab) -> None:
    """Tick one task off, with the minute to take it back."""
    see_tasks(tab)
    tab.locator("input[name=tugas]").first.check()
    tab.locator(".bulk .btn-go").click()
    tab.locator("form[action^='/tugas/banyak/lakukan'] .btn-go").click()
    tab.locator(".undo").wait_for()


def write_at_once(tab: Tab) -> None:
    """Change the same field as somebody at another screen."""
    other = tab.context.new_page()
    other.goto(tab.url)
    room = tab.evaluate("Date.now() % 1000")  # other words each time: the same again are no change
    for screen, words in ((other, f"Petugas perempuan, di ruang {room}."), (tab, "Juru bahasa isyarat.")):
        screen.locator("textarea[name=needs]").fill(words)
        screen.locator(".form-go .btn-go").click()
        screen.locator(".clash" if screen is tab else ".sheet-case").first.wait_for()
    other.close()
