"""What the pages around the subjects tell the trail."""

from __future__ import annotations

from ruangaman.audit.registry import register
from ruangaman.audit.types import EventType

TRAIL_READ = register(EventType("web.trail_read", "{actor} membaca jejak {subject}", fields=frozenset({"kind"})))
