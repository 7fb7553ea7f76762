"""Setting up a city when things are not as they should be: what it says, and that nothing half-made is left."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from ruangaman.ops import roles
from ruangaman.ops.postgres import Postgres
from tests.support.conversation import Conversation
from tests.support.town import WORDS, Town


@pytest.fixture(scope="module")
def bare(tmp_path_factory, town_server):
    """A town whose roles and database are there, and nothing else."""
    found = Town(tmp_path_factory.mktemp("bare"), town_server, "belum")
    roles.ensure_roles(town_server.conninfo())
    roles.ensure_database(town_server.conninfo(), found.database)
    return found


@pytest.fixture
def begun(tmp_path, bare):
    """The same town with a data folder of its own: no answers are noted in it."""
    found = Town(tmp_path, bare.server, bare.database)
    found.env = {**bare.env, "RUANGAMAN_DATA": found.env["RUANGAMAN_DATA"]}
    return found


WHERE = (
    ("Nama kota", "Kota Contoh"),
    ("Nama unit di halaman publik", ""),
    ("Zona waktu", "WIT A"),
    ("Salah satu dari WIB, WITA, WIT.*Zona waktu", "WIT"),
    ("Telepon unit", "belum ada"),
    ("Ini bukan nomor telepon.*Telepon unit", "0967 555 012"),
    ("Wilayah", ""),
    ("Paling sedikit satu kecamatan.*Wilayah", "Contoh Utara"),
    ("Baris ini bukan kode lalu nama.*Wilayah", "99.01.01.1001 Melati"),
    ("Sebut dulu kecamatannya, 99.01.01.*Wilayah", "99.01.01, Contoh Utara"),
    ("Wilayah", ""),
    (r"Telepon 0967 555 012; jam WIT; 1 kecamatan, 1 wilayah di daftar.*Benar semua", ""),
)
"""Where the city is, with every answer that is not taken."""


def begin(talk):
    """Agree, and come to the first question, whether the secrets are new here or not."""
    talk.answer("Lanjut", "y")
    if talk.hear("Mengerti", "1 dari 4").group().startswith("Mengerti"):
        talk.type("")
        talk.hear("1 dari 4")


def count(town):
    with psycopg.connect(town.server.conninfo(town.database)) as connection:
        return connection.execute(
            "SELECT (SELECT count(*) FROM accounts_user), (SELECT count(*) FROM accounts_agency),"
            " (SELECT count(*) FROM vault_principal)"
        ).fetchone()


def test_without_a_manager_s_login_it_prints_the_sql_and_the_sql_is_enough(tmp_path, tmp_path_factory):
    with Postgres(tmp_path_factory.mktemp("untouched")) as server:
        town = Town(tmp_path, server)
        with Conversation(["setup"], town.env) as talk:
            talk.answer("Lanjut", "y")
            talk.hear("DATABASE_URL_MIGRATE: ")
            talk.hear("ra_login_sender +kelak untuk pengirim WhatsApp dan SMS")
            talk.hear("jalankan ini sebagai pengelola PostgreSQL")
            assert talk.end() == 1
        sql = talk.said[talk.said.index("DO $$") :]
        before, _, after = sql.partition(f'\\connect "{town.database}"\n')
        for part, database in ((before, "postgres"), (after, town.database)):
            with psycopg.connect(server.conninfo(database), autocommit=True) as connection:
                for statement in re.sub(r"(?m)^\\.*$", "", part).split(";\n"):
                    if statement.strip():
                        connection.execute(statement)

        with Conversation(["setup"], town.env) as talk:
            talk.answer("Lanjut", "y")
            talk.hear("Berkas rahasia baru")
            talk.answer("Mengerti")
            talk.hear("1 dari 4")


def test_a_manager_s_login_gives_each_login_its_password_and_no_log_ever_sees_it(tmp_path, bare):
    town = Town(tmp_path, bare.server, bare.database)
    town.env |= {
        "DATABASE_URL": town.url("ra_login_web", "rahasia-web"),
        "DATABASE_URL_BACKUP": town.url("ra_login_backup", "rahasia-cadangan"),
        "RUANGAMAN_PEPPER_FILE": bare.env["RUANGAMAN_PEPPER_FILE"],
    }
    with psycopg.connect(bare.server.conninfo(), autocommit=True) as connection:
        connection.execute("ALTER ROLE ra_owner SET log_statement = 'all'")
        try:
            with Conversation(["setup"], town.admin()) as talk:
                talk.hear("ra_login_sender +kelak")
                talk.answer("Lanjut", "y")
                talk.hear("Mengerti", "1 dari 4")
            kept = dict(connection.execute("SELECT rolname, rolpassword FROM pg_authid").fetchall())
        finally:
            connection.execute("ALTER ROLE ra_owner RESET log_statement")

    assert kept["ra_login_web"].startswith("SCRAM-SHA-256$")
    assert kept["ra_login_backup"].startswith("SCRAM-SHA-256$")
    assert kept["ra_login_worker"] is None
    log = (bare.server.data / "postgres.log").read_text()
    assert "ALTER ROLE" in log
    assert "rahasia" not in log


def test_a_server_that_would_forget_on_power_loss_is_refused(bare):
    with psycopg.connect(bare.server.conninfo(), autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {bare.database} SET synchronous_commit = off")
        try:
            with Conversation(["setup"], bare.env) as talk:
                talk.answer("Lanjut", "y")
                talk.hear("Pengaturan PostgreSQL synchronous_commit mati")
                assert talk.end() == 1
        finally:
            connection.execute(f"ALTER DATABASE {bare.database} SET synchronous_commit = on")


def test_a_login_that_stands_above_the_rules_is_refused(bare):
    with Conversation(["setup"], {**bare.env, "DATABASE_URL": bare.url("ra_owner")}) as talk:
        talk.answer("Lanjut", "y")
        talk.hear("DATABASE_URL: login ini melewati semua aturan")
        assert talk.end() == 1


def test_what_is_not_said_is_named(bare):
    env = {name: value for name, value in bare.env.items() if name != "RUANGAMAN_PEPPER_FILE"}
    with Conversation(["setup"], env) as talk:
        talk.hear("belum ada: RUANGAMAN_PEPPER_FILE. Lihat docs/how-to/install-for-a-city.md")
        assert talk.end() == 1


def test_it_speaks_to_a_terminal_only(bare):
    command = [sys.executable, "-P", "-m", "ruangaman.ops.cli", "setup"]

    done = subprocess.run(command, env=bare.env, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)

    assert done.returncode == 1
    assert done.stderr.startswith("Perintah ini hanya berjalan di layar terminal")


def test_broken_off_in_the_ceremony_nothing_is_there_and_the_answers_are_offered_again(begun):
    with Conversation(["setup"], begun.env) as talk:
        begin(talk)
        begun.answer_questions(talk)
        talk.hear("Bagian 1 dari 5, untuk Penjaga Ke1")
        talk.type("")
        talk.hear("Tulis ke-33 kata")
        talk.interrupt()
        talk.hear("Berhenti. Belum ada kota yang dibuat")
        talk.hear("Lanjutkan dengan ./ruang setup")
        assert talk.end() == 130
    assert count(begun) == (0, 0, 0)
    notes = (Path(begun.env["RUANGAMAN_DATA"]) / "setup-answers.json").read_text()
    assert not any(begun.password(name) in notes for name in ("ketua", "pelindung", "meja1"))

    with Conversation(["setup"], begun.env) as talk:
        talk.answer("Lanjut", "y")
        talk.answer(r"Nama dinas \[Dinas Contoh\]")
        talk.hear(r"Kode singkat dinas \[dinas-contoh\]")


def test_a_pepper_that_is_gone_is_not_made_anew(bare):
    pepper = Path(bare.env["RUANGAMAN_PEPPER_FILE"])
    with Conversation(["setup"], bare.env) as talk:
        begin(talk)
    kept = pepper.read_bytes()
    pepper.unlink()
    try:
        with Conversation(["setup"], bare.env) as talk:
            talk.answer("Lanjut", "y")
            talk.hear("dibuat dengan berkas pepper yang tidak ada")
            assert talk.end() == 1
        assert not pepper.exists()
    finally:
        pepper.write_bytes(kept)
        pepper.chmod(0o600)


def test_a_weak_password_and_two_different_ones_are_asked_again(begun):
    with Conversation(["setup"], begun.env) as talk:
        begin(talk)
        for question, answer in (
            ("Nama dinas", "Dinas Contoh"),
            ("Kode singkat dinas", "x"),
            ("Dua sampai 32 huruf kecil.*Kode singkat dinas", "dinas"),
            ("Nama unit", "UPTD Contoh"),
            ("Kode singkat unit", "uptd"),
            ("Nama meja", ""),
            *WHERE,
            ("Nama pengguna", "ketua"),
            ("Nama lengkap", "Ketua Satu"),
            ("Surel", "bukan surel"),
            ("Ini bukan alamat surel.*Surel", "ketua@lapor.example"),
            (r"Peran \[", "raja"),
            (r"Peran itu tidak ada di sini. Yang ada: kepala, dinas, dpo, auditor.*Peran \[", "petugas"),
            (r"Petugas pengaduan tidak dapat menandatangani kunci.*misalnya kepala unit.*Peran \[", "admin"),
            (r"Administrator tidak dapat menandatangani kunci.*Peran \[", "kepala"),
            (r"Kata sandi \(", "terlalu pendek"),
            (r"paling sedikit 15 huruf.*Kata sandi \(", "ketua duduk di kursi tua"),
            (r"memuat nama Anda.*Kata sandi \(", "kereta pagi menuju laut"),
            ("sekali lagi", "kereta pagi menuju gunung"),
            (r"Keduanya belum sama.*Kata sandi \(", "kereta pagi menuju laut"),
            ("sekali lagi", "kereta pagi menuju laut"),
        ):
            talk.answer(question, answer)
        talk.hear("Sekarang kode pemulihan")
    assert "kereta pagi" not in talk.said, "a password is never shown"


def test_nothing_is_changed_before_somebody_agrees(tmp_path, town_server):
    town = Town(tmp_path, town_server, "belum_disetujui")
    for leave, code in ((lambda talk: talk.type("t"), 1), (lambda talk: talk.interrupt(), 130)):
        with Conversation(["setup"], town.admin()) as talk:
            talk.hear("basis data belum_disetujui, perannya, dan lima login", "Lanjut")
            talk.hear("Lanjut")
            leave(talk)
            talk.hear("Belum ada yang diubah")
            assert talk.end() == code
    assert not Path(town.env["RUANGAMAN_DATA"]).exists()
    assert not Path(town.env["RUANGAMAN_PEPPER_FILE"]).parent.exists()
    with psycopg.connect(town_server.conninfo()) as connection:
        assert connection.execute("SELECT 1 FROM pg_database WHERE datname = 'belum_disetujui'").fetchone() is None


def test_a_folder_that_this_user_may_not_make_is_said_before_the_database_is_touched(tmp_path, town_server):
    town = Town(tmp_path / "shut", town_server, "tanpa_folder")
    town.folder.mkdir(mode=0o500)
    with Conversation(["setup"], town.admin(), powerless=True) as talk:
        talk.answer("Lanjut", "y")
        talk.hear("This user may not use .*/shut/data: let it belong to the user who runs this")
        assert talk.end() == 2
        assert "Traceback" not in talk.said
    with psycopg.connect(town_server.conninfo()) as connection:
        assert connection.execute("SELECT 1 FROM pg_database WHERE datname = 'tanpa_folder'").fetchone() is None
    town.folder.chmod(0o700)
    with Conversation(["setup"], town.admin(), powerless=True) as talk:
        talk.answer("Lanjut", "y")
        talk.hear("DATABASE_URL_ADMIN: ", "Berkas rahasia baru")  # who lost power over files may not reach the socket
        assert Path(town.env["RUANGAMAN_DATA"]).is_dir(), "with the right it is made"


@pytest.mark.parametrize("words", [["setup"], ["setup", "--for-restore"]], ids=["city", "restore"])
def test_a_manager_s_login_that_does_not_get_in(tmp_path, bare, words):
    town = Town(tmp_path, bare.server, "tidak_ada")
    for url, said in (
        ("postgresql://postgres@127.0.0.1:1/postgres", "start PostgreSQL, or look at host, port and login"),
        (town.url("ra_login_web").replace(town.database, "postgres"), "DATABASE_URL_ADMIN: permission denied"),
    ):
        with Conversation(words, {**town.env, "DATABASE_URL_ADMIN": url}) as talk:
            if words == ["setup"]:
                talk.answer("Lanjut", "y")
            talk.hear(said)
            assert talk.end() == 2
            assert "Traceback" not in talk.said


def test_a_desk_officer_is_not_taken_as_emergency_officer(begun):
    with Conversation(["setup"], begun.env) as talk:
        begin(talk)
        for question, answer in (
            ("Nama dinas", "Dinas Contoh"),
            ("Kode singkat dinas", ""),
            ("Nama unit", "UPTD Contoh"),
            ("Kode singkat unit", "uptd"),
            ("Nama meja", ""),
        ):
            talk.answer(question, answer)
        begun.say_where(talk)
        begun.introduce(talk, "ketua", "Ketua Satu")
        begun.introduce(talk, "pelindung", "Pelindung Dua")
        begun.introduce(talk, "meja1", "Penerima Tiga")
        asked = talk.said[talk.said.index("Petugas meja 1") :]
        assert "petugas       Petugas pengaduan: membaca, menjawab, dan memilah laporan" in asked
        assert "manajer" not in asked, "only what can sit at a desk is offered for it"
        talk.answer("Tambah petugas meja", "t")
        talk.answer("hanya administrator yang dapat mengundang administrator.*Tambah orang lain", "y")
        begun.introduce(talk, "pengurus", "Pengurus Empat", "admin")
        talk.answer("Tambah orang lain", "t")
        talk.answer(r"petugas darurat \[ketua\]", "ketua, pengurus")
        talk.hear("pengurus tidak boleh memegang kunci darurat")
        talk.answer("petugas darurat", "ketua, meja1")
        talk.hear("meja1 duduk di meja pengaduan dan tidak boleh memegang kunci darurat")
        talk.answer("petugas darurat", "meja1")
        talk.hear("meja1 duduk di meja pengaduan")
        talk.answer("petugas darurat", "ketua, pelindung")
        talk.hear("3 dari 4")
    notes = json.loads((Path(begun.env["RUANGAMAN_DATA"]) / "setup-answers.json").read_text())
    assert notes["emergency"] == "ketua, pelindung"


def test_one_wrong_word_of_a_share_is_mended_and_the_share_is_not_shown_again(begun):
    with Conversation(["setup"], begun.env) as talk:
        begin(talk)
        begun.answer_questions(talk)
        talk.answer("Bagian 1 dari 5, untuk")
        shown = talk.hear(r"Penjaga Ke1, [^\n]+\n(.*)Tulis ke-33").group(1)
        words = [word for _place, word in sorted((int(place), word) for place, word in WORDS.findall(shown))]
        talk.answer("Sudah ditulis semua")
        place = int(talk.hear(r"Kata ke-(\d+) dari kertas").group(1))
        talk.type("salah")
        talk.answer(f"Kata ke-{place} tidak cocok.*sekali lagi: ", words[place - 1])
        talk.answer("dari kertas", " ".join([*words[:19], "salah", *words[20:]]))
        talk.hear("Kata nomor 20 tidak ada di daftar")
        talk.answer("Nomor dan kata", f"20 {words[19]}")
        talk.hear("Bagian 1 cocok")
        assert talk.said.count("Tulis ke-33 kata") == 1
        after = talk.said[talk.said.index("Kata nomor 20") :].replace(f"20 {words[19]}", "")
        assert not any(word in after.split() for word in words), "what is wrong is said by its place"
