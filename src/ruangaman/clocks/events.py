"""What clocks tell the trail: codes and moments. That one began or ended is told by the event that did it."""

from __future__ import annotations

from ruangaman.audit.registry import register
from ruangaman.audit.types import EventType

_CLOCK = frozenset({"kind", "anchor"})
"""Which clock it is among those of a dossier."""
PAUSED = register(
    EventType("clocks.paused", "{actor} menjeda batas waktu pada {subject}", fields=_CLOCK | {"reason", "until"})
)
RESUMED = register(
    EventType("clocks.resumed", "{actor} menjalankan lagi batas waktu pada {subject}", fields=_CLOCK | {"seconds"})
)
SNOOZED = register(
    EventType("clocks.snoozed", "{actor} menunda pengingat pada {subject}", fields=_CLOCK | {"reason", "until"})
)
WOKEN = register(EventType("clocks.woken", "{actor} mengembalikan yang ditunda pada {subject}", fields=_CLOCK))
HANDED = register(
    EventType("clocks.handed", "{actor} menyerahkan giliran pada {subject}", fields=_CLOCK | {"owner", "desk"})
)
DANGER_SET = register(
    EventType("clocks.danger_set", "{actor} mengubah bahaya pada {subject}", fields=frozenset({"danger", "clocks"}))
)
ESCALATED = register(
    EventType(
        "clocks.escalated",
        "Batas waktu pada {subject} diberitahukan lebih jauh",
        fields=_CLOCK | {"level", "to", "people"},
    )
)
KIND_ADDED = register(
    EventType(
        "clocks.kind_added",
        "{actor} menambah jenis jam {subject}",
        fields=frozenset({"about", "starts_on", "stops_on", "holder"}),
    )
)
KIND_ENDED = register(
    EventType("clocks.kind_ended", "{actor} menghentikan jenis jam {subject}", fields=frozenset({"reason"}))
)
KIND_RESUMED = register(EventType("clocks.kind_resumed", "{actor} memakai lagi jenis jam {subject}"))
LIMIT_SET = register(
    EventType(
        "clocks.limit_set",
        "{actor} menetapkan batas {subject}",
        fields=frozenset({"value", "unit", "calendar", "valid_from", "reason"}),
    )
)
HOLIDAY_SET = register(EventType("clocks.holiday_set", "{actor} menetapkan hari libur {subject}"))
HOLIDAY_REMOVED = register(EventType("clocks.holiday_removed", "{actor} menghapus hari libur {subject}"))
HOURS_SET = register(EventType("clocks.hours_set", "{actor} menetapkan jam kerja", fields=frozenset({"days"})))
