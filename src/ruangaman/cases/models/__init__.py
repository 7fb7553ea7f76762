"""Cases and what happens in them. Names, stories and every free word are in the vault, behind a `_ref`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Self
from uuid import UUID, uuid4

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from ruangaman.cases.models.access import Access as Access
from ruangaman.cases.models.bulk import BulkAct as BulkAct
from ruangaman.cases.models.bulk import BulkItem as BulkItem
from ruangaman.cases.models.following import Aftercare as Aftercare
from ruangaman.cases.models.following import ClosingAssessment as ClosingAssessment
from ruangaman.cases.models.following import Conference as Conference
from ruangaman.cases.models.following import ContactTry as ContactTry
from ruangaman.cases.models.following import MediationRequest as MediationRequest
from ruangaman.cases.models.following import PoliceDecision as PoliceDecision
from ruangaman.cases.models.following import Session as Session
from ruangaman.cases.models.following import Transfer as Transfer
from ruangaman.cases.models.glass import Glass as Glass
from ruangaman.cases.models.planning import Approval as Approval
from ruangaman.cases.models.planning import Assessment as Assessment
from ruangaman.cases.models.planning import Episode as Episode
from ruangaman.cases.models.planning import Goal as Goal
from ruangaman.cases.models.planning import Plan as Plan
from ruangaman.cases.models.planning import Review as Review
from ruangaman.cases.models.planning import RightsTold as RightsTold
from ruangaman.cases.models.planning import SafetyCheck as SafetyCheck
from ruangaman.cases.models.tasks import Task as Task
from ruangaman.cases.models.tasks import Transition as Transition
from ruangaman.cases.models.ties import Tie as Tie
from ruangaman.cases.models.versions import Version as Version
from ruangaman.cases.types import CLOSED_STATES, OPEN_STATES, CaseState, NoteSource, PersonKind, Span
from ruangaman.core.codelists import AgeGroup, Authority, CaseType, ClosingReason, RiskLevel, Sex
from ruangaman.core.codes import new_case_code
from ruangaman.vault.models import Grant
from ruangaman.vault.types import Compartment

if TYPE_CHECKING:
    from ruangaman.accounts.models import User

NOTHING: frozenset[str] = frozenset()
USER = "accounts.User"
OPEN, UNSAFE = Q(closed_at=None), Q(unsafe_at__isnull=False)

MOST_DANGEROUS = (F("risk").desc(), F("opened_at").desc(), F("id").desc())
"""The order of every list of open cases."""
LATEST_CLOSED = (F("closed_at").desc(), F("id").desc())
"""The order of every list of closed cases."""


class CaseQuerySet(models.QuerySet["Case"]):
    """Whose cases these are, and which of them are open."""

    def overseen_by(self, viewer: User) -> Self:
        """Cases of the units that `viewer` oversees."""
        return self.filter(unit_id__in=viewer.oversight_units)

    def granted_to(self, viewer: User) -> Self:
        """Cases on which `viewer` holds a live grant."""
        return self.filter(dossier_id__in=live_grants(viewer))

    def held_by(self, viewer: User) -> Self:
        """The same of few that another filter finds, so that no plan begins with thousands of grants."""
        return self.filter(once_found(Q(Exists(live_grants(viewer).filter(dossier=OuterRef("dossier"))))))

    def granted_one_by_one(self, viewer: User) -> Self:
        """The same for a list: an index of the cases is asked for every dossier of the viewer, and for nothing else."""
        return self.filter(one_of("dossier", live_grants(viewer)))

    def visible_to(self, viewer: User) -> Self:
        """Both. For one case by its code; a list names one branch, for an OR over many rows is a table scan."""
        return self.filter(Q(unit_id__in=viewer.oversight_units) | Q(dossier_id__in=live_grants(viewer)))

    def open(self) -> Self:
        """Cases that are not closed."""
        return self.filter(OPEN)


def closed_within(span: Span) -> Q:
    """Return the condition that a case was closed in a span of time."""
    since = Q() if span.since is None else Q(closed_at__gte=span.since)
    until = Q() if span.until is None else Q(closed_at__lt=span.until)
    return ~OPEN & since & until


def once_found(condition: Q) -> models.Case:
    """Return a condition of few rows that another finds: inside CASE it is looked up on those, no plan begins with it.

    Row security makes each of those rows seem dear: to ask fewer of them, a plan would first read all open cases.
    """
    return models.Case(models.When(condition, then=True), default=False)


def one_of(column: str, keys: models.QuerySet[Any, Any]) -> models.Func:
    """Return the condition for which an index of the column is asked for every key of a query, and for nothing else."""
    return models.Func(
        F(column),
        ArraySubquery(keys),
        template="(%(expressions)s))",
        arg_joiner=" = ANY (",
        output_field=models.BooleanField(),
    )


def live_grants(viewer: User) -> models.QuerySet[Grant, object]:
    """Return the dossiers that `viewer` holds an unexpired grant on, as a subquery."""
    return live_grants_of(viewer.principals)


def live_grants_of(principals: Iterable[UUID]) -> models.QuerySet[Grant, object]:
    """Return the dossiers that these keys hold an unexpired grant on, as a subquery."""
    live = Q(not_after=None) | Q(not_after__gt=Now())
    return Grant.objects.filter(live, principal_id__in=principals).values("dossier_id")


class Case(models.Model):
    """One protection case."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    code = models.CharField(max_length=12, unique=True, default=new_case_code)
    unit = models.ForeignKey("accounts.Unit", on_delete=models.PROTECT, related_name="+")
    dossier = models.OneToOneField("vault.Dossier", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("tahap"), max_length=16, choices=CaseState)
    state_since = models.DateTimeField()
    case_type = models.CharField(max_length=8, choices=CaseType)
    risk = models.PositiveSmallIntegerField(_("bahaya"), choices=RiskLevel)
    authority = models.CharField(max_length=8, choices=Authority)
    kecamatan = models.CharField(max_length=8, blank=True)
    manager = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")
    closing_reason = models.CharField(max_length=16, choices=ClosingReason, blank=True)
    closing_ref = models.UUIDField(null=True)
    unsafe_at = models.DateTimeField(null=True)
    """When somebody looked last whether she is safe, or asked her after the closing, if she was not; None: she was, or
    nobody has looked."""

    objects = CaseQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="case_state_known", condition=Q(state__in=CaseState.values)),
            models.CheckConstraint(name="case_risk_known", condition=Q(risk__in=RiskLevel.values)),
            models.CheckConstraint(
                name="case_closed_fields_go_together",
                condition=Q(
                    closed_at=None, closed_by=None, closing_reason="", closing_ref=None, state__in=sorted(OPEN_STATES)
                )
                | Q(closed_at__isnull=False, closed_by__isnull=False, state__in=sorted(CLOSED_STATES))
                & ~Q(closing_reason=""),
            ),
            models.CheckConstraint(
                name="case_in_order_of_time",
                condition=Q(state_since__gte=F("opened_at")) & (Q(closed_at=None) | Q(closed_at__gte=F("opened_at"))),
            ),
        ]
        indexes: ClassVar = [
            models.Index("unit", *MOST_DANGEROUS, name="case_open_by_unit", condition=OPEN),
            models.Index("unit", "state", *MOST_DANGEROUS, name="case_open_by_unit_state", condition=OPEN),
            models.Index("unit", "kecamatan", *MOST_DANGEROUS, name="case_open_by_unit_kecamatan", condition=OPEN),
            models.Index("dossier", name="case_open_by_dossier", condition=OPEN),
            models.Index("manager", "state", name="case_open_by_manager", condition=OPEN),
            models.Index("unit", *LATEST_CLOSED, name="case_closed_by_unit", condition=~OPEN),
            models.Index("dossier", "closed_at", name="case_closed_by_dossier", condition=~OPEN),
            models.Index("unit", *MOST_DANGEROUS, name="case_unsafe_by_unit", condition=UNSAFE),
            models.Index("dossier", name="case_unsafe_by_dossier", condition=UNSAFE),
        ]

    class Privacy:
        plain = frozenset(
            {
                "unit", "state", "state_since", "case_type", "risk", "authority", "kecamatan", "manager", "opened_at",
                "opened_by", "closed_at", "closed_by", "closing_reason", "unsafe_at",
            }
        )  # fmt: skip
        linkable = frozenset({"id", "code", "dossier", "closing_ref"})

    def __str__(self) -> str:
        return self.code

    @property
    def is_open(self) -> bool:
        """False once it is closed."""
        return self.closed_at is None


