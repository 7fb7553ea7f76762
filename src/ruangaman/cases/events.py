"""What a case tells the trail: codes and counts, never words of a person."""

from __future__ import annotations

from ruangaman.audit.registry import register
from ruangaman.audit.types import EventType

CASE_OPENED = register(
    EventType(
        "cases.opened",
        "{actor} membuka kasus {subject}",
        fields=frozenset({"case_type", "risk", "authority", "state", "manager"}),
    )
)
CASE_MOVED = register(
    EventType("cases.moved", "{actor} memindahkan tahap kasus {subject}", fields=frozenset({"from", "to"}))
)
CASE_CLOSED = register(
    EventType("cases.closed", "{actor} menutup kasus {subject}", fields=frozenset({"from", "reason"}))
)
CASE_REOPENED = register(
    EventType("cases.reopened", "{actor} membuka lagi kasus {subject}", fields=frozenset({"from"}))
)
PERSON_ADDED = register(
    EventType("cases.person_added", "{actor} menambah orang pada kasus {subject}", fields=frozenset({"kind", "person"}))
)
PERSON_EDITED = register(
    EventType(
        "cases.person_edited",
        "{actor} membetulkan data orang pada kasus {subject}",
        fields=frozenset({"kind", "person", "version"}),
    )
)
INCIDENT_EDITED = register(
    EventType(
        "cases.incident_edited",
        "{actor} membetulkan kejadian pada kasus {subject}",
        fields=frozenset({"incident", "version"}),
    )
)
TASK_EDITED = register(
    EventType("cases.task_edited", "{actor} mengubah tugas pada kasus {subject}", fields=frozenset({"task", "version"}))
)
INCIDENT_ADDED = register(
    EventType(
        "cases.incident_added",
        "{actor} menambah kejadian pada kasus {subject}",
        fields=frozenset({"incident", "links"}),
    )
)
NOTE_ADDED = register(
    EventType(
        "cases.note_added", "{actor} menambah catatan pada kasus {subject}", fields=frozenset({"note", "compartment"})
    )
)
SERVICE_ADDED = register(
    EventType(
        "cases.service_added", "{actor} mencatat layanan pada kasus {subject}", fields=frozenset({"type", "service"})
    )
)
TASK_ADDED = register(
    EventType("cases.task_added", "{actor} menambah tugas pada kasus {subject}", fields=frozenset({"task", "owner"}))
)
TASK_DONE = register(
    EventType("cases.task_done", "{actor} menyelesaikan tugas pada kasus {subject}", fields=frozenset({"task"}))
)
TASK_UNDONE = register(
    EventType("cases.task_undone", "{actor} mengembalikan tugas pada kasus {subject}", fields=frozenset({"task"}))
)
ASSIGNED = register(
    EventType("cases.assigned", "{actor} menugaskan orang pada kasus {subject}", fields=frozenset({"user", "role"}))
)
UNASSIGNED = register(
    EventType("cases.unassigned", "{actor} melepas orang dari kasus {subject}", fields=frozenset({"user", "role"}))
)
MANAGER_CHANGED = register(
    EventType(
        "cases.manager_changed", "{actor} mengganti manajer kasus {subject}", fields=frozenset({"before", "after"})
    )
)
ACCESS_GIVEN = register(
    EventType(
        "cases.access_given",
        "{actor} memberi akses baca sebagian pada kasus {subject}",
        fields=frozenset({"user", "compartments", "reason", "until"}),
    )
)
ACCESS_CHANGED = register(
    EventType(
        "cases.access_changed",
        "{actor} mengubah batas waktu akses baca pada kasus {subject}",
        fields=frozenset({"user", "until"}),
    )
)
ACCESS_ENDED = register(
    EventType("cases.access_ended", "{actor} mencabut akses baca pada kasus {subject}", fields=frozenset({"user"}))
)
OLDER_SHARED = register(
    EventType(
        "cases.older_shared",
        "{actor} membagikan isi lama laci pada kasus {subject}",
        fields=frozenset({"user", "compartments"}),
    )
)
