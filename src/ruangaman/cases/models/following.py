"""Meeting, sessions, handing over, trying to reach, closing, what comes after, what lawyers decide."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from ruangaman.cases.models.planning import USER, Step
from ruangaman.cases.types import (
    AFTERCARE_MONTHS,
    AskedBy,
    Doing,
    Doubt,
    NoMediation,
    PoliceChoice,
    Reached,
    TryFault,
    Way,
)
from ruangaman.consents.types import Basis
from ruangaman.core.codelists import ClosingReason, RiskLevel


class Conference(Step):
    """A case conference: who was there, its minutes sealed, its decisions as tasks."""

    held_at = models.DateTimeField()
    participants = ArrayField(models.UUIDField())
    """People of the house by id; who came from outside is named in the sealed minutes."""
    guests = models.PositiveSmallIntegerField()
    decisions = models.PositiveSmallIntegerField()
    ref = models.UUIDField(unique=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="conference_held_before_written", condition=Q(held_at__lte=F("at"))),
        ]
        indexes: ClassVar = [models.Index("case", "at", name="conference_by_case")]

    class Privacy:
        plain = frozenset({"id", "at", "by", "held_at", "participants", "guests", "decisions"})
        linkable = frozenset({"case", "ref"})


class Session(Step):
    """A psychologist's session: that it was, when the next is and the danger are the manager's; the words are not."""

    on = models.DateField()
    attended = models.BooleanField()
    next_on = models.DateField(null=True)
    risk = models.PositiveSmallIntegerField(choices=RiskLevel)
    ref = models.UUIDField(null=True, unique=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="session_next_is_later", condition=Q(next_on=None) | Q(next_on__gt=F("on"))),
            models.CheckConstraint(name="session_risk_known", condition=Q(risk__in=RiskLevel.values)),
        ]
        indexes: ClassVar = [models.Index("case", "at", name="session_by_case")]

    class Privacy:
        plain = frozenset({"id", "at", "by", "on", "attended", "next_on", "risk"})
        linkable = frozenset({"case", "ref"})


class Transfer(Step):
    """A case handed to another office. The letter's number and who took it there are sealed."""

    to = models.ForeignKey("accounts.Agency", on_delete=models.PROTECT, null=True, related_name="+")
    """None: an office that is not known to the system; its name is sealed."""
    basis = models.CharField(max_length=8, choices=Basis, blank=True)
    """What allowed it; empty: it was sent before this was asked."""
    ref = models.UUIDField(unique=True)
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    """Who wrote down that it was taken on."""
    acknowledged_ref = models.UUIDField(null=True, unique=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_ref = models.UUIDField(null=True, unique=True)
    """Why it counts no more; it stays in the history."""

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="transfer_acknowledged_goes_together",
                condition=Q(acknowledged_at=None, acknowledged_by=None, acknowledged_ref=None)
                | Q(acknowledged_at__gte=F("at"), acknowledged_by__isnull=False, acknowledged_ref__isnull=False),
            ),
            models.CheckConstraint(
                name="transfer_withdrawn_goes_together",
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawn_ref=None)
                | Q(withdrawn_at__gte=F("at"), withdrawn_by__isnull=False, withdrawn_ref__isnull=False),
            ),
        ]
        indexes: ClassVar = [models.Index("case", "at", name="transfer_by_case")]

    class Privacy:
        plain = frozenset(
            {"id", "at", "by", "to", "basis", "acknowledged_at", "acknowledged_by", "withdrawn_at", "withdrawn_by"}
        )
        linkable = frozenset({"case", "ref", "acknowledged_ref", "withdrawn_ref"})


class ContactTry(Step):
    """Somebody tried to reach her: `at` is when. `noted_at`: when it was written down, if that was later."""

    way = models.CharField(max_length=8, choices=Way)
    result = models.CharField(max_length=12, choices=Reached)
    faults = ArrayField(models.CharField(max_length=8, choices=TryFault), default=list)
    """Why it says nothing of whether she can be reached; empty: it does."""
    noted_at = models.DateTimeField(null=True)
    ref = models.UUIDField(null=True, unique=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="contacttry_noted_later", condition=Q(noted_at=None) | Q(noted_at__gte=F("at"))
            ),
        ]
        indexes: ClassVar = [models.Index("case", "at", name="contacttry_by_case")]

    class Privacy:
        plain = frozenset({"id", "at", "by", "way", "result", "faults", "noted_at"})
        linkable = frozenset({"case", "ref"})