class Assignment(models.Model):
    """Somebody's part in a case, from when to when. The keys are a grant in the vault; this says why it is there."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assignments")
    user = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="case_assignments")
    role = models.CharField(max_length=16)
    since = models.DateTimeField()
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    until = models.DateTimeField(null=True)
    until_by = models.ForeignKey(USER, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "user"], condition=Q(until=None), name="assignment_once"),
            models.UniqueConstraint(
                fields=["case"], condition=Q(until=None, role="manajer"), name="assignment_one_manager"
            ),
            models.CheckConstraint(
                name="assignment_end_goes_together",
                condition=Q(until=None, until_by=None) | Q(until__gte=F("since"), until_by__isnull=False),
            ),
        ]
        indexes: ClassVar = [models.Index("user", "case", name="assignment_live", condition=Q(until=None))]

    class Privacy:
        plain = frozenset({"id", "user", "role", "since", "by", "until", "until_by"})
        linkable = frozenset({"case"})

    def __str__(self) -> str:
        return f"{self.role} {self.case_id}"


class Person(models.Model):
    """Somebody in a case. Who it is, the vault knows."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="people")
    kind = models.CharField(max_length=12, choices=PersonKind)
    sex = models.CharField(max_length=2, choices=Sex)
    age_group = models.CharField(max_length=8, choices=AgeGroup, blank=True)
    identity_ref = models.UUIDField(unique=True)
    contact_ref = models.UUIDField(null=True, unique=True)
    version = models.PositiveIntegerField(default=1, db_default=1)
    indexed_at = models.DateTimeField(null=True)
    """When the numbers as they are now came into the blind index; None: nobody with its key has come by since."""
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="person_kind_known", condition=Q(kind__in=PersonKind.values)),
        ]

    class Privacy:
        plain = frozenset({"kind", "sex", "age_group", "indexed_at", "version", "added_at", "added_by"})
        linkable = frozenset({"id", "case", "identity_ref", "contact_ref"})

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Incident(models.Model):
    """Something that happened: when, where by kecamatan, which forms of violence. The kelurahan is sealed."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="incidents")
    from_on = models.DateField(null=True)
    to_on = models.DateField(null=True)
    place = models.CharField(max_length=24)
    kecamatan = models.CharField(max_length=8, blank=True)
    forms = ArrayField(models.CharField(max_length=24))
    narrative_ref = models.UUIDField(unique=True)
    version = models.PositiveIntegerField(default=1, db_default=1)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="incident_range_in_order",
                condition=Q(to_on=None) | Q(from_on__isnull=False, to_on__gte=F("from_on")),
            ),
            models.CheckConstraint(name="incident_has_a_form", condition=Q(forms__len__gte=1)),
        ]

    class Privacy:
        plain = frozenset({"from_on", "to_on", "place", "kecamatan", "forms", "version", "added_at", "added_by"})
        linkable = frozenset({"id", "case", "narrative_ref"})

    def __str__(self) -> str:
        return str(self.id)


class IncidentLink(models.Model):
    """Who did what to whom. The relation is that of this perpetrator to this victim."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="links")
    victim = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="suffered")
    perpetrator = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="committed")
    relation = models.CharField(max_length=24)
    forms = ArrayField(models.CharField(max_length=24))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["incident", "victim", "perpetrator"], nulls_distinct=False, name="incident_link_once"
            ),
            models.CheckConstraint(
                name="incident_link_of_two", condition=Q(perpetrator=None) | ~Q(perpetrator=F("victim"))
            ),
        ]

    class Privacy:
        plain = frozenset({"id", "relation", "forms"})
        linkable = frozenset({"incident", "victim", "perpetrator"})

    def __str__(self) -> str:
        return str(self.id)


