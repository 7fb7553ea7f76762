"""Filters of the queue that somebody gave a name."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q

from ruangaman.web.types import LONGEST_NAME, Filters


class SavedFilter(models.Model):
    """A filter under a name: its owner's, or their whole unit's. Each sees through it only what is theirs."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    owner = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey("accounts.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    """With whom it is shared; None: with nobody."""
    name = models.CharField(max_length=LONGEST_NAME)
    """A few plain words, of no person: the form says so. They stand in the navigation of a whole unit."""
    query = models.CharField(max_length=240)
    """The address, as `web.types.Filters.query` writes it: known keys and values only."""
    made_at = models.DateTimeField()

    class Privacy:
        plain = frozenset({"id", "owner", "unit", "name", "query", "made_at"})
        linkable: ClassVar[frozenset[str]] = frozenset()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "name"], name="saved_name_once"),
            models.CheckConstraint(name="saved_filter_narrows", condition=~Q(query="") & ~Q(name="")),
        ]
        indexes: ClassVar = [models.Index("unit", "name", name="saved_of_unit", condition=Q(unit__isnull=False))]

    def __str__(self) -> str:
        return self.name

    @property
    def filters(self) -> Filters:
        """What it narrows the queue to. A value that is not known any more narrows nothing."""
        return Filters.of(self.query)
