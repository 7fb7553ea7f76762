"""Numbers of people: what is odd about a NIK, a phone number as machines dial it. Warnings, never a refusal.

Source: domain.md 3.6. A NIK is `PPKKCC DDMMYY SSSS`: where somebody was first registered, the birth date with 40 added
to the day for women, a serial number. It has no check digit, and nobody lives there only because it says so.
"""

from __future__ import annotations

import re
from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

NIK_DIGITS = 16
WOMEN_ADD = 40
SYNTHETIC_DISTRICT = "99"
"""No district has this code: a made-up NIK can be nobody's."""
PROVINCES = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "16",
        "17",
        "18",
        "19",
        "21",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "51",
        "52",
        "53",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "72",
        "73",
        "74",
        "75",
        "76",
        "81",
        "82",
        "91",
        "92",
        "93",
        "94",
        "95",
        "96",
    ]
)


class NikWarning(models.TextChoices):
    """What is odd about a NIK."""

    LENGTH = "length", _("NIK seharusnya 16 angka.")
    PLACE = "place", _("Kode wilayah di awal NIK tidak dikenal.")
    SYNTHETIC = "synthetic", _("Ini nomor contoh, bukan NIK orang.")
    DATE = "date", _("Tanggal lahir di dalam NIK tidak mungkin.")
    SERIAL = "serial", _("Nomor urut NIK tidak boleh 0000.")
    SEX = "sex", _("Jenis kelamin di dalam NIK berbeda dari yang dicatat.")
    BIRTH = "birth", _("Tanggal lahir di dalam NIK berbeda dari yang dicatat.")


def digits_of(text: str) -> str:
    """Return a number as typed without spaces, dots and dashes."""
    return re.sub(r"[\s.\-]", "", text)


def nik_birth_date(nik: str, today: date) -> date | None:
    """Return the birth date in a NIK; None: it is none. Of two centuries the latest that is not to come."""
    day, month, year = int(nik[6:8]), int(nik[8:10]), int(nik[10:12])
    day -= WOMEN_ADD if day > WOMEN_ADD else 0
    for century in (today.year // 100 * 100, today.year // 100 * 100 - 100):
        try:
            found = date(century + year, month, day)
        except ValueError:
            continue  # 29 February is in one century and not in the other
        if found <= today:
            return found
    return None


def nik_warnings(
    nik: str, *, today: date, sex: str = "NA", birth_date: date | None = None, allow_synthetic: bool = False
) -> tuple[NikWarning, ...]:
    """Return what is odd about a NIK. Nothing in it refuses anything: people have odd numbers, and some have none.

    Args:
        sex: P or L; anything else is not compared.
        birth_date: exact, or None.
        allow_synthetic: made-up numbers are what this installation works with.
    """
    if not nik:
        return ()
    if len(nik) != NIK_DIGITS or not (nik.isascii() and nik.isdigit()):
        return (NikWarning.LENGTH,)
    found = []
    if nik[:2] not in PROVINCES or nik[2:4] == "00" or nik[4:6] == "00":
        found.append(NikWarning.PLACE)
    if nik[4:6] == SYNTHETIC_DISTRICT and not allow_synthetic:
        found.append(NikWarning.SYNTHETIC)
    born = nik_birth_date(nik, today)
    if born is None:
        found.append(NikWarning.DATE)
    if nik[12:] == "0000":
        found.append(NikWarning.SERIAL)
    if sex in {"P", "L"} and (int(nik[6:8]) > WOMEN_ADD) != (sex == "P"):
        found.append(NikWarning.SEX)
    if born is not None and birth_date is not None and born != birth_date:
        found.append(NikWarning.BIRTH)
    return tuple(found)


MOBILE = re.compile(r"8\d{8,11}")
LANDLINE = re.compile(r"(?!8)[1-9]\d{7,10}")


def phone_e164(text: str) -> str | None:
    """Return a phone number as `+62…`; None: it cannot be read as one, and is kept as it was typed.

    A number without a country is Indonesian: `0812…` and `0542-…`. Another country's begins with `+`.
    """
    bare = re.sub(r"[\s().\-]", "", text)
    if re.fullmatch(r"\+[1-9]\d{7,14}", bare, re.ASCII) and not bare.startswith("+62"):
        return bare
    match = re.fullmatch(r"(?:\+?62|0)(\d+)", bare, re.ASCII)
    if match is None:
        return None
    local = match[1].removeprefix("0")
    return f"+62{local}" if MOBILE.fullmatch(local) or LANDLINE.fullmatch(local) else None
