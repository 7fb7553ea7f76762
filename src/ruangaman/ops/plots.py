"""The plots of the invented city: coded facts of each kind of story, and the ways in which it is told.

Shares follow domain.md 8.3. Nobody here exists.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ruangaman.cases.types import AboutVictim
from ruangaman.core.codelists import AgeGroup, CaseType, Danger, Sex, Who


@dataclass(frozen=True)
class Told:
    """The answers about the victim of a plot, whether the perpetrator lives in, and what she wants."""

    victim: AboutVictim
    lives_together: str = "unknown"
    wish: str = ""


BEATEN = AboutVictim(penetration="no", contact="no", impact=("LUKA", "TRAUMA"))
TOUCHED = AboutVictim(penetration="no", contact="yes", goods="no", impact=("TRAUMA", "SEKOLAH"))
TOLD: dict[tuple[str, str], Told] = {
    ("SUAMI_ISTRI", "FISIK"): Told(BEATEN, "yes", "Ingin anak-anak tenang dulu. Belum mau melapor ke polisi."),
    ("KELUARGA", "SEKSUAL"): Told(
        replace(TOUCHED, articles=("TERHADAP_ANAK",), ampk=("j",)), "yes", "Tidak mau bertemu pamannya lagi."
    ),
    ("PACAR", "SEKSUAL"): Told(replace(TOUCHED, articles=("KSBE",), ampk=("j",)), "no", "Ingin fotonya dihapus."),
    ("ORANG_TUA", "FISIK"): Told(replace(BEATEN, ampk=("i",)), "yes"),
    ("SUAMI_ISTRI", "PENELANTARAN"): Told(
        AboutVictim("no", "no", "no", withheld="yes", impact=("TEMPAT_TINGGAL",)), "no", "Butuh tempat tinggal."
    ),
    ("NA", "TRAFFICKING"): Told(AboutVictim(abduction="yes", impact=("KERJA",)), "no", "Ingin pulang."),
    ("REKAN_KERJA", "SEKSUAL"): Told(replace(TOUCHED, articles=("PELECEHAN_FISIK",), impact=("KERJA",)), "no"),
}
"""Relation and first form → what is answered. A plot that is not here has not been asked yet."""


@dataclass(frozen=True)
class Plot:
    """One kind of story: its coded facts and the ways in which it is told."""

    weight: int
    forms: tuple[str, ...]
    case_type: CaseType
    relation: str
    place: str
    ages: tuple[AgeGroup, ...]
    dangers: tuple[Danger, ...]
    tellings: tuple[tuple[Who, str], ...]
    services: tuple[str, ...]
    incident: str
    sexes: tuple[Sex, ...] = field(default=(Sex.P,))

    @property
    def told(self) -> Told:
        """What was answered about the victim."""
        return TOLD.get((self.relation, self.forms[0]), Told(AboutVictim()))


PLOTS: tuple[Plot, ...] = (
    Plot(
        19,
        ("FISIK", "PSIKIS"),
        CaseType.WOMAN,
        "SUAMI_ISTRI",
        "RUMAH",
        (AgeGroup.A25_44, AgeGroup.A25_44, AgeGroup.A18_24, AgeGroup.A45_59),
        (Danger.STRANGLED, Danger.THREAT_TO_KILL, Danger.CHILD_PRESENT, Danger.INJURED, Danger.WEAPON),
        (
            (
                Who.SELF,
                "Suami saya memukul lagi tadi malam. Awalnya soal uang belanja, lalu dia mencekik saya di dapur. "
                "Anak-anak melihat semuanya. Saya tidak berani pulang sebelum dia tidur.",
            ),
            (
                Who.SELF,
                "Sejak berhenti kerja suami saya sering marah. Kemarin dia melempar piring dan menendang perut saya. "
                "HP saya diperiksa setiap malam, jadi tolong jangan telepon.",
            ),
            (
                Who.OTHER,
                "Saya tinggal di sebelah rumahnya. Hampir tiap malam terdengar ribut. Tadi malam saya dengar dia "
                "minta tolong, lalu tiba-tiba sunyi. Pagi ini lehernya merah. Katanya jatuh.",
            ),
            (
                Who.OTHER,
                "Kakak saya datang dengan mata lebam. Katanya suaminya mengancam akan membunuh kalau dia pergi. "
                "Dia takut melapor karena anaknya masih kecil.",
            ),
        ),
        (
            "KESEHATAN",
            "BANTUAN_HUKUM",
            "REHABILITASI_SOSIAL",
            "PENEGAKAN_HUKUM",
        ),
        "Dipukul dan dicekik di dapur setelah bertengkar soal uang belanja. Dua anak ada di rumah.",
    ),
    Plot(
        17,
        ("SEKSUAL",),
        CaseType.CHILD,
        "KELUARGA",
        "RUMAH",
        (AgeGroup.A13_17, AgeGroup.A6_12, AgeGroup.A13_17),
        (Danger.NEAR, Danger.SUICIDAL),
        (
            (
                Who.CHILD,
                "Murid saya, kelas enam, bercerita bahwa pamannya masuk ke kamarnya waktu malam. Dia minta saya "
                "tidak memberi tahu ibunya. Saya bingung harus bagaimana.",
            ),
            (
                Who.SELF,
                "aku takut sama om. dia suka pegang aku kalau rumah sepi. aku belum bilang siapa siapa. tolong jangan "
                "bilang mama dulu",
            ),
            (
                Who.CHILD,
                "Keponakan saya berubah jadi pendiam dan tidak mau pulang ke rumah kakeknya. Kemarin dia mengaku ada "
                "yang memaksanya membuka baju.",
            ),
        ),
        (
            "KESEHATAN",
            "REHABILITASI_SOSIAL",
            "BANTUAN_HUKUM",
            "PENEGAKAN_HUKUM",
        ),
        "Disentuh di kamar ketika orang tua bekerja malam. Terjadi lebih dari satu kali sejak bulan lalu.",
        (Sex.P, Sex.P, Sex.P, Sex.L),
    ),
    Plot(
        14,
        ("SEKSUAL", "KBGO"),
        CaseType.CHILD,
        "PACAR",
        "DARING",
        (AgeGroup.A13_17, AgeGroup.A13_17, AgeGroup.A18_24),
        (Danger.SUICIDAL, Danger.THREAT_TO_KILL),
        (
            (
                Who.SELF,
                "Mantan pacarku punya foto-fotoku. Dia bilang kalau aku tidak mau bertemu, semua dikirim ke grup "
                "sekolah. Aku tidak bisa tidur. Kadang aku pikir lebih baik aku tidak ada.",
            ),
            (
                Who.SELF,
                "Ada akun yang mengancam menyebar video saya dan minta uang tiap minggu. Saya sudah kirim tiga kali. "
                "Saya malu cerita ke keluarga.",
            ),
        ),
        ("REHABILITASI_SOSIAL", "BANTUAN_HUKUM", "PENEGAKAN_HUKUM"),
        "Diancam lewat pesan: foto akan disebarkan ke grup sekolah bila tidak mau bertemu.",
    ),
    Plot(
        9,
        ("FISIK",),
        CaseType.CHILD,
        "ORANG_TUA",
        "RUMAH",
        (AgeGroup.A6_12, AgeGroup.A0_5, AgeGroup.A13_17),
        (Danger.INJURED, Danger.NEAR, Danger.CHILD_PRESENT),
        (
            (
                Who.CHILD,
                "Anak tetangga sering dipukul bapaknya dengan ikat pinggang. Hari ini dia datang ke warung dengan "
                "tangan bengkak dan minta makan.",
            ),
            (Who.SELF, "bapak marah terus kalau aku belum bisa baca. kemarin aku dikunci di kamar mandi sampai malam"),
        ),
        ("KESEHATAN", "REHABILITASI_SOSIAL", "REINTEGRASI_SOSIAL"),
        "Dipukul dengan ikat pinggang di rumah, tangan kiri bengkak.",
        (Sex.L, Sex.P),
    ),
    Plot(
        7,
        ("PENELANTARAN",),
        CaseType.BOTH,
        "SUAMI_ISTRI",
        "RUMAH",
        (AgeGroup.A25_44, AgeGroup.A0_5),
        (Danger.PREGNANT, Danger.CHILD_PRESENT),
        (
            (
                Who.SELF,
                "Suami saya pergi tiga bulan lalu dan tidak mengirim apa-apa. Saya hamil tujuh bulan, anak pertama "
                "sering sakit. Kontrakan habis minggu depan.",
            ),
            (
                Who.OTHER,
                "Ada ibu hamil di RT kami yang ditinggal suaminya. Dia dan anaknya sudah dua hari makan dari "
                "tetangga. Dia tidak mau disebut namanya.",
            ),
        ),
        ("KESEHATAN", "REHABILITASI_SOSIAL", "PEMULANGAN"),
        "Ditinggal tanpa nafkah sejak tiga bulan, hamil tujuh bulan, satu anak balita.",
    ),
    Plot(
        6,
        ("TRAFFICKING", "EKSPLOITASI"),
        CaseType.WOMAN,
        "NA",
        "PENGINAPAN",
        (AgeGroup.A18_24, AgeGroup.A13_17),
        (Danger.CONFINED, Danger.NEAR, Danger.THREAT_TO_KILL),
        (
            (
                Who.SELF,
                "Saya dijanjikan kerja di rumah makan. Sampai di sini KTP saya diambil dan kami berempat tidak boleh "
                "keluar kamar. Saya pinjam HP teman. Tolong cepat.",
            ),
            (
                Who.OTHER,
                "Saya kerja di penginapan. Di lantai dua ada beberapa perempuan muda yang tidak pernah keluar, "
                "dijaga dua orang. Salah satunya memberi saya kertas bertuliskan tolong.",
            ),
        ),
        ("PENEGAKAN_HUKUM", "KESEHATAN", "PEMULANGAN", "REHABILITASI_SOSIAL"),
        "Dijanjikan kerja, KTP ditahan, tidak boleh keluar dari penginapan.",
    ),
    Plot(
        8,
        ("PSIKIS",),
        CaseType.WOMAN,
        "MANTAN",
        "UMUM",
        (AgeGroup.A18_24, AgeGroup.A25_44),
        (Danger.THREAT_TO_KILL, Danger.NEAR),
        (
            (
                Who.SELF,
                "Mantan suami saya menunggu di depan tempat kerja setiap hari. Dia bilang kalau dia tidak bisa "
                "memiliki saya, orang lain juga tidak.",
            ),
            (
                Who.OTHER,
                "Teman sekantor saya diikuti mantannya. Dia sudah pindah kos dua kali. Satpam kami tidak tahu harus "
                "berbuat apa.",
            ),
        ),
        ("BANTUAN_HUKUM", "REHABILITASI_SOSIAL"),
        "Diikuti dan diancam di depan tempat kerja, hampir setiap hari selama dua minggu.",
    ),
    Plot(
        6,
        ("SEKSUAL",),
        CaseType.WOMAN,
        "REKAN_KERJA",
        "KERJA",
        (AgeGroup.A18_24, AgeGroup.A25_44),
        (Danger.NEAR,),
        (
            (
                Who.SELF,
                "Atasan saya sering memegang pinggang saya di gudang dan mengirim pesan yang tidak pantas. Kontrak saya "
                "habis bulan depan dan dia yang menentukan.",
            ),
        ),
        ("BANTUAN_HUKUM", "REHABILITASI_SOSIAL"),
        "Disentuh di gudang oleh atasan, disertai pesan yang merendahkan.",
    ),
    Plot(
        5,
        ("PSIKIS", "FISIK"),
        CaseType.CHILD,
        "TEMAN",
        "SEKOLAH",
        (AgeGroup.A13_17, AgeGroup.A6_12),
        (Danger.SUICIDAL,),
        (
            (
                Who.SELF,
                "aku dikerjain terus di sekolah, kemarin didorong di tangga terus direkam. guru bilang cuma bercanda",
            ),
            (
                Who.CHILD,
                "Anak saya tidak mau sekolah lagi. Teman-temannya merekam waktu dia dipukul dan videonya beredar.",
            ),
        ),
        ("REHABILITASI_SOSIAL", "REINTEGRASI_SOSIAL"),
        "Didorong di tangga sekolah dan direkam, videonya beredar di grup kelas.",
        (Sex.L, Sex.P),
    ),
)
