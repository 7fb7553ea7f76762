"""Openings of single cases with the emergency key of their unit."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from ruangaman.cases.types.glass import (
    GLASS_OPEN_FOR,
    GlassEnding,
    GlassFacts,
    GlassReason,
    GlassState,
    GlassVerdict,
    glass_state,
)

USER = "accounts.User"
DOSSIER = "vault.Dossier"
LONGEST_REVIEW = timedelta(days=31)
"""However many days off there are."""


class Glass(models.Model):
    """One opening: asked, agreed to, begun, over, reviewed. Written by functions of the database alone.

    The dossier, the code and the unit are kept here, for who reviews may not see the case. The words have dossiers of
    their own: whoever opens holds nothing of the case, and neither do those who review.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="openings")
    dossier = models.ForeignKey(DOSSIER, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=12)
    unit = models.ForeignKey("accounts.Unit", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=16, choices=GlassReason)
    is_danger = models.BooleanField()
    """A life was in danger at that moment: no second person was waited for."""
    words_ref = models.UUIDField(unique=True)
    words_home = models.ForeignKey(DOSSIER, on_delete=models.PROTECT, related_name="+")
    opener = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    agreed_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    agreed_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    ending = models.CharField(max_length=16, choices=GlassEnding, blank=True)
    review_due_at = models.DateTimeField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    verdict = models.CharField(max_length=16, choices=GlassVerdict, blank=True)
    verdict_ref = models.UUIDField(null=True, unique=True)
    verdict_home = models.ForeignKey(DOSSIER, on_delete=models.PROTECT, null=True, related_name="+")
    frozen_at = models.DateTimeField(null=True)
    """When the trail was told that nobody had reviewed it in time."""

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="glass_codes_known",
                condition=Q(reason__in=GlassReason.values)
                & Q(ending__in=["", *GlassEnding.values])
                & Q(verdict__in=["", *GlassVerdict.values]),
            ),
            models.CheckConstraint(
                name="glass_agreed_by_another",
                condition=Q(agreed_by=None, agreed_at=None)
                | Q(agreed_by__isnull=False, agreed_at__gte=F("asked_at")) & ~Q(agreed_by=F("opener")),
            ),
            models.CheckConstraint(
                name="glass_opened_for_an_hour",
                condition=Q(opened_at=None, until=None, review_due_at=None)
                | Q(
                    until__gt=F("opened_at"),
                    until__lte=F("opened_at") + GLASS_OPEN_FOR,
                    review_due_at__gte=F("until"),
                    review_due_at__lte=F("opened_at") + LONGEST_REVIEW,
                )
                & (Q(is_danger=True) | Q(agreed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="glass_end_goes_together",
                condition=Q(closed_at=None, closed_by=None, ending="")
                | Q(closed_at__gte=F("asked_at"), closed_by__isnull=False) & ~Q(ending=""),
            ),
            models.CheckConstraint(
                name="glass_reviewed_by_a_third",
                condition=Q(reviewed_at=None, reviewed_by=None, verdict="", verdict_ref=None, verdict_home=None)
                | Q(
                    opened_at__isnull=False,
                    reviewed_at__gte=F("opened_at"),
                    reviewed_by__isnull=False,
                    verdict_ref__isnull=False,
                    verdict_home__isnull=False,
                )
                & ~Q(verdict="")
                & ~Q(reviewed_by=F("opener"))
                & (Q(agreed_by=None) | ~Q(reviewed_by=F("agreed_by"))),
            ),
            models.UniqueConstraint(
                fields=["case", "opener"], condition=Q(opened_at=None, closed_at=None), name="glass_asked_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index("opener", F("opened_at").desc(), name="glass_by_opener"),
            models.Index("unit", F("asked_at").desc(), name="glass_by_unit"),
            models.Index("review_due_at", name="glass_to_review", condition=Q(reviewed_at=None)),
        ]

    class Privacy:
        plain = frozenset(
            {
                "id", "unit", "reason", "is_danger", "opener", "asked_at", "agreed_by", "agreed_at", "opened_at",
                "until", "closed_at", "closed_by", "ending", "review_due_at", "reviewed_at", "reviewed_by", "verdict",
                "frozen_at",
            }
        )  # fmt: skip
        linkable = frozenset({"case", "dossier", "code", "words_ref", "words_home", "verdict_ref", "verdict_home"})

    def __str__(self) -> str:
        return f"{self.reason} {self.code}"

    def state(self, at: datetime) -> GlassState:
        """Return how it stands."""
        facts = GlassFacts(
            self.asked_at,
            self.is_danger,
            self.agreed_at,
            self.opened_at,
            self.until,
            self.closed_at,
            self.review_due_at,
            self.reviewed_at,
        )
        return glass_state(facts, at)
