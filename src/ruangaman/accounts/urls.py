"""Signing in, the locked screen, the own settings. allauth's own addresses are not mounted: they pass by the door."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, path

from ruangaman.accounts.views import (
    demo,
    desks,
    emergency,
    invitation,
    keys,
    kin,
    moving,
    own,
    people,
    requests,
    screen,
    second_step,
    signing_in,
    steps,
)

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
    path("pengaturan/tombol", own.single_keys, name="settings_keys"),
    path("pengaturan/sandi/", own.password, name="settings_password"),
    path("pengaturan/kode/", own.renew_codes, name="settings_codes"),
    path("pengaturan/sesi", own.end_others, name="settings_sessions"),
    path("masuk/undangan/", invitation.enter, name="invitation"),
    path("masuk/undangan/sandi/", invitation.choose_password, name="first_password"),
    path("masuk/kode/", steps.recover, name="recover"),
    path("masuk/sandi-baru/", steps.new_password, name="new_password"),
    path("masuk/kode-pemulihan/", steps.printed, name="printed_code"),
    path("pengaturan/pemulihan/", steps.renew, name="renew_printed"),
    path("pengaturan/kerabat/", kin.kin, name="kin"),
    path("pengaturan/kerabat/<uuid:relative_id>/tarik", kin.withdraw, name="withdraw_relative"),
    path("pengaturan/kerabat/tempat", kin.add_place, name="avoid_place"),
    path("pengaturan/kerabat/tempat/<slug:code>/tarik", kin.end_place, name="end_place"),
    path("pengaturan/orang/", people.people, name="people"),
    path("pengaturan/orang/undang/", people.invite, name="invite"),
    path("pengaturan/orang/kunci-berkas", people.renew_epochs, name="renew_epochs"),
    path("pengaturan/orang/undangan/<uuid:invitation_id>/tarik", people.withdraw, name="withdraw_invitation"),
    path("pengaturan/orang/<uuid:user_id>/", people.person, name="person"),
    path("pengaturan/orang/<uuid:user_id>/keluar/", people.leave, name="leave"),
    path("pengaturan/orang/<uuid:user_id>/surel/", moving.address, name="address"),
    path("pengaturan/orang/<uuid:user_id>/pindah/", moving.move, name="move"),
    path("pengaturan/orang/<uuid:user_id>/langkah-kedua", people.ask, {"kind": "second_step"}, name="ask_second_step"),
    path("pengaturan/orang/<uuid:user_id>/kunci-baru", people.ask, {"kind": "fresh_keys"}, name="ask_fresh_keys"),
    path("pengaturan/undangan/", people.paper, name="paper"),
    path("pengaturan/meja/", desks.desks, name="desks"),
    path("pengaturan/meja/<slug:code>/", desks.seat, name="seat"),
    path("pengaturan/kunci/", keys.keys, name="keys"),
    path("pengaturan/kunci/usul", keys.propose, name="propose_officer"),
    path("pengaturan/kunci/sahkan-ulang", keys.countersign, name="countersign"),
    path("pengaturan/kunci/<uuid:principal_id>/", keys.sign, name="sign_key"),
    path("pengaturan/kunci/<uuid:principal_id>/lepas", keys.dismiss, name="dismiss_officer"),
    path("pengaturan/darurat/", emergency.emergency, name="emergency"),
    path("pengaturan/darurat/<slug:code>/", emergency.name, name="name_emergency"),
    path("pengaturan/darurat/<slug:code>/lepas", emergency.end, name="end_emergency"),
    path("pengaturan/darurat/<uuid:request_id>/serahkan", emergency.hand, name="hand_emergency"),
    path("pengaturan/permintaan/", requests.requests, name="requests"),
    path("pengaturan/permintaan/<uuid:request_id>/", requests.decide, name="decide"),
    path("pengaturan/permintaan/<uuid:request_id>/tarik", requests.withdraw, name="withdraw_request"),
    path("pengaturan/buka-kembali/", requests.reopening, name="reopening"),
    path("pengaturan/buka-kembali/<uuid:user_id>/", requests.reopen, name="reopen"),
]
demo_urlpatterns: list[URLPattern] = [path("demo/peran", demo.change_role, name="demo_role")]

if settings.RUANGAMAN_DEMO:
    urlpatterns += demo_urlpatterns
