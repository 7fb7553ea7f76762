"""Kecamatan and kelurahan of Balikpapan. Source: Kepmendagri 300.2.2-2430/2025; gaps in 64.71.05 are real."""

from __future__ import annotations

KECAMATAN: dict[str, str] = {
    "64.71.01": "Balikpapan Timur",
    "64.71.02": "Balikpapan Barat",
    "64.71.03": "Balikpapan Utara",
    "64.71.04": "Balikpapan Tengah",
    "64.71.05": "Balikpapan Selatan",
    "64.71.06": "Balikpapan Kota",
}

_NAMES: dict[str, tuple[tuple[int, str], ...]] = {
    "64.71.01": ((1001, "Manggar"), (1002, "Lamaru"), (1003, "Teritip"), (1004, "Manggar Baru")),
    "64.71.02": (
        (1001, "Baru Ilir"), (1002, "Baru Tengah"), (1003, "Baru Ulu"), (1004, "Kariangau"),
        (1005, "Margo Mulyo"), (1006, "Marga Sari"),
    ),
    "64.71.03": (
        (1001, "Batu Ampar"), (1002, "Gunung Samarinda"), (1003, "Karang Joang"), (1004, "Muara Rapak"),
        (1005, "Gunung Samarinda Baru"), (1006, "Graha Indah"),
    ),
    "64.71.04": (
        (1001, "Gunung Sari Ulu"), (1002, "Gunung Sari Ilir"), (1003, "Karang Rejo"), (1004, "Karang Jati"),
        (1005, "Mekar Sari"), (1006, "Sumber Rejo"),
    ),
    "64.71.05": (
        (1002, "Sepinggan"), (1006, "Gunung Bahagia"), (1008, "Sepinggan Baru"), (1009, "Sepinggan Raya"),
        (1010, "Sungainangka"), (1011, "Damai Baru"), (1012, "Damai Bahagia"),
    ),
    "64.71.06": (
        (1001, "Prapatan"), (1002, "Telaga Sari"), (1003, "Klandasan Ulu"), (1004, "Klandasan Ilir"), (1005, "Damai"),
    ),
}  # fmt: skip

KELURAHAN: dict[str, tuple[str, str]] = {
    f"{district}.{number}": (name, district) for district, names in _NAMES.items() for number, name in names
}
"""Kelurahan code → (name, code of its kecamatan)."""


def kelurahan_by_kecamatan() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return (kecamatan name, [(kelurahan code, kelurahan name), …]) with both in the alphabet's order."""
    return [
        (
            KECAMATAN[district],
            sorted(((f"{district}.{number}", name) for number, name in _NAMES[district]), key=lambda pair: pair[1]),
        )
        for district in sorted(KECAMATAN, key=lambda code: KECAMATAN[code])
    ]


def kecamatan_of(kelurahan: str) -> str:
    """Return the kecamatan code of a kelurahan code, or "" when it is not known."""
    return KELURAHAN.get(kelurahan, ("", ""))[1]
