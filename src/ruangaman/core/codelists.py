"""The code lists that more than one app speaks: codes of the national register, words that people read.

Source: SIMFONI PPA as published (violence forms, places, relations, age groups, services), UU 12/2022, UU 23/2004.
The public form has its own words for some of them; the code is the value.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Now(models.TextChoices):
    """Is it happening now?"""

    YES = "yes", _("Ya")
    NO = "no", _("Tidak")
    UNSURE = "unsure", _("Tidak yakin")


class Who(models.TextChoices):
    """Whom the report is about."""

    SELF = "self", _("Aku sendiri")
    CHILD = "child", _("Seorang anak")
    OTHER = "other", _("Orang lain")


class ContactWay(models.TextChoices):
    """How the reporter may be answered."""

    RECEIPT = "receipt", _("Lewat halaman ini")
    WHATSAPP = "whatsapp", "WhatsApp"
    PHONE = "phone", _("Telepon")
    EMAIL = "email", _("Email")
    NONE = "none", _("Jangan hubungi aku")


class ViolenceForm(models.TextChoices):
    """The seven forms of the national register, and the flag for what happens online (KBGO)."""

    FISIK = "FISIK", _("Fisik")
    PSIKIS = "PSIKIS", _("Psikis")
    SEKSUAL = "SEKSUAL", _("Seksual")
    KBGO = "KBGO", _("Berbasis elektronik")
    EKSPLOITASI = "EKSPLOITASI", _("Eksploitasi")
    TRAFFICKING = "TRAFFICKING", _("Perdagangan orang")
    PENELANTARAN = "PENELANTARAN", _("Penelantaran")
    LAINNYA = "LAINNYA", pgettext_lazy("bentuk kekerasan", "Lainnya")


class Danger(models.TextChoices):
    """Signs of danger, in the words that the reporter reads."""

    STRANGLED = "strangled", _("Dicekik")
    WEAPON = "weapon", _("Ada senjata")
    THREAT_TO_KILL = "threat_to_kill", _("Mengancam membunuh")
    INJURED = "injured", _("Terluka sekarang")
    PREGNANT = "pregnant", _("Sedang hamil")
    CHILD_PRESENT = "child_present", _("Ada anak di rumah")
    SUICIDAL = "suicidal", _("Terpikir mengakhiri hidup")
    CONFINED = "confined", _("Dikurung")
    NEAR = "near", _("Pelaku ada di dekat sini")


class Relation(models.TextChoices):
    """What the alleged perpetrator is to the victim."""

    ORANG_TUA = "ORANG_TUA", _("Orang tua")
    KELUARGA = "KELUARGA", _("Keluarga atau saudara")
    SUAMI_ISTRI = "SUAMI_ISTRI", _("Suami atau istri")
    PACAR = "PACAR", _("Pacar")
    MANTAN = "MANTAN", _("Mantan")
    TEMAN = "TEMAN", _("Teman")
    TETANGGA = "TETANGGA", _("Tetangga")
    GURU = "GURU", _("Guru")
    MAJIKAN = "MAJIKAN", _("Majikan")
    REKAN_KERJA = "REKAN_KERJA", _("Rekan kerja")
    LAINNYA = "LAINNYA", pgettext_lazy("hubungan pelaku", "Lainnya")
    NA = "NA", _("Tidak kenal")


class Place(models.TextChoices):
    """Where it happened."""

    RUMAH = "RUMAH", _("Rumah tangga")
    KERJA = "KERJA", _("Tempat kerja")
    SEKOLAH = "SEKOLAH", _("Sekolah")
    UMUM = "UMUM", _("Fasilitas umum")
    KURSUS = "KURSUS", _("Lembaga pendidikan kilat")
    ASRAMA = "ASRAMA", _("Pesantren atau asrama")
    DARING = "DARING", _("Daring")
    PENGINAPAN = "PENGINAPAN", _("Hotel atau kos")
    KENDARAAN = "KENDARAAN", _("Kendaraan")
    LAINNYA = "LAINNYA", pgettext_lazy("tempat kejadian", "Lainnya")


class AgeGroup(models.TextChoices):
    """Age at the event, in the groups of the national register."""

    A0_5 = "0-5", _("0 sampai 5 tahun")
    A6_12 = "6-12", _("6 sampai 12 tahun")
    A13_17 = "13-17", _("13 sampai 17 tahun")
    A18_24 = "18-24", _("18 sampai 24 tahun")
    A25_44 = "25-44", _("25 sampai 44 tahun")
    A45_59 = "45-59", _("45 sampai 59 tahun")
    A60 = "60+", _("60 tahun ke atas")


class Sex(models.TextChoices):
    """Sex as on the identity card."""

    P = "P", pgettext_lazy("jenis kelamin", "Perempuan")
    L = "L", _("Laki-laki")
    NA = "NA", _("Belum diketahui")


class RiskLevel(models.IntegerChoices):
    """How dangerous it is, lowest first."""

    RENDAH = 1, _("Rendah")
    SEDANG = 2, _("Sedang")
    TINGGI = 3, _("Tinggi")
    EKSTREM = 4, _("Ekstrem")


class CaseType(models.TextChoices):
    """Whom the law protects here: a woman, a child in need of special protection (AMPK), or both."""

    WOMAN = "woman", _("Perempuan")
    CHILD = "child", _("Anak")
    BOTH = "both", _("Keduanya")


class Authority(models.TextChoices):
    """Whose case it is by place and reach."""

    CITY = "city", _("Kota")
    PROVINCE = "province", _("Provinsi")
    NATIONAL = "national", _("Nasional")


class ServiceType(models.TextChoices):
    """The eight kinds of service of the national register."""

    PENGADUAN = "PENGADUAN", _("Pengaduan")
    KESEHATAN = "KESEHATAN", _("Kesehatan")
    BANTUAN_HUKUM = "BANTUAN_HUKUM", _("Bantuan hukum")
    PENEGAKAN_HUKUM = "PENEGAKAN_HUKUM", _("Penegakan hukum")
    REHABILITASI_SOSIAL = "REHABILITASI_SOSIAL", _("Rehabilitasi sosial")
    REINTEGRASI_SOSIAL = "REINTEGRASI_SOSIAL", _("Reintegrasi sosial")
    PEMULANGAN = "PEMULANGAN", _("Pemulangan")
    TOKOH_AGAMA = "TOKOH_AGAMA", _("Pendampingan tokoh agama")


class ClosingReason(models.TextChoices):
    """Why a case ends. Source: SOP flow, state 8."""

    GOALS_MET = "goals_met", _("Tujuan tercapai")
    CLIENT_ENDS = "client_ends", _("Dihentikan oleh penerima manfaat")
    MOVED = "moved", _("Pindah atau dilimpahkan")
    UNREACHABLE = "unreachable", _("Tidak dapat dihubungi")
    DIED = "died", _("Meninggal")
    OUTSIDE = "outside", _("Di luar kewenangan")


class RefusalReason(models.TextChoices):
    """Why a report is not taken on, as the desk chooses it."""

    NOT_VIOLENCE = "not_violence", _("Bukan kekerasan")
    OTHER_OFFICE = "other_office", _("Ditangani lembaga lain")
    NOT_ENOUGH = "not_enough", _("Keterangan belum cukup")
    SPAM = "spam", _("Bukan laporan")
