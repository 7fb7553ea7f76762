"""Nothing typed is lost: a closed tab, a locked screen, two people at one record. With and without script."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from ruangaman.ops.demo import PASSWORD
from tests.e2e.conftest import OpenPage
from tests.e2e.steps import Colleague, press

pytestmark = pytest.mark.browser
WORDS = "Ia menelepon dari rumah ibunya dan takut pulang."
CODE = re.compile(r"/kasus/(K-[0-9A-Z]{8})/")


def cases(page: Page) -> list[str]:
    page.goto("/kasus/")
    found = page.locator("main .rows a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    return list(dict.fromkeys(match[1] for one in found if (match := CODE.match(one))))


def at_note(open_page: OpenPage, device: str) -> Page:
    """The manager, at the form of a note."""
    page = Colleague(open_page(device), "manajer").sign_in().page
    throw_away(page)
    page.goto(f"/kasus/{cases(page)[0]}/catatan/")
    page.locator("input[name=compartment]").first.check(force=True)
    return page


@pytest.fixture
def written(open_page: OpenPage, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A note that is typed and not sent; thrown away in the end, and before it what others left."""
    page = at_note(open_page, request.param)
    page.locator("textarea[name=text]").fill(WORDS)
    yield page
    throw_away(page)


def throw_away(page: Page) -> None:
    """Discard, in another tab, all that is not sent."""
    tab = page.context.new_page()
    tab.goto("/tulisan/")
    while tab.locator("form[action$='/buang'] button").count():
        tab.locator("form[action$='/buang'] button").first.click()
        tab.wait_for_load_state()
    tab.close()


@pytest.mark.parametrize("written", ["desk", "phone"], indirect=True)
def test_a_closed_tab_loses_nothing(written: Page) -> None:
    with written.expect_response(lambda one: one.ok and "takut+pulang" in (one.request.post_data or "")):
        written.locator("textarea[name=text]").press("End")
        written.locator("textarea[name=text]").blur()
    expect(written.locator(".keep-said")).to_have_text(re.compile(r"^tersimpan \d\d\.\d\d$"))
    address, context = written.url, written.context
    written.close()

    again = context.new_page()
    again.goto(address)
    expect(again.get_by_text("yang belum terkirim")).to_be_visible()
    expect(again.locator("textarea[name=text]")).to_have_value("")
    again.get_by_role("link", name="Lanjutkan").click()

    expect(again.locator("textarea[name=text]")).to_have_value(WORDS)
    press(again.locator("main form.form"), "Simpan catatan")
    again.wait_for_url(re.compile(r"/kasus/K-\w+/(\?[^#]*)?(#\w+)?$"))
    again.goto(address)
    expect(again.get_by_text("yang belum terkirim")).to_have_count(0)


@pytest.mark.parametrize("written", ["desk"], indirect=True)
def test_what_was_sent_is_not_brought_back_by_a_saving_on_its_way(written: Page) -> None:
    address = written.url
    press(written.locator("main form.form"), "Simpan catatan")
    written.wait_for_url(re.compile(r"/kasus/K-\w+/(\?[^#]*)?(#\w+)?$"))
    written.goto(address)
    written.wait_for_timeout(6000)
    expect(written.get_by_text("yang belum terkirim")).to_have_count(0)


@pytest.mark.parametrize("written", ["desk"], indirect=True)
def test_what_the_server_does_not_take_says_so_and_stays(written: Page) -> None:
    sent = re.compile(r"/kasus/K-\w+/catatan/$")
    written.route(sent, lambda route: route.fulfill(status=500) if route.request.method == "POST" else route.fallback())
    press(written.locator("main form.form"), "Simpan catatan")
    expect(written.locator(".failed")).to_contain_text("Belum tersimpan")
    expect(written.locator("textarea[name=text]")).to_have_value(WORDS)
    written.unroute(sent)
    press(written.locator("main form.form"), "Simpan catatan")
    written.wait_for_url(re.compile(r"/kasus/K-\w+/(\?[^#]*)?(#\w+)?$"))


@pytest.mark.parametrize("written", ["desk_plain"], indirect=True)
def test_without_script_a_button_keeps_it(written: Page) -> None:
    press(written.locator("main form.form"), "Simpan dulu")
    expect(written.get_by_text("hanya untuk Anda. Belum terkirim.")).to_be_visible()
    expect(written.locator("textarea[name=text]")).to_have_value(WORDS)

    written.goto("/kerja/")
    written.get_by_role("link", name="Lihat dan lanjutkan").click()
    expect(written.locator("main")).not_to_contain_text(WORDS)
    written.get_by_role("link", name="Catatan").click()
    expect(written.locator("textarea[name=text]")).to_have_value(WORDS)


@pytest.mark.parametrize("written", ["desk", "desk_plain"], indirect=True)
def test_the_lock_strikes_and_the_words_come_back(written: Page) -> None:
    other = written.context.new_page()
    other.goto("/kerja/")
    press(other, "Tutup layar")
    expect(other.get_by_text("Layar terkunci")).to_be_visible()

    press(written.locator("main form.form"), "Simpan catatan")
    if not written.url.endswith("/catatan/"):
        written.wait_for_url(re.compile("/terkunci/"))
    else:
        expect(written.locator("main")).to_contain_text(re.compile("hanya dapat dibuka oleh Anda|Layar terkunci"))
        if written.get_by_role("link", name="Buka kunci").count():
            written.get_by_role("link", name="Buka kunci").click()
    written.wait_for_url(re.compile("/terkunci/"))
    written.locator("input[name=password]").fill(PASSWORD)
    press(written.locator("main"), "Buka kunci")

    written.wait_for_url(re.compile("/catatan/"))
    written.get_by_role("link", name="Lanjutkan").first.click()
    expect(written.locator("textarea[name=text]")).to_have_value(WORDS)


