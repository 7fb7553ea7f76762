"""The emergency key goes from hand to hand and back; somebody gets another address and other work. No script."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import OpenPage
from tests.e2e.steps import Colleague, press
from tests.e2e.test_people import FIRST, SECOND, Newcomer, invite, person, read_paper, sign

pytestmark = pytest.mark.browser
EMERGENCY = "/pengaturan/darurat/"
UNIT = "UPTD PPA Balikpapan"


def name(head: Colleague, new: str, *, old: str) -> None:
    """Name somebody instead of somebody else."""
    head.open(EMERGENCY)
    unit = head.page.get_by_role("region", name=UNIT)
    unit.locator("select[name=user]").select_option(label=new)
    unit.locator("select[name=instead_of]").select_option(label=old)
    press(unit, "Minta persetujuan")
    expect(head.page.locator("main")).to_contain_text("Permintaan sudah dicatat")


def agree(guard: Colleague, about: str, words: str) -> None:
    """Agree as the second person, who reads what it is about."""
    guard.open("/pengaturan/permintaan/")
    asked = guard.page.get_by_role("region", name=about)
    expect(asked).to_contain_text(words)
    press(asked, "Setuju")


def hand_on(holder: Colleague, said: str) -> None:
    """Hand the key on, coming from the queue."""
    holder.open("/kerja/")
    holder.page.locator(f'main a[href="{EMERGENCY}"]').first.click()
    press(holder.page.locator("main"), "Serahkan sekarang")
    expect(holder.page.locator("main")).to_contain_text(said)


def holders(colleague: Colleague) -> list[str]:
    """Who holds the key, as the page says."""
    colleague.open(EMERGENCY)
    return colleague.page.get_by_role("region", name=UNIT).locator("ul.parts b").all_inner_texts()


def test_the_emergency_key_goes_from_hand_to_hand_and_back(open_page: OpenPage) -> None:
    head, guard, manager, lawyer = (
        Colleague(open_page(device), who).sign_in()
        for device, who in (
            ("desk_plain", "kepala"),
            ("desk_plain", "dpo"),
            ("phone_plain", "manajer"),
            ("phone_plain", "hukum"),
        )
    )
    before = holders(head)
    assert "Dewi Anggraeni" in before
    offered = head.page.locator("main select[name=user] option").all_inner_texts()
    assert not [one for one in offered if "Petugas pengaduan" in one]

    name(head, "Bimo Santoso, Pendamping hukum", old="Dewi Anggraeni")
    agree(guard, "Kunci darurat unit, Bimo Santoso", "menggantikan Dewi Anggraeni")
    hand_on(manager, "Anda tidak memegangnya lagi")
    assert manager.page.goto(EMERGENCY).status == 404  # type: ignore[union-attr]
    assert "Bimo Santoso" in holders(lawyer)
    assert "Dewi Anggraeni" not in holders(lawyer)
    assert lawyer.page.locator("main select").count() == 0

    digits = lawyer.page.get_by_role("region", name=UNIT).locator("ol.slip li").all_inner_texts()
    for officer in (head, guard):
        sign(officer, f"Kunci darurat {UNIT}", digits)
    name(head, "Dewi Anggraeni, Manajer kasus", old="Bimo Santoso")
    agree(guard, "Kunci darurat unit, Dewi Anggraeni", "menggantikan Bimo Santoso")
    hand_on(head, "Kunci darurat sudah diserahkan")
    assert sorted(holders(head)) == sorted(before)
    for officer in (head, guard):
        sign(officer, f"Kunci darurat {UNIT}", None)


def test_somebody_is_written_to_elsewhere_and_does_other_work(open_page: OpenPage) -> None:
    head, guard = (Colleague(open_page("desk_plain"), name).sign_in() for name in ("kepala", "dpo"))
    new = Newcomer(open_page("phone_plain"), "pindah1")
    new.begin(invite(head, "pindah1", "pendamping"), FIRST)
    digits = new.digits()
    for officer in (head, guard):
        sign(officer, "Contoh pindah1", digits)

    person(head, "Contoh pindah1")
    head.page.get_by_role("link", name="Ganti surel").click()
    head.page.locator("input[name=email]").fill("pindah1@contoh.invalid")
    press(head.page.locator("main"), "Simpan surel")
    expect(head.page.locator("main")).to_contain_text("Surel sudah diganti")
    expect(head.page.locator("main")).to_contain_text("pindah1@contoh.invalid")

    head.page.get_by_role("link", name="Pindahkan ke tugas lain").click()
    expect(head.page.locator("main")).to_contain_text("Ia meninggalkan tugas yang lama")
    head.page.locator("input[name=role][value=psikolog]").check(force=True)
    head.page.locator("input[name=is_confirmed]").check(force=True)
    press(head.page.locator("main"), "Pindahkan, dan buat undangan")
    paper = read_paper(head)
    new.page.goto("/kerja/")
    new.page.wait_for_url(re.compile("/masuk/"))

    again = Newcomer(open_page("phone_plain"), "pindah1")
    again.begin(paper, SECOND)
    assert again.digits() != digits
    for officer in (head, guard):
        sign(officer, "Contoh pindah1", again.digits())
    again.page.goto("/pengaturan/")
    expect(again.main).to_contain_text("Psikolog")

    person(head, "Ratna Wijayakusuma")
    expect(head.page.get_by_role("link", name="Pindahkan ke tugas lain")).to_have_count(0)
    admin = Colleague(open_page("desk_plain"), "admin").sign_in()
    person(admin, "Ratna Wijayakusuma")
    admin.page.get_by_role("link", name="Pindahkan ke tugas lain").click()
    expect(admin.page.locator("main")).to_contain_text("tidak punya kepala")
    expect(admin.page.locator("main input[name=role]")).to_have_count(0)
