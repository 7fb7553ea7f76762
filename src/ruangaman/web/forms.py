"""What is typed on the pages of the trail."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from ruangaman.vault import services as vault

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
