"""What the desk fills in: an answer, triage, a double, a refusal, a manager."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from ruangaman.accounts.models import User
from ruangaman.core.codelists import Authority, CaseType, RefusalReason, RiskLevel
from ruangaman.intake.forms.public import CleanText
from ruangaman.intake.services.decisions import Suggestion
from ruangaman.intake.types import Verdict, is_reason

MAX_MESSAGE, MAX_WORDS, MAX_NOTE = 10_000, 4_000, 2_000
CODE_LENGTH = 12
WHY_LESS = _(
    "Tulis satu kalimat, paling sedikit 20 huruf: apa yang membuat bahayanya lebih rendah, dan dari mana Anda tahu. "
    "Atau naikkan tingkat bahayanya."
)
WHY_NONE = _(
    "Jawaban pelapor menyebut bahaya. Tulis satu kalimat, paling sedikit 20 huruf: apa yang sudah dipastikan, "
    "bagaimana, dan siapa yang menolongnya sekarang."
)


class OnceForm(forms.Form):
    """A form that carries the id of what it will make, so that sending it twice makes it once."""

    once = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).setdefault("once", uuid4())
        super().__init__(*args, **kwargs)

    def made_id(self) -> UUID:
        """Return the id of what a valid form makes."""
        found: UUID = self.cleaned_data["once"]
        return found


class ReplyForm(OnceForm):
    """An answer to the reporter."""

    message = CleanText(
        label=_("Balas"),
        max_characters=MAX_MESSAGE,
        multiline=True,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Terbaca saat ia membuka tanda terimanya."),
        error_messages={"required": _("Tulis dulu jawabannya.")},
    )


class TakeForm(forms.Form):
    """Taking a report, from nobody or from the colleague who was seen holding it."""

    instead_of = forms.UUIDField(required=False, widget=forms.HiddenInput)


class TriageForm(forms.Form):
    """The three questions."""

    case_type = forms.ChoiceField(
        label=_("Siapa yang perlu dilindungi?"),
        choices=CaseType.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Pilih siapa yang perlu dilindungi.")},
    )
    risk = forms.TypedChoiceField(
        label=_("Seberapa berbahaya?"),
        choices=RiskLevel.choices,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Pilih seberapa berbahaya.")},
    )
    authority = forms.ChoiceField(
        label=_("Wewenang siapa?"),
        choices=Authority.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Pilih wewenang siapa.")},
    )
    why = CleanText(
        label=_("Mengapa lebih rendah dari jawabannya?"),
        max_characters=MAX_NOTE,
        multiline=True,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Disimpan tersegel, untuk rekan di meja. Kepala unit membacanya."),
    )

    def __init__(self, *args: Any, suggestion: Suggestion | None = None, **kwargs: Any) -> None:
        """Args: suggestion: what the answers point to; less than that is asked for a reason."""
        super().__init__(*args, **kwargs)
        self.suggestion = suggestion

    def clean(self) -> dict[str, Any]:
        """Ask for a second look where the answers say more danger."""
        cleaned = super().clean() or {}
        risk = cleaned.get("risk")
        is_less = self.suggestion is not None and risk is not None and self.suggestion.needs_reason(risk)
        if is_less and not is_reason(cleaned.get("why") or "") and "why" not in self.errors:
            self.add_error("why", WHY_LESS)
        return cleaned

    @property
    def asks_why(self) -> bool:
        """Whether the reason is asked for on the page."""
        return "why" in self.errors or bool(self["why"].value())


class DuplicateForm(forms.Form):
    """Which report this one is a double of."""

    original = CleanText(
        label=_("Kode laporan yang pertama"),
        max_characters=CODE_LENGTH,
        widget=forms.TextInput(attrs={"list": "kode-lain", "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Tulis kode laporan yang pertama.")},
    )

    def clean_original(self) -> str:
        """Return the code as codes are written."""
        return str(self.cleaned_data["original"]).upper()


class DoubleForm(OnceForm):
    """What the reporter of a double reads, and that its danger was seen."""

    original = forms.CharField(widget=forms.HiddenInput)
    words = CleanText(
        label=_("Kata-kata untuk pelapor"),
        max_characters=MAX_WORDS,
        multiline=True,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Terkirim atas nama Anda. Kosong berarti tidak ada yang dikirim."),
    )
    look = forms.BooleanField(
        label=_("Sudah saya baca keduanya: laporan yang lain ditangani dengan bahaya yang disebut di sini"),
        error_messages={"required": _("Baca keduanya, lalu centang; atau pilah laporan ini sendiri.")},
    )

    def __init__(self, *args: Any, is_graver: bool, **kwargs: Any) -> None:
        """Args: is_graver: the report says more danger than the other has."""
        super().__init__(*args, **kwargs)
        if not is_graver:
            del self.fields["look"]


class RefuseForm(OnceForm):
    """Why not for us, and what the reporter reads."""

    reason = forms.ChoiceField(
        label=_("Alasannya"),
        choices=RefusalReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Pilih alasannya.")},
    )
    words = CleanText(
        label=_("Kata-kata untuk pelapor"),
        max_characters=MAX_WORDS,
        multiline=True,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Ia membaca kalimat ini. Sesuaikan, jangan menyalahkan."),
        error_messages={"required": _("Tulis kalimat untuk pelapor.")},
    )
    note = CleanText(
        label=_("Catatan untuk rekan"),
        max_characters=MAX_NOTE,
        multiline=True,
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
        help_text=_(
            "Tidak terlihat oleh pelapor. Boleh kosong bila jawabannya tidak menyebut bahaya; bila menyebut, kepala "
            "unit membacanya."
        ),
    )
    look = forms.BooleanField(label=_("Sudah saya lihat lagi: laporan ini tetap tidak ditangani"), required=False)

    def __init__(self, *args: Any, suggestion: Suggestion | None = None, **kwargs: Any) -> None:
        """Args: suggestion: what the answers point to; where they say danger, a second look is asked for."""
        super().__init__(*args, **kwargs)
        self.against = suggestion.against if suggestion is not None else ()

    def clean(self) -> dict[str, Any]:
        """Ask for a written reason and a second look where the answers say danger."""
        cleaned = super().clean() or {}
        if self.against and not is_reason(cleaned.get("note") or "") and "note" not in self.errors:
            self.add_error("note", WHY_NONE)
        if self.against and not cleaned.get("look"):
            self.add_error("look", _("Baca sekali lagi jawabannya, lalu centang."))
        return cleaned

    @property
    def asks_look(self) -> bool:
        """Whether the second look is asked for on the page: once somebody has tried to refuse."""
        return self.is_bound and bool(self.against)


class RulingForm(forms.Form):
    """What the head makes of a reason: read, or sent back with a word."""

    verdict = forms.ChoiceField(
        label=_("Sesudah membaca"),
        choices=[(Verdict.READ.value, _("Sudah saya baca")), (Verdict.RETURNED.value, _("Kembalikan ke meja"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Pilih salah satu.")},
    )
    word = CleanText(
        label=_("Kata untuk meja"),
        max_characters=MAX_NOTE,
        multiline=True,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Perlu bila dikembalikan: apa yang harus dilihat lagi. Terbaca oleh petugas meja."),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for a word where something comes back."""
        cleaned = super().clean() or {}
        if cleaned.get("verdict") == Verdict.RETURNED and not cleaned.get("word") and "word" not in self.errors:
            self.add_error("word", _("Tulis apa yang harus dilihat lagi oleh meja."))
        return cleaned


