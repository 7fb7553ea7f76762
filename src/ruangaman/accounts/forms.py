"""Shape and wording of what people type while signing in and in their own settings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from ruangaman.accounts.policies import LONGEST_PASSWORD
from ruangaman.accounts.services import LONGEST_NAME
from ruangaman.ui.types import Words
from ruangaman.vault import services as vault
from ruangaman.vault.types import IdentifierKind


def _password(label: Any, *, complete: str, hint: Any = "") -> forms.CharField:
    """Return a field for a password, taken as it was typed."""
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=LONGEST_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": complete}),
    )


class SignInForm(forms.Form):
    """Who, and the password."""

    username = forms.CharField(
        label=_("Nama pengguna"),
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = _password(_("Kata sandi"), complete="current-password")


class UnlockForm(forms.Form):
    """The password alone: who it is, the session knows."""

    password = _password(_("Kata sandi"), complete="current-password")


class CodeForm(forms.Form):
    """A code of the app, or a printed one."""

    code = forms.CharField(
        label=_("Kode"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class NewPasswordForm(forms.Form):
    """A password from now on, twice."""

    new = _password(
        _("Kata sandi baru"),
        complete="new-password",
        hint=_("Paling sedikit 15 huruf. Empat kata yang tidak berhubungan mudah diingat dan sulit ditebak."),
    )
    again = _password(_("Kata sandi baru, sekali lagi"), complete="new-password")

    def clean(self) -> dict[str, Any]:
        """Compare the two."""
        cleaned = super().clean() or {}
        if cleaned.get("new") and cleaned.get("again") and cleaned["new"] != cleaned["again"]:
            self.add_error("again", _("Keduanya belum sama."))
        return cleaned


class PasswordForm(NewPasswordForm):
    """The password of now and the one from now on."""

    field_order = ("current", "new", "again")
    current = _password(_("Kata sandi sekarang"), complete="current-password")


def _paper(label: Any, *, hint: Any = "", length: int = 80) -> forms.CharField:
    """Return a field for letters from a paper."""
    attrs = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
    return forms.CharField(label=label, help_text=hint, max_length=length, widget=forms.TextInput(attrs=attrs))


class PaperForm(forms.Form):
    """The code of an invitation."""

    code = _paper(
        _("Kode undangan"), hint=_("Tujuh kelompok berisi empat huruf atau angka. Huruf kecil dan spasi tidak masalah.")
    )


class RecoveryForm(forms.Form):
    """Who, and the recovery code from the paper."""

    username = forms.CharField(
        label=_("Nama pengguna"),
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    code = _paper(_("Kode pemulihan"), hint=_("Tujuh kelompok dari kertas yang Anda simpan saat pertama masuk."))


class LettersForm(forms.Form):
    """Four letters, to show that the paper is there."""

    letters = _paper(_("Empat huruf"), length=12)


class InviteForm(forms.Form):
    """Whom to invite."""

    display_name = forms.CharField(
        label=_("Nama"),
        max_length=80,
        help_text=_("Seperti akan tampil di layar rekan kerjanya."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    username = forms.SlugField(
        label=_("Nama pengguna"),
        max_length=64,
        help_text=_("Untuk masuk: huruf kecil, angka, tanda hubung."),
        error_messages={"invalid": _("Hanya huruf, angka, garis bawah, atau tanda hubung.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    email = forms.EmailField(
        label=_("Surel"),
        required=False,
        help_text=_("Untuk pemberitahuan saja, tanpa isi. Tanpa surel tidak ada surat alarm."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label=_("Peran"), error_messages={"required": _("Pilih satu peran.")})
    unit = forms.ChoiceField(label=_("Unit"), error_messages={"required": _("Pilih satu unit.")})

    def __init__(
        self, data: Any = None, *, units: Iterable[tuple[str, str]], roles: Iterable[tuple[str, Words]]
    ) -> None:
        known = list(units)
        super().__init__(data, initial={"unit": known[0][0]} if len(known) == 1 else {})
        self.fields["unit"].choices = known  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["role"].choices = list(roles)  # type: ignore[attr-defined]  # a ChoiceField


class ConfirmForm(forms.Form):
    """A tick for what cannot be taken back."""

    is_confirmed = forms.BooleanField(label=_("Saya mengerti, dan tetap menutup akun ini"))


class SignForm(forms.Form):
    """A key officer's word for one key: the number that was compared, and that it was."""

    seen = forms.RegexField(r"^[0-9]{30}$", widget=forms.HiddenInput)
    is_compared = forms.BooleanField(label=_("Angkanya sama dengan yang dibacakan pemegangnya kepada saya"))


