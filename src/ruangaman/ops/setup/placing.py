"""Asking which place this is: nobody gets another city's telephone because they were not asked."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from ruangaman.config import place
from ruangaman.config.env import EnvError
from ruangaman.core.regions import KECAMATAN_CODE, KELURAHAN_CODE, ZONES, Line, Place
from ruangaman.ops.terminal import Terminal
from ruangaman.ops.words import translate as _

_LINE = re.compile(r"([\d.]+)[\s,;]+(\S.*)")
_LONGEST = 80


def ask_place(
    terminal: Terminal, ask: Callable[..., str], *, service: str = "", regions: str = ""
) -> tuple[Place, str]:
    """Ask until somebody says that all of it is right.

    Args:
        ask: takes a key, a question, and `check` or `default`.
        service: name of the unit, if it was asked already.
        regions: the list of an earlier answer, a line each.

    Returns:
        The place, and the list as it was typed.
    """
    while True:
        city = ask("city", _("Nama kota atau kabupaten (di layar: untuk perempuan dan anak di …)"), check=_text_fault)
        unit = ask("service", _("Nama unit di halaman publik dan di kertas"), default=service, check=_text_fault)
        zone = ask("zone", _("Zona waktu: WIB, WITA, atau WIT"), check=_zone_fault).upper()
        terminal.say(
            _("Di halaman publik tampil 112, 110, dan 129, seperti di seluruh Indonesia, dan satu nomor unit ini.")
        )
        terminal.say(_("Telepon 112 dan nomor unit sekarang: dari setiap daerah belum tentu ada yang menjawab."))
        hotline = ask("hotline", _("Telepon unit yang dijawab 24 jam"), check=_number_fault)
        regions = _ask_regions(terminal, city, regions)
        found = Place(city, unit, zone, Line(hotline), dict(_read_line(line) for line in regions.splitlines()))
        terminal.say(
            "\n" + _("Yang dilihat orang: %(service)s, untuk perempuan dan anak di %(city)s."), service=unit, city=city
        )
        terminal.say(
            _("Telepon %(hotline)s; jam %(zone)s; %(kecamatan)d kecamatan, %(all)d wilayah di daftar."),
            hotline=hotline,
            zone=zone,
            kecamatan=len(found.kecamatan),
            all=len(found.regions),
        )
        if terminal.agrees(_("Benar semua?"), default=True):
            return found, regions


def change(terminal: Terminal, data: Path) -> Path:
    """Ask for the place of an installation that is there, offering what is said of it, and write it; return where.

    A file that cannot be used is written anew.
    """
    path = place.locate(data)
    try:
        now = place.read(path)
    except EnvError as error:
        terminal.say(str(error))
        now = place.BALIKPAPAN
    texts = {"city": now.city, "service": now.service, "zone": now.zone, "hotline": now.hotline.number}
    known = texts if now.is_told else {}

    def ask(key: str, question: str, **more: object) -> str:
        return terminal.ask(question, **{**more, "default": known.get(key, "")})  # type: ignore[arg-type]

    lines = "\n".join(f"{code} {name}" for code, name in now.regions.items()) if now.is_told else ""
    found, _typed = ask_place(terminal, ask, regions=lines)
    place.write(found, path)
    return path


def _ask_regions(terminal: Terminal, city: str, before: str) -> str:
    """Return the list, a line each: the one that was there, the one that comes with the program, or a new one."""
    if before and terminal.agrees(
        _("Pakai daftar kecamatan dan kelurahan yang sudah ada (%(count)d baris)?")
        % {"count": len(before.splitlines())},
        default=True,
    ):
        return before
    known = place.BALIKPAPAN
    if known.city.casefold() in city.casefold() and terminal.agrees(
        _("Daftar kecamatan dan kelurahan %(city)s sudah tersedia. Pakai?") % {"city": known.city}, default=True
    ):
        return "\n".join(f"{code} {name}" for code, name in known.regions.items())
    terminal.say(
        _("Kecamatan dan kelurahan: satu per baris, kode dari Kemendagri lalu nama. Boleh ditempel sekaligus.")
    )
    terminal.say("  " + _("12.34.01 Nama Kecamatan"))
    terminal.say("  " + _("12.34.01.1001 Nama Kelurahan (boleh menyusul: tanpa kelurahan, kecamatannya yang dipilih)"))
    return _listed(terminal)


def _listed(terminal: Terminal) -> str:
    found: dict[str, str] = {}

    def fault(answer: str) -> str | None:
        if not answer:
            return None if found else _("Paling sedikit satu kecamatan.")
        code, name = _read_line(answer)
        if KELURAHAN_CODE.fullmatch(code) and code[:8] not in found:
            return _("Sebut dulu kecamatannya, %(code)s.") % {"code": code[:8]}
        if not (KELURAHAN_CODE.fullmatch(code) or KECAMATAN_CODE.fullmatch(code)):
            return _("Baris ini bukan kode lalu nama: 12.34.01 Nama Kecamatan.")
        return _text_fault(name)

    while answer := terminal.ask(_("Wilayah (kosong: selesai)"), check=fault):
        code, name = _read_line(answer)
        found[code] = name
    return "\n".join(f"{code} {name}" for code, name in found.items())


def _read_line(line: str) -> tuple[str, str]:
    found = _LINE.fullmatch(line.strip())
    return (found[1], found[2].strip(' "')) if found else ("", "")


def _text_fault(answer: str) -> str | None:
    if len(answer) > _LONGEST or not answer.isprintable():
        return _("Paling banyak 80 huruf dalam satu baris.")
    return None if answer else _("Ini perlu diisi.")


def _zone_fault(answer: str) -> str | None:
    return None if answer.upper() in ZONES else _("Salah satu dari WIB, WITA, WIT.")


def _number_fault(answer: str) -> str | None:
    return None if place.is_number(answer) else _("Ini bukan nomor telepon.")
