"""Every page that a person can see, for whom, and how to get there: for the pictures and for the accessibility sweep.

An address with `{report}` and the like is filled in with what the role finds on its own pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ruangaman.ops.demo import PASSWORD
from ruangaman.ops.page_acts import (
    ask_for_keys,
    change_task,
    choose_all,
    come_back,
    do_to_one,
    keep_note,
    lock,
    mistype,
    open_palette,
    read_thread,
    search_known,
    see_task_before,
    see_tasks,
    see_unsent,
    send_empty,
    tell,
    tell_half,
    try_a_code,
    unfold,
    write_at_once,
)
from ruangaman.ops.visitor import Visitor

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab

PUBLIC = "publik"
CODE = r"[0-9A-Z]{8}"
ID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


@dataclass(frozen=True)
class Page:
    """One page.

    Args:
        name: of the picture; unique for `who`.
        who: a demo account, or `PUBLIC`.
        route: the address as the resolver spells it; empty: an answer that has no address of its own.
        address: where to go; empty: `act` goes there.
        act: what to do in the browser before looking.
    """

    name: str
    who: str
    route: str
    address: str
    act: Callable[[Tab], None] | None = None


PUBLIC_PAGES = (
    Page("depan", PUBLIC, "", "/"),
    Page("lapor", PUBLIC, "i/", "/i/"),
    Page("lapor-terbuka", PUBLIC, "i/", "/i/", unfold),
    Page("lapor-anak", PUBLIC, "i/", "/i/?untuk=anak"),
    Page("lapor-orang-lain", PUBLIC, "i/", "/i/?untuk=lain"),
    Page("lapor-diperiksa", PUBLIC, "i/", "/i/", tell_half),
    Page("nomor", PUBLIC, "i/selesai", "/i/", tell),
    Page("masukkan-nomor", PUBLIC, "p/", "/p/"),
    Page("nomor-keliru", PUBLIC, "p/", "/p/", mistype),
    Page("percakapan", PUBLIC, "p/pesan", "/i/", read_thread),
    Page("layanan", PUBLIC, "layanan", "/layanan"),
    Page("panduan-aman", PUBLIC, "panduan/aman", "/panduan/aman"),
    Page("panduan-hak", PUBLIC, "panduan/hak", "/panduan/hak"),
    Page("panduan-anak", PUBLIC, "panduan/anak", "/panduan/anak"),
    Page("tidak-ada", PUBLIC, "", "/panduan/tidak-ada"),
)

CASE = "kasus/<case_code:code>/"
ANSWERS = CASE + "kejadian/<uuid:incident_id>/korban/<uuid:victim_id>/"
LIST = "pengaturan/daftar/<slug:list_key>/"
CODE_PAGE = LIST + "<str:list_code>/"
PERSON = "pengaturan/orang/<uuid:user_id>/"
EMERGENCY = "pengaturan/darurat/"
GLASS = "darurat/<uuid:glass_id>/"
SIGN_IN = (
    Page("masuk", "masuk", "masuk/", "/masuk/"),
    Page("undangan", "masuk", "masuk/undangan/", "/masuk/undangan/"),
    Page("kode", "masuk", "masuk/kode/", "/masuk/kode/"),
)
REPORT_PAGES = (
    Page("laporan", "petugas", "laporan/<str:code>/", "/laporan/{report}/"),
    Page("laporan-terbuka", "petugas", "laporan/<str:code>/", "/laporan/{report}/", unfold),
    Page("laporan-lain", "petugas", "laporan/<str:code>/", "/laporan/{other_report}/"),
    Page("laporan-akses", "petugas", "laporan/<str:code>/akses", "/laporan/{report}/akses"),
    Page("serah-terima", "petugas", "serah-terima/", "/serah-terima/", unfold),
    Page("terkunci", "petugas", "terkunci/", "/kerja/", lock),
    Page("tidak-ada", "petugas", "", "/tidak-ada/"),
)
MANAGER_PAGES = (
    Page("cari", "manajer", "cari/", "/cari/"),
    Page("cari-hasil", "manajer", "cari/", "/cari/", search_known),
    Page("kerabat", "manajer", "pengaturan/kerabat/", "/pengaturan/kerabat/"),
    Page("kasus-daftar", "manajer", "kasus/", "/kasus/"),
    Page("kasus-tutup-daftar", "manajer", "kasus/", "/kasus/?perlu=closed"),
    Page("kasus", "manajer", CASE, "/kasus/{case}/"),
    Page("orang-baru", "manajer", CASE + "orang/", "/kasus/{case}/orang/"),
    Page("orang-diperiksa", "manajer", CASE + "orang/", "/kasus/{case}/orang/", send_empty),
    Page("orang", "manajer", CASE + "orang/<uuid:person_id>/", "/kasus/{case}/orang/{person}/"),
    Page("orang-dua-tulisan", "manajer", "", "/kasus/{case}/orang/{person}/", write_at_once),
    Page("orang-riwayat", "manajer", CASE + "orang/<uuid:record_id>/riwayat/", "/kasus/{case}/orang/{person}/riwayat/"),
    Page("kejadian-ubah", "manajer", CASE + "kejadian/<uuid:incident_id>/", "/kasus/{case}/kejadian/{incident}/"),
    Page(
        "kejadian-riwayat",
        "manajer",
        CASE + "kejadian/<uuid:record_id>/riwayat/",
        "/kasus/{case}/kejadian/{incident}/riwayat/",
    ),
    Page("tugas-ubah", "manajer", CASE + "tugas/<uuid:task_id>/", "/kasus/{case}/tugas/", change_task),
    Page(
        "tugas-riwayat",
        "manajer",
        CASE + "tugas/<uuid:record_id>/riwayat/",
        "/kasus/{case}/tugas/",
        see_task_before,
    ),
    Page("tugas-semua", "manajer", "tugas/", "/kasus/{case}/tugas/", see_tasks),
    Page("tugas-banyak", "manajer", "tugas/banyak/", "/kasus/{case}/tugas/", choose_all),
    Page("tugas-batal", "manajer", "", "/kasus/{case}/tugas/", do_to_one),
    Page("hubungan", "manajer", CASE + "orang/<uuid:person_id>/hubungan/", "/kasus/{case}/orang/{person}/hubungan/"),
    Page("kejadian", "manajer", CASE + "kejadian/", "/kasus/{case}/kejadian/"),
    Page("kejadian-terbuka", "manajer", CASE + "kejadian/", "/kasus/{case}/kejadian/", unfold),
    Page("jawaban", "manajer", ANSWERS, "/kasus/{told_case}/kejadian/{told}/"),
    Page("jawaban-terbuka", "manajer", ANSWERS, "/kasus/{told_case}/kejadian/{told}/", unfold),
    Page("catatan", "manajer", CASE + "catatan/", "/kasus/{case}/catatan/"),
    Page("catatan-tersimpan", "manajer", "", "/kasus/{case}/catatan/", keep_note),
    Page("catatan-lanjut", "manajer", "", "/kasus/{case}/catatan/", come_back),
    Page("belum-terkirim", "manajer", "tulisan/", "/kasus/{case}/catatan/", see_unsent),
    Page("jawab", "manajer", "laporan/<str:code>/jawab", "/laporan/{thread}/jawab"),
    Page("layanan", "manajer", CASE + "layanan/", "/kasus/{case}/layanan/"),
    Page("tugas", "manajer", CASE + "tugas/", "/kasus/{case}/tugas/"),
    Page("pembaca", "manajer", CASE + "pembaca/", "/kasus/{case}/pembaca/"),
    Page("tim", "manajer", CASE + "tim/", "/kasus/{case}/tim/"),
    Page("lepas", "manajer", CASE + "tim/<uuid:part_id>/lepas", "/kasus/{case}/tim/{part}/lepas"),
    Page("akses", "manajer", CASE + "akses/", "/kasus/{read_case}/akses/"),
    Page("akses-beri", "manajer", CASE + "akses/beri", "/kasus/{read_case}/akses/beri"),
    Page("akses-waktu", "manajer", CASE + "akses/<uuid:access_id>/waktu", "/kasus/{read_case}/akses/{access}/waktu"),
    Page("akses-cabut", "manajer", CASE + "akses/<uuid:access_id>/cabut", "/kasus/{read_case}/akses/{access}/cabut"),
    Page("jam-keliru", "manajer", CASE + "jam/<uuid:clock_id>/", "/kasus/{case}/jam/{begun}/"),
    Page("tahan", "manajer", CASE + "tahan/", "/kasus/{case}/tahan/"),
    Page("kunci", "manajer", "kerja/kunci/<uuid:waiting_id>/", "/kerja/kunci/{waiting}/"),
    Page("serah-terima", "manajer", CASE + "serah-terima/", "/kasus/{case}/serah-terima/"),
    Page("status", "manajer", CASE + "status/", "/kasus/{case}/status/"),
    Page("tutup", "manajer", CASE + "tutup/", "/kasus/{case}/tutup/"),
    Page("kasus-ditutup", "manajer", CASE, "/kasus/{closed_case}/"),
    Page("buka-lagi", "manajer", CASE + "buka-lagi/", "/kasus/{closed_case}/buka-lagi/"),
    Page("palet", "manajer", "palet/", "/palet/?di=/kasus/{case}/"),
    Page("palet-terbuka", "manajer", CASE, "/kasus/{case}/", open_palette),
    Page("pintasan", "manajer", "palet/pintasan/", "/palet/pintasan/"),
    Page("pintasan-terbuka", "manajer", "palet/pintasan/", "/kerja/", ask_for_keys),
)
FLOW_PAGES = (
    Page("izin", "manajer", CASE + "izin/", "/kasus/{case}/izin/"),
    Page("izin-cabut", "manajer", CASE + "izin/<uuid:consent_id>/cabut", "/kasus/{case}/izin/{consent}/cabut"),
    Page("aman", "manajer", CASE + "aman/", "/kasus/{case}/aman/"),
    Page("jendela", "manajer", CASE + "jendela/", "/kasus/{case}/jendela/"),
    Page("asesmen", "manajer", CASE + "asesmen/", "/kasus/{case}/asesmen/"),
    Page("hak", "manajer", CASE + "hak/", "/kasus/{case}/hak/"),
    Page("rencana", "manajer", CASE + "rencana/", "/kasus/{case}/rencana/"),
    Page("rencana-terbuka", "manajer", CASE + "rencana/", "/kasus/{case}/rencana/", unfold),
    Page("tinjauan", "manajer", CASE + "tinjauan/", "/kasus/{case}/tinjauan/"),
    Page("konferensi", "manajer", CASE + "konferensi/", "/kasus/{case}/konferensi/"),
    Page("upaya", "manajer", CASE + "upaya/", "/kasus/{case}/upaya/"),
    Page("mediasi", "manajer", CASE + "mediasi/", "/kasus/{case}/mediasi/"),
    Page("penutupan", "manajer", CASE + "penutupan/", "/kasus/{case}/penutupan/"),
    Page("pelimpahan", "manajer", CASE + "pelimpahan/", "/kasus/{case}/pelimpahan/"),
    Page("pasca", "manajer", CASE + "pasca/", "/kasus/{closed_case}/pasca/"),
    Page("pasca-kontak", "manajer", CASE + "pasca/<uuid:contact_id>/", "/kasus/{closed_case}/pasca/{contact}/"),
    Page(
        "pasca-batal", "manajer", CASE + "pasca/<uuid:contact_id>/batal", "/kasus/{closed_case}/pasca/{contact}/batal"
    ),
    Page("sesi", "psikolog", CASE + "sesi/", "/kasus/{case}/sesi/"),
    Page("polisi", "hukum", CASE + "polisi/", "/kasus/{case}/polisi/"),
    Page("keputusan", "kepala", "kasus/keputusan/", "/kasus/keputusan/"),
    Page("keputusan-satu", "kepala", "kasus/keputusan/<uuid:approval_id>/", "/kasus/keputusan/{approval}/"),
    Page("keputusan-laporan", "kepala", "keputusan/laporan/<uuid:ruling_id>/", "/keputusan/laporan/{ruling}/"),
)
OWN_PAGES = (
    Page("pengaturan", "petugas", "pengaturan/", "/pengaturan/"),
    Page("sandi", "petugas", "pengaturan/sandi/", "/pengaturan/sandi/"),
    Page("jejak", "auditor", "pengaturan/jejak/", "/pengaturan/jejak/"),
    Page("jejak", "dpo", "pengaturan/jejak/", "/pengaturan/jejak/"),
    Page("jejak-akar", "dpo", "pengaturan/jejak/akar/", "/pengaturan/jejak/akar/"),
    Page("jejak-pembaca", "auditor", "pengaturan/jejak/pembaca/", "/pengaturan/jejak/pembaca/"),
    Page("simpanan", "dpo", "pengaturan/simpanan/", "/pengaturan/simpanan/"),
    Page("simpanan-satu", "dpo", "pengaturan/simpanan/<str:code>/", "/pengaturan/simpanan/{kept}/"),
    Page("kasus-daftar", "kepala", "kasus/", "/kasus/"),
    Page("beban", "kepala", "kerja/beban/", "/kerja/beban/"),
    Page("batas-diperpanjang", "kepala", "batas/", "/batas/"),
    Page("antrean-semua", "kepala", "kerja/", "/kerja/?pemilik=semua&telat=1"),
    Page("tunda", "manajer", "kerja/tunda/<uuid:clock_id>/", "/kerja/tunda/{clock}/"),
    Page("ditunda", "manajer", "kerja/ditunda/", "/kerja/ditunda/"),
    Page("jeda", "manajer", "kerja/jeda/<uuid:clock_id>/", "/kerja/jeda/{clock}/"),
    Page("dijeda", "manajer", "kerja/dijeda/", "/kerja/dijeda/"),
    Page("saringan", "manajer", "kerja/saringan/", "/kerja/saringan/?bahaya=tinggi&telat=1"),
    Page("izinkan", "kepala", CASE + "tim/izinkan", "/kasus/{case}/tim/izinkan"),
)
PEOPLE_PAGES = (
    Page("pemulihan", "petugas", "pengaturan/pemulihan/", "/pengaturan/pemulihan/"),
    Page("meja", "petugas", "pengaturan/meja/", "/pengaturan/meja/"),
    Page("pengaturan", "kepala", "pengaturan/", "/pengaturan/"),
    Page("orang", "kepala", "pengaturan/orang/", "/pengaturan/orang/"),
    Page("undang", "kepala", "pengaturan/orang/undang/", "/pengaturan/orang/undang/"),
    Page("orang-satu", "kepala", PERSON, "/pengaturan/orang/{other_colleague}/"),
    Page("keluar", "kepala", PERSON + "keluar/", "/pengaturan/orang/{other_colleague}/keluar/"),
    Page("surel", "kepala", PERSON + "surel/", "/pengaturan/orang/{other_colleague}/surel/"),
    Page("pindah", "kepala", PERSON + "pindah/", "/pengaturan/orang/{other_colleague}/pindah/"),
    Page("darurat", "kepala", EMERGENCY, "/pengaturan/darurat/"),
    Page("darurat", "admin", EMERGENCY, "/pengaturan/darurat/"),
    Page("akses-darurat", "kepala", "darurat/", "/darurat/"),
    Page("akses-darurat-minta", "kepala", "darurat/<case_code:code>/", "/darurat/{case}/"),
    Page("akses-darurat", "dpo", "darurat/", "/darurat/"),
    Page("kunci", "kepala", "pengaturan/kunci/", "/pengaturan/kunci/"),
    Page("kunci", "auditor", "pengaturan/kunci/", "/pengaturan/kunci/"),
    Page("orang", "admin", "pengaturan/orang/", "/pengaturan/orang/"),
    Page("daftar", "admin", "pengaturan/daftar/", "/pengaturan/daftar/"),
    Page("daftar-satu", "admin", LIST, "/pengaturan/daftar/service_type/"),
    Page("daftar-tambah", "admin", LIST + "tambah/", "/pengaturan/daftar/service_type/tambah/"),
    Page("daftar-lihat", "admin", LIST + "tambah/", "/pengaturan/daftar/service_type/tambah/", try_a_code),
    Page("daftar-ubah", "admin", CODE_PAGE + "ubah/", "/pengaturan/daftar/service_type/KESEHATAN/ubah/"),
    Page("daftar-akhiri", "admin", CODE_PAGE + "akhiri/", "/pengaturan/daftar/service_type/PEMULANGAN/akhiri/"),
    Page("jam", "admin", "pengaturan/jam/", "/pengaturan/jam/"),
    Page("jam-baru", "admin", "pengaturan/jam/baru/", "/pengaturan/jam/baru/"),
    Page("jam-satu", "admin", "pengaturan/jam/<str:key>/", "/pengaturan/jam/case.companion/"),
    Page("jam-henti", "admin", "pengaturan/jam/<str:key>/berlaku", "/pengaturan/jam/clinical.pep/berlaku"),
    Page("jam-libur", "admin", "pengaturan/jam/libur/", "/pengaturan/jam/libur/"),
    Page("permintaan", "dpo", "pengaturan/permintaan/", "/pengaturan/permintaan/"),
    Page("buka-kembali", "pendamping", "pengaturan/buka-kembali/", "/pengaturan/buka-kembali/"),
)
CASEWORKERS = ("pendamping", "psikolog", "hukum", "rumahaman")
ACCOUNTS = (
    "petugas", "manajer", "pendamping", "psikolog", "hukum", "rumahaman", "kepala", "dinas", "dpo", "auditor", "polisi",
    "rsud", "dinsos", "disdik", "kader", "plkb", "pemberdayaan", "pelatih", "admin",
)  # fmt: skip


def staff_pages() -> Iterator[Page]:
    """Yield the pages of those who sign in, account by account, the first screen first, the locked one last."""
    singled = (*REPORT_PAGES, *MANAGER_PAGES, *FLOW_PAGES, *OWN_PAGES, *PEOPLE_PAGES)
    for who in ACCOUNTS:
        pages = [Page("kerja", who, "kerja/", "/kerja/"), *(page for page in singled if page.who == who)]
        if who in CASEWORKERS:
            pages += [
                Page("kasus-daftar", who, "kasus/", "/kasus/"),
                Page("kasus", who, CASE, "/kasus/{case}/"),
                Page("catatan", who, CASE + "catatan/", "/kasus/{case}/catatan/"),
            ]
        yield from sorted(pages, key=lambda page: page.act is lock)


ALL_PAGES = (*PUBLIC_PAGES, *SIGN_IN, *staff_pages())

NOT_IN_THE_DEMO = frozenset(
    {
        "masuk/langkah-kedua/", "masuk/langkah-kedua/pasang/", "masuk/langkah-kedua/kode/", "masuk/undangan/sandi/",
        "masuk/sandi-baru/", "masuk/kode-pemulihan/", "pengaturan/undangan/", "pengaturan/kode/",
        CASE + "pelimpahan/<uuid:transfer_id>/terima", CASE + "pelimpahan/<uuid:transfer_id>/tarik",
        GLASS, GLASS + "tinjau", "kerja/saringan/<uuid:saved_id>/",
    }
)  # fmt: skip
"""Pages of the second step, which the demo has passed already, and of the first day and lost doors, whose own journeys
look at them: each is seen once, with a paper in hand. And the receipt of a transfer, which every one there has, and
taking one back, for those cases are closed; openings by an emergency key and filters with a name: in the demo there are
none.
"""

NO_PAGES = frozenset(
    {
        "serah-terima/beri", "serah-terima/terima", "kerja/ditunda/<uuid:clock_id>/kembalikan",
        "kerja/dijeda/<uuid:clock_id>/jalankan", "kerja/saringan/<uuid:saved_id>/hapus",
        "livez", "readyz", "kerja/alarm", "kerja/jumlah", "tulisan/<uuid:draft_id>/",
        "tulisan/<uuid:draft_id>/buang", "tugas/banyak/lakukan",
        "tugas/banyak/<uuid:act_id>/batal", "keluar", "keluar-kerja", "layar/tutup", "layar/hidup", "demo/peran",
        "pengaturan/orang/kunci-berkas", "pengaturan/orang/undangan/<uuid:invitation_id>/tarik",
        PERSON + "langkah-kedua", PERSON + "kunci-baru", EMERGENCY + "<slug:code>/", EMERGENCY + "<slug:code>/lepas",
        EMERGENCY + "<uuid:request_id>/serahkan", "pengaturan/meja/<slug:code>/", "pengaturan/kunci/usul",
        "pengaturan/kunci/sahkan-ulang", "pengaturan/kunci/<uuid:principal_id>/",
        "pengaturan/kunci/<uuid:principal_id>/lepas", "pengaturan/permintaan/<uuid:request_id>/",
        "pengaturan/permintaan/<uuid:request_id>/tarik", "pengaturan/buka-kembali/<uuid:user_id>/",
        "pengaturan/jam/libur/hapus", "pengaturan/jam/libur/jam-kerja",
        "cari/lengkapi", "pengaturan/kerabat/<uuid:relative_id>/tarik", "pengaturan/kerabat/tempat",
        "pengaturan/kerabat/tempat/<slug:code>/tarik", CASE + "orang/<uuid:person_id>/hubungan/<uuid:tie_id>/lepas",
        CASE + "temuan/<uuid:meeting_id>/minta", CASE + "temuan/<uuid:meeting_id>/selesai",
        "pengaturan/bahasa", "pengaturan/tombol", "pengaturan/sesi", CASE + "lampiran/<uuid:file_id>",
        CASE + "tugas/<uuid:task_id>/selesai", CASE + "tugas/<uuid:task_id>/kembalikan",
        CASE + "akses/<uuid:user_id>/bagikan", CASE + "akses/<uuid:user_id>/minta", CASE + "tahan/lepas",
        CASE + "rencana/ajukan", CASE + "penutupan/ajukan",
        *(GLASS + step for step in ("setuju", "tolak", "buka", "tutup")),
        "kerja/kunci/<uuid:waiting_id>/lakukan", "kerja/kunci/<uuid:waiting_id>/tolak",
        *(f"pengaturan/simpanan/<str:code>/{step}" for step in ("usul", "tarik", "setujui", "tahan", "lepas")),
        *(
            f"laporan/<str:code>/{step}"
            for step in (
                "sama", "ambil", "lepas", "balas", "selesai", "triase", "ganda", "tandai-ganda",
                "batal-ganda", "tolak", "batal-tolak",
                "buka-kasus", "berkas/<uuid:file_id>", "terbaca", "lampiran/<uuid:file_id>",
            )
        ),
    }
)  # fmt: skip
"""Addresses behind which there is nothing to look at: what is only sent there, files, parts, questions of machines."""

_FINDS: dict[str, tuple[str, str]] = {
    "report": ("/kerja/", rf"/laporan/(L-{CODE})/"),
    "case": ("/kasus/", rf"/kasus/(K-{CODE})/"),
    "closed_case": ("/kasus/?perlu=closed", rf"/kasus/(K-{CODE})/"),
    "person": ("/kasus/{case}/", rf"/orang/({ID})/"),
    "incident": ("/kasus/{case}/", rf"/kejadian/({ID})/"),
    "thread": ("/kasus/{case}/", rf"/laporan/(L-{CODE})/jawab"),
    "told_case": ("/kasus/", rf"/kasus/(K-{CODE})/"),
    "told": ("/kasus/{told_case}/", rf"/kejadian/({ID}/korban/{ID})/"),
    "waiting": ("/kerja/", rf"/kerja/kunci/({ID})/"),
    "begun": ("/kasus/{case}/", rf"/jam/({ID})/"),
    "clock": ("/kerja/", rf"/kerja/tunda/({ID})/"),
    "read_case": ("/kasus/{case}/akses/", rf"/kasus/(K-{CODE})/akses/{ID}/waktu"),
    "access": ("/kasus/{read_case}/akses/", rf"/akses/({ID})/waktu"),
    "kept": ("/pengaturan/simpanan/", rf"/pengaturan/simpanan/([KL]-{CODE})/"),
    "colleague": ("/pengaturan/orang/", rf"/pengaturan/orang/({ID})/\""),
    "consent": ("/kasus/{case}/izin/", rf"/izin/({ID})/cabut"),
    "approval": ("/kasus/keputusan/", rf"/keputusan/({ID})/"),
    "ruling": ("/kerja/", rf"/keputusan/laporan/({ID})/"),
    "contact": ("/kasus/{closed_case}/pasca/", rf"/pasca/({ID})/"),
    "part": ("/kasus/{case}/tim/", rf"/tim/({ID})/lepas"),
}
"""What an address may ask for → on which page of the same role it is found, and how it is written there.

