"""Tables of the blind index: tags that lead to people, and what came of two tags being the same. Read by
`vault.models`, where the other apps find them. No number is here, and none can be computed from what is here."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q

from ruangaman.vault.types import IdentifierKind, TagSubject

NOTHING: frozenset[str] = frozenset()
DOSSIER, PRINCIPAL = "vault.Dossier", "vault.Principal"


class BlindIndex(models.Model):
    """A unit's index: the dossier whose work compartment holds its key."""

    dossier = models.OneToOneField(DOSSIER, on_delete=models.PROTECT, primary_key=True, related_name="+")
    unit_id = models.UUIDField(unique=True)
    made_at = models.DateTimeField()

    class Privacy:
        plain = frozenset({"unit_id", "made_at"})
        linkable = frozenset({"dossier"})
        sealed = NOTHING

    def __str__(self) -> str:
        return str(self.dossier_id)


class BlindTag(models.Model):
    """By one number, in one epoch of an index, something is found: a person, a reporter, somebody's relative."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    index = models.ForeignKey(BlindIndex, on_delete=models.PROTECT, related_name="+", db_index=False)
    epoch = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=IdentifierKind)
    tag = models.BinaryField()
    subject = models.CharField(max_length=8, choices=TagSubject)
    dossier = models.ForeignKey(DOSSIER, on_delete=models.PROTECT, related_name="+")
    """Where whoever is found is sealed: only who holds a grant on it sees the row."""
    ref = models.UUIDField()
    """Which of those in the dossier."""
    principal = models.ForeignKey(PRINCIPAL, on_delete=models.PROTECT, null=True, related_name="+")
    """Of a relative: whose."""
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tag", "ref"], name="vault_tag_once"),
            models.CheckConstraint(
                condition=Q(subject=TagSubject.KIN, principal__isnull=False)
                | Q(subject__in=[TagSubject.PERSON, TagSubject.REPORT], principal=None),
                name="vault_tag_of_kin_is_somebodys",
            ),
        ]

    class Privacy:
        plain = frozenset({"id", "epoch", "kind", "subject", "added_at"})
        linkable = frozenset({"index", "tag", "dossier", "ref", "principal"})
        sealed = NOTHING

    def __str__(self) -> str:
        return f"{self.subject} {self.ref}"


class Lookup(models.Model):
    """How often somebody searched in one hour: a count, so that nobody tries number after number."""

    pk = models.CompositePrimaryKey("principal_id", "hour")
    principal = models.ForeignKey(PRINCIPAL, on_delete=models.PROTECT, related_name="+", db_index=False)
    hour = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Privacy:
        plain = frozenset({"pk", "principal", "hour", "count"})
        linkable = NOTHING
        sealed = NOTHING

    def __str__(self) -> str:
        return f"{self.principal_id} {self.count}"


class Meeting(models.Model):
    """Somebody in a dossier may be the same as somebody in another, which whoever looked could not open.

    Told to who holds the other one, and to nobody else.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    found = models.ForeignKey(DOSSIER, on_delete=models.PROTECT, related_name="+")
    """The case in which that person was known before."""
    origin = models.ForeignKey(DOSSIER, on_delete=models.PROTECT, related_name="+")
    origin_code = models.CharField(max_length=12)
    """The report or case that was looked at."""
    met_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(PRINCIPAL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["found", "origin"], name="vault_meeting_once"),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None) | Q(done_at__isnull=False, done_by__isnull=False),
                name="vault_meeting_done_together",
            ),
        ]
        indexes = [models.Index(fields=["found"], name="vault_meeting_open", condition=Q(done_at=None))]

    class Privacy:
        plain = frozenset({"id", "met_at", "done_at", "done_by"})
        linkable = frozenset({"found", "origin", "origin_code"})
        sealed = NOTHING

    def __str__(self) -> str:
        return str(self.id)


class Bar(models.Model):
    """Somebody who works here must not come to a dossier: a relative of theirs is in it. Nobody reads this table."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dossier = models.ForeignKey(DOSSIER, on_delete=models.PROTECT, related_name="+")
    principal = models.ForeignKey(PRINCIPAL, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(PRINCIPAL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dossier", "principal"], name="vault_bar_once"),
            models.CheckConstraint(
                condition=Q(lifted_at=None, lifted_by=None)
                | Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(lifted_by=models.F("principal")),
                name="vault_bar_lifted_by_another",
            ),
        ]

    class Privacy:
        plain = frozenset({"id", "noted_at", "lifted_at", "lifted_by"})
        linkable = frozenset({"dossier", "principal"})
        sealed = NOTHING

    def __str__(self) -> str:
        return str(self.id)
