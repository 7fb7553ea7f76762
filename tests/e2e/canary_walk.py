"""The main job with a canary in every field that is sealed, over plain HTTP."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from ruangaman.ops.demo import PASSWORD
from ruangaman.ops.running import RunningDemo
from ruangaman.ops.visitor import Answer, Upload, Visitor
from tests.e2e import canary_flow
from tests.e2e.canaries import Flock
from tests.e2e.conftest import NewVisitor
from tests.e2e.main_job import codes
from tests.e2e.steps import photo


@dataclass
class Walk:
    """One run of it."""

    house: RunningDemo
    new_visitor: NewVisitor
    flock: Flock
    passwords: dict[str, str] = field(default_factory=dict)
    """Of people who chose one of their own; everybody else has the demo's."""
    visitors: list[Visitor] = field(default_factory=list)
    """Whose session may still be open."""
    report_code: str = ""
    case_code: str = ""

    def run(self) -> None:
        """From the report to the closed case, and what goes wrong beside it."""
        before = codes(self.house, "intake_report")
        receipt = self.report()
        self.mistakes()
        (code,) = codes(self.house, "intake_report") - before
        self.report_code = code
        officer = self.staff("petugas")
        self.choose_password(officer, "petugas")
        self.answer(officer, code)
        self.hand_over(officer, code)
        self.thread(receipt)
        self.refuse(officer)
        self.case_code = self.open_case(officer, code)
        self.work(self.case_code)

    def report(self) -> str:
        """Every field of the public form, with a file."""
        word, visitor = self.flock.word, self.visitor()
        page = visitor.get("/i/")
        self.flock.mark("form key", page.form("what").fields["key"][0])
        answers = {
            "what": word("report what"), "when": word("report when"), "now": "yes", "who": "self",
            "kinds": ["FISIK", "SEKSUAL"], "dangers": ["strangled"], "contact": "email",
            "contact_value": f"{word('contact value')}@contoh.invalid", "contact_hours": word("contact hours"),
            "contact_name": word("contact name"),
        }  # fmt: skip
        shown = visitor.submit(page, answers, [self.file("report file")])
        assert shown.receipt, shown.text[-2000:]
        self.flock.mark("receipt", shown.receipt)
        self.flock.mark("receipt in groups", re.sub(r"(\d{4})(?=\d)", r"\1 ", shown.receipt))
        self._keep_cookies(visitor)
        return shown.receipt

    def mistakes(self) -> None:
        """What was typed and not taken: a form with a fault, a wrong door, an address that does not exist."""
        word, visitor = self.flock.word, self.visitor()
        half = {"what": word("half what"), "contact": "phone", "contact_name": word("half name")}
        assert visitor.submit(visitor.get("/i/"), half).status == 422
        assert visitor.submit(visitor.get("/p/"), {"receipt": word("wrong receipt")}).status == 422
        door = {"username": word("wrong user"), "password": word("wrong password")}
        assert visitor.submit(visitor.get("/masuk/"), door).status in {422, 429}
        assert visitor.get(f"/kasus/{word('address')}/").status == 404
        assert visitor.get(f"/i/?untuk={word('query')}").status == 200

    def answer(self, officer: Visitor, code: str) -> None:
        """The desk takes and answers."""
        page = officer.get(f"/laporan/{code}/")
        assert self.flock.birds["report what"] in page.text
        officer.submit(page, {}, action="/ambil")
        words = {"message": self.flock.word("reply")}
        assert words["message"] in _ok(officer.submit(page, words, action="/balas")).text

    def hand_over(self, officer: Visitor, code: str) -> None:
        """The desk goes on to the next shift; and somebody searches for a name where only commands are."""
        page = officer.get("/serah-terima/")
        if "/serah-terima/beri" not in page.text:  # it is this officer's own turn, and waits to be taken
            page = _ok(officer.submit(page, {}, action="/serah-terima/terima"))
        words = {"text": self.flock.word("handover"), f"tentang_{code}": self.flock.word("handover about")}
        shown = _ok(officer.submit(page, words, action="/serah-terima/beri")).text
        assert all(one in shown for one in words.values())
        _ok(officer.submit(officer.get("/palet/"), {"cari": self.flock.word("search")}, action="/palet/"))

    def thread(self, receipt: str) -> None:
        """She writes back, with a file."""
        visitor = self.visitor()
        page = visitor.submit(visitor.get("/p/"), {"receipt": receipt})
        words = {"message": self.flock.word("message")}
        assert words["message"] in _ok(visitor.submit(page, words, [self.file("message file")])).text
        self._keep_cookies(visitor)

    def refuse(self, officer: Visitor) -> None:
        """Another report is not for the office."""
        visitor, before = self.visitor(), codes(self.house, "intake_report")
        assert visitor.submit(visitor.get("/i/"), {"what": self.flock.word("refused what")}).receipt
        (code,) = codes(self.house, "intake_report") - before
        words = {"words": self.flock.word("refusal words"), "note": self.flock.word("refusal note")}
        page = officer.get(f"/laporan/{code}/")
        _ok(officer.submit(page, {"reason": "not_violence", **words}, action="/tolak"))

    def open_case(self, officer: Visitor, code: str) -> str:
        """Triage, and a case with its manager."""
        page, before = officer.get(f"/laporan/{code}/"), codes(self.house, "cases_case")
        facts = {"case_type": "woman", "risk": "3", "authority": "city"}
        page = officer.submit(page, facts, action="/triase")  # less than the answers say: asked why
        page = _ok(
            officer.submit(
                page,
                facts | {"why": self.flock.word("triage why") + " sudah dipastikan lewat telepon"},
                action="/triase",
            )
        )
        manager = _option(page, "Dewi Anggraeni")
        _ok(officer.submit(page, {"manager": manager}, action="/buka-kasus"))
        (case,) = codes(self.house, "cases_case") - before
        return case

    def work(self, case: str) -> None:
        """Every form of the case."""
        word, manager = self.flock.word, self.staff("manajer")
        nik = self.flock.mark("nik", "6471994501900042")
        names = ("chosen_name", "full_name", "address", "languages", "needs", "card_address", "ethnicity")
        identity = {name: word(f"person {name}") for name in names}
        contact = {f"contact_{name}": word(f"person {name}") for name in ("value", "hours", "opening", "never")}
        self._fill(manager, case, "orang/", kind="victim", sex="P", nik=nik, **identity, **contact)
        told = {name: word(f"incident {name}") for name in ("story", "wish", "platform", "injuries", "witnesses")}
        self._fill(manager, case, "kejadian/", forms_of_violence="FISIK", place="RUMAH", **told)
        self._fill(manager, case, "layanan/", type="KESEHATAN", result=word("service"))
        self._fill(manager, case, "tugas/", title=word("task"))
        self._fill(manager, case, "catatan/", compartment="3", text=word("note"))
        self.unsent(case)
        page = manager.get(f"/kasus/{case}/tim/")
        psychologist = _option(page, "Intan Maharani, psikolog")
        _ok(manager.submit(page, {"user": psychologist}, action="/tim/"))
        lawyer = _option(page, "Bimo Santoso, pendamping hukum")
        _ok(manager.submit(manager.get(f"/kasus/{case}/tim/"), {"user": lawyer}, action="/tim/"))
        self._fill(self.staff("psikolog"), case, "catatan/", compartment="4", text=word("clinical note"))
        canary_flow.begin(self._fill, word, manager, case)
        canary_flow.by_others(self._fill, word, self.staff("psikolog"), self.staff("hukum"), case)
        canary_flow.end(self._fill, word, manager, self.staff("kepala"), case)
        self._fill(
            manager,
            case,
            "buka-lagi/",
            reason=word("reopening"),
            risk="3",
            is_safe="yes",
            words=word("reopening place"),
        )

    def unsent(self, case: str) -> None:
        """What is typed and not sent: kept by the button, kept when the lock strikes, and on two screens at once."""
        word, manager = self.flock.word, self.staff("manajer")
        page = manager.get(f"/kasus/{case}/catatan/")
        kept = _ok(manager.submit(page, {"compartment": "3", "text": word("draft"), "simpan_dulu": "1"}))
        assert self.flock.birds["draft"] in kept.text
        other = manager.get(f"/kasus/{case}/catatan/")
        manager.submit(manager.get("/kerja/"), {}, action="/layar/tutup")
        rescued = manager.submit(other, {"compartment": "3", "text": word("rescued draft")})
        assert rescued.status == 403
        assert "hanya dapat dibuka oleh Anda" in rescued.text
        assert self.flock.birds["rescued draft"] not in rescued.text

    def staff(self, username: str) -> Visitor:
        """Somebody of the office, signed in."""
        visitor = self.visitor()
        visitor.sign_in(username, self.passwords.get(username, PASSWORD))
        self._keep_cookies(visitor)
        return visitor

    def visitor(self) -> Visitor:
        """A fresh browser, sent home in the end."""
        visitor: Visitor = self.new_visitor()
        self.visitors.append(visitor)
        return visitor

    def choose_password(self, officer: Visitor, username: str) -> None:
        """Somebody changes the password to one that nobody else knows."""
        new = self.flock.word("password")
        fields = {"current": PASSWORD, "new": new, "again": new}
        _ok(officer.submit(officer.get("/pengaturan/sandi/"), fields))
        self.passwords[username] = new
        self._keep_cookies(officer)

    def leave(self) -> None:
        """Everybody goes home: staff by signing out, visitors by the exit."""
        for visitor in self.visitors:
            visitor.close()  # the process that it spoke with may be gone
            if "k" in visitor.cookies and (page := visitor.get("/pengaturan/")).status == 200:
                visitor.submit(page, {}, action="/keluar-kerja")
            if "s" in visitor.cookies:
                visitor.post("/keluar", {})
            visitor.close()

    def file(self, what: str) -> Upload:
        """A photograph with a canary in its name and one in its content."""
        name = f"{self.flock.word(f'{what} name')}.jpg"
        return Upload("files", name, "image/jpeg", photo(self.flock.word(f"{what} content")))

    def _fill(self, visitor: Visitor, case: str, step: str, *, stays: bool = False, **fields: Any) -> None:
        page = visitor.get(f"/kasus/{case}/{step}")
        wanted = {name: _first(page, name) if value == "@first" else value for name, value in fields.items()}
        answer = _ok(visitor.submit(page, wanted, action=f"/{step}"))
        assert stays or answer.path != f"/kasus/{case}/{step}", f"{step} was not taken: {answer.text[-3000:]}"

    def _keep_cookies(self, visitor: Visitor) -> None:
        for number, value in enumerate(visitor.cookies.values()):
            self.flock.mark(f"cookie {len(self.flock.others)}.{number}", value)


def _ok(answer: Answer) -> Answer:
    assert answer.status == 200, f"{answer.path}: {answer.status}: {answer.text[-3000:]}"
    return answer


def _option(page: Answer, label: str) -> str:
    found = re.search(rf'<option value="([^"]+)"[^>]*>{label}</option>', page.text)
    assert found, f"{page.path} offers no {label}"
    return found[1]


def _first(page: Answer, name: str) -> str:
    found = re.search(rf'<input type="radio" name="{name}" value="([^"]+)"', page.text)
    assert found, f"{page.path} has no choice {name}"
    return found[1]