Others work in the same city: where the first case has none of it, the next one is looked at.
"""
_ASKED = re.compile(r"\{(\w+)\}")


class Guide:
    """Fills in addresses for one account."""

    def __init__(self, url: str, who: str) -> None:
        """Sign in, unless it is the public."""
        self.visitor = Visitor(url)
        if who in ACCOUNTS:
            self.visitor.sign_in(who, PASSWORD)
        self._pages: dict[str, str] = {}

    def address(self, page: Page) -> str:
        """The page's address. Raises LookupError: this account finds nothing to fill in that leads to a page."""
        asked = _ASKED.findall(page.address)
        for found in self._ways(asked, {}):
            address = page.address.format_map(found)
            if not asked or self.visitor.get(address).status == 200:
                return address
        raise LookupError(f"{page.who} finds nothing for {page.address}.")

    def close(self) -> None:
        """Close the connection."""
        self.visitor.close()

    def _ways(self, asked: Sequence[str], known: dict[str, str]) -> Iterator[dict[str, str]]:
        """Yield what can be filled in for all that is asked: what goes with each other, the likeliest first."""
        if not asked:
            yield known
            return
        what, *rest = asked
        if what in known:
            yield from self._ways(rest, known)
            return
        where, how = _FINDS[what.removeprefix("other_")]
        for way in self._ways(_ASKED.findall(where), known):
            found = list(dict.fromkeys(re.findall(how, self._read(where.format_map(way)))))
            for one in reversed(found) if what.startswith("other_") else found:
                yield from self._ways(rest, {**way, what: one})

    def _read(self, path: str) -> str:
        if path not in self._pages:
            self._pages[path] = self.visitor.get(path).text
        return self._pages[path]


def set_language(guide: Guide, language: str) -> None:
    """Choose the language of the account's pages, as the person would."""
    guide.visitor.submit(guide.visitor.get("/pengaturan/"), {"language": language}, action="/pengaturan/bahasa")


def in_language(address: str, language: str) -> str:
    """A public address in this language."""
    return address if language == "id" else f"{address}{'&' if '?' in address else '?'}l={language}"
