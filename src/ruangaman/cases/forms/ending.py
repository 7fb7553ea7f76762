"""What the head decides, and the end of a case, as forms."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from itertools import pairwise
from typing import Any, Protocol

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ruangaman.cases.forms.fields import MAX_TEXT, CaseForm, CleanText, choice, day, offer, or_none, several
from ruangaman.cases.types import AFTERCARE_MONTHS, ApprovalKind, Doing, Doubt, Outcome, Point, Standing, WindowOutcome
from ruangaman.consents.types import Basis
from ruangaman.core.codelists import ClosingReason, RiskLevel

MONTHS = dict(zip(("first", "second", "third"), AFTERCARE_MONTHS, strict=True))
"""Which of the office's months after the closing each day is for."""


class DecideForm(CaseForm):
    """Yes, or back with what has to be looked at again."""

    outcome = choice(Outcome.choices, _("Keputusan"), widget=forms.RadioSelect)
    points = several((), _("Yang perlu dilihat lagi"), required=False, help_text=_("Hanya bila dikembalikan."))
    signs = forms.BooleanField(required=False)
    seen = forms.CharField(required=False)
    """What the page named: what came up since is not signed for."""

    def __init__(self, *args: Any, kind: ApprovalKind, standing: Standing | None = None, **kwargs: Any) -> None:
        """Offer what can be wrong with what is asked about.

        Args:
            standing: of a closing what speaks against it; where anything does, the head signs for it by name.
        """
        super().__init__(*args, **kwargs)
        offer(self, "points", [(point.value, point.label) for point in Point.of(kind)])
        self.standing = standing
        doubts = standing.sentence if standing is not None else ""
        label = _("Saya sudah membaca semuanya, dan setuju kasus ini ditutup meskipun %(doubts)s.")
        self.fields["signs"].label = label % {"doubts": doubts}
        if not doubts:
            del self.fields["signs"]

    @property
    def named(self) -> str:
        """What the page names now, by codes."""
        return " ".join(sorted(self.standing.doubts)) if self.standing is not None else ""

    def clean(self) -> dict[str, Any]:
        """What is sent back says why; what is approved in spite of something is signed for as it stands now."""
        cleaned = super().clean()
        if cleaned.get("outcome") == Outcome.APPROVED and self.named:
            if cleaned.get("seen") != self.named:
                self.data = {name: value for name, value in self.data.items() if name != "signs"}
                self.add_error("signs", _("Ada yang berubah sejak halaman ini dibuka. Baca lagi, lalu centang."))
            elif not cleaned.get("signs"):
                self.add_error("signs", _("Baca sekali lagi, lalu centang; atau kembalikan kepada manajer."))
        returned, points = cleaned.get("outcome") == Outcome.RETURNED, cleaned.get("points")
        if returned and not points:
            self.add_error("points", _("Pilih apa yang perlu dilihat lagi."))
        if returned and cleaned.get("signs"):
            self.add_error("signs", _("Centang ini hanya untuk menyetujui. Hapus centangnya, atau pilih “Disetujui”."))
        if cleaned.get("outcome") == Outcome.APPROVED and points:
            self.add_error("points", _("Kosongkan bila disetujui, atau pilih “Dikembalikan”."))
        return cleaned

    def signed(self) -> frozenset[Doubt]:
        """Return in spite of what a closing is approved."""
        signs = self.cleaned_data.get("signs")
        return self.standing.doubts if signs and self.standing is not None else frozenset()


class Weigh(Protocol):
    """Says what speaks against ending a case, by what a form says of it."""

    def __call__(self, *, risk: RiskLevel, goals: tuple[int, int], reason: ClosingReason) -> Standing:
        """Return it for this danger, these goals (met, of how many) and this reason."""


