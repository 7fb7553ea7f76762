"""The table of what people have typed and not sent. Read by `vault.models`, where the other apps find it."""

from __future__ import annotations

from uuid import uuid4

from django.db import models

PRINCIPAL = "vault.Principal"


class Draft(models.Model):
    """Words that somebody typed and has not sent: wrapped to their own key, so that nobody else can open them.

    Which form they are for stands inside. Outside are only MACs of it, by which the form finds its own again.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    principal = models.ForeignKey(PRINCIPAL, on_delete=models.PROTECT, related_name="drafts", db_index=False)
    generation = models.PositiveIntegerField()
    """Of the key that it is wrapped to."""
    place = models.BinaryField()
    """MAC of the page on which the form stands."""
    slot = models.BinaryField()
    """MAC of the form itself: its address, and the id that was minted with it."""
    envelope = models.BinaryField()
    mac = models.BinaryField()
    """Anybody can wrap to a public key; that we did, the pepper vouches for."""
    saved_at = models.DateTimeField()
    rescued = models.BooleanField()
    """It came after its session was locked or over."""
    sent = models.BooleanField(default=False)
    """The form was sent: nothing is in it any more, and a saving that was on its way brings nothing back."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["principal", "slot"], name="vault_draft_once")]
        indexes = [models.Index(fields=["saved_at"], name="vault_draft_age")]

    class Privacy:
        plain = frozenset({"id", "generation", "mac", "saved_at", "rescued", "sent"})
        linkable = frozenset({"principal", "place", "slot"})
        sealed = frozenset({"envelope"})

    def __str__(self) -> str:
        return f"{self.principal_id} {self.saved_at}"
