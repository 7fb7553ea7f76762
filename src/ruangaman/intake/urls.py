"""Addresses of the public pages and of the desk."""

from __future__ import annotations

from django.urls import path

from ruangaman.intake.views import pages, report, thread

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

urlpatterns = public_pages
