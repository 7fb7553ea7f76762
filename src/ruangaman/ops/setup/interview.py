"""The conversation of `setup`. Nothing is written but a file of the answers that are no secrets, to go on from."""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Callable
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.text import slugify

from ruangaman.accounts.policies import NEVER_EMERGENCY, password_fault
from ruangaman.accounts.types import ROLE_PERMISSIONS, Permission, Role
from ruangaman.ops.setup.placing import ask_place
from ruangaman.ops.setup.plan import Custodian, Person, Place, Plan
from ruangaman.ops.setup.roles_said import explain_roles
from ruangaman.ops.terminal import Check, Terminal
from ruangaman.ops.words import translate as _
from ruangaman.vault import doors, recovery
from ruangaman.vault.services import MOST_EMERGENCY_OFFICERS

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,31}")
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{1,31}")
_OFFICER_ROLES = tuple(role.value for role in Role if Permission.KEYS_VOUCH in ROLE_PERMISSIONS.get(role, ()))
_DESK_ROLES = tuple(role.value for role in Role if Permission.REPORT_DESK in ROLE_PERMISSIONS.get(role, ()))


class Interview:
    """Asks everything that a city needs to begin. Answers of an interrupted conversation are offered again."""

    def __init__(self, terminal: Terminal, notes: Path) -> None:
        """Begin, or go on from the answers in `notes`."""
        self._terminal, self._notes = terminal, notes
        self._said: dict[str, str] = {}
        self._names: set[str] = set()
        with contextlib.suppress(FileNotFoundError, ValueError):
            self._said = {str(key): str(value) for key, value in json.loads(notes.read_text()).items()}

    def run(self) -> Plan:
        """Ask, and return the plan."""
        say = self._terminal.say
        say("\n" + _("1 dari 4: dinas, unit, meja pengaduan, dan kotanya."))
        place = self._place()
        where, self._said["regions"] = ask_place(
            self._terminal, self._ask, service=place.unit[1], regions=self._said.get("regions", "")
        )
        say("\n" + _("2 dari 4: orang. Setiap orang mengetik kata sandinya sendiri; yang lain melihat ke arah lain."))
        say(_("Dua petugas kunci mengesahkan kunci setiap orang: biasanya kepala unit dan petugas pelindungan data."))
        say(_("Petugas meja tidak: siapa yang membaca laporan tidak menjamin kunci siapa yang membacanya."))
        officers = (
            self._person("officer1", _("Petugas kunci pertama"), role=Role.KEPALA.value, roles=_OFFICER_ROLES),
            self._person("officer2", _("Petugas kunci kedua"), role=Role.DPO.value, roles=_OFFICER_ROLES),
        )
        say("\n" + _("Petugas meja pengaduan membaca laporan yang masuk. Paling sedikit satu orang, lebih baik dua."))
        desk = self._several("desk", _("Petugas meja"), least=1, role=Role.PETUGAS.value, roles=_DESK_ROLES)
        say("\n" + _("Orang lain, misalnya manajer kasus. Yang belum ada sekarang bisa diundang nanti."))
        say(_("Sebut juga seorang administrator: nanti hanya administrator yang dapat mengundang administrator."))
        others = self._several("other", _("Orang lain"), least=0, role=Role.MANAJER.value)
        emergency = self._emergency(officers, desk, others)
        say("\n" + _("3 dari 4: penjaga kunci pemulihan, lima orang dari lima instansi yang berbeda."))
        say(_("Tiga dari lima bagian membuka semua berkas. Karena itu tidak ada dua penjaga dari instansi yang sama."))
        return Plan(place, where, officers, desk, others, emergency, ask_custodians(self._ask))

    def forget(self) -> None:
        """Drop the noted answers: the city is there."""
        self._notes.unlink(missing_ok=True)

    def _place(self) -> Place:
        agency = self._ask("agency", _("Nama dinas"))
        agency_code = self._ask("agency_code", _("Kode singkat dinas"), default=_slug(agency), check=_code_fault)
        unit = self._ask("unit", _("Nama unit layanan"))
        unit_code = self._ask("unit_code", _("Kode singkat unit"), default=_slug(unit), check=_code_fault)
        desk = self._ask("desk", _("Nama meja pengaduan"), default=_("Meja pengaduan"))
        return Place((agency_code, agency), (unit_code, unit), (unit_code, desk))

    def _several(
        self, key: str, what: str, *, least: int, role: str, roles: tuple[str, ...] = tuple(Role.values)
    ) -> tuple[Person, ...]:
        found: list[Person] = []
        while len(found) < least or self._terminal.agrees(
            _("Tambah %(what)s?") % {"what": what.lower()}, default=False
        ):
            number = len(found) + 1
            found.append(self._person(f"{key}{number}", f"{what} {number}", role=role, roles=roles))
        return tuple(found)

    def _person(self, key: str, what: str, *, role: str, roles: tuple[str, ...] = tuple(Role.values)) -> Person:
        self._terminal.say(f"\n{what}")
        username = self._ask(f"{key}_username", "  " + _("Nama pengguna"), check=self._username_fault).casefold()
        self._names.add(username)
        name = self._ask(f"{key}_name", "  " + _("Nama lengkap"), check=_name_fault)
        email = self._ask(f"{key}_email", "  " + _("Surel (ke sana alarm dikirim)"), check=_email_fault)
        self._terminal.say("  " + _("Peran yang ada di sini; ketik kata di sebelah kiri:"))
        for line in explain_roles(roles):
            self._terminal.say("    " + line)
        chosen = self._ask(
            f"{key}_role", "  " + _("Peran"), default=role, check=lambda answer: _role_fault(answer, roles)
        )
        password = ask_password(self._terminal, username=username, name=name)
        return Person(username, name, email, chosen, password, show_code(self._terminal, name=name))

    def _emergency(
        self, officers: tuple[Person, Person], desk: tuple[Person, ...], others: tuple[Person, ...]
    ) -> tuple[str, ...]:
        seated = {person.username for person in desk}
        seated |= {person.username for person in (*officers, *others) if person.role in _DESK_ROLES}
        never = {person.username for person in (*officers, *desk, *others) if person.role in NEVER_EMERGENCY}

        def fault(answer: str) -> str | None:
            names = _listed(answer)
            if not names or set(names) - self._names or len(names) > MOST_EMERGENCY_OFFICERS:
                return _("Satu sampai empat nama pengguna dari atas, dipisahkan koma.")
            if seated & set(names):
                return _(
                    "%(names)s duduk di meja pengaduan dan tidak boleh memegang kunci darurat. Sebut orang lain."
                ) % {"names": ", ".join(sorted(seated & set(names)))}
            if never & set(names):
                return _(
                    "%(names)s tidak boleh memegang kunci darurat: administrator dan auditor tidak membuka berkas."
                    " Sebut orang lain."
                ) % {"names": ", ".join(sorted(never & set(names)))}
            return None

        self._terminal.say(
            "\n" + _("Petugas darurat memegang kunci darurat unit: satu sampai empat orang, tidak di meja.")
        )
        default = next((person.username for person in officers if person.username not in seated | never), "")
        if fault(self._said.get("emergency", default)):
            self._said.pop("emergency", None)  # said before, of other people
        answer = self._ask("emergency", _("Nama pengguna petugas darurat"), default=default, check=fault)
        return tuple(_listed(answer))

    def _ask(self, key: str, question: str, *, default: str = "", check: Check | None = None) -> str:
        answer = self._terminal.ask(question, default=self._said.get(key, default), check=check)
        self._said[key] = answer
        unfinished = self._notes.with_name(f"{self._notes.name}.new")
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(self._said, file)
        unfinished.rename(self._notes)
        return answer

    def _username_fault(self, answer: str) -> str | None:
        if not _NAME.fullmatch(answer.casefold()):
            return _("Tiga sampai 32 huruf kecil, angka, titik, atau garis.")
        return _("Nama pengguna itu sudah dipakai.") if answer.casefold() in self._names else None


