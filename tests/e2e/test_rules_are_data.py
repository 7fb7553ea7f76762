"""The office's own rules, by its administrator in the screens: a kind of clock and a service that no release knew."""

from __future__ import annotations

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.steps import Colleague, press

pytestmark = pytest.mark.browser


def come_in(open_page: OpenPage, device: str, username: str) -> Page:
    """Sign in on a device of one's own."""
    page = open_page(device)
    Colleague(page, username).sign_in()
    return page


def first_case(page: Page) -> str:
    """Open the first case of one's own; returns where it is."""
    page.goto("/kasus/")
    page.locator("main .row-why a").first.click()
    page.wait_for_url(re.compile(r"/kasus/K-\w{8}/$"))
    return page.url


@pytest.mark.parametrize("device", ["desk", "phone_plain"])
def test_a_new_kind_of_clock_is_looked_at_first_and_then_runs(open_page: OpenPage, device: str):
    name = {"desk": "Kabari wali kelas", "phone_plain": "Kabari puskesmas"}[device]
    admin = come_in(open_page, device, "admin")
    admin.goto("/pengaturan/")
    admin.get_by_role("link", name="Batas waktu").click()
    admin.get_by_role("link", name="Jenis baru").click()
    admin.get_by_label("Nama", exact=True).fill(name)
    admin.get_by_role("textbox", name="Langkah berikut").fill("Telepon sebelum jam pulang")
    admin.locator("input[name=starts_on][value='cases.service_added']").check(force=True)
    admin.locator("input[name=stops_on][value='cases.note_added']").check(force=True)
    admin.get_by_label("Lama", exact=True).fill("6")
    admin.get_by_label("Satuan").select_option("hour")
    admin.get_by_label("Dihitung dalam").select_option("calendar")
    admin.get_by_role("textbox", name="Dasar").fill("Keputusan kepala 7/2026")
    admin.get_by_label("Giliran siapa").select_option("manager")
    admin.locator("input[name=chain][value=calm]").check(force=True)
    press(admin, "Lihat dulu apa yang akan terjadi")
    told = admin.get_by_role("status").filter(has_text="Yang akan terjadi")
    for words in ("layanan dicatat", "catatan ditambahkan", "6 jam kalender", "Jumat"):
        expect(told).to_contain_text(words)

    manager = come_in(open_page, device, "manajer")
    case = first_case(manager)
    serve(manager, case, "KESEHATAN")
    expect(manager.locator("main")).not_to_contain_text(name)

    press(admin, "Simpan dan pakai")
    expect(admin.get_by_role("status")).to_contain_text("sudah berlaku")
    expect(admin.get_by_role("link", name=name)).to_be_visible()

    serve(manager, case, "KESEHATAN")
    expect(manager.locator("main")).to_contain_text(name)
    manager.goto("/kerja/")
    row = manager.locator("main li", has_text=name).first
    expect(row).to_contain_text(re.compile("jam"))
    assert manager.evaluate("document.documentElement.scrollWidth") <= manager.viewport_size["width"]

    manager.goto(f"{case}catatan/")
    manager.locator("input[name=compartment]").first.check(force=True)
    manager.locator("textarea[name=text]").fill("Wali kelas sudah tahu ia tidak masuk hari ini.")
    press(manager.locator("main form.form"), "Simpan catatan")
    manager.locator(".sheet-case").wait_for()
    manager.goto("/kerja/")
    expect(manager.locator("main li", has_text=name)).to_have_count(0)


@pytest.mark.parametrize("device", ["desk", "phone_plain"])
def test_a_new_service_is_looked_at_first_and_then_given(open_page: OpenPage, device: str):
    words, code = {"desk": ("Kelas bela diri", "BELA_DIRI"), "phone_plain": ("Bimbingan belajar", "BIMBEL")}[device]
    admin = come_in(open_page, device, "admin")
    admin.goto("/pengaturan/daftar/service_type/")
    admin.get_by_role("link", name="Tambah pilihan").click()
    admin.locator("input[name=label_id]").fill(words)
    admin.locator("input[name=label_en]").fill(f"{words} (en)")
    admin.locator("input[name=code]").fill(code)
    admin.locator("select[name=function]").select_option("PENDAMPINGAN")
    admin.locator("select[name=task]").select_option("e")
    press(admin, "Lihat dulu")
    expect(admin.get_by_role("heading", name="Sudah benar?")).to_be_visible()
    expect(admin.get_by_text("Belum dipakai")).to_be_visible()

    companion = come_in(open_page, device, "pendamping")
    case = first_case(companion)
    companion.goto(f"{case}layanan/")
    expect(companion.locator(f"select[name=type] option[value={code}]")).to_have_count(0)

    press(admin, "Simpan")
    expect(admin.locator("main")).to_contain_text("Pilihan baru sudah disimpan.")

    serve(companion, case, code)
    expect(companion.locator("#riwayat")).to_contain_text(words, ignore_case=True)


@pytest.mark.parametrize("device", ["desk", "phone_plain"])
def test_a_refused_holiday_is_told_where_one_looks(open_page: OpenPage, device: str):
    """With the script the summary has the focus; without it, it is the first thing on the page."""
    admin = come_in(open_page, device, "admin")
    admin.goto("/pengaturan/jam/libur/")
    admin.locator("#id_on").fill("0001-01-01")
    admin.locator("#id_name").fill("Hari uji")
    admin.locator("#id_source").fill("SKB")
    press(admin, "Catat hari libur")
    summary = admin.locator("main .again")
    expect(summary).to_be_in_viewport()
    expect(summary.get_by_role("link")).to_have_attribute("href", "#id_on")
    if device == "desk":
        expect(summary).to_be_focused()
    admin.locator("#id_on").fill(f"{timezone.localdate().year + 1}-05-02")
    press(admin, "Catat hari libur")
    expect(admin.locator("main")).to_contain_text(re.compile("[Ss]udah dicatat"))
    expect(admin.locator("main .again")).to_have_count(0)


def serve(page: Page, case: str, code: str) -> None:
    """Write down a service of this kind; the page of the case follows."""
    page.goto(f"{case}layanan/")
    page.locator("select[name=type]").select_option(code)
    press(page.locator("main"), "Catat layanan")
    page.locator(".sheet-case").wait_for()
