"""What the alarm tells the trail."""

from __future__ import annotations

from ruangaman.audit.registry import register
from ruangaman.audit.types import EventType

ALARMED = register(
    EventType("notifications.alarmed", "Alarm {subject} dikirim ke petugas jaga", fields=frozenset({"kind", "people"}))
)
