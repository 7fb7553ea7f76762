"""Reading a part of a case for a while, without a part in the work."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from ruangaman.cases.types import AccessReason

USER = "accounts.User"


class Access(models.Model):
    """Somebody may read some compartments of a case until a moment. The keys are grants; this says why, and stays."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="accesses")
    user = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    compartments = models.PositiveIntegerField()
    """Bit n for compartment n, as in the vault's grants."""
    reason = models.CharField(max_length=16, choices=AccessReason)
    since = models.DateTimeField()
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    not_after = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "user"], condition=Q(ended_at=None), name="access_once"),
            models.CheckConstraint(
                name="access_in_order_of_time", condition=Q(not_after__gt=F("since"), compartments__gt=0)
            ),
            models.CheckConstraint(
                name="access_end_goes_together",
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__gte=F("since"), ended_by__isnull=False),
            ),
        ]

    class Privacy:
        plain = frozenset(
            {"id", "user", "compartments", "reason", "since", "by", "not_after", "ended_at", "ended_by"}
        )  # fmt: skip
        linkable = frozenset({"case"})

    def __str__(self) -> str:
        return f"{self.reason} {self.case_id}"
