"""What goes wrong while canaries fly: a wrong address, forged and huge forms, a database broken and lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psycopg
from psycopg import sql

from ruangaman.ops.visitor import Answer, Upload, Visitor
from tests.e2e.canaries import Flock
from tests.e2e.canary_walk import Walk

TOO_MUCH = 1024 * 1024 + 1
TOO_BIG_A_FILE = 25 * 1024 * 1024 + 1


@dataclass
class Mishaps:
    """Each error page that the house has, asked for with canaries in hand."""

    walk: Walk
    pages: dict[str, Answer] = field(default_factory=dict)
    """Pages that say what went wrong and nothing else."""
    given_back: dict[str, Answer] = field(default_factory=dict)
    """Pages that give the visitor back what the same visitor just typed."""

    @property
    def flock(self) -> Flock:
        """Where the canaries come from."""
        return self.walk.flock

    def new_visitor(self) -> Visitor:
        """A fresh browser."""
        return self.walk.visitor()

    def run(self) -> None:
        """All of them."""
        officer, case = self.walk.staff("manajer"), self.walk.case_code
        self.absent(officer)
        self.forged(officer, case)
        self.too_large()
        self.broken(officer, case)
        self.gone(officer, case)

    def absent(self, officer: Visitor) -> None:
        """404: of an address, for somebody inside and somebody outside, and of a form."""
        word = self.flock.word
        self.pages["404 inside"] = officer.get(f"/kasus/{word('absent case')}/?q={word('absent query')}")
        self.pages["404 outside"] = self.new_visitor().get(f"/laporan/{word('absent report')}/")
        self.pages["404 form"] = self.new_visitor().post(f"/{word('absent')}/", {"what": word("absent what")})

    def forged(self, officer: Visitor, case: str) -> None:
        """403 and 400: a form with another browser's token; a body that is no form."""
        word, token = self.flock.word, {"csrfmiddlewaretoken": "x" * 64}
        self.pages["403 inside"] = officer.post(f"/kasus/{case}/catatan/", {**token, "text": word("forged note")})
        door = {**token, "username": word("forged user"), "password": word("forged password")}
        self.pages["403 door"] = self.new_visitor().post("/masuk/", door)
        visitor = self.new_visitor()
        visitor.get("/i/")
        self.given_back["422 forged"] = visitor.post("/i/", {**token, "what": word("forged what")})

    def too_large(self) -> None:
        """A text and a file beyond the limits."""
        word = self.flock.word
        for name, much, files in (
            ("text", f"{word('long')} {'a' * TOO_MUCH}", []),
            ("file", word("beside a file"), [self.huge()]),
        ):
            visitor = self.new_visitor()
            self.given_back[f"422 {name}"] = visitor.submit(visitor.get("/i/"), {"what": much}, files)

    def huge(self) -> Upload:
        """A file that is too large, with canaries in its name and content."""
        content = self.flock.word("huge content").encode()
        name = f"{self.flock.word('huge name')}.jpg"
        return Upload("files", name, "image/jpeg", content + bytes(TOO_BIG_A_FILE))

    def broken(self, officer: Visitor, case: str) -> None:
        """500: something in the database is not as the program knows it, in the middle of what somebody sends."""
        word, visitor = self.flock.word, self.new_visitor()
        form, note = visitor.get("/i/"), officer.get(f"/kasus/{case}/catatan/")
        with self.without("intake_report"):
            self.pages["500 report"] = visitor.submit(form, {"what": word("broken what")})
        with self.without("cases_note"):
            fields = {"compartment": "3", "text": word("broken note")}
            self.pages["500 note"] = officer.submit(note, fields, action="/catatan/")
        door = self.new_visitor()
        page = door.get("/masuk/")
        with self.without("accounts_user"):
            self.pages["500 door"] = door.submit(
                page, {"username": word("broken user"), "password": word("broken password")}
            )

    def gone(self, officer: Visitor, case: str) -> None:
        """503: the database is away. Only the public is given back what it typed."""
        word, visitor = self.flock.word, self.new_visitor()
        form, note = visitor.get("/i/"), officer.get(f"/kasus/{case}/catatan/")
        with self.walk.house.without_database():
            self.given_back["503 report"] = visitor.submit(form, {"what": word("lost what")})
            fields = {"compartment": "3", "text": word("lost note")}
            self.pages["503 note"] = officer.submit(note, fields, action="/catatan/")
            self.pages["503 outside"] = self.new_visitor().get("/p/pesan")
        self.walk.house.wait_ready()

    @contextmanager
    def without(self, table: str) -> Iterator[None]:
        """Take one table away for a moment."""
        rename = sql.SQL("ALTER TABLE {} RENAME TO {}")
        there, away = sql.Identifier(table), sql.Identifier(f"{table}_away")
        with psycopg.connect(self.walk.house.conninfo(), autocommit=True) as connection:
            connection.execute(rename.format(there, away))
            try:
                yield
            finally:
                connection.execute(rename.format(away, there))
