"""Words of doing one thing to several tasks at once."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

UNDO_LIMIT = timedelta(seconds=60)
"""So long it can be taken back as a whole."""
MOST_AT_ONCE = 200


class BulkKind(models.TextChoices):
    """What is done to each."""

    DONE = "done", _("Tandai selesai")
    HAND = "hand", _("Serahkan kepada")
    DUE = "due", _("Ubah tenggat")
