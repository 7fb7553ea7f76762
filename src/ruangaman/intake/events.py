"""What intake tells the trail. Details are codes, never words."""

from __future__ import annotations

from ruangaman.audit.registry import register
from ruangaman.audit.types import EventType

ACCEPTED = register(
    EventType("intake.accepted", "Laporan {subject} diterima", fields=frozenset({"channel", "danger", "files"}))
)
WRITTEN = register(EventType("intake.written", "Pelapor menulis di laporan {subject}", fields=frozenset({"files"})))
OPENED = register(EventType("intake.opened", "{actor} membuka laporan {subject}"))
TAKEN = register(EventType("intake.taken", "{actor} mengambil laporan {subject}"))
RELEASED = register(EventType("intake.released", "{actor} melepas laporan {subject}"))
REPLIED = register(EventType("intake.replied", "{actor} menjawab pelapor di laporan {subject}"))
TRIAGED = register(
    EventType(
        "intake.triaged", "{actor} memilah laporan {subject}", fields=frozenset({"case_type", "risk", "authority"})
    )
)
DUPLICATED = register(
    EventType("intake.duplicated", "{actor} menandai laporan {subject} sebagai ganda", fields=frozenset({"original"}))
)
UNDUPLICATED = register(EventType("intake.unduplicated", "{actor} membatalkan tanda ganda laporan {subject}"))
REFUSED = register(
    EventType("intake.refused", "{actor} tidak menangani laporan {subject}", fields=frozenset({"reason"}))
)
UNREFUSED = register(EventType("intake.unrefused", "{actor} membatalkan penolakan laporan {subject}"))
CASE_OPENED = register(
    EventType("intake.case_opened", "{actor} membuka kasus dari laporan {subject}", fields=frozenset({"case"}))
)
RETURNED = register(EventType("intake.returned", "{actor} menyelesaikan pesan baru di laporan {subject}"))
ACKNOWLEDGED = register(EventType("intake.acknowledged", "{actor} membaca pesan pelapor di laporan {subject}"))
HANDOVER_GIVEN = register(
    EventType(
        "intake.handover_given", "{actor} menyerahkan jaga di meja {subject}", fields=frozenset({"reports", "note"})
    )
)
HANDOVER_TAKEN = register(
    EventType(
        "intake.handover_taken", "{actor} menerima jaga di meja {subject}", fields=frozenset({"given", "reports"})
    )
)
