"""Words that several components share: where a case is, how dangerous it is, which compartments there are."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

STAGES = (
    _("Kontak"),
    _("Diterima"),
    _("Triase"),
    _("Asesmen"),
    _("Rencana"),
    _("Pelaksanaan"),
    _("Pemantauan"),
    _("Terminasi"),
    _("Pasca"),
)
LEVELS = {
    1: ("rendah", _("Rendah")),
    2: ("sedang", _("Sedang")),
    3: ("tinggi", _("Tinggi")),
    4: ("ekstrem", _("Ekstrem")),
}
SHELF = (
    (1, "I", _("identitas")),
    (3, "C", _("cerita")),
    (4, "K", _("klinis")),
    (5, "H", _("hukum")),
    (6, "T", _("tempat aman")),
)
"""Compartments shown as squares: the vault's number, the letter, the word."""
