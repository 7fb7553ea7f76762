"""A city of its own for a test: another PostgreSQL with separate logins, set up at a terminal as a person would."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from ruangaman.ops import demo, processes
from ruangaman.ops.postgres import SUPERUSER, Postgres
from tests.support.conversation import Conversation
from tests.support.proxied import Proxied

PASSWORD = "kereta pagi {} menuju laut"
WORDS = re.compile(r"(\d+) ([a-z]+)\s")
SERVICES = {"serve": "DATABASE_URL", "worker": "DATABASE_URL_WORKER"}
ADDRESS = "DATABASE_URL"
CITY, HOTLINE = "Kota Contoh", "021-5550-1234"
REGIONS = (
    "99.01.01 Contoh Utara",
    "99.01.01.1001 Melati",
    "99.01.01.1002 Kenanga",
    "99.01.02 Contoh Tengah",
    "99.01.02.1001 Anggrek",
    "99.01.03 Contoh Selatan",
)
"""Codes of the Ministry, in no province; of the last kecamatan no kelurahan is told."""
BODIES = ("Inspektorat", "Pengadilan", "Polresta", "RSUD", "Universitas")


@dataclass
class Town:
    """Its environment and, after `set_up`, what people went home with."""

    folder: Path
    server: Postgres
    database: str = "kota"
    env: dict[str, str] = field(default_factory=dict)
    shares: list[str] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Say where everything is; nothing is made yet."""
        secret = self.folder / "secret"
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("RUANGAMAN_", "DATABASE_URL"))
        }
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
            talk.answer("Lanjut", "y")
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
        self.say_where(talk)
        self.introduce(talk, "ketua", "Ketua Satu")
        self.introduce(talk, "pelindung", "Pelindung Dua")
        self.introduce(talk, "meja1", "Penerima Tiga")
        talk.answer("Tambah petugas meja", "y")
        self.introduce(talk, "meja2", "Penerima Empat")
        talk.answer("Tambah petugas meja", "t")
        talk.answer("Tambah orang lain", "t")
        talk.answer("petugas darurat \\[ketua\\]")
        self.name_custodians(talk)

    def say_where(self, talk: Conversation) -> None:
        """A city that is not the example: its own time, telephone and districts."""
        talk.answer("Nama kota atau kabupaten", CITY)
        talk.answer(r"Nama unit di halaman publik dan di kertas \[UPTD Contoh\]")
        talk.answer("Zona waktu", "wib")
        talk.answer("Telepon unit yang dijawab 24 jam", HOTLINE)
        for line in REGIONS:
            talk.answer("Wilayah", line)
        talk.answer("Wilayah")
        talk.answer("Benar semua")

    def name_custodians(self, talk: Conversation) -> None:
        """Five people from five bodies."""
        for number, body in enumerate(BODIES, start=1):
            talk.answer(f"Penjaga {number}: nama", f"Penjaga Ke{number}")
            talk.answer(f"Penjaga {number}: instansi", body)

    def introduce(self, talk: Conversation, username: str, name: str, role: str = "") -> None:
        """One person: who, a password typed twice, a code written down. Without a role the one that is offered."""
        talk.answer("Nama pengguna", username)
        talk.answer("Nama lengkap", name)
        talk.answer("Surel", f"{username}@lapor.example")
        talk.answer("Peran \\[", role)
        talk.answer("Kata sandi \\(", PASSWORD.format(len(username)))
        talk.answer("sekali lagi", PASSWORD.format(len(username)))
        self.write_code_down(talk, username)

    def come_back(self, talk: Conversation, username: str, password: str) -> None:
        """One of those who return: a password of their own, a code, and no phone."""
        talk.hear(f"Kunci baru untuk [^(]+\\({username}\\)")
        talk.answer("ada di depan layar ini", "y")
        talk.answer("Kata sandi \\(", password)
        talk.answer("sekali lagi", password)
        self.write_code_down(talk, username)
        talk.answer("ponsel dengan kode masuk", "t")
        self.passwords[username] = password

    def come_back_by_letter(self, talk: Conversation, username: str) -> None:
        """One of those who return and is not there: a password for the envelope, a code, and no phone."""
        talk.hear(f"Kunci baru untuk [^(]+\\({username}\\)")
        talk.answer("ada di depan layar ini", "t")
        talk.answer("untuk amplop tersegel")
        self.passwords[username] = talk.hear("(?:[0-9A-Z]{4}-){6}[0-9A-Z]{4}").group()
        talk.answer("Sudah ditulis")
        self.write_code_down(talk, username)
        talk.answer("ponsel dengan kode masuk", "t")

    def write_code_down(self, talk: Conversation, username: str) -> None:
        """Read the code from the screen and prove it."""
        talk.answer("di depan layar. Siapkan kertas")
        self.codes[username] = talk.hear("(?:[0-9A-Z]{4}-){6}[0-9A-Z]{4}").group()
        talk.answer("Sudah ditulis")
        talk.answer("Delapan huruf terakhir", self.codes[username][-9:].lower())

    def hold_ceremony(self, talk: Conversation) -> None:
        """Five custodians, one after another."""
        self.shares = []
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

    def password(self, username: str) -> str:
        """What somebody typed."""
        return self.passwords.get(username, PASSWORD.format(len(username)))

    def told(self, command: str) -> dict[str, str]:
        """The environment of one command: a service knows no other's address."""
        own = SERVICES.get(command)
        return {
            name: value for name, value in self.env.items() if not own or name == own or not name.startswith(ADDRESS)
        }

    def run(self, *words: str, **changes: str | None) -> subprocess.CompletedProcess[str]:
        """One command to its end, with changes to the environment; None: without that variable."""
        env = {name: value for name, value in {**self.told(words[0]), **changes}.items() if value is not None}
        command = [sys.executable, "-P", "-m", "ruangaman.ops.cli", *words]
        return subprocess.run(command, env=env, capture_output=True, text=True, timeout=180, check=False)

    @contextmanager
    def serving(self, **changes: str) -> Iterator[Served]:
        """`./ruang serve`, until SIGTERM."""
        port = demo.choose_port(0)
        command = [sys.executable, "-P", "-m", "ruangaman.ops.cli", "serve", "--port", str(port), "--workers", "1"]
        log = self.folder / f"serve-{port}.log"
        with log.open("wb") as out:
            running = subprocess.Popen(
                command, env={**self.told("serve"), **changes}, stdout=out, stderr=out, start_new_session=True
            )
        try:
            end = time.monotonic() + 60
            while not demo.is_live(port, "/readyz"):
                assert running.poll() is None, log.read_text()
                assert time.monotonic() < end, log.read_text()
                time.sleep(0.1)
            served = Served(self.env["RUANGAMAN_URL"], port, running, log)
            yield served
            for browser in served.browsers:
                browser.close()
        finally:
            processes.stop(running, seconds=10, number=signal.SIGTERM)

    @contextmanager
    def working(self) -> Iterator[subprocess.Popen[bytes]]:
        """`./ruang worker`, until SIGTERM."""
        command = [sys.executable, "-P", "-m", "ruangaman.ops.cli", "worker"]
        with (self.folder / "worker.log").open("wb") as out:
            running = subprocess.Popen(command, env=self.told("worker"), stdout=out, stderr=out, start_new_session=True)
        try:
            yield running
        finally:
            processes.stop(running, seconds=10, number=signal.SIGTERM)


@dataclass(frozen=True)
class Served:
    """A web server that answers."""

    url: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path
    browsers: list[Proxied] = field(default_factory=list)

    def browser(self, **options: str) -> Proxied:
        """A fresh browser in front of it; closed when the server ends."""
        self.browsers.append(Proxied(self.url, self.port, **options))
        return self.browsers[-1]
