"""The tables of the trail. The application cannot read or write them: it appends through one SQL function."""

from __future__ import annotations

from django.db import models


class AuditEvent(models.Model):
    """One thing that happened, chained to the one before it in its lane."""

    pk = models.CompositePrimaryKey("lane", "seq")
    lane = models.SmallIntegerField()
    seq = models.BigIntegerField()
    at = models.DateTimeField()
    type = models.CharField(max_length=64)
    actor = models.CharField(max_length=64)
    subject = models.CharField(max_length=64)
    detail = models.JSONField(default=dict)
    seals = models.BinaryField()
    """SHA-256 over the seals that this event leaves; empty when it leaves none."""
    prev = models.BinaryField()
    hash = models.BinaryField()

    class Meta:
        indexes = [
            models.Index(fields=["subject", "at"], name="audit_event_subject"),
            models.Index(fields=["actor", "at"], name="audit_event_actor"),
            models.Index(fields=["-at", "-lane", "-seq"], name="audit_event_time"),
        ]

    class Privacy:
        plain = frozenset({"pk", "lane", "seq", "at", "type", "detail", "seals", "prev", "hash"})
        linkable = frozenset({"actor", "subject"})

    def __str__(self) -> str:
        return f"{self.lane}/{self.seq} {self.type}"


class AuditLane(models.Model):
    """Where each of the sixteen chains stands."""

    lane = models.SmallIntegerField(primary_key=True)
    seq = models.BigIntegerField()
    head = models.BinaryField()

    class Privacy:
        plain = frozenset({"lane", "seq", "head"})
        linkable: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.lane}/{self.seq}"


class AuditSeal(models.Model):
    """The fingerprint of one version of one sealed envelope, and the event that vouches for it."""

    pk = models.CompositePrimaryKey("ref", "version")
    ref = models.UUIDField()
    version = models.IntegerField()
    sha256 = models.BinaryField()
    lane = models.SmallIntegerField()
    seq = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["lane", "seq"], name="audit_seal_event")]

    class Privacy:
        plain = frozenset({"pk", "version", "sha256", "lane", "seq"})
        linkable = frozenset({"ref"})

    def __str__(self) -> str:
        return f"{self.ref}/{self.version}"


class AuditCheckpoint(models.Model):
    """A signed word on what the whole trail was at one moment: `note`. The rest is there to find it by."""

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    rows = models.BigIntegerField()
    root = models.BinaryField()
    note = models.CharField(max_length=2048)

    class Privacy:
        plain = frozenset({"number", "at", "rows", "root", "note"})
        linkable: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.number}: {self.rows} rows"


class AuditAlarm(models.Model):
    """The first time on a day that no checkpoint could be signed, because the trail is not what it was."""

    day = models.DateField(primary_key=True)
    at = models.DateTimeField()
    why = models.CharField(max_length=64)
    """What was found, as `BadRow` and `BadNote` say it: places and codes."""

    class Privacy:
        plain = frozenset({"day", "at", "why"})
        linkable: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.day}: {self.why}"
