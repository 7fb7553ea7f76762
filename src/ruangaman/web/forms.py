"""What is typed on the pages of the trail and of the queue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from ruangaman.clocks.types import PauseReason, SnoozeReason
from ruangaman.core import text
from ruangaman.ui.days import MomentField
from ruangaman.ui.words import NEEDED
from ruangaman.vault import services as vault
from ruangaman.web.types import LONGEST_NAME, Filters, Later

ROOT_BYTES = 32


class RootForm(forms.Form):
    """A root, as it stands on paper: groups and capitals do not matter."""

    root = forms.CharField(
        label=_("Akar dari kertas"),
        help_text=_("64 huruf dan angka. Spasi dan huruf besar tidak berpengaruh."),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def clean_root(self) -> bytes:
        """Return the bytes."""
        try:
            found = bytes.fromhex("".join(str(self.cleaned_data["root"]).split()))
        except ValueError:
            found = b""
        if len(found) != ROOT_BYTES:
            raise forms.ValidationError(_("Akar terdiri dari 64 angka dan huruf a sampai f. Periksa salinannya."))
        return found


class CodeForm(forms.Form):
    """The code of a case or a report."""

    kode = forms.RegexField(
        label=_("Kode kasus atau laporan"),
        regex=r"(?i)^\s*[KL]-[0-9A-HJKMNP-TV-Z]{8}\s*$",
        error_messages={"invalid": _("Kode seperti K-7F3Q2MWD atau L-9D2XW4RA.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )

    def clean_kode(self) -> str:
        """Return the code as it is stored."""
        return str(self.cleaned_data["kode"]).strip().upper()


class NumberForm(forms.Form):
    """A NIK or a phone number, however it is typed. It is never sent in an address."""

    nomor = forms.CharField(
        label=_("NIK atau nomor telepon"),
        help_text=_("Ditulis bagaimana pun: dengan spasi, tanda hubung, 0 atau +62."),
        max_length=64,
        error_messages={"required": _("Tulis NIK atau nomor telepon.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel", "spellcheck": "false"}),
    )

    def clean_nomor(self) -> str:
        """Return what was typed, if it can be one of the two."""
        typed = str(self.cleaned_data["nomor"])
        if vault.guess(typed) is None:
            raise forms.ValidationError(_("Ini bukan NIK (16 angka) dan bukan nomor telepon. Periksa angkanya."))
        return typed


OWN_TIME = "sendiri"


class LaterForm(forms.Form):
    """Until when something is put off, and why."""

    sampai = forms.ChoiceField(
        label=_("Sampai kapan"),
        widget=forms.RadioSelect,
        error_messages={"required": NEEDED, "invalid_choice": _("Pilih salah satu waktu ini.")},
    )
    waktu = MomentField(
        label=_("Waktu lain"),
        required=False,
        help_text=_("Diisi bila memilih waktu lain. Paling lama tujuh hari."),
    )
    alasan = forms.ChoiceField(
        label=_("Alasan"),
        choices=SnoozeReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": NEEDED, "invalid_choice": _("Pilih salah satu alasan ini.")},
    )

    def __init__(self, *args: Any, offered: Sequence[Later], **kwargs: Any) -> None:
        """Offer the moments that are allowed."""
        super().__init__(*args, **kwargs)
        self.moments = {one.key: one.until for one in offered}
        field: Any = self.fields["sampai"]
        field.choices = [*((one.key, one.label) for one in offered), (OWN_TIME, _("waktu lain"))]

    def clean(self) -> dict[str, Any]:
        """Ask for a moment of one's own only where that was chosen."""
        cleaned = super().clean() or {}
        if cleaned.get("sampai") == OWN_TIME and cleaned.get("waktu") is None and "waktu" not in self.errors:
            self.add_error("waktu", NEEDED)
        return cleaned

    @property
    def until(self) -> datetime:
        """The moment that was chosen."""
        chosen: datetime = self.moments.get(self.cleaned_data["sampai"]) or self.cleaned_data["waktu"]
        return chosen

    @property
    def reason(self) -> SnoozeReason:
        """Why."""
        return SnoozeReason(self.cleaned_data["alasan"])


class PauseForm(forms.Form):
    """Why the time of something does not count for a while, and how long."""

    sampai = forms.ChoiceField(
        label=_("Jalan lagi sendiri pada"),
        widget=forms.RadioSelect,
        error_messages={"required": NEEDED, "invalid_choice": _("Pilih salah satu waktu ini.")},
    )
    alasan = forms.ChoiceField(
        label=_("Mengapa waktunya berhenti"),
        choices=PauseReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": NEEDED, "invalid_choice": _("Pilih salah satu alasan ini.")},
    )

    def __init__(self, *args: Any, offered: Sequence[Later], **kwargs: Any) -> None:
        """Offer the moments at which it may go on."""
        super().__init__(*args, **kwargs)
        self.moments = {one.key: one.until for one in offered}
        field: Any = self.fields["sampai"]
        field.choices = [(one.key, one.label) for one in offered]

    @property
    def until(self) -> datetime:
        """When it goes on by itself."""
        return self.moments[self.cleaned_data["sampai"]]

    @property
    def reason(self) -> PauseReason:
        """Why."""
        return PauseReason(self.cleaned_data["alasan"])


class SavedForm(forms.Form):
    """The name of a filter, and whether one's unit sees it."""

    row_id = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid4)
    saringan = forms.CharField(widget=forms.HiddenInput, required=False, max_length=400)
    nama = forms.CharField(
        label=_("Nama saringan"),
        max_length=LONGEST_NAME,
        help_text=_("Beberapa kata, misalnya “Tinggi di Balikpapan Utara”. Jangan menulis nama orang."),
        error_messages={"required": NEEDED},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    bersama = forms.BooleanField(
        label=_("Tampilkan juga untuk rekan satu unit"),
        required=False,
        help_text=_("Masing-masing hanya melihat pekerjaan yang memang boleh ia lihat."),
    )

    def clean_nama(self) -> str:
        """Return a few plain words."""
        try:
            name = text.clean(str(self.cleaned_data["nama"]), max_length=LONGEST_NAME, multiline=False)
        except text.TextError as error:
            raise forms.ValidationError(str(error)) from error
        if not name:
            raise forms.ValidationError(NEEDED)
        if sum(sign.isdecimal() for sign in name) > MOST_DIGITS:
            raise forms.ValidationError(_("Jangan menulis nomor telepon, NIK, atau kode kasus di sini."))
        return name

    @property
    def filters(self) -> Filters:
        """What is kept."""
        return Filters.of(self.cleaned_data["saringan"])

    @property
    def saved_id(self) -> UUID:
        """The id of the row that the form will make."""
        found: UUID = self.cleaned_data["row_id"] or uuid4()
        return found


MOST_DIGITS = 4
"""In a name: more looks like a number of somebody."""
