"""Decisions about a case, as forms: who works on it, where it goes, why it ends."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ruangaman.cases.forms.fields import MAX_TEXT, NEEDED, CaseForm, CleanText, choice
from ruangaman.cases.types import CaseState
from ruangaman.core.codelists import RiskLevel


class AssignForm(CaseForm):
    """Somebody for a part in the case. The role is the person's own."""

    user = choice((), _("Siapa"))

    def __init__(self, *args: Any, users: Iterable[Any] = (), **kwargs: Any) -> None:
        """Offer those who could take a part."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["user"]
        field.choices = list(users)


class HandOverForm(AssignForm):
    """The next manager."""

    is_confirmed = forms.BooleanField(
        label=_("Saya tahu bahwa saya tidak lagi dapat membuka kasus ini"), error_messages={"required": NEEDED}
    )


class ReleaseForm(CaseForm):
    """Taking somebody off; to be confirmed where something would close for everybody."""

    is_confirmed = forms.BooleanField(label=_("Saya tahu isinya akan tertutup bagi semua"), required=False)


class MoveForm(CaseForm):
    """Where the case goes next, and why."""

    target = choice((), _("Tahap berikutnya"), widget=forms.RadioSelect)
    reason = CleanText(label=_("Alasan"), rows=4, most=MAX_TEXT)

    def __init__(self, *args: Any, targets: Iterable[CaseState] = (), **kwargs: Any) -> None:
        """Offer the states that the present one leads to."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["target"]
        field.choices = [(state.value, state.label) for state in targets]


class CloseForm(CaseForm):
    """What is said at the end; why it ends stands in the closing assessment and is not typed again."""

    explanation = CleanText(
        label=_("Penjelasan"), rows=4, most=MAX_TEXT, help_text=_("Apa yang tercapai, apa yang masih terbuka.")
    )


class ConfirmForm(CaseForm):
    """Nothing to type: the button is the answer."""


class ReopenForm(CaseForm):
    """Why a closed case is opened again."""

    is_safe = choice(
        [("yes", _("Ya, aman sekarang")), ("no", _("Belum aman"))], _("Apakah ia aman sekarang?"),
        widget=forms.RadioSelect,
    )  # fmt: skip
    words = CleanText(
        label=_("Di mana ia, dan siapa bersamanya"), rows=3, most=MAX_TEXT, required=False,
        help_text=_("Disimpan terkunci di cerita kejadian."),
    )  # fmt: skip
    risk = choice(
        RiskLevel.choices, _("Seberapa berbahaya sekarang"), widget=forms.RadioSelect,
        help_text=_("Bila lebih tinggi dari yang tercatat, bahaya kasus ini naik. Turun hanya lewat tinjauan."),
    )  # fmt: skip
    reason = CleanText(label=_("Mengapa dibuka lagi"), rows=4, most=MAX_TEXT)

    def clean(self) -> dict[str, Any]:
        """Whoever is not safe is not in low danger."""
        cleaned = super().clean()
        if cleaned.get("is_safe") == "no" and cleaned.get("risk") == str(RiskLevel.RENDAH.value):
            self.add_error("risk", _("Belum aman, jadi bahayanya tidak rendah. Nilai lagi."))
        return cleaned