def ask_custodians(ask: Callable[..., str]) -> tuple[Custodian, ...]:
    """Ask who keeps the five shares; no body keeps two.

    Args:
        ask: takes a key, a question and `check`.
    """
    found: list[Custodian] = []
    for number in range(1, recovery.SHARES + 1):
        bodies = {one.body.casefold() for one in found}

        def fault(answer: str, bodies: set[str] = bodies) -> str | None:
            return _("Instansi ini sudah menjaga satu bagian.") if answer.casefold() in bodies else _name_fault(answer)

        what = _("Penjaga %(number)d") % {"number": number}
        name = ask(f"custodian{number}_name", _("%(what)s: nama") % {"what": what}, check=_name_fault)
        body = ask(f"custodian{number}_body", _("%(what)s: instansi") % {"what": what}, check=fault)
        found.append(Custodian(name, body))
    return tuple(found)


def ask_password(terminal: Terminal, *, username: str, name: str) -> str:
    """Ask for a password twice, unseen, until both are the same and good enough."""
    while True:
        password = terminal.secret(
            "  " + _("Kata sandi (paling sedikit 15 huruf, tidak terlihat)"),
            check=lambda answer: password_fault(answer, username=username, display_name=name),
        )
        if terminal.secret("  " + _("Kata sandi, sekali lagi")) == password:
            return password
        terminal.say("  " + _("Keduanya belum sama."))