class PickForm(forms.Form):
    """Somebody out of a list."""

    user = forms.ChoiceField(label=_("Orang"))

    def __init__(self, data: Any = None, *, users: Iterable[tuple[str, str]], **more: Any) -> None:
        super().__init__(data, **more)
        self.fields["user"].choices = list(users)  # type: ignore[attr-defined]  # a ChoiceField


class EmergencyForm(PickForm):
    """Who holds the emergency key from now on, and instead of whom."""

    user = forms.ChoiceField(label=_("Yang memegang mulai sekarang"))
    instead_of = forms.ChoiceField(label=_("Menggantikan"), required=False)

    def __init__(
        self, data: Any = None, *, users: Iterable[tuple[str, str]], holders: Iterable[tuple[str, str]], **more: Any
    ) -> None:
        super().__init__(data, users=users, **more)
        choices = [("", _("Tidak ada: bertambah satu")), *holders]
        self.fields["instead_of"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField


class AddressForm(forms.Form):
    """Where somebody is written to from now on."""

    email = forms.EmailField(
        label=_("Surel baru"),
        required=False,
        help_text=_("Untuk pemberitahuan saja. Bila kosong, tidak ada surat alarm kepadanya."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


class MoveForm(forms.Form):
    """Which work somebody begins, and a tick for what ends."""

    role = forms.ChoiceField(label=_("Peran baru"), error_messages={"required": _("Pilih satu peran.")})
    unit = forms.ChoiceField(label=_("Unit"), error_messages={"required": _("Pilih satu unit.")})
    is_confirmed = forms.BooleanField(label=_("Saya mengerti, dan tetap memindahkan orang ini"))

    def __init__(
        self, data: Any = None, *, units: Iterable[tuple[str, str]], roles: Iterable[tuple[str, Words]], **more: Any
    ) -> None:
        super().__init__(data, **more)
        self.fields["unit"].choices = list(units)  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["role"].choices = list(roles)  # type: ignore[attr-defined]  # a ChoiceField


class RenewCodesForm(forms.Form):
    """The password again, and a code of the app: somebody may sit at an open screen."""

    password = _password(_("Kata sandi"), complete="current-password")
    code = forms.CharField(
        label=_("Kode dari aplikasi"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class SingleKeysForm(forms.Form):
    """Whether single letters are shortcuts."""

    keys = forms.ChoiceField(
        label=_("Pintasan satu huruf"),
        help_text=_("j, k, g, dan ? di luar kolom isian. Matikan bila Anda memakai pengendali suara."),
        choices=[("on", _("Nyala")), ("off", _("Mati"))],
        widget=forms.RadioSelect,
    )


class LanguageForm(forms.Form):
    """The language of the screens."""

    language = forms.ChoiceField(
        label=_("Bahasa layar"), choices=[("id", "Bahasa Indonesia"), ("en", "English")], widget=forms.RadioSelect
    )


class RelativeForm(forms.Form):
    """Somebody near, and at least one number by which they are recognised."""

    row_id = forms.UUIDField(required=False, initial=uuid4, widget=forms.HiddenInput)
    name = forms.CharField(
        label=_("Nama kerabat"),
        max_length=120,
        help_text=_("Hanya Anda yang dapat membacanya lagi."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    relation = forms.CharField(
        label=_("Siapa bagi Anda"), max_length=60, required=False, help_text=_("Misalnya adik, ipar, anak.")
    )
    nik = forms.CharField(
        label=_("NIK"),
        max_length=64,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    phone = forms.CharField(
        label=_("Nomor telepon"),
        max_length=64,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )

    def clean_nik(self) -> str:
        """Return sixteen digits or nothing."""
        return self._number("nik", IdentifierKind.NIK, _("NIK terdiri dari 16 angka."))

    def clean_phone(self) -> str:
        """Return a phone number or nothing."""
        return self._number("phone", IdentifierKind.PHONE, _("Ini bukan nomor telepon."))

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two."""
        known = super().clean() or self.cleaned_data
        if not self.errors and not known.get("nik") and not known.get("phone"):
            raise forms.ValidationError(_("Tulis NIK atau nomor telepon. Tanpa itu kerabat Anda tidak dapat dikenali."))
        return known

    def _number(self, name: str, kind: IdentifierKind, fault: Any) -> str:
        typed = str(self.cleaned_data[name]).strip()
        if typed and vault.normalise(kind, typed) is None:
            raise forms.ValidationError(fault)
        return typed


class PlaceForm(forms.Form):
    """An agency or unit that one is too near to."""

    place = forms.ChoiceField(label=_("Instansi atau unit"))

    def __init__(self, data: Any = None, *, places: Iterable[tuple[str, str]], **more: Any) -> None:
        super().__init__(data, **more)
        self.fields["place"].choices = list(places)  # type: ignore[attr-defined]  # a ChoiceField
