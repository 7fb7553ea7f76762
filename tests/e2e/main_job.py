"""The main job, from a stranger's report to a closed case, as each of the people in it sees it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import psycopg
from playwright.sync_api import Page, expect
from psycopg import sql

from ruangaman.ops.running import RunningDemo
from tests.e2e.conftest import OpenPage
from tests.e2e.steps import Colleague, Reporter, photo, press

STORY = "Suami saya memukul lagi tadi malam dan saya takut pulang."
REPLY = "Terima kasih sudah bercerita. Apakah sekarang kamu aman?"
THANKS = "Ya, saya di rumah ibu sampai besok."
INCIDENT = "Dipukul di dapur setelah bertengkar soal uang belanja."
RESULT = "Diperiksa di rumah sakit, ditemani."
CLOSING = "Ia tinggal di tempat yang aman dan merasa cukup."
DESPITE = "Kakaknya menjemput, dan ia tahu ke mana menelepon."


@dataclass
class MainJob:
    """One run of it."""

    house: RunningDemo
    open_page: OpenPage
    public_device: str
    staff_device: str
    picture: bytes = field(default_factory=photo)
    report: str = ""
    case: str = ""

    def run(self) -> None:
        """From the report to the safe status of a closed case."""
        reporter = Reporter(self.open_page(self.public_device))
        self.tell(reporter)
        officer = self.colleague("petugas")
        self.answer(officer)
        self.read_reply(reporter)
        self.open_case(officer)
        assert "Sedang ditangani" in self.status_of(reporter)
        manager = self.colleague("manajer")
        self.assign(manager)
        self.work(self.colleague("pendamping"))
        assert "Sedang ditangani" in self.status_of(reporter)
        self.end(manager, self.colleague("kepala"))
        assert "Ditutup" in self.status_of(reporter)

    def colleague(self, username: str) -> Colleague:
        """Somebody who signs in at a screen of their own."""
        return Colleague(self.open_page(self.staff_device), username).sign_in()

    def tell(self, reporter: Reporter) -> None:
        """She reports, with a photograph, and notes her number."""
        before = codes(self.house, "intake_report")
        reporter.tell(STORY, file=self.picture, now="yes", who="self", kinds="FISIK", dangers=["strangled", "near"])
        (self.report,) = codes(self.house, "intake_report") - before
        reporter.note()

    def answer(self, officer: Colleague) -> None:
        """The desk finds the report in its queue, opens, takes and answers it, and fetches the photograph."""
        page = officer.page
        page.locator(f'main a[href="/laporan/{self.report}/"]').first.click()
        expect(page.locator(".voice")).to_contain_text(STORY)
        with page.expect_download() as waiting:
            press(page, re.compile("^Unduh"))
        assert waiting.value.path().read_bytes() == self.picture
        assert waiting.value.suggested_filename == "foto.jpg"
        press(page, "Ambil laporan ini")
        expect(page.get_by_text("Anda memegang laporan ini")).to_be_visible()
        page.locator("form.reply textarea[name=message]").fill(REPLY)
        press(page, "Kirim balasan")
        expect(page.locator("#percakapan .thread")).to_contain_text(REPLY)

    def read_reply(self, reporter: Reporter) -> None:
        """She opens the thread by her number, reads the answer and writes back."""
        reporter.come_back(self.open_page(self.public_device))
        expect(reporter.page.locator(".talk")).to_contain_text(REPLY)
        reporter.write(THANKS)

    def open_case(self, officer: Colleague) -> None:
        """The desk reads her answer, triages, and opens a case without typing anything again."""
        page, before = officer.page, codes(self.house, "cases_case")
        officer.open(f"/laporan/{self.report}/")
        expect(page.locator("#percakapan .thread")).to_contain_text(THANKS)
        for name, value in (("case_type", "woman"), ("risk", "4"), ("authority", "city")):
            page.locator(f'input[name={name}][value="{value}"]').check(force=True)
        press(page, "Simpan triase")
        page.locator("select[name=manager]").select_option(label="Dewi Anggraeni")
        press(page, re.compile("^Buka kasus"))
        expect(page.get_by_text("Sudah menjadi kasus")).to_be_visible()
        (self.case,) = codes(self.house, "cases_case") - before

    def assign(self, manager: Colleague) -> None:
        """The manager finds the story in the case and gives the companion her keys."""
        page = manager.page
        manager.open("/kasus/")
        page.locator(f'main a[href="/kasus/{self.case}/"]').first.click()
        expect(page.locator("main")).to_contain_text(STORY)
        page.get_by_role("link", name="Atur tim").click()
        page.locator("select[name=user]").select_option(label="Wulan Sari, pendamping")
        press(page, "Tugaskan")
        expect(page.locator(".parts")).to_contain_text("Wulan Sari")

    def work(self, companion: Colleague) -> None:
        """The companion reads the story, adds an incident and a service."""
        page = companion.page
        companion.open("/kasus/")
        page.locator(f'main a[href="/kasus/{self.case}/"]').first.click()
        expect(page.locator("main")).to_contain_text(STORY)
        companion.open(f"/kasus/{self.case}/kejadian/")
        page.locator('input[name=forms_of_violence][value="FISIK"]').check(force=True)
        page.locator("select[name=place]").select_option("RUMAH")
        page.locator("select[name=relation_0]").select_option(index=1)
        page.locator("textarea[name=story]").fill(INCIDENT)
        press(page, "Simpan kejadian")
        self.is_told(page, INCIDENT)
        companion.open(f"/kasus/{self.case}/layanan/")
        page.locator("select[name=type]").select_option("KESEHATAN")
        page.locator("textarea[name=result]").fill(RESULT)
        press(page, "Catat layanan")
        self.is_told(page, RESULT)

    def is_told(self, page: Page, words: str) -> None:
        """The page of the case tells it: a form that came back would hold the words as well."""
        page.wait_for_url(re.compile(f"/kasus/{self.case}/(?:[?#]|$)"))
        expect(page.locator("main")).to_contain_text(words)

    def end(self, manager: Colleague, head: Colleague) -> None:
        """The manager says what was reached, the head agrees without opening the case, the manager closes it."""
        page = manager.page
        manager.open(f"/kasus/{self.case}/penutupan/")
        for name, value in {"reason": "goals_met", "risk": "1", "was_asked": "yes"}.items():
            page.locator(f'input[name={name}][value="{value}"]').check(force=True)
        for name in ("goals_met", "goals_total"):  # there was no plan
            page.locator(f"input[name={name}]").fill("0")
        page.locator("textarea[name=words]").fill(CLOSING)
        page.locator("textarea[name=why_clocks]").fill(CLOSING)  # nobody offered to have the injuries examined
        page.locator("textarea[name=why_despite]").fill(DESPITE)  # in extreme danger, and nobody assessed it
        press(page, "Simpan")
        press(page, "Ajukan kepada kepala")
        expect(page.locator("main")).to_contain_text("Menunggu keputusan kepala")
        head.open("/kasus/keputusan/")
        head.page.locator("li", has_text=self.case).get_by_role("link", name="Lihat dan putuskan").click()
        expect(head.page.locator("main")).to_contain_text(CLOSING)
        expect(head.page.locator("main")).to_contain_text(DESPITE)
        head.page.locator('input[name=outcome][value="approved"]').check(force=True)
        head.page.locator("input[name=signs]").check(force=True)
        press(head.page, "Putuskan")
        head.page.wait_for_url(re.compile(r"/kasus/keputusan/\?sudah=putusan&tentang="))
        manager.open(f"/kasus/{self.case}/tutup/")
        page.locator("textarea[name=explanation]").fill(CLOSING)
        press(page.locator("main"), "Tutup kasus")
        expect(page.locator("main")).to_contain_text("Terminasi")

    def status_of(self, reporter: Reporter) -> str:
        """What she reads about where things stand."""
        reporter.page.goto("/p/pesan")
        return reporter.status


def codes(house: RunningDemo, table: str) -> set[str]:
    """The codes of what there is: what came in last is what was not there before, for times are kept to the minute."""
    with psycopg.connect(house.conninfo()) as connection:
        rows = connection.execute(sql.SQL("SELECT code FROM {}").format(sql.Identifier(table))).fetchall()
    return {str(code) for (code,) in rows}
