"""A city of its own for a test: another PostgreSQL with separate logins, set up through the terminal as a person would."""

from __future__ import annotations

import json
import os
import re
import secrets
import sys
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from ruangaman.ops.postgres import SUPERUSER, Postgres
from tests.support.conversation import Conversation

PASSWORD = "kereta pagi {} menuju laut"
WORDS = re.compile(r"(\d+) ([a-z]+)\s")
BODIES = ("Inspektorat", "Pengadilan", "Polresta", "RSUD", "Universitas")


@dataclass
class Town:
    """Its environment and, after `set_up`, what people went home with."""

    folder: Path
    server: Postgres
    database: str
    env: dict[str, str] = field(default_factory=dict)
    shares: list[str] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Say where everything is; nothing is made yet."""
        secret = self.folder / "secret"
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("RUANGAMAN_", "DATABASE_URL"))}
        self.env = {
            **kept,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "DATABASE_URL": self.url("ra_login_web"),
            "DATABASE_URL_WORKER": self.url("ra_login_worker"),
            "DATABASE_URL_MIGRATE": self.url("ra_login_migrate"),
            "RUANGAMAN_DATA": str(self.folder / "data"),
            "RUANGAMAN_PEPPER_FILE": str(secret / "pepper"),
            "RUANGAMAN_SECRET_KEY_FILE": str(secret / "secret-key"),
            "RUANGAMAN_CHECKPOINT_KEY_FILE": str(secret / "checkpoint.key"),
            "RUANGAMAN_URL": "https://lapor.example",
            "RUANGAMAN_HOSTS": "lapor.example",
        }

    def url(self, login: str, password: str = "") -> str:
        """The database's address for a login."""
        return f"postgresql://{login}:{password}@{quote(str(self.server.socket), safe='')}/{self.database}"

    def admin(self) -> dict[str, str]:
        """The environment with a superuser in it."""
        return {**self.env, "DATABASE_URL_ADMIN": self.url(SUPERUSER).replace(self.database, "postgres")}

    def set_up(self) -> None:
        """Hold the whole conversation."""
        with Conversation(["setup"], self.admin()) as talk:
            talk.answer("Mengerti")
            self.answer_questions(talk)
            self.hold_ceremony(talk)
            assert talk.end() == 0, talk.said[-2000:]

    def answer_questions(self, talk: Conversation) -> None:
        """Say what the city is and who works there."""
        talk.answer("Nama dinas", "Dinas Contoh")
        talk.answer("Kode singkat dinas")
        talk.answer("Nama unit layanan", "UPTD Contoh")
        talk.answer("Kode singkat unit", "uptd")
        talk.answer("Nama meja")
        self.introduce(talk, "ketua", "Ketua Satu")
        self.introduce(talk, "pelindung", "Pelindung Dua")
        self.introduce(talk, "meja1", "Penerima Tiga")
        talk.answer("Tambah petugas meja", "t")
        talk.answer("Tambah orang lain", "t")
        talk.answer("petugas darurat \\[ketua\\]")
        for number, body in enumerate(BODIES, start=1):
            talk.answer(f"Penjaga {number}: nama", f"Penjaga Ke{number}")
            talk.answer(f"Penjaga {number}: instansi", body)

    def introduce(self, talk: Conversation, username: str, name: str) -> None:
        """One person: who, a password typed twice, a code written down."""
        talk.answer("Nama pengguna", username)
        talk.answer("Nama lengkap", name)
        talk.answer("Surel", f"{username}@lapor.example")
        talk.answer("Peran")
        talk.answer("Kata sandi \\(", PASSWORD.format(len(username)))
        talk.answer("sekali lagi", PASSWORD.format(len(username)))
        self.write_code_down(talk, username)

    def write_code_down(self, talk: Conversation, username: str) -> None:
        """Read the code from the screen and prove it."""
        talk.answer("sendirian di depan layar")
        self.codes[username] = talk.hear("(?:[0-9A-Z]{4}-){6}[0-9A-Z]{4}").group()
        talk.answer("Sudah ditulis")
        talk.answer("Delapan huruf terakhir", self.codes[username][-9:].lower())

    def hold_ceremony(self, talk: Conversation) -> None:
        """Five custodians, one after another."""
        for number in range(1, 6):
            talk.answer(f"Bagian {number} dari 5, untuk Penjaga Ke{number}")
            shown = talk.hear(r"Penjaga Ke\d, [^\n]+\n(.*)Tulis ke-33").group(1)
            words = {int(place): word for place, word in WORDS.findall(shown)}
            share = [words[place] for place in range(1, 34)]
            talk.answer("Sudah ditulis semua")
            for _ in range(3):
                place = int(talk.hear(r"Kata ke-(\d+)").group(1))
                talk.type(share[place - 1])
            talk.hear(f"Bagian {number} cocok")
            self.shares.append(" ".join(share))


def make_town(folder: Path, server: Postgres) -> Town:
    """A town with a database name of its own, nothing set up."""
    return Town(folder, server, f"kota_{secrets.token_hex(4)}")
