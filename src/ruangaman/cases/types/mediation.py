"""May there be a mediation? Source: UU 12/2022 art. 23 and the office's procedure (domain.md 2.3, mediation gate)."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import models
from django.utils.translation import gettext_lazy as _

from ruangaman.core.codelists import CaseType, RiskLevel

SEXUAL = frozenset({"sexual", "online"})
"""Taken as sexual violence: what is electronic is treated so until the legal staff know better."""


class AskedBy(models.TextChoices):
    """Who asks for the mediation."""

    VICTIM = "victim", _("Korban")
    ACCUSED = "accused", _("Terlapor")
    FAMILY = "family", _("Keluarga")
    OTHER = "other", _("Orang lain")


class NoMediation(models.TextChoices):
    """Why there is no mediation."""

    NOT_HER_WISH = "not_her_wish", _("Yang meminta bukan korban.")
    NOT_ASSESSED = "not_assessed", _("Asesmen belum lengkap.")
    NOT_SIGNED = "not_signed", _("Persetujuan tertulis untuk mediasi belum ada.")
    SEXUAL = "sexual", _("Kekerasan seksual tidak diselesaikan di luar pengadilan.")
    TRAFFICKING = "trafficking", _("Perdagangan orang tidak dimediasi.")
    DANGEROUS = "dangerous", _("Bahayanya tinggi atau ekstrem.")
    CHILD = "child", _("Korbannya anak.")
    UNKNOWN = "unknown", _("Kejadiannya belum dicatat, jadi belum dapat dinilai.")


@dataclass(frozen=True)
class MediationFacts:
    """What the gate looks at.

    Args:
        harms: what the forms of every incident of the case count as (the list says it).
        is_signed: a consent of the victim for mediation, on paper, counts now.
    """

    asked_by: AskedBy
    is_assessed: bool
    is_signed: bool
    risk: RiskLevel
    case_type: CaseType
    harms: frozenset[str] = field(default=frozenset())
    has_child_victim: bool = False


def why_no_mediation(facts: MediationFacts) -> list[NoMediation]:
    """Return every reason against a mediation; empty: it may be held. Where nothing is known, there is none."""
    against = {
        NoMediation.NOT_HER_WISH: facts.asked_by is not AskedBy.VICTIM,
        NoMediation.NOT_ASSESSED: not facts.is_assessed,
        NoMediation.NOT_SIGNED: not facts.is_signed,
        NoMediation.SEXUAL: bool(facts.harms & SEXUAL),
        NoMediation.TRAFFICKING: "trafficking" in facts.harms,
        NoMediation.DANGEROUS: facts.risk >= RiskLevel.TINGGI,
        NoMediation.CHILD: facts.has_child_victim or facts.case_type != CaseType.WOMAN,
        NoMediation.UNKNOWN: not facts.harms,
    }
    return [reason for reason, holds in against.items() if holds]