class ClosingForm(CaseForm):
    """What was reached before the case ends."""

    reason = choice(ClosingReason.choices, _("Mengapa kasus ini akan ditutup"), widget=forms.RadioSelect)
    risk = choice(RiskLevel.choices, _("Bahaya sekarang"), widget=forms.RadioSelect)
    goals_met = forms.IntegerField(label=_("Tujuan yang tercapai"), min_value=0, max_value=99)
    goals_total = forms.IntegerField(label=_("Dari berapa tujuan"), min_value=0, max_value=99)
    words = CleanText(
        label=_("Yang tercapai, dan yang masih terbuka"), rows=4, most=MAX_TEXT,
        help_text=_("Dibaca seluruh tim kasus ini."),
    )  # fmt: skip
    was_asked = choice(
        [("yes", _("Ya")), ("no", _("Belum dapat"))], _("Sudah ditanya pendapatnya?"), widget=forms.RadioSelect
    )
    her_words = CleanText(label=_("Kata-katanya"), rows=3, most=MAX_TEXT, required=False)
    why_clocks = CleanText(
        label=_("Mengapa jam hukum dan kesehatan itu tidak perlu lagi"), rows=3, most=MAX_TEXT, required=False,
        help_text=_("Satu alasan untuk semuanya. Disimpan terkunci, bersama nama jamnya."),
    )  # fmt: skip

    why_despite = CleanText(
        label=_("Mengapa tetap ditutup"), rows=3, most=MAX_TEXT, required=False,
        help_text=_("Satu alasan untuk semua yang disebut di atas. Dibaca tim kasus ini dan kepala yang memutuskan."),
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        has_binding: bool,
        has_doubts: bool,
        stand: Weigh,
        barred: Collection[ClosingReason] = (),
        **kwargs: Any,
    ) -> None:
        """Ask about the clocks of law and medicine only where some run.

        Args:
            has_doubts: something speaks against it whatever the form says.
            barred: reasons for which there is no end while she is not safe.
        """
        super().__init__(*args, **kwargs)
        self.barred = [one.label for one in ClosingReason if one in barred]
        offer(self, "reason", [(one.value, one.label) for one in ClosingReason if one not in barred])
        if barred:
            self.fields["reason"].error_messages["invalid_choice"] = _(
                "Ini belum dapat selagi ia belum aman. Pilih alasan lain, atau cek aman lagi."
            )
        self.has_binding, self.has_doubts, self.stand = has_binding, has_doubts, stand
        if not has_binding:
            del self.fields["why_clocks"]

    @property
    def asks_despite(self) -> bool:
        """Whether the reason is asked for on the page: at once, or since what the form says asks for one."""
        return self.has_doubts or "why_despite" in self.errors or bool(self["why_despite"].value())

    def clean_why_clocks(self) -> str:
        """Whatever law or medicine asks for does not end without a word."""
        why = str(self.cleaned_data["why_clocks"])
        if not why.strip():
            raise forms.ValidationError(_("Tulis mengapa, atau biarkan kasus ini terbuka sampai dijawab."))
        return why

    def clean(self) -> dict[str, Any]:
        """No more was met than there was."""
        cleaned = super().clean()
        met, total = cleaned.get("goals_met"), cleaned.get("goals_total")
        if met is not None and total is not None and met > total:
            self.add_error("goals_met", _("Tidak dapat lebih banyak dari semuanya."))
        if cleaned.get("risk") and met is not None and total is not None and not self.errors:
            standing = self.stand(
                risk=RiskLevel(int(cleaned["risk"])), goals=(met, total), reason=ClosingReason(cleaned["reason"])
            )
            if standing.doubts and not cleaned.get("why_despite", "").strip():
                self.add_error("why_despite", _("Belum dijelaskan: %(doubts)s.") % {"doubts": standing.sentence})
        return cleaned


