"""Three custodians bring somebody back: the old dossier opens again, nobody else's does, two shares are too few."""

from __future__ import annotations

from contextlib import contextmanager

import psycopg
import pytest

from tests.support.conversation import Conversation
from tests.support.town import Town

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
    street = served.browser()
    sent = street.submit(street.get("/i/"), {"what": story})
    assert sent.receipt, sent.text
    return ask(town, "SELECT code FROM intake_report ORDER BY received_at DESC LIMIT 1")[0][0]


def give_shares(talk, shares):
    for number, share in enumerate(shares, start=1):
        talk.hear(f"Bagian ke-{number}: penjaganya")
        talk.answer("Kata-katanya", share)


def test_a_desk_officer_who_lost_everything_opens_the_old_dossier_again(town, served):
    code = report(served, town, OLD_STORY)
    with Conversation(["recover", "--user", "meja1"], town.env) as talk:
        talk.hear("meja1: Penerima Tiga")
        talk.answer("benar mereka yang meminta", "y")
        talk.hear("Bagian ke-1: penjaganya")
        words = town.shares[4].split()
        talk.answer("Kata-katanya", " ".join([*words[:9], "kunci", *words[10:]]))
        talk.hear("Bukan kata dari daftar: 10. kunci")
        talk.answer("Kata-katanya", " ".join([*words[:9], words[10], words[9], *words[11:]]))
        talk.hear("Ada kata yang keliru atau tertukar tempat")
        talk.answer("Kata-katanya", town.shares[4])
        talk.hear("Bagian 5 diterima")
        talk.answer("Kata-katanya", town.shares[4])
        talk.hear("Bagian 5 sudah dimasukkan")
        talk.answer("Kata-katanya", town.shares[0])
        talk.answer("Kata-katanya", town.shares[2])
        for officer in ("ketua", "pelindung"):
            talk.answer("Nama pengguna petugas kunci", officer)
            talk.answer("Kata sandi [A-Z]", town.password(officer))
        town.come_back(talk, "meja1", "pintu baru yang kuat sekali")
        talk.hear(r"(\d+) berkas terbuka kembali")
        assert talk.end() == 0, talk.said[-2000:]
    after = report(served, town, NEW_STORY)

    desk = served.browser()
    page = desk.submit(desk.get("/masuk/"), {"username": "meja1", "password": "pintu baru yang kuat sekali"})
    assert page.path == "/masuk/langkah-kedua/pasang/", "the phone was lost too"
    desk.enrol(page)

    assert OLD_STORY in desk.get(f"/laporan/{code}/").text
    assert NEW_STORY in desk.get(f"/laporan/{after}/").text
