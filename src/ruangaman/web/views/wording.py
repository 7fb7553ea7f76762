"""How the queue speaks: its title is an answer, and who has no work here yet reads what will come."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ruangaman.accounts.selectors.deciding import join_either
from ruangaman.accounts.selectors.seats import list_seaters
from ruangaman.accounts.types import Permission, Role
from ruangaman.clocks.types import span
from ruangaman.core.codelists import RiskLevel
from ruangaman.ui.types import Words
from ruangaman.web.selectors import Day
from ruangaman.web.types import Action, Filters

NUMBERS: tuple[Words, ...] = (
    gettext_lazy("nol"),
    gettext_lazy("satu"),
    gettext_lazy("dua"),
    gettext_lazy("tiga"),
    gettext_lazy("empat"),
    gettext_lazy("lima"),
    gettext_lazy("enam"),
    gettext_lazy("tujuh"),
    gettext_lazy("delapan"),
    gettext_lazy("sembilan"),
    gettext_lazy("sepuluh"),
)


@dataclass(frozen=True)
class Room:
    """What somebody reads whose work is not in this queue."""

    title: Words
    words: tuple[Words, ...]
    action: Action | None = None


def in_words(number: int) -> str:
    """Return a number as a word up to ten, else in digits."""
    return str(NUMBERS[number]) if number < len(NUMBERS) else str(number)


def headline(day: Day, filters: Filters) -> str:
    """Answer the question with which one opens the page. What goes on after this page is not counted."""
    if not day.is_first:
        return _("Berikutnya di antrean")
    if day.hers:
        count = day.hers
        if day.after is not None and day.pressing == day.total:
            if day.of_others:
                return _("Paling sedikit %(n)d hal membutuhkan Anda sekarang.") % {"n": count}
            return _("Lebih dari %(n)d hal membutuhkan Anda sekarang.") % {"n": count}
        words = ngettext(
            "%(number)s hal membutuhkan Anda sekarang.", "%(number)s hal membutuhkan Anda sekarang.", count
        ) % {"number": in_words(count)}
        return words[:1].upper() + words[1:]
    if day.of_others:
        return _("Tidak ada yang mendesak pada Anda sendiri.")
    if day.total:
        return _("Tidak ada yang mendesak sekarang.")
    return _("Tidak ada yang cocok dengan saringan ini") if filters.narrows else _("Tidak ada yang menunggu Anda")


def others_words(day: Day, at: datetime) -> str:
    """Say how much presses that others hold, and how much of it is late; "": nothing."""
    found = day.of_others if day.is_first else []
    if not found:
        return ""
    late = sum(work.due_at is not None and work.due_at < at for work in found)
    said = {"n": len(found), "late": late}
    if day.after is not None and day.pressing == day.total:
        return _("Di halaman ini %(n)d hal mendesak dipegang orang lain, %(late)d sudah lewat batas.") % said
    return _("Selain itu %(n)d hal mendesak dipegang orang lain, %(late)d sudah lewat batas.") % said


def decision_words(day: Day, at: datetime) -> str:
    """Say of the head's decisions how long the oldest waits, and how dangerous they are."""
    asked = [one for work in day.apart if (one := work.row.promised.start) is not None]
    if not asked:
        return ""
    levels = Counter(work.danger for work in day.apart)
    said = [f"{count} {str(RiskLevel(level).label).lower()}" for level, count in sorted(levels.items(), reverse=True)]
    return _("paling lama menunggu %(span)s · %(levels)s") % {
        "span": span(at - min(asked)),
        "levels": ", ".join(said),
    }


def rest_of_day(day: Day) -> str:
    """Say how much more there is today and this week, as far as this page goes."""
    if day.after is not None:
        return _(
            "Yang paling berbahaya di atas; di antara yang sama bahayanya, yang masih sempat ditepati dulu. "
            "Selebihnya ada di halaman berikutnya."
        )
    today, week = len(day.today), len(day.week)
    parts = {"today": in_words(today), "week": in_words(week)}
    if today and week:
        words = _("%(today)s lagi hari ini, %(week)s minggu ini.") % parts
    elif today:
        words = _("%(today)s lagi hari ini.") % parts
    elif week:
        words = _("%(week)s lagi minggu ini.") % parts
    else:
        words = _("selebihnya tidak ada yang menunggu.")
    return words[:1].upper() + words[1:]


