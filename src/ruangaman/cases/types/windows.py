"""The windows of health and evidence after sexual or bodily harm, and what may be said of each. domain.md 1.2."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

NEED_OF = {
    "clinical.pep": "pep",
    "clinical.contraception": "contraception",
    "evidence.sexual": "evidence",
    "evidence.physical": "injuries",
}
"""By kind of clock: what the window is for, as the event says that ends it."""


class WindowOutcome(models.TextChoices):
    """What came of a window. Sealed: it tells of somebody's body."""

    GIVEN = "given", _("Sudah diberikan atau diperiksa")
    DECLINED = "declined", _("Ditawarkan, ia memilih tidak")
    NOT_NEEDED = "not_needed", _("Tidak diperlukan")
    TOO_LATE = "too_late", _("Sudah terlambat")

    @property
    def needs_words(self) -> bool:
        """Whether it has to be said why."""
        return self in {WindowOutcome.NOT_NEEDED, WindowOutcome.TOO_LATE}
