"""Assessing, planning, asking the head. Words are sealed; codes, counts and moments are columns."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from ruangaman.cases.types import Agreed, ApprovalKind, Domain, Escort, Outcome, Point, Right, WhyNot
from ruangaman.core.codelists import RiskLevel

CASE, USER = "cases.Case", "accounts.User"


class Step(models.Model):
    """Something that was done in a case at a moment, by somebody."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey(CASE, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.id)


class Episode(Step):
    """A case that was opened again: from this moment on it is worked through anew. The first one has no row."""

    number = models.PositiveSmallIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "number"], name="episode_once"),
            models.CheckConstraint(name="episode_after_the_first", condition=Q(number__gte=2)),
        ]

    class Privacy:
        plain = frozenset({"id", "at", "by", "number"})
        linkable = frozenset({"case"})


class SafetyCheck(Step):
    """Safe first: whether she is safe now, before anything is asked. Where she is, is sealed."""

    is_safe = models.BooleanField()
    escort = models.CharField(max_length=8, choices=Escort)
    before = models.PositiveSmallIntegerField(choices=RiskLevel, null=True)
    """The danger of the case until then, where this raised it."""
    ref = models.UUIDField(unique=True)

    class Meta:
        indexes: ClassVar = [models.Index("case", "at", name="safetycheck_by_case")]

    class Privacy:
        plain = frozenset({"id", "at", "by", "is_safe", "escort", "before"})
        linkable = frozenset({"case", "ref"})


class Assessment(Step):
    """The seven domains looked at, without a score. What was found and what is needed is sealed."""

    considered = ArrayField(models.CharField(max_length=16, choices=Domain))
    ref = models.UUIDField(unique=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="assessment_considers_something", condition=Q(considered__len__gte=1)),
        ]
        indexes: ClassVar = [models.Index("case", "at", name="assessment_by_case")]

    class Privacy:
        plain = frozenset({"id", "at", "by", "considered"})
        linkable = frozenset({"case", "ref"})


class RightsTold(Step):
    """Which rights somebody was told of."""

    rights = ArrayField(models.CharField(max_length=16, choices=Right))

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="rights_told_names_one", condition=Q(rights__len__gte=1)),
        ]
        indexes: ClassVar = [models.Index("case", "at", name="rightstold_by_case")]

    class Privacy:
        plain = frozenset({"id", "at", "by", "rights"})
        linkable = frozenset({"case"})


class Plan(Step):
    """A plan of what is done for somebody, made with her or saying why not. A change is a new version."""

    version = models.PositiveSmallIntegerField()
    with_her = models.BooleanField()
    why_not = models.CharField(max_length=16, choices=WhyNot, blank=True)
    agreed = models.CharField(max_length=8, choices=Agreed)
    review_on = models.DateField()
    safety_ref = models.UUIDField(null=True, unique=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "version"], name="plan_version_once"),
            models.CheckConstraint(
                name="plan_with_her_or_why_not",
                condition=Q(with_her=True, why_not="") | Q(with_her=False, why_not__in=WhyNot.values),
            ),
        ]

    class Privacy:
        plain = frozenset({"id", "at", "by", "version", "with_her", "why_not", "agreed", "review_on"})
        linkable = frozenset({"case", "safety_ref"})


class Goal(models.Model):
    """One goal of a plan: which service, who sees to it, until when. Its words become the title of a task."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey(CASE, on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="goals")
    position = models.PositiveSmallIntegerField()
    service = models.CharField(
        max_length=24,
    )
    owner = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    ref = models.UUIDField()
    task = models.ForeignKey("cases.Task", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["plan", "position"], name="goal_once")]

    class Privacy:
        plain = frozenset({"id", "position", "service", "owner", "due_at", "task"})
        linkable = frozenset({"case", "plan", "ref"})

    def __str__(self) -> str:
        return str(self.id)


class Approval(models.Model):
    """What a manager asks the head of the unit to approve. The head sees facts in the clear, and nothing of the case.

    The words of a closing are written once more for the heads when it is asked about.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey(CASE, on_delete=models.PROTECT, related_name="approvals")
    kind = models.CharField(max_length=8, choices=ApprovalKind)
    subject = models.UUIDField()
    """The plan or the closing assessment that is asked about."""
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)
    points = ArrayField(models.CharField(max_length=16, choices=Point), default=list)
    words_ref = models.UUIDField(null=True, unique=True)
    words_home = models.ForeignKey("vault.Dossier", on_delete=models.PROTECT, null=True, related_name="+")
    """What a closing assessment says, with her words, in a dossier of its own: for the heads, who hold nothing here."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject"], condition=Q(decided_at=None), name="approval_once"),
            models.CheckConstraint(
                name="approval_decided_goes_together",
                condition=Q(decided_at=None, decided_by=None, outcome="")
                | Q(decided_at__gte=F("asked_at"), decided_by__isnull=False, outcome__in=Outcome.values),
            ),
            models.CheckConstraint(
                name="approval_words_have_a_home",
                condition=Q(words_ref=None, words_home=None) | Q(words_ref__isnull=False, words_home__isnull=False),
            ),
            models.CheckConstraint(name="approval_by_another", condition=~Q(decided_by=F("asked_by"))),
            models.CheckConstraint(
                name="approval_return_says_why",
                condition=Q(points__len=0) & ~Q(outcome="returned") | Q(points__len__gte=1, outcome="returned"),
            ),
        ]
        indexes: ClassVar = [
            models.Index("case", "kind", name="approval_by_case"),
            models.Index("asked_at", name="approval_open", condition=Q(decided_at=None)),
        ]

    class Privacy:
        plain = frozenset({"id", "kind", "asked_at", "asked_by", "decided_at", "decided_by", "outcome", "points"})
        linkable = frozenset({"case", "subject", "words_ref", "words_home"})

    def __str__(self) -> str:
        return f"{self.kind} {self.outcome}"


class Review(Step):
    """The plan looked at again, the danger weighed again with a reason."""

    risk = models.PositiveSmallIntegerField(choices=RiskLevel)
    before = models.PositiveSmallIntegerField(choices=RiskLevel)
    next_on = models.DateField()
    ref = models.UUIDField(unique=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="review_risk_known", condition=Q(risk__in=RiskLevel.values, before__in=RiskLevel.values)
            ),
        ]
        indexes: ClassVar = [models.Index("case", "at", name="review_by_case")]

    class Privacy:
        plain = frozenset({"id", "at", "by", "risk", "before", "next_on"})
        linkable = frozenset({"case", "ref"})
