"""A report's tables: facts in the clear that the queue needs, references to everything else."""

from __future__ import annotations

from datetime import datetime
from typing import Self
from uuid import UUID, uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from ruangaman.core.codelists import Authority, CaseType, Danger, Now, RefusalReason, RiskLevel, Who
from ruangaman.core.codes import new_report_code
from ruangaman.intake.types import WORKED_ON, Direction, Ruled, SizeClass, State, Verdict

NOTHING: frozenset[str] = frozenset()
OPENED_OR_TRIAGED = (State.TRIAGED, State.CASE_OPENED)
TRIAGE_EMPTY = Q(case_type="", authority="", triaged_by=None, triaged_at=None, triage_ref=None)
TRIAGE_FULL = Q(triaged_by__isnull=False, triaged_at__isnull=False) & ~Q(case_type="") & ~Q(authority="")
REFUSAL_EMPTY = Q(refusal_reason="", refused_by=None, refused_at=None, refusal_ref=None)
REFUSAL_FULL = Q(refused_by__isnull=False, refused_at__isnull=False) & ~Q(refusal_reason="")


class ReportQuerySet(models.QuerySet["Report"]):
    """Which reports, and in what order."""

    def of_desks(self, desks: list[UUID]) -> Self:
        """Reports that were given to one of these desks."""
        return self.filter(desk_id__in=desks)

    def waiting(self) -> Self:
        """Reports for which the desk has to do something."""
        return self.filter(needs_desk=True)

    def unfinished(self) -> Self:
        """Reports that ask something of the desk: those, and doubles whose reporter was never answered."""
        return self.filter(Q(needs_desk=True) | Q(state=State.DUPLICATE, answered_at=None))

    def by_urgency(self) -> Self:
        """The most dangerous first, then those whose time is up first."""
        return self.order_by("-danger", "due_at", "id")


