"""What somebody did to several tasks at once, so that it can be taken back."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q

from ruangaman.cases.types import BulkKind

USER = "accounts.User"


class BulkAct(models.Model):
    """One act of one person on several tasks."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.CharField(max_length=8, choices=BulkKind)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=BulkKind.values), name="bulk_kind_known"),
            models.CheckConstraint(
                condition=Q(undone_at=None) | Q(undone_at__gte=models.F("at")), name="bulk_in_order_of_time"
            ),
        ]

    class Privacy:
        plain = frozenset({"id", "kind", "by", "at", "undone_at"})
        linkable: ClassVar[frozenset[str]] = frozenset()

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class BulkItem(models.Model):
    """One task of an act: what it was, and what it was made."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    act = models.ForeignKey(BulkAct, on_delete=models.PROTECT, related_name="items")
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="+")
    task = models.ForeignKey("cases.Task", on_delete=models.PROTECT, related_name="+")
    before = models.JSONField()
    after = models.JSONField()
    """Owner, moments and version: when the task is not so any more, somebody has changed it since."""

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["act", "task"], name="bulk_task_once")]

    class Privacy:
        plain = frozenset({"id", "act", "before", "after"})
        linkable = frozenset({"case", "task"})

    def __str__(self) -> str:
        return f"{self.act_id} {self.task_id}"
