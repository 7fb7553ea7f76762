"""Why and how long somebody without a part in a case reads some of it."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _


class AccessReason(models.TextChoices):
    """Why somebody without a part in the case reads some of it for a while."""

    SUBSTITUTE = "substitute", _("Menggantikan sementara")
    SECOND_VIEW = "second_view", _("Pendapat kedua")
    PREPARING = "preparing", _("Menyiapkan serah terima")
    SUPERVISION = "supervision", _("Supervisi penanganan")
    COURT = "court", _("Menyiapkan persidangan")


LONGEST_ACCESS = timedelta(days=180)


class LiftReason(models.TextChoices):
    """Why somebody may work on a case though they may be too near to it."""

    DISTANT = "distant", _("Hubungannya jauh dan tidak ada kepentingan")
    NOBODY_ELSE = "nobody_else", _("Tidak ada orang lain yang dapat menangani")
    MISTAKE = "mistake", _("Bukan orang yang sama")
