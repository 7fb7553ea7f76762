"""Every kind of event that this installation can record."""

from __future__ import annotations

from ruangaman.audit.types import EventType
from ruangaman.core.registry import Registry

event_types: Registry[EventType] = Registry("audit event type")
"""Filled by the `events` module of each app when it is imported."""


def register(event_type: EventType) -> EventType:
    """Add a kind of event. Raises RuntimeError: the key is taken."""
    return event_types.add(event_type)