class TransferForm(CaseForm):
    """Handing the case to another office."""

    to = choice((), _("Kepada"), required=False)
    name = CleanText(label=_("Lembaga lain"), required=False, help_text=_("Bila belum ada dalam daftar."))
    letter = CleanText(label=_("Nomor surat"))
    words = CleanText(label=_("Keterangan"), rows=3, most=MAX_TEXT, required=False)
    basis = choice(
        or_none(Basis.choices, _("Persetujuannya sudah tercatat")), _("Yang membolehkan"), required=False,
        help_text=_("Untuk lembaga di luar daftar, pilih “Persetujuan” bila ia menandatangani di kertas."),
    )  # fmt: skip
    why = CleanText(
        label=_("Dasarnya"), rows=3, most=MAX_TEXT, required=False,
        help_text=_("Surat, keadaan, atau pasal yang membolehkan tanpa persetujuan yang tercatat."),
    )  # fmt: skip

    def __init__(self, *args: Any, agencies: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        """Offer the offices that are known here."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["to"]
        field.choices = or_none(agencies, _("Tidak ada dalam daftar"))

    def clean(self) -> dict[str, Any]:
        """Somebody has to be named, and one of the two."""
        cleaned = super().clean()
        if bool(cleaned.get("to")) == bool(cleaned.get("name")):
            self.add_error("name", _("Pilih satu lembaga, atau tulis namanya."))
        if cleaned.get("basis") and not cleaned.get("why", "").strip():
            self.add_error("why", _("Tulis dasarnya."))
        return cleaned

    def to_basis(self) -> Basis | None:
        """Return what allows it in the place of the ledger's consent; None: the ledger is asked."""
        said = self.cleaned_data["basis"]
        return Basis(said) if said else None


class ReceivedForm(CaseForm):
    """The other office took the case on."""

    signer = CleanText(label=_("Siapa yang menerima"), help_text=_("Nama dan jabatan pada tanda terima."))
    on = day(_("Tanggal tanda terima"))


class TakeBackForm(CaseForm):
    """Why something that was sent or planned counts no more."""

    reason = CleanText(label=_("Mengapa"), rows=3, most=MAX_TEXT, help_text=_("Riwayatnya tetap ada."))


class WindowForm(CaseForm):
    """What came of a window of health or evidence."""

    window = choice((), _("Jendela yang mana"), widget=forms.RadioSelect)
    outcome = choice(WindowOutcome.choices, _("Apa hasilnya"), widget=forms.RadioSelect)
    words = CleanText(
        label=_("Keterangan"), rows=3, most=MAX_TEXT, required=False,
        help_text=_("Perlu diisi bila tidak diperlukan atau terlambat. Disimpan terkunci di cerita kejadian."),
    )  # fmt: skip

    def __init__(self, *args: Any, windows: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        """Offer the windows that nobody answered yet."""
        super().__init__(*args, **kwargs)
        field: Any = self.fields["window"]
        field.choices = list(windows)

    def clean(self) -> dict[str, Any]:
        """What was neither given nor declined says why."""
        cleaned = super().clean()
        outcome = cleaned.get("outcome")
        if outcome and WindowOutcome(outcome).needs_words and not cleaned.get("words", "").strip():
            self.add_error("words", _("Tulis mengapa."))
        return cleaned


class AftercareForm(CaseForm):
    """When somebody asks how it goes: the months for which nothing is planned. Of several left, not all need a day."""

    first = day(_("Kontak pertama"), help_text=_("Sekitar satu bulan sesudah ditutup."))
    second = day(_("Kontak kedua"), help_text=_("Sekitar tiga bulan."))
    third = day(_("Kontak ketiga"), help_text=_("Sekitar enam bulan."))

    def __init__(
        self, *args: Any, at: datetime, months: Collection[int], is_unsafe: bool = False, **kwargs: Any
    ) -> None:
        """Know what day it is, and which months are left. Args: is_unsafe: she was not safe at the last look."""
        super().__init__(*args, **kwargs)
        if is_unsafe:
            self.fields["first"].help_text = _("Belum aman saat ditutup: seminggu sesudahnya, atau lebih dulu.")
        self.at = at
        self.asked = {name: month for name, month in MONTHS.items() if month in months}
        for name in MONTHS.keys() - self.asked.keys():
            del self.fields[name]
        for name in self.asked if len(self.asked) < len(MONTHS) else ():
            self.fields[name].required = False

    @property
    def day_fields(self) -> list[forms.BoundField]:
        """The days that are asked for."""
        return [self[name] for name in self.asked]

    def clean(self) -> dict[str, Any]:
        """All of them are to come."""
        cleaned = super().clean()
        for name in self.asked:
            if cleaned.get(name) and cleaned[name] <= timezone.localdate(self.at):
                self.add_error(name, _("Pilih hari yang masih akan datang."))
        said = [(name, cleaned[name]) for name in self.asked if cleaned.get(name)]
        for (_before, earlier), (name, later) in pairwise(said):
            if later <= earlier and name not in self.errors:
                self.add_error(name, _("Pilih hari sesudah kontak sebelumnya."))
        return cleaned

    def days(self) -> dict[int, date]:
        """Return the days by the month that each is for."""
        return {month: self.cleaned_data[name] for name, month in self.asked.items() if self.cleaned_data.get(name)}


NOBODY = "missed"
"""Nobody was reached: the contact stays due."""


class ContactAfterForm(CaseForm):
    """How it goes after the closing; or that nobody was reached, and when somebody tries again."""

    doing = choice(
        [*Doing.choices, (NOBODY, _("Tidak terhubung"))], _("Bagaimana keadaannya"), widget=forms.RadioSelect
    )
    again_on = day(
        _("Dicoba lagi"), required=False, help_text=_("Hanya bila tidak terhubung. Kontaknya tetap ditunggu.")
    )
    words = CleanText(label=_("Catatan"), rows=3, most=MAX_TEXT, required=False)

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        """Know what day it is."""
        super().__init__(*args, **kwargs)
        self.at = at

    def clean(self) -> dict[str, Any]:
        """Whoever was not reached is tried again on a day that is to come."""
        cleaned = super().clean()
        again_on = cleaned.get("again_on")
        if (
            self.is_missed
            and "again_on" not in self.errors
            and (again_on is None or again_on <= timezone.localdate(self.at))
        ):
            self.add_error("again_on", _("Pilih hari yang masih akan datang."))
        return cleaned

    @property
    def is_missed(self) -> bool:
        """Whether nobody was reached."""
        return self.cleaned_data.get("doing") == NOBODY
