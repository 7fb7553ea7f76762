"""What signing in and the people's side tell the trail. Nobody's name, no address, no code."""

from __future__ import annotations

from ruangaman.audit.registry import register
from ruangaman.audit.types import EventType

SIGNED_IN = register(EventType("accounts.signed_in", "{actor} masuk", fields=frozenset({"second"})))
SIGN_IN_REFUSED = register(
    EventType("accounts.sign_in_refused", "Seseorang gagal masuk sebagai {subject}", fields=frozenset({"step"}))
)
SIGNED_OUT = register(EventType("accounts.signed_out", "{actor} keluar"))
LOCKED = register(EventType("accounts.locked", "{actor} menutup layar"))
UNLOCKED = register(EventType("accounts.unlocked", "{actor} membuka kunci layar"))
ENROLLED = register(EventType("accounts.second_factor_enrolled", "{actor} memasang langkah kedua"))
RECOVERY_CODE_USED = register(
    EventType("accounts.recovery_code_used", "{actor} memakai kode cadangan", fields=frozenset({"left"}))
)
CODES_RENEWED = register(EventType("accounts.recovery_codes_renewed", "{actor} membuat kode cadangan baru"))
PASSWORD_CHANGED = register(EventType("accounts.password_changed", "{actor} mengganti kata sandinya"))
SESSIONS_ENDED = register(EventType("accounts.sessions_ended", "{actor} mengakhiri sesinya yang lain"))
LANGUAGE_CHANGED = register(
    EventType("accounts.language_changed", "{actor} mengganti bahasa", fields=frozenset({"language"}))
)
SHORTCUTS_CHANGED = register(
    EventType("accounts.shortcuts_changed", "{actor} mengatur pintasan satu huruf", fields=frozenset({"on"}))
)
USER_CREATED = register(
    EventType("accounts.user_created", "{actor} membuat akun {subject}", fields=frozenset({"role", "unit"}))
)
OFFICE_FOUNDED = register(
    EventType("accounts.office_founded", "{actor} menyiapkan kota dengan unit {subject}", fields=frozenset({"people"}))
)
PEOPLE_CHECKED = register(
    EventType("accounts.people_checked", "Semua akun diperiksa orang sesudah pemulihan", fields=frozenset({"people"}))
)
PEOPLE_LISTED = register(
    EventType("accounts.people_listed", "Daftar semua akun dibaca di terminal server", fields=frozenset({"people"}))
)
BEGAN_AGAIN = register(
    EventType(
        "accounts.began_again",
        "Akun {subject} dibuka kembali dengan kunci pemulihan",
        fields=frozenset({"second_step_dropped"}),
    )
)
UNIT_CREATED = register(
    EventType("accounts.unit_created", "{actor} membuat unit {subject}", fields=frozenset({"agency"}))
)
DESK_CREATED = register(
    EventType("accounts.desk_created", "{actor} membuat meja {subject}", fields=frozenset({"unit"}))
)
SEATED = register(
    EventType("accounts.seated", "{actor} menempatkan petugas di meja {subject}", fields=frozenset({"user"}))
)
UNSEATED = register(
    EventType("accounts.unseated", "{actor} melepas petugas dari meja {subject}", fields=frozenset({"user"}))
)
SHIFT_PLANNED = register(
    EventType("accounts.shift_planned", "{actor} menyusun jadwal jaga meja {subject}", fields=frozenset({"user"}))
)
INVITED = register(
    EventType("accounts.invited", "{actor} membuat undangan {subject}", fields=frozenset({"role", "unit", "user"}))
)
INVITATION_WITHDRAWN = register(EventType("accounts.invitation_withdrawn", "{actor} menarik undangan {subject}"))
INVITATION_USED = register(EventType("accounts.invitation_used", "{actor} membuat kuncinya dengan undangan"))
INVITATION_REFUSED = register(EventType("accounts.invitation_refused", "Seseorang mencoba kode undangan yang salah"))
LEFT = register(EventType("accounts.left", "{actor} menutup akun {subject}", fields=frozenset({"dossiers", "desks"})))
REQUESTED = register(
    EventType("accounts.requested", "{actor} meminta sesuatu untuk {subject}", fields=frozenset({"kind"}))
)
REQUEST_WITHDRAWN = register(
    EventType("accounts.request_withdrawn", "{actor} menarik permintaannya untuk {subject}", fields=frozenset({"kind"}))
)
DECIDED = register(
    EventType(
        "accounts.decided", "{actor} memutuskan permintaan untuk {subject}", fields=frozenset({"kind", "approved"})
    )
)
SECOND_STEP_RESET = register(
    EventType("accounts.second_step_reset", "{actor} melepas langkah kedua {subject}", fields=frozenset({"request"}))
)
REGRANTED = register(
    EventType("accounts.regranted", "{actor} membuka kembali berkas bagi {subject}", fields=frozenset({"dossiers"}))
)
EPOCHS_RENEWED = register(
    EventType(
        "accounts.epochs_renewed", "{actor} mengganti kunci berkas yang ditinggalkan", fields=frozenset({"dossiers"})
    )
)
PRINTED_CODE_KEPT = register(EventType("accounts.printed_code_kept", "{actor} menyimpan kode pemulihan baru"))
CAME_BY_CODE = register(EventType("accounts.came_by_code", "{actor} masuk dengan kode pemulihan"))
EMERGENCY_HANDED = register(
    EventType(
        "accounts.emergency_handed",
        "{actor} menyerahkan kunci darurat unit kepada {subject}",
        fields=frozenset({"unit", "instead_of", "is_anew"}),
    )
)
EMERGENCY_ENDED = register(
    EventType(
        "accounts.emergency_ended", "{actor} melepas {subject} dari kunci darurat unit", fields=frozenset({"unit"})
    )
)
EMAIL_CHANGED = register(EventType("accounts.email_changed", "{actor} mengganti surel {subject}"))
MOVED = register(
    EventType(
        "accounts.moved",
        "{actor} memindahkan {subject} ke tugas lain",
        fields=frozenset({"role", "unit", "invitation"}),
    )
)
RELATIVE_DECLARED = register(EventType("accounts.relative_declared", "{actor} mencatat kerabatnya"))
RELATIVE_WITHDRAWN = register(EventType("accounts.relative_withdrawn", "{actor} menarik catatan kerabatnya"))
PLACE_AVOIDED = register(EventType("accounts.place_avoided", "{actor} mencatat instansi yang terlalu dekat: {subject}"))
PLACE_ENDED = register(EventType("accounts.place_ended", "{actor} menarik catatan instansi {subject}"))