class ClosingAssessment(Step):
    """What was reached, what is still open, and why the case ends; she is asked what she thinks of it."""

    reason = models.CharField(max_length=16, choices=ClosingReason)
    risk = models.PositiveSmallIntegerField(choices=RiskLevel)
    goals_met = models.PositiveSmallIntegerField()
    goals_total = models.PositiveSmallIntegerField()
    was_asked = models.BooleanField()
    covers = ArrayField(models.UUIDField(), default=list)
    """The clocks of law and medicine that ran, of which the sealed words say why they are needed no more."""
    doubts = ArrayField(models.CharField(max_length=16, choices=Doubt), default=list)
    """What spoke against ending it then, of which words say why it ends all the same."""
    despite_ref = models.UUIDField(null=True, unique=True)
    despite_home = models.ForeignKey("vault.Dossier", on_delete=models.PROTECT, null=True, related_name="+")
    """Those words once more, in a dossier of their own: the head, who decides about it, holds nothing of the case."""
    ref = models.UUIDField(unique=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="closing_doubts_say_why",
                condition=Q(doubts__len=0, despite_ref=None, despite_home=None)
                | Q(doubts__len__gte=1, despite_ref__isnull=False, despite_home__isnull=False),
            ),
            models.CheckConstraint(name="closing_goals_add_up", condition=Q(goals_met__lte=F("goals_total"))),
            models.CheckConstraint(name="closing_risk_known", condition=Q(risk__in=RiskLevel.values)),
        ]
        indexes: ClassVar = [models.Index("case", "at", name="closing_by_case")]

    class Privacy:
        plain = frozenset({"id", "at", "by", "reason", "risk", "goals_met", "goals_total", "was_asked", "doubts"})
        linkable = frozenset({"case", "covers", "despite_ref", "despite_home", "ref"})


class Aftercare(Step):
    """A contact after the case is closed: planned for a day, then held or not."""

    due_on = models.DateField()
    month = models.PositiveSmallIntegerField(null=True)
    """Which of `types.AFTERCARE_MONTHS` it is for; None: planned before this was asked, so the one it is nearest to."""
    held_at = models.DateTimeField(null=True)
    held_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    doing = models.CharField(max_length=8, choices=Doing, blank=True)
    before = models.PositiveSmallIntegerField(choices=RiskLevel, null=True)
    """The danger of the case until then, where this contact raised it."""
    ref = models.UUIDField(null=True, unique=True)
    tries = models.PositiveSmallIntegerField(default=0)
    """How often somebody tried in vain; after each the contact waits for another day."""
    tried_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    cancelled_ref = models.UUIDField(null=True, unique=True)
    """Why nobody asks on that day."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "due_on"], condition=Q(cancelled_at=None), name="aftercare_once_a_day"
            ),
            models.CheckConstraint(
                name="aftercare_month_known", condition=Q(month=None) | Q(month__in=AFTERCARE_MONTHS)
            ),
            models.CheckConstraint(
                name="aftercare_tries_have_a_moment",
                condition=Q(tries=0, tried_at=None) | Q(tries__gt=0, tried_at__isnull=False),
            ),
            models.CheckConstraint(
                name="aftercare_cancelled_goes_together",
                condition=Q(cancelled_at=None, cancelled_by=None, cancelled_ref=None)
                | Q(cancelled_at__gte=F("at"), cancelled_by__isnull=False, cancelled_ref__isnull=False, held_at=None),
            ),
            models.CheckConstraint(
                name="aftercare_held_goes_together",
                condition=Q(held_at=None, held_by=None, doing="", ref=None)
                | Q(held_at__gte=F("at"), held_by__isnull=False, doing__in=Doing.values),
            ),
        ]

    class Privacy:
        plain = frozenset(
            {
                "id", "at", "by", "due_on", "month", "held_at", "held_by", "doing", "before", "tries", "tried_at",
                "cancelled_at", "cancelled_by",
            }
        )  # fmt: skip
        linkable = frozenset({"case", "ref", "cancelled_ref"})


class MediationRequest(Step):
    """Somebody asked for a mediation, and what the gate said then."""

    asked_by = models.CharField(max_length=8, choices=AskedBy)
    against = ArrayField(models.CharField(max_length=16, choices=NoMediation), default=list)
    """Every reason against it; empty: it may be held."""
    ref = models.UUIDField(unique=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="mediation_only_for_her", condition=Q(asked_by="victim") | Q(against__len__gte=1)
            ),
        ]
        indexes: ClassVar = [models.Index("case", "at", name="mediation_by_case")]

    class Privacy:
        plain = frozenset({"id", "at", "by", "asked_by", "against"})
        linkable = frozenset({"case", "ref"})


class PoliceDecision(Step):
    """What the legal staff decided about telling the police, within 3×24 hours. Numbers and her wish are sealed.

    Source: UU 12/2022 art. 41; domain.md 1.2, last paragraph.
    """

    choice = models.CharField(max_length=16, choices=PoliceChoice)
    informed_at = models.DateTimeField()
    """When she was told that there is this duty."""
    sent_on = models.DateField(null=True)
    ref = models.UUIDField(unique=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="police_sent_when_reported", condition=Q(sent_on=None) | Q(choice="report")),
            models.CheckConstraint(name="police_informed_first", condition=Q(informed_at__lte=F("at"))),
        ]
        indexes: ClassVar = [models.Index("case", "at", name="police_by_case")]

    class Privacy:
        plain = frozenset({"id", "at", "by", "choice", "informed_at", "sent_on"})
        linkable = frozenset({"case", "ref"})
