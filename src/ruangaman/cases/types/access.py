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
