"""A filter in words, so that one reads what it does."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ruangaman.clocks.registry import abouts
from ruangaman.clocks.selectors import list_kinds
from ruangaman.core.regions import KECAMATAN
from ruangaman.ui.types import Words
from ruangaman.web.types import EVERYBODY, EXTREME, HIGH, Filters, Owner

OWNERS: tuple[tuple[str, Words], ...] = (
    ("", gettext_lazy("giliran saya")),
    (Owner.NOBODY.value, gettext_lazy("belum berpemilik")),
    (Owner.MINE.value, gettext_lazy("yang saya pegang")),
    (EVERYBODY, gettext_lazy("semua orang")),
)
DANGERS: tuple[tuple[str, Words], ...] = (
    ("", gettext_lazy("semua bahaya")),
    (HIGH, gettext_lazy("tinggi ke atas")),
    (EXTREME, gettext_lazy("ekstrem saja")),
)


def words_of(filters: Filters) -> str:
    """Say what a filter lets through: giliran saya, tinggi ke atas, Balikpapan Utara."""
    said = [str(dict(OWNERS)[filters.owner])]
    if filters.danger:
        said.append(str(dict(DANGERS)[filters.danger]))
    if filters.kecamatan:
        said.append(KECAMATAN[filters.kecamatan])
    if filters.kind:
        said.append({kind.key: kind.name for kind in list_kinds()}.get(filters.kind, filters.kind))
    if filters.about:
        about = abouts.get(filters.about)
        said.append(str(about.label) if about is not None else filters.about)
    if filters.late:
        said.append(_("yang terlambat saja"))
    return ", ".join(said)
