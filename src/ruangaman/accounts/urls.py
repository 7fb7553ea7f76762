"""Signing in, the locked screen, the own settings. allauth's own addresses are not mounted: they pass by the door."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, path

from ruangaman.accounts.views import demo, own, screen, second_step, signing_in

urlpatterns: list[URLPattern] = [
    path("masuk/", signing_in.enter, name="account_login"),
    path("masuk/langkah-kedua/", second_step.enter_code, name="mfa_authenticate"),
    path("masuk/langkah-kedua/pasang/", second_step.enrol, name="enrol"),
    path("masuk/langkah-kedua/kode/", second_step.codes, name="recovery_codes"),
    path("terkunci/", screen.locked, name="locked"),
    path("layar/tutup", screen.close, name="close_screen"),
    path("layar/hidup", screen.alive, name="alive"),
    path("keluar-kerja", screen.leave, name="sign_out"),
    path("pengaturan/", own.show, name="settings"),
    path("pengaturan/bahasa", own.language, name="settings_language"),
    path("pengaturan/sandi/", own.password, name="settings_password"),
    path("pengaturan/kode", own.renew_codes, name="settings_codes"),
    path("pengaturan/sesi", own.end_others, name="settings_sessions"),
]
demo_urlpatterns: list[URLPattern] = [path("demo/peran", demo.change_role, name="demo_role")]

if settings.RUANGAMAN_DEMO:
    urlpatterns += demo_urlpatterns
