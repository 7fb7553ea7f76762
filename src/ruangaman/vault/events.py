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
REFUSED = register(
    EventType(
        "vault.refused",
        "{actor} ditolak membuka berkas {subject}",
        fields=frozenset({"why", "purpose", "compartments", "refs"}),
    )
)
