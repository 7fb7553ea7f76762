"""What is still to be done in a case, and how it moved from state to state."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from ruangaman.cases.types import CaseState
from ruangaman.core.codelists import ClosingReason

USER = "accounts.User"


class Task(models.Model):
    """Something that somebody promised to do until a moment. The title is sealed."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="tasks")
    ref = models.UUIDField(unique=True)
    version = models.PositiveIntegerField(default=1, db_default=1)
    owner = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="task_done_fields_go_together",
                condition=Q(done_at=None, done_by=None) | Q(done_at__gte=F("made_at"), done_by__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index("case", "due_at", name="task_open", condition=Q(done_at=None)),
            models.Index("owner", name="task_open_by_owner", condition=Q(done_at=None)),
        ]

    class Privacy:
        plain = frozenset({"id", "owner", "version", "made_at", "made_by", "due_at", "done_at", "done_by"})
        linkable = frozenset({"case", "ref"})

    def __str__(self) -> str:
        return str(self.id)


class Transition(models.Model):
    """A move of a case from one state to another. The words of the reason are sealed."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="transitions")
    from_state = models.CharField(max_length=16, choices=CaseState)
    to_state = models.CharField(max_length=16, choices=CaseState)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason_code = models.CharField(max_length=16, choices=ClosingReason, blank=True)
    reason_ref = models.UUIDField(unique=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="transition_goes_somewhere", condition=~Q(from_state=F("to_state"))),
        ]

    class Privacy:
        plain = frozenset({"id", "from_state", "to_state", "by", "at", "reason_code"})
        linkable = frozenset({"case", "reason_ref"})

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"