def show_code(terminal: Terminal, *, name: str) -> str:
    """Show somebody a fresh recovery code, alone, until its end was typed back from the paper; return it."""
    code = doors.new_code()
    terminal.wait(
        "  " + _("Sekarang kode pemulihan, hanya %(name)s di depan layar. Siapkan kertas, lalu Enter."), name=name
    )
    while True:
        with terminal.alone():
            terminal.say(_("Kode pemulihan %(name)s"), name=name)
            terminal.say(f"\n    {code}\n")
            terminal.say(_("Membuka kunci Anda bila kata sandi terlupa. Tulis di kertas, simpan di tempat terkunci."))
            terminal.wait(_("Sudah ditulis? Enter."))
        with terminal.alone():
            ending = terminal.ask(_("Delapan huruf terakhir kode itu, dari kertas"))
        if doors.normalise_code(ending) == doors.normalise_code(code)[-8:]:
            return code
        terminal.say("  " + _("Belum cocok. Kodenya ditampilkan sekali lagi."))


def _role_fault(answer: str, roles: tuple[str, ...]) -> str | None:
    if answer in roles:
        return None
    if roles == _OFFICER_ROLES and answer in Role.values:
        return _(
            "%(role)s tidak dapat menandatangani kunci: dengannya kunci orang baru tidak pernah sah. Sebut orang lain,"
            " misalnya kepala unit; perannya %(roles)s."
        ) % {"role": Role(answer).label, "roles": ", ".join(roles)}
    return _("Peran itu tidak ada di sini. Yang ada: %(roles)s.") % {"roles": ", ".join(roles)}


def _listed(answer: str) -> list[str]:
    return list(dict.fromkeys(one.strip().casefold() for one in answer.split(",") if one.strip()))


def _slug(name: str) -> str:
    return slugify(name)[:32].strip("-")


def _code_fault(answer: str) -> str | None:
    return None if _CODE.fullmatch(answer) else _("Dua sampai 32 huruf kecil, angka, atau garis.")


def _name_fault(answer: str) -> str | None:
    if len(answer) > 80 or any(not letter.isprintable() for letter in answer):
        return _("Paling banyak 80 huruf dalam satu baris.")
    return None if answer else _("Ini perlu diisi.")


def _email_fault(answer: str) -> str | None:
    try:
        validate_email(answer)
    except ValidationError:
        return _("Ini bukan alamat surel.")
    return None
