"""What is typed about an opening by an emergency key: the code, why, the own password, and the review."""

from __future__ import annotations

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from ruangaman.cases.forms.fields import MAX_TEXT, CaseForm, CleanText, choice
from ruangaman.cases.types import GlassReason, GlassVerdict

WRONG_CODE = _("Kode ini tidak dapat dibuka dari sini. Cocokkan huruf dan angkanya dengan orang yang membacakannya.")
CODE = re.compile(r"K-[0-9A-HJKMNP-TV-Z]{8}")
HEARD = str.maketrans({"O": "0", "I": "1", "L": "1"})
"""Letters that no code has, as what they were meant to be."""
AT_ONCE, WAIT = "sekarang", "tunggu"
FEWEST = 20
"""So many letters a reason has at least: `darurat` explains nothing to who reviews."""


class GlassCodeForm(forms.Form):
    """The code of a case, as somebody read it out."""

    code = forms.CharField(
        label=_("Kode kasus"),
        max_length=20,
        help_text=_("Dibacakan lewat telepon oleh tim kasus atau kepala unit, misalnya K-7F3Q2MWD."),
        error_messages={"required": WRONG_CODE, "max_length": WRONG_CODE},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )

    def clean_code(self) -> str:
        """Return the code as it is written; what cannot be one is as wrong as one that is nobody's."""
        heard = re.sub(r"[\s-]", "", str(self.cleaned_data["code"]).upper()).removeprefix("K")
        code = "K-" + heard.translate(HEARD)
        if not CODE.fullmatch(code):
            raise forms.ValidationError(WRONG_CODE)
        return code


class GlassAskForm(CaseForm):
    """Why a case has to be opened, and whether somebody can be waited for."""

    reason = choice(GlassReason.choices, _("Mengapa"), widget=forms.RadioSelect)
    words = CleanText(
        label=_("Apa yang terjadi, dan apa yang Anda perlukan dari berkas ini"),
        rows=4,
        most=MAX_TEXT,
        help_text=_("Dibaca orang kedua dan yang meninjau. Tersimpan terkunci."),
    )
    wait = choice(
        [
            (WAIT, _("Tunggu orang kedua menyetujui")),
            (AT_ONCE, _("Bahaya bagi nyawa sekarang: buka tanpa menunggu")),
        ],
        _("Dapatkah ini menunggu beberapa menit?"),
        widget=forms.RadioSelect,
    )

    def clean_words(self) -> str:
        """Return the words. A single one explains nothing."""
        words = str(self.cleaned_data["words"])
        if len(words.strip()) < FEWEST:
            raise forms.ValidationError(_("Tulis sedikit lebih banyak: yang meninjau tidak berada di tempat itu."))
        return words

    @property
    def at_once(self) -> bool:
        """Whether nobody is waited for."""
        return bool(self.cleaned_data["wait"] == AT_ONCE)


class GlassBeginForm(forms.Form):
    """The own password, so that an open screen is not enough."""

    password = forms.CharField(
        label=_("Kata sandi Anda"),
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": _("Isi kata sandi Anda, agar pasti Anda sendiri yang membuka.")},
    )


class GlassReviewForm(CaseForm):
    """What somebody else finds afterwards."""

    verdict = choice(GlassVerdict.choices, _("Setelah diperiksa"), widget=forms.RadioSelect)
    words = CleanText(
        label=_("Apa yang Anda periksa, dan apa yang Anda simpulkan"),
        rows=4,
        most=MAX_TEXT,
        help_text=_("Dibaca yang membuka, kepala unit, dan petugas pelindungan data. Tersimpan terkunci."),
    )