class Report(models.Model):
    """One report. What the reporter wrote is in the vault, behind `answers_ref` and `contact_ref`."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    code = models.CharField(max_length=12, unique=True, default=new_report_code)
    dossier = models.OneToOneField("vault.Dossier", on_delete=models.PROTECT, related_name="+")
    desk = models.ForeignKey("accounts.Desk", on_delete=models.PROTECT, related_name="reports")
    channel = models.CharField(max_length=16)
    received_at = models.DateTimeField()
    now = models.CharField(max_length=8, choices=Now, blank=True)
    dangers = ArrayField(models.CharField(max_length=16, choices=Danger), default=list, blank=True)
    who = models.CharField(max_length=8, choices=Who, blank=True)
    size_class = models.PositiveSmallIntegerField(choices=SizeClass)
    danger = models.PositiveSmallIntegerField(choices=RiskLevel)
    """From `now`, `dangers` and `who` until triage sets it."""
    state = models.CharField(max_length=12, choices=State, default=State.RECEIVED)
    needs_desk = models.BooleanField(default=True)
    """True: it stands in the desk's queue. Again so when the reporter writes after the end."""
    due_at = models.DateTimeField()
    limit_key = models.CharField(max_length=32)
    answers_ref = models.UUIDField()
    """Vault, narrative: what, when, kinds, relation, age_group, where."""
    contact_ref = models.UUIDField()
    """Vault, contact: way, value, hours, name, avoid."""

    opened_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    last_reporter_message_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)

    case_type = models.CharField(max_length=8, choices=CaseType, blank=True)
    authority = models.CharField(max_length=10, choices=Authority, blank=True)
    triaged_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    triaged_at = models.DateTimeField(null=True)
    triage_ref = models.UUIDField(null=True)
    """Vault, work: why it is less dangerous than the answers say."""
    duplicate_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="duplicates")
    refusal_reason = models.CharField(max_length=16, choices=RefusalReason, blank=True)
    refused_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    refused_at = models.DateTimeField(null=True)
    refusal_ref = models.UUIDField(null=True)
    """Vault, work: why, in the desk's own words. What the reporter reads is a message."""
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, null=True, related_name="reports")

    objects = ReportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="report_state_known", condition=Q(state__in=State.values)),
            models.CheckConstraint(name="report_now_known", condition=Q(now__in=["", *Now.values])),
            models.CheckConstraint(name="report_who_known", condition=Q(who__in=["", *Who.values])),
            models.CheckConstraint(name="report_dangers_known", condition=Q(dangers__contained_by=Danger.values)),
            models.CheckConstraint(name="report_danger_known", condition=Q(danger__in=RiskLevel.values)),
            models.CheckConstraint(name="report_size_known", condition=Q(size_class__in=SizeClass.values)),
            models.CheckConstraint(
                name="report_taken_fields_go_together",
                condition=Q(taken_by=None, taken_at=None) | Q(taken_by__isnull=False, taken_at__isnull=False),
            ),
            models.CheckConstraint(name="report_triage_fields_go_together", condition=TRIAGE_EMPTY | TRIAGE_FULL),
            models.CheckConstraint(
                name="report_triaged_has_triage", condition=~Q(state__in=OPENED_OR_TRIAGED) | TRIAGE_FULL
            ),
            models.CheckConstraint(
                name="report_received_has_no_triage", condition=~Q(state=State.RECEIVED) | TRIAGE_EMPTY
            ),
            models.CheckConstraint(
                name="report_case_only_when_opened",
                condition=Q(state=State.CASE_OPENED, case__isnull=False) | ~Q(state=State.CASE_OPENED) & Q(case=None),
            ),
            models.CheckConstraint(
                name="report_original_only_when_duplicate",
                condition=Q(state=State.DUPLICATE, duplicate_of__isnull=False)
                | ~Q(state=State.DUPLICATE) & Q(duplicate_of=None),
            ),
            models.CheckConstraint(name="report_not_its_own_duplicate", condition=~Q(duplicate_of=F("id"))),
            models.CheckConstraint(
                name="report_refusal_only_when_refused",
                condition=Q(state=State.REFUSED) & REFUSAL_FULL | ~Q(state=State.REFUSED) & REFUSAL_EMPTY,
            ),
            models.CheckConstraint(
                name="report_worked_on_stands_in_queue",
                condition=~Q(state__in=sorted(WORKED_ON)) | Q(needs_desk=True),
            ),
        ]
        indexes = [
            models.Index("desk", F("danger").desc(), "due_at", "id", condition=Q(needs_desk=True), name="report_queue"),
            models.Index(fields=["desk", "-received_at"], name="report_by_desk"),
            models.Index(fields=["case"], condition=Q(case__isnull=False), name="report_by_case"),
        ]

    class Privacy:
        plain = frozenset(
            {
                "channel", "received_at", "now", "dangers", "who", "size_class", "danger", "state", "needs_desk",
                "due_at", "limit_key", "desk", "opened_at", "answered_at", "last_reporter_message_at", "taken_by",
                "taken_at", "case_type", "authority", "triaged_by", "triaged_at", "refusal_reason", "refused_by",
                "refused_at",
            }
        )  # fmt: skip
        linkable = frozenset(
            {"id", "code", "dossier", "answers_ref", "contact_ref", "triage_ref", "duplicate_of", "refusal_ref", "case"}
        )

    def __str__(self) -> str:
        return self.code

    @property
    def is_back(self) -> bool:
        """Whether the reporter wrote after the desk was done with it."""
        return self.needs_desk and self.state not in WORKED_ON and self.last_reporter_message_at is not None

    @property
    def waits_since(self) -> datetime:
        """Since when its reporter waits: from their last words, where those came after the desk was done with it."""
        wrote = self.last_reporter_message_at
        return min(wrote, self.due_at) if self.is_back and wrote is not None else self.received_at

    def is_late(self, at: datetime) -> bool:
        """Whether the time to answer is up and nobody has answered."""
        return self.answered_at is None and at > self.due_at


class Message(models.Model):
    """One message of the thread between reporter and desk; its words are in the vault, compartment thread."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="messages")
    direction = models.CharField(max_length=3, choices=Direction)
    ref = models.UUIDField(unique=True)
    sent_at = models.DateTimeField()
    author = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    read_at = models.DateTimeField(null=True)
    """When the other side first saw it."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="message_out_has_author",
                condition=Q(direction=Direction.IN, author=None) | Q(direction=Direction.OUT, author__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["report", "sent_at"], name="message_of_report")]

    class Privacy:
        plain = frozenset({"direction", "sent_at", "author", "read_at"})
        linkable = frozenset({"id", "report", "ref"})

    def __str__(self) -> str:
        return f"{self.direction} {self.id}"


