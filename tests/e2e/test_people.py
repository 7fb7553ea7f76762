"""A person's keys, as people live it: the first day and the last one, and lost doors. Without script."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.steps import Colleague, press

pytestmark = pytest.mark.browser
FIRST, SECOND = "sepeda hujan lampu kopi", "gunung sendok biru terang"


@dataclass
class Newcomer:
    """Somebody with a paper in hand."""

    page: Page
    username: str
    recovery: str = ""

    @property
    def main(self):  # type: ignore[no-untyped-def]  # a locator
        """The page without the bar of the demo."""
        return self.page.locator("main")

    def begin(self, paper: str, password: str) -> None:
        """Come by the paper: code, password, recovery code."""
        self.page.goto("/masuk/")
        self.page.get_by_role("link", name="Saya punya kertas undangan").click()
        self.page.locator("input[name=code]").fill(paper.lower())
        press(self.main, "Lanjut")
        self.choose(password)

    def choose(self, password: str) -> None:
        """Choose a password twice, then prove that the recovery code is on paper."""
        for name in ("new", "again"):
            self.page.locator(f"input[name={name}]").fill(password)
        press(self.main, "Simpan kata sandi")
        self.keep_code()

    def keep_code(self) -> None:
        """Read the recovery code, mistype it once, then type what was asked."""
        groups = self.page.locator("ol.slip li").all_inner_texts()
        self.page.get_by_role("link", name="Lanjut, kodenya sudah di kertas").click()
        expect(self.main).not_to_contain_text(groups[0])
        place = re.search(r"Kelompok ke-(\d)", self.main.inner_text())
        assert place
        asked = groups[int(place[1]) - 1]
        self.page.locator("input[name=letters]").fill("0000")
        press(self.main, "Sudah di kertas")
        expect(self.main).to_contain_text("Hurufnya belum sama")
        self.page.locator("input[name=letters]").fill(asked.lower())
        press(self.main, "Sudah di kertas")
        self.recovery = " ".join(groups)
        self.page.wait_for_url(re.compile("/kerja/"))

    def digits(self) -> list[str]:
        """The number of the own key, to read to an officer."""
        self.page.goto("/pengaturan/")
        return self.page.locator("ol.slip.five li").all_inner_texts()


def invite(head: Colleague, username: str, role: str) -> str:
    """Invite somebody and return the code on the paper."""
    head.open("/pengaturan/orang/undang/")
    head.page.locator("input[name=display_name]").fill(f"Contoh {username}")
    head.page.locator("input[name=username]").fill(username)
    head.page.locator(f"input[name=role][value={role}]").check(force=True)
    press(head.page.locator("main"), "Buat undangan")
    return read_paper(head)


def read_paper(officer: Colleague) -> str:
    """Read the code off the paper, once; afterwards the page is gone."""
    code = "-".join(officer.page.locator("ol.slip li").all_inner_texts())
    assert len(code) == 34
    press(officer.page.locator("main"), "Sudah dicetak")
    officer.page.goto("/pengaturan/undangan/")
    expect(officer.page.locator("ol.slip:not(.five)")).to_have_count(0)
    return code


def sign(officer: Colleague, name: str, digits: list[str] | None) -> None:
    """Compare the number and sign."""
    officer.open("/pengaturan/kunci/")
    waiting = officer.page.get_by_role("region", name=name)
    if digits is not None:
        assert waiting.locator("ol.slip li").all_inner_texts() == digits
    waiting.locator("input[name=is_compared]").check(force=True)
    press(waiting, re.compile("^Tandatangani"))
    expect(officer.page.locator("main")).to_contain_text("Tanda tangan Anda sudah disimpan")


def person(manager: Colleague, name: str) -> None:
    """Open somebody's page."""
    manager.open("/pengaturan/orang/")
    manager.page.locator("main").get_by_role("link", name=name).click()


def test_from_the_invitation_to_the_last_day(open_page: OpenPage) -> None:
    head, guard = (Colleague(open_page("desk_plain"), name).sign_in() for name in ("kepala", "dpo"))
    paper = invite(head, "baru1", "petugas")
    new = Newcomer(open_page("phone_plain"), "baru1")
    new.begin(paper, FIRST)

    expect(new.page.locator("main")).to_contain_text("Kunci Anda belum berlaku")
    assert new.page.locator('main a[href^="/laporan/"]').count() == 0
    digits = new.digits()
    head.open("/kerja/")
    expect(head.page.locator("main")).to_contain_text("menunggu tanda tangan Anda")
    sign(head, "Contoh baru1", digits)
    new.page.goto("/kerja/")
    expect(new.page.locator("main")).to_contain_text("sekarang 1 dari 2")
    sign(guard, "Contoh baru1", digits)
    new.page.goto("/kerja/")
    expect(new.page.locator("main")).not_to_contain_text("Kunci Anda belum berlaku")

    desk = Colleague(open_page("desk_plain"), "petugas").sign_in()
    desk.open("/pengaturan/meja/")
    desk.page.locator("main select[name=user]").select_option(label="Contoh baru1")
    press(desk.page.locator("main"), "Tempatkan di meja")
    expect(desk.page.locator("main")).to_contain_text("sekarang membuka laporan")
    new.page.goto("/kerja/?pemilik=semua")
    new.page.locator('main a[href^="/laporan/"]').first.click()
    expect(new.page.locator("main")).to_contain_text(re.compile("tercatat"))

    person(head, "Contoh baru1")
    head.page.get_by_role("link", name="Tutup akun ini").click()
    expect(head.page.locator("main")).to_contain_text("tidak dapat dibatalkan")
    head.page.locator("input[name=is_confirmed]").check(force=True)
    press(head.page.locator("main"), "Tutup akun")
    expect(head.page.locator("main")).to_contain_text("Akun ini sudah ditutup")
    new.page.goto("/kerja/")
    new.page.wait_for_url(re.compile("/masuk/"))
    for officer in (head, guard):
        sign(officer, "Meja pengaduan UPTD PPA", None)
    desk.open("/kerja/?pemilik=semua")
    desk.page.locator('main a[href^="/laporan/"]').first.click()
    expect(desk.page.locator("main")).to_contain_text(re.compile("tercatat"))


