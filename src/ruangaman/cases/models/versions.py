"""What a record of a case was before it was changed."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q

from ruangaman.cases.types import RecordKind

USER = "accounts.User"


class Version(models.Model):
    """One state of a person, an incident or a task: by whom, since when.

    The sealed parts are where they were: a change seals the new words under a new reference, and the old one stays for
    whoever holds the compartment. A record that was never changed has no row here.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="versions")
    kind = models.CharField(max_length=12, choices=RecordKind)
    record = models.UUIDField()
    number = models.PositiveIntegerField()
    facts = models.JSONField()
    """What was in the clear: codes and moments, by the names of the form."""
    ref = models.UUIDField()
    contact_ref = models.UUIDField(null=True)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["record", "number"], name="version_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="version_from_one"),
            models.CheckConstraint(condition=Q(kind__in=RecordKind.values), name="version_kind_known"),
        ]

    class Privacy:
        plain = frozenset({"id", "kind", "number", "facts", "by", "at"})
        linkable = frozenset({"case", "record", "ref", "contact_ref"})

    def __str__(self) -> str:
        return f"{self.kind} {self.record}/{self.number}"