class OpenCaseForm(OnceForm):
    """Who will manage the case."""

    manager = forms.ModelChoiceField(
        label=_("Manajer kasus"),
        queryset=User.objects.none(),
        empty_label=None,
        help_text=_("Menerima kunci kasus ini, lalu menugaskan yang lain."),
        error_messages={
            "required": _("Pilih manajer kasus."),
            "invalid_choice": _("Orang ini tidak dapat menjadi manajer kasus di unit ini."),
        },
    )

    def __init__(self, *args: Any, managers: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choosable = User.objects.filter(pk__in=[one.pk for one in managers])
        self.fields["manager"].queryset = choosable.order_by("display_name", "pk")  # type: ignore[attr-defined]


SUGGESTED_WORDS = {
    RefusalReason.NOT_VIOLENCE: _(
        "Terima kasih sudah menulis. Yang Anda ceritakan bukan hal yang bisa kami tangani di sini, tetapi Anda tidak "
        "salah menghubungi kami. Kalau keadaannya berubah, tulis lagi lewat tanda terima yang sama."
    ),
    RefusalReason.OTHER_OFFICE: _(
        "Anda tidak salah menghubungi kami. Yang dapat membantu paling cepat adalah kantor di tempat kejadian. "
        "Tulis lewat tanda terima ini kalau Anda ingin kami bantu menghubunginya."
    ),
    RefusalReason.NOT_ENOUGH: _(
        "Terima kasih sudah menulis. Keterangannya belum cukup bagi kami untuk bergerak. Kalau Anda ingin menambah apa "
        "pun, tulis lewat tanda terima yang sama; kami membacanya."
    ),
    RefusalReason.SPAM: _(
        "Kiriman ini tidak kami tangani. Kalau Anda membutuhkan bantuan, tulis lagi lewat tanda terima yang sama."
    ),
}
"""What a reporter may read for each reason; the officer changes it to fit."""
