"""A code of a list, as a form."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ruangaman.codelists.services import ends_too_early, too_early
from ruangaman.codelists.types import ATTRIBUTES, Attribute, CodeBook, CodeView, ListKey, NewCode
from ruangaman.core import text
from ruangaman.ui.days import DayField
from ruangaman.ui.words import NEEDED, UNKNOWN

CODE = re.compile(r"[A-Z][A-Z0-9_]{1,23}", re.ASCII)
SAVE, AGAIN = "simpan", "ubah"
"""What follows the first look: keep it, or type once more."""


class Line(forms.CharField):
    """One line that people type."""

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        """Take the limit in characters."""
        super().__init__(strip=False, error_messages={"required": NEEDED}, **kwargs)
        self.most = most

    def to_python(self, value: Any) -> str:
        """Return the text as `core.text.clean` leaves it."""
        try:
            return text.clean(str(value or ""), max_length=self.most, multiline=False)
        except text.TextError as error:
            raise forms.ValidationError(str(error), code=error.key) from error


class WordsForm(forms.Form):
    """The words of a code, from a day on."""

    label_id = Line(label=_("Kata dalam bahasa Indonesia"), most=120)
    label_en = Line(label=_("Kata dalam bahasa Inggris"), most=120)
    explanation = Line(
        label=_("Penjelasan"), most=400, required=False, help_text=_("Kapan ini dipilih. Dibaca di halaman daftar.")
    )
    source = Line(
        label=_("Dasar"), most=200, required=False, help_text=_("Misalnya peraturan, atau surat kantor dan tanggalnya.")
    )
    since = DayField(label=_("Berlaku sejak"))

    def __init__(self, *args: Any, after: date | None = None, **kwargs: Any) -> None:
        """Know the day from which the words hold that these follow; None: these are the first."""
        super().__init__(*args, **kwargs)
        self.after = after

    def clean_since(self) -> date:
        """Refuse a day on which the words of before do not hold yet: nothing would be between the two."""
        since: date = self.cleaned_data["since"]
        if self.after is not None and since <= self.after:
            raise forms.ValidationError(too_early(self.after))
        return since

    def to_words(self, before: CodeView) -> NewCode:
        """Return the new words of a code whose meaning stays."""
        known = {name: self.cleaned_data[name] for name in ("label_id", "label_en", "explanation", "source")}
        return NewCode(**known, parent=before.parent, extra=before.extra)


class NewCodeForm(WordsForm):
    """A new code."""

    row_id = forms.UUIDField(widget=forms.HiddenInput)
    code = Line(
        label=_("Kode"),
        most=24,
        help_text=_("Huruf besar, angka, dan garis bawah. Tidak berubah lagi sesudah disimpan."),
    )
    parent = forms.ChoiceField(label=_("Bagian dari"), required=False, error_messages={"invalid_choice": UNKNOWN})
    field_order = ("label_id", "label_en", "code", "parent")

    def __init__(self, *args: Any, key: ListKey, book: CodeBook, **kwargs: Any) -> None:
        """Ask also what the list needs of each code, and offer what the new one can be a part of."""
        super().__init__(*args, **kwargs)
        self.taken = {one.code for one in book.all(key)}
        parents = [one for one in book.all(key) if not one.parent and one.valid_to is None]
        self.attributes: tuple[Attribute, ...] = ATTRIBUTES.get(key, ())
        field: Any = self.fields["parent"]
        field.choices = [("", _("Berdiri sendiri")), *((one.code, one.label) for one in parents)]
        for one in self.attributes:
            words: dict[str, Any] = {"label": one.label, "help_text": one.hint}
            self.fields[one.name] = forms.ChoiceField(
                **words,
                choices=[("", _("Pilih")), *one.choices],
                required=one.required,
                error_messages={"invalid_choice": UNKNOWN, "required": NEEDED},
            )

    @property
    def attribute_fields(self) -> list[forms.BoundField]:
        """The fields that this list alone asks."""
        return [self[one.name] for one in self.attributes]

    def clean_code(self) -> str:
        """Return the code in capitals."""
        code = str(self.cleaned_data["code"]).upper().replace(" ", "_")
        if not CODE.fullmatch(code):
            raise forms.ValidationError(_("Pakai huruf A sampai Z, angka, dan garis bawah; mulai dengan huruf."))
        if code in self.taken:
            raise forms.ValidationError(_("Kode ini sudah ada dalam daftar. Sebuah kode tidak pernah berarti dua hal."))
        return code

    def to_code(self) -> NewCode:
        """Return what was typed."""
        known = {name: self.cleaned_data[name] for name in ("label_id", "label_en", "explanation", "source", "parent")}
        return NewCode(**known, extra={one.name: self.cleaned_data[one.name] for one in self.attributes})


class EndForm(forms.Form):
    """From which day on a code is chosen no more."""

    until = DayField(
        label=_("Tidak dapat dipilih lagi mulai"), help_text=_("Yang sudah tercatat tetap ada, dengan katanya.")
    )

    def __init__(self, *args: Any, first: date, **kwargs: Any) -> None:
        """Know the first day on which it can end."""
        super().__init__(*args, **kwargs)
        self.first = first

    def clean_until(self) -> date:
        """Refuse an end before the beginning, and one that is past."""
        until: date = self.cleaned_data["until"]
        if until < self.first:
            raise forms.ValidationError(ends_too_early(self.first))
        return until


class Sample(forms.Form):
    """How a list looks in a form, with the new words in it."""

    choice = forms.ChoiceField(required=False)

    def __init__(self, *, label: Any, codes: list[CodeView], chosen: str) -> None:
        """Show the list as it will be offered."""
        super().__init__(auto_id="contoh_%s", initial={"choice": chosen})
        field: Any = self.fields["choice"]
        field.label = label
        field.choices = [(one.code, one.label) for one in codes]
