"""The vault's tables: public keys, doors, wraps, sealed content. Nothing here can be read without somebody's key."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q

from ruangaman.vault.drafts import Draft as Draft
from ruangaman.vault.index_records import Bar as Bar
from ruangaman.vault.index_records import BlindIndex as BlindIndex
from ruangaman.vault.index_records import BlindTag as BlindTag
from ruangaman.vault.index_records import Lookup as Lookup
from ruangaman.vault.index_records import Meeting as Meeting
from ruangaman.vault.records import ErasureOrder as ErasureOrder
from ruangaman.vault.records import Keeping as Keeping
from ruangaman.vault.records import LegalHold as LegalHold
from ruangaman.vault.records import RetentionClass as RetentionClass
from ruangaman.vault.records import Waiting as Waiting
from ruangaman.vault.records import WaitingKind as WaitingKind
from ruangaman.vault.types import Compartment, PrincipalKind

NOTHING: frozenset[str] = frozenset()


class Principal(models.Model):
    """Whoever can hold a wrap: a person, a desk, a receipt, the recovery key."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.CharField(max_length=12, choices=PrincipalKind)
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["kind"], name="vault_principal_at_work", condition=~Q(kind="receipt"))]

    class Privacy:
        plain = frozenset({"kind", "created_at", "retired_at"})
        linkable = frozenset({"id"})
        sealed = NOTHING

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class PrincipalKey(models.Model):
    """One generation of a principal's public keys; wrapped to only once two key officers have signed it."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    principal = models.ForeignKey(Principal, on_delete=models.PROTECT, related_name="keys")
    generation = models.PositiveIntegerField()
    kem_public = models.BinaryField()
    """`KemPublic.to_bytes()`: the suite, then the key."""
    signing_public = models.BinaryField(default=b"")
    mac = models.BinaryField(default=b"")
    """Receipts have no signer: their entry is MACed under the pepper."""
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["principal", "generation"], name="vault_key_generation_once"),
            models.CheckConstraint(condition=Q(generation__gte=1), name="vault_key_generation_from_one"),
        ]

    class Privacy:
        plain = frozenset({"id", "generation", "kem_public", "signing_public", "mac", "created_at", "retired_at"})
        linkable = frozenset({"principal"})
        sealed = NOTHING

    def __str__(self) -> str:
        return f"{self.principal_id}/{self.generation}"


class KeySignature(models.Model):
    """A key officer's word that a public key belongs to its principal."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    key = models.ForeignKey(PrincipalKey, on_delete=models.PROTECT, related_name="signatures")
    officer = models.ForeignKey(Principal, on_delete=models.PROTECT, related_name="+")
    signature = models.BinaryField()
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "officer"], name="vault_key_signed_once_by_officer")]

    class Privacy:
        plain = frozenset({"id", "key", "officer", "signature", "signed_at"})
        linkable = NOTHING
        sealed = NOTHING

    def __str__(self) -> str:
        return f"{self.key_id} by {self.officer_id}"


class KeyOfficer(models.Model):
    """A person whose signature makes a public key count."""

    principal = models.OneToOneField(Principal, on_delete=models.PROTECT, primary_key=True, related_name="+")
    signing_public = models.BinaryField()
    appointed_at = models.DateTimeField()

    class Privacy:
        plain = frozenset({"principal", "signing_public", "appointed_at"})
        linkable = NOTHING
        sealed = NOTHING

    def __str__(self) -> str:
        return str(self.principal_id)


