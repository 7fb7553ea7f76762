"""Shape and wording of what people type while signing in and in their own settings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ruangaman.accounts.policies import LONGEST_PASSWORD
from ruangaman.accounts.services import LONGEST_NAME


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


class PasswordForm(forms.Form):
    """The password of now and the one from now on."""

    current = _password(_("Kata sandi sekarang"), complete="current-password")
    new = _password(
        _("Kata sandi baru"),
        complete="new-password",
        hint=_("Paling sedikit 15 huruf. Empat kata yang tidak berhubungan mudah diingat dan sulit ditebak."),
    )
    again = _password(_("Kata sandi baru, sekali lagi"), complete="new-password")

    def clean(self) -> dict[str, Any]:
        """Compare the two new ones."""
        cleaned = super().clean() or {}
        if cleaned.get("new") and cleaned.get("again") and cleaned["new"] != cleaned["again"]:
            self.add_error("again", _("Keduanya belum sama."))
        return cleaned


class LanguageForm(forms.Form):
    """The language of the screens."""

    language = forms.ChoiceField(
        label=_("Bahasa layar"), choices=[("id", "Bahasa Indonesia"), ("en", "English")], widget=forms.RadioSelect
    )
