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
        "intake.triaged",
        "{actor} memilah laporan {subject}",
        fields=frozenset({"case_type", "risk", "authority"}),
    )
)
DUPLICATED = register(
    EventType(
        "intake.duplicated",
        "{actor} menandai laporan {subject} sebagai ganda",
        fields=frozenset({"original", "answered"}),
    )
)
DANGER_RAISED = register(
    EventType(
        "intake.danger_raised",
        "Bahaya laporan {subject} dinaikkan: gandanya menyebut lebih banyak bahaya",
        fields=frozenset({"double", "risk"}),
    )
)
UNDUPLICATED = register(
    EventType(
        "intake.unduplicated", "{actor} membatalkan tanda ganda laporan {subject}", fields=frozenset({"answered"})
    )
)
"""`answered`: whether the reporter had an answer before: whoever had none waits for it, not for the triage."""
REFUSED = register(
    EventType("intake.refused", "{actor} tidak menangani laporan {subject}", fields=frozenset({"reason"}))
)
UNREFUSED = register(EventType("intake.unrefused", "{actor} membatalkan penolakan laporan {subject}"))
CASE_OPENED = register(
    EventType("intake.case_opened", "{actor} membuka kasus dari laporan {subject}", fields=frozenset({"case"}))
)
RETURNED = register(EventType("intake.returned", "{actor} menyelesaikan pesan baru di laporan {subject}"))
ACKNOWLEDGED = register(EventType("intake.acknowledged", "{actor} membaca pesan pelapor di laporan {subject}"))
RULED = register(
    EventType(
        "intake.ruled",
        "{actor} memutuskan lain dari jawaban pelapor di laporan {subject}",
        fields=frozenset({"ruling", "kind"}),
    )
)
"""Less danger than the answers say, or no help though they say danger: the head reads why."""
RULING_READ = register(
    EventType(
        "intake.ruling_read",
        "{actor} membaca alasan keputusan tentang laporan {subject}",
        fields=frozenset({"ruling"}),
    )
)
SENT_BACK = register(
    EventType(
        "intake.sent_back",
        "{actor} mengembalikan laporan {subject} ke meja",
        fields=frozenset({"ruling", "answered"}),
    )
)
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