PENDING = Room(
    gettext_lazy("Belum ada yang terbuka"),
    (gettext_lazy("Begitu dua petugas kunci menandatangani, pekerjaan Anda tampil di sini."),),
)
ACCOUNTS = Room(
    gettext_lazy("Anda mengelola akun, bukan isi"),
    (
        gettext_lazy("Undangan, akun, dan permintaan ada di sini. Laporan dan kasus tidak pernah."),
        gettext_lazy("Yang menunggu orang kedua muncul di sini."),
    ),
    Action(gettext_lazy("Buka daftar orang"), "/pengaturan/orang/"),
)


def waiting_room(viewer: Any) -> Room:
    """Return the page for a role that has no work in the queue."""
    if not viewer.is_vouched:
        return PENDING
    if viewer.has(Permission.AUDIT_READ):
        return Room(
            gettext_lazy("Anda melihat jejak, bukan isi"),
            (
                gettext_lazy("Siapa membuka apa, kapan, dan untuk apa: semuanya ada di jejak. Nama dan cerita tidak."),
                gettext_lazy("Permintaan salinan dan penghapusan data akan muncul di sini."),
            ),
            Action(gettext_lazy("Buka jejak"), "/pengaturan/jejak/"),
        )
    if viewer.has(Permission.CASE_OVERSEE):
        return Room(
            gettext_lazy("Anda melihat beban kerja, bukan isi kasus"),
            (
                gettext_lazy("Daftar kasus unit menunjukkan tahap, bahaya, dan tenggat, tanpa nama dan cerita."),
                gettext_lazy("Persetujuan penutupan dan akses darurat akan muncul di sini."),
            ),
            Action(gettext_lazy("Lihat kasus unit"), "/kasus/"),
        )
    if viewer.has(Permission.PEOPLE_MANAGE):
        return ACCOUNTS
    return Room(gettext_lazy("Bagian Anda belum dibangun"), ROOMS.get(viewer.role, ROOMS[""]))


def seatless_room(viewer: Any) -> Room:
    """Return the page of somebody who works at desks and sits at none: who can seat them."""
    names = join_either(user.display_name for user in list_seaters(user=viewer))
    who = (
        _("%(names)s yang menempatkan Anda, dari halaman Meja saya. Mereka melihatnya di antrean.") % {"names": names}
        if names
        else _("Belum ada petugas di meja unit Anda. Hubungi kepala unit.")
    )
    return Room(_("Anda belum punya tempat di meja"), (_("Laporan terbuka bagi Anda begitu Anda duduk di meja."), who))


_NOT_YET = gettext_lazy("Sampai itu ada, halaman ini sengaja kosong: tidak ada yang menunggu Anda di sini.")
ROOMS: dict[str, tuple[Words, ...]] = {
    "": (_NOT_YET,),
    Role.DINAS: (
        gettext_lazy("Di sini akan ada angka untuk kota: berapa, di mana, apa yang terlambat. Tidak pernah nama."),
        _NOT_YET,
    ),
    Role.POLISI: (
        gettext_lazy("Di sini akan ada rujukan untuk Unit PPA: hanya yang perlu Anda tahu, dengan tenggat menjawab."),
        _NOT_YET,
    ),
    Role.RSUD: (
        gettext_lazy("Di sini akan ada permintaan pemeriksaan dan perawatan, dengan tenggat menjawab."),
        _NOT_YET,
    ),
    Role.DINSOS: (
        gettext_lazy("Di sini akan ada rujukan sosial. Bila Anda duduk di meja pengaduan, laporannya juga di sini."),
        _NOT_YET,
    ),
    Role.DISDIK: (
        gettext_lazy("Di sini akan ada rujukan tentang sekolah anak: hanya yang perlu Anda tahu."),
        _NOT_YET,
    ),
    Role.KADER: (
        gettext_lazy("Di sini akan ada kunjungan Anda, dan tanda bahwa rujukan Anda diterima. Bukan isi kasusnya."),
        _NOT_YET,
    ),
    Role.PLKB: (
        gettext_lazy("Di sini akan ada keluarga yang Anda kunjungi minggu ini, juga tanpa sinyal."),
        _NOT_YET,
    ),
    Role.PEMBERDAYAAN: (
        gettext_lazy("Di sini akan ada peserta program dan langkahnya. Daftar itu tidak pernah menyebut alasannya."),
        _NOT_YET,
    ),
    Role.PELATIH: (
        gettext_lazy("Di sini akan ada kelas, peserta, dan sertifikat yang hampir habis masanya."),
        _NOT_YET,
    ),
}
"""What each role will see once its part is there."""
