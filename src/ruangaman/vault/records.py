"""Tables about dossiers that hold nothing sealed: what waits for somebody's keys, how long a dossier is kept, what must
not be erased, and who ordered what to be. Read by `vault.models`, where the other apps find them."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ruangaman.vault.types import HoldReason

NOTHING: frozenset[str] = frozenset()
DOSSIER, PRINCIPAL = "vault.Dossier", "vault.Principal"


class WaitingKind(models.TextChoices):
    """What waits."""

    EPOCH = "epoch", _("Kunci baru")
    SHARE = "share", _("Membagikan isi")


class Waiting(models.Model):
    """Work that needs somebody's keys while nobody present has them (vault.md, rule 12)."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dossier = models.ForeignKey(DOSSIER, on_delete=models.PROTECT, related_name="waiting")
    kind = models.CharField(max_length=8, choices=WaitingKind)
    principal = models.ForeignKey(PRINCIPAL, on_delete=models.PROTECT, null=True, related_name="+")
    """A new epoch: who must not be in it. Sharing: who is to read."""
    compartments = models.PositiveIntegerField(null=True)
    not_after = models.DateTimeField(null=True)
    reason = models.CharField(max_length=24)
    asked_by = models.ForeignKey(PRINCIPAL, on_delete=models.PROTECT, null=True, related_name="+")
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(PRINCIPAL, on_delete=models.PROTECT, null=True, related_name="+")
    declined = models.BooleanField(default=False)
    """A holder said no: nothing was shared."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dossier", "kind", "principal"],
                condition=Q(done_at=None),
                nulls_distinct=False,
                name="vault_waiting_once",
            ),
            models.CheckConstraint(
                condition=Q(kind=WaitingKind.EPOCH, compartments=None, not_after=None)
                | Q(kind=WaitingKind.SHARE, compartments__gt=0, principal__isnull=False),
                name="vault_waiting_for_something",
            ),
        ]
        indexes = [models.Index(fields=["dossier"], condition=Q(done_at=None), name="vault_waiting_open")]

    class Privacy:
        plain = frozenset(
            {"id", "kind", "compartments", "not_after", "reason", "asked_at", "done_at", "declined"}
        )  # fmt: skip
        linkable = frozenset({"dossier", "principal", "asked_by", "done_by"})
        sealed = NOTHING

    def __str__(self) -> str:
        return f"{self.kind} {self.dossier_id}"


class RetentionClass(models.Model):
    """How long a kind of dossier is kept once it has ended so. A new rule is a new row."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.CharField(max_length=12)
    state = models.CharField(max_length=16)
    years = models.PositiveSmallIntegerField()
    legal_basis = models.CharField(max_length=240)
    is_set_by_city = models.BooleanField()
    """No law gives the figure: the city has set it."""
    valid_from = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "state", "valid_from"], name="vault_retention_once"),
            models.CheckConstraint(condition=Q(years__gte=1), name="vault_retention_of_a_year"),
        ]

    class Privacy:
        plain = frozenset({"id", "kind", "state", "years", "legal_basis", "is_set_by_city", "valid_from"})
        linkable = NOTHING
        sealed = NOTHING

    def __str__(self) -> str:
        return f"{self.kind} {self.state} {self.years}"


class Keeping(models.Model):
    """A dossier that has ended, and until when it is kept. Opened again, the row goes; erased, it stays."""

    dossier = models.OneToOneField(DOSSIER, on_delete=models.PROTECT, primary_key=True, related_name="keeping")
    code = models.CharField(max_length=12)
    with_dossier = models.ForeignKey(DOSSIER, on_delete=models.PROTECT, null=True, related_name="kept_with")
    """It goes when this one goes: the report of a case."""
    retention = models.ForeignKey(RetentionClass, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField()
    keep_until = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(with_dossier=None) | ~Q(with_dossier=F("dossier")), name="vault_not_kept_with_itself"
            )
        ]
        indexes = [models.Index(fields=["keep_until", "code"], name="vault_keeping_due")]

    class Privacy:
        plain = frozenset({"retention", "ended_at", "keep_until"})
        linkable = frozenset({"dossier", "code", "with_dossier"})
        sealed = NOTHING

    def __str__(self) -> str:
        return self.code


class LegalHold(models.Model):
    """Somebody said why a dossier must not be erased. The words, if there are any, are sealed in it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dossier = models.ForeignKey(DOSSIER, on_delete=models.PROTECT, related_name="holds")
    reason = models.CharField(max_length=24)
    words_ref = models.UUIDField(null=True)
    placed_by = models.ForeignKey(PRINCIPAL, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField()
    released_by = models.ForeignKey(PRINCIPAL, on_delete=models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dossier"], condition=Q(released_at=None), name="vault_one_hold"),
            models.CheckConstraint(
                condition=Q(released_by=None, released_at=None)
                | Q(released_by__isnull=False, released_at__isnull=False),
                name="vault_hold_release_together",
            ),
        ]

    class Privacy:
        plain = frozenset({"id", "reason", "placed_at", "released_at"})
        linkable = frozenset({"dossier", "words_ref", "placed_by", "released_by"})
        sealed = NOTHING

    def __str__(self) -> str:
        return f"{self.reason} {self.dossier_id}"

    @property
    def why(self) -> str:
        """The reason in words."""
        return str(HoldReason(self.reason).label)


class ErasureOrder(models.Model):
    """An order to erase: proposed by one, carried out when another approves it. Two different people, or none."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dossier = models.ForeignKey(DOSSIER, on_delete=models.PROTECT, related_name="erasure_orders")
    reason = models.CharField(max_length=24)
    proposed_by = models.ForeignKey(PRINCIPAL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    approved_by = models.ForeignKey(PRINCIPAL, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(PRINCIPAL, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dossier"], condition=Q(approved_at=None, withdrawn_at=None), name="vault_one_open_order"
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None, approved_at=None)
                | Q(approved_by__isnull=False, approved_at__isnull=False, withdrawn_at=None)
                & ~Q(approved_by=F("proposed_by")),
                name="vault_order_of_two_people",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_by=None, withdrawn_at=None)
                | Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False),
                name="vault_order_withdrawn_together",
            ),
        ]

    class Privacy:
        plain = frozenset({"id", "reason", "proposed_at", "approved_at", "withdrawn_at"})
        linkable = frozenset({"dossier", "proposed_by", "approved_by", "withdrawn_by"})
        sealed = NOTHING

    def __str__(self) -> str:
        return f"{self.reason} {self.dossier_id}"
