"""What a page says once something was recorded: the address carries a code that stands for words, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ruangaman.ui.types import Words

SAID: dict[str, Words] = {
    "aman": _("Tercatat: cek aman."),
    "jendela": _("Tercatat: jawaban jendela."),
    "asesmen": _("Tercatat: asesmen."),
    "hak": _("Tercatat: hak yang dijelaskan."),
    "rencana": _("Tercatat: rencana."),
    "tinjauan": _("Tercatat: tinjauan."),
    "konferensi": _("Tercatat: konferensi kasus."),
    "sesi": _("Tercatat: sesi."),
    "upaya": _("Tercatat: upaya menghubungi."),
    "mediasi": _("Tercatat: permintaan mediasi."),
    "polisi": _("Tercatat: keputusan tentang laporan polisi."),
    "izin": _("Tercatat: jawaban tentang persetujuan."),
    "izin-dicabut": _("Tercatat: persetujuan dicabut."),
    "penutupan": _("Tercatat: asesmen penutupan."),
    "diajukan": _("Tercatat: diajukan kepada kepala."),
    "putusan": _("Tercatat: keputusan Anda."),
    "sudah-diputuskan": _("Permintaan ini sudah diputuskan. Yang baru Anda kirim tidak mengubah apa pun."),
    "pelimpahan": _("Tercatat: pelimpahan."),
    "diterima": _("Tercatat: tanda terima pelimpahan."),
    "ditarik": _("Tercatat: pelimpahan ditarik kembali."),
    "jadwal": _("Tercatat: jadwal kontak sesudah ditutup."),
    "kontak-batal": _("Tercatat: kontak sesudah ditutup dibatalkan."),
    "kontak": _("Tercatat: kontak sesudah ditutup."),
    "orang": _("Tercatat: data orang."),
    "kejadian": _("Tercatat: kejadian."),
    "jawaban": _("Tercatat: jawaban tentang korban."),
    "catatan": _("Tercatat: catatan."),
    "layanan": _("Tercatat: layanan."),
    "tugas": _("Tercatat: langkah berikutnya."),
    "jam": _("Tercatat: batas waktu dihentikan."),
    "tahap": _("Tercatat: tahap dipindahkan."),
    "ditutup": _("Tercatat: kasus ditutup."),
    "dibuka": _("Tercatat: kasus dibuka lagi."),
    "tim": _("Tercatat: penugasan."),
    "serah": _("Tercatat: kasus diserahkan."),
    "hubungan": _("Tercatat: hubungan."),
    "hubungan-lepas": _("Tercatat: hubungan dilepas."),
    "temuan": _("Tercatat: sudah Anda nilai."),
    "temuan-minta": _("Tercatat: izin membacanya diminta."),
    "akses": _("Tercatat: akses baca."),
    "akses-waktu": _("Tercatat: batas waktu akses."),
    "akses-cabut": _("Tercatat: akses dicabut."),
    "dibagikan": _("Tercatat: isi lama dibagikan."),
    "dimintakan": _("Tercatat: isi lama dimintakan."),
    "ditahan": _("Tercatat: kasus ditahan dari penghapusan."),
    "dilepaskan": _("Tercatat: penahanan dari penghapusan dilepas."),
    "izinkan": _("Tercatat: izin bertugas."),
    "balasan": _("Tercatat: balasan untuk pelapor."),
    "terbaca": _("Tercatat: sudah dibaca."),
}
"""By code. The words name what was recorded, never whom it is about or what it says."""


@dataclass(frozen=True)
class Said:
    """What was recorded.

    Args:
        place: the anchor beside which it is said, where the browser is led to; "": at the head of the page.
    """

    words: Words
    place: str = ""

    def __str__(self) -> str:
        """Return the words."""
        return str(self.words)


def said_of(request: HttpRequest) -> Said | None:
    """Return what the address says was recorded; None: nothing, or no code of ours."""
    words = SAID.get(request.GET.get("sudah", ""))
    return Said(words, request.GET.get("di", "")) if words is not None else None


def having(url: str, said: str, *, anchor: str = "") -> str:
    """Return an address at which the page says what was recorded.

    Raises:
        KeyError: there are no words for it.
    """
    if said not in SAID:
        raise KeyError(said)
    return f"{url}?sudah={said}" + (f"&di={anchor}#{anchor}" if anchor else "")
