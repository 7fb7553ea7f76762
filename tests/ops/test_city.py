"""A new city from the first command to the first report read by its desk, through real terminals and processes."""

from __future__ import annotations

import itertools
import re
import stat
import time
from html import unescape
from pathlib import Path

import psycopg
import pytest

from ruangaman.ops import processes
from ruangaman.ops.demo import is_live
from ruangaman.vault import recovery
from tests.support.conversation import Conversation
from tests.support.town import REGIONS

NUMBERS = itertools.count()
OTHER = re.compile(r"Balikpapan|WITA|5285-8026|Sepinggan")
"""Facts of the example that comes with the program."""
STORY = "Tetangga saya memukul anaknya tiap malam, hari Senin paling parah."


@pytest.fixture(scope="module")
def served(town):
    with town.serving(RUANGAMAN_PROXY="1") as found:
        yield found


def ask(town, question, *values):
    with psycopg.connect(town.server.conninfo(town.database)) as connection:
        return connection.execute(question, values).fetchall()


def test_any_three_of_the_five_written_shares_make_the_key_that_the_directory_knows(town):
    (public,) = ask(
        town,
        "SELECT k.kem_public FROM vault_principalkey k JOIN vault_principal p ON p.id = k.principal_id"
        " WHERE p.kind = 'recovery' ORDER BY k.generation DESC LIMIT 1",
    )[0]

    assert recovery.combine(town.shares[1:4]).public().to_bytes() == bytes(public)


def test_secrets_are_made_for_this_user_alone_and_no_share_word_row_is_left(town):
    for name in ("RUANGAMAN_PEPPER_FILE", "RUANGAMAN_SECRET_KEY_FILE", "RUANGAMAN_CHECKPOINT_KEY_FILE"):
        assert stat.S_IMODE(Path(town.env[name]).stat().st_mode) == 0o600
    left = b"".join(path.read_bytes() for path in Path(town.folder).rglob("*") if path.is_file())
    dump = str(ask(town, "SELECT type, detail::text FROM audit_auditevent")).encode()
    for share in town.shares:
        assert " ".join(share.split()[4:8]).encode() not in left + dump
    assert town.password("ketua").encode() not in left
    assert not (town.folder / "data" / "setup-answers.json").exists()
    assert "5. Penjaga Ke5, Universitas" in (town.folder / "data" / "recovery-record.txt").read_text()


def test_a_second_setup_says_what_is_there_and_changes_nothing(town):
    before = ask(town, "SELECT count(*) FROM audit_auditevent")

    with Conversation(["setup"], town.env) as talk:
        talk.hear("Kota ini sudah disiapkan: UPTD Contoh, 4 akun. Tidak ada yang diubah")
        talk.hear("Orang lain ditambah dengan undangan")
        assert talk.end() == 1

    assert ask(town, "SELECT count(*) FROM audit_auditevent") == before


def test_the_first_officer_signs_in_and_has_to_set_up_the_second_step(town, served):
    browser = served.browser()

    page = browser.submit(browser.get("/masuk/"), {"username": "ketua", "password": town.password("ketua")})

    assert page.path == "/masuk/langkah-kedua/pasang/"
    assert browser.get("/kerja/").path == "/masuk/langkah-kedua/pasang/"
    assert set(browser.cookies) == {"__Host-k"}
    browser.enrol(page)
    assert browser.get("/kerja/").path == "/kerja/"


def test_the_public_pages_tell_of_this_city_and_of_no_other(served):
    browser = served.browser()
    pages, waiting = {}, ["/", "/?l=en", "/i/", "/masuk/", "/tidak-ada/"]
    while waiting:
        address = waiting.pop()
        if address in pages or len(pages) > 150:
            continue
        pages[address] = browser.get(address).text
        links = re.findall(r'<a [^>]*href="(/[^"#]*)', pages[address])
        waiting += [link for link in map(unescape, links) if not link.startswith(("/keluar", "/static"))]

    assert len(pages) > 12, sorted(pages)
    wrong = [address for address, text in pages.items() if OTHER.search(text)]
    assert wrong == []
    assert "Untuk perempuan dan anak di Kota Contoh" in pages["/"]
    assert 'href="tel:+622155501234"' in pages["/"]
    assert "Halaman ini dikelola UPTD Contoh" in pages["/"]
    form = pages["/i/"]
    assert re.search(r'<optgroup label="Contoh Utara">.*Kenanga.*Melati', form, re.DOTALL)
    assert '<option value="99.01.03">Contoh Selatan</option>' in form


def test_the_page_of_the_quiet_hours_has_the_telephone_of_this_city(town):
    page = town.run("serve", "--resting-page").stdout

    assert "021-5550-1234" in page
    assert not OTHER.search(page)


