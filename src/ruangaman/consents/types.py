"""Words of the ledger: what for, by whom, how, and what may stand in the place of a consent.

Source: UU 27/2022 art. 20, 22, 25 and 26; peers.md 5.3 (Primero's fields); domain.md 1.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ConsentPurpose(models.TextChoices):
    """What somebody agrees to. Sharing is asked for each sector and each recipient by itself."""

    SERVICES = "services", _("Ditangani dan didampingi kantor ini")
    STATISTICS = "statistics", _("Dihitung dalam angka, tanpa nama")
    MEDIATION = "mediation", _("Ikut mediasi")
    SECURITY = "security", _("Dibagikan untuk keamanan")
    PSYCHOSOCIAL = "psychosocial", _("Dibagikan untuk bantuan psikososial")
    HEALTH = "health", _("Dibagikan untuk kesehatan")
    SHELTER = "shelter", _("Dibagikan untuk tempat aman")
    LEGAL = "legal", _("Dibagikan untuk bantuan hukum")
    PROTECTION = "protection", _("Dibagikan untuk pelindungan")
    LIVELIHOOD = "livelihood", _("Dibagikan untuk penghidupan")
    OTHER = "other", pgettext_lazy("tujuan persetujuan", "Dibagikan untuk hal lain")


OWN_PURPOSES = frozenset({ConsentPurpose.SERVICES, ConsentPurpose.STATISTICS, ConsentPurpose.MEDIATION})
"""What stays in the house. All others name somebody who receives."""


class Basis(models.TextChoices):
    """What allows it. Source: UU 27/2022 art. 20 (2)."""

    CONSENT = "consent", _("Persetujuan")
    VITAL = "vital", _("Menyelamatkan nyawa atau keselamatan")
    DUTY = "duty", _("Kewajiban menurut undang-undang")
    PUBLIC = "public", _("Tugas pelayanan publik")


class Giver(models.TextChoices):
    """Whose word it is."""

    SELF = "self", _("Ia sendiri")
    BOTH = "both", _("Wali, dan anak setuju")
    GUARDIAN = "guardian", _("Wali, anak belum dapat ditanya")
    NOBODY = "nobody", _("Tidak ditanyakan")


class How(models.TextChoices):
    """How it was given."""

    PAPER = "paper", _("Ditandatangani di kertas")
    SPOKEN = "spoken", _("Diucapkan")
    THREAD = "thread", _("Ditulis lewat percakapan")
    RECORD = "record", _("Dicatat petugas")


class Ending(models.TextChoices):
    """Why an entry counts no more."""

    REVOKED = "revoked", _("Dicabut")
    REPLACED = "replaced", _("Diganti jawaban baru")


@dataclass(frozen=True)
class Answer:
    """What somebody said when they were asked, or what stands in its place.

    Args:
        is_given: False: asked, and the answer was no.
        until: until when it counts; None: until it is taken back.
        withhold: what must not be passed on, and to whom; sealed.
    """

    basis: Basis
    giver: Giver
    how: How
    is_given: bool = True
    until: datetime | None = None
    withhold: str = ""
