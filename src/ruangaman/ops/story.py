"""The words of the invented city: names, reports, answers, notes. Nobody here exists; numbers are from unused ranges.

The same seed gives the same facts and words. Shares follow domain.md 8.3.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from random import Random

from ruangaman.core.codelists import CaseType, Now
from ruangaman.ops.plots import PLOTS, Plot

WITA = timezone(timedelta(hours=8))
GIRLS = (
    "Sekar",
    "Laras",
    "Melur",
    "Kirana",
    "Nawang",
    "Ratih",
    "Wening",
    "Anjani",
    "Tirta",
    "Ganis",
    "Puspa",
    "Lintang",
)
WOMEN = (
    "Marni Tolawa", "Sulastri Penawar", "Ida Rawayan", "Hasnah Bulungan", "Yati Samboja", "Rukmini Teritip",
    "Nurul Gersik", "Wati Kariangau", "Dahlia Lamaru", "Fitri Manggarsari", "Lena Sungaiwain", "Mega Graha",
    "Sarinah Prapatan", "Kiki Margasari", "Rosa Damai", "Tuti Klandasan",
)  # fmt: skip
MEN = (
    "Bandi Rawayan", "Jono Samboja", "Rusdi Penawar", "Heri Tolawa", "Darto Gersik", "Udin Lamaru", "Sapto Bulungan",
    "Yanto Teritip",
)  # fmt: skip


NOT_VIOLENCE = (
    "Saya mau tanya cara mengurus akta kelahiran anak, katanya lewat kantor ini.",
    "Lampu jalan di depan rumah mati sudah seminggu, gelap sekali.",
    "Tetangga memutar musik keras tiap malam, sudah ditegur tidak mau.",
)

WHEN = ("kemarin malam", "tadi pagi", "sejak bulan lalu", "hari Minggu", "hampir setiap minggu", "dua hari yang lalu")
HOURS = ("hari kerja, jam 9 sampai 12", "pagi sebelum jam 7.30", "sore setelah jam 4", "kapan saja lewat halaman ini")
ALIASES = ("Ibu A", "Kak Mel", "Bunga", "Seseorang", "Bu Guru", "Tetangga")

REPLIES = (
    "Terima kasih sudah bercerita. Saya petugas yang membaca ini malam ini. Apakah sekarang kamu berada di tempat yang aman?",
    "Kami sudah membaca ceritamu. Kamu tidak perlu menjawab semuanya sekarang. Boleh kami tahu kapan waktu yang aman?",
    "Terima kasih. Yang terjadi ini bukan salahmu. Kami akan mencarikan orang yang menemani, bila kamu mau.",
    "Pesanmu sudah kami terima. Bila keadaan berbahaya, telepon 112. Kami tetap membaca di sini.",
)
ANSWERS: dict[CaseType, tuple[str, ...]] = {
    CaseType.WOMAN: (
        "Sekarang aman, dia sedang kerja. Saya bisa membalas sampai jam empat.",
        "Boleh. Tapi jangan telepon dulu, lewat sini saja.",
        "Terima kasih. Apakah saya harus membawa KTP? KTP saya dipegang suami.",
        "Kalau ke rumah sakit, boleh saya ditemani perempuan?",
    ),
    CaseType.CHILD: ("aku di rumah nenek. aman", "boleh, tapi lewat sini aja ya", "besok pulang sekolah aku bisa"),
    CaseType.BOTH: (
        "Malam ini kami menumpang di rumah tetangga. Aman.",
        "Boleh. Anak saya sakit lagi, jadi saya balas kalau dia tidur.",
    ),
}
LESS_DANGER = "Sudah ditelepon: ia di rumah kakaknya, pelaku di luar kota. Dinilai lagi besok pagi."
REFUSED_BECAUSE = "Sudah dipastikan lewat percakapan: tidak ada bahaya, dan bukan kekerasan."
DOUBLE = "Terima kasih sudah menulis. Ceritamu sudah kami baca, dan kami sedang menanganinya. Kalau ada yang berubah, tulis di sini."
REFUSALS = (
    "Terima kasih sudah menulis. Untuk urusan ini kami bukan tempat yang tepat. Silakan hubungi kantor kelurahan. Bila ada "
    "kekerasan, kamu selalu boleh menulis lagi ke sini.",
    "Terima kasih. Ini belum termasuk yang dapat kami tangani, tetapi layanan 112 dapat membantu. Kamu boleh kembali kapan "
    "saja.",
)

NOTES = (
    "Bertemu di tempat yang ia pilih. Ia ingin tidur dulu beberapa hari sebelum memutuskan soal laporan polisi.",
    "Ditemani ke rumah sakit. Pemeriksaan selesai, hasil diambil lusa. Ia minta diantar perempuan.",
    "Menelepon pada jam aman. Keadaan tenang, anak sudah masuk sekolah lagi.",
    "Kunjungan rumah bersama kader kelurahan, tanpa menyebut alasan. Rumah rapi, ia tampak lebih tenang.",
    "Ia bercerita takut pulang pada hari gajian. Rencana keselamatan ditinjau bersama.",
    "Keluarga besar mulai tahu dan menekan untuk damai. Dijelaskan bahwa keputusan ada padanya.",
)
CLINICAL_NOTES = (
    "Sesi pertama. Tidur terganggu, sering terbangun. Latihan napas dicoba dan dirasa membantu.",
    "Sesi kedua. Mulai bisa menceritakan urutan kejadian tanpa gemetar. Tidak ada pikiran mengakhiri hidup hari ini.",
    "Sesi ketiga. Kemarahan mulai muncul, ini wajar. Rencana sekolah dibicarakan.",
)
RESULTS: dict[str, tuple[str, ...]] = {
    "KESEHATAN": (
        "Diperiksa, obat diberikan, kontrol satu minggu lagi.",
        "Pemeriksaan selesai, ditemani perempuan seperti yang ia minta.",
    ),
    "BANTUAN_HUKUM": (
        "Konsultasi hukum: hak dan pilihan dijelaskan, belum ada keputusan.",
        "Surat kuasa ditandatangani, jadwal berikutnya disepakati.",
    ),
    "PENEGAKAN_HUKUM": (
        "Didampingi membuat laporan, tanda terima sudah ada.",
        "Didampingi saat pemeriksaan, berhenti dua kali untuk istirahat.",
    ),
    "REHABILITASI_SOSIAL": (
        "Konseling pertama selesai, jadwal berikutnya disepakati.",
        "Paket kebutuhan dasar diberikan, sewa kamar dibantu satu bulan.",
    ),
    "REINTEGRASI_SOSIAL": (
        "Sekolah menerima kembali, wali kelas tahu siapa yang boleh menjemput.",
        "Pertemuan dengan keluarga yang ia pilih berjalan tenang.",
    ),
    "PEMULANGAN": ("Tiket dan pendamping perjalanan sudah ada, keluarga menunggu di sana.",),
}
TASKS = (
    "Antar periksa ke rumah sakit", "Tanyakan jam aman yang baru", "Siapkan rencana keselamatan bersama",
    "Hubungi sekolah tanpa menyebut alasan", "Atur jadwal psikolog", "Tinjau keadaan setelah satu minggu",
    "Ambil hasil pemeriksaan",
)  # fmt: skip
SAFE_PLACES = (
    "Di rumah bibinya, pintu terkunci, tetangga tahu ke mana menelepon.",
    "Di rumah ibunya. Terlapor tidak tahu alamatnya.",
    "Ditemani di kantor sampai kakaknya menjemput.",
)
SUMMARIES = (
    "Yang paling mendesak adalah tidur dengan tenang dan sekolah anak. Ia ingin jalan pelan-pelan.",
    "Keselamatan terjaga di tempat sekarang. Ia ingin ditemani ke rumah sakit, soal polisi nanti.",
    "Dukungan keluarga ada. Yang kurang adalah penghasilan dan surat-surat.",
)
FINDINGS: dict[str, tuple[str, ...]] = {
    "physical": ("Lebam di lengan, sudah diperiksa.", "Sering sakit kepala, belum diperiksa."),
    "psychological": ("Sulit tidur, kaget bila pintu dibanting.", "Tenang saat ditemani, cemas bila sendiri."),
    "social": ("Ibu dan kakaknya mendukung.", "Tetangga mulai bertanya-tanya. Ia tidak ingin mereka tahu."),
    "economic": ("Uang belanja dipegang pasangan.", "Berjualan dari rumah, berhenti sejak kejadian."),
    "education": ("Anak tidak masuk sekolah seminggu.", "Wali kelas tahu dan dapat dipercaya."),
    "legal": ("Ingin tahu pilihannya dulu, belum ingin melapor.", "Kartu keluarga tertinggal di rumah."),
    "disability": ("Pendengarannya kurang di telinga kiri, bicara perlu berhadapan.",),
}
GOALS: tuple[tuple[str, str], ...] = (
    ("Diperiksa dokter perempuan minggu ini", "KESEHATAN"),
    ("Tahu pilihan hukumnya sebelum memutuskan", "BANTUAN_HUKUM"),
    ("Tidur semalam penuh tanpa terbangun takut", "REHABILITASI_SOSIAL"),
    ("Anak kembali ke sekolah dengan aman", "REINTEGRASI_SOSIAL"),
    ("Kartu keluarga dan KTP kembali di tangannya", "BANTUAN_HUKUM"),
    ("Ditemani setiap kali dipanggil polisi", "PENEGAKAN_HUKUM"),
)
SAFETY_PLANS = (
    "Bila ia pulang mabuk: ambil tas di belakang pintu, lewat dapur ke rumah kakak. Kata sandi: beli garam. Telepon 112.",
    "Anak tahu pergi ke rumah tetangga hijau. Surat penting difoto dan disimpan kakak. Tidak sendiri pada hari gajian.",
)
REVIEWS = (
    "Dua minggu tanpa ancaman, ia mulai bekerja lagi. Terlapor tidak tahu alamatnya.",
    "Masih ada pesan yang menakutkan, disimpan sebagai bukti. Rencana keselamatan berjalan.",
    "Anak sudah sekolah penuh. Ia sendiri yang meminta jarak pertemuan diperpanjang.",
)
MINUTES = (
    "Tiap orang menceritakan bagiannya, tanpa mengulang kejadiannya. Yang utama minggu ini: sekolah dan pemeriksaan.",
    "Disepakati satu orang saja yang menghubunginya, pada jam amannya. Yang lain lewat pendamping.",
)
GUESTS = ("Guru BK (contoh)", "Pekerja sosial Dinas Sosial (contoh)", "Bidan puskesmas (contoh)")
WISHES = (
    "Ingin dilaporkan, asal tidak bertemu dengannya.",
    "Masih takut, minta ditemani perempuan saat bicara dengan polisi.",
)
ENDINGS = (
    "Tinggal di tempat yang aman, anak bersekolah, tahu ke mana menelepon.",
    "Tujuan utama tercapai. Urusan surat dilanjutkan sendiri, ia sudah tahu jalannya.",
)
DESPITE = "Rencana keselamatan dipegang sendiri, keluarga menemani, dan ia tahu nomor mana yang dihubungi."
HER_WORDS = (
    "Sekarang saya bisa tidur. Terima kasih sudah tidak memaksa.",
    "Saya tahu boleh kembali kapan saja.",
    "Anak saya sudah tertawa lagi.",
)
PROVIDERS = ("rsud", "polisi", "dinsos", "")


def pick_plot(rng: Random) -> Plot:
    """Return a plot, as often as its weight says."""
    return rng.choices(PLOTS, weights=[plot.weight for plot in PLOTS])[0]


def pick_now(rng: Random) -> str:
    """Return the answer to «is it happening now?», empty when skipped."""
    return rng.choices([Now.NO, Now.UNSURE, Now.YES, ""], weights=[58, 18, 9, 15])[0]


def pick_dangers(rng: Random, plot: Plot) -> list[str]:
    """Return the signs of danger that this reporter ticked."""
    return [sign.value for sign in plot.dangers if rng.random() < 0.28]


def victim_name(rng: Random, plot: Plot) -> str:
    """Return a made-up name that fits the plot's ages."""
    young = plot.case_type == CaseType.CHILD
    return rng.choice(GIRLS) if young else rng.choice(WOMEN)


def office_hour(rng: Random, moment: datetime) -> datetime:
    """Return a moment of the same working day, or the next one, at which people work. In WITA, eight to sixteen."""
    local = moment.astimezone(WITA)
    if local.hour >= 16:
        local += timedelta(days=1)
    while local.weekday() >= 5:
        local += timedelta(days=1)
    if not 8 <= local.hour < 16 or local.astimezone(UTC) < moment:
        local = local.replace(hour=rng.randint(8, 15), minute=rng.randint(0, 59))
    return max(local.astimezone(UTC), moment)


def fake_phone(rng: Random) -> str:
    """Return a number from a range that reaches nobody."""
    return f"0800-0000-{rng.randint(0, 9999):04d}"


def fake_nik(rng: Random, sex: str = "P") -> str:
    """Return sixteen digits with district code 99, which does not exist: never a real person's number."""
    day = rng.randint(1, 28) + (40 if sex == "P" else 0)
    return f"647199{day:02d}{rng.randint(1, 12):02d}{rng.randint(60, 99):02d}{rng.randint(1, 9999):04d}"