def test_lost_doors_each_have_their_way_back(open_page: OpenPage) -> None:
    head, guard = (Colleague(open_page("desk_plain"), name).sign_in() for name in ("kepala", "dpo"))
    new = Newcomer(open_page("phone_plain"), "baru2")
    new.begin(invite(head, "baru2", "pendamping"), FIRST)
    digits = new.digits()

    # The password is forgotten: the paper opens the same keys, once.
    other = Newcomer(open_page("phone_plain"), "baru2")
    other.page.goto("/masuk/kode/")
    for name, code in (("baru2", "0000 0000"), ("tidak-ada", new.recovery), ("baru2", new.recovery)):
        other.page.locator("input[name=username]").fill(name)
        other.page.locator("input[name=code]").fill(code)
        press(other.main, "Lanjut")
        if code is not new.recovery or name != "baru2":
            expect(other.main).to_contain_text("Nama pengguna atau kode tidak cocok")
    other.page.goto("/pengaturan/")
    other.page.wait_for_url(re.compile("/masuk/sandi-baru/"))
    other.choose(SECOND)
    assert other.recovery != new.recovery
    assert other.digits() == digits
    new.page.goto("/kerja/")
    new.page.wait_for_url(re.compile("/masuk/"))

    # The phone is lost: two people let the second step go.
    person(head, "Contoh baru2")
    press(head.page.locator("main"), "Minta langkah kedua dilepas")
    guard.open("/kerja/")
    expect(guard.page.locator("main")).to_contain_text("permintaan menunggu orang kedua")
    guard.open("/pengaturan/permintaan/")
    press(guard.page.get_by_role("region", name="Contoh baru2"), "Setuju")
    expect(guard.page.locator("main")).to_contain_text("Disetujui")

    # Password and paper are lost: fresh keys, from a paper that the second person hands over.
    person(head, "Contoh baru2")
    press(head.page.locator("main"), "Minta kunci baru")
    guard.open("/pengaturan/permintaan/")
    press(guard.page.get_by_role("region", name="Contoh baru2"), "Setuju")
    again = Newcomer(open_page("phone_plain"), "baru2")
    again.begin(read_paper(guard), FIRST)
    assert again.digits() != digits
    for officer in (head, guard):
        sign(officer, "Contoh baru2", again.digits())
    again.page.goto("/kerja/")
    expect(again.main).not_to_contain_text("Kunci Anda belum berlaku")


def cases_of(page: Page) -> set[str | None]:
    """The addresses in somebody's list of cases."""
    page.goto("/kasus/")
    return {one.get_attribute("href") for one in page.locator('main a[href^="/kasus/K-"]').all()}


def test_dossiers_come_back_from_a_colleague_and_an_officer_is_added(open_page: OpenPage) -> None:
    head, guard, manager = (Colleague(open_page("desk_plain"), name).sign_in() for name in ("kepala", "dpo", "manajer"))
    lost = Colleague(open_page("desk_plain"), "pendamping2").sign_in()
    if not cases_of(lost.page):
        case = sorted(filter(None, cases_of(manager.page)))[0]
        manager.open(f"{case}tim/")
        manager.page.locator("main select[name=user]").select_option(label="Siti Rahma, pendamping")
        press(manager.page.locator("main"), "Tugaskan")
    held = cases_of(lost.page)
    assert held
    person(head, "Siti Rahma")
    press(head.page.locator("main"), "Minta kunci baru")
    guard.open("/pengaturan/permintaan/")
    press(guard.page.get_by_role("region", name="Siti Rahma"), "Setuju")
    again = Newcomer(open_page("phone_plain"), "pendamping2")
    again.begin(read_paper(guard), FIRST)
    for officer in (head, guard):
        sign(officer, "Siti Rahma", again.digits())
    assert cases_of(again.page) == set()

    manager.open("/pengaturan/buka-kembali/")
    press(manager.page.get_by_role("region", name="Siti Rahma"), "Minta persetujuan")
    guard.open("/pengaturan/permintaan/")
    press(guard.page.get_by_role("region", name="Siti Rahma"), "Setuju")
    manager.open("/pengaturan/buka-kembali/")
    press(manager.page.get_by_role("region", name="Siti Rahma"), "Buka kembali sekarang")
    expect(manager.page.locator("main")).to_contain_text("terbuka lagi baginya")
    assert cases_of(again.page)
    assert cases_of(again.page) <= held

    head.open("/pengaturan/kunci/")
    head.page.locator("main select[name=user]").select_option(label="Kepala Dinas, Kepala Dinas")
    press(head.page.locator("main"), "Usulkan")
    admin = Colleague(open_page("desk_plain"), "admin").sign_in()
    admin.open("/pengaturan/permintaan/")
    press(admin.page.get_by_role("region", name="Kepala Dinas"), "Setuju")
    third = Colleague(open_page("desk_plain"), "dinas").sign_in()
    third.open("/pengaturan/kunci/")
    press(third.page.locator("main"), "Tandatangani ulang semuanya")
    expect(third.page.locator("main")).to_contain_text("Semua kunci yang berlaku sekarang juga ditandatangani Anda")
    expect(third.page.get_by_role("button", name="Tandatangani ulang semuanya")).to_have_count(0)
