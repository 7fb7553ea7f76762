"""What each role is for, in one line, for whoever has to choose one. A role that is not here has no page yet."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ruangaman.accounts.types import Role
from ruangaman.ui.types import Words

ROLES_SAID: dict[Role, Words] = {
    Role.PETUGAS: _("Membaca, menjawab, dan memilah laporan di meja pengaduan; membuka kasus."),
    Role.MANAJER: _("Memimpin kasus: menugaskan orang, memberi akses baca, menutup kasus."),
    Role.PENDAMPING: _("Mendampingi orang dalam kasus yang ditugaskan kepadanya."),
    Role.PSIKOLOG: _("Menangani bagian psikologis kasus yang ditugaskan kepadanya."),
    Role.HUKUM: _("Menangani bagian hukum kasus yang ditugaskan kepadanya."),
    Role.RUMAHAMAN: _("Mengurus rumah aman dalam kasus yang ditugaskan kepadanya."),
    Role.KEPALA: _("Memimpin unit: mengundang orang, melihat beban kerja; dapat menjadi petugas kunci."),
    Role.DINAS: _("Dapat menjadi petugas kunci; tidak membuka laporan dan kasus."),
    Role.DPO: _("Menjaga data: membaca jejak, menahan dan menghapus; dapat menjadi petugas kunci."),
    Role.AUDITOR: _("Memeriksa jejak; dapat menjadi petugas kunci; tidak membuka laporan dan kasus."),
    Role.DINSOS: _("Meja di Dinas Sosial: seperti petugas pengaduan, untuk laporan yang menghindari unit."),
    Role.ADMIN: _("Mengurus orang di semua unit dan daftar simpan; tidak membuka laporan dan kasus."),
}
"""The same lines as `setup` says at the terminal."""
