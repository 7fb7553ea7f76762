"""What the vault tells the trail."""

from __future__ import annotations

from ruangaman.audit.registry import register
from ruangaman.audit.types import EventType

_COUNTED = frozenset({"refs"})
_COLLECTED = frozenset({"compartments"})

REVEALED = register(
    EventType(
        "vault.revealed",
        "{actor} membuka isi berkas {subject}",
        fields=frozenset({"purpose", "compartments", "refs"}),
        counted=_COUNTED,
        collected=_COLLECTED,
    )
)
SEALED = register(
    EventType(
        "vault.sealed",
        "{actor} menyimpan isi ke berkas {subject}",
        fields=frozenset({"compartments", "refs"}),
        counted=_COUNTED,
        collected=_COLLECTED,
    )
)
DOSSIER_MADE = register(
    EventType("vault.dossier_made", "{actor} membuat berkas {subject}", fields=frozenset({"kind", "principals"}))
)
SHARED = register(
    EventType(
        "vault.shared",
        "{actor} memberi akses ke berkas {subject}",
        fields=frozenset({"principals", "compartments", "reason", "epoch"}),
    )
)
REVOKED = register(
    EventType("vault.revoked", "{actor} mencabut akses ke berkas {subject}", fields=frozenset({"principals", "epoch"}))
)
ROTATED = register(EventType("vault.rotated", "{actor} mengganti kunci berkas {subject}", fields=frozenset({"epoch"})))
SHREDDED = register(EventType("vault.shredded", "{actor} menghapus kunci berkas {subject} untuk selamanya"))
PERSON_MADE = register(EventType("vault.person_made", "{actor} membuat kunci untuk {subject}"))
PERSON_RENEWED = register(
    EventType("vault.person_renewed", "{actor} membuat kunci baru untuk {subject}", fields=frozenset({"generation"}))
)
REWRAPPED = register(
    EventType(
        "vault.rewrapped",
        "{actor} membuka kembali berkas {subject} dengan kunci pemulihan",
        fields=frozenset({"principals", "generation"}),
    )
)
RECOVERED = register(
    EventType(
        "vault.recovered",
        "{actor} memakai kunci pemulihan {subject}",
        fields=frozenset({"shares", "principals", "dossiers", "left"}),
    )
)
KEY_SIGNED = register(
    EventType("vault.key_signed", "{actor} mengesahkan kunci {subject}", fields=frozenset({"generation"}))
)
COUNTERSIGNED = register(
    EventType("vault.countersigned", "{actor} mengesahkan ulang kunci yang sudah berlaku", fields=frozenset({"keys"}))
)
OFFICERS_APPOINTED = register(
    EventType("vault.officers_appointed", "{actor} menetapkan petugas kunci", fields=frozenset({"principals"}))
)
GROUP_CHANGED = register(
    EventType(
        "vault.group_changed",
        "{actor} mengubah pemegang kunci bersama {subject}",
        fields=frozenset({"added", "removed", "generation"}),
    )
)
DOOR_CHANGED = register(
    EventType("vault.door_changed", "{actor} mengganti kata sandi {subject}", fields=frozenset({"door"}))
)
BACKED_UP = register(
    EventType("vault.backed_up", "{actor} membuat cadangan {subject}", fields=frozenset({"taken", "rows", "sha256"}))
)
"""Appended by `audit_append_backup` alone, for the role of backups."""
RESTORED = register(
    EventType(
        "vault.restored",
        "{actor} memulihkan {subject} dari cadangan",
        fields=frozenset({"taken", "rows", "erased", "sha256"}),
    )
)
REFUSED = register(
    EventType(
        "vault.refused",
        "{actor} ditolak membuka berkas {subject}",
        fields=frozenset({"why", "purpose", "compartments", "refs"}),
    )
)
CHECKPOINT_REFUSED = register(
    EventType(
        "vault.checkpoint_refused", "Jejak tidak utuh: titik periksa tidak ditandatangani", fields=frozenset({"why"})
    )
)
TRAIL_RESTORED = register(
    EventType(
        "vault.trail_restored",
        "Cadangan dipulihkan sampai titik periksa {subject}",
        fields=frozenset({"number"}),
    )
)
EXPIRY_CHANGED = register(
    EventType(
        "vault.expiry_changed",
        "{actor} mengubah batas waktu akses ke berkas {subject}",
        fields=frozenset({"principals", "until"}),
    )
)
ASKED = register(
    EventType(
        "vault.asked",
        "{actor} meminta pemegang kunci bekerja pada berkas {subject}",
        fields=frozenset({"kind", "reason", "principals", "compartments", "dossiers"}),
    )
)
ANSWERED = register(
    EventType(
        "vault.answered",
        "{actor} menyelesaikan permintaan pada berkas {subject}",
        fields=frozenset({"kind", "principals", "declined"}),
    )
)
WRAPS_DELETED = register(
    EventType("vault.wraps_deleted", "{actor} menghapus semua kunci milik {subject}", fields=frozenset({"count"}))
)
ENDED = register(
    EventType(
        "vault.ended", "{actor} mencatat masa simpan berkas {subject}", fields=frozenset({"state", "years", "until"})
    )
)
RESUMED = register(EventType("vault.resumed", "{actor} melanjutkan berkas {subject}; masa simpannya dihapus"))
HOLD_PLACED = register(
    EventType("vault.hold_placed", "{actor} menahan berkas {subject} dari penghapusan", fields=frozenset({"reason"}))
)
HOLD_RELEASED = register(EventType("vault.hold_released", "{actor} melepas tahanan berkas {subject}"))
ERASURE_PROPOSED = register(
    EventType(
        "vault.erasure_proposed", "{actor} mengusulkan penghapusan berkas {subject}", fields=frozenset({"reason"})
    )
)
ERASURE_WITHDRAWN = register(EventType("vault.erasure_withdrawn", "{actor} menarik usul penghapusan berkas {subject}"))
ERASURE_APPROVED = register(
    EventType("vault.erasure_approved", "{actor} menyetujui penghapusan berkas {subject}", fields=frozenset({"reason"}))
)
DRAFT_RESCUED = register(
    EventType("vault.draft_rescued", "{actor} menyimpan tulisan {subject} yang belum terkirim saat layarnya tertutup")
)
INDEXED = register(
    EventType(
        "vault.indexed",
        "{actor} membuat {subject} dapat ditemukan lewat nomor",
        fields=frozenset({"kinds", "subject"}),
    )
)
SEARCHED = register(
    EventType("vault.searched", "{actor} mencari orang lewat nomor", fields=frozenset({"kinds", "hits"}))
)
MEETING_SEEN = register(EventType("vault.meeting_seen", "{actor} menilai apakah orang di {subject} orang yang sama"))
BAR_LIFTED = register(
    EventType(
        "vault.bar_lifted",
        "{actor} membolehkan seseorang bekerja pada berkas {subject}",
        fields=frozenset({"principal", "reason"}),
    )
)
