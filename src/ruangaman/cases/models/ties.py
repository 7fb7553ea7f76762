"""What two people are to each other, in one case or across two."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from ruangaman.cases.types.ties import TieKind

USER = "accounts.User"
PERSON = "cases.Person"


class Tie(models.Model):
    """Two people and what they are to each other, from when to when. Nobody's content is moved or copied by it.

    Seen only by who holds keys of both dossiers: a tie into a case that one cannot open does not exist.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.CharField(max_length=12, choices=TieKind)
    first = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="ties_from")
    second = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="ties_to")
    since = models.DateTimeField()
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    until = models.DateTimeField(null=True)
    until_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "first", "second"], condition=Q(until=None), name="tie_once"),
            models.CheckConstraint(name="tie_of_two", condition=~Q(first=F("second"))),
            models.CheckConstraint(name="tie_kind_known", condition=Q(kind__in=TieKind.values)),
            models.CheckConstraint(
                name="tie_end_goes_together",
                condition=Q(until=None, until_by=None) | Q(until__gte=F("since"), until_by__isnull=False),
            ),
        ]

    class Privacy:
        plain = frozenset({"id", "kind", "since", "by", "until", "until_by"})
        linkable = frozenset({"first", "second"})

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
