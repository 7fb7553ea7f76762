"""Addresses of the public pages and of the desk. The public ones are looked at before all others."""

from __future__ import annotations

from django.urls import path

from ruangaman.intake.views import casework, desk, double, pages, report, ruling, same, shifts, thread

public_pages = [
    path("", pages.start, name="start"),
    path("layanan", pages.services, name="services"),
    path("panduan/aman", pages.safety, name="safety"),
    path("panduan/hak", pages.rights, name="rights"),
    path("panduan/anak", pages.child, name="child"),
    path("keluar", pages.leave, name="leave"),
    path("i/", report.report, name="report"),
    path("i/selesai", report.done, name="report-done"),
    path("p/", thread.enter, name="thread-enter"),
    path("p/pesan", thread.messages, name="thread"),
]

desk_pages = [
    path("laporan/<str:code>/", desk.report, name="desk-report"),
    path("laporan/<str:code>/akses", desk.holders, name="desk-holders"),
    path("laporan/<str:code>/ambil", desk.take, name="desk-take"),
    path("laporan/<str:code>/lepas", desk.release, name="desk-release"),
    path("laporan/<str:code>/balas", desk.reply, name="desk-reply"),
    path("laporan/<str:code>/selesai", desk.settle, name="desk-settle"),
    path("laporan/<str:code>/triase", desk.triage, name="desk-triage"),
    path("laporan/<str:code>/sama", same.compare, name="desk-same"),
    path("laporan/<str:code>/ganda", double.duplicate, name="desk-duplicate"),
    path("laporan/<str:code>/tandai-ganda", double.mark, name="desk-mark-duplicate"),
    path("laporan/<str:code>/batal-ganda", desk.undo_duplicate, name="desk-undo-duplicate"),
    path("laporan/<str:code>/tolak", desk.refuse, name="desk-refuse"),
    path("laporan/<str:code>/batal-tolak", desk.undo_refusal, name="desk-undo-refusal"),
    path("laporan/<str:code>/buka-kasus", desk.open_case, name="desk-open-case"),
    path("laporan/<str:code>/berkas/<uuid:file_id>", desk.download, name="desk-file"),
]

shift_pages = [
    path("serah-terima/", shifts.index, name="shifts"),
    path("serah-terima/beri", shifts.give, name="shift-give"),
    path("serah-terima/terima", shifts.take, name="shift-take"),
]

# The conversation goes on in the case: for its people, not for the desk.
case_pages = [
    path("laporan/<str:code>/jawab", casework.answer, name="case-answer"),
    path("laporan/<str:code>/terbaca", casework.acknowledge, name="case-acknowledge"),
    path("laporan/<str:code>/lampiran/<uuid:file_id>", casework.download, name="case-thread-file"),
]

# What the desk decided against the answers, for the head of the unit.
head_pages = [path("keputusan/laporan/<uuid:ruling_id>/", ruling.decide, name="ruling")]

urlpatterns = desk_pages + shift_pages + case_pages + head_pages
