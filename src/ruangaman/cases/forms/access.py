"""Who may read what for a while, and what must not be erased, as forms."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from ruangaman.cases.forms.decisions import AssignForm
from ruangaman.cases.forms.fields import MAX_TEXT, CaseForm, CleanText, choice, day, several
from ruangaman.cases.policies import PARTIAL
from ruangaman.cases.types import AccessReason, LiftReason
from ruangaman.core.regions import zone
from ruangaman.vault.types import Compartment, HoldReason


class UntilForm(CaseForm):
    """The last day of an access."""

    until = day(_("Sampai dan termasuk"), help_text=_("Paling lama setengah tahun. Sesudah hari itu kuncinya dihapus."))

    @property
    def not_after(self) -> datetime:
        """The midnight that ends the chosen day."""
        return datetime.combine(self.cleaned_data["until"] + timedelta(days=1), time.min, zone())


class AccessForm(AssignForm, UntilForm):
    """Somebody who reads some of the case for a while."""

    compartments = several(
        [(str(int(part)), part.label) for part in sorted(PARTIAL)],
        _("Yang boleh dibaca"),
        help_text=_("Hanya yang termasuk peran orang itu. Lampiran dan percakapan hanya untuk yang bertugas."),
    )
    reason = choice(AccessReason.choices, _("Mengapa"), widget=forms.RadioSelect)
    field_order = ("user", "compartments", "reason", "until")

    @property
    def parts(self) -> frozenset[Compartment]:
        """The chosen compartments."""
        return frozenset(Compartment(int(one)) for one in self.cleaned_data["compartments"])


class LiftForm(AssignForm):
    """Who may work on the case whatever speaks against it, and why."""

    reason = choice(LiftReason.choices, _("Mengapa"), widget=forms.RadioSelect)


class EndForm(CaseForm):
    """Taking an access away: nothing to fill in."""


class DropForm(CaseForm):
    """Why a clock should not have begun."""

    words = CleanText(
        label=_("Mengapa tidak diperlukan"),
        rows=3,
        most=MAX_TEXT,
        help_text=_("Tersimpan terkunci sebagai catatan kerja kasus. Yang bertugas dapat membacanya."),
    )


class HoldForm(CaseForm):
    """Why a case must not be erased."""

    reason = choice(HoldReason.choices, _("Mengapa tidak boleh dihapus"), widget=forms.RadioSelect)
    words = CleanText(
        label=_("Penjelasan"),
        rows=3,
        most=MAX_TEXT,
        help_text=_("Misalnya nomor perkara. Tersimpan terkunci dalam berkas kasus."),
    )
