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
    EventType("cases.closed", "{actor} menutup kasus {subject}", fields=frozenset({"from", "reason", "planned"}))
)
CASE_REOPENED = register(
    EventType(
        "cases.reopened",
        "{actor} membuka lagi kasus {subject}",
        fields=frozenset({"from", "state", "episode", "clocks"}),
    )
)
ANSWER_AWAITED = register(
    EventType(
        "cases.answer_awaited",
        "{actor} membuka kasus {subject} dari laporan yang belum dijawab",
        fields=frozenset({"report", "due"}),
    )
)
REPORTER_ANSWERED = register(
    EventType(
        "cases.reporter_answered",
        "{actor} memberi jawaban pertama kepada pelapor pada kasus {subject}",
        fields=frozenset({"report"}),
    )
)
REPORTED_AGAIN = register(
    EventType(
        "cases.reported_again",
        "{actor} menandai laporan lain sebagai ganda dari laporan kasus {subject}",
        fields=frozenset({"report", "danger"}),
    )
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
CLOCK_DROPPED = register(
    EventType(
        "cases.clock_dropped",
        "{actor} menghentikan batas waktu yang keliru pada kasus {subject}",
        fields=frozenset({"kind", "anchor", "note"}),
    )
)
TASK_EDITED = register(
    EventType(
        "cases.task_edited",
        "{actor} mengubah tugas pada kasus {subject}",
        fields=frozenset({"task", "owner", "version"}),
    )
)
INCIDENT_ADDED = register(
    EventType(
        "cases.incident_added",
        "{actor} menambah kejadian pada kasus {subject}",
        fields=frozenset({"incident", "links"}),
    )
)
ANSWERS_KEPT = register(
    EventType(
        "cases.answers_kept",
        "{actor} mencatat jawaban tentang kejadian pada kasus {subject}",
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
    EventType(
        "cases.task_done", "{actor} menyelesaikan tugas pada kasus {subject}", fields=frozenset({"task", "owner"})
    )
)
TASK_UNDONE = register(
    EventType(
        "cases.task_undone", "{actor} mengembalikan tugas pada kasus {subject}", fields=frozenset({"task", "owner"})
    )
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
GLASS_ASKED = register(
    EventType(
        "cases.glass_asked",
        "{actor} meminta membuka kasus {subject} dengan kunci darurat",
        fields=frozenset({"reason", "at_once"}),
    )
)
GLASS_AGREED = register(
    EventType(
        "cases.glass_agreed",
        "{actor} setuju kasus {subject} dibuka dengan kunci darurat",
        fields=frozenset({"user"}),
    )
)
GLASS_BROKEN = register(
    EventType(
        "cases.glass_broken",
        "{actor} membuka kasus {subject} dengan kunci darurat",
        fields=frozenset({"reason", "at_once", "user", "times"}),
    )
)
GLASS_CLOSED = register(
    EventType(
        "cases.glass_closed",
        "{actor} mengakhiri akses darurat ke kasus {subject}",
        fields=frozenset({"ending", "user"}),
    )
)
GLASS_REVIEWED = register(
    EventType(
        "cases.glass_reviewed",
        "{actor} meninjau akses darurat ke kasus {subject}",
        fields=frozenset({"verdict", "user"}),
    )
)
GLASS_FROZEN = register(
    EventType(
        "cases.glass_frozen",
        "Akses darurat ke kasus {subject} tidak ditinjau pada waktunya: hak yang membukanya dibekukan",
        fields=frozenset({"user"}),
    )
)
GLASS_MISSED = register(
    EventType("cases.glass_missed", "{actor} memasukkan kode yang tidak dapat dibuka dengan kunci darurat")
)
OLDER_SHARED = register(
    EventType(
        "cases.older_shared",
        "{actor} membagikan isi lama laci pada kasus {subject}",
        fields=frozenset({"user", "compartments"}),
    )
)
SAFETY_CHECKED = register(
    EventType(
        "cases.safety_checked",
        "{actor} memeriksa keselamatan pada kasus {subject}",
        fields=frozenset({"check", "is_safe", "escort", "reopening", "finding"}),
    )
)
ASSESSED = register(
    EventType(
        "cases.assessed",
        "{actor} mencatat asesmen kasus {subject}",
        fields=frozenset({"assessment", "considered"}),
    )
)
RIGHTS_TOLD = register(
    EventType(
        "cases.rights_told",
        "{actor} memberi tahu hak pada kasus {subject}",
        fields=frozenset({"told", "rights"}),
    )
)
PLAN_MADE = register(
    EventType(
        "cases.plan_made",
        "{actor} menyusun rencana kasus {subject}",
        fields=frozenset({"plan", "version", "goals", "with_her"}),
    )
)
PLAN_AGREED = register(
    EventType(
        "cases.plan_agreed",
        "{actor} mencatat kesepakatan atas rencana kasus {subject}",
        fields=frozenset({"plan", "version", "how"}),
    )
)
PLAN_STARTED = register(
    EventType(
        "cases.plan_started",
        "{actor} memulai rencana kasus {subject}",
        fields=frozenset({"plan", "tasks"}),
    )
)
APPROVAL_ASKED = register(
    EventType(
        "cases.approval_asked",
        "{actor} meminta persetujuan kepala pada kasus {subject}",
        fields=frozenset({"approval", "kind"}),
    )
)
APPROVAL_DECIDED = register(
    EventType(
        "cases.approval_decided",
        "{actor} memutuskan permintaan pada kasus {subject}",
        fields=frozenset({"approval", "kind", "outcome", "points", "despite"}),
    )
)
REVIEWED = register(
    EventType(
        "cases.reviewed",
        "{actor} meninjau kasus {subject}",
        fields=frozenset({"review", "risk", "before", "next_on"}),
    )
)
RISK_CHANGED = register(
    EventType(
        "cases.risk_changed",
        "{actor} mengubah tingkat bahaya kasus {subject}",
        fields=frozenset({"risk", "before"}),
    )
)
CONFERENCE_HELD = register(
    EventType(
        "cases.conference_held",
        "{actor} mencatat konferensi kasus {subject}",
        fields=frozenset({"conference", "participants", "guests", "decisions"}),
    )
)
SESSION_HELD = register(
    EventType(
        "cases.session_held",
        "{actor} mencatat sesi pada kasus {subject}",
        fields=frozenset({"session", "attended", "next_on", "risk"}),
    )
)
CONTACT_TRIED = register(
    EventType(
        "cases.contact_tried",
        "{actor} mencoba menghubungi pada kasus {subject}",
        fields=frozenset({"try", "way", "result", "faults"}),
    )
)
TRANSFER_SENT = register(
    EventType(
        "cases.transfer_sent",
        "{actor} melimpahkan kasus {subject}",
        fields=frozenset({"transfer", "to", "basis"}),
    )
)
TRANSFER_ACKNOWLEDGED = register(
    EventType(
        "cases.transfer_acknowledged",
        "{actor} mencatat tanda terima pelimpahan kasus {subject}",
        fields=frozenset({"transfer"}),
    )
)
TRANSFER_WITHDRAWN = register(
    EventType(
        "cases.transfer_withdrawn",
        "{actor} menarik kembali pelimpahan kasus {subject}",
        fields=frozenset({"transfer"}),
    )
)
WINDOW_ANSWERED = register(
    EventType(
        "cases.window_answered",
        "{actor} menjawab jendela kesehatan atau bukti pada kasus {subject}",
        fields=frozenset({"need", "incident", "note"}),
    )
)
CLOSING_ASSESSED = register(
    EventType(
        "cases.closing_assessed",
        "{actor} mencatat asesmen penutupan kasus {subject}",
        fields=frozenset({"closing", "reason", "risk", "clocks", "doubts"}),
    )
)
AFTERCARE_PLANNED = register(
    EventType(
        "cases.aftercare_planned",
        "{actor} menjadwalkan kontak sesudah penutupan kasus {subject}",
        fields=frozenset({"aftercare", "month", "due_on"}),
    )
)
AFTERCARE_CANCELLED = register(
    EventType(
        "cases.aftercare_cancelled",
        "{actor} membatalkan kontak sesudah penutupan kasus {subject}",
        fields=frozenset({"aftercare", "month"}),
    )
)
AFTERCARE_TRIED = register(
    EventType(
        "cases.aftercare_tried",
        "{actor} belum terhubung setelah penutupan kasus {subject}",
        fields=frozenset({"aftercare", "month", "due_on"}),
    )
)
AFTERCARE_CONTACTED = register(
    EventType(
        "cases.aftercare_contacted",
        "{actor} menghubungi lagi setelah penutupan kasus {subject}",
        fields=frozenset({"aftercare", "month", "doing"}),
    )
)
MEDIATION_ASKED = register(
    EventType(
        "cases.mediation_asked",
        "{actor} mencatat permintaan mediasi pada kasus {subject}",
        fields=frozenset({"request", "asked_by", "against"}),
    )
)
POLICE_DECIDED = register(
    EventType(
        "cases.police_decided",
        "{actor} memutuskan laporan polisi pada kasus {subject}",
        fields=frozenset({"decision", "choice"}),
    )
)
TIED = register(
    EventType("cases.tied", "{actor} menghubungkan dua orang pada kasus {subject}", fields=frozenset({"kind", "tie"}))
)
UNTIED = register(
    EventType(
        "cases.untied", "{actor} melepas hubungan dua orang pada kasus {subject}", fields=frozenset({"kind", "tie"})
    )
)
