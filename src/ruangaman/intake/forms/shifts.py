"""What is written for the next shift: words for all of it, and words about single reports."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext_lazy as _

from ruangaman.intake.forms.desk import MAX_NOTE, MAX_WORDS, OnceForm
from ruangaman.intake.forms.public import CleanText


class DeskForm(forms.Form):
    """Which desk."""

    meja = forms.SlugField(max_length=32, widget=forms.HiddenInput)


class GiveForm(OnceForm):
    """The note to the desk. A field for each report that waits; all of them may stay empty."""

    meja = forms.SlugField(max_length=32, widget=forms.HiddenInput)
    text = CleanText(
        label=_("Pesan untuk yang datang"),
        max_characters=MAX_WORDS,
        multiline=True,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Tersegel untuk meja ini saja, dan dihapus sesudah 30 hari. Boleh kosong."),
    )

    def __init__(self, *args: Any, codes: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.codes: list[str] = []
        for code in codes:
            self.ask_about(code)

    def ask_about(self, code: str) -> None:
        """Add the field about a report, unless it is there."""
        if code not in self.codes:
            self.codes.append(code)
            self.fields[f"tentang_{code}"] = CleanText(
                label=_("Tentang %(code)s") % {"code": code},
                max_characters=MAX_NOTE,
                multiline=True,
                required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def field_of(self, code: str) -> BoundField:
        """Return the field about a report."""
        return self[f"tentang_{code}"]

    def about(self) -> dict[str, str]:
        """Return code → words of a valid form."""
        return {code: self.cleaned_data[f"tentang_{code}"] for code in self.codes}