class Attachment(models.Model):
    """A file of a report (no message) or of a message. Its facts and key are in the vault under `key_ref`."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="attachments")
    message = models.ForeignKey(Message, on_delete=models.PROTECT, null=True, related_name="attachments")
    file_id = models.UUIDField(unique=True)
    key_ref = models.UUIDField(unique=True)
    position = models.PositiveSmallIntegerField()

    class Meta:
        indexes = [models.Index(fields=["report", "position"], name="attachment_of_report")]

    class Privacy:
        plain = frozenset({"position"})
        linkable = frozenset({"id", "report", "message", "file_id", "key_ref"})

    def __str__(self) -> str:
        return str(self.id)


class IdempotencyKey(models.Model):
    """A form that was sent: sent again it makes no second report. Only hashes are kept, and no address."""

    key_hmac = models.BinaryField(primary_key=True)
    cookie_hmac = models.BinaryField()
    """Whose browser; empty: one that refuses cookies."""
    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField()

    class Privacy:
        plain = frozenset({"accepted_at"})
        linkable = frozenset({"key_hmac", "cookie_hmac", "report"})

    def __str__(self) -> str:
        return str(self.report_id)


class Ruling(models.Model):
    """Less danger than the answers say, or no help though they say danger: the head of the unit reads why.

    The reason is sealed for the heads and the desk in a dossier of its own; the head learns nothing else of the report.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="rulings")
    code = models.CharField(max_length=12)
    dossier = models.ForeignKey("vault.Dossier", on_delete=models.PROTECT, related_name="+")
    """Both of the report: who reads this sees no report."""
    desk = models.ForeignKey("accounts.Desk", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Ruled)
    said = models.PositiveSmallIntegerField(choices=RiskLevel)
    """The danger that the answers say."""
    danger = models.PositiveSmallIntegerField(choices=RiskLevel)
    """The danger that it has now."""
    reason = models.CharField(max_length=16, choices=RefusalReason, blank=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    why_home = models.OneToOneField("vault.Dossier", on_delete=models.PROTECT, related_name="+")
    why_ref = models.UUIDField(unique=True)
    """Vault, work: why, as the officer wrote it."""
    verdict = models.CharField(max_length=8, choices=Verdict, blank=True)
    read_at = models.DateTimeField(null=True)
    read_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    word_ref = models.UUIDField(null=True)
    """Vault, work, in the same dossier: what the head says to the desk."""

    class Meta:
        constraints = [
            models.CheckConstraint(name="ruling_kind_known", condition=Q(kind__in=Ruled.values)),
            models.CheckConstraint(
                name="ruling_read_goes_together",
                condition=Q(verdict="", read_at=None, read_by=None, word_ref=None)
                | Q(verdict=Verdict.READ, read_at__isnull=False, read_by__isnull=False, word_ref=None)
                | Q(verdict=Verdict.RETURNED, read_at__isnull=False, read_by__isnull=False, word_ref__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["report", "-made_at"], name="ruling_of_report")]

    class Privacy:
        plain = frozenset(
            {"desk", "kind", "said", "danger", "reason", "made_at", "made_by", "verdict", "read_at", "read_by"}
        )
        linkable = frozenset({"id", "report", "code", "dossier", "why_home", "why_ref", "word_ref"})

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"


class Handover(models.Model):
    """A desk goes on from one shift to the next: given by who goes, taken by who comes. Its words are in the vault.

    Without a giver: whoever came took the desk as it stood, because nobody handed it over.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    desk = models.ForeignKey("accounts.Desk", on_delete=models.PROTECT, related_name="handovers")
    given_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    given_at = models.DateTimeField(null=True)
    open_reports = models.PositiveIntegerField(null=True)
    """How many waited at the desk when it was given."""
    note_dossier = models.OneToOneField("vault.Dossier", on_delete=models.PROTECT, null=True, related_name="+")
    note_ref = models.UUIDField(null=True)
    """Vault, work: what the one who goes wants the next one to know; open to the desk's key alone."""
    taken_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="handover_given_fields_go_together",
                condition=Q(given_by=None, given_at=None, open_reports=None, note_dossier=None, note_ref=None)
                | Q(given_by__isnull=False, given_at__isnull=False, open_reports__isnull=False),
            ),
            models.CheckConstraint(
                name="handover_note_fields_go_together",
                condition=Q(note_dossier=None, note_ref=None) | Q(note_dossier__isnull=False, note_ref__isnull=False),
            ),
            models.CheckConstraint(
                name="handover_taken_fields_go_together",
                condition=Q(taken_by=None, taken_at=None) | Q(taken_by__isnull=False, taken_at__isnull=False),
            ),
            models.CheckConstraint(
                name="handover_given_or_taken", condition=Q(given_by__isnull=False) | Q(taken_by__isnull=False)
            ),
            models.CheckConstraint(
                name="handover_between_two_people",
                condition=Q(given_by=None) | Q(taken_by=None) | ~Q(taken_by=F("given_by")),
            ),
            models.CheckConstraint(
                name="handover_given_before_taken",
                condition=Q(given_at=None) | Q(taken_at=None) | Q(taken_at__gte=F("given_at")),
            ),
        ]
        indexes = [
            models.Index(fields=["desk"], condition=Q(taken_at=None), name="handover_waiting"),
            models.Index(fields=["desk", "-taken_at"], name="handover_by_desk"),
        ]

    class Privacy:
        plain = frozenset({"desk", "given_by", "given_at", "open_reports", "taken_by", "taken_at"})
        linkable = frozenset({"id", "note_dossier", "note_ref"})

    def __str__(self) -> str:
        return str(self.id)
