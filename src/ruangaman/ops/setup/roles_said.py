"""What each role is for, in one line, for whoever has to choose one at the terminal."""

from __future__ import annotations

from collections.abc import Iterable

from ruangaman.accounts.types import Role
from ruangaman.ops.words import translate as _


def explain_roles(roles: Iterable[str]) -> list[str]:
    """Return a line for each role: the word to type, its name, what it does."""
    said, later = _lines(), _("bisa masuk, tetapi belum ada halaman untuknya dalam rilis ini.")
    return [f"{role:<13} {Role(role).label}: {said.get(Role(role), later)}" for role in roles]


def _lines() -> dict[Role, str]:
    return {
        Role.PETUGAS: _("membaca, menjawab, dan memilah laporan di meja pengaduan; membuka kasus."),
        Role.MANAJER: _("memimpin kasus: menugaskan orang, memberi akses baca, menutup kasus."),
        Role.PENDAMPING: _("mendampingi orang dalam kasus yang ditugaskan kepadanya."),
        Role.PSIKOLOG: _("menangani bagian psikologis kasus yang ditugaskan kepadanya."),
        Role.HUKUM: _("menangani bagian hukum kasus yang ditugaskan kepadanya."),
        Role.RUMAHAMAN: _("mengurus rumah aman dalam kasus yang ditugaskan kepadanya."),
        Role.KEPALA: _("memimpin unit: mengundang orang, melihat beban kerja; dapat menjadi petugas kunci."),
        Role.DINAS: _("kepala dinas: dapat menjadi petugas kunci; tidak membuka laporan dan kasus."),
        Role.DPO: _("menjaga data: membaca jejak, menahan dan menghapus; dapat menjadi petugas kunci."),
        Role.AUDITOR: _("memeriksa jejak; dapat menjadi petugas kunci; tidak membuka laporan dan kasus."),
        Role.DINSOS: _("meja di Dinas Sosial: seperti petugas pengaduan, untuk laporan yang menghindari unit."),
        Role.ADMIN: _("mengurus orang di semua unit dan daftar simpan; tidak membuka laporan dan kasus."),
    }
