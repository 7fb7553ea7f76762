"""Limits as data: what is promised, how long it may take, on which legal basis, from when on."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Calendar(models.TextChoices):
    """Which hours count."""

    CALENDAR = "calendar", _("Jam kalender")
    WORKING = "working", _("Jam kerja")


class Limit(models.Model):
    """How long something may take. A new rule is a new row with a later `valid_from`; old clocks keep theirs."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    key = models.CharField(max_length=40)
    hours = models.PositiveIntegerField()
    calendar = models.CharField(max_length=8, choices=Calendar, default=Calendar.CALENDAR)
    legal_basis = models.CharField(max_length=200)
    valid_from = models.DateTimeField()

    class Privacy:
        plain = frozenset({"id", "key", "hours", "calendar", "legal_basis", "valid_from"})
        linkable: frozenset[str] = frozenset()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "valid_from"], name="limit_once_per_moment"),
            models.CheckConstraint(name="limit_calendar_known", condition=Q(calendar__in=Calendar.values)),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.hours} h"
