"""Pauses of a clock, each with who, why and until when: what stood still can be told after it goes on."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from ruangaman.clocks.types import PauseReason

USER = "accounts.User"


class Pause(models.Model):
    """From when to when the time of a clock did not count. Facts in the clear, no words."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    clock = models.ForeignKey("clocks.Clock", on_delete=models.PROTECT, related_name="pauses")
    dossier = models.ForeignKey("vault.Dossier", on_delete=models.PROTECT, related_name="+")
    """Of the clock."""
    reason = models.CharField(max_length=16, choices=PauseReason)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    """Who paused it; None: written down before that was kept."""
    since = models.DateTimeField()
    until = models.DateTimeField()
    """When it goes on by itself."""
    ended_at = models.DateTimeField(null=True)
    """When it went on; None: it stands still, or ended so."""
    ended_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    """Who let it go on; None: its day came."""

    class Privacy:
        plain = frozenset({"clock", "reason", "by", "since", "until", "ended_at", "ended_by"})
        linkable = frozenset({"id", "dossier"})

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="pause_has_an_end", condition=Q(until__gt=F("since"))),
            models.CheckConstraint(
                name="pause_ends_after_it_began",
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__gte=F("since")),
            ),
            models.UniqueConstraint(fields=["clock"], condition=Q(ended_at=None), name="pause_once"),
        ]
        indexes: ClassVar = [
            models.Index("dossier", name="pause_of_dossier"),
            models.Index("until", name="pause_ends", condition=Q(ended_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.clock_id} {self.since}"
