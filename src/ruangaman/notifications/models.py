"""What went out: one row for each letter, so that a repeated job sends nothing twice."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q

from ruangaman.notifications.types import AlarmKind


class AlarmSent(models.Model):
    """An alarm that the mail server took for one person."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    report_id = models.UUIDField()
    """A key of `intake`, which stands above: no foreign key upward."""
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=4, choices=AlarmKind)
    sent_at = models.DateTimeField()

    class Privacy:
        plain = frozenset({"id", "user", "kind", "sent_at"})
        linkable = frozenset({"report_id"})

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report_id", "user", "kind"], name="alarm_once"),
            models.CheckConstraint(name="alarm_kind_known", condition=Q(kind__in=AlarmKind.values)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.report_id}"
