"""What the palette offers everywhere: the sections and their rooms, one's own settings, the screen itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ruangaman.accounts import selectors as accounts
from ruangaman.accounts.types import Permission
from ruangaman.cases import selectors as cases
from ruangaman.web.registry import palette_sources, sections_of
from ruangaman.web.types import Command, Here, PaletteSource

ROOMS: tuple[tuple[Permission, Command], ...] = (
    (Permission.CASE_OVERSEE, Command(gettext_lazy("Beban tiap orang"), "/kerja/beban/")),
    (Permission.CASE_OVERSEE, Command(gettext_lazy("Batas yang diperpanjang"), "/batas/")),
    (Permission.REPORT_DESK, Command(gettext_lazy("Serah terima jaga"), "/serah-terima/")),
    (Permission.REPORT_DESK, Command(gettext_lazy("Meja saya"), "/pengaturan/meja/")),
    (Permission.PEOPLE_MANAGE, Command(gettext_lazy("Undang orang"), "/pengaturan/orang/undang/")),
    (Permission.AUDIT_READ, Command(gettext_lazy("Akar jejak hari ini"), "/pengaturan/jejak/akar/")),
    (Permission.AUDIT_READ, Command(gettext_lazy("Siapa yang membuka berkas"), "/pengaturan/jejak/pembaca/")),
    (Permission.REQUEST_DECIDE, Command(gettext_lazy("Permintaan orang kedua"), "/pengaturan/permintaan/")),
    (Permission.KEYS_VOUCH, Command(gettext_lazy("Kunci yang menunggu tanda tangan"), "/pengaturan/kunci/")),
    (Permission.CASE_WRITE, Command(gettext_lazy("Tugas"), "/tugas/")),
    (Permission.CASE_WRITE, Command(gettext_lazy("Rekan dengan kunci baru"), "/pengaturan/buka-kembali/")),
    (Permission.CASE_APPROVE, Command(gettext_lazy("Yang menunggu keputusan"), "/kasus/keputusan/")),
    (Permission.CODES_MANAGE, Command(gettext_lazy("Daftar pilihan"), "/pengaturan/daftar/")),
    (Permission.CODES_MANAGE, Command(gettext_lazy("Batas waktu"), "/pengaturan/jam/")),
    (Permission.CODES_MANAGE, Command(gettext_lazy("Batas waktu baru"), "/pengaturan/jam/baru/")),
    (Permission.CODES_MANAGE, Command(gettext_lazy("Hari libur dan jam kerja"), "/pengaturan/jam/libur/")),
)
OWN = (
    Command(gettext_lazy("Belum terkirim"), "/tulisan/"),
    Command(gettext_lazy("Ditunda"), "/kerja/ditunda/", words=gettext_lazy("antrean")),
    Command(gettext_lazy("Dijeda"), "/kerja/dijeda/", words=gettext_lazy("antrean jeda jalankan lagi")),
    Command(gettext_lazy("Saringan tersimpan"), "/kerja/saringan/", words=gettext_lazy("antrean")),
    Command(gettext_lazy("Ganti kata sandi"), "/pengaturan/sandi/"),
    Command(gettext_lazy("Buat kode pemulihan baru"), "/pengaturan/pemulihan/"),
    Command(gettext_lazy("Kerabat dan tempat kerja saya"), "/pengaturan/kerabat/"),
    Command(gettext_lazy("Daftar pintasan"), "/palet/pintasan/", hint="?", words=gettext_lazy("papan ketik tombol")),
)
SCREEN = (
    Command(gettext_lazy("Tutup layar"), "/layar/tutup", words=gettext_lazy("kunci"), posts=True),
    Command(gettext_lazy("Keluar"), "/keluar-kerja", posts=True),
)
EMERGENCY = Command(gettext_lazy("Kunci darurat unit"), "/pengaturan/darurat/")
OPENING = Command(gettext_lazy("Buka kasus dengan kunci darurat"), "/darurat/")


def list_places(*, viewer: Any, here: Here, at: datetime) -> list[Command]:
    """Return the sections that the viewer may enter, each with its keys, and the rooms behind them."""
    there = [
        Command(
            one.label,
            one.url,
            hint=_("g lalu %(key)s") % {"key": one.go} if one.go and viewer.single_keys else "",
        )
        for one in sections_of(viewer)
    ]
    rooms = [command for permission, command in ROOMS if viewer.has(permission)]
    emergency = [EMERGENCY] if accounts.list_emergency_keys(viewer=viewer, at=at) else []
    emergency += [OPENING] if cases.is_holder(viewer=viewer) and not viewer.has(Permission.GLASS_REVIEW) else []
    return there + rooms + emergency


def list_own(*, viewer: Any, here: Here, at: datetime) -> list[Command]:
    """Return what everybody can do about their own account."""
    return list(OWN)


def list_screen(*, viewer: Any, here: Here, at: datetime) -> list[Command]:
    """Return what everybody can do with the screen."""
    return list(SCREEN)


palette_sources.add(PaletteSource(key="places", place=30, title=lambda here: _("Ke bagian"), list_commands=list_places))
palette_sources.add(PaletteSource(key="own", place=80, title=lambda here: _("Akun saya"), list_commands=list_own))
palette_sources.add(PaletteSource(key="screen", place=90, title=lambda here: _("Layar"), list_commands=list_screen))
