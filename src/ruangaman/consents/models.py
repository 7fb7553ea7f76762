"""The ledger of consents: one row an answer, never changed but to say that it counts no more."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self
from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from ruangaman.consents.types import Basis, ConsentPurpose, Ending, Giver, How

USER = "accounts.User"


class ConsentQuerySet(models.QuerySet["Consent"]):
    """Which entries count."""

    def live(self, at: datetime) -> Self:
        """What allows something at a moment: given, not taken back or replaced by then, and its time is not over."""
        return self.filter(
            Q(until=None) | Q(until__gt=at),
            Q(ended_at=None) | Q(ended_at__gt=at),
            is_given=True,
            given_at__lte=at,
        )


class Consent(models.Model):
    """One answer about one purpose and one recipient, or the legal basis in its place."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dossier = models.ForeignKey("vault.Dossier", on_delete=models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=16, choices=ConsentPurpose)
    recipient = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, null=True, related_name="+")
    """Who receives; None: it stays in the house."""
    version = models.PositiveSmallIntegerField()
    is_given = models.BooleanField()
    basis = models.CharField(max_length=8, choices=Basis)
    giver = models.CharField(max_length=8, choices=Giver)
    how = models.CharField(max_length=8, choices=How)
    given_at = models.DateTimeField()
    until = models.DateTimeField(null=True)
    withhold_ref = models.UUIDField(null=True, unique=True)
    recorded_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    ending = models.CharField(max_length=8, choices=Ending, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["dossier", "purpose", "recipient", "version"], nulls_distinct=False, name="consent_version_once"
            ),
            models.UniqueConstraint(
                fields=["dossier", "purpose", "recipient"],
                condition=Q(ended_at=None),
                nulls_distinct=False,
                name="consent_one_counts",
            ),
            models.CheckConstraint(name="consent_purpose_known", condition=Q(purpose__in=ConsentPurpose.values)),
            models.CheckConstraint(
                name="consent_is_of_somebody",
                condition=(Q(basis=Basis.CONSENT) & ~Q(giver=Giver.NOBODY))
                | (~Q(basis=Basis.CONSENT) & Q(giver=Giver.NOBODY, is_given=True)),
            ),
            models.CheckConstraint(
                name="consent_in_order_of_time",
                condition=Q(recorded_at__gte=F("given_at")) & (Q(until=None) | Q(until__gt=F("given_at"))),
            ),
            models.CheckConstraint(
                name="consent_end_goes_together",
                condition=Q(ended_at=None, ended_by=None, ending="")
                | Q(ended_at__gte=F("recorded_at"), ended_by__isnull=False, ending__in=Ending.values),
            ),
        ]

    class Privacy:
        plain = frozenset(
            {
                "id", "purpose", "recipient", "version", "is_given", "basis", "giver", "how", "given_at", "until",
                "recorded_by", "recorded_at", "ended_at", "ended_by", "ending",
            }
        )  # fmt: skip
        linkable = frozenset({"dossier", "withhold_ref"})

    def __str__(self) -> str:
        return f"{self.purpose} {self.version}"
