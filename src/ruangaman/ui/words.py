"""Words that several components share: where a case is, how dangerous it is, which compartments there are."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

NEEDED = _("Bagian ini perlu diisi.")
UNKNOWN = _("Ada pilihan yang tidak kami kenal. Pilih lagi.")
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
    (1, pgettext_lazy("huruf laci", "I"), _("identitas")),
    (3, pgettext_lazy("huruf laci", "C"), _("cerita")),
    (4, pgettext_lazy("huruf laci", "K"), _("klinis")),
    (5, pgettext_lazy("huruf laci", "H"), _("hukum")),
    (6, pgettext_lazy("huruf laci", "T"), _("tempat aman")),
)
"""Compartments shown as squares: the vault's number, the letter, the word."""
