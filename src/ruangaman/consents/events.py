"""What the ledger tells the trail: codes, never words. Whoever holds the dossier tells it, under its own code."""

from __future__ import annotations

from ruangaman.audit.registry import register
from ruangaman.audit.types import EventType

FIELDS = frozenset({"consent", "purpose", "recipient", "basis", "giver", "how", "is_given"})

CONSENT_GIVEN = register(
    EventType("consents.given", "{actor} mencatat jawaban atas persetujuan pada {subject}", fields=FIELDS)
)
CONSENT_REVOKED = register(
    EventType(
        "consents.revoked",
        "{actor} mencatat persetujuan dicabut pada {subject}",
        fields=frozenset({"consent", "purpose", "recipient"}),
    )
)
