"""Addresses of the cases. A code that cannot be one has no address."""

from __future__ import annotations

from django.urls import path, register_converter

from ruangaman.cases.views import (
    access,
    approving,
    bulk,
    cases,
    consents,
    ending,
    following,
    glass,
    incidents,
    moves,
    planning,
    records,
    team,
    ties,
    versions,
    work,
)


class CaseCode:
    """`K-` and eight letters or digits of Crockford's base 32."""

    regex = "K-[0-9A-HJKMNP-TV-Z]{8}"

    def to_python(self, value: str) -> str:
        """Return the code."""
        return value

    def to_url(self, value: str) -> str:
        """Return the code."""
        return value


register_converter(CaseCode, "case_code")

CASE = "kasus/<case_code:code>/"
app_name = "cases"
GLASS = "darurat/<uuid:glass_id>/"
urlpatterns = [
    path("kasus/", cases.index, name="index"),
    path("tugas/", bulk.index, name="tasks"),
    path("tugas/banyak/", bulk.preview, name="bulk"),
    path("tugas/banyak/lakukan", bulk.do, name="do_bulk"),
    path("tugas/banyak/<uuid:act_id>/batal", bulk.undo, name="undo_bulk"),
    path("kasus/keputusan/", approving.waiting, name="approvals"),
    path("kasus/keputusan/<uuid:approval_id>/", approving.decide, name="approval"),
    path(CASE, cases.detail, name="detail"),
    path(CASE + "lampiran/<uuid:file_id>", cases.download, name="download"),
    path(CASE + "orang/", records.add_person, name="add_person"),
    path(CASE + "orang/<uuid:person_id>/", versions.edit_person, name="edit_person"),
    path(CASE + "orang/<uuid:record_id>/riwayat/", versions.history, {"kind": "person"}, name="person_history"),
    path(CASE + "kejadian/", incidents.add_incident, name="add_incident"),
    path(CASE + "kejadian/<uuid:incident_id>/", versions.edit_incident, name="edit_incident"),
    path(CASE + "kejadian/<uuid:record_id>/riwayat/", versions.history, {"kind": "incident"}, name="incident_history"),
    path(CASE + "kejadian/<uuid:incident_id>/korban/<uuid:victim_id>/", incidents.answer_about, name="answer_about"),
    path(CASE + "orang/<uuid:person_id>/hubungan/", ties.ties, name="ties"),
    path(CASE + "orang/<uuid:person_id>/hubungan/<uuid:tie_id>/lepas", ties.untie, name="untie"),
    path(CASE + "temuan/<uuid:meeting_id>/minta", ties.ask_about, name="meeting_ask"),
    path(CASE + "temuan/<uuid:meeting_id>/selesai", ties.settle, name="meeting_settle"),
    path(CASE + "catatan/", records.add_note, name="add_note"),
    path(CASE + "layanan/", records.add_service, name="add_service"),
    path(CASE + "tugas/", work.add_task, name="add_task"),
    path(CASE + "tugas/<uuid:task_id>/", versions.edit_task, name="edit_task"),
    path(CASE + "tugas/<uuid:record_id>/riwayat/", versions.history, {"kind": "task"}, name="task_history"),
    path(CASE + "tugas/<uuid:task_id>/selesai", work.complete_task, name="complete_task"),
    path(CASE + "tugas/<uuid:task_id>/kembalikan", work.undo_task, name="undo_task"),
    path(CASE + "jam/<uuid:clock_id>/", work.drop_clock, name="drop_clock"),
    path(CASE + "tim/", team.team, name="team"),
    path(CASE + "tim/<uuid:part_id>/lepas", team.release, name="release"),
    path(CASE + "tim/izinkan", team.lift, name="lift"),
    path(CASE + "akses/", access.holders, name="access"),
    path(CASE + "akses/beri", access.give, name="give_access"),
    path(CASE + "akses/<uuid:access_id>/waktu", access.change, name="change_access"),
    path(CASE + "akses/<uuid:access_id>/cabut", access.end, name="end_access"),
    path(CASE + "akses/<uuid:user_id>/bagikan", access.share, name="share_older"),
    path(CASE + "akses/<uuid:user_id>/minta", access.ask, name="ask_for_older"),
    path(CASE + "tahan/", access.hold, name="hold"),
    path(CASE + "tahan/lepas", access.unhold, name="unhold"),
    path(CASE + "serah-terima/", team.hand_over, name="hand_over"),
    path(CASE + "status/", moves.move, name="move"),
    path(CASE + "tutup/", moves.close, name="close"),
    path(CASE + "buka-lagi/", moves.reopen, name="reopen"),
    path(CASE + "izin/", consents.ledger, name="consents"),
    path(CASE + "izin/<uuid:consent_id>/cabut", consents.revoke, name="revoke_consent"),
    path(CASE + "aman/", planning.safety, name="safety"),
    path(CASE + "jendela/", planning.window, name="window"),
    path(CASE + "asesmen/", planning.assessment, name="assessment"),
    path(CASE + "hak/", planning.rights, name="rights"),
    path(CASE + "rencana/", planning.plan, name="plan"),
    path(CASE + "rencana/ajukan", approving.ask_plan, name="ask_plan"),
    path(CASE + "tinjauan/", following.review, name="review"),
    path(CASE + "konferensi/", following.conference, name="conference"),
    path(CASE + "sesi/", following.session, name="session"),
    path(CASE + "upaya/", following.try_contact, name="try_contact"),
    path(CASE + "mediasi/", following.mediation, name="mediation"),
    path(CASE + "polisi/", following.police, name="police"),
    path(CASE + "penutupan/", ending.closing, name="closing"),
    path(CASE + "penutupan/ajukan", approving.ask_closing, name="ask_closing"),
    path(CASE + "pelimpahan/", ending.transfer, name="transfer"),
    path(CASE + "pelimpahan/<uuid:transfer_id>/terima", ending.received, name="transfer_received"),
    path(CASE + "pelimpahan/<uuid:transfer_id>/tarik", ending.withdraw, name="transfer_withdraw"),
    path(CASE + "pasca/", ending.aftercare, name="aftercare"),
    path(CASE + "pasca/<uuid:contact_id>/", ending.contact_after, name="contact_after"),
    path(CASE + "pasca/<uuid:contact_id>/batal", ending.cancel_after, name="cancel_after"),
    path("darurat/", glass.board, name="glass_board"),
    path("darurat/<case_code:code>/", glass.ask, name="glass_ask"),
    path(GLASS, glass.one, name="glass"),
    path(GLASS + "setuju", glass.agree, name="glass_agree"),
    path(GLASS + "tolak", glass.decline, name="glass_decline"),
    path(GLASS + "buka", glass.begin, name="glass_begin"),
    path(GLASS + "tutup", glass.end, name="glass_end"),
    path(GLASS + "tinjau", glass.review, name="glass_review"),
]
