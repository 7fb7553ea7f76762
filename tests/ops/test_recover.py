"""Three custodians bring somebody back: the old dossier opens again, nobody else's does, two shares are too few."""

from __future__ import annotations

import psycopg
import pytest

from ruangaman.vault import recovery
from tests.support.conversation import Conversation

OLD_STORY = "Dia mengunci kami di rumah sejak hari Jumat."
NEW_STORY = "Sekarang dia sudah pergi, kami aman dulu."


@pytest.fixture(scope="module")
def served(town):
    with town.serving() as found:
        yield found


def ask(town, question, *values):
    with psycopg.connect(town.server.conninfo(town.database)) as connection:
        return connection.execute(question, values).fetchall()


def report(served, town, story):
    before = ask(town, "SELECT code FROM intake_report")
    street = served.browser()
    sent = street.submit(street.get("/i/"), {"what": story})
    assert sent.receipt, sent.text
    (new,) = set(ask(town, "SELECT code FROM intake_report")) - set(before)
    return new[0]


def open_old_dossiers(served, username, password):
    browser = served.browser()
    page = browser.submit(browser.get("/masuk/"), {"username": username, "password": password})
    assert page.path == "/masuk/langkah-kedua/pasang/", "the phone was lost too"
    browser.enrol(page)
    return browser


def test_a_desk_officer_and_a_key_officer_who_lost_everything_come_back(town, served):
    code = report(served, town, OLD_STORY)
    words = town.shares[4].split()
    with Conversation(["recover", "--user", "meja2", "--user", "pelindung"], town.env) as talk:
        talk.hear("meja2: Penerima Empat")
        talk.answer("benar mereka yang meminta", "y")
        talk.answer("Kata-katanya", " ".join([*words[:9], "kunci", *words[10:]]))
        talk.hear("Kata nomor 10 tidak ada di daftar")
        talk.answer("Nomor dan kata", " ".join([*words[:9], words[10], words[9], *words[11:]]))
        talk.hear("keliru atau tertukar tempat")
        talk.answer("Nomor dan kata", f"10 {words[9]}")
        talk.hear("keliru atau tertukar tempat")
        talk.answer("Nomor dan kata", f"11 {words[10]}")
        talk.hear("Bagian 5 diterima")
        talk.answer("Kata-katanya", town.shares[4])
        talk.hear("Bagian 5 sudah dimasukkan")
        talk.answer("Kata-katanya", recovery.make_recovery().shares[1])
        talk.answer("Kata-katanya", town.shares[0])
        talk.hear("salah satunya bukan dari kunci pemulihan ini", "Bagian 2 berasal dari pembagian lain")
        talk.answer("Kata-katanya", town.shares[2])
        talk.hear("Bagian 2 salah: bukan dari kunci ini")
        talk.answer("Nama pengguna petugas kunci", "ketua")
        talk.answer("Kata sandi Ketua", town.password("ketua"))
        town.come_back(talk, "meja2", "pintu baru yang kuat sekali")
        town.come_back_by_letter(talk, "pelindung")
        assert int(talk.hear(r"(\d+) berkas terbuka kembali").group(1)) >= 1
        assert talk.end() == 0, talk.said[-2000:]
    after = report(served, town, NEW_STORY)

    desk = open_old_dossiers(served, "meja2", "pintu baru yang kuat sekali")
    assert OLD_STORY in desk.get(f"/laporan/{code}/").text
    assert NEW_STORY in desk.get(f"/laporan/{after}/").text
    officer = open_old_dossiers(served, "pelindung", town.password("pelindung"))
    assert officer.get(f"/laporan/{code}/").status == 404
    told = ask(town, "SELECT detail FROM audit_auditevent WHERE type = 'vault.recovered' ORDER BY at DESC LIMIT 1")
    assert told[0][0]["shares"] == ["1", "3", "5"]


def test_new_shares_take_the_place_of_the_old_ones(town, served):
    report(served, town, OLD_STORY)
    old = town.shares
    with Conversation(["recover", "--resplit"], town.env) as talk:
        for share in old[:3]:
            talk.answer("Kata-katanya", share)
        for officer in ("ketua", "pelindung"):
            talk.answer("Nama pengguna petugas kunci", officer)
            talk.answer("Kata sandi [A-Z]", town.password(officer))
        town.name_custodians(talk)
        town.hold_ceremony(talk)
        talk.hear("berkas kini terbuka dengan tiga dari lima bagian baru")
        assert talk.end() == 0, talk.said[-2000:]

    assert not set(old) & set(town.shares)
    left = ask(
        town,
        "SELECT count(*) FROM vault_grant g JOIN vault_principal p ON p.id = g.principal_id"
        " WHERE p.kind = 'recovery' AND g.generation = 1",
    )
    assert left == [(0,)]
    report(served, town, NEW_STORY)


def test_a_recovery_that_is_broken_off_changes_nothing(town):
    before = ask(town, "SELECT count(*) FROM audit_auditevent")
    with Conversation(["recover", "--user", "meja1"], town.env) as talk:
        talk.answer("benar mereka yang meminta", "y")
        talk.answer("Kata-katanya", town.shares[0])
        talk.hear("Bagian ke-2")
        talk.interrupt()
        talk.hear("Tidak ada yang berubah")
        assert talk.end() == 130

    assert ask(town, "SELECT count(*) FROM audit_auditevent") == before


def test_nobody_is_brought_back_who_is_not_there(town):
    with Conversation(["recover", "--user", "siapa"], town.env) as talk:
        talk.hear("Tidak ada akun terbuka bernama siapa")
        assert talk.end() == 1