class OfficerList(models.Model):
    """The MAC under the pepper over all key officers: the root of the key directory."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    mac = models.BinaryField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="vault_one_officer_list")]

    class Privacy:
        plain = frozenset({"id", "mac", "changed_at"})
        linkable = NOTHING
        sealed = NOTHING

    def __str__(self) -> str:
        return "officers"


class Door(models.Model):
    """A person's private keys behind a password or a printed code."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    principal = models.ForeignKey(Principal, on_delete=models.PROTECT, related_name="doors")
    kind = models.CharField(max_length=12)
    salt = models.BinaryField()
    memory_kib = models.PositiveIntegerField()
    iterations = models.PositiveSmallIntegerField()
    lanes = models.PositiveSmallIntegerField()
    verifier = models.BinaryField()
    bundle = models.BinaryField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["principal", "kind"], name="vault_one_door_of_a_kind")]

    class Privacy:
        plain = frozenset({"id", "kind", "salt", "memory_kib", "iterations", "lanes", "verifier", "changed_at"})
        linkable = frozenset({"principal"})
        sealed = frozenset({"bundle"})

    def __str__(self) -> str:
        return f"{self.kind} of {self.principal_id}"


class GroupKey(models.Model):
    """The private half of one generation of a group (desk, break-glass), wrapped to one member."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    group = models.ForeignKey(Principal, on_delete=models.PROTECT, related_name="group_keys")
    generation = models.PositiveIntegerField()
    member = models.ForeignKey(Principal, on_delete=models.PROTECT, related_name="memberships")
    member_generation = models.PositiveIntegerField()
    wrapped = models.BinaryField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "generation", "member"], name="vault_group_key_once_per_member")
        ]

    class Privacy:
        plain = frozenset({"id", "group", "generation", "member", "member_generation", "made_at"})
        linkable = NOTHING
        sealed = frozenset({"wrapped"})

    def __str__(self) -> str:
        return f"{self.group_id}/{self.generation} for {self.member_id}"


class Dossier(models.Model):
    """The unit of confidence: a report, a case, a family, a participant."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.CharField(max_length=12)
    unit_id = models.UUIDField(null=True, db_index=True)
    """The unit that oversees it; `accounts` is above the vault, so there is no foreign key."""
    epoch = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    shredded_at = models.DateTimeField(null=True)

    class Privacy:
        plain = frozenset({"kind", "unit_id", "epoch", "created_at", "shredded_at"})
        linkable = frozenset({"id"})
        sealed = NOTHING

    def __str__(self) -> str:
        return str(self.id)


class DossierEpoch(models.Model):
    """What the keys of one epoch must be, without telling them."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="epochs")
    epoch = models.PositiveIntegerField()
    commitment = models.BinaryField()
    began_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dossier", "epoch"], name="vault_epoch_once")]

    class Privacy:
        plain = frozenset({"id", "epoch", "commitment", "began_at"})
        linkable = frozenset({"dossier"})
        sealed = NOTHING

    def __str__(self) -> str:
        return f"{self.dossier_id}/{self.epoch}"


class Grant(models.Model):
    """A key of one dossier's epoch, wrapped to one principal: whoever can unwrap it can open."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="grants", db_index=False)
    epoch = models.PositiveIntegerField()
    principal = models.ForeignKey(Principal, on_delete=models.PROTECT, related_name="grants", db_index=False)
    generation = models.PositiveIntegerField()
    compartments = models.PositiveIntegerField(null=True)
    """Bit n for compartment n; NULL: the whole data key."""
    wrapped = models.BinaryField()
    grantor = models.ForeignKey(Principal, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    """NULL: made at acceptance and MACed under the pepper."""
    reason = models.CharField(max_length=24)
    consent_ref = models.UUIDField(null=True)
    not_after = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    signature = models.BinaryField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(compartments=None) | Q(compartments__gt=0, compartments__lt=1 << (max(Compartment) + 1)),
                name="vault_grant_of_something",
            )
        ]
        indexes = [
            models.Index(fields=["principal", "dossier"], include=["not_after"], name="vault_grant_held"),
            models.Index(fields=["dossier", "principal"], name="vault_grant_dossier"),
            models.Index(fields=["not_after"], condition=Q(not_after__isnull=False), name="vault_grant_expiry"),
        ]

    class Privacy:
        plain = frozenset(
            {"id", "epoch", "generation", "compartments", "grantor", "reason", "not_after", "made_at", "signature"}
        )
        linkable = frozenset({"dossier", "principal", "consent_ref"})
        sealed = frozenset({"wrapped"})

    def __str__(self) -> str:
        return f"{self.dossier_id}/{self.epoch} to {self.principal_id}"