@pytest.mark.parametrize("device", ["desk", "desk_plain"])
def test_two_people_one_record(open_page: OpenPage, device: str) -> None:
    budi = Colleague(open_page(device), "pendamping").sign_in().page
    theirs = cases(budi)
    ani = Colleague(open_page(device), "manajer").sign_in().page
    code = next(one for one in theirs if one in cases(ani))
    ani.goto(f"/kasus/{code}/")
    address = ani.locator("main a[href*='/orang/']", has_text="Betulkan").first.get_attribute("href")
    assert address is not None

    language, place = f"Bahasa Banjar ({device})", f"Gang Kenanga 7 ({device})"
    _at_once(ani, budi, address, ("languages", language), ("address", place))
    budi.wait_for_url(re.compile("/riwayat/"))
    expect(budi.locator("main")).to_contain_text("digabung")
    for words in (language, place):
        expect(budi.locator(".versions")).to_contain_text(words)

    _at_once(ani, budi, address, ("needs", f"Kata Ani ({device})"), ("needs", "Kata Budi"))
    expect(budi.locator(".clash")).to_contain_text(f"Kata Ani ({device})")
    expect(budi.locator(".clash")).to_contain_text("Kata Budi")
    budi.locator("label", has_text=f"Kata Ani ({device})").first.click()
    press(budi.locator("main"), "Simpan pilihan ini")
    budi.wait_for_url(re.compile(r"/kasus/K-\w+/(\?[^#]*)?(#\w+)?$"))
    budi.goto(address)
    expect(budi.locator("textarea[name=needs]")).to_have_value(f"Kata Ani ({device})")


def _at_once(ani: Page, budi: Page, address: str, hers: tuple[str, str], his: tuple[str, str]) -> None:
    """Both open the same form; she saves first."""
    for page in (ani, budi):
        page.goto(address)
        for fold in page.locator("details.form-more:not([open]) > summary").all()[::-1]:
            fold.click()
    for page, (name, words) in ((ani, hers), (budi, his)):
        page.locator(f"main form.form [name={name}]").fill(words)
        press(page.locator("main form.form"), re.compile("^Simpan$"))
        if page is ani:
            page.wait_for_url(re.compile(r"/kasus/K-\w+/(\?[^#]*)?(#\w+)?$"))


@pytest.mark.parametrize("device", ["desk", "phone_plain"])
def test_several_tasks_at_once_and_back(open_page: OpenPage, device: str) -> None:
    page = Colleague(open_page(device), "manajer").sign_in().page
    page.goto(f"/kasus/{cases(page)[0]}/tugas/")
    page.locator("input[name=title]").fill("Menelepon sekolah")
    press(page.locator("main form.form"), "Janjikan")
    page.wait_for_url(re.compile(r"/kasus/K-\w+/(\?[^#]*)?(#\w+)?$"))
    page.goto("/tugas/?pemilik=tim")
    before = page.locator("input[name=tugas]").count()
    assert before
    page.locator("input[name=tugas]").first.check()
    press(page.locator("form.bulk"), "Periksa dulu")
    expect(page.locator("main")).to_contain_text("1 tugas akan diubah.")
    press(page.locator("main"), "Lakukan pada 1 tugas")
    expect(page.locator(".undo")).to_contain_text("1 tugas diubah.")
    press(page.locator(".undo"), "Batalkan")
    page.goto("/tugas/?pemilik=tim")
    expect(page.locator("input[name=tugas]")).to_have_count(before)


def test_a_reply_typed_beside_comes_back_when_another_form_is_refused(open_page: OpenPage) -> None:
    page = Colleague(open_page("desk"), "petugas").sign_in().page
    page.goto("/kerja/?pemilik=semua")
    found = page.locator("main .rows a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    for address in dict.fromkeys(one for one in found if re.fullmatch(r"/laporan/L-\w{8}/", one)):
        page.goto(address)
        reply, double = page.locator("form.reply textarea:not([readonly])"), page.locator("input[name=original]")
        if reply.count() and double.count():
            break
    reply.fill(WORDS)
    page.get_by_text("Laporan yang sama dengan yang lain").click()
    for code in ("L-AAAAAAAA", "L-BBBBBBBB"):  # the second time the words come from the page that was refused
        double.fill(code)
        press(page.locator("main"), "Lihat laporan itu")
        expect(page.locator("[role=alert]")).to_be_visible()
        assert page.url.endswith("/ganda")
        expect(page.locator("form.reply textarea")).to_have_value(WORDS)
        expect(double).to_be_visible()
    throw_away(page)


@pytest.mark.parametrize(("device", "is_said"), [("phone_plain", True), ("phone", False)])
def test_only_without_script_a_form_says_when_its_words_are_kept(
    open_page: OpenPage, device: str, is_said: bool
) -> None:
    page = Colleague(open_page(device), "manajer").sign_in().page
    page.goto(f"/kasus/{cases(page)[0]}/catatan/")
    expect(page.locator(".keep-plain")).to_have_count(1 if is_said else 0)
