"""Without JavaScript: a report is refused, held, released, erased by two people; its receipt is then unknown."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.steps import Colleague, Reporter, press

pytestmark = pytest.mark.slow
REGISTER = "/pengaturan/simpanan/"


def choose(page: Page, action: str, value: str) -> None:
    """Choose a reason in one of the forms of the register and send it."""
    form = page.locator(f"form[action$={action}]")
    form.locator("select").select_option(value)
    form.locator("button").click()


def find(desk: Colleague, words: str) -> str:
    """Open the reports that wait until one says these words, and return its code."""
    for code in dict.fromkeys(re.findall(r"/laporan/(L-[0-9A-Z]{8})/", desk.page.content())):
        desk.open(f"/laporan/{code}/")
        if words in desk.page.content():
            return str(code)
    raise AssertionError(f"no report says {words}")


def test_two_people_erase_a_report_and_the_receipt_is_unknown(open_page: OpenPage) -> None:
    reporter = Reporter(open_page("phone_plain"))
    reporter.tell("HAPUS-UJI saya salah kirim", now="yes")  # at the top, however many reports wait in this house
    desk = Colleague(open_page("desk_plain"), "petugas").sign_in()
    code = find(desk, "HAPUS-UJI")
    desk.open(f"/laporan/{code}/akses")
    expect(desk.page.locator("ul.holders")).to_contain_text("Kunci pemulihan")
    desk.open(f"/laporan/{code}/")
    refuse = desk.page.locator("form[action$=tolak]")
    desk.page.locator("details:has(form[action$=tolak]) > summary").click()
    refuse.locator("input[name=reason][value=spam]").check(force=True)
    refuse.locator("[name=words]").fill("Terima kasih, laporan ini kami tutup.")
    press(refuse, "Kirim dan akhiri")
    expect(refuse).to_contain_text("Lihat sekali lagi")  # she said that it goes on
    refuse.locator("[name=note]").fill("Ia menelepon: salah kirim.")
    refuse.locator("[name=look]").check(force=True)
    press(refuse, "Kirim dan akhiri")

    keeper = Colleague(open_page("phone_plain"), "dpo").sign_in()
    keeper.open(f"{REGISTER}{code}/")
    choose(keeper.page, "tahan", "complaint")
    expect(keeper.page.locator("main")).to_contain_text("tidak dapat dihapus")
    press(keeper.page.locator("main"), "Lepas tahanan")
    choose(keeper.page, "usul", "request")
    expect(keeper.page.locator("main")).to_contain_text("orang lain yang menyetujui")

    second = Colleague(open_page("desk_plain"), "admin").sign_in()
    second.open(f"{REGISTER}{code}/")
    second.page.locator("input[name=code]").fill(code)
    press(second.page.locator("main"), "Hapus untuk selamanya")
    expect(second.page.locator("main")).to_contain_text("Yang tinggal hanya kode dan tanggal")

    late = open_page("phone_plain")
    late.goto("/p/")
    late.locator("[name=receipt]").fill(reporter.receipt)
    press(late.locator("main"), "Buka percakapan")
    expect(late.locator("main")).to_contain_text("Nomor ini belum cocok")
    assert desk.page.goto(f"/laporan/{code}/").status == 404  # type: ignore[union-attr]