def test_the_place_is_said_again_and_a_broken_file_is_mended_by_it(town, tmp_path):
    kept = (Path(town.env["RUANGAMAN_DATA"]) / "place.toml").read_text()
    (tmp_path / "place.toml").write_text(kept.replace("WIB", "GMT"))
    told = {**town.env, "RUANGAMAN_DATA": str(tmp_path)}

    refused = town.run("serve", RUANGAMAN_DATA=str(tmp_path))
    assert refused.returncode == 78, refused.stderr
    assert "zone must be one of WIB, WITA, WIT" in refused.stderr
    with Conversation(["setup", "--place"], told) as talk:
        talk.hear("zone must be one of")
        talk.answer("Nama kota", "Balikpapan")
        talk.answer("Nama unit di halaman publik", "UPTD PPA Balikpapan")
        talk.answer("Zona waktu", "wita")
        talk.answer("Telepon unit", "0821-5285-8026")
        talk.answer("Daftar kecamatan dan kelurahan Balikpapan sudah tersedia")
        talk.answer("6 kecamatan, 40 wilayah.*Benar semua", "t")
        talk.answer("Nama kota", "Kota Contoh")
        talk.answer("Nama unit di halaman publik", "UPTD Contoh")
        talk.answer("Zona waktu", "wib")
        talk.answer("Telepon unit", "021-5550-1234")
        talk.answer("Pakai daftar kecamatan dan kelurahan yang sudah ada", "t")
        for line in REGIONS:
            talk.answer("Wilayah", line)
        talk.answer("Wilayah")
        talk.answer("Benar semua")
        talk.hear("Mulai ulang serve dan worker")
        assert talk.end() == 0
    assert (tmp_path / "place.toml").read_text() == kept

    with Conversation(["setup", "--place"], told) as talk:
        talk.answer(r"Nama kota atau kabupaten \(di layar: untuk perempuan dan anak di …\) \[Kota Contoh\]")
        talk.answer(r"\[UPTD Contoh\]")
        talk.answer(r"\[WIB\]")
        talk.answer(r"\[021-5550-1234\]", "021-5550-9999")
        talk.answer("yang sudah ada \\(6 baris\\)")
        talk.answer("Benar semua")
        assert talk.end() == 0
    assert (tmp_path / "place.toml").read_text() == kept.replace("1234", "9999")


def test_a_report_from_the_street_is_read_by_the_desk_that_was_set_up(town, served):
    street, desk = served.browser(), served.browser()
    before = ask(town, "SELECT code FROM intake_report")  # the moment says less: it is kept to the minute
    sent = street.submit(street.get("/i/"), {"what": STORY})
    assert sent.receipt, sent.text

    page = desk.submit(desk.get("/masuk/"), {"username": "meja1", "password": town.password("meja1")})
    desk.enrol(page)
    queue = desk.get("/kerja/")
    ((code,),) = set(ask(town, "SELECT code FROM intake_report")) - set(before)
    assert code in queue.text
    assert " WIB</p>" in queue.text
    assert not OTHER.search(queue.text)

    assert STORY in desk.get(f"/laporan/{code}/").text


def test_the_worker_writes_to_the_desk_that_something_came_in(town, served):
    with town.working() as worker:
        street = served.browser()
        assert street.submit(street.get("/i/"), {"what": STORY, "now": "yes"}).receipt
        letters = town.folder / "data" / "mail"
        end = time.monotonic() + 60
        while not any("meja1@lapor.example" in path.read_text() for path in letters.glob("*.log")):
            assert worker.poll() is None, "the worker ended"
            assert time.monotonic() < end, "no letter was written"
            time.sleep(0.2)
        worker.terminate()

        assert worker.wait(30) == 0
    assert "memukul" not in "".join(path.read_text() for path in letters.glob("*.log"))


def test_a_port_that_is_in_use_is_told_in_one_sentence(town, served):
    done = town.run("serve", "--port", str(served.port))

    assert done.returncode == 1
    assert done.stderr.strip().startswith(f"Port {served.port} is in use")


def test_the_visitor_s_address_is_counted_not_the_proxy_s(town, served):
    def rows_of_two_tries(*addresses):
        (before,) = ask(town, "SELECT count(*) FROM accounts_signinattempt")[0]
        for address in addresses:
            browser = served.browser(address=address)
            browser.submit(browser.get("/masuk/"), {"username": f"tidakada{next(NUMBERS)}", "password": "bukan sandi"})
        return ask(town, "SELECT count(*) FROM accounts_signinattempt")[0][0] - before

    one_place = rows_of_two_tries("198.51.100.7", "198.51.100.9")
    two_places = rows_of_two_tries("198.51.101.7", "198.51.102.7")

    assert two_places == one_place + 1


def test_on_sigterm_the_server_leaves_no_process_behind(town):
    with town.serving() as found:
        group = [int(path.name) for path in Path("/proc").glob("[0-9]*") if _session(path) == found.process.pid]
        assert len(group) >= 2
        found.process.terminate()
        found.process.wait(20)

        assert all(processes.wait_gone(pid, 10) for pid in group)
        assert not is_live(found.port)


def _session(path: Path) -> int:
    try:
        return int((path / "stat").read_text().rpartition(")")[2].split()[3])
    except OSError:
        return 0
