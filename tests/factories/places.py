"""A city that is not the example."""

from __future__ import annotations

from ruangaman.core.regions import Line, Place

CONTOH = Place(
    city="Kota Contoh",
    service="UPTD PPA Kota Contoh",
    zone="WIB",
    hotline=Line("021-5550-1234"),
    regions={
        "99.01.01": "Contoh Utara",
        "99.01.01.1001": "Melati",
        "99.01.01.1002": "Kenanga",
        "99.01.02": "Contoh Tengah",
        "99.01.02.1001": "Anggrek",
        "99.01.03": "Contoh Selatan",
    },
)
"""Codes of no province; of the last kecamatan no kelurahan is told."""
