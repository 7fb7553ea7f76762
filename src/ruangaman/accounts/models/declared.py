"""What somebody who works here declares, so that no case comes to them that they are too near to."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q

USER = "accounts.User"


class Relative(models.Model):
    """Somebody near to one who works here. The name is sealed for whoever declared it; the numbers become tags."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="relatives")
    dossier = models.OneToOneField("vault.Dossier", on_delete=models.PROTECT, related_name="+")
    name_ref = models.UUIDField(unique=True)
    numbers_ref = models.UUIDField(unique=True)
    """The stretched numbers, sealed for those who hold the key of the unit's index."""
    declared_at = models.DateTimeField()
    indexed_at = models.DateTimeField(null=True)
    """When one of them took the numbers into the index; None: nobody has come by since."""
    withdrawn_at = models.DateTimeField(null=True)

    class Privacy:
        plain = frozenset({"id", "user", "declared_at", "indexed_at", "withdrawn_at"})
        linkable = frozenset({"dossier", "name_ref", "numbers_ref"})

    def __str__(self) -> str:
        return str(self.id)


class AvoidedPlace(models.Model):
    """An agency or unit that somebody who works here is too near to: where they or their family work."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="avoided_places")
    code = models.SlugField(max_length=32)
    """Of an agency or a unit."""
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "code"], condition=Q(until=None), name="avoided_place_once")
        ]

    class Privacy:
        plain = frozenset({"id", "user", "code", "since", "until"})
        linkable: ClassVar[frozenset[str]] = frozenset()

    def __str__(self) -> str:
        return f"{self.user_id} {self.code}"
