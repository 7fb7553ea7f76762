"""The sentence that narrows the list of cases."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ruangaman.cases.forms.fields import or_none
from ruangaman.cases.types import CaseFilters, CaseState, Span, closed_in, closed_lately
from ruangaman.codelists.selectors import day_of
from ruangaman.core import clock
from ruangaman.core.codelists import RiskLevel
from ruangaman.core.regions import kecamatan_by_name
from ruangaman.ui.types import Words

CLOSED, YEARS = "closed", 5


class FilterForm(forms.Form):
    """The sentence that narrows the list. Whatever it does not know, it passes over."""

    tahap = forms.ChoiceField(label=_("Tahap"), required=False, choices=or_none(CaseState.choices, _("semua tahap")))
    bahaya = forms.ChoiceField(
        label=_("Bahaya"), required=False, choices=or_none(RiskLevel.choices, _("semua tingkat bahaya"))
    )
    wilayah = forms.ChoiceField(
        label=_("Wilayah"),
        required=False,
        choices=lambda: or_none(kecamatan_by_name(), _("seluruh kota")),
    )
    perlu = forms.ChoiceField(
        label=_("Yang mana"),
        required=False,
        choices=lambda: [
            ("", _("semua yang terbuka")),
            ("late", _("yang tugasnya lewat waktu")),
            ("mine", _("yang punya tugas saya")),
            *((key, words) for key, words, _span in _closed()),
        ],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Name each list for those who do not see the sentence."""
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = field.label

    def to_filters(self) -> CaseFilters:
        """Return what the address asks for."""
        self.is_valid()
        known = self.cleaned_data
        need, closed = known.get("perlu", ""), {key: span for key, _words, span in _closed()}
        return CaseFilters(
            state=known.get("tahap", ""),
            risk=int(known["bahaya"]) if known.get("bahaya") else None,
            kecamatan=known.get("wilayah", ""),
            need="" if need in closed else need,
            closed=closed.get(need),
        )


def _closed() -> list[tuple[str, Words, Span]]:
    """Return when a case can have been closed: its key in the address, in words, as a span."""
    at = clock.now()
    this = day_of(at).year
    years = range(this, this - YEARS, -1)
    return [
        (CLOSED, _("yang ditutup 12 bulan terakhir"), closed_lately(at)),
        *((f"{CLOSED}-{year}", _("yang ditutup tahun %(year)d") % {"year": year}, closed_in(year)) for year in years),
        (
            f"{CLOSED}-before",
            _("yang ditutup sebelum %(year)d") % {"year": years[-1]},
            Span(until=closed_in(years[-1]).since),
        ),
    ]
