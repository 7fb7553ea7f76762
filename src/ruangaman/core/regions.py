"""The place that an installation serves: its city, its time, its kecamatan and kelurahan, and whom to call there.

Which place it is says one file of the installation, read when a process starts (`config.place`, ADR 21).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings

ZONES: Final = {"WIB": "Asia/Jakarta", "WITA": "Asia/Makassar", "WIT": "Asia/Jayapura"}
"""The three times of Indonesia by the names that people use. None has a summer time."""
KECAMATAN_CODE: Final = re.compile(r"\d{2}\.\d{2}\.\d{2}")
KELURAHAN_CODE: Final = re.compile(r"\d{2}\.\d{2}\.\d{2}\.\d{4}")
"""Codes of the Ministry of Home Affairs."""


@dataclass(frozen=True)
class Line:
    """A telephone: its number as people read it."""

    number: str

    @property
    def tel(self) -> str:
        """The number as a link needs it; one of this country begins with 0, a short one stays as it is."""
        digits = re.sub(r"\D", "", self.number)
        if self.number.strip().startswith("+"):
            return f"+{digits}"
        return f"+62{digits[1:]}" if digits.startswith("0") else digits


@dataclass(frozen=True)
class Place:
    """Where an installation is.

    Args:
        city: as in "for women and children in …".
        service: the unit whose name stands on every page and on paper.
        zone: one of `ZONES`.
        hotline: the unit's own telephone.
        regions: name of each kecamatan and kelurahan by its code.
        is_told: somebody said all this for this installation; False: it is the example that comes with the program.
    """

    city: str
    service: str
    zone: str
    hotline: Line
    regions: Mapping[str, str]
    is_told: bool = True

    @property
    def zone_key(self) -> str:
        """The time zone by the name that computers use."""
        return ZONES[self.zone]

    @cached_property
    def kecamatan(self) -> dict[str, str]:
        """Code → name."""
        return {code: name for code, name in self.regions.items() if KECAMATAN_CODE.fullmatch(code)}

    @cached_property
    def kelurahan(self) -> dict[str, tuple[str, str]]:
        """Code → (name, code of its kecamatan). A kecamatan of which none is told stands for itself."""
        found = {code: (name, code[:8]) for code, name in self.regions.items() if KELURAHAN_CODE.fullmatch(code)}
        divided = {district for _name, district in found.values()}
        return found | {code: (name, code) for code, name in self.kecamatan.items() if code not in divided}


def here() -> Place:
    """Return the place of this installation."""
    found: Place = settings.RUANGAMAN_PLACE
    return found


def zone() -> ZoneInfo:
    """Return the office's clock, whatever the server's is."""
    return ZoneInfo(here().zone_key)


class _Kecamatan(Mapping[str, str]):
    """Code of a kecamatan → its name."""

    def __getitem__(self, code: str) -> str:
        return here().kecamatan[code]

    def __iter__(self) -> Iterator[str]:
        return iter(here().kecamatan)

    def __len__(self) -> int:
        return len(here().kecamatan)


class _Kelurahan(Mapping[str, tuple[str, str]]):
    """Code of a kelurahan → (name, code of its kecamatan)."""

    def __getitem__(self, code: str) -> tuple[str, str]:
        return here().kelurahan[code]

    def __iter__(self) -> Iterator[str]:
        return iter(here().kelurahan)

    def __len__(self) -> int:
        return len(here().kelurahan)


KECAMATAN: Final[Mapping[str, str]] = _Kecamatan()
KELURAHAN: Final[Mapping[str, tuple[str, str]]] = _Kelurahan()


def kelurahan_by_kecamatan() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return (kecamatan name, [(kelurahan code, kelurahan name), …]) with both in the alphabet's order."""
    place = here()
    grouped: dict[str, list[tuple[str, str]]] = {code: [] for code in place.kecamatan}
    for code, (name, district) in place.kelurahan.items():
        grouped[district].append((code, name))
    ordered = sorted(grouped, key=lambda code: place.regions[code])
    return [(place.regions[code], sorted(grouped[code], key=lambda pair: pair[1])) for code in ordered]


def kecamatan_by_name() -> list[tuple[str, str]]:
    """Return (code, name) of each kecamatan in the alphabet's order."""
    return sorted(here().kecamatan.items(), key=lambda pair: pair[1])


def kecamatan_of(kelurahan: str) -> str:
    """Return the kecamatan code of a kelurahan code, or "" when it is not known."""
    return KELURAHAN.get(kelurahan, ("", ""))[1]


def kelurahan_in_words(code: str) -> str:
    """Return kelurahan and kecamatan in words; what is no code is returned as it is."""
    if code not in KELURAHAN:
        return code
    name, district = KELURAHAN[code]
    return name if code == district else f"{name}, {KECAMATAN[district]}"