class Sealed(models.Model):
    """One sealed content. A new version takes the old one's place; the trail keeps the fingerprint of each."""

    ref = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="contents")
    compartment = models.PositiveSmallIntegerField(choices=Compartment)
    epoch = models.PositiveIntegerField()
    version = models.PositiveIntegerField(default=1)
    envelope = models.BinaryField()
    sealed_at = models.DateTimeField()

    class Privacy:
        plain = frozenset({"compartment", "epoch", "version", "sealed_at"})
        linkable = frozenset({"ref", "dossier"})
        sealed = frozenset({"envelope"})

    def __str__(self) -> str:
        return f"{self.ref}/{self.version}"


class SealedFile(models.Model):
    """One uploaded file; its frames follow. Name, type, size and key are sealed content under `key_ref`."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="files")
    compartment = models.PositiveSmallIntegerField(choices=Compartment)
    key_ref = models.UUIDField(unique=True)
    frames = models.PositiveIntegerField()
    stored_at = models.DateTimeField()

    class Privacy:
        plain = frozenset({"compartment", "frames", "stored_at"})
        linkable = frozenset({"id", "dossier", "key_ref"})
        sealed = NOTHING

    def __str__(self) -> str:
        return str(self.id)


class Frame(models.Model):
    """One sealed piece of a file."""

    pk = models.CompositePrimaryKey("file_id", "position")
    file = models.ForeignKey(SealedFile, on_delete=models.PROTECT, related_name="pieces", db_index=False)
    position = models.PositiveIntegerField()
    data = models.BinaryField()

    class Privacy:
        plain = frozenset({"pk", "position"})
        linkable = frozenset({"file"})
        sealed = frozenset({"data"})

    def __str__(self) -> str:
        return f"{self.file_id}/{self.position}"


class ReceiptLocator(models.Model):
    """Where a receipt leads. The locator comes out of the slow derivation: it cannot be computed from the database."""

    locator = models.BinaryField(primary_key=True)
    principal = models.OneToOneField(Principal, on_delete=models.PROTECT, related_name="+")
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="+")

    class Privacy:
        plain = NOTHING
        linkable = frozenset({"locator", "principal", "dossier"})
        sealed = NOTHING

    def __str__(self) -> str:
        return str(self.principal_id)


class InstallationCheck(models.Model):
    """By this a start with a foreign pepper is noticed."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    value = models.BinaryField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="vault_one_installation")]

    class Privacy:
        plain = frozenset({"id", "value"})
        linkable = NOTHING
        sealed = NOTHING

    def __str__(self) -> str:
        return "installation"


class StaffSession(models.Model):
    """A signed-in person's session: the row is found by a hash of the cookie and opened by the cookie alone."""

    session_key = models.CharField(max_length=64, primary_key=True)
    session_data = models.BinaryField()
    expire_date = models.DateTimeField(db_index=True)

    class Privacy:
        plain = frozenset({"expire_date"})
        linkable = frozenset({"session_key"})
        sealed = frozenset({"session_data"})

    def __str__(self) -> str:
        return "session"


class PublicSession(models.Model):
    """A visitor's session, kept apart so that public addresses have no right on those of staff."""

    session_key = models.CharField(max_length=64, primary_key=True)
    session_data = models.BinaryField()
    expire_date = models.DateTimeField(db_index=True)

    class Privacy:
        plain = frozenset({"expire_date"})
        linkable = frozenset({"session_key"})
        sealed = frozenset({"session_data"})

    def __str__(self) -> str:
        return "session"