class Note(models.Model):
    """A note in one compartment: only those who hold it can read it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    compartment = models.PositiveSmallIntegerField(choices=Compartment)
    source = models.CharField(max_length=8, choices=NoteSource)
    ref = models.UUIDField(unique=True)
    author = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="corrections")
    """Notes are never changed: a correction is a new one that names the old."""

    class Privacy:
        plain = frozenset({"compartment", "source", "author", "at"})
        linkable = frozenset({"id", "case", "ref", "corrects"})

    def __str__(self) -> str:
        return str(self.id)


class CaseFile(models.Model):
    """A file that came with the report, or was added. Its name, type and key are sealed."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="files")
    file_id = models.UUIDField()
    key_ref = models.UUIDField(unique=True)
    position = models.PositiveSmallIntegerField()
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")

    class Privacy:
        plain = frozenset({"position", "added_at", "added_by"})
        linkable = frozenset({"id", "case", "file_id", "key_ref"})

    def __str__(self) -> str:
        return str(self.id)


class ServiceRecord(models.Model):
    """A service that was given: which kind, when, by which agency, with what result."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="services")
    type = models.CharField(max_length=24)
    on = models.DateField()
    hours = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    provider_unit = models.ForeignKey("accounts.Unit", on_delete=models.PROTECT, related_name="+")
    result_ref = models.UUIDField(null=True, unique=True)
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="service_hours_positive", condition=Q(hours=None) | Q(hours__gt=0)),
        ]

    class Privacy:
        plain = frozenset({"id", "type", "on", "hours", "provider_unit", "by", "recorded_at"})
        linkable = frozenset({"case", "result_ref"})

    def __str__(self) -> str:
        return f"{self.type} {self.on}"
