"""The codes that the program itself decides by, spoken by more than one app. What is only a list is data: `codelists`.

Source: SIMFONI PPA as published (age groups), UU 12/2022, UU 23/2004.
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


class OfficeFunction(models.TextChoices):
    """The six functions of the office. Source: PermenPPPA 2/2022."""

    PENGADUAN = "PENGADUAN", _("Pengaduan masyarakat")
    PENJANGKAUAN = "PENJANGKAUAN", _("Penjangkauan korban")
    PENGELOLAAN_KASUS = "PENGELOLAAN_KASUS", _("Pengelolaan kasus")
    PENAMPUNGAN = "PENAMPUNGAN", _("Penampungan sementara")
    MEDIASI = "MEDIASI", _("Mediasi")
    PENDAMPINGAN = "PENDAMPINGAN", _("Pendampingan korban")


class OfficeDuty(models.TextChoices):
    """The eleven tasks of the office. Source: Perpres 55/2024 art. 5."""

    A = "a", _("Menerima laporan atau menjangkau korban")
    B = "b", _("Memberi tahu hak korban")
    C = "c", _("Memfasilitasi layanan kesehatan")
    D = "d", _("Memfasilitasi penguatan psikologis")
    E = "e", _("Memfasilitasi layanan psikososial, rehabilitasi, dan reintegrasi")
    F = "f", _("Menyediakan layanan hukum")
    G = "g", _("Mengenali kebutuhan pemberdayaan ekonomi")
    H = "h", _("Mengenali kebutuhan penampungan sementara")
    I = "i", _("Memfasilitasi kebutuhan korban disabilitas")  # noqa: E741 - the letter of the article
    J = "j", _("Berkoordinasi dengan lembaga lain")
    K = "k", pgettext_lazy("tugas UPTD", "Memantau pemenuhan hak korban oleh penegak hukum")
